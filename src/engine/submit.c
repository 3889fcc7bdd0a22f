/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The door: requests and signals of other threads become submissions in the queue. Each is one
 * block of memory, encoded right behind its header, so that a request costs one allocation, and the
 * bytes that wait are the very bytes that are journalled.
 *
 * Requests are refused while the queue is full, in number or bytes, while a commit fails (nobody
 * knows how long), while the snapshotter is far behind, and at the end. What a line driver says is
 * never refused: the telephone did it already. */
#include "engine/engine_int.h"

#include "base/mem.h"

#define RECORD_BYTES_MAX    ((size_t)16 << 20)
#define UNCHECKED_BYTES_MAX ((size_t)64 << 20)

static struct buf begin(size_t expected)
{
    struct buf block = {0};
    buf_reserve(&block, sizeof(struct submission) + expected);
    block.len = sizeof(struct submission);
    return block;
}

static struct submission *end(const struct buf *block, enum submission_kind kind, void *tag)
{
    struct submission *s = (struct submission *)(void *)block->ptr;
    *s = (struct submission){.kind = kind, .tag = tag};
    s->len = block->len - sizeof *s;
    return s;
}

/* At the end, or with the snapshotter far behind. */
static bool is_over(struct engine *e)
{
    return atomic_load_explicit(&e->is_closing, memory_order_relaxed) ||
           atomic_load_explicit(&e->unchecked_bytes, memory_order_relaxed) > UNCHECKED_BYTES_MAX;
}

static bool is_shut(struct engine *e)
{
    return atomic_load_explicit(&e->is_stalled, memory_order_relaxed) || is_over(e);
}

size_t submission_size(const struct submission *s)
{
    return sizeof *s + s->len;
}

/* Counted before it can be taken out again. */
static bool queue_up(struct engine *e, struct submission *s, bool is_reserved)
{
    size_t bytes = submission_size(s);
    size_t before = atomic_fetch_add_explicit(&e->queued_bytes, bytes, memory_order_relaxed);
    size_t limit = e->options.queue_bytes;
    bool is_over = limit > 0 && before + bytes > limit && !is_reserved;
    if (!is_over && queue_put(e->queue, s, is_reserved))
        return true;
    atomic_fetch_sub_explicit(&e->queued_bytes, bytes, memory_order_relaxed);
    return false;
}

static enum err submit(struct engine *e, struct submission *s)
{
    if (queue_up(e, s, false))
        return ERR_OK;
    mem_free(s);
    return ERR_OVERLOAD;
}

static void put_slice(struct buf *out, struct slice s)
{
    enc_u64(out, s.ptr != NULL);
    if (s.ptr)
        enc_bytes(out, s);
}

static struct slice take_slice(struct dec *d)
{
    return dec_u64(d) ? dec_bytes(d) : SLICE_NONE;
}

enum err engine_command(struct engine *e, const struct command *command, void *tag)
{
    if (command->op == OP_DIAL ? is_over(e) : is_shut(e))
        return ERR_OVERLOAD;
    struct buf block = begin(160);
    struct input input = {.kind = INPUT_COMMAND, .command = *command};
    input_encode(&input, &block);
    return submit(e, end(&block, SUBMISSION_COMMAND, tag));
}

enum err engine_query(struct engine *e, const struct query *query, void *tag)
{
    if (is_shut(e))
        return ERR_OVERLOAD;
    struct buf block = begin(80 + query->names.len);
    enc_u64(&block, (uint64_t)query->kind);
    put_slice(&block, query->user);
    put_slice(&block, query->target);
    put_slice(&block, query->names);
    enc_u64(&block, query->since);
    return submit(e, end(&block, SUBMISSION_QUERY, tag));
}

void submission_query(const struct submission *s, struct query *out)
{
    struct dec d = dec_of(submission_content(s));
    out->kind = (enum query_kind)dec_u64(&d);
    out->user = take_slice(&d);
    out->target = take_slice(&d);
    out->names = take_slice(&d);
    out->since = dec_u64(&d);
}

