/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hangup: the requester leaves the call, which ends a call of two. A called party that hangs up
 * while ringing declines; hanging up what was released a moment ago does nothing.
 * (API reference 4.1.) */
#include "core/core_int.h"

enum err op_hangup(struct turn *turn)
{
    struct party *party = turn->party;
    struct call *call = party->call;
    switch (party->state) {
    case PARTY_RELEASED:
        break;
    case PARTY_RINGING:
        call_callee_fails(turn, call, CAUSE_REJECTED);
        break;
    case PARTY_DIALING:
        call_end(turn, call, call->wait == WAIT_TONE ? call->fail_cause : CAUSE_ABANDONED);
        break;
    default:
        call_end(turn, call, CAUSE_HANGUP);
        break;
    }
    return ERR_OK;
}
