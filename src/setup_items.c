/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The part of the configuration that the core decides by, as its items. Everything borrows the
 * configuration's strings; lists of members and the number plan are in the setup's arena. */
#include "setup.h"

#include "base/mem.h"

static struct slice text_or(const char *text, const char *other)
{
    return slice_of(text ? text : other);
}

static struct config_item *add(struct setup *s, enum config_kind kind, const char *name)
{
    struct config_item *item = &s->items[s->item_count++];
    *item = (struct config_item){.kind = kind, .name = slice_of(name)};
    return item;
}

static void add_limits(struct setup *s, const struct config *config)
{
    add(s, CONFIG_LIMITS, NULL)->limits =
        (struct config_limits){.pick_up_ms = config->pick_up_s * 1000,
                               .no_answer_ms = config->no_answer_s * 1000,
                               .tone_ms = config->busy_tone_s * 1000,
                               .keep_ms = config->keep_released_s * 1000,
                               .key_bytes = config->key_bytes,
                               .value_bytes = config->value_bytes,
                               .call_bytes = config->call_bytes,
                               .pairs = config->pairs,
                               .disposition_ms = config->disposition_h * 3600000,
                               .vanished_ms = config->vanished_s * 1000,
                               .transit_ms = config->transit_minutes * 60000,
                               .is_documented = config->profile == CONFIG_PROFILE_DOCUMENTED};
}

const struct slice *setup_list(struct setup *s, const char *list, size_t *count)
{
    size_t most = 1;
    for (const char *at = list; at && *at; at++)
        most += *at == ',';
    struct slice *parts = arena_alloc(&s->arena, most * sizeof *parts);
    *count = 0;
    for (struct slice rest = slice_of(list); rest.ptr;)
        parts[(*count)++] = slice_trim(slice_split(rest, ',', &rest));
    return parts;
}

static void set_members(struct setup *s, struct config_item *item, const char *list)
{
    item->members = setup_list(s, list, &item->member_count);
}

static void add_site(struct setup *s, const struct config *config)
{
    struct number_plan *plan = arena_zalloc(&s->arena, sizeof *plan);
    config_number_plan(config, plan);
    struct config_item *item = add(s, CONFIG_SITE, NULL);
    item->country = slice_of(plan->calling_code);
    item->international = slice_of(plan->international_prefix);
    item->national = slice_of(plan->national_prefix);
    item->outside = slice_of(plan->outside_prefix);
    item->area = slice_of(plan->area_code);
    item->main_number = slice_of(plan->main_number);
    item->disposition_key = slice_of(config->disposition_key);
    set_members(s, item, config->emergency_numbers);
    item->trunk = slice_of(config->emergency_trunk);
    item->callback_ms = config->emergency_callback_s * 1000;
}

static void add_states(struct setup *s, const struct config *config)
{
    for (size_t i = 0; i < config->state_count; i++) {
        const struct config_agent_state *state = &config->states[i];
        struct config_item *item = add(s, CONFIG_AGENT_STATE, state->name);
        item->id = slice_of(state->id);
        item->first_name = text_or(state->display_name, state->name);
        item->mode = (enum agent_mode)state->mode;
        item->reason = slice_of(state->reason);
    }
}

static void add_users(struct setup *s, const struct config *config)
{
    for (size_t i = 0; i < config->user_count; i++) {
        const struct config_user *user = &config->users[i];
        struct config_item *item = add(s, CONFIG_USER, user->name);
        item->id = slice_of(user->id);
        item->first_name = slice_of(user->first_name);
        item->last_name = slice_of(user->last_name);
        item->roles = (unsigned)user->roles;
        item->may_connect_outside = user->may_connect_outside;
    }
}

static void add_devices(struct setup *s, const struct config *config)
{
    for (size_t i = 0; i < config->device_count; i++) {
        const struct config_device *device = &config->devices[i];
        struct config_item *item = add(s, CONFIG_DEVICE, device->dn);
        item->owner = slice_of(device->user);
        item->calls = device->calls;
        item->may_record = device->recording;
        item->shows_hold = device->remote_hold;
        item->location = slice_of(device->location);
        item->remote_answer = (enum remote_answer)device->remote_answer;
    }
}

static void set_all_agents(struct setup *s, struct config_item *item, const struct config *config)
{
    struct slice *members = arena_alloc(&s->arena, (config->user_count + 1) * sizeof *members);
    for (size_t i = 0; i < config->user_count; i++)
        if (config->users[i].roles & ROLE_AGENT)
            members[item->member_count++] = slice_of(config->users[i].name);
    item->members = members;
}

static void add_queues(struct setup *s, const struct config *config)
{
    for (size_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        struct config_item *item = add(s, CONFIG_QUEUE, queue->number);
        item->first_name = text_or(queue->name, queue->number);
        if (queue->agents && strcmp(queue->agents, CONFIG_ALL) == 0)
            set_all_agents(s, item, config);
        else
            set_members(s, item, queue->agents);
        item->wrap_up_ms = queue->wrap_up_s * 1000;
        item->no_answer_ms = queue->no_answer_s * 1000;
        item->max_wait_ms = queue->max_wait_s * 1000;
        item->max_waiting = queue->max_waiting;
        item->overflow = slice_of(queue->overflow);
    }
}

void setup_items(struct setup *s, const struct config *config)
{
    size_t count = 2 + config->user_count + config->device_count + config->place_count +
                   config->queue_count + config->trunk_count + config->state_count;
    s->items = mem_zalloc(count * sizeof *s->items);
    add_limits(s, config);
    add_site(s, config);
    add_states(s, config);
    add_users(s, config);
    add_devices(s, config);
    for (size_t i = 0; i < config->place_count; i++)
        set_members(s, add(s, CONFIG_PLACE, config->places[i].name), config->places[i].devices);
    add_queues(s, config);
    for (size_t i = 0; i < config->trunk_count; i++)
        setup_trunk_item(s, &config->trunks[i], add(s, CONFIG_TRUNK, config->trunks[i].name));
}