static void put_record(struct buf *out, enum record_table table, struct slice key,
                       struct slice value)
{
    enc_u64(out, (uint64_t)table);
    enc_bytes(out, key);
    put_slice(out, value);
}

enum err engine_record(struct engine *e, const struct engine_record *records, size_t count,
                       void *tag)
{
    if (is_shut(e))
        return ERR_OVERLOAD;
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if ((unsigned)records[i].table >= RECORD_TABLE_COUNT || !records[i].key.ptr)
            return ERR_INVALID;
        bytes += 32 + records[i].key.len + records[i].value.len;
        if (bytes > RECORD_BYTES_MAX)
            return ERR_RANGE;
    }
    struct buf block = begin(bytes);
    for (size_t i = 0; i < count; i++)
        put_record(&block, records[i].table, records[i].key, records[i].value);
    return submit(e, end(&block, SUBMISSION_RECORD, tag));
}

enum err submission_put_records(const struct submission *s, struct journal *journal)
{
    struct dec d = dec_of(submission_content(s));
    enum err err = ERR_OK;
    while (d.at < d.end && err == ERR_OK) {
        enum record_table table = (enum record_table)dec_u64(&d);
        struct slice key = dec_bytes(&d);
        err = journal_put(journal, table, key, take_slice(&d));
    }
    return err;
}

enum err engine_advance(struct engine *e, uint64_t ms, void *tag)
{
    if (is_shut(e))
        return ERR_OVERLOAD;
    struct buf block = begin(0);
    struct submission *s = end(&block, SUBMISSION_ADVANCE, tag);
    s->number = ms;
    return submit(e, s);
}

enum err engine_reconfigure(struct engine *e, const struct engine_configuration *configuration,
                            void *tag)
{
    if (atomic_load_explicit(&e->is_closing, memory_order_relaxed))
        return ERR_STATE;
    struct buf block = begin(sizeof(struct engine_configuration));
    buf_append(&block, configuration, sizeof *configuration);
    (void)queue_up(e, end(&block, SUBMISSION_CONFIGURE, tag), true);
    return ERR_OK;
}

void submission_configuration(const struct submission *s, struct engine_configuration *out)
{
    memcpy(out, s->bytes, sizeof *out);
}

void engine_submit_stop(struct engine *e)
{
    struct buf block = begin(0);
    (void)queue_up(e, end(&block, SUBMISSION_STOP, NULL), true);
}

struct slice submission_content(const struct submission *s)
{
    return (struct slice){s->bytes, s->len};
}

static void host_signal(void *ctx, const struct signal *signal)
{
    struct engine *e = ctx;
    struct buf block = begin(96 + signal->keep.len);
    struct input input = {.kind = INPUT_SIGNAL, .signal = *signal};
    input_encode(&input, &block);
    (void)queue_up(e, end(&block, SUBMISSION_SIGNAL, NULL), true);
}

static void host_record(void *ctx, struct slice key, struct slice value, uint64_t tag)
{
    struct engine *e = ctx;
    struct buf block = begin(32 + key.len + value.len);
    put_record(&block, RECORD_LINE, key, value);
    struct submission *s = end(&block, SUBMISSION_LINE_RECORD, NULL);
    s->number = tag;
    (void)queue_up(e, s, true);
}

static void host_each_record(void *ctx,
                             void (*visit)(void *arg, struct slice key, struct slice value),
                             void *arg)
{
    struct engine *e = ctx;
    (void)journal_each_record(e->options.journal, RECORD_LINE, visit, arg);
}

static uint64_t host_now_ms(void *ctx)
{
    return engine_now_ms(ctx);
}

void engine_host(struct engine *e, struct line_host *out)
{
    *out = (struct line_host){.ctx = e,
                              .signal = host_signal,
                              .record = host_record,
                              .each_record = host_each_record,
                              .now_ms = host_now_ms};
}
