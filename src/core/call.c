/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls and parties as things: making, finding, changing and forgetting them. What happens in a
 * call is in call_flow.c. */
#include "base/ids.h"
#include "base/mem.h"
#include "core/core_int.h"

struct call *call_create(struct turn *turn, enum call_type type)
{
    struct core *core = turn->core;
    struct call *call = mem_zalloc(sizeof *call);
    uint8_t bytes[20];
    ids_expand(turn->input->random, 1, bytes, sizeof bytes);
    ids_base32(bytes, call->id);
    ids_expand(turn->input->random, 2, bytes, 8);
    ids_hex(bytes, 8, call->conn_id);
    call->serial = core->next_call++;
    call->type = type;
    list_init(&call->parties);
    list_append(&core->calls, &call->link);
    map_put(&core->call_by_id, slice_of(call->id), call);
    map_put(&core->call_by_conn_id, slice_of(call->conn_id), call);
    core->stats.calls++;
    return call;
}

static void party_free(struct core *core, struct party *party)
{
    core->stats.calls_by_state[party->state]--;
    list_remove(&party->link);
    list_remove(&party->of_user);
    list_remove(&party->of_device);
    mem_free(party);
}

void call_free(struct core *core, struct call *call)
{
    LIST_EACH_SAFE(it, &call->parties)
    party_free(core, LIST_OWNER(it, struct party, link));
    heap_remove(&core->deadlines, &call->deadline);
    map_remove(&core->call_by_id, slice_of(call->id));
    map_remove(&core->call_by_conn_id, slice_of(call->conn_id));
    list_remove(&call->link);
    call_part_unref(call->part);
    user_data_unref(call->data);
    core->stats.calls--;
    mem_free(call);
}

struct call *call_find(const struct core *core, struct slice id)
{
    struct call *call = map_get(&core->call_by_id, id);
    return call ? call : map_get(&core->call_by_conn_id, id);
}

struct party *call_add_party(struct turn *turn, struct call *call, struct slice dn)
{
    struct party *party = mem_zalloc(sizeof *party);
    party->call = call;
    party->number = call->next_party++;
    number_copy(party->dn, dn);
    party->state = PARTY_INVITED;
    list_init(&party->of_user);
    list_init(&party->of_device);
    list_append(&call->parties, &party->link);
    turn->core->stats.calls_by_state[PARTY_INVITED]++;
    call_changed(call);
    return party;
}

void party_bind(struct party *party, struct device *device)
{
    party->device = device;
    list_append(&device->parties, &party->of_device);
    party->user = device->owner;
    if (party->user)
        list_append(&party->user->parties, &party->of_user);
}

/* The living part of the user in the call, else the one that ended last. */
struct party *call_party_of(const struct call *call, const struct user *user)
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

struct party *call_caller(const struct call *call)
{
    return LIST_OWNER(call->parties.next, struct party, link);
}

struct party *call_callee(const struct call *call)
{
    return LIST_OWNER(call->parties.next->next, struct party, link);
}

void call_changed(struct call *call)
{
    call_part_unref(call->part);
    call->part = NULL;
}

void call_set_data(struct call *call, struct user_data *data)
{
    user_data_unref(call->data);
    call->data = data;
    call_changed(call);
}

void call_wait_for(struct turn *turn, struct call *call, enum call_wait wait, uint64_t ms)
{
    call->wait = wait;
    if (wait == WAIT_NOTHING)
        heap_remove(&turn->core->deadlines, &call->deadline);
    else
        heap_set(&turn->core->deadlines, &call->deadline, turn->now_ms + ms, call->serial);
}

bool call_is_over(const struct call *call)
{
    return call->wait == WAIT_FORGET;
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
    party->state = state;
}
