/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* DeleteUserDataPair: removes every pair with that key. Everybody on the call is told, also when
 * there was none. (API reference 4.2.) */
#include "core/core_int.h"

enum err op_delete_user_data_pair(struct turn *turn)
{
    struct call *call = turn->party->call;
    if (turn->command->text.len > turn->core->limits.key_bytes)
        return refuse(turn, ERR_RANGE, "key has more than %llu bytes",
                      (unsigned long long)turn->core->limits.key_bytes);
    return user_data_commit(turn, call,
                            user_data_without(call->data, turn->command->text, &turn->fx->arena));
}
