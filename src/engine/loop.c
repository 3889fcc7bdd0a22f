/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core thread. It takes what is queued, and while that is committed the next batch gathers: the
 * slower the disk, the larger the batches, and no timer is needed to make them.
 *
 * Moving the clock is done here and nowhere else: only when nothing is queued and nothing is
 * due does the clock step to the next deadline, and only when there is none before the target does
 * it reach the target and the mover get his reply. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"

size_t engine_take_queued(struct engine *e, void **items, size_t max)
{
    size_t bytes = 0;
    size_t count = queue_take(e->queue, items, max);
    for (size_t i = 0; i < count; i++)
        bytes += submission_size((const struct submission *)items[i]);
    atomic_fetch_sub_explicit(&e->queued_bytes, bytes, memory_order_relaxed);
    return count;
}

/* What was put aside while a commit failed, then the queue. */
static void take_more(struct engine *e)
{
    e->item_next = e->item_count = 0;
    e->catches_up = e->aside_first != NULL;
    while (e->aside_first && e->item_count < BATCH_INPUTS)
        e->items[e->item_count++] = engine_take_aside(e);
    if (e->item_count == 0)
        e->item_count = engine_take_queued(e, e->items, BATCH_INPUTS);
}

static bool has_work(struct engine *e)
{
    if (e->item_next == e->item_count)
        take_more(e);
    return e->item_next < e->item_count || engine_is_due(e);
}

static bool step_advance(struct engine *e)
{
    struct submission *s = e->advance_first;
    uint64_t now_ms = clock_now_ms(&e->clock);
    if (e->advance_target == 0) {
        e->advance_target = s->number < INT64_MAX - now_ms ? now_ms + s->number : INT64_MAX;
        e->batch.skip_ms = e->clock.kind == ENGINE_CLOCK_REAL ? e->advance_target : 0;
        e->clock.wound_ms += e->advance_target - now_ms;
        if (!engine_batch_complete(e))
            return false;
    }
    uint64_t next_ms = core_next_deadline(e->core);
    if (next_ms <= e->advance_target) {
        clock_skip(&e->clock, next_ms);
        return true;
    }
    clock_skip(&e->clock, e->advance_target);
    e->advance_target = 0;
    e->advance_first = s->next;
    engine_reply(e, s->tag, ERR_OK, SLICE_NONE, NULL);
    mem_free(s);
    return engine_batch_complete(e);
}

/* Returns when all that was accepted is done; false when it could not be made durable. */
static bool work(struct engine *e)
{
    bool is_well = true;
    while (is_well) {
        if (e->configure_first) {
            is_well = engine_configure_next(e);
        } else if (has_work(e)) {
            is_well = engine_batch_run(e);
            meters_look(&e->meters, e->core, queue_length(e->queue));
        } else if (e->advance_first) {
            is_well = step_advance(e);
        } else if (e->is_ending) {
            return true;
        } else {
            clock_wait(&e->clock, e->queue, core_next_deadline(e->core));
        }
    }
    log_line(LOG_ERROR, "engine.stop",
             "lost=1 reason=\"the last batch could not be made durable\"");
    return false;
}

void *engine_main(void *arg)
{
    struct engine *e = arg;
    const struct line_driver *line = e->options.line;
    e->start_err = engine_configure(e, e->config, true);
    if (e->start_err == ERR_OK)
        e->start_err = engine_start_line(e);
    bool is_started = e->start_err == ERR_OK;
    meters_look(&e->meters, e->core, 0);
    sem_post(&e->started);
    if (!is_started)
        return NULL;
    bool is_well = work(e);
    line->stop(line->self);
    e->is_line_started = false;
    if (is_well) /* Once more for what the driver said up to its stop. */
        is_well = work(e);
    e->stop_err = is_well ? ERR_OK : ERR_IO;
    return NULL;
}
