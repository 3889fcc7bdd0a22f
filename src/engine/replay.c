/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The start: an older snapshot and all batches behind it. It would be shorter from the newest one,
 * but the older way rebuilds what users have not fetched yet, with the same numbers, and proves on
 * the way that the newest snapshot is what the journal says it should be.
 *
 * Each batch must cause the effects it caused when it was made, and the state must be the newest
 * snapshot's, byte for byte, when its number is reached. If not, the program has changed its mind
 * about the past without a new CORE_VERSION, or memory or disk is bad: nothing starts then, and the
 * batch is named. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

#define CHUNK_NOTICES 1024

struct replay {
    struct engine *engine;
    char *why;
    size_t why_size;
    bool is_named;        /* why is filled */
    uint64_t newest;      /* number of the newest snapshot, 0 when there is nothing to compare */
    struct buf state;     /* its content */
    struct core *ahead;   /* made of it: tells which notices are too old for any ring */
    struct notice **kept; /* notices of this chunk */
    size_t kept_count;
    size_t kept_cap;
};

static enum err fail(struct replay *r, enum err err, const char *what, uint64_t number,
                     uint64_t index)
{
    if (!r->is_named)
        snprintf(r->why, r->why_size, "batch %llu of the journal %s (input %llu)",
                 (unsigned long long)number, what, (unsigned long long)index);
    r->is_named = true;
    return err;
}

enum err engine_apply_journalled(struct core *core, struct slice batch, struct effects *fx,
                                 struct arena *arena, uint64_t *last_ms, uint64_t *index)
{
    struct dec d = dec_of(batch);
    for (*index = 1; d.at < d.end; ++*index) {
        struct input input = {0};
        uint8_t random[16];
        uint64_t time_ms = dec_u64(&d);
        dec_fixed(&d, random, sizeof random);
        arena_reset(arena);
        if (input_decode(&d, arena, &input) != ERR_OK || d.failed || time_ms < *last_ms)
            return ERR_CORRUPT;
        input.time_ms = time_ms;
        memcpy(input.random, random, sizeof random);
        *last_ms = time_ms;
        if (input.kind == INPUT_DEADLINE && core_next_deadline(core) > time_ms)
            return ERR_STATE;
        if (core_apply(core, &input, fx) != ERR_OK)
            return ERR_STATE;
    }
    return ERR_OK;
}

static void flush(struct replay *r)
{
    if (r->kept_count == 0)
        return;
    const struct engine_options *options = &r->engine->options;
    struct release *release = release_create();
    release->is_replay = true;
    release->notices = arena_alloc(&release->arena, r->kept_count * sizeof(void *));
    memcpy(release->notices, r->kept, r->kept_count * sizeof(void *));
    release->notice_count = r->kept_count;
    r->kept_count = 0;
    options->released(options->ctx, release);
}

static void keep(struct replay *r, struct notice *notice)
{
    size_t ring = r->engine->options.ring_notices;
    if (r->ahead && ring > 0 && notice->seq + ring <= core_user_seq(r->ahead, notice->user->name)) {
        notice_unref(notice);
        return;
    }
    r->kept = mem_grow(r->kept, &r->kept_cap, r->kept_count + 1, sizeof(void *));
    r->kept[r->kept_count++] = notice;
    if (r->kept_count >= CHUNK_NOTICES)
        flush(r);
}

static bool is_newest_snapshot(const struct replay *r, const struct core *core)
{
    uint64_t last_ms;
    struct slice expected;
    struct buf state = {0};
    core_snapshot(core, &state);
    bool is_same = snapshot_unpack(buf_view(&r->state), &last_ms, &expected) == ERR_OK &&
                   last_ms == r->engine->last_ms && slice_equal(buf_view(&state), expected);
    buf_free(&state);
    return is_same;
}

