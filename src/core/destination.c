/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What Dial, transfer and conference have in common: a destination, and user data to go with it. */
#include "core/core_int.h"

enum err number_check(struct turn *turn, const char *field, struct slice number)
{
    if (number.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "%s has more than %d characters", field, NUMBER_MAX);
    if (number_dialled(turn->core, number, &turn->number) == NUMBER_INVALID)
        return refuse(turn, ERR_INVALID, "%s is no number: %s", field, turn->number.reason);
    return ERR_OK;
}

enum err destination_check(struct turn *turn, const struct call *call, const struct user_data *old,
                           struct user_data **data)
{
    enum err err = number_check(turn, "destination.phoneNumber", turn->command->text);
    if (err)
        return err;
    if (call && call_is_full(call))
        return refuse(turn, ERR_RANGE, "a call has at most %d parties at a time, %d in all",
                      MIX_LEGS_MAX, CALL_PARTIES_MAX);
    err = user_data_check_pairs(turn);
    if (err)
        return err;
    *data =
        user_data_update(old, turn->command->pairs, turn->command->pair_count, &turn->fx->arena);
    err = user_data_check_total(turn, *data);
    if (err)
        user_data_unref(*data);
    return err;
}
