/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* DoNotDisturbOn: direct calls find the device busy, and queues offer it none; on all the user's
 * devices when it is posted to no single one. (Platform reference 5.2.) */
#include "core/core_int.h"

enum err op_do_not_disturb_on(struct turn *turn)
{
    return device_disturb(turn, true);
}
