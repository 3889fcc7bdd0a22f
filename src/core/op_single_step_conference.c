/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SingleStepConference: calls one more party into the call. Everybody is told when it answers; if
 * it does not, the requester is told by an Error. User data is told at once, as ever.
 * (API reference 4.3.) */
#include "core/core_int.h"

enum err op_single_step_conference(struct turn *turn)
{
    struct call *call = turn->party->call;
    struct user_data *data;
    enum err err = destination_check(turn, call, call->data, &data);
    if (err)
        return err;
    if (turn->command->pair_count > 0)
        (void)user_data_commit(turn, call, data); /* it is within the limits */
    else
        user_data_unref(data);
    call_add(turn, call, turn->party, slice_of(turn->number.digits), false);
    return ERR_OK;
}
