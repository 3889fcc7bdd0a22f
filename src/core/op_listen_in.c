/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ListenIn: arms a supervisor's device: it is rung into the next calls of the monitored one, hears
 * them and is heard by nobody. (API reference 5.1.) */
#include "core/core_int.h"

enum err op_listen_in(struct turn *turn)
{
    return monitor_arm(turn, MONITORING_LISTEN_IN);
}
