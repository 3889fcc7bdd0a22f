/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Dial: makes a call from one of the requester's telephones. The requester's own telephone is rung
 * first and goes off hook by itself; then the destination is called. What goes wrong after that is
 * told by notices, never by the reply. (API reference 4.1 Dial.) */
#include "core/core_int.h"

enum err op_dial(struct turn *turn)
{
    struct device *device = turn->device;
    struct user_data *data;
    enum err err = destination_check(turn, NULL, NULL, &data);
    if (err)
        return err;
    struct number dialled = turn->number;
    bool is_emergency = dialled.kind == NUMBER_EMERGENCY;
    struct number caller_id = {0};
    if (slice_equal_nocase(turn->command->caller_id, SLICE(ANONYMOUS))) {
        number_copy(caller_id.digits, SLICE(ANONYMOUS));
    } else if (turn->command->caller_id.len > 0) {
        err = number_check(turn, "outboundCallerId", turn->command->caller_id);
        caller_id = turn->number;
    }
    if (err) {
        user_data_unref(data);
        return err;
    }
    if (!device->is_registered)
        err = refuse(turn, ERR_NOT_REGISTERED, "Device '%s' is not registered.", device->dn);
    else if (device_is_busy(device) && !is_emergency)
        err = refuse(turn, ERR_STATE,
                     "Dial is not possible: device '%s' has a call; hang it up first", device->dn);
    struct leg *up = device_leg(device);
    if (up && is_emergency && leg_count(up) >= LEG_PARTIES_MAX)
        up = NULL; /* on a leg of its own */
    if (!err && up && leg_count(up) >= LEG_PARTIES_MAX)
        err = refuse(turn, ERR_RANGE,
                     "Dial is not possible: telephone '%s' has %d calls, the most that one holds",
                     device->dn, LEG_PARTIES_MAX);
    if (err) {
        user_data_unref(data);
        return err;
    }
    struct call *call = call_create(turn, CALL_TYPE_INTERNAL);
    call_set_data(call, data);
    number_copy(call->caller_id, slice_of(caller_id.digits));
    call_begin(turn, call, device, up, slice_of(dialled.digits));
    return ERR_OK;
}
