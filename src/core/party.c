/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Parties as things: making, finding, binding to a device, changing their state. What happens to
 * them in a call is in call_flow.c. */
#include <assert.h>

#include "base/mem.h"
#include "core/core_int.h"

uint64_t party_tie(const struct party *party)
{
    return party->call->serial << 16 | (party->number + 1);
}

void party_init(struct party *party)
{
    party->deadline.kind = DEADLINE_OF_PARTY;
    list_init(&party->of_user);
    list_init(&party->of_device);
    list_init(&party->of_leg);
    list_init(&party->of_queue);
}

struct party *party_create(struct turn *turn, struct call *call, struct slice dn,
                           const struct party *inviter)
{
    struct party *party = mem_zalloc(sizeof *party);
    party->call = call;
    party->number = call->next_party++;
    party->inviter = inviter ? inviter->number : party->number;
    party->state = PARTY_INVITED;
    party->joined_ms = turn->now_ms;
    party->state_since_ms = turn->now_ms;
    number_copy(party->dn, dn);
    party->is_urgent = emergency_is_number(turn->core, dn);
    if (party->is_urgent)
        call_is_emergency(call);
    party_init(party);
    list_append(&call->parties, &party->link);
    turn->core->stats.calls_by_state[PARTY_INVITED]++;
    call_changed(call);
    call_touch(turn->core, call);
    return party;
}

void party_free(struct core *core, struct party *party)
{
    core->stats.calls_by_state[party->state]--;
    heap_remove(&core->deadlines, &party->deadline.node);
    list_remove(&party->link);
    list_remove(&party->of_user);
    list_remove(&party->of_device);
    queue_leave(core, party);
    if (party->leg)
        leg_leave(core, party);
    mem_free(party);
}

void party_bind(struct party *party, struct device *device)
{
    assert(!party->device);
    party->device = device;
    list_append(&device->parties, &party->of_device);
    party->user = device->owner;
    if (party->user)
        list_append(&party->user->parties, &party->of_user);
}

/* The living part of the user in the call, else the one that joined last. */
struct party *party_of_user(const struct call *call, const struct user *user)
{
    struct party *found = NULL;
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party->user == user && (!found || !party_is_living(found)))
            found = party;
    }
    return found;
}

struct party *party_find(const struct call *call, uint32_t number)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party->number == number)
            return party;
    }
    return NULL;
}

struct party *party_inviter(const struct party *party)
{
    return party_find(party->call, party->inviter);
}

bool party_is_silent(const struct party *party)
{
    return party->monitoring == MONITORING_LISTEN_IN || party->monitoring == MONITORING_COACH;
}

bool party_is_member(const struct party *party)
{
    return !party->monitoring || (party->monitoring == MONITORING_BARGE_IN && party->has_talked);
}

struct party *party_talking(const struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if ((party->state == PARTY_ESTABLISHED || party->state == PARTY_HELD) &&
            party_is_member(party))
            return party;
    }
    return NULL;
}

bool party_can_be_removed_by(const struct party *party, const struct party *by)
{
    unsigned talking = 1u << PARTY_ESTABLISHED | 1u << PARTY_HELD;
    if (party == by || !(talking >> party->state & 1) || !party_is_member(party))
        return false;
    return by->monitoring || (!party->monitoring && party->inviter == by->number &&
                              call_count(party->call, talking) > 2);
}

void party_set_state(struct turn *turn, struct party *party, enum party_state state)
{
    uint64_t *counts = turn->core->stats.calls_by_state;
    counts[party->state]--;
    counts[state]++;
    if (party->state == PARTY_INVITED && state != PARTY_RELEASED)
        party->since_ms = turn->now_ms;
    if (state == PARTY_RELEASED)
        party->ended_ms = turn->now_ms;
    if (state == PARTY_ESTABLISHED || state == PARTY_HELD) {
        party->begins |= !party->has_talked;
        if (!party->has_talked)
            party->answered_ms = turn->now_ms;
        party->has_talked = true;
    }
    if (state != party->state)
        party->state_since_ms = turn->now_ms;
    party->state = state;
    call_touch(turn->core, party->call);
    if (party->user)
        user_touch(turn->core, party->user);
}

void party_wait_for(struct turn *turn, struct party *party, enum party_wait wait, uint64_t ms)
{
    struct heap *deadlines = &turn->core->deadlines;
    party->wait = wait;
    if (wait == WAIT_NOTHING)
        heap_remove(deadlines, &party->deadline.node);
    else
        heap_set(deadlines, &party->deadline.node, turn->now_ms + ms, party_tie(party));
}
