/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SwitchToListenIn: nobody hears the supervisor from now on. (API reference 5.2.) */
#include "core/core_int.h"

enum err op_switch_to_listen_in(struct turn *turn)
{
    monitor_switch(turn, MONITORING_LISTEN_IN);
    return ERR_OK;
}
