/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reject: the call goes back to the queue that offered it, and the agent, who is Ready no more, is
 * out of it. (API reference 4.1 Reject.) */
#include "core/core_int.h"

enum err op_reject(struct turn *turn)
{
    party_fails(turn, turn->party, CAUSE_REJECTED);
    return ERR_OK;
}
