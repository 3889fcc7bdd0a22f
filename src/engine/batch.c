/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Making a batch: whatever was queued while the last one was committed, in order, each input
 * stamped and applied as it comes, and every deadline that is due before it fired first. A deadline
 * is an input like any other, with its own time: so a replay, which has no clock, fires the same
 * ones between the same inputs. Only what was put aside while a commit failed comes before them:
 * who answered meanwhile was in time.
 *
 * A batch is bounded in bytes, too, whatever they are for: it is one row of the database, and a
 * commit that many wait for.
 *
 * What the core refuses leaves no trace in the batch but its reply. With a clock that is manual, or
 * being moved, a batch ends after one deadline, so that what the telephones say to it is applied
 * before the next. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

static void draw(struct random_pool *pool, uint8_t out[16])
{
    if (pool->used + 16 > sizeof pool->bytes) {
        random_fill(pool->bytes, sizeof pool->bytes);
        pool->used = 0;
    }
    memcpy(out, pool->bytes + pool->used, 16);
    memset(pool->bytes + pool->used, 0, 16);
    pool->used += 16;
}

bool engine_is_due(const struct engine *e)
{
    return !e->catches_up && core_next_deadline(e->core) <= clock_now_ms(&e->clock);
}

static uint64_t stamp(struct engine *e, uint64_t time_ms)
{
    if (time_ms > e->last_ms)
        e->last_ms = time_ms;
    return e->last_ms;
}

static enum err apply(struct engine *e, struct input *input, uint64_t time_ms, struct slice encoded)
{
    struct batch *b = &e->batch;
    input->time_ms = stamp(e, time_ms);
    draw(&e->random, input->random);
    enum err err = core_apply(e->core, input, &b->fx);
    if (err != ERR_OK)
        return err;
    metric_add(e->meters.data_left_out, b->fx.data_left_out);
    b->fx.data_left_out = 0;
    enc_u64(&b->bytes, input->time_ms);
    enc_fixed(&b->bytes, input->random, sizeof input->random);
    buf_slice(&b->bytes, encoded);
    b->inputs++;
    return ERR_OK;
}

enum err engine_apply(struct engine *e, struct input *input, struct slice encoded)
{
    return apply(e, input, clock_now_ms(&e->clock), encoded);
}

void engine_fire(struct engine *e)
{
    struct input input = {.kind = INPUT_DEADLINE};
    uint64_t deadline_ms = core_next_deadline(e->core);
    enum err err = apply(e, &input, deadline_ms, buf_view(&e->deadline));
    if (err != ERR_OK)
        log_abort("the core refused its own deadline: %s", err_row(err)->symbol);
}

void engine_reply(struct engine *e, void *tag, enum err err, struct slice reason,
                  struct answer *answer)
{
    struct batch *b = &e->batch;
    if (!b->release)
        b->release = release_create();
    b->replies = mem_grow(b->replies, &b->reply_cap, b->reply_count + 1, sizeof *b->replies);
    b->replies[b->reply_count++] = (struct reply){
        .tag = tag,
        .err = err,
        .reason = reason.ptr ? arena_copy(&b->release->arena, reason) : SLICE_NONE,
        .answer = answer,
    };
}

void engine_take_input(struct engine *e, struct submission *s)
{
    struct batch *b = &e->batch;
    struct input input = {0};
    struct slice encoded = submission_content(s);
    struct dec d = dec_of(encoded);
    arena_reset(&b->scratch);
    if (input_decode(&d, &b->scratch, &input) != ERR_OK || !dec_is_done(&d))
        log_abort("an input can't be read back from its own bytes");
    enum err err = engine_apply(e, &input, encoded);
    if (s->kind == SUBMISSION_COMMAND)
        engine_reply(e, s->tag, err, err != ERR_OK ? b->fx.reason : SLICE_NONE, NULL);
    else if (err != ERR_OK)
        log_line(LOG_DEBUG, "engine.signal", "kind=%d leg=%llu refused=%s", (int)input.signal.kind,
                 (unsigned long long)input.signal.leg, err_row(err)->symbol);
}

/* With hardly any space left, what is left is for the calls that are up. */
static void take_command(struct engine *e, struct submission *s)
{
    char text[ENGINE_TROUBLE_SIZE];
    if (s->tag && engine_is_low(e) && !submission_is_urgent(e, s)) {
        (void)engine_trouble(e, text);
        engine_reply(e, s->tag, ERR_OVERLOAD, slice_of(text), NULL);
    } else {
        engine_take_input(e, s);
    }
}

static void take_query(struct engine *e, const struct submission *s)
{
    struct query query;
    struct answer *answer = mem_zalloc(sizeof *answer);
    submission_query(s, &query);
    core_query(e->core, &query, stamp(e, clock_now_ms(&e->clock)), answer);
    engine_reply(e, s->tag, answer->err, SLICE_NONE, answer);
}

static void take_record(struct engine *e, struct submission *s)
{
    struct batch *b = &e->batch;
    b->records = mem_grow(b->records, &b->record_cap, b->record_count + 1, sizeof(void *));
    b->records[b->record_count++] = s;
    if (s->kind == SUBMISSION_RECORD)
        engine_reply(e, s->tag, ERR_OK, SLICE_NONE, NULL);
}

static void put_aside(struct submission *s, struct submission **first, struct submission **last)
{
    if (*first)
        (*last)->next = s;
    else
        *first = s;
    *last = s;
}

/* false: the submission stays with somebody else. */
static bool take(struct engine *e, struct submission *s)
{
    switch (s->kind) {
    case SUBMISSION_COMMAND:
        take_command(e, s);
        return true;
    case SUBMISSION_SIGNAL:
        engine_take_input(e, s);
        return true;
    case SUBMISSION_QUERY:
        take_query(e, s);
        return true;
    case SUBMISSION_RECORD:
    case SUBMISSION_LINE_RECORD:
        take_record(e, s);
        return true;
    case SUBMISSION_ADVANCE:
        put_aside(s, &e->advance_first, &e->advance_last);
        return false;
    case SUBMISSION_CONFIGURE:
        put_aside(s, &e->configure_first, &e->configure_last);
        return false;
    case SUBMISSION_STOP:
        e->is_ending = true;
        return true;
    }
    return true;
}

bool engine_batch_run(struct engine *e)
{
    size_t from = e->item_next;
    size_t bytes = 0;
    (void)engine_is_low(e);
    for (size_t count = 0; count < BATCH_INPUTS && bytes < BATCH_BYTES; count++) {
        if (engine_is_due(e)) {
            engine_fire(e);
            if (e->clock.kind == ENGINE_CLOCK_MANUAL || e->advance_target > 0)
                break;
        } else if (e->item_next < e->item_count) {
            void **item = &e->items[e->item_next++];
            bytes += submission_size(*item);
            if (!take(e, *item))
                *item = NULL;
        } else {
            break;
        }
    }
    bool is_complete = engine_batch_complete(e);
    for (size_t i = from; i < e->item_next; i++)
        mem_free(e->items[i]);
    return is_complete;
}
