/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* UnmuteMonitoredUser: ends MuteMonitoredUser. (API reference 5.2.) */
#include "core/core_int.h"

enum err op_unmute_monitored_user(struct turn *turn)
{
    return monitor_mute(turn, false);
}
