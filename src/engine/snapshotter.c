/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A second core on a thread of its own, fed the committed batches. It writes the snapshots, which
 * the first core has no time for, and on the way it checks that each batch causes the same effects
 * a second time: a program that would refuse its own journal at the next start is noticed today.
 * After such a finding it writes no snapshot any more, and so nothing is forgotten either.
 *
 * Two snapshots are kept: the newest, and the base from which a start replays. The newest becomes
 * the base only when the next is a whole interval further on: a server that is restarted twice in a
 * minute would otherwise shorten what users can still fetch to that minute. Until there is such a
 * base, the journal is kept from its beginning. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"

#define CHECKPOINT_BATCHES 1000
#define CHECKPOINT_BYTES   ((size_t)4 << 20)
#define RETRY_PART         20 /* of the interval, after a snapshot that could not be written */

struct meal {
    uint64_t number;
    uint64_t digest;
    struct buf bytes;
    bool is_last;
    bool with_snapshot;
};

struct snapshotter {
    struct journal *journal;
    struct core *core;
    struct effects fx;
    struct arena arena;
    struct queue *queue;
    pthread_t thread;
    struct metric *written;
    struct metric *failures;
    uint64_t every;
    uint64_t last_ms;
    uint64_t head;   /* last batch applied */
    uint64_t newest; /* snapshot */
    uint64_t base;
    uint64_t batches;    /* since the last checkpoint */
    uint64_t not_before; /* head, after a snapshot that failed */
    uint64_t bytes;
    bool is_broken;
    atomic_uint_fast64_t trim;
    atomic_size_t *unchecked_bytes; /* of the engine, which outlives the snapshotter */
};

void snapshot_pack(const struct core *core, uint64_t last_ms, struct buf *out)
{
    buf_reset(out);
    enc_u64(out, last_ms);
    core_snapshot(core, out);
}

enum err snapshot_unpack(struct slice state, uint64_t *last_ms, struct slice *core)
{
    struct dec d = dec_of(state);
    uint64_t time_ms = dec_u64(&d);
    if (d.failed)
        return ERR_CORRUPT;
    *last_ms = time_ms;
    *core = (struct slice){d.at, (size_t)(d.end - d.at)};
    return ERR_OK;
}

static void rotate(struct snapshotter *s)
{
    uint64_t before = s->newest;
    uint64_t forget = before;
    s->newest = s->head;
    if (before > s->base && before + s->every <= s->newest) {
        forget = s->base;
        s->base = before;
    }
    /* The new base counts from here on; only then may the journal lose what is before it. */
    if (forget > 0 && forget != s->base)
        (void)journal_snapshot_remove(s->journal, forget);
    atomic_store_explicit(&s->trim, s->base, memory_order_release);
}

static void write_snapshot(struct snapshotter *s)
{
    struct buf state = {0};
    uint64_t begun_us = clock_monotonic_us();
    snapshot_pack(s->core, s->last_ms, &state);
    if (journal_snapshot_write(s->journal, s->head, buf_view(&state)) == ERR_OK) {
        rotate(s);
        metric_add(s->written, 1);
        log_line(LOG_INFO, "engine.snapshot", "number=%llu bytes=%zu microseconds=%llu",
                 (unsigned long long)s->head, state.len,
                 (unsigned long long)(clock_monotonic_us() - begun_us));
    } else {
        metric_add(s->failures, 1);
        s->not_before = s->head + s->every / RETRY_PART + 1;
    }
    buf_free(&state);
}

static void apply(struct snapshotter *s, const struct meal *meal)
{
    uint64_t index = 0;
    enum err err = engine_apply_journalled(s->core, buf_view(&meal->bytes), &s->fx, &s->arena,
                                           &s->last_ms, &index);
    if (err != ERR_OK || s->fx.digest != meal->digest) {
        s->is_broken = true;
        metric_add(s->failures, 1);
        log_line(LOG_ERROR, "engine.digest",
                 "batch=%llu input=%llu has other effects the second time; no more snapshots",
                 (unsigned long long)meal->number, (unsigned long long)index);
    }
    effects_reset(&s->fx);
    s->head = meal->number;
}

