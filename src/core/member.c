/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which queues may give a user calls, and how many of a queue's members are ready: kept, because a
 * site may have hundreds of queues of thousands of agents, and supervisors look at all of them all
 * the time. It follows from the configuration and the users' states, so it is in no snapshot. A
 * queue for which no members are configured has all users; what they have in common is counted once
 * for all such queues. */
#include "base/mem.h"
#include "core/core_int.h"

/* Where the queue stands among the user's, or would stand. */
static size_t place_of(const struct user *user, const struct call_queue *queue)
{
    size_t low = 0;
    size_t high = user->queue_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (user->queues[middle]->serial < queue->serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct user *user, const struct call_queue *queue, size_t at)
{
    return at < user->queue_count && user->queues[at] == queue;
}

static void put_in(struct core *core, struct user *user, struct call_queue *queue)
{
    size_t at = place_of(user, queue);
    if (is_at(user, queue, at))
        return; /* it is named twice */
    user->queues = mem_grow(user->queues, &user->queue_cap, user->queue_count + 1, sizeof(void *));
    memmove(user->queues + at + 1, user->queues + at, (user->queue_count - at) * sizeof(void *));
    user->queues[at] = queue;
    user->queue_count++;
    queue->agents++;
    queue->agents_ready += user->is_counted_ready;
    floor_touch(core, &user->floor);
}

static void take_out(struct core *core, struct user *user, struct call_queue *queue)
{
    size_t at = place_of(user, queue);
    if (!is_at(user, queue, at))
        return;
    user->queue_count--;
    memmove(user->queues + at, user->queues + at + 1, (user->queue_count - at) * sizeof(void *));
    floor_touch(core, &user->floor);
}

/* All users see that they are members, or are no more. */
static void touch_all(struct core *core)
{
    LIST_EACH(it, &core->users)
    floor_touch(core, &LIST_OWNER(it, struct user, link)->floor);
}

/* In order of creation, as they are behind a restart. */
static void enlist_all(struct core *core, struct call_queue *queue)
{
    struct list *before = core->queues_of_all.prev;
    while (before != &core->queues_of_all &&
           LIST_OWNER(before, struct call_queue, of_all)->serial > queue->serial)
        before = before->prev;
    list_append(before->next, &queue->of_all); /* right behind it */
    touch_all(core);
}

void members_enlist(struct core *core, struct call_queue *queue)
{
    const struct config_item *config = &queue->config.item;
    floor_touch(core, &queue->floor);
    if (config->member_count == 0)
        enlist_all(core, queue);
    for (size_t i = 0; i < config->member_count; i++) {
        struct user *user = user_find(core, config->members[i]);
        if (user)
            put_in(core, user, queue);
    }
}

void members_strike(struct core *core, struct call_queue *queue)
{
    if (!list_is_empty(&queue->of_all))
        touch_all(core);
    list_remove(&queue->of_all);
    LIST_EACH(it, &core->users)
    take_out(core, LIST_OWNER(it, struct user, link), queue);
    queue->agents = queue->agents_ready = 0;
}

static void touch_queues(struct core *core, const struct user *user)
{
    for (size_t i = 0; i < user->queue_count; i++)
        floor_touch(core, &user->queues[i]->floor);
    LIST_EACH(it, &core->queues_of_all)
    floor_touch(core, &LIST_OWNER(it, struct call_queue, of_all)->floor);
}

void member_comes(struct core *core, struct user *user)
{
    LIST_EACH(it, &core->queues)
    {
        struct call_queue *queue = LIST_OWNER(it, struct call_queue, link);
        if (list_is_empty(&queue->of_all) && queue_has_member(queue, user->card->name))
            put_in(core, user, queue);
    }
    touch_queues(core, user);
}

void member_goes(struct core *core, struct user *user)
{
    member_is_ready(core, user, false);
    touch_queues(core, user);
    for (size_t i = 0; i < user->queue_count; i++)
        user->queues[i]->agents--;
}

void member_is_ready(struct core *core, struct user *user, bool is_ready)
{
    if (user->is_counted_ready == is_ready)
        return;
    user->is_counted_ready = is_ready;
    core->users_ready += is_ready ? 1 : UINT64_MAX; /* modulo 2^64: one less */
    for (size_t i = 0; i < user->queue_count; i++)
        user->queues[i]->agents_ready += is_ready ? 1 : UINT64_MAX;
    touch_queues(core, user);
}

uint64_t queue_agents(const struct core *core, const struct call_queue *queue)
{
    return list_is_empty(&queue->of_all) ? queue->agents : core->stats.users;
}

uint64_t queue_agents_ready(const struct core *core, const struct call_queue *queue)
{
    return list_is_empty(&queue->of_all) ? queue->agents_ready : core->users_ready;
}
