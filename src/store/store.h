/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the core does not decide on but somebody wants to know later: the history of calls, and
 * which of them have recordings. Written in the transaction of the batch that caused it, on the
 * core thread; read on a thread of its own, with a connection of its own, so that neither the core
 * nor the web waits for it. Beside each recording it keeps a file of JSON that says what the
 * recording is, and it forgets what is old enough.
 *
 * A call's parts have their keys in the order of time, so that what is new is written at the end of
 * each table, and a page of the newest calls is read from there. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/poster.h"
#include "core/history.h"
#include "engine/engine.h"

struct store;

struct store_party {
    struct history_party party;
    struct quality quality; /* all 0: not known */
};

/* Good as long as whoever was given it says. */
struct store_call {
    struct history_call call;
    const struct store_party *parties; /* whose part is over, in order of joining */
    size_t party_count;
    bool has_disposition;
    struct history_disposition disposition;
    bool is_recorded;    /* and recordings are kept */
    uint64_t file_bytes; /* of the recording; 0: there is no file, as nothing could be written */
};

struct store_options {
    struct journal *journal; /* borrowed */
    const char *recordings;  /* directory; NULL: there is no sound, and no recording is told of */
    unsigned keep_days;      /* 0: for ever */
    /* The JSON beside a recording; called on a thread of the store's. */
    void (*render)(const struct store_call *call, struct buf *out);
    struct poster poster; /* where answers are given */
};

/* ERR_IO when the journal can't be read. */
enum err store_create(const struct store_options *options, struct store **out);
/* struct engine_options.store and .stored; ctx is the store. */
enum err store_write(void *ctx, struct journal *journal, const struct history *items, size_t count);
void store_written(void *ctx, const struct history *items, size_t count);
/* When the engine runs: makes what a crash left undone, and begins to forget. */
void store_start(struct store *store, struct engine *engine);
/* Now and then, where answers are given: forgets some of what is old. */
void store_tick(struct store *store, uint64_t now_ms);
uint64_t store_next_ms(const struct store *store); /* when that is wanted again */
/* Ends its threads: what was asked and is not answered yet gets ERR_OVERLOAD. NULL is fine. */
void store_stop(struct store *store);
/* After the last answer was given. NULL is fine. */
void store_destroy(struct store *store);

/* --- questions: each answered exactly once, where poster leads, never from within the question ---
 */

struct store_search {
    bool is_of_recordings; /* and then only of those that the user may listen to */
    struct slice user;     /* user name; absent: everybody's */
    uint64_t from_ms;      /* calls that began then or later */
    uint64_t to_ms;        /* and before; UINT64_MAX: no bound */
    size_t offset;         /* so many newer ones are passed over */
    size_t limit;
};

#define STORE_TOTAL_MAX  100000
#define STORE_PAGE_BYTES ((size_t)4 << 20) /* of user data: a page that has more is shorter */

struct store_found {
    enum err err;
    const struct store_call *calls; /* newest first */
    size_t count;
    uint64_t total; /* without offset and limit; STORE_TOTAL_MAX: that or more */
};

/* What found is given is good until it returns. */
void store_search(struct store *store, const struct store_search *search,
                  void (*found)(void *ctx, const struct store_found *found), void *ctx);

struct store_recording {
    enum err err; /* ERR_NOT_FOUND: no such recording, or none that the user may listen to */
    const struct store_call *call;
    int fd; /* the file, at its begin; the receiver's to close. -1: not asked for */
};

/* user as in a search. With wants_file a recording without a file is ERR_NOT_FOUND. */
void store_recording(struct store *store, struct slice call_id, struct slice user, bool wants_file,
                     void (*found)(void *ctx, const struct store_recording *recording), void *ctx);

#endif
