/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hold: the requester's party is held until Retrieve; the others hear music when nobody else is
 * left to hear. They are told nothing, as in the API. (API reference 4.1 Hold.) */
#include "core/core_int.h"

enum err op_hold(struct turn *turn)
{
    party_changes(turn, turn->party, PARTY_HELD);
    return ERR_OK;
}
