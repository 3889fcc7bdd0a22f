/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reading back: batches in order, and records. Every batch is checked against its own checksum and
 * its number against the one before it: the replay of a journal with a hole would be a history that
 * never happened. SQLite itself would notice neither a flipped bit in a row nor a row that is
 * missing. */
#include "journal/journal_int.h"

#include "base/log.h"

static struct slice column_slice(sqlite3_stmt *statement, int column)
{
    const char *bytes = sqlite3_column_blob(statement, column);
    return (struct slice){bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, column)};
}

static enum err end_of(int rc)
{
    if (rc == SQLITE_DONE)
        return ERR_OK;
    return (rc & 0xff) == SQLITE_CORRUPT ? ERR_CORRUPT : ERR_IO;
}

enum err journal_replay(struct journal *j, uint64_t after,
                        enum err (*visit)(void *ctx, uint64_t number, struct slice batch,
                                          uint64_t effects_digest),
                        void *ctx)
{
    sqlite3_stmt *statement = j->statements[STATEMENT_REPLAY];
    uint64_t expected = after + 1;
    enum err err = ERR_OK;
    int rc;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        uint64_t number = (uint64_t)sqlite3_column_int64(statement, 0);
        uint64_t digest = (uint64_t)sqlite3_column_int64(statement, 1);
        uint64_t checksum = (uint64_t)sqlite3_column_int64(statement, 2);
        struct slice batch = column_slice(statement, 3);
        if (number != expected || journal_batch_checksum(number, batch, digest) != checksum) {
            log_line(LOG_ERROR, "journal.corrupt", "batch=%llu expected=%llu",
                     (unsigned long long)number, (unsigned long long)expected);
            err = ERR_CORRUPT;
            break;
        }
        err = visit(ctx, number, batch, digest);
        if (err != ERR_OK)
            break;
        expected++;
    }
    sqlite3_reset(statement);
    if (err != ERR_OK)
        return err;
    err = end_of(rc);
    if (err == ERR_OK && j->head > after && expected != j->head + 1)
        err = ERR_CORRUPT;
    return err;
}

enum err journal_each_record(struct journal *j, enum record_table table,
                             void (*visit)(void *ctx, struct slice key, struct slice value),
                             void *ctx)
{
    sqlite3_stmt *statement = j->statements[STATEMENT_EACH];
    int rc;
    sqlite3_bind_int(statement, 1, (int)table);
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
        visit(ctx, column_slice(statement, 0), column_slice(statement, 1));
    sqlite3_reset(statement);
    return end_of(rc);
}

enum err journal_get(struct journal *j, enum record_table table, struct slice key, struct buf *out)
{
    sqlite3_stmt *statement = j->statements[STATEMENT_GET];
    sqlite3_bind_int(statement, 1, (int)table);
    sqlite3_bind_blob64(statement, 2, key.ptr ? key.ptr : "", key.len, SQLITE_STATIC);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        buf_slice(out, column_slice(statement, 0));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (rc == SQLITE_ROW)
        return ERR_OK;
    return rc == SQLITE_DONE ? ERR_NOT_FOUND : end_of(rc);
}
