/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Answer: asks the ringing telephone to go off hook by itself. The state changes when the telephone
 * has done so; asking again meanwhile is accepted and asks nothing new. A telephone that is in
 * another call already goes on with this one, and holds that. (API reference 4.1.) */
#include "core/core_int.h"

enum err op_answer(struct turn *turn)
{
    struct party *party = turn->party;
    struct leg *up = device_leg(party->device);
    if (up && !party->has_talked) {
        telephone_borrows(turn, party, up);
        return ERR_OK;
    }
    struct party *rang = party->leg->party;
    party->leg->party = party;
    if (rang != party && party->leg->has_sound) {
        call_mix(turn, rang->call);
        call_mix(turn, party->call);
    }
    leg_answer(turn, party->leg);
    return ERR_OK;
}
