/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hangup: the requester leaves the call, which ends a call of two. A called party that hangs up
 * while ringing declines; hanging up what was released a moment ago does nothing.
 * (API reference 4.1.) */
#include "core/core_int.h"

enum err op_hangup(struct turn *turn)
{
    static const enum cause causes[] = {
        [PARTY_INVITED] = CAUSE_REJECTED,  [PARTY_RINGING] = CAUSE_REJECTED,
        [PARTY_DIALING] = CAUSE_ABANDONED, [PARTY_ESTABLISHED] = CAUSE_HANGUP,
        [PARTY_HELD] = CAUSE_HANGUP,       [PARTY_RELEASED] = CAUSE_NONE,
    };
    party_quits(turn, turn->party, causes[turn->party->state]);
    return ERR_OK;
}
