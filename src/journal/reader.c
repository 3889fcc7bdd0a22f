/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reading records on another thread than the writer's. With a write-ahead log a reader neither
 * waits for the writer nor makes it wait; it only keeps the log from being begun anew for as long
 * as it holds a transaction. Ranges of keys instead of a query language: whoever wants an order
 * stores his records under keys that have it. */
#include "journal/journal_int.h"

#include "base/log.h"
#include "base/mem.h"

enum reading { READING_UP, READING_DOWN, READING_COUNT, READING_GET, READING_END };

#define IN_RANGE " FROM records WHERE kind = ?1 AND key >= ?2 AND key < ?3"

static const char *const texts[READING_END] = {
    [READING_UP] = "SELECT key, value" IN_RANGE " ORDER BY key LIMIT ?4 OFFSET ?5",
    [READING_DOWN] = "SELECT key, value" IN_RANGE " ORDER BY key DESC LIMIT ?4 OFFSET ?5",
    [READING_COUNT] = "SELECT count(*) FROM (SELECT 1" IN_RANGE " LIMIT ?4)",
    [READING_GET] = "SELECT value FROM records WHERE kind = ?1 AND key = ?2",
};

struct journal_reader {
    sqlite3 *db;
    sqlite3_stmt *statements[READING_END];
};

enum err journal_reader_open(const struct journal *j, struct journal_reader **out)
{
    struct journal_reader *r = mem_zalloc(sizeof *r);
    enum err err = journal_connect(j, &r->db, NULL);
    for (int i = 0; i < READING_END && err == ERR_OK; i++)
        if (sqlite3_prepare_v3(r->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &r->statements[i],
                               NULL) != SQLITE_OK)
            err = ERR_IO;
    if (err == ERR_OK)
        *out = r;
    else
        journal_reader_close(r);
    return err;
}

void journal_reader_close(struct journal_reader *r)
{
    if (!r)
        return;
    for (int i = 0; i < READING_END; i++)
        sqlite3_finalize(r->statements[i]);
    sqlite3_close(r->db);
    mem_free(r);
}

enum err journal_reader_begin(struct journal_reader *r)
{
    return sqlite3_exec(r->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : ERR_IO;
}

void journal_reader_end(struct journal_reader *r)
{
    (void)sqlite3_exec(r->db, "COMMIT", NULL, NULL, NULL);
}

static void bind_blob(sqlite3_stmt *statement, int index, struct slice bytes)
{
    sqlite3_bind_blob64(statement, index, bytes.ptr ? bytes.ptr : "", bytes.len, SQLITE_STATIC);
}

static struct slice column(sqlite3_stmt *statement, int index)
{
    const char *bytes = sqlite3_column_blob(statement, index);
    return (struct slice){bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, index)};
}

static sqlite3_stmt *bind_range(struct journal_reader *r, enum reading reading,
                                const struct journal_range *range)
{
    sqlite3_stmt *statement = r->statements[reading];
    sqlite3_bind_int(statement, 1, (int)range->table);
    bind_blob(statement, 2, range->from);
    bind_blob(statement, 3, range->to);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)(range->limit & INT64_MAX));
    if (reading != READING_COUNT)
        sqlite3_bind_int64(statement, 5, (sqlite3_int64)(range->offset & INT64_MAX));
    return statement;
}

static enum err done(sqlite3_stmt *statement, int rc, int expected)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (rc == expected)
        return ERR_OK;
    log_line(LOG_WARN, "journal.reader", "code=%d", rc);
    return ERR_IO;
}

enum err journal_reader_each(struct journal_reader *r, const struct journal_range *range,
                             void (*visit)(void *ctx, struct slice key, struct slice value),
                             void *ctx)
{
    sqlite3_stmt *statement =
        bind_range(r, range->is_descending ? READING_DOWN : READING_UP, range);
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
        visit(ctx, column(statement, 0), column(statement, 1));
    return done(statement, rc, SQLITE_DONE);
}

enum err journal_reader_count(struct journal_reader *r, const struct journal_range *range,
                              uint64_t *out)
{
    sqlite3_stmt *statement = bind_range(r, READING_COUNT, range);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *out = (uint64_t)sqlite3_column_int64(statement, 0);
    return done(statement, rc, SQLITE_ROW);
}

enum err journal_reader_get(struct journal_reader *r, enum record_table table, struct slice key,
                            struct buf *out)
{
    sqlite3_stmt *statement = r->statements[READING_GET];
    sqlite3_bind_int(statement, 1, (int)table);
    bind_blob(statement, 2, key);
    int rc = sqlite3_step(statement);
    bool is_there = rc == SQLITE_ROW;
    if (is_there) {
        buf_reset(out);
        buf_slice(out, column(statement, 0));
    }
    enum err err = done(statement, rc, is_there ? SQLITE_ROW : SQLITE_DONE);
    return err == ERR_OK && !is_there ? ERR_NOT_FOUND : err;
}
