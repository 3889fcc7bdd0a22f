/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Making a batch durable, and only then letting anybody know of it.
 *
 * The core has applied the batch when it is committed, so a failed commit can't be given up: it is
 * tried again until it succeeds. Meanwhile nothing is applied, signals queue, and requests are
 * refused at the door; stall.c has the one exception. Only at the end of the process may it be
 * forgotten, as nothing else of it was released; and at its start, where somebody is to be told why
 * it does not begin.
 *
 * After the commit the orders go first: a driver returns at once, and telephones are slower than
 * browsers. What a driver says in the middle of it just queues. */
#include "engine/engine_int.h"

#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

#define GIVE_UP_AFTER_US UINT64_C(5000000)
#define LOG_EVERY_US     UINT64_C(5000000)

static enum err attempt(struct engine *e)
{
    struct journal *j = e->options.journal;
    const struct batch *b = &e->batch;
    enum err err = journal_begin(j);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < b->record_count && err == ERR_OK; i++)
        err = submission_put_records(b->records[i], j);
    if (err == ERR_OK && b->skip_ms > 0)
        err = clock_remember(&e->clock, j, b->skip_ms);
    if (err == ERR_OK && b->bytes.len > 0)
        err = journal_append(j, buf_view(&b->bytes), b->fx.digest);
    if (err == ERR_OK && b->fx.history_count > 0 && e->options.store)
        err = e->options.store(e->options.store_ctx, j, b->fx.histories, b->fx.history_count);
    if (err == ERR_OK && e->snapshotter)
        err = journal_trim(j, snapshotter_trim(e->snapshotter));
    crash_point("after-append");
    if (err == ERR_OK)
        return journal_commit(j);
    journal_rollback(j);
    return err;
}

/* What the door tells from now on. */
static void set_trouble(struct engine *e, enum err err)
{
    char problem[100];
    journal_problem(e->options.journal, problem, sizeof problem);
    pthread_mutex_lock(&e->trouble_lock);
    snprintf(e->trouble, sizeof e->trouble, ENGINE_TROUBLE_BEGIN "%s",
             problem[0] ? problem : err_row(err)->text);
    pthread_mutex_unlock(&e->trouble_lock);
}

size_t engine_trouble(struct engine *e, char out[ENGINE_TROUBLE_SIZE])
{
    out[0] = '\0';
    if (atomic_load(&e->is_stalled) || atomic_load(&e->is_low)) {
        pthread_mutex_lock(&e->trouble_lock);
        memcpy(out, e->trouble, sizeof e->trouble);
        pthread_mutex_unlock(&e->trouble_lock);
    }
    return strlen(out);
}

static bool commit(struct engine *e)
{
    uint64_t begun_us = clock_monotonic_us();
    unsigned long long number = journal_head(e->options.journal) + 1;
    crash_point("after-apply");
    enum err err = attempt(e);
    uint64_t logged_us = 0;
    for (unsigned tries = 1; err != ERR_OK; tries++) {
        uint64_t now_us = clock_monotonic_us();
        metric_add(e->meters.commit_failures, 1);
        set_trouble(e, err);
        atomic_store(&e->is_stalled, true);
        if (now_us >= logged_us + LOG_EVERY_US) {
            log_line(LOG_ERROR, "engine.commit",
                     "error=%s batch=%llu attempts=%u waiting=%zu trouble=\"%s\"",
                     err_row(err)->symbol, number, tries, e->aside_count, e->trouble);
            logged_us = now_us;
        }
        if (now_us >= begun_us + GIVE_UP_AFTER_US &&
            (atomic_load(&e->is_closing) || !e->is_line_started))
            return false;
        engine_stall(e, tries == 1);
        err = attempt(e);
    }
    if (atomic_exchange(&e->is_stalled, false)) {
        e->undurable = 0;
        e->space_looked_us = 0; /* there is room again, perhaps */
        log_line(LOG_INFO, "engine.commit", "recovered_after_us=%llu",
                 (unsigned long long)(clock_monotonic_us() - begun_us));
    }
    metric_observe_us(e->meters.commit_seconds, clock_monotonic_us() - begun_us);
    crash_point("after-commit");
    return true;
}

static void feed(struct engine *e)
{
    struct batch *b = &e->batch;
    metric_add(e->meters.batches, 1);
    metric_add(e->meters.inputs, b->inputs);
    if (e->snapshotter)
        snapshotter_feed(e->snapshotter, journal_head(e->options.journal), &b->bytes, b->fx.digest);
    buf_reset(&b->bytes);
    b->inputs = 0;
}

static void tell_line(struct engine *e)
{
    const struct line_driver *line = e->options.line;
    struct batch *b = &e->batch;
    size_t count = b->record_count;
    b->record_count = 0;
    /* While the driver does not run, orders wait in the core's state: it gets them after start. */
    if (!e->is_line_started)
        return;
    if (b->fx.order_count > 0 && b->orders_seen == 0)
        line->order(line->self, b->fx.orders, b->fx.order_count);
    for (size_t i = 0; b->orders_seen > 0 && i < b->fx.order_count; i++)
        if (!engine_was_given(b, i))
            line->order(line->self, &b->fx.orders[i], 1);
    b->orders_seen = 0;
    for (size_t i = 0; i < count; i++)
        if (b->records[i]->kind == SUBMISSION_LINE_RECORD)
            line->recorded(line->self, b->records[i]->number);
}

static void let_go(struct engine *e)
{
    struct batch *b = &e->batch;
    bool has_moved = core_floor_version(e->core) != e->floor_told;
    if (b->reply_count > 0 || b->fx.notice_count > 0 || has_moved) {
        struct release *r = b->release ? b->release : release_create();
        b->release = NULL;
        r->floor_version = e->floor_told = core_floor_version(e->core);
        if (b->reply_count > 0) {
            r->replies = arena_alloc(&r->arena, b->reply_count * sizeof *r->replies);
            memcpy(r->replies, b->replies, b->reply_count * sizeof *r->replies);
            r->reply_count = b->reply_count;
        }
        if (b->fx.notice_count > 0) {
            r->notices = arena_alloc(&r->arena, b->fx.notice_count * sizeof(void *));
            memcpy(r->notices, b->fx.notices, b->fx.notice_count * sizeof(void *));
            r->notice_count = b->fx.notice_count;
        }
        metric_add(e->meters.events, b->fx.notice_count);
        b->reply_count = 0;
        b->fx.notice_count = 0; /* the references have moved */
        e->options.released(e->options.ctx, r);
    }
    effects_reset(&b->fx);
}

bool engine_batch_complete(struct engine *e)
{
    struct batch *b = &e->batch;
    if ((b->bytes.len > 0 || b->record_count > 0 || b->skip_ms > 0) && !commit(e))
        return false;
    b->skip_ms = 0;
    if (b->bytes.len > 0)
        feed(e);
    if (b->fx.history_count > 0 && e->options.stored)
        e->options.stored(e->options.store_ctx, b->fx.histories, b->fx.history_count);
    tell_line(e);
    crash_point("mid-release");
    let_go(e);
    return true;
}

void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->reply_count; i++) {
        if (b->replies[i].answer)
            answer_release(b->replies[i].answer);
        mem_free(b->replies[i].answer);
    }
    if (b->release)
        release_free(b->release);
    effects_free(&b->fx);
    arena_free(&b->scratch);
    buf_free(&b->bytes);
    mem_free(b->replies);
    mem_free(b->records);
}
