/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The files' thread: what is beside recordings, and forgetting.
 *
 * What is beside a recording says what the store says of its call. It is written when the call is
 * over and when a disposition comes; what a crash left undone is made at the next start, and what a
 * full disk did a minute later, for the newest recordings.
 *
 * Calls that are old enough are forgotten a few at a time: their files are removed first, then
 * their records, through the engine like any others, so that a crash in between leaves records that
 * the next round removes, and no files that nothing knows of. */
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/store_int.h"

#define BESIDE_AT_START 1000
#define FORGET_STEP     50
#define STUCK_MAX       1000 /* so many are passed over; a directory that can't be written ends it */
#define NEXT_STEP_MS    100
#define NEXT_ROUND_MS   5000
#define NEXT_BESIDE_MS  60000
#define DAY_MS          UINT64_C(86400000)

/* --- what is beside a recording --- */

void keeper_make_beside(struct store *s, uint64_t number)
{
    struct arena arena = {0};
    struct store_call call;
    struct buf text = {0};
    enum err err = store_load(s->files_reader, number, &arena, &call);
    if (err == ERR_OK)
        store_look_at_file(s->recordings, &call);
    if (err == ERR_OK && call.call.ended_ms != 0 && call.is_recorded && call.file_bytes > 0) {
        s->options.render(&call, &text);
        err = store_write_beside(s->recordings, call.call.id, buf_view(&text));
    }
    if (err != ERR_OK && err != ERR_NOT_FOUND) {
        metric_add(s->beside_failures, 1);
        atomic_store(&s->has_beside_failed, true);
        log_line(LOG_ERROR, "store.beside", "call=%llu error=%s", (unsigned long long)number,
                 err_row(err)->symbol);
    }
    buf_free(&text);
    arena_free(&arena);
}

struct beside {
    struct store *store;
    uint64_t call;
};

static void run_beside(void *arg)
{
    const struct beside *b = arg;
    if (!atomic_load(&b->store->is_stopping))
        keeper_make_beside(b->store, b->call);
}

static void make_beside(struct store *s, uint64_t call)
{
    struct beside *b = mem_alloc(sizeof *b);
    *b = (struct beside){s, call};
    worker_submit(s->files, run_beside, mem_free, b);
}

void store_written(void *ctx, const struct history *items, size_t count)
{
    struct store *s = ctx;
    for (size_t i = 0; i < count && s->recordings; i++)
        if (items[i].kind == HISTORY_DISPOSITION ||
            (items[i].kind == HISTORY_CALL && items[i].is_over && items[i].is_recorded))
            make_beside(s, items[i].call);
}

struct newest {
    uint64_t calls[BESIDE_AT_START];
    size_t count;
};

static void take_newest(void *ctx, struct slice key, struct slice value)
{
    struct newest *n = ctx;
    (void)value;
    n->calls[n->count++] = call_of_key(key);
}

static void run_all_beside(void *arg)
{
    struct store *s = arg;
    struct newest *n = mem_zalloc(sizeof *n);
    struct buf from = {0}, to = {0};
    struct journal_range range = {.table = RECORD_RECORDING_OF_USER,
                                  .from = key_of_user(SLICE(""), 0, &from),
                                  .to = key_of_user(SLICE(""), UINT64_MAX, &to),
                                  .is_descending = true,
                                  .limit = BESIDE_AT_START};
    (void)journal_reader_each(s->files_reader, &range, take_newest, n);
    for (size_t i = 0; i < n->count && !atomic_load(&s->is_stopping); i++)
        keeper_make_beside(s, n->calls[i]);
    buf_free(&from);
    buf_free(&to);
    mem_free(n);
}

/* --- forgetting --- */

struct keeper {
    struct ticket ticket; /* first: the engine's reply finds us by it */
    struct store *store;
    struct arena arena;
    uint64_t before_ms; /* calls that ended before are forgotten */
    bool is_busy;
    bool has_more;
    size_t calls;
    size_t stuck; /* calls whose files can't be removed, and the first of them */
    uint64_t stuck_call;
    struct engine_record *records; /* to be removed */
    size_t count;
    size_t cap;
    enum record_table table; /* of the range that is walked */
};

static void remove_record(struct keeper *k, enum record_table table, struct slice key)
{
    k->records = mem_grow(k->records, &k->cap, k->count + 1, sizeof *k->records);
    k->records[k->count++] =
        (struct engine_record){.table = table, .key = arena_copy(&k->arena, key)};
}

static void take_part(void *ctx, struct slice key, struct slice value)
{
    struct keeper *k = ctx;
    (void)value;
    remove_record(k, k->table, key);
}

static enum err remove_parts(struct keeper *k, enum record_table table, uint64_t call)
{
    char from[CALL_KEY_BYTES], to[CALL_KEY_BYTES];
    struct journal_range range = {.table = table,
                                  .from = key_of_call(call, from),
                                  .to = key_of_call(call + 1, to),
                                  .limit = UINT64_MAX};
    k->table = table;
    return journal_reader_each(k->store->files_reader, &range, take_part, k);
}

