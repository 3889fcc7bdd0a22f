/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What Dial, transfer and conference have in common: a destination, and user data to go with it. */
#include "core/core_int.h"

#define PARTIES_MAX 1000 /* that a call has ever had; at most MIX_LEGS_MAX at a time */

static bool is_number(struct slice number)
{
    for (size_t i = 0; i < number.len; i++)
        if (!strchr("0123456789*#+", number.ptr[i]) || number.ptr[i] == '\0')
            return false;
    return number.len > 0;
}

static size_t living(const struct call *call)
{
    return call_count(call, ~(1u << PARTY_RELEASED));
}

enum err destination_check(struct turn *turn, const struct call *call, struct user_data **data)
{
    struct slice destination = turn->command->text;
    if (destination.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "destination.phoneNumber has more than %d characters",
                      NUMBER_MAX);
    if (!is_number(destination))
        return refuse(turn, ERR_INVALID,
                      "destination.phoneNumber must be digits, '*', '#' or '+', at least one");
    if (call && (living(call) >= MIX_LEGS_MAX || call->next_party >= PARTIES_MAX))
        return refuse(turn, ERR_RANGE, "a call has at most %d parties at a time, %d in all",
                      MIX_LEGS_MAX, PARTIES_MAX);
    enum err err = user_data_check_pairs(turn);
    if (err)
        return err;
    *data = user_data_update(call ? call->data : NULL, turn->command->pairs,
                             turn->command->pair_count, &turn->fx->arena);
    err = user_data_check_total(turn, *data);
    if (err)
        user_data_unref(*data);
    return err;
}
