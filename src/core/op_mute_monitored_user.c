/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* MuteMonitoredUser: nobody but the supervisor hears the monitored party until UnmuteMonitoredUser.
 * (API reference 5.2.) */
#include "core/core_int.h"

enum err op_mute_monitored_user(struct turn *turn)
{
    return monitor_mute(turn, true);
}
