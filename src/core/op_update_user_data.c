/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* UpdateUserData: sets pairs; a key that exists, once or several times, becomes one pair with the
 * new value at the place of the first. Everybody on the call is told. (API reference 4.2.) */
#include "core/core_int.h"

enum err op_update_user_data(struct turn *turn)
{
    struct call *call = turn->party->call;
    enum err err = user_data_check_pairs(turn);
    if (err)
        return err;
    return user_data_commit(turn, call,
                            user_data_update(call->data, turn->command->pairs,
                                             turn->command->pair_count, &turn->fx->arena));
}
