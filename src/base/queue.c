/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A ring of pointers under a lock. Held for a few instructions a message, the lock is taken
 * millions of times a second without being noticed; a lock-free ring would be faster than anything
 * that is put through it here and could not grow, which reserved messages need.
 *
 * The reader is told by the writer that found the queue empty, and by no other: a burst costs one
 * wake-up, however long it is. So a reader that is woken takes until it got less than it asked for.
 * Whether a reader sleeps is known under the lock, and it is woken behind it, so that it does not
 * wake up only to wait for the lock; and nobody is called into the kernel when none sleeps. */
#include "base/queue.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define FIRST_ITEMS 64

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    void **ring; /* cap is a power of two */
    size_t cap;
    size_t first;
    size_t count;
    size_t limit;
    bool is_waiting; /* the reader */
    void (*wake)(void *ctx);
    void *ctx;
};

struct queue *queue_create(size_t limit, void (*wake)(void *ctx), void *ctx)
{
    struct queue *q = mem_zalloc(sizeof *q);
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&q->lock, NULL) || pthread_condattr_init(&attributes) ||
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) ||
        pthread_cond_init(&q->filled, &attributes)) {
        log_abort("a queue's lock cannot be made");
    }
    pthread_condattr_destroy(&attributes);
    q->cap = FIRST_ITEMS;
    q->ring = mem_alloc(q->cap * sizeof *q->ring);
    q->limit = limit;
    q->wake = wake;
    q->ctx = ctx;
    return q;
}

void queue_destroy(struct queue *q)
{
    if (!q) {
        return;
    }
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
    mem_free(q->ring);
    mem_free(q);
}

static void grow(struct queue *q)
{
    void **ring = mem_alloc(q->cap * 2 * sizeof *ring);
    for (size_t i = 0; i < q->count; i++) {
        ring[i] = q->ring[(q->first + i) & (q->cap - 1)];
    }
    mem_free(q->ring);
    q->ring = ring;
    q->cap *= 2;
    q->first = 0;
}

bool queue_put(struct queue *q, void *item, bool reserved)
{
    pthread_mutex_lock(&q->lock);
    if (q->count >= q->limit && !reserved) {
        pthread_mutex_unlock(&q->lock);
        return false;
    }
    if (q->count == q->cap) {
        grow(q);
    }
    q->ring[(q->first + q->count) & (q->cap - 1)] = item;
    bool was_empty = q->count++ == 0;
    bool is_waiting = q->is_waiting;
    q->is_waiting = false;
    pthread_mutex_unlock(&q->lock);
    if (is_waiting) {
        pthread_cond_signal(&q->filled);
    }
    if (was_empty && q->wake) {
        q->wake(q->ctx);
    }
    return true;
}

size_t queue_take(struct queue *q, void **items, size_t max)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->count < max ? q->count : max;
    for (size_t i = 0; i < n; i++) {
        items[i] = q->ring[q->first];
        q->first = (q->first + 1) & (q->cap - 1);
    }
    q->count -= n;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_wait(struct queue *q, uint64_t until_ms)
{
    struct timespec until = {(time_t)(until_ms / 1000), (long)(until_ms % 1000) * 1000000};
    int result = 0;
    pthread_mutex_lock(&q->lock);
    while (q->count == 0 && result != ETIMEDOUT) {
        q->is_waiting = true;
        if (until_ms == UINT64_MAX) {
            result = pthread_cond_wait(&q->filled, &q->lock);
        } else {
            result = pthread_cond_timedwait(&q->filled, &q->lock, &until);
        }
    }
    q->is_waiting = false;
    pthread_mutex_unlock(&q->lock);
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t count = q->count;
    pthread_mutex_unlock(&q->lock);
    return count;
}
