/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Writing on the core thread, inside the batch's transaction: a few rows at the ends of their
 * tables. The same item written twice is the same rows, so a commit that is tried again, or a crash
 * between a commit and everything after it, doubles nothing. */
#include "store/store_int.h"

static enum err put_user(struct store *s, struct journal *journal, enum record_table table,
                         struct slice user, uint64_t call)
{
    return journal_put(journal, table, key_of_user(user, call, &s->key), SLICE(""));
}

static enum err put_users(struct store *s, struct journal *journal, const struct history *item)
{
    enum err err = put_user(s, journal, RECORD_HISTORY_OF_USER, SLICE(""), item->call);
    for (size_t i = 0; i < item->user_count && err == ERR_OK; i++)
        err = put_user(s, journal, RECORD_HISTORY_OF_USER, item->users[i].name, item->call);
    return err;
}

static enum err put_recording(struct store *s, struct journal *journal, const struct history *item)
{
    char number[CALL_KEY_BYTES];
    if (!item->is_recorded || !s->recordings)
        return ERR_OK;
    enum err err =
        journal_put(journal, RECORD_RECORDING, item->call_id, key_of_call(item->call, number));
    if (err == ERR_OK)
        err = put_user(s, journal, RECORD_RECORDING_OF_USER, SLICE(""), item->call);
    for (size_t i = 0; i < item->user_count && err == ERR_OK; i++)
        if (item->users[i].may_listen)
            err = put_user(s, journal, RECORD_RECORDING_OF_USER, item->users[i].name, item->call);
    return err;
}

static enum err put_call(struct store *s, struct journal *journal, const struct history *item)
{
    char key[PARTY_KEY_BYTES];
    enum err err =
        journal_put(journal, RECORD_HISTORY_CALL, key_of_call(item->call, key), item->bytes);
    if (err == ERR_OK && item->parties.len > 0)
        err = journal_put(journal, RECORD_HISTORY_PARTIES,
                          key_of_party(item->call, item->party, key), item->parties);
    if (err == ERR_OK)
        err = put_users(s, journal, item);
    return err == ERR_OK ? put_recording(s, journal, item) : err;
}

enum err store_write(void *ctx, struct journal *journal, const struct history *items, size_t count)
{
    struct store *s = ctx;
    char key[PARTY_KEY_BYTES];
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct history *item = &items[i];
        if (item->kind == HISTORY_CALL)
            err = put_call(s, journal, item);
        else if (item->kind == HISTORY_QUALITY)
            err = journal_put(journal, RECORD_HISTORY_QUALITY,
                              key_of_party(item->call, item->party, key), item->bytes);
        else
            err = journal_put(journal, RECORD_HISTORY_DISPOSITION, key_of_call(item->call, key),
                              item->bytes);
    }
    return err;
}
