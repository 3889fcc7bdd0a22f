/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* AttachUserData: adds pairs whether or not their keys exist; an existing key is then there more
 * than once. Everybody on the call is told. (API reference 4.2.) */
#include "core/core_int.h"

enum err op_attach_user_data(struct turn *turn)
{
    struct call *call = turn->party->call;
    enum err err = user_data_check_pairs(turn);
    if (err)
        return err;
    return user_data_commit(turn, call,
                            user_data_attach(call->data, turn->command->pairs,
                                             turn->command->pair_count, &turn->fx->arena));
}
