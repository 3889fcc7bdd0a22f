/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the store room. Its tables in the journal, each with its keys; numbers in keys are
 * big-endian, so that the order of bytes is that of numbers:
 *
 *   RECORD_HISTORY_CALL          call                history_call
 *   RECORD_HISTORY_PARTIES       call, lowest party  history_party, one or several
 *   RECORD_HISTORY_QUALITY       call, party         quality
 *   RECORD_HISTORY_DISPOSITION   call                history_disposition
 *   RECORD_HISTORY_OF_USER       user, 0, call       nothing; user "": every call
 *   RECORD_RECORDING_OF_USER     user, 0, call       nothing; who may listen; "": every recording
 *   RECORD_RECORDING             id of the call      call (big-endian)
 *
 * A call's number is eight bytes, a party's four. */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include <stdatomic.h>

#include "base/metrics.h"
#include "engine/ticket.h"
#include "store/store.h"

#define CALL_KEY_BYTES  8
#define PARTY_KEY_BYTES 12
#define WAITING_MAX     1000 /* questions at one time */

/* --- keys.c --- */

struct slice key_of_call(uint64_t call, char out[CALL_KEY_BYTES]);
struct slice key_of_party(uint64_t call, uint32_t party, char out[PARTY_KEY_BYTES]);
/* In out. */
struct slice key_of_user(struct slice user, uint64_t call, struct buf *out);
uint64_t call_of_key(struct slice key); /* its last eight bytes */
uint64_t call_of_part(struct slice key);
uint32_t party_of_key(struct slice key);

/* --- load.c --- */

/* All of one call; slices and arrays are in the arena. ERR_NOT_FOUND, ERR_CORRUPT, ERR_IO. */
enum err store_load(struct journal_reader *reader, uint64_t call, struct arena *arena,
                    struct store_call *out);
/* The first call from number from on; visit is not called when there is none. */
enum err store_first_call(struct journal_reader *reader, uint64_t from, uint64_t *call,
                          uint64_t *begun_ms);

/* --- files.c --- */

/* Fills is_recorded and file_bytes. */
void store_look_at_file(const char *directory, struct store_call *call);
/* The recording, whole or as long as it is so far; -1. */
int store_open_file(const char *directory, struct slice id);
/* Writes DIRECTORY/ID.json, unless it is there and says the same already. */
enum err store_write_beside(const char *directory, struct slice id, struct slice text);
/* Removes the recording and what is beside it. */
enum err store_remove_files(const char *directory, struct slice id);

/* --- keep.c --- */

struct keeper;
struct keeper *keeper_create(struct store *store);
void keeper_destroy(struct keeper *keeper);
/* On the files' thread. */
void keeper_make_beside(struct store *store, uint64_t call);

struct store {
    struct store_options options;
    char *recordings; /* own copy, or NULL */
    struct buf key;   /* of the core thread */
    struct engine *engine;
    struct journal_reader *reader; /* of the reading thread */
    struct journal_reader *files_reader;
    struct worker *reading; /* questions */
    struct worker *files;   /* what is beside recordings, and forgetting */
    struct keeper *keeper;
    unsigned waiting; /* questions; where answers are given */
    uint64_t next_ms;
    uint64_t next_beside_ms; /* when what could not be written beside recordings is tried again */
    atomic_bool is_stopping;
    atomic_bool has_beside_failed;
    struct metric *seconds;
    struct metric *forgotten;
    struct metric *beside_failures;
};

#endif
