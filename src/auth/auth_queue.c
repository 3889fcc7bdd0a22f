/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whose password is verified next. One verification costs 11 ms on purpose, so whoever sends many
 * wrong ones could keep all others waiting. Hence a lane for each address, and the lanes take
 * turns: a flood from one address makes another wait for one more verification, not for all of
 * them. What waits is bounded; when it is full, the address with the longest lane loses its newest
 * job to who has a shorter one. Behind a proxy that is not a trusted one all have its address;
 * there the bound of a user name keeps one guessed name from filling the lane.
 *
 * An address of IPv6 is its first half: the other is for whoever has it to choose.
 *
 * Jobs stay here until the worker is free, and only one is with it. So one can still be dropped:
 * when the connections of all who wait for it broke, it is never run. */
#include "auth/auth_int.h"

#include "base/address.h"
#include "base/mem.h"

struct lane {
    struct list link; /* of the turns */
    struct list jobs;
    size_t count;
    size_t address_len;
    char address[ADDRESS_BYTES];
};

static struct slice job_key(const struct job *job)
{
    return (struct slice){(const char *)job->mac, MAC_BYTES};
}

/* --- lanes --- */

/* What of the address makes a lane; what is none has one lane for all. */
static struct slice address_of(struct slice peer, struct address *out)
{
    if (!address_parse(peer, out, NULL))
        return SLICE("-");
    return (struct slice){(const char *)out->bytes,
                          address_is_v4(out) ? ADDRESS_BYTES : ADDRESS_BYTES / 2};
}

static struct lane *lane_of(struct auth *a, struct slice peer)
{
    struct address parsed;
    struct slice address = address_of(peer, &parsed);
    struct lane *lane = map_get(&a->lanes, address);
    if (lane)
        return lane;
    lane = mem_zalloc(sizeof *lane);
    list_init(&lane->jobs);
    lane->address_len = address.len;
    memcpy(lane->address, address.ptr, address.len);
    map_put(&a->lanes, (struct slice){lane->address, lane->address_len}, lane);
    list_append(&a->turns, &lane->link);
    return lane;
}

static void lane_close_if_empty(struct auth *a, struct lane *lane)
{
    if (lane->count > 0)
        return;
    map_remove(&a->lanes, (struct slice){lane->address, lane->address_len});
    list_remove(&lane->link);
    mem_free(lane);
}

static size_t lane_count_name(const struct lane *lane, struct slice name)
{
    size_t count = 0;
    LIST_EACH(it, &lane->jobs)
    {
        const struct job *job = LIST_OWNER(it, struct job, link);
        count += slice_equal((struct slice){job->name, job->name_len}, name);
    }
    return count;
}

static void lane_take_out(struct auth *a, struct job *job)
{
    struct lane *lane = job->lane;
    list_remove(&job->link);
    job->lane = NULL;
    lane->count--;
    a->waiting--;
    lane_close_if_empty(a, lane);
}

/* --- jobs --- */

void auth_queue_free(struct job *job)
{
    sodium_memzero(job->password, sizeof job->password);
    mem_free(job);
}

static struct job *job_new(const struct auth *a, const struct question *question)
{
    struct slice name = question->credential->user;
    struct slice password = question->credential->password;
    struct job *job = mem_zalloc(sizeof *job);
    memcpy(job->mac, question->mac, MAC_BYTES);
    list_init(&job->link);
    list_init(&job->waiters);
    job->auth = (struct auth *)a;
    memcpy(job->hash, question->hash, strnlen(question->hash, sizeof job->hash - 1));
    job->name_len = name.len;
    job->password_len = password.len;
    if (name.len > 0)
        memcpy(job->name, name.ptr, name.len);
    if (password.len > 0)
        memcpy(job->password, password.ptr, password.len);
    return job;
}

static bool is_wanted(const struct job *job)
{
    LIST_EACH(it, &job->waiters)
    {
        const struct exchange *x = LIST_OWNER(it, struct waiter, link)->x;
        if (!x->verbs->is_gone(x))
            return true;
    }
    return false;
}