static void remove_user(struct keeper *k, struct slice user, uint64_t call, bool is_recorded)
{
    struct buf key = {0};
    key_of_user(user, call, &key);
    remove_record(k, RECORD_HISTORY_OF_USER, buf_view(&key));
    if (is_recorded)
        remove_record(k, RECORD_RECORDING_OF_USER, buf_view(&key));
    buf_free(&key);
}

/* Its records go only when its files are gone; who comes after it does not wait for that. */
static enum err forget_call(struct keeper *k, uint64_t number, const struct store_call *call)
{
    static const enum record_table parts[] = {RECORD_HISTORY_CALL, RECORD_HISTORY_PARTIES,
                                              RECORD_HISTORY_QUALITY, RECORD_HISTORY_DISPOSITION};
    struct store *s = k->store;
    bool is_recorded = call->call.span_count > 0;
    enum err err =
        is_recorded && s->recordings ? store_remove_files(s->recordings, call->call.id) : ERR_OK;
    if (err != ERR_OK) {
        k->stuck_call = k->stuck++ == 0 ? number : k->stuck_call;
        return k->stuck < STUCK_MAX ? ERR_OK : err;
    }
    remove_user(k, SLICE(""), number, is_recorded);
    for (size_t i = 0; i < call->party_count; i++)
        if (call->parties[i].party.user_name.len > 0)
            remove_user(k, call->parties[i].party.user_name, number, is_recorded);
    if (is_recorded)
        remove_record(k, RECORD_RECORDING, call->call.id);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && err == ERR_OK; i++)
        err = remove_parts(k, parts[i], number);
    k->calls++;
    return err;
}

/* Calls that are not over yet are passed over. */
static enum err look_for_old(struct keeper *k)
{
    uint64_t number = 0, begun_ms;
    for (;;) {
        struct store_call call;
        enum err err = store_first_call(k->store->files_reader, number + 1, &number, &begun_ms);
        if (err != ERR_OK || begun_ms >= k->before_ms)
            return err;
        if (k->calls == FORGET_STEP) {
            k->has_more = true;
            return ERR_OK;
        }
        err = store_load(k->store->files_reader, number, &k->arena, &call);
        if (err == ERR_OK && call.call.ended_ms != 0 && call.call.ended_ms < k->before_ms)
            err = forget_call(k, number, &call);
        if (err != ERR_OK)
            return err;
    }
}

static void run_forget(void *arg)
{
    struct keeper *k = arg;
    enum err err = atomic_load(&k->store->is_stopping) ? ERR_NOT_FOUND : look_for_old(k);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        log_line(LOG_ERROR, "store.forget", "error=%s", err_row(err)->symbol);
    if (k->stuck > 0)
        log_line(LOG_ERROR, "store.forget", "files_stay_of=%zu first_call=%llu", k->stuck,
                 (unsigned long long)k->stuck_call);
}

static void is_forgotten(struct ticket *ticket, struct reply *reply)
{
    struct keeper *k = (struct keeper *)ticket;
    if (reply->err == ERR_OK)
        metric_add(k->store->forgotten, k->calls);
    k->is_busy = false;
}

static void forget_found(void *arg)
{
    struct keeper *k = arg;
    struct store *s = k->store;
    if (k->has_more)
        s->next_ms = 0;
    if (k->count == 0 || atomic_load(&s->is_stopping) ||
        engine_record(s->engine, k->records, k->count, &k->ticket) != ERR_OK)
        k->is_busy = false;
}

struct keeper *keeper_create(struct store *s)
{
    struct keeper *k = mem_zalloc(sizeof *k);
    k->ticket.done = is_forgotten;
    k->store = s;
    return k;
}

void keeper_destroy(struct keeper *k)
{
    if (!k)
        return;
    arena_free(&k->arena);
    mem_free(k->records);
    mem_free(k);
}

void store_start(struct store *s, struct engine *engine)
{
    s->engine = engine;
    if (s->recordings)
        worker_submit(s->files, run_all_beside, NULL, s);
}

/* A minute after a failure all of them are tried again. */
static void tick_beside(struct store *s, uint64_t now_ms)
{
    if (s->next_beside_ms == 0 && atomic_exchange(&s->has_beside_failed, false)) {
        s->next_beside_ms = now_ms + NEXT_BESIDE_MS;
    } else if (s->next_beside_ms != 0 && now_ms >= s->next_beside_ms) {
        s->next_beside_ms = 0;
        worker_submit(s->files, run_all_beside, NULL, s);
    }
}

void store_tick(struct store *s, uint64_t now_ms)
{
    struct keeper *k = s->keeper;
    uint64_t keep_ms = s->options.keep_days * DAY_MS;
    if (now_ms < s->next_ms)
        return;
    bool is_first = s->next_ms == 0;
    s->next_ms = now_ms + (is_first ? NEXT_STEP_MS : NEXT_ROUND_MS);
    tick_beside(s, now_ms);
    if (keep_ms == 0 || k->is_busy)
        return;
    uint64_t today_ms = engine_now_ms(s->engine);
    if (today_ms <= keep_ms)
        return;
    arena_reset(&k->arena);
    k->count = k->calls = k->stuck = 0;
    k->has_more = false;
    k->is_busy = true;
    k->before_ms = today_ms - keep_ms;
    worker_submit(s->files, run_forget, forget_found, k);
}

uint64_t store_next_ms(const struct store *s)
{
    return s->next_ms;
}