static enum err visit(void *ctx, uint64_t number, struct slice batch, uint64_t digest)
{
    struct replay *r = ctx;
    struct engine *e = r->engine;
    struct effects *fx = &e->batch.fx;
    uint64_t index = 0;
    enum err err =
        engine_apply_journalled(e->core, batch, fx, &e->batch.scratch, &e->last_ms, &index);
    if (err == ERR_CORRUPT)
        return fail(r, ERR_CORRUPT, "can't be read", number, index);
    if (err != ERR_OK)
        return fail(r, ERR_CORRUPT, "was accepted once and is refused now", number, index);
    if (fx->digest != digest)
        return fail(r, ERR_CORRUPT, "has other effects now than when it was made", number,
                    index - 1);
    for (size_t i = 0; i < fx->notice_count; i++)
        keep(r, fx->notices[i]);
    fx->notice_count = 0; /* the references have moved */
    effects_reset(fx);
    if (number == r->newest && !is_newest_snapshot(r, e->core))
        return fail(r, ERR_CORRUPT, "leads to another state than the newest snapshot", number,
                    index - 1);
    return ERR_OK;
}

/* Reads a snapshot and makes a core of it. */
static enum err load(struct engine *e, uint64_t number, struct buf *state, struct core **core,
                     uint64_t *last_ms)
{
    struct slice bytes;
    enum err err = journal_snapshot_read(e->options.journal, number, state);
    if (err == ERR_OK)
        err = snapshot_unpack(buf_view(state), last_ms, &bytes);
    if (err == ERR_OK)
        err = core_restore(bytes, core);
    if (err != ERR_OK)
        log_line(LOG_WARN, "engine.snapshot", "number=%llu unusable=%s", (unsigned long long)number,
                 err_row(err)->symbol);
    return err;
}

/* The oldest snapshot from which all batches are there, but the newest one only when there is no
 * other way; the very beginning when the journal reaches back so far and there is no older one. */
static enum err begin(struct replay *r, const uint64_t *numbers, size_t count)
{
    struct engine *e = r->engine;
    uint64_t first = journal_first(e->options.journal);
    for (size_t i = count; i > 0; i--) {
        if (first > numbers[i - 1] + 1)
            continue;
        if (i == 1 && first <= 1)
            break;
        struct buf state = {0};
        enum err err = load(e, numbers[i - 1], &state, &e->core, &e->last_ms);
        buf_free(&state);
        if (err == ERR_OK) {
            e->base = numbers[i - 1];
            return ERR_OK;
        }
    }
    if (first > 1) {
        snprintf(r->why, r->why_size,
                 "the journal begins with batch %llu, and there is no snapshot to begin from that "
                 "this program can read",
                 (unsigned long long)first);
        return ERR_CORRUPT;
    }
    e->core = core_create();
    return ERR_OK;
}

enum err engine_replay(struct engine *e, char *why, size_t why_size)
{
    struct replay r = {.engine = e, .why = why, .why_size = why_size};
    uint64_t numbers[SNAPSHOTS_KNOWN], ignored;
    size_t count = journal_snapshot_list(e->options.journal, numbers, SNAPSHOTS_KNOWN);
    enum err err = begin(&r, numbers, count);
    if (err != ERR_OK)
        return err;
    e->newest = e->base;
    if (count > 0 && numbers[0] > e->base &&
        load(e, numbers[0], &r.state, &r.ahead, &ignored) == ERR_OK)
        r.newest = e->newest = numbers[0];
    err = journal_replay(e->options.journal, e->base, visit, &r);
    if (err == ERR_OK)
        flush(&r);
    else if (!r.is_named)
        snprintf(why, why_size, "a batch of the journal after %llu is damaged or missing",
                 (unsigned long long)e->base);
    log_line(err == ERR_OK ? LOG_INFO : LOG_ERROR, "engine.replay", "from=%llu to=%llu result=%s",
             (unsigned long long)e->base, (unsigned long long)journal_head(e->options.journal),
             err_row(err)->symbol);
    for (size_t i = 0; i < r.kept_count; i++)
        notice_unref(r.kept[i]);
    mem_free(r.kept);
    buf_free(&r.state);
    core_destroy(r.ahead);
    return err;
}
