/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The floor as it is handed out: all of it, or what changed since a version. What it costs is what
 * is handed out, however large the site is. */
#include "base/mem.h"
#include "core/core_int.h"

static struct slice copy(struct floor *floor, const char *text)
{
    return arena_copy(&floor->arena, slice_of(text));
}

/* --- agents --- */

static bool is_seen(const struct party *party)
{
    return party_is_living(party) && party->state != PARTY_INVITED;
}

static void add_call(struct floor *floor, const struct party *party, struct floor_call *out)
{
    *out = (struct floor_call){
        .part = call_part_ref(call_part_get(party->call)),
        .party = party->number,
        .state = party->state,
        .since_ms = party->state_since_ms,
        .start_ms = party->since_ms,
        .dnis = copy(floor, party->dnis),
        .queue =
            party->queue ? arena_copy(&floor->arena, party->queue->config.item.name) : SLICE_NONE,
    };
}

static void add_calls(struct floor *floor, const struct user *user, struct floor_agent *out)
{
    size_t count = 0;
    LIST_EACH(it, &user->parties)
    count += is_seen(LIST_OWNER(it, struct party, of_user));
    out->calls = arena_alloc(&floor->arena, (count + 1) * sizeof *out->calls);
    LIST_EACH(it, &user->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_user);
        if (is_seen(party))
            add_call(floor, party, &out->calls[out->call_count++]);
    }
}

static void add_device(struct floor *floor, const struct user *user, struct floor_agent *out)
{
    const struct device *shown = NULL;
    LIST_EACH(it, &user->devices)
    {
        const struct device *device = LIST_OWNER(it, struct device, of_owner);
        if (!shown || (device->is_registered && !shown->is_registered))
            shown = device;
        if (device->monitored_by && !out->monitored_by)
            out->monitored_by = user_card_ref(device->monitored_by->owner->card);
    }
    if (!shown)
        return;
    out->dn = copy(floor, shown->dn);
    out->device_id = copy(floor, shown->id);
    out->is_registered = shown->is_registered;
    out->is_dnd = shown->is_dnd;
}

static void add_queues(struct floor *floor, const struct core *core, const struct user *user,
                       struct floor_agent *out)
{
    size_t count = user->queue_count;
    LIST_EACH(it, &core->queues_of_all)
    count++;
    out->queues = arena_alloc(&floor->arena, (count + 1) * sizeof *out->queues);
    for (size_t i = 0; i < user->queue_count; i++)
        out->queues[out->queue_count++] =
            arena_copy(&floor->arena, user->queues[i]->config.item.name);
    LIST_EACH(it, &core->queues_of_all)
    out->queues[out->queue_count++] =
        arena_copy(&floor->arena, LIST_OWNER(it, struct call_queue, of_all)->config.item.name);
}

static void add_agent(struct floor *floor, const struct core *core, const struct user *user)
{
    struct floor_agent *out = &floor->agents[floor->agent_count++];
    const struct agent_state *state = user_state(core, user);
    *out = (struct floor_agent){.user = user_card_ref(user->card),
                                .state = state_card_ref(state ? state->card : NULL),
                                .state_since_ms = user->state_since_ms};
    add_device(floor, user, out);
    add_queues(floor, core, user, out);
    add_calls(floor, user, out);
}

/* --- queues --- */

/* Whom the music is for: somebody outside, else who called for the one that waits. */
static const struct party *who_waits(const struct party *waiting)
{
    const unsigned there = 1u << PARTY_DIALING | 1u << PARTY_ESTABLISHED | 1u << PARTY_HELD;
    const struct party *found = NULL;
    LIST_EACH(it, &waiting->call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (!(there >> party->state & 1) || !party_is_member(party))
            continue;
        if (party->is_outside)
            return party;
        if (!found || party->number == waiting->inviter)
            found = party;
    }
    return found ? found : waiting;
}

static void add_queue(struct floor *floor, const struct core *core, const struct call_queue *queue)
{
    const struct config_item *config = &queue->config.item;
    struct floor_queue *out = &floor->queues[floor->queue_count++];
    uint64_t count = queue->waiting_count;
    *out = (struct floor_queue){
        .id = copy(floor, queue->id),
        .number = arena_copy(&floor->arena, config->name),
        .name = arena_copy(&floor->arena,
                           config->first_name.len > 0 ? config->first_name : config->name),
        .agents = queue_agents(core, queue),
        .agents_ready = queue_agents_ready(core, queue),
        .waiting = count,
    };
    if (count > FLOOR_WAITING_MAX)
        count = FLOOR_WAITING_MAX;
    out->first = arena_alloc(&floor->arena, (count + 1) * sizeof *out->first);
    LIST_EACH(it, &queue->waiting)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_queue);
        if (out->first_count == count)
            break;
        out->first[out->first_count++] =
            (struct floor_waiting){.call_id = copy(floor, party->call->id),
                                   .number = copy(floor, who_waits(party)->dn),
                                   .type = party->call->type,
                                   .since_ms = party->since_ms};
    }
}

/* --- which of them --- */

static void make_room(struct floor *floor, size_t agents, size_t queues)
{
    floor->agents = arena_alloc(&floor->arena, (agents + 1) * sizeof *floor->agents);
    floor->queues = arena_alloc(&floor->arena, (queues + 1) * sizeof *floor->queues);
}

static void add_all(struct floor *floor, const struct core *core)
{
    size_t queues = 0;
    LIST_EACH(it, &core->queues)
    queues++;
    make_room(floor, core->stats.users, queues);
    LIST_EACH(it, &core->users)
    add_agent(floor, core, LIST_OWNER(it, struct user, link));
    LIST_EACH(it, &core->queues)
    add_queue(floor, core, LIST_OWNER(it, struct call_queue, link));
}

static void add_changed(struct floor *floor, const struct core *core, uint64_t since)
{
    size_t count[2] = {0};
    struct list *before = core->floor.prev;
    for (; before != &core->floor; before = before->prev) {
        const struct floor_item *item = LIST_OWNER(before, struct floor_item, link);
        if (item->version <= since)
            break;
        count[item->is_queue]++;
    }
    make_room(floor, count[false], count[true]);
    for (struct list *it = before->next; it != &core->floor; it = it->next) {
        const struct floor_item *item = LIST_OWNER(it, struct floor_item, link);
        if (item->is_queue)
            add_queue(floor, core, LIST_OWNER(item, struct call_queue, floor));
        else
            add_agent(floor, core, LIST_OWNER(item, struct user, floor));
    }
}

struct floor *floor_query(const struct core *core, uint64_t since)
{
    struct floor *floor = mem_zalloc(sizeof *floor);
    floor->version = core->floor_version;
    floor->is_whole = since < core->floor_whole || since > core->floor_version;
    if (floor->is_whole)
        add_all(floor, core);
    else
        add_changed(floor, core, since);
    return floor;
}

void floor_free(struct floor *floor)
{
    if (!floor)
        return;
    for (size_t i = 0; i < floor->agent_count; i++) {
        struct floor_agent *agent = &floor->agents[i];
        for (size_t k = 0; k < agent->call_count; k++)
            call_part_unref(agent->calls[k].part);
        user_card_unref(agent->user);
        state_card_unref(agent->state);
        user_card_unref(agent->monitored_by);
    }
    arena_free(&floor->arena);
    mem_free(floor);
}
