/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ForwardCallsOff: ends ForwardCallsOn. (Platform reference 5.2.) */
#include "core/core_int.h"

enum err op_forward_calls_off(struct turn *turn)
{
    number_copy(turn->device->forward_to, SLICE(""));
    user_touch(turn->core, turn->user);
    return ERR_OK;
}
