/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Opening and closing. The directory is locked with flock on a file of its own, because SQLite's
 * own locks come and go with its transactions: two servers on one directory would otherwise take
 * turns instead of being told.
 *
 * Write-ahead log with synchronous=FULL: one fsync a commit, of the log alone, and COMMIT returns
 * only after it. The log is never moved into the database by a commit (wal_autocheckpoint=0), which
 * would make one commit in a thousand wait for two more; checkpoint.c does that elsewhere. */
#include "journal/journal_int.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEMA_VERSION 1
#define BUSY_MS        10000

static const char schema[] = "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL)"
                             " WITHOUT ROWID;"
                             "CREATE TABLE batches(number INTEGER PRIMARY KEY,"
                             " digest INTEGER NOT NULL, checksum INTEGER NOT NULL,"
                             " bytes BLOB NOT NULL);"
                             "CREATE TABLE records(kind INTEGER NOT NULL, key BLOB NOT NULL,"
                             " value BLOB NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;"
                             "PRAGMA user_version=1;";

static const char *const statement_text[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_APPEND] = "INSERT INTO batches(number, digest, checksum, bytes) VALUES(?,?,?,?)",
    [STATEMENT_TRIM] = "DELETE FROM batches WHERE number <= ?",
    [STATEMENT_PUT] = "INSERT OR REPLACE INTO records(kind, key, value) VALUES(?,?,?)",
    [STATEMENT_REMOVE] = "DELETE FROM records WHERE kind = ? AND key = ?",
    [STATEMENT_GET] = "SELECT value FROM records WHERE kind = ? AND key = ?",
    [STATEMENT_EACH] = "SELECT key, value FROM records WHERE kind = ? ORDER BY key",
    [STATEMENT_REPLAY] =
        "SELECT number, digest, checksum, bytes FROM batches WHERE number > ? ORDER BY number",
};

uint64_t journal_batch_checksum(uint64_t number, struct slice batch, uint64_t effects_digest)
{
    return hash_u64(hash_u64(hash_slice(0, batch), number), effects_digest);
}

/* A directory is durable when the one above it is. */
static bool sync_parent(int directory_fd)
{
    int fd = openat(directory_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_synced;
}

enum err journal_lock(struct journal *j, const char *directory, char *why, size_t why_size)
{
    bool is_new = mkdir(directory, 0700) == 0;
    if (!is_new && errno != EEXIST) {
        snprintf(why, why_size, "can't make the directory %s: %s", directory, strerror(errno));
        return ERR_IO;
    }
    j->directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->directory_fd < 0) {
        snprintf(why, why_size, "can't open the directory %s: %s", directory, strerror(errno));
        return ERR_IO;
    }
    if (is_new && !sync_parent(j->directory_fd)) {
        snprintf(why, why_size, "can't sync the directory above %s: %s", directory,
                 strerror(errno));
        return ERR_IO;
    }
    j->lock_fd = openat(j->directory_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->lock_fd < 0) {
        snprintf(why, why_size, "can't open %s/lock: %s", directory, strerror(errno));
        return ERR_IO;
    }
    if (flock(j->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        snprintf(why, why_size, "%s is in use by another process", directory);
        return ERR_IN_USE;
    }
    /* SQLite would make it readable for all; its log takes after it. */
    int fd = openat(j->directory_fd, "journal.db", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(why, why_size, "can't open %s/journal.db: %s", directory, strerror(errno));
        return ERR_IO;
    }
    close(fd);
    return ERR_OK;
}

enum err journal_connect(const struct journal *j, sqlite3 **out, struct trouble *trouble)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    errno = 0;
    int rc = sqlite3_open_v2(j->path, &db, flags, j->vfs);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, BUSY_MS);
        rc = sqlite3_exec(db,
                          "PRAGMA journal_mode=WAL;"
                          "PRAGMA synchronous=FULL;"
                          "PRAGMA wal_autocheckpoint=0;"
                          "PRAGMA journal_size_limit=67108864;"
                          "PRAGMA temp_store=MEMORY;",
                          NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK) {
        int system = errno;
        log_line(LOG_WARN, "journal.connect", "code=%d", rc);
        if (trouble)
            *trouble = (struct trouble){.code = rc, .system = system};
        sqlite3_close(db);
        return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB ? ERR_CORRUPT : ERR_IO;
    }
    *out = db;
    return ERR_OK;
}

static enum err number_of(sqlite3 *db, const char *sql, uint64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *out = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? ERR_OK : ERR_IO;
}

