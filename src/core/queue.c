/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Queues. Whoever is called by a queue's number is a party that waits: invited, on no telephone, in
 * the queue's list, while who called hears music. At the end of each input the calls that wait are
 * matched with agents that are free: the longest waiting call gets the agent idle longest. The
 * agent is a party of its own, whose offer names the waiting one; while it is rung, it is shown in
 * the waiting one's place. When it answers, the waiting one is done; when it does not, it goes, is
 * Ready no more, and the call waits on where it was.
 *
 * A call is given up after a time, or at once where too many wait: it overflows to another number,
 * or fails like any that can't be had. */
#include "core/core_int.h"

#include <stdlib.h>

#define FOREVER_MS UINT64_C(315360000000) /* ten years */
#define OFFERS_MAX 60000                  /* parties of one call; their numbers have an end */

void queue_has_news(struct core *core, struct call_queue *queue)
{
    queue->has_news = true;
    queue->is_tried = false;
    core->has_queue_news = true;
    if (list_is_empty(&queue->of_open))
        list_append(&core->open_queues, &queue->of_open);
}

static bool is_waiting(const struct party *party)
{
    return !list_is_empty(&party->of_queue);
}

struct party *queue_agent(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    {
        struct party *agent = LIST_OWNER(it, struct party, link);
        if (agent->offer == party->number + 1 && party_is_living(agent))
            return agent;
    }
    return NULL;
}

struct party *queue_waiting_party(const struct party *agent)
{
    struct party *party = agent->offer > 0 ? party_find(agent->call, agent->offer - 1) : NULL;
    return party && is_waiting(party) && party_is_living(agent) ? party : NULL;
}

bool call_is_queued(const struct call *call)
{
    LIST_EACH(it, &call->parties)
    if (is_waiting(LIST_OWNER(it, struct party, link)))
        return true;
    return false;
}

/* --- waiting --- */

void queue_join(struct core *core, struct party *party)
{
    list_append(&party->queue->waiting, &party->of_queue);
    party->queue->waiting_count++;
    floor_touch(core, &party->queue->floor);
}

void queue_join_for(struct core *core, struct party *party, struct party *other)
{
    list_append(&other->of_queue, &party->of_queue); /* right before it */
    party->queue->waiting_count++;
    queue_leave(core, other);
}

void queue_leave(struct core *core, struct party *party)
{
    if (!is_waiting(party))
        return;
    list_remove(&party->of_queue);
    party->queue->waiting_count--;
    floor_touch(core, &party->queue->floor);
}

static void go_elsewhere(struct turn *turn, struct party *party, struct slice number)
{
    struct call *call = party->call;
    struct number to;
    if (number_dialled(turn->core, number, &to) == NUMBER_INVALID) {
        party_fails(turn, party, CAUSE_UNREACHABLE);
        return;
    }
    party->queue = NULL;
    party->hops++;
    number_copy(party->dn, slice_of(to.digits));
    if (to.kind == NUMBER_OUTSIDE)
        party_goes_outside(party);
    call_changed(call);
    party_call_told(turn, party);
    if (!call->is_over)
        call_mix(turn, call);
}

static void give_up(struct turn *turn, struct party *party, enum cause cause)
{
    struct slice overflow = party->queue->config.item.overflow;
    queue_leave(turn->core, party);
    party_wait_for(turn, party, WAIT_NOTHING, 0);
    if (overflow.len > 0 && party->hops < HOPS_MAX)
        go_elsewhere(turn, party, overflow);
    else
        party_fails(turn, party, cause);
}

static bool is_full(const struct call_queue *queue)
{
    uint64_t max = queue->config.item.max_waiting;
    return max > 0 && queue->waiting_count >= max;
}

void queue_enter(struct turn *turn, struct party *party, struct call_queue *queue)
{
    struct call *call = party->call;
    const struct party *inviter = party_inviter(party);
    uint64_t max_wait_ms = queue->config.item.max_wait_ms;
    call->is_business = true;
    call_changed(call);
    party->queue = queue;
    if (is_full(queue)) {
        give_up(turn, party, CAUSE_BUSY);
        return;
    }
    queue_join(turn->core, party);
    party->since_ms = turn->now_ms;
    party_wait_for(turn, party, WAIT_QUEUE, max_wait_ms > 0 ? max_wait_ms : FOREVER_MS);
    queue_has_news(turn->core, queue);
    if (inviter->state == PARTY_DIALING && inviter->leg && inviter->leg->is_offered)
        leg_answer(turn, inviter->leg); /* so that it hears the music */
    call_mix(turn, call);
}

