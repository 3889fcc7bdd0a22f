/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Retrieve: ends Hold; what is heard on the telephone meanwhile is held. What its own button holds,
 * the telephone is asked to take back; the state changes when it has done so. It has as long as a
 * telephone that is to go off hook. (API reference 4.1
 * Retrieve.) */
#include "core/core_int.h"

enum err op_retrieve(struct turn *turn)
{
    if (party_is_held_by_telephone(turn->party)) {
        if (!turn->party->leg->is_answer_pending)
            party_wait_for(turn, turn->party, WAIT_RETRIEVE, turn->core->limits.pick_up_ms);
        leg_answer(turn, turn->party->leg);
        return ERR_OK;
    }
    telephone_takes(turn, turn->party);
    party_changes(turn, turn->party, PARTY_ESTABLISHED);
    return ERR_OK;
}
