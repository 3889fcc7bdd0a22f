/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SwapCalls: of two calls on one telephone, the one that rests is heard and the other one rests.
 * Which of them was addressed makes no difference, but where both rest the other one is meant. The
 * one that is heard from now on is told first. (API reference 4.4 SwapCalls.) */
#include "core/core_int.h"

static struct party *other_part(const struct party *party, const struct call *call)
{
    LIST_EACH(it, &party->leg->parties)
    {
        struct party *other = LIST_OWNER(it, struct party, of_leg);
        if (other->call == call && other != party)
            return other;
    }
    return NULL;
}

static void becomes(struct turn *turn, struct party *party, enum party_state state)
{
    if (party->state == PARTY_ESTABLISHED || party->state == PARTY_HELD)
        party_set_state(turn, party, state);
    call_mix(turn, party->call);
    effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, WITH_EXTENSIONS);
}

enum err op_swap_calls(struct turn *turn)
{
    struct party *party = turn->party;
    struct party *other = other_part(party, call_find(turn->core, turn->command->call));
    if (!other)
        return refuse(turn, ERR_INVALID,
                      "otherCallUri is no other call that is held on this call's telephone");
    struct party *heard = party->leg->party;
    struct party *next = heard == other ? party : other;
    party->leg->party = next;
    becomes(turn, next, PARTY_ESTABLISHED);
    becomes(turn, heard, PARTY_HELD);
    return ERR_OK;
}