static enum err make_schema(struct journal *j, char *why, size_t why_size)
{
    uint64_t found = 0;
    enum err err = number_of(j->db, "PRAGMA user_version", &found);
    if (err == ERR_OK && found == SCHEMA_VERSION)
        return ERR_OK;
    if (err == ERR_OK && found == 0) {
        char sql[1200];
        snprintf(sql, sizeof sql,
                 "BEGIN IMMEDIATE; %s INSERT INTO meta VALUES('version', %u); COMMIT", schema,
                 j->version);
        if (sqlite3_exec(j->db, sql, NULL, NULL, NULL) == SQLITE_OK)
            return ERR_OK;
        err = ERR_IO;
    }
    if (err != ERR_OK) {
        snprintf(why, why_size, "can't read or write %s: %s", j->path, sqlite3_errmsg(j->db));
        return err;
    }
    snprintf(why, why_size, "%s has the form %llu, this program knows the form %d", j->path,
             (unsigned long long)found, SCHEMA_VERSION);
    return ERR_STATE;
}

enum err journal_examine(struct journal *j, char *why, size_t why_size)
{
    uint64_t version = 0, first = 0, last = 0, newest = 0;
    enum err err = number_of(j->db, "SELECT value FROM meta WHERE key='version'", &version);
    if (err == ERR_OK)
        err = number_of(j->db, "SELECT coalesce(min(number), 0) FROM batches", &first);
    if (err == ERR_OK)
        err = number_of(j->db, "SELECT coalesce(max(number), 0) FROM batches", &last);
    if (err != ERR_OK) {
        snprintf(why, why_size, "can't read %s: %s", j->path, sqlite3_errmsg(j->db));
        return err;
    }
    if (version != j->version) {
        snprintf(why, why_size,
                 "%s was written by version %llu of the core, and this program has version %u: it "
                 "is left untouched; start the program that wrote it, or name another directory",
                 j->path, (unsigned long long)version, j->version);
        return ERR_STATE;
    }
    j->head = last;
    j->first = first > 0 ? first : j->head + 1;
    (void)journal_snapshot_list(j, &newest, 1);
    if (newest > j->head) {
        snprintf(why, why_size,
                 "the snapshot %llu is newer than the last batch %llu: journal.db is not the one "
                 "that belongs to the snapshots",
                 (unsigned long long)newest, (unsigned long long)j->head);
        return ERR_CORRUPT;
    }
    (void)unlinkat(j->directory_fd, "snapshot.tmp", 0);
    return ERR_OK;
}

static enum err prepare(struct journal *j, char *why, size_t why_size)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        int rc = sqlite3_prepare_v3(j->db, statement_text[i], -1, SQLITE_PREPARE_PERSISTENT,
                                    &j->statements[i], NULL);
        if (rc != SQLITE_OK) {
            snprintf(why, why_size, "can't read %s: %s", j->path, sqlite3_errmsg(j->db));
            return ERR_IO;
        }
    }
    return ERR_OK;
}

enum err journal_open(const struct journal_options *options, struct journal **out, char *why,
                      size_t why_size)
{
    struct journal *j = mem_zalloc(sizeof *j);
    j->directory_fd = j->lock_fd = -1;
    j->version = options->version;
    j->vfs = options->vfs ? mem_strdup(options->vfs) : NULL;
    struct buf path = {0};
    buf_printf(&path, "%s/journal.db", options->directory);
    j->path = mem_strdup(path.ptr);
    buf_free(&path);

    enum err err = journal_lock(j, options->directory, why, why_size);
    if (err != ERR_OK)
        goto out;
    err = journal_connect(j, &j->db, &j->trouble);
    if (err == ERR_CORRUPT) {
        snprintf(why, why_size, "can't open %s: it is no database", j->path);
        goto out;
    }
    if (err != ERR_OK) {
        char text[100];
        journal_problem(j, text, sizeof text);
        snprintf(why, why_size, "can't open %s: %s", j->path, text);
        goto out;
    }
    err = make_schema(j, why, why_size);
    if (err == ERR_OK && fsync(j->directory_fd) != 0) {
        snprintf(why, why_size, "can't sync %s: %s", options->directory, strerror(errno));
        err = ERR_IO;
    }
    if (err == ERR_OK)
        err = journal_examine(j, why, why_size);
    if (err == ERR_OK)
        err = prepare(j, why, why_size);
    if (err == ERR_OK)
        *out = j;
out:
    if (err != ERR_OK)
        journal_close(j);
    return err;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(j->statements[i]);
    sqlite3_close(j->checkpoint_db);
    sqlite3_close(j->db);
    if (j->lock_fd >= 0)
        close(j->lock_fd);
    if (j->directory_fd >= 0)
        close(j->directory_fd);
    mem_free(j->path);
    mem_free(j->vfs);
    mem_free(j);
}

uint64_t journal_head(const struct journal *j)
{
    return j->head;
}

uint64_t journal_first(const struct journal *j)
{
    return j->first;
}
