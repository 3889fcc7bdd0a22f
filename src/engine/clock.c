/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The time by which inputs are stamped. The real clock is the wall's at start and the monotonic
 * clock's from then on: a correction of the wall clock moves no deadline, and time never goes back,
 * not even over a restart with a wrong clock. The manual one stands still until it is moved. */
#include "engine/engine_int.h"

#include <time.h>

static uint64_t milliseconds(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t clock_monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void clock_start(struct clock *c, enum engine_clock kind, uint64_t manual_ms, uint64_t after_ms)
{
    uint64_t now = kind == ENGINE_CLOCK_MANUAL ? manual_ms : milliseconds(CLOCK_REALTIME);
    if (now < after_ms)
        now = after_ms;
    c->kind = kind;
    c->offset_ms = (int64_t)now - (int64_t)milliseconds(CLOCK_MONOTONIC);
    atomic_init(&c->virtual_ms, now);
}

uint64_t clock_now_ms(const struct clock *c)
{
    if (c->kind == ENGINE_CLOCK_MANUAL)
        return atomic_load_explicit(&c->virtual_ms, memory_order_acquire);
    return (uint64_t)((int64_t)milliseconds(CLOCK_MONOTONIC) + c->offset_ms);
}

void clock_wait(const struct clock *c, struct queue *q, uint64_t until_ms)
{
    if (c->kind == ENGINE_CLOCK_MANUAL || until_ms > INT64_MAX) {
        queue_wait(q, UINT64_MAX);
        return;
    }
    int64_t at = (int64_t)until_ms - c->offset_ms;
    queue_wait(q, at > 0 ? (uint64_t)at : 0);
}
