/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* DeleteUserData: removes all pairs. Everybody on the call is told, also when there were none.
 * (API reference 4.2.) */
#include "core/core_int.h"

enum err op_delete_user_data(struct turn *turn)
{
    return user_data_commit(turn, turn->party->call, NULL);
}
