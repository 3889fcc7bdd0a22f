/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A queue of releases, and beside it what is left of notices that were dropped: one number a user.
 *
 * Order is what matters: the hub must not hear of a dropped notice before the ones in the queue
 * that are older, nor after one that is newer. So once something was dropped everything is, until
 * the web thread has emptied the queue and then taken the numbers: what was in the queue is older
 * than all of them, and what comes into it afterwards is newer. */
#include "releases.h"

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "engine/ticket.h"

#include <pthread.h>
#include <stdatomic.h>

#define TAKEN_MAX 64

struct dropped {
    struct list link;
    uint64_t last;
    size_t name_len;
    char name[];
};

struct releases {
    struct hub *hub;
    struct queue *queue;
    void *ctx;
    size_t notices_max;
    atomic_size_t notices; /* that wait */
    uint64_t floor;        /* web thread */
    struct metric *metric_dropped;
    pthread_mutex_t lock; /* of what follows */
    bool is_dropping;
    struct map by_name;
    struct list all;
};

struct releases *releases_create(struct hub *hub, size_t notices_max, void (*wake)(void *ctx),
                                 void *ctx)
{
    struct releases *r = mem_zalloc(sizeof *r);
    r->hub = hub;
    r->ctx = ctx;
    r->notices_max = notices_max;
    r->queue = queue_create(0, wake, ctx);
    r->metric_dropped = metric_register(METRIC_COUNTER, "cordboard_events_dropped_total", NULL,
                                        "notices that the web side was too far behind to take; "
                                        "their users were told to read anew");
    atomic_init(&r->notices, 0);
    list_init(&r->all);
    if (pthread_mutex_init(&r->lock, NULL))
        log_abort("a lock for releases can't be made");
    return r;
}

static void note_dropped(struct releases *r, const struct notice *notice)
{
    struct slice name = notice->user->name;
    struct dropped *d = map_get(&r->by_name, name);
    if (!d) {
        d = mem_zalloc(sizeof *d + name.len);
        d->name_len = name.len;
        memcpy(d->name, name.ptr, name.len);
        list_append(&r->all, &d->link);
        map_put(&r->by_name, (struct slice){d->name, d->name_len}, d);
    }
    d->last = notice->seq;
}

static void drop_notices(struct releases *r, struct release *release)
{
    pthread_mutex_lock(&r->lock);
    bool is_first = !r->is_dropping && release->notice_count > 0;
    if (is_first || r->is_dropping) {
        r->is_dropping = true;
        for (size_t i = 0; i < release->notice_count; i++) {
            note_dropped(r, release->notices[i]);
            notice_unref(release->notices[i]);
        }
        metric_add(r->metric_dropped, release->notice_count);
        release->notice_count = 0;
    }
    pthread_mutex_unlock(&r->lock);
    if (is_first)
        log_line(LOG_WARN, "server.releases", "problem=behind notices=%zu", r->notices_max);
}

static bool is_dropping(struct releases *r)
{
    pthread_mutex_lock(&r->lock);
    bool is = r->is_dropping;
    pthread_mutex_unlock(&r->lock);
    return is;
}

void releases_put(struct releases *r, struct release *release)
{
    if (is_dropping(r) || atomic_load(&r->notices) + release->notice_count > r->notices_max)
        drop_notices(r, release);
    atomic_fetch_add(&r->notices, release->notice_count);
    queue_put(r->queue, release, true);
}

void release_deliver(struct hub *hub, struct release *release)
{
    for (size_t i = 0; i < release->reply_count; i++) {
        struct ticket *ticket = release->replies[i].tag;
        if (ticket)
            ticket->done(ticket, &release->replies[i]);
    }
    for (size_t i = 0; i < release->notice_count; i++)
        hub_append(hub, release->notices[i]);
    release->notice_count = 0; /* The hub has their references. */
    release_free(release);
}

static void deliver_queue(struct releases *r, void (*after)(void *ctx))
{
    void *taken[TAKEN_MAX];
    size_t count;
    do {
        count = queue_take(r->queue, taken, TAKEN_MAX);
        for (size_t i = 0; i < count; i++) {
            struct release *release = taken[i];
            atomic_fetch_sub(&r->notices, release->notice_count);
            if (release->floor_version > r->floor)
                r->floor = release->floor_version;
            release_deliver(r->hub, release);
            if (after)
                after(r->ctx);
        }
    } while (count == TAKEN_MAX);
}

uint64_t releases_floor(const struct releases *r)
{
    return r->floor;
}

static void take_dropped(struct releases *r, struct list *out)
{
    pthread_mutex_lock(&r->lock);
    LIST_EACH_SAFE(link, &r->all)
    {
        list_remove(link);
        list_append(out, link);
    }
    map_free(&r->by_name);
    r->is_dropping = false;
    pthread_mutex_unlock(&r->lock);
}

void releases_deliver(struct releases *r, void (*after)(void *ctx))
{
    struct list dropped;
    bool was_dropping;
    /* What began while the queue was emptied may have something older in it. */
    do {
        was_dropping = is_dropping(r);
        deliver_queue(r, after);
    } while (!was_dropping && is_dropping(r));
    if (!was_dropping)
        return;
    list_init(&dropped);
    take_dropped(r, &dropped);
    LIST_EACH_SAFE(link, &dropped)
    {
        struct dropped *d = LIST_OWNER(link, struct dropped, link);
        hub_seed(r->hub, (struct slice){d->name, d->name_len}, d->last);
        list_remove(link);
        mem_free(d);
    }
    if (after)
        after(r->ctx);
}

void releases_destroy(struct releases *r)
{
    if (!r)
        return;
    struct list dropped;
    void *item;
    while (queue_take(r->queue, &item, 1) > 0)
        release_free(item);
    list_init(&dropped);
    take_dropped(r, &dropped);
    LIST_EACH_SAFE(link, &dropped)
    {
        list_remove(link);
        mem_free(LIST_OWNER(link, struct dropped, link));
    }
    queue_destroy(r->queue);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}
