/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls as things: making, finding, changing and forgetting them. What happens in a call is in
 * call_flow.c. */
#include "base/ids.h"
#include "base/mem.h"
#include "core/core_int.h"

void call_init(struct call *call)
{
    call->deadline.kind = DEADLINE_OF_CALL;
    list_init(&call->parties);
    list_init(&call->consults);
    list_init(&call->of_parent);
    list_init(&call->touched);
}

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
    call->begun_ms = turn->now_ms;
    call_init(call);
    list_append(&core->calls, &call->link);
    map_put(&core->call_by_id, slice_of(call->id), call);
    map_put(&core->call_by_conn_id, slice_of(call->conn_id), call);
    core->stats.calls++;
    return call;
}

void call_free(struct core *core, struct call *call)
{
    LIST_EACH_SAFE(it, &call->parties)
    party_free(core, LIST_OWNER(it, struct party, link));
    while (!list_is_empty(&call->consults))
        call_set_parent(LIST_OWNER(call->consults.next, struct call, of_parent), NULL);
    list_remove(&call->of_parent);
    list_remove(&call->touched);
    heap_remove(&core->deadlines, &call->deadline.node);
    map_remove(&core->call_by_id, slice_of(call->id));
    map_remove(&core->call_by_conn_id, slice_of(call->conn_id));
    list_remove(&call->link);
    call_part_unref(call->part);
    user_data_unref(call->data);
    user_data_unref(call->inherited);
    mem_free(call->spans);
    core->stats.calls--;
    mem_free(call);
}

void call_forget(struct turn *turn, struct call *call)
{
    while (!list_is_empty(&call->consults)) {
        struct call *consult = LIST_OWNER(call->consults.next, struct call, of_parent);
        call_set_parent(consult, NULL);
        LIST_EACH(it, &consult->parties)
        {
            struct party *party = LIST_OWNER(it, struct party, link);
            if (party_is_living(party))
                effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, (struct notice_extras){0});
        }
    }
    call_free(turn->core, call);
}

struct call *call_find(const struct core *core, struct slice id)
{
    struct call *call = map_get(&core->call_by_id, id);
    return call ? call : map_get(&core->call_by_conn_id, id);
}

void call_changed(struct call *call)
{
    call_part_unref(call->part);
    call->part = NULL;
}

void call_set_parent(struct call *call, struct call *parent)
{
    list_remove(&call->of_parent);
    call->parent = parent;
    call_changed(call);
    if (!parent)
        return;
    struct list *before = parent->consults.prev;
    while (before != &parent->consults &&
           LIST_OWNER(before, struct call, of_parent)->serial > call->serial)
        before = before->prev;
    list_append(before->next, &call->of_parent); /* right behind it */
}

void call_set_data(struct call *call, struct user_data *data)
{
    user_data_unref(call->data);
    call->data = data;
}

size_t call_count(const struct call *call, unsigned states)
{
    size_t count = 0;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        count += (states >> party->state & 1) && party_is_member(party);
    }
    return count;
}

size_t call_living(const struct call *call)
{
    size_t living = 0;
    LIST_EACH(it, &call->parties)
    living += party_is_living(LIST_OWNER(it, struct party, link));
    return living;
}

bool call_is_full(const struct call *call)
{
    return call_living(call) >= MIX_LEGS_MAX || call->next_party >= CALL_PARTIES_MAX;
}