/* Takes a job that waits out of everything, and gives its waiters to end. */
static void drop(struct auth *a, struct job *job, void (*end)(struct waiter *waiter))
{
    if (job->lane)
        lane_take_out(a, job);
    map_remove(&a->jobs, job_key(job));
    while (!list_is_empty(&job->waiters)) {
        struct waiter *waiter = LIST_OWNER(job->waiters.next, struct waiter, link);
        list_remove(&waiter->link);
        end(waiter);
    }
    auth_queue_free(job);
}

static void abandon(struct waiter *waiter)
{
    waiter->x->verbs->abandon(waiter->x);
}

static void tell_overload(struct waiter *waiter)
{
    waiter->overloaded(waiter);
}

static void run_next(struct auth *a)
{
    while (!a->running && a->waiting > 0) {
        struct lane *lane = LIST_OWNER(a->turns.next, struct lane, link);
        struct job *job = LIST_OWNER(lane->jobs.next, struct job, link);
        list_remove(&lane->link);
        list_append(&a->turns, &lane->link);
        if (!is_wanted(job)) {
            drop(a, job, abandon);
            continue;
        }
        lane_take_out(a, job);
        a->running = job;
        worker_submit(a->worker, auth_job_run, auth_job_finished, job);
    }
}

/* --- */

/* Whether there is room for one more in the lane, which may cost the longest one its newest. */
static bool make_room(struct auth *a, const struct lane *lane)
{
    if (a->waiting < JOBS_MAX)
        return true;
    struct lane *longest = NULL;
    LIST_EACH(it, &a->turns)
    {
        struct lane *other = LIST_OWNER(it, struct lane, link);
        if (!longest || other->count > longest->count)
            longest = other;
    }
    if (!longest || longest->count <= lane->count + 1)
        return false;
    drop(a, LIST_OWNER(longest->jobs.prev, struct job, link), tell_overload);
    return true;
}

static struct job *begin(struct auth *a, struct slice peer, const struct question *question)
{
    struct lane *lane = lane_of(a, peer);
    if (lane_count_name(lane, question->credential->user) >= NAME_JOBS_MAX || !make_room(a, lane)) {
        lane_close_if_empty(a, lane);
        return NULL;
    }
    struct job *job = job_new(a, question);
    job->lane = lane;
    list_append(&lane->jobs, &job->link);
    lane->count++;
    a->waiting++;
    map_put(&a->jobs, job_key(job), job);
    return job;
}

void auth_queue_join(struct waiter *waiter, const struct question *question)
{
    struct auth *a = waiter->auth;
    struct job *job = map_get(&a->jobs, (struct slice){(const char *)question->mac, MAC_BYTES});
    if (!job)
        job = begin(a, waiter->x->peer, question);
    if (!job || job->waiter_count >= JOB_WAITERS_MAX) {
        waiter->overloaded(waiter);
        return;
    }
    list_append(&job->waiters, &waiter->link);
    job->waiter_count++;
    run_next(a);
}

void auth_queue_leave(struct auth *a, struct job *job)
{
    map_remove(&a->jobs, job_key(job));
    a->running = NULL;
    run_next(a);
}

static void forget(struct waiter *waiter)
{
    (void)waiter; /* Its exchange is the web's to free. */
}

void auth_queue_end(struct auth *a)
{
    /* What the worker had is finished by the poster, later: it only frees itself then. */
    if (a->running) {
        map_remove(&a->jobs, job_key(a->running));
        a->running->auth = NULL;
    }
    LIST_EACH_SAFE(turn, &a->turns)
    {
        struct lane *lane = LIST_OWNER(turn, struct lane, link);
        for (size_t left = lane->count; left > 0; left--)
            drop(a, LIST_OWNER(lane->jobs.next, struct job, link), forget);
    }
    map_free(&a->jobs);
    map_free(&a->lanes);
}
