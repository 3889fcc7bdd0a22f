/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SwitchToBargeIn: everybody hears the supervisor from now on, who is one of the participants.
 * (API reference 5.2.) */
#include "core/core_int.h"

enum err op_switch_to_barge_in(struct turn *turn)
{
    monitor_switch(turn, MONITORING_BARGE_IN);
    return ERR_OK;
}
