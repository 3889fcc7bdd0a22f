/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The durable memory: committed batches of inputs, records of other rooms, and snapshots of the
 * core. One SQLite database (journal.db: batches and records, so that a batch and the records it
 * caused are one transaction) and snapshot files beside it, in one directory.
 *
 * A batch is one row: number, bytes, digest of its effects, checksum. Records are (table, key,
 * value). Used by one thread at a time, but for journal_checkpoint and the snapshot functions,
 * which may run on another, and readers, each of which may have a thread of its own. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct journal;

struct journal_options {
    const char *directory; /* made when absent */
    const char *vfs;       /* SQLite file layer; NULL: the system's */
    unsigned version;      /* of the core; another version's journal is not opened */
};

enum record_table {
    RECORD_META,
    RECORD_BAYEUX,
    RECORD_WEB_SESSION,
    RECORD_LINE,
    RECORD_CREDENTIAL,
    RECORD_HISTORY_CALL, /* these seven are the store's: src/store/store_int.h */
    RECORD_HISTORY_PARTIES,
    RECORD_HISTORY_QUALITY,
    RECORD_HISTORY_DISPOSITION,
    RECORD_HISTORY_OF_USER,
    RECORD_RECORDING_OF_USER,
    RECORD_RECORDING,
    RECORD_TABLE_COUNT
};

/* Takes a lock on the directory: a second process gets ERR_IN_USE. A journal of another version
 * is left untouched: ERR_STATE.
 * ERR_CORRUPT: the snapshots and the database do not belong together, or are damaged. why gets one
 * line of text for a person on failure. */
enum err journal_open(const struct journal_options *options, struct journal **out, char *why,
                      size_t why_size);
void journal_close(struct journal *j);

/* Number of the last committed batch, 0 when there is none. */
uint64_t journal_head(const struct journal *j);
/* Number of the oldest batch that is kept; head + 1 when none is. */
uint64_t journal_first(const struct journal *j);

/* One transaction: begin, any number of records, at most one batch, commit. After a failed commit
 * nothing is durable, and the same may be begun again. The batch's number is the head + 1. */
enum err journal_begin(struct journal *j);
enum err journal_append(struct journal *j, struct slice batch, uint64_t effects_digest);
/* value absent removes. */
enum err journal_put(struct journal *j, enum record_table table, struct slice key,
                     struct slice value);
enum err journal_commit(struct journal *j);
void journal_rollback(struct journal *j);

/* What the last statement that failed ran into, in words: "the disk is full"; empty: none has. Of
 * the thread that writes. */
void journal_problem(const struct journal *j, char *out, size_t size);
/* What is free for us on the directory's disk, and its size; any thread. false: not known. */
bool journal_space(const struct journal *j, uint64_t *free_bytes, uint64_t *whole_bytes);

/* Each batch after number after, in order. A non-zero return of visit stops and is returned; a row
 * whose checksum is wrong, or a gap, is ERR_CORRUPT. */
enum err journal_replay(struct journal *j, uint64_t after,
                        enum err (*visit)(void *ctx, uint64_t number, struct slice batch,
                                          uint64_t effects_digest),
                        void *ctx);
/* In order of keys. */
enum err journal_each_record(struct journal *j, enum record_table table,
                             void (*visit)(void *ctx, struct slice key, struct slice value),
                             void *ctx);
/* A single record into out; ERR_NOT_FOUND. */
enum err journal_get(struct journal *j, enum record_table table, struct slice key, struct buf *out);

/* A second look at the records, for one other thread: a connection of its own, that makes nobody
 * wait. What it reads is committed, but perhaps not yet known to be. The journal must outlive it.
 */
struct journal_reader;
enum err journal_reader_open(const struct journal *j, struct journal_reader **out);
void journal_reader_close(struct journal_reader *r); /* NULL is fine */
/* What is read between the two is of one moment. Hold it for moments only: the log can't shrink. */
enum err journal_reader_begin(struct journal_reader *r);
void journal_reader_end(struct journal_reader *r);

/* The records of a table whose keys are from from on and before to, in the order of their keys as
 * bytes, or against it. */
struct journal_range {
    enum record_table table;
    struct slice from;
    struct slice to;
    bool is_descending;
    uint64_t offset; /* so many are passed over first */
    uint64_t limit;
};
/* ERR_IO. visit must not use the reader; what it is given is good until it returns. */
enum err journal_reader_each(struct journal_reader *r, const struct journal_range *range,
                             void (*visit)(void *ctx, struct slice key, struct slice value),
                             void *ctx);
/* How many there are, at most limit; offset does not count. */
enum err journal_reader_count(struct journal_reader *r, const struct journal_range *range,
                              uint64_t *out);
/* Into out, in place of what is there; ERR_NOT_FOUND. */
enum err journal_reader_get(struct journal_reader *r, enum record_table table, struct slice key,
                            struct buf *out);

/* Snapshots: written whole (temporary file, fsync, rename, fsync of the directory), checksummed.
 * Which are kept is the writer's affair: it removes those that it no longer needs. */
enum err journal_snapshot_write(struct journal *j, uint64_t number, struct slice state);
/* One that is not there is fine. */
enum err journal_snapshot_remove(struct journal *j, uint64_t number);
/* Numbers of those that are there, newest first; returns how many (at most max). */
size_t journal_snapshot_list(struct journal *j, uint64_t *numbers, size_t max);
/* Replaces what is in out. ERR_NOT_FOUND; ERR_CORRUPT when it is not what was written. */
enum err journal_snapshot_read(struct journal *j, uint64_t number, struct buf *out);
/* Forgets batches up to number, a bounded few at each call (inside a transaction); never the
 * newest batch. Call it with each transaction until journal_first is above number. */
enum err journal_trim(struct journal *j, uint64_t number);
/* Moves the write-ahead log into the database, from a background thread's own connection; always
 * the same thread. Does nothing when fewer than two batches were committed since the last time. */
enum err journal_checkpoint(struct journal *j);

#endif
