/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Writing: one transaction at a time, with at most one batch and any number of records.
 *
 * What a transaction will have changed (the head, the oldest batch) is kept apart until its commit
 * has returned, so that after a failed one the very same may be begun again. A commit of which the
 * fsync failed may still be found after a crash: the frames are in the file. That is no harm as
 * nobody was told either way, and the retry writes the same frames again.
 *
 * Trimming goes along with the batches in small steps instead of in one large delete, which would
 * make one commit slow. */
#include "journal/journal_int.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define TRIM_STEP 8

enum err journal_run(struct journal *j, enum statement which)
{
    sqlite3_stmt *statement = j->statements[which];
    errno = 0; /* SQLite keeps it for some failures only, and a commit's is not one of them */
    int rc = sqlite3_step(statement);
    int system = errno;
    sqlite3_reset(statement);
    if (rc == SQLITE_DONE)
        return ERR_OK;
    j->trouble = (struct trouble){.code = rc, .system = system};
    log_line(LOG_DEBUG, "journal.error", "statement=%d code=%d", (int)which, rc);
    return ERR_IO;
}

void trouble_describe(const struct trouble *trouble, char *out, size_t size)
{
    bool is_system = (trouble->code & 0xff) == SQLITE_IOERR && trouble->system != 0;
    bool is_full = (trouble->code & 0xff) == SQLITE_FULL ||
                   (is_system && (trouble->system == ENOSPC || trouble->system == EDQUOT));
    const char *text = sqlite3_errstr(trouble->code);
    if (trouble->code == 0)
        snprintf(out, size, "%s", "");
    else if (is_full)
        snprintf(out, size, "the disk is full");
    else if (is_system)
        snprintf(out, size, "the disk takes nothing: %s (%s)", strerror(trouble->system), text);
    else
        snprintf(out, size, "the disk takes nothing: %s", text);
}

void journal_problem(const struct journal *j, char *out, size_t size)
{
    trouble_describe(&j->trouble, out, size);
}

bool journal_space(const struct journal *j, uint64_t *free_bytes, uint64_t *whole_bytes)
{
    struct statvfs about;
    if (fstatvfs(j->directory_fd, &about))
        return false;
    *free_bytes = (uint64_t)about.f_bavail * about.f_frsize;
    *whole_bytes = (uint64_t)about.f_blocks * about.f_frsize;
    return true;
}

enum err journal_begin(struct journal *j)
{
    j->has_batch = false;
    j->next_first = j->first;
    return journal_run(j, STATEMENT_BEGIN);
}

enum err journal_append(struct journal *j, struct slice batch, uint64_t effects_digest)
{
    sqlite3_stmt *statement = j->statements[STATEMENT_APPEND];
    uint64_t number = j->head + 1;
    if (j->has_batch)
        log_abort("journal: two batches in one transaction");
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)number);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)effects_digest);
    sqlite3_bind_int64(statement, 3,
                       (sqlite3_int64)journal_batch_checksum(number, batch, effects_digest));
    sqlite3_bind_blob64(statement, 4, batch.ptr ? batch.ptr : "", batch.len, SQLITE_STATIC);
    enum err err = journal_run(j, STATEMENT_APPEND);
    sqlite3_clear_bindings(statement);
    j->has_batch = err == ERR_OK;
    return err;
}

enum err journal_put(struct journal *j, enum record_table table, struct slice key,
                     struct slice value)
{
    enum statement which = value.ptr ? STATEMENT_PUT : STATEMENT_REMOVE;
    sqlite3_stmt *statement = j->statements[which];
    sqlite3_bind_int(statement, 1, (int)table);
    sqlite3_bind_blob64(statement, 2, key.ptr ? key.ptr : "", key.len, SQLITE_STATIC);
    if (value.ptr)
        sqlite3_bind_blob64(statement, 3, value.ptr, value.len, SQLITE_STATIC);
    enum err err = journal_run(j, which);
    sqlite3_clear_bindings(statement);
    return err;
}

enum err journal_trim(struct journal *j, uint64_t number)
{
    uint64_t head = j->head + (j->has_batch ? 1 : 0);
    if (head == 0 || j->next_first > number || j->next_first >= head)
        return ERR_OK;
    uint64_t last = j->next_first + TRIM_STEP - 1;
    if (last > number)
        last = number;
    if (last >= head)
        last = head - 1;
    sqlite3_bind_int64(j->statements[STATEMENT_TRIM], 1, (sqlite3_int64)last);
    enum err err = journal_run(j, STATEMENT_TRIM);
    if (err == ERR_OK)
        j->next_first = last + 1;
    return err;
}

enum err journal_commit(struct journal *j)
{
    enum err err = journal_run(j, STATEMENT_COMMIT);
    if (err != ERR_OK) {
        journal_rollback(j);
        return err;
    }
    j->first = j->next_first;
    if (j->has_batch) {
        j->head++;
        atomic_fetch_add_explicit(&j->commits, 1, memory_order_release);
    }
    j->has_batch = false;
    return ERR_OK;
}

void journal_rollback(struct journal *j)
{
    j->has_batch = false;
    /* An error may have ended the transaction already. */
    if (!sqlite3_get_autocommit(j->db))
        (void)journal_run(j, STATEMENT_ROLLBACK);
}