/* An agent who is rung meanwhile has its time. */
void queue_waited(struct turn *turn, struct party *party)
{
    const struct party *agent = queue_agent(party);
    if (!agent) {
        give_up(turn, party, CAUSE_NO_ANSWER);
        return;
    }
    uint64_t until_ms = agent->deadline.node.at_ms;
    party_wait_for(turn, party, WAIT_QUEUE,
                   (until_ms > turn->now_ms ? until_ms - turn->now_ms : 0) + 1);
}

/* --- offers --- */

/* Those who declined were told long ago. */
static void forget_offers(struct turn *turn, const struct party *party)
{
    LIST_EACH_SAFE(it, &party->call->parties)
    {
        struct party *agent = LIST_OWNER(it, struct party, link);
        if (agent->offer == party->number + 1 && !party_is_living(agent) &&
            agent->ended_ms + turn->core->limits.keep_ms <= turn->now_ms)
            party_free(turn->core, agent);
    }
}

static void offer(struct turn *turn, struct party *party, struct device *device)
{
    const struct call_queue *queue = party->queue;
    struct call *call = party->call;
    forget_offers(turn, party);
    if (call->next_party >= OFFERS_MAX) {
        party_fails(turn, party, CAUSE_NO_ANSWER);
        return;
    }
    struct party *agent = party_create(turn, call, number_slice(device->dn), party_inviter(party));
    agent->offer = party->number + 1;
    agent->queue = party->queue;
    agent->hops = party->hops;
    agent->is_shown = party->is_shown;
    party->is_shown = false;
    number_copy(agent->dnis, queue->config.item.name);
    uint64_t no_answer_ms = queue->config.item.no_answer_ms;
    party_ring(turn, agent, device,
               no_answer_ms > 0 ? no_answer_ms : turn->core->limits.no_answer_ms);
    user_touch(turn->core, device->owner);
    if (agent->is_shown)
        party_tell_others(turn, agent);
}

static void withdraw(struct turn *turn, struct party *party, struct party *agent, enum cause cause)
{
    party_release(turn, agent, cause);
    party->is_shown = agent->is_shown;
    agent->is_shown = false;
    call_changed(party->call);
    if (party->is_shown)
        party_tell_others(turn, party);
}

void queue_answered(struct turn *turn, const struct party *agent)
{
    struct party *party = queue_waiting_party(agent);
    if (party)
        party_release(turn, party, CAUSE_TRANSFERRED); /* nobody is told: it was invited only */
}

bool queue_takes_back(struct turn *turn, struct party *party, enum cause cause)
{
    struct party *agent = is_waiting(party) ? queue_agent(party) : NULL;
    if (agent)
        withdraw(turn, party, agent, cause);
    struct party *waiting = queue_waiting_party(party);
    if (!waiting)
        return false;
    struct user *user = party->user;
    uint64_t max_wait_ms = waiting->queue->config.item.max_wait_ms;
    /* Telephones say busy for many things that their users do: to a queue it is no answer. */
    withdraw(turn, waiting, party, cause == CAUSE_BUSY ? CAUSE_NO_ANSWER : cause);
    if (user)
        user_withdraw(turn, user);
    queue_has_news(turn->core, waiting->queue);
    if (max_wait_ms > 0 && turn->now_ms >= waiting->since_ms + max_wait_ms)
        give_up(turn, waiting, CAUSE_NO_ANSWER);
    else
        call_mix(turn, waiting->call);
    return true;
}

/* --- distribution --- */

struct device *user_free_device(const struct core *core, const struct user *user)
{
    struct device *found = NULL;
    if (!user->has_session || user->is_vanished ||
        user_state(core, user)->card->mode != AGENT_READY)
        return NULL;
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        if (!device_is_idle(device))
            return NULL;
        if (!found && device->is_registered && !device->is_dnd && device->forward_to[0] == '\0' &&
            !device_is_busy(device))
            found = device;
    }
    return found;
}

