/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SwitchToCoach: only the monitored party hears the supervisor from now on. The API has no such
 * operation; it is the third of a kind. (API reference 5.2.) */
#include "core/core_int.h"

enum err op_switch_to_coach(struct turn *turn)
{
    monitor_switch(turn, MONITORING_COACH);
    return ERR_OK;
}
