/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Questions, on the reading thread. A page is a range of one small table, newest first: that of the
 * user's calls, or of everybody's. Calls are numbered in the order of their begin, so a time
 * becomes a number by halving, some twenty looks at the calls' table, and needs no table of its
 * own. */
#include <time.h>

#include "base/mem.h"
#include "store/store_int.h"

struct question {
    struct store *store;
    struct arena arena;
    uint64_t begun_us;
    struct store_search search;
    struct slice id; /* of a recording */
    bool wants_file;
    struct store_found result;
    struct store_recording recording;
    struct store_call *calls;
    uint64_t *numbers;
    size_t count;
    void (*found)(void *ctx, const struct store_found *found);
    void (*found_recording)(void *ctx, const struct store_recording *recording);
    void *ctx;
};

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- pages --- */

static void take_number(void *ctx, struct slice key, struct slice value)
{
    struct question *q = ctx;
    (void)value;
    q->numbers[q->count++] = call_of_key(key);
}

static enum err last_call(struct journal_reader *reader, uint64_t *out)
{
    char low[CALL_KEY_BYTES], high[CALL_KEY_BYTES];
    uint64_t number = 0;
    struct question q = {.numbers = &number};
    struct journal_range range = {.table = RECORD_HISTORY_CALL,
                                  .from = key_of_call(0, low),
                                  .to = key_of_call(UINT64_MAX, high),
                                  .is_descending = true,
                                  .limit = 1};
    enum err err = journal_reader_each(reader, &range, take_number, &q);
    *out = number;
    return err;
}

