/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the journal share: the connection with its prepared statements, and the
 * checksum of a batch. */
#ifndef JOURNAL_JOURNAL_INT_H
#define JOURNAL_JOURNAL_INT_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "journal/journal.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_APPEND,
    STATEMENT_TRIM,
    STATEMENT_PUT,
    STATEMENT_REMOVE,
    STATEMENT_GET,
    STATEMENT_EACH,
    STATEMENT_REPLAY,
    STATEMENT_COUNT
};

/* What SQLite ran into. */
struct trouble {
    int code;   /* its own; 0: none */
    int system; /* errno at that time; 0: it had none */
};

struct journal {
    char *path; /* of the database */
    char *vfs;  /* NULL: the system's */
    int directory_fd;
    int lock_fd;
    unsigned version;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    uint64_t head;
    uint64_t first;

    /* Of the transaction that is open; they become true with its commit. */
    bool has_batch;
    uint64_t next_first;

    struct trouble trouble; /* of the last statement that failed */

    /* Of the thread that checkpoints. */
    sqlite3 *checkpoint_db;
    atomic_uint_fast64_t commits; /* of batches, since opening */
    uint64_t commits_before;      /* when the last checkpoint had returned */
};

/* A connection as all of ours are set up; on failure closes it again, and writes what it ran into;
 * trouble NULL: nobody asks. */
enum err journal_connect(const struct journal *j, sqlite3 **out, struct trouble *trouble);
/* In words; empty when there is none. */
void trouble_describe(const struct trouble *trouble, char *out, size_t size);
/* Runs a statement that yields no row, and makes it ready for the next time. */
enum err journal_run(struct journal *j, enum statement which);
uint64_t journal_batch_checksum(uint64_t number, struct slice batch, uint64_t effects_digest);
/* Opens the directory and takes its lock; removes what an unfinished snapshot left. */
enum err journal_lock(struct journal *j, const char *directory, char *why, size_t why_size);
/* Finds out what is there, and whether the core of this version may go on with it. */
enum err journal_examine(struct journal *j, char *why, size_t why_size);

#endif
