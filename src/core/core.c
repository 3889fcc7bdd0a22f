/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core as a whole: making it, applying one input, and the questions of the engine that belong
 * to no single room of it. */
#include "core/core_int.h"

#include "base/mem.h"

struct core *core_create(void)
{
    struct core *core = mem_zalloc(sizeof *core);
    list_init(&core->users);
    list_init(&core->devices);
    list_init(&core->calls);
    list_init(&core->legs);
    list_init(&core->emergencies);
    list_init(&core->states);
    list_init(&core->queues);
    list_init(&core->open_queues);
    list_init(&core->trunks);
    list_init(&core->places);
    list_init(&core->touched_calls);
    list_init(&core->touched_users);
    list_init(&core->queues_of_all);
    list_init(&core->floor);
    core->next_call = 1;
    core->next_leg = 1;
    core->limits = (struct config_limits){
        .pick_up_ms = 20000,
        .no_answer_ms = 30000,
        .tone_ms = 3000,
        .transit_ms = 7200000,
        .keep_ms = 60000,
        .key_bytes = 255,
        .value_bytes = 16384,
        .call_bytes = 65536,
        .pairs = 1000,
        .disposition_ms = 86400000,
        .vanished_ms = 300000,
    };
    states_begin(core);
    op_states_begin(core->offered_in);
    return core;
}

void core_destroy(struct core *core)
{
    if (!core)
        return;
    LIST_EACH_SAFE(it, &core->legs)
    leg_free(core, LIST_OWNER(it, struct leg, link));
    LIST_EACH_SAFE(it, &core->calls)
    call_free(core, LIST_OWNER(it, struct call, link));
    LIST_EACH_SAFE(it, &core->devices)
    device_free(core, LIST_OWNER(it, struct device, link));
    LIST_EACH_SAFE(it, &core->users)
    user_free(core, LIST_OWNER(it, struct user, link));
    LIST_EACH_SAFE(it, &core->queues)
    call_queue_free(core, LIST_OWNER(it, struct call_queue, link));
    LIST_EACH_SAFE(it, &core->trunks)
    trunk_free(LIST_OWNER(it, struct trunk, link));
    LIST_EACH_SAFE(it, &core->places)
    place_free(LIST_OWNER(it, struct place, link));
    LIST_EACH_SAFE(it, &core->states)
    state_free(LIST_OWNER(it, struct agent_state, link));
    held_item_free(&core->site);
    map_free(&core->queue_by_number);
    map_free(&core->user_by_name);
    map_free(&core->device_by_dn);
    map_free(&core->device_by_id);
    map_free(&core->call_by_id);
    map_free(&core->call_by_conn_id);
    map_free(&core->leg_by_id);
    heap_free(&core->deadlines);
    mem_free(core);
}

static enum err apply(struct turn *turn)
{
    switch (turn->input->kind) {
    case INPUT_COMMAND:
        return apply_command(turn);
    case INPUT_SIGNAL:
        return apply_signal(turn);
    case INPUT_CONFIG:
        return apply_config(turn);
    case INPUT_DEADLINE:
        return apply_deadline(turn);
    default:
        return refuse(turn, ERR_INVALID, "no such kind of input");
    }
}

enum err core_apply(struct core *core, const struct input *input, struct effects *fx)
{
    struct turn turn = {.core = core, .fx = fx, .input = input, .now_ms = input->time_ms};
    fx->reason = SLICE_NONE;
    enum err err = apply(&turn);
    settle(&turn); /* a refused input touched nothing */
    return err;
}

uint64_t core_next_deadline(const struct core *core)
{
    const struct heap_node *node = heap_first(&core->deadlines);
    return node ? node->at_ms : UINT64_MAX;
}

uint64_t core_user_seq(const struct core *core, struct slice name)
{
    const struct user *user = user_find(core, name);
    return user ? user->seq : 0;
}

void core_each_leg(const struct core *core, void (*visit)(void *ctx, const struct core_leg *leg),
                   void *ctx)
{
    LIST_EACH_SAFE(it, &core->legs)
    {
        const struct leg *leg = LIST_OWNER(it, struct leg, link);
        struct core_leg view = {
            .leg = leg->id,
            .is_offered = leg->is_offered,
            .is_up = leg->is_up,
            .is_dropping = leg->is_dropping,
            .dn = number_slice(leg->dn),
            .trunk = leg->trunk,
            .keep = leg->keep.len > 0 ? buf_view(&leg->keep) : SLICE_NONE,
        };
        visit(ctx, &view);
    }
}

void core_unconfirmed_orders(const struct core *core, struct effects *fx)
{
    struct input none = {0};
    struct turn turn = {.core = (struct core *)(uintptr_t)core, .fx = fx, .input = &none};
    LIST_EACH(it, &core->legs)
    {
        const struct leg *leg = LIST_OWNER(it, struct leg, link);
        if (leg->is_dropping)
            leg_order_drop(&turn, leg);
        else if (!leg->is_up && !leg->is_offered)
            leg_order_ring(&turn, leg);
        if (leg->is_answer_pending)
            leg_order_answer(&turn, leg);
    }
    LIST_EACH(it, &core->calls)
    call_mix(&turn, LIST_OWNER(it, struct call, link));
}

static const struct list *configured_list(const struct core *core, enum config_kind kind)
{
    switch (kind) {
    case CONFIG_USER:
        return &core->users;
    case CONFIG_DEVICE:
        return &core->devices;
    case CONFIG_AGENT_STATE:
        return &core->states;
    case CONFIG_PLACE:
        return &core->places;
    case CONFIG_QUEUE:
        return &core->queues;
    default:
        return &core->trunks;
    }
}

static struct slice configured_name(struct list *link, enum config_kind kind)
{
    const struct agent_state *state;
    switch (kind) {
    case CONFIG_USER:
        return LIST_OWNER(link, struct user, link)->card->name;
    case CONFIG_DEVICE:
        return slice_of(LIST_OWNER(link, struct device, link)->dn);
    case CONFIG_AGENT_STATE:
        state = LIST_OWNER(link, struct agent_state, link);
        return state->card->is_of_system ? SLICE_NONE : state->card->operation_name;
    case CONFIG_PLACE:
        return LIST_OWNER(link, struct place, link)->config.item.name;
    case CONFIG_QUEUE:
        return LIST_OWNER(link, struct call_queue, link)->config.item.name;
    default:
        return LIST_OWNER(link, struct trunk, link)->config.item.name;
    }
}

void core_each_configured(const struct core *core, enum config_kind kind,
                          void (*visit)(void *ctx, struct slice name), void *ctx)
{
    const struct list *all = configured_list(core, kind);
    LIST_EACH(it, all)
    {
        struct slice name = configured_name(it, kind);
        if (name.ptr)
            visit(ctx, name);
    }
}

uint64_t core_floor_version(const struct core *core)
{
    return core->floor_version;
}

void core_stats(const struct core *core, struct core_stats *out)
{
    *out = core->stats;
}