static void digest(struct snapshotter *s, const struct meal *meal)
{
    if (!s->is_broken)
        apply(s, meal);
    if (!s->is_broken && s->head - s->newest >= s->every && s->head >= s->not_before)
        write_snapshot(s);
    s->batches++;
    s->bytes += meal->bytes.len;
    if (s->batches >= CHECKPOINT_BATCHES || s->bytes >= CHECKPOINT_BYTES) {
        s->batches = s->bytes = 0;
        (void)journal_checkpoint(s->journal);
    }
}

static void *run(void *arg)
{
    struct snapshotter *s = arg;
    for (;;) {
        void *item;
        if (queue_take(s->queue, &item, 1) == 0) {
            queue_wait(s->queue, UINT64_MAX);
            continue;
        }
        struct meal *meal = item;
        bool is_last = meal->is_last;
        if (!is_last)
            digest(s, meal);
        else if (meal->with_snapshot && !s->is_broken && s->head > s->newest)
            write_snapshot(s);
        atomic_fetch_sub_explicit(s->unchecked_bytes, meal->bytes.len, memory_order_relaxed);
        buf_free(&meal->bytes);
        mem_free(meal);
        if (is_last)
            return NULL;
    }
}

static void remove_others(struct snapshotter *s)
{
    uint64_t numbers[SNAPSHOTS_KNOWN];
    size_t count = journal_snapshot_list(s->journal, numbers, SNAPSHOTS_KNOWN);
    for (size_t i = 0; i < count; i++)
        if (numbers[i] != s->base && numbers[i] != s->newest)
            (void)journal_snapshot_remove(s->journal, numbers[i]);
}

struct snapshotter *snapshotter_start(struct engine *e)
{
    struct snapshotter *s = mem_zalloc(sizeof *s);
    struct buf state = {0};
    s->journal = e->options.journal;
    s->every = e->options.snapshot_batches > 0 ? e->options.snapshot_batches : 1;
    s->last_ms = e->last_ms;
    s->head = journal_head(s->journal);
    s->base = e->base;
    s->newest = e->newest;
    s->unchecked_bytes = &e->unchecked_bytes;
    atomic_init(&s->trim, s->base);
    s->written =
        metric_register(METRIC_COUNTER, "cordboard_snapshots_total", NULL, "snapshots written");
    s->failures = metric_register(METRIC_COUNTER, "cordboard_snapshot_failures_total", NULL,
                                  "snapshots that could not be written, and batches that had "
                                  "other effects the second time");
    core_snapshot(e->core, &state);
    if (core_restore(buf_view(&state), &s->core) != ERR_OK)
        log_abort("the core can't read its own snapshot");
    buf_free(&state);
    remove_others(s);
    s->queue = queue_create(0, NULL, NULL);
    if (pthread_create(&s->thread, NULL, run, s) != 0)
        log_abort("can't start the snapshot thread");
    (void)pthread_setname_np(s->thread, "cb-snapshot");
    return s;
}

void snapshotter_feed(struct snapshotter *s, uint64_t number, struct buf *bytes, uint64_t digest_of)
{
    struct meal *meal = mem_alloc(sizeof *meal);
    *meal = (struct meal){.number = number, .digest = digest_of, .bytes = *bytes};
    *bytes = (struct buf){0};
    atomic_fetch_add_explicit(s->unchecked_bytes, meal->bytes.len, memory_order_relaxed);
    queue_put(s->queue, meal, true);
}

uint64_t snapshotter_trim(const struct snapshotter *s)
{
    return atomic_load_explicit(&s->trim, memory_order_acquire);
}

void snapshotter_stop(struct snapshotter *s, bool with_snapshot)
{
    struct meal *meal = mem_alloc(sizeof *meal);
    *meal = (struct meal){.is_last = true, .with_snapshot = with_snapshot};
    queue_put(s->queue, meal, true);
    pthread_join(s->thread, NULL);
    queue_destroy(s->queue);
    effects_free(&s->fx);
    arena_free(&s->arena);
    core_destroy(s->core);
    mem_free(s);
}
