/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The time by which inputs are stamped. The real clock is the wall's at start and the monotonic
 * clock's from then on: a correction of the wall clock moves no deadline, and time never goes back,
 * not even over a restart with a wrong clock. The manual one stands still until it is moved.
 *
 * The real one can be moved, too, ahead only. To where is a record of the journal, written before
 * it moves: so nobody sees a time that a restart could be before, and one that comes in the middle
 * of the way does the rest of it. Beside it stands how far it was moved in all, for there is a
 * second time: the one of the people before their screens, who do not grow older by that. */
#include "engine/engine_int.h"

#include <time.h>

#define CLOCK_RECORD "clock"

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

static void read_record(struct journal *j, uint64_t *to_ms, uint64_t *wound_ms)
{
    struct buf value = {0};
    if (journal_get(j, RECORD_META, SLICE(CLOCK_RECORD), &value) == ERR_OK) {
        struct dec d = dec_of(buf_view(&value));
        *to_ms = dec_u64(&d);
        *wound_ms = dec_u64(&d);
    }
    buf_free(&value);
}

void clock_start(struct clock *c, const struct engine_options *options, uint64_t after_ms)
{
    bool is_manual = options->clock == ENGINE_CLOCK_MANUAL;
    uint64_t wall_ms = is_manual ? options->manual_start_ms : milliseconds(CLOCK_REALTIME);
    uint64_t to_ms = 0;
    uint64_t wound_ms = 0;
    if (!is_manual)
        read_record(options->journal, &to_ms, &wound_ms);
    if (after_ms < to_ms)
        after_ms = to_ms;
    uint64_t unwound_ms = after_ms > wound_ms ? after_ms - wound_ms : 0;
    if (unwound_ms < wall_ms)
        unwound_ms = wall_ms;
    uint64_t now_ms = after_ms > wall_ms ? after_ms : wall_ms;
    int_fast64_t monotonic_ms = (int_fast64_t)milliseconds(CLOCK_MONOTONIC);
    c->kind = options->clock;
    c->wound_ms = wound_ms;
    c->unwound_offset_ms = (int_fast64_t)unwound_ms - monotonic_ms;
    atomic_init(&c->offset_ms, (int_fast64_t)now_ms - monotonic_ms);
    atomic_init(&c->virtual_ms, now_ms);
}

uint64_t clock_now_ms(const struct clock *c)
{
    if (c->kind == ENGINE_CLOCK_MANUAL)
        return atomic_load_explicit(&c->virtual_ms, memory_order_acquire);
    return (uint64_t)((int_fast64_t)milliseconds(CLOCK_MONOTONIC) +
                      atomic_load_explicit(&c->offset_ms, memory_order_acquire));
}

uint64_t clock_unwound_ms(const struct clock *c)
{
    if (c->kind == ENGINE_CLOCK_MANUAL)
        return clock_now_ms(c);
    return (uint64_t)((int_fast64_t)milliseconds(CLOCK_MONOTONIC) + c->unwound_offset_ms);
}

void clock_skip(struct clock *c, uint64_t to_ms)
{
    uint64_t now_ms = clock_now_ms(c);
    if (to_ms <= now_ms)
        return;
    if (c->kind == ENGINE_CLOCK_MANUAL)
        atomic_store_explicit(&c->virtual_ms, to_ms, memory_order_release);
    else
        atomic_fetch_add_explicit(&c->offset_ms, (int_fast64_t)(to_ms - now_ms),
                                  memory_order_acq_rel);
}

enum err clock_remember(const struct clock *c, struct journal *j, uint64_t to_ms)
{
    struct buf value = {0};
    enc_u64(&value, to_ms);
    enc_u64(&value, c->wound_ms);
    enum err err = journal_put(j, RECORD_META, SLICE(CLOCK_RECORD), buf_view(&value));
    buf_free(&value);
    return err;
}

void clock_wait(const struct clock *c, struct queue *q, uint64_t until_ms)
{
    if (c->kind == ENGINE_CLOCK_MANUAL || until_ms > INT64_MAX) {
        queue_wait(q, UINT64_MAX);
        return;
    }
    int64_t at =
        (int64_t)until_ms - (int64_t)atomic_load_explicit(&c->offset_ms, memory_order_relaxed);
    queue_wait(q, at > 0 ? (uint64_t)at : 0);
}