static bool is_idle_longer(const struct user *user, const struct user *other)
{
    return user->idle_since_ms < other->idle_since_ms ||
           (user->idle_since_ms == other->idle_since_ms && user->serial < other->serial);
}

static struct device *better_of(const struct core *core, struct device *best,
                                const struct user *user)
{
    struct device *device = user ? user_free_device(core, user) : NULL;
    return device && (!best || is_idle_longer(user, best->owner)) ? device : best;
}

struct device *queue_free_device(const struct core *core, const struct call_queue *queue)
{
    const struct config_item *config = &queue->config.item;
    struct device *best = NULL;
    for (size_t i = 0; i < config->member_count; i++)
        best = better_of(core, best, user_find(core, config->members[i]));
    if (config->member_count == 0)
        LIST_EACH(it, &core->users)
    best = better_of(core, best, LIST_OWNER(it, struct user, link));
    return best;
}

struct party *queue_first(const struct call_queue *queue)
{
    LIST_EACH(it, &queue->waiting)
    {
        struct party *party = LIST_OWNER(it, struct party, of_queue);
        if (!queue_agent(party))
            return party;
    }
    return NULL;
}

static bool came_before(const struct party *party, const struct party *other)
{
    if (party->since_ms != other->since_ms)
        return party->since_ms < other->since_ms;
    return party_tie(party) < party_tie(other);
}

static struct party *longest_waiting(const struct core *core)
{
    struct party *longest = NULL;
    LIST_EACH(it, &core->open_queues)
    {
        const struct call_queue *queue = LIST_OWNER(it, struct call_queue, of_open);
        struct party *party = queue->is_tried ? NULL : queue_first(queue);
        if (party && (!longest || came_before(party, longest)))
            longest = party;
    }
    return longest;
}

static int by_text(const void *a, const void *b)
{
    const struct slice *x = a;
    const struct slice *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = len > 0 ? memcmp(x->ptr, y->ptr, len) : 0;
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

void queue_sort_members(struct call_queue *queue)
{
    const struct config_item *config = &queue->config.item;
    if (config->member_count > 0)
        qsort((struct slice *)(uintptr_t)config->members, config->member_count,
              sizeof *config->members, by_text);
}

bool queue_has_member(const struct call_queue *queue, struct slice name)
{
    const struct config_item *config = &queue->config.item;
    return config->member_count == 0 ||
           bsearch(&name, config->members, config->member_count, sizeof *config->members, by_text);
}

/* Where nothing is new to the queue, nobody was free for who waits when calls were given out last:
 * only who was touched since can be. A site may have hundreds of queues of thousands of agents. */
static struct device *newly_free_device(const struct core *core, const struct call_queue *queue)
{
    struct device *best = NULL;
    if (queue->has_news)
        return queue_free_device(core, queue);
    LIST_EACH(it, &core->touched_users)
    {
        const struct user *user = LIST_OWNER(it, struct user, touched);
        struct device *better = better_of(core, best, user);
        if (better != best && queue_has_member(queue, user->card->name))
            best = better;
    }
    return best;
}

/* Whether anything happened that can bring a call and an agent together. */
static bool has_news(const struct core *core)
{
    if (core->has_queue_news)
        return true;
    LIST_EACH(it, &core->touched_users)
    if (user_free_device(core, LIST_OWNER(it, struct user, touched)))
        return true;
    return false;
}

void queues_distribute(struct turn *turn)
{
    struct core *core = turn->core;
    bool has_work = !list_is_empty(&core->open_queues) && has_news(core);
    core->has_queue_news = false;
    if (!has_work)
        return;
    LIST_EACH(it, &core->open_queues)
    {
        struct call_queue *queue = LIST_OWNER(it, struct call_queue, of_open);
        queue->is_tried = list_is_empty(&queue->waiting) || !newly_free_device(core, queue);
    }
    for (struct party *party; (party = longest_waiting(core));) {
        struct device *device = newly_free_device(core, party->queue);
        if (device)
            offer(turn, party, device);
        else
            party->queue->is_tried = true;
    }
    core->has_queue_news = false;
    LIST_EACH_SAFE(it, &core->open_queues)
    {
        struct call_queue *queue = LIST_OWNER(it, struct call_queue, of_open);
        queue->has_news = false;
        if (!queue_first(queue))
            list_remove(&queue->of_open);
    }
}
