/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Retrieve: ends Hold. (API reference 4.1 Retrieve.) */
#include "core/core_int.h"

enum err op_retrieve(struct turn *turn)
{
    party_changes(turn, turn->party, PARTY_ESTABLISHED);
    return ERR_OK;
}
