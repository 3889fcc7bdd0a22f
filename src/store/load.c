/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One call, put together again from what was written of it at different times. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_int.h"

struct loading {
    struct arena *arena;
    struct store_party *parties;
    size_t count;
    struct buf bytes; /* of the parties */
};

static struct journal_range parts_of(enum record_table table, uint64_t call,
                                     char from[CALL_KEY_BYTES], char to[CALL_KEY_BYTES])
{
    return (struct journal_range){.table = table,
                                  .from = key_of_call(call, from),
                                  .to = key_of_call(call + 1, to),
                                  .limit = UINT64_MAX};
}

static void take_parties(void *ctx, struct slice key, struct slice value)
{
    struct loading *l = ctx;
    (void)key;
    buf_slice(&l->bytes, value);
}

static int by_number(const void *a, const void *b)
{
    const struct store_party *x = a;
    const struct store_party *y = b;
    return (x->party.number > y->party.number) - (x->party.number < y->party.number);
}

static enum err read_parties(struct loading *l)
{
    struct history_party party;
    struct slice bytes = arena_copy(l->arena, buf_view(&l->bytes));
    struct dec d = dec_of(bytes);
    while (history_party_read(&d, &party))
        l->count++;
    if (d.failed)
        return ERR_CORRUPT;
    l->parties = arena_zalloc(l->arena, l->count * sizeof *l->parties + 1);
    d = dec_of(bytes);
    for (size_t i = 0; i < l->count; i++)
        (void)history_party_read(&d, &l->parties[i].party);
    qsort(l->parties, l->count, sizeof *l->parties, by_number);
    return ERR_OK;
}

static void take_quality(void *ctx, struct slice key, struct slice value)
{
    struct loading *l = ctx;
    uint32_t number = party_of_key(key);
    for (size_t i = 0; i < l->count; i++)
        if (l->parties[i].party.number == number)
            (void)history_quality_read(value, &l->parties[i].quality);
}

static enum err load_parties(struct journal_reader *reader, uint64_t call, struct loading *l)
{
    char from[CALL_KEY_BYTES], to[CALL_KEY_BYTES];
    struct journal_range range = parts_of(RECORD_HISTORY_PARTIES, call, from, to);
    enum err err = journal_reader_each(reader, &range, take_parties, l);
    if (err == ERR_OK)
        err = read_parties(l);
    range.table = RECORD_HISTORY_QUALITY;
    if (err == ERR_OK)
        err = journal_reader_each(reader, &range, take_quality, l);
    return err;
}

static enum err load_disposition(struct journal_reader *reader, uint64_t call, struct arena *arena,
                                 struct store_call *out)
{
    char key[CALL_KEY_BYTES];
    struct buf bytes = {0};
    enum err err =
        journal_reader_get(reader, RECORD_HISTORY_DISPOSITION, key_of_call(call, key), &bytes);
    out->has_disposition = err == ERR_OK;
    if (err == ERR_OK)
        err =
            history_disposition_read(arena_copy(arena, buf_view(&bytes)), arena, &out->disposition);
    buf_free(&bytes);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_load(struct journal_reader *reader, uint64_t call, struct arena *arena,
                    struct store_call *out)
{
    char key[CALL_KEY_BYTES];
    struct loading l = {.arena = arena};
    struct buf bytes = {0};
    *out = (struct store_call){0};
    enum err err = journal_reader_get(reader, RECORD_HISTORY_CALL, key_of_call(call, key), &bytes);
    if (err == ERR_OK)
        err = history_call_read(arena_copy(arena, buf_view(&bytes)), arena, &out->call);
    if (err == ERR_OK)
        err = load_parties(reader, call, &l);
    if (err == ERR_OK)
        err = load_disposition(reader, call, arena, out);
    out->parties = l.parties;
    out->party_count = l.count;
    buf_free(&l.bytes);
    buf_free(&bytes);
    return err;
}

struct first {
    uint64_t call;
    uint64_t begun_ms;
};

static void take_first(void *ctx, struct slice key, struct slice value)
{
    struct first *first = ctx;
    struct dec d = dec_of(value);
    first->call = call_of_key(key);
    first->begun_ms = dec_u64(&d); /* what a call's bytes begin with */
}

enum err store_first_call(struct journal_reader *reader, uint64_t from, uint64_t *call,
                          uint64_t *begun_ms)
{
    char low[CALL_KEY_BYTES], high[CALL_KEY_BYTES];
    struct first first = {0};
    struct journal_range range = {.table = RECORD_HISTORY_CALL,
                                  .from = key_of_call(from, low),
                                  .to = key_of_call(UINT64_MAX, high),
                                  .limit = 1};
    enum err err = journal_reader_each(reader, &range, take_first, &first);
    *call = first.call;
    *begun_ms = first.begun_ms;
    return err == ERR_OK && first.call == 0 ? ERR_NOT_FOUND : err;
}
