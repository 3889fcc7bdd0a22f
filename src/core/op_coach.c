/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Coach: arms a supervisor's device: it is rung into the next calls of the monitored one, hears
 * them and is heard by the monitored party only. (API reference 5.1.) */
#include "core/core_int.h"

enum err op_coach(struct turn *turn)
{
    return monitor_arm(turn, MONITORING_COACH);
}