/* The number of the first call that began at at_ms or later. */
static enum err number_at(struct journal_reader *reader, uint64_t at_ms, uint64_t *out)
{
    uint64_t low = 0, last = 0, call, begun_ms;
    enum err err = at_ms == 0 ? ERR_OK : last_call(reader, &last);
    uint64_t high = at_ms == 0 ? 0 : last + 1;
    while (low < high && err == ERR_OK) {
        uint64_t middle = low + (high - low) / 2;
        err = store_first_call(reader, middle, &call, &begun_ms);
        if (err == ERR_OK && begun_ms < at_ms)
            low = call + 1;
        else
            high = middle;
    }
    *out = low;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static size_t bytes_of(const struct store_call *call)
{
    size_t bytes = call->party_count * sizeof *call->parties;
    for (size_t i = 0; i < call->call.pair_count; i++)
        bytes += call->call.pairs[i].key.len + call->call.pairs[i].value.len;
    return bytes;
}

/* A page ends early where its calls are large; the first is always on it. */
static enum err load_all(struct question *q)
{
    const struct store *s = q->store;
    enum err err = ERR_OK;
    size_t count = 0, bytes = 0;
    q->calls = arena_alloc(&q->arena, q->count * sizeof *q->calls + 1);
    for (size_t i = 0; i < q->count && bytes < STORE_PAGE_BYTES && err == ERR_OK; i++) {
        err = store_load(s->reader, q->numbers[i], &q->arena, &q->calls[count]);
        if (err != ERR_OK)
            break;
        store_look_at_file(s->recordings, &q->calls[count]);
        bytes += bytes_of(&q->calls[count++]);
    }
    q->result.calls = q->calls;
    q->result.count = count;
    return err;
}

static enum err read_page(struct question *q)
{
    const struct store_search *search = &q->search;
    struct journal_reader *reader = q->store->reader;
    struct buf from = {0}, to = {0};
    uint64_t low = 0, high = UINT64_MAX;
    enum err err = number_at(reader, search->from_ms, &low);
    if (err == ERR_OK && search->to_ms != UINT64_MAX)
        err = number_at(reader, search->to_ms, &high);
    struct journal_range range = {.table = search->is_of_recordings ? RECORD_RECORDING_OF_USER
                                                                    : RECORD_HISTORY_OF_USER,
                                  .from = key_of_user(search->user, low, &from),
                                  .to = key_of_user(search->user, high, &to),
                                  .is_descending = true,
                                  .offset = search->offset,
                                  .limit = search->limit};
    q->numbers = arena_alloc(&q->arena, search->limit * sizeof *q->numbers + 1);
    if (err == ERR_OK)
        err = journal_reader_each(reader, &range, take_number, q);
    range.limit = STORE_TOTAL_MAX;
    if (err == ERR_OK)
        err = journal_reader_count(reader, &range, &q->result.total);
    if (err == ERR_OK)
        err = load_all(q);
    buf_free(&from);
    buf_free(&to);
    return err;
}

static void run_search(void *arg)
{
    struct question *q = arg;
    if (atomic_load(&q->store->is_stopping))
        return;
    q->result.err = journal_reader_begin(q->store->reader);
    if (q->result.err != ERR_OK)
        return;
    q->result.err = read_page(q);
    journal_reader_end(q->store->reader);
}

/* --- one recording --- */

static enum err may_listen(struct question *q, uint64_t call)
{
    struct buf key = {0}, nothing = {0};
    key_of_user(q->search.user, call, &key);
    enum err err =
        journal_reader_get(q->store->reader, RECORD_RECORDING_OF_USER, buf_view(&key), &nothing);
    buf_free(&key);
    buf_free(&nothing);
    return err;
}

static enum err read_recording(struct question *q)
{
    struct store *s = q->store;
    struct buf number = {0};
    q->calls = arena_alloc(&q->arena, sizeof *q->calls);
    enum err err = s->recordings ? journal_reader_get(s->reader, RECORD_RECORDING, q->id, &number)
                                 : ERR_NOT_FOUND;
    uint64_t call = err == ERR_OK ? call_of_key(buf_view(&number)) : 0;
    buf_free(&number);
    if (err == ERR_OK)
        err = may_listen(q, call);
    if (err == ERR_OK)
        err = store_load(s->reader, call, &q->arena, q->calls);
    if (err != ERR_OK)
        return err;
    store_look_at_file(s->recordings, q->calls);
    q->recording.call = q->calls;
    if (q->wants_file)
        q->recording.fd = store_open_file(s->recordings, q->calls->call.id);
    return q->wants_file && q->recording.fd < 0 ? ERR_NOT_FOUND : ERR_OK;
}

static void run_recording(void *arg)
{
    struct question *q = arg;
    if (atomic_load(&q->store->is_stopping))
        return;
    q->recording.err = journal_reader_begin(q->store->reader);
    if (q->recording.err != ERR_OK)
        return;
    q->recording.err = read_recording(q);
    journal_reader_end(q->store->reader);
}

/* --- asking --- */

static void finished(void *arg)
{
    struct question *q = arg;
    q->store->waiting--;
    metric_observe_us(q->store->seconds, now_us() - q->begun_us);
    if (q->found)
        q->found(q->ctx, &q->result);
    else
        q->found_recording(q->ctx, &q->recording);
    arena_free(&q->arena);
    mem_free(q);
}

static struct question *ask(struct store *s, struct slice user, void *ctx)
{
    struct question *q = mem_zalloc(sizeof *q);
    q->store = s;
    q->ctx = ctx;
    q->begun_us = now_us();
    q->search.user = user.len > 0 ? arena_copy(&q->arena, user) : SLICE("");
    q->result.err = q->recording.err = ERR_OVERLOAD; /* until it is asked */
    q->recording.fd = -1;
    s->waiting++;
    return q;
}

/* Too many get their answer on the way, too. */
static void submit(struct question *q, void (*run)(void *arg))
{
    struct store *s = q->store;
    if (s->waiting > WAITING_MAX)
        s->options.poster.post(s->options.poster.ctx, finished, q);
    else
        worker_submit(s->reading, run, finished, q);
}

void store_search(struct store *s, const struct store_search *search,
                  void (*found)(void *ctx, const struct store_found *found), void *ctx)
{
    struct question *q = ask(s, search->user, ctx);
    struct slice user = q->search.user;
    q->search = *search;
    q->search.user = user;
    q->found = found;
    submit(q, run_search);
}

void store_recording(struct store *s, struct slice call_id, struct slice user, bool wants_file,
                     void (*found)(void *ctx, const struct store_recording *recording), void *ctx)
{
    struct question *q = ask(s, user, ctx);
    q->id = arena_copy(&q->arena, call_id);
    q->wants_file = wants_file;
    q->found_recording = found;
    submit(q, run_recording);
}
