/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hold: the requester's party is held until Retrieve; the others hear music when nobody else is
 * left to hear. They are told nothing, as in the API. Where the device is configured for it, the
 * telephone is asked to show it; it then holds by its own button, so only one that can be asked to
 * retrieve, too, is. (API reference 4.1 Hold.) */
#include "core/core_int.h"

enum err op_hold(struct turn *turn)
{
    struct party *party = turn->party;
    party_changes(turn, party, PARTY_HELD);
    if (party->device && party->device->shows_hold && party->leg->is_up &&
        party_is_retrievable(party))
        effects_order_done(turn, effects_order(turn, ORDER_HOLD, party->leg->id));
    return ERR_OK;
}
