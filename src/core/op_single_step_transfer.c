/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SingleStepTransfer: the requester goes at once, and the destination is called in its place. If it
 * can't be had, the requester's telephone is rung again with the call: nobody is lost.
 * (API reference 4.3; decisions: a transfer whose target fails.) */
#include "core/core_int.h"

enum err op_single_step_transfer(struct turn *turn)
{
    struct party *party = turn->party;
    struct call *call = party->call;
    struct user_data *data;
    enum err err = destination_check(turn, call, call->data, &data);
    if (err)
        return err;
    if (turn->number.kind == NUMBER_OUTSIDE && !transit_is_free(turn->user, call, party)) {
        user_data_unref(data);
        return transit_refuse(turn);
    }
    call_set_data(call, data);
    party_transfers(turn, party, slice_of(turn->number.digits));
    return ERR_OK;
}
