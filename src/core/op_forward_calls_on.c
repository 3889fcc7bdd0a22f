/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ForwardCallsOn: direct calls go to another number, and queues offer the device none. Once more
 * with another number is accepted though it is not offered. (Platform reference 5.2.) */
#include "core/core_int.h"

enum err op_forward_calls_on(struct turn *turn)
{
    struct device *device = turn->device;
    struct slice number = turn->command->text;
    enum err err = number_check(turn, "destination", number);
    if (err)
        return err;
    if (slice_is(slice_of(turn->number.digits), device->dn))
        return refuse(turn, ERR_INVALID, "destination is the device itself");
    if (turn->number.kind == NUMBER_EMERGENCY)
        return refuse(turn, ERR_INVALID, "destination is an emergency number");
    number_copy(device->forward_to, slice_of(turn->number.digits));
    user_touch(turn->core, turn->user);
    return ERR_OK;
}
