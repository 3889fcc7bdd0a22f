/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Retrieve: ends Hold; what is heard on the telephone meanwhile is held. (API reference 4.1
 * Retrieve.) */
#include "core/core_int.h"

enum err op_retrieve(struct turn *turn)
{
    telephone_takes(turn, turn->party);
    party_changes(turn, turn->party, PARTY_ESTABLISHED);
    return ERR_OK;
}
