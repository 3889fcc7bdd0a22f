/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Dial: makes a call from one of the requester's telephones. The requester's own telephone is rung
 * first and goes off hook by itself; then the destination is called. What goes wrong after that is
 * told by notices, never by the reply. (API reference 4.1 Dial.) */
#include "core/core_int.h"

static bool is_number(struct slice number)
{
    for (size_t i = 0; i < number.len; i++)
        if (!strchr("0123456789*#+", number.ptr[i]) || number.ptr[i] == '\0')
            return false;
    return number.len > 0;
}

enum err op_dial(struct turn *turn)
{
    struct slice destination = turn->command->text;
    struct device *device = turn->device;
    if (destination.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "destination.phoneNumber has more than %d characters",
                      NUMBER_MAX);
    if (!is_number(destination))
        return refuse(turn, ERR_INVALID,
                      "destination.phoneNumber must be digits, '*', '#' or '+', at least one");
    if (!device->is_registered)
        return refuse(turn, ERR_NOT_REGISTERED, "Device '%s' is not registered.", device->dn);
    if (device_is_busy(device))
        return refuse(turn, ERR_STATE,
                      "Dial is not possible: device '%s' has a call; hang it up first", device->dn);
    enum err err = user_data_check_pairs(turn);
    if (err)
        return err;
    struct user_data *data =
        user_data_attach(NULL, turn->command->pairs, turn->command->pair_count, &turn->fx->arena);
    err = user_data_check_total(turn, data);
    if (err) {
        user_data_unref(data);
        return err;
    }
    struct call *call = call_create(turn, CALL_TYPE_INTERNAL);
    call_set_data(call, data);
    call_begin(turn, call, device, NULL, destination);
    return ERR_OK;
}
