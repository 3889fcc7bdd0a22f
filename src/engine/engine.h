/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core thread: takes what is queued, stamps it with time and randomness, applies it, appends
 * it to the journal, commits once per batch, and only then releases what it caused: orders to the
 * line driver, replies and notices to the web side. Nobody ever sees something that a crash could
 * make us forget.
 *
 * engine_command, engine_query, engine_record and the line driver's signals may come from any
 * thread; they copy what they are given. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "core/core.h"
#include "journal/journal.h"
#include "line/line.h"

struct engine;

/* The answer to one command, query, record or clock request. */
struct reply {
    void *tag; /* as given with the request */
    enum err err;
    struct slice reason;   /* of a refusal; good as long as the release */
    struct answer *answer; /* of a query; owned by the release. May be moved out (set NULL): then
                              answer_release and mem_free are the receiver's */
};

/* What one batch released, in order: replies first. */
struct release {
    struct reply *replies;
    size_t reply_count;
    struct notice **notices;
    size_t notice_count;
    uint64_t floor_version; /* of the core, when it was made; 0: not known */
    bool is_replay; /* at start-up: notices only, which were perhaps seen before the restart */
    struct arena arena;
};

/* Drops the references; the receiver calls it when done. */
void release_free(struct release *release);

enum engine_clock { ENGINE_CLOCK_REAL, ENGINE_CLOCK_MANUAL };

struct engine_options {
    struct journal *journal;  /* borrowed */
    struct line_driver *line; /* borrowed; not started */
    enum engine_clock clock;
    uint64_t manual_start_ms;  /* manual: the first time, when the journal knows no later one */
    size_t queue_limit;        /* commands, queries and records; more get ERR_OVERLOAD */
    size_t queue_bytes;        /* the same for their bytes; 0: no bound */
    uint64_t reserve_bytes;    /* commands are refused while less is free on the disk; 0: never */
    uint64_t snapshot_batches; /* a snapshot every so many batches */
    size_t ring_notices;       /* how many notices per user the web side keeps: of more, replay
                                  releases only the last so many */
    /* Writes what a batch has to be remembered of calls, in the batch's own transaction; again,
     * with the same, when the commit fails. Not in a replay: it is there. stored: it is durable
     * now. On the core thread; both may be NULL. */
    enum err (*store)(void *ctx, struct journal *journal, const struct history *items,
                      size_t count);
    void (*stored)(void *ctx, const struct history *items, size_t count);
    void *store_ctx;
    /* Called on the core thread after each commit, and in engine_create for what replay yields.
     * Takes ownership of the release. */
    void (*released)(void *ctx, struct release *release);
    void *ctx;
};

/* Loads the snapshot before the newest, replays behind it and checks all digests. Nothing runs yet.
 * ERR_CORRUPT with one line in why when the replay would tell another story; names the batch. */
enum err engine_create(const struct engine_options *options, struct engine **out, char *why,
                       size_t why_size);
/* The number of the user's last notice, 0 when there is none or no such user; only before
 * engine_start, when nobody else is at the core. */
uint64_t engine_user_seq(const struct engine *e, struct slice user);
/* Starts the core thread and then, on it, the line driver. The config items have been applied and
 * are durable when it returns; what is not among them is removed. Fails with
 * what the core said to an item (the log names it) or what the driver's start returned, or, with
 * ERR_IO and engine_trouble, when they can't be made durable for five seconds; then nothing runs,
 * and what was applied stays. */
enum err engine_start(struct engine *e, const struct config_item *items, size_t count);

/* Why requests are refused now, in words for who asked, such as "Nothing was done: the disk is
 * full"; empty when the disk is not the reason. Any thread. Returns the length. */
#define ENGINE_TROUBLE_SIZE  128
#define ENGINE_TROUBLE_BEGIN "Nothing was done: "
size_t engine_trouble(struct engine *e, char out[ENGINE_TROUBLE_SIZE]);

/* ERR_OVERLOAD: refused (queue full, disk out of order, or stopping), no reply follows. ERR_OK: the
 * reply carries tag, in a later release; it may be ERR_OVERLOAD, too, where the disk fails. Dial is
 * taken while the disk fails, as only the core thread knows whether it is an emergency call. */
enum err engine_command(struct engine *e, const struct command *command, void *tag);
enum err engine_query(struct engine *e, const struct query *query, void *tag);
/* Writes (value absent: removes) a durable record; several at once are one transaction. */
struct engine_record {
    enum record_table table;
    struct slice key;
    struct slice value;
};
enum err engine_record(struct engine *e, const struct engine_record *records, size_t count,
                       void *tag);
/* Moves the clock ahead, stepping through every deadline up to now + ms; the reply comes when all
 * that this caused is durable and released. The real clock goes on from there, also after a
 * restart: for simulated telephones only, as sound can't skip. Of the manual one the time itself is
 * durable with the next input only: after a restart it stands at the last one. */
enum err engine_advance(struct engine *e, uint64_t ms, void *tag);

/* The configuration anew, all of it, while calls go on: what is not listed is removed, in the core
 * and at the line driver. Borrowed until the reply. What the core does not take is logged, and the
 * rest is done all the same; the reply then carries its first error. Not refused for overload; with
 * ERR_STATE the engine is stopping, and no reply follows. */
struct engine_configuration {
    const struct config_item *items;
    size_t item_count;
    const struct line_device *devices;
    size_t device_count;
    const struct line_trunk *trunks;
    size_t trunk_count;
};
enum err engine_reconfigure(struct engine *e, const struct engine_configuration *configuration,
                            void *tag);

/* Milliseconds since the epoch, as inputs are stamped; any thread. */
uint64_t engine_now_ms(const struct engine *e);
/* The same without what a real clock was moved ahead: for what belongs to people and not to calls,
 * such as how long a log-in holds. */
uint64_t engine_unwound_ms(const struct engine *e);

/* Applies and releases what is queued, writes a snapshot at the head, stops the line driver and the
 * thread. Gives up what can't be made durable in some seconds, which nobody was told of: ERR_IO. */
enum err engine_stop(struct engine *e);
void engine_destroy(struct engine *e);

#endif
