/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* DoNotDisturbOff: ends DoNotDisturbOn. (Platform reference 5.2.) */
#include "core/core_int.h"

enum err op_do_not_disturb_off(struct turn *turn)
{
    return device_disturb(turn, false);
}
