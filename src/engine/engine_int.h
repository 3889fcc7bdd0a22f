/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the engine share. The structures belong to the core thread, but for what is
 * atomic, the queue, and the snapshotter's own. */
#ifndef ENGINE_ENGINE_INT_H
#define ENGINE_ENGINE_INT_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/metrics.h"
#include "base/queue.h"
#include "engine/engine.h"

#define BATCH_INPUTS    512
#define BATCH_BYTES     ((size_t)4 << 20) /* more than this, and it ends */
#define SNAPSHOTS_KNOWN 16

/* What waits in the queue: one block of memory, the encoded content behind the header. */
enum submission_kind {
    SUBMISSION_COMMAND,
    SUBMISSION_SIGNAL,
    SUBMISSION_QUERY,
    SUBMISSION_RECORD,
    SUBMISSION_LINE_RECORD,
    SUBMISSION_ADVANCE,
    SUBMISSION_CONFIGURE,
    SUBMISSION_STOP
};

struct submission {
    enum submission_kind kind;
    struct submission *next; /* of the advances, or the configurations, that wait */
    void *tag;
    uint64_t number; /* a line record's tag, an advance's milliseconds */
    size_t len;
    char bytes[];
};

/* submit.c */
size_t submission_size(const struct submission *s);
struct slice submission_content(const struct submission *s);
void submission_query(const struct submission *s, struct query *out);
/* Calls journal_put for each record in it. */
enum err submission_put_records(const struct submission *s, struct journal *journal);
void engine_host(struct engine *e, struct line_host *out);
/* The last thing that is queued. */
void engine_submit_stop(struct engine *e);
void submission_configuration(const struct submission *s, struct engine_configuration *out);

/* clock.c */
struct clock {
    enum engine_clock kind;
    atomic_int_fast64_t offset_ms; /* real: epoch minus monotonic */
    int_fast64_t unwound_offset_ms;
    uint64_t wound_ms; /* real: how far it was moved in all; the core thread's */
    atomic_uint_fast64_t virtual_ms;
};
uint64_t clock_monotonic_us(void);
/* Does not go below after_ms, nor below where a real one was moved to. */
void clock_start(struct clock *c, const struct engine_options *options, uint64_t after_ms);
uint64_t clock_now_ms(const struct clock *c);
/* Without what a real one was moved. */
uint64_t clock_unwound_ms(const struct clock *c);
/* Does nothing when it is later already. The core thread only. */
void clock_skip(struct clock *c, uint64_t to_ms);
/* To where a real clock is moved, and how far in all, in the transaction that is open. */
enum err clock_remember(const struct clock *c, struct journal *j, uint64_t to_ms);
/* Blocks until something is queued or the time has come (manual: never comes). */
void clock_wait(const struct clock *c, struct queue *q, uint64_t until_ms);

/* A batch in the making: what is to be journalled, and what is to be released after its commit. */
struct batch {
    struct buf bytes;
    struct effects fx;
    struct arena scratch;    /* of decoding one input */
    struct release *release; /* its arena holds reasons; made when first needed */
    struct reply *replies;
    size_t reply_count;
    size_t reply_cap;
    struct submission **records; /* of both kinds, borrowed until the release */
    size_t record_count;
    size_t record_cap;
    size_t inputs;      /* accepted */
    uint64_t skip_ms;   /* a real clock is to move to there; 0: not */
    size_t orders_seen; /* of fx, those looked at for what is let out before the commit */
};

struct random_pool {
    uint8_t bytes[4096];
    size_t used;
};

struct meters {
    struct metric *inputs;
    struct metric *events;
    struct metric *batches;
    struct metric *commit_failures;
    struct metric *emergency_undurable;
    struct metric *data_left_out;
    struct metric *commit_seconds;
    struct metric *queue_depth;
    struct metric *calls[PARTY_RELEASED + 1];
    struct metric *devices_registered;
};
void meters_register(struct meters *m);
/* Takes the core's statistics. */
void meters_look(struct meters *m, const struct core *core, size_t queue_depth);

/* snapshotter.c: a second core on a thread of its own. */
struct snapshotter;
/* Begins where the replay ended; removes the snapshots that are neither base nor newest. */
struct snapshotter *snapshotter_start(struct engine *e);
/* A committed batch; takes the bytes' memory. */
void snapshotter_feed(struct snapshotter *s, uint64_t number, struct buf *bytes, uint64_t digest);
/* No start needs the batches up to this one. */
uint64_t snapshotter_trim(const struct snapshotter *s);
/* Ends the thread after all that was fed. with_snapshot: writes one at the head. */
void snapshotter_stop(struct snapshotter *s, bool with_snapshot);
/* A snapshot's file content: the time of the last input, then the core's bytes. */
void snapshot_pack(const struct core *core, uint64_t last_ms, struct buf *out);
enum err snapshot_unpack(struct slice state, uint64_t *last_ms, struct slice *core);

struct engine {
    struct engine_options options;
    struct clock clock;
    struct core *core;
    struct queue *queue;
    struct batch batch;
    struct random_pool random;
    struct meters meters;
    struct buf deadline; /* INPUT_DEADLINE, encoded */
    struct buf scratch;  /* an encoded config item */
    uint64_t last_ms;    /* the stamp of the last input */
    uint64_t base;       /* number of the snapshot that the start began from, 0: none */
    uint64_t newest;     /* number of the newest good snapshot, else base */

    void *items[BATCH_INPUTS]; /* submissions taken from the queue, not yet applied: */
    size_t item_next;          /* from this one */
    size_t item_count;         /* up to this one */
    struct submission *advance_first;
    struct submission *advance_last;
    uint64_t advance_target; /* 0: the first has not begun */
    struct submission *configure_first;
    struct submission *configure_last;
    /* Taken from the queue while a commit failed, in order; comes before what is in the queue. */
    struct submission *aside_first;
    struct submission *aside_last;
    size_t aside_count;
    size_t aside_needed;   /* of them, when overtaken ones were dropped last */
    struct reply *refused; /* to be sent */
    size_t refused_count;
    size_t refused_cap;
    size_t undurable; /* orders let out since the commit began to fail */
    uint64_t alarm_after_us;
    uint64_t space_looked_us;
    bool catches_up;     /* what was taken last was put aside, so what is due waits for it */
    uint64_t floor_told; /* the floor's version that the last release had */
    bool is_line_started;
    bool is_ending; /* the stop was taken from the queue */

    struct snapshotter *snapshotter;
    pthread_t thread;
    bool is_running;
    atomic_bool is_stalled; /* a commit fails */
    atomic_bool is_low;     /* hardly any space is left */
    pthread_mutex_t trouble_lock;
    char trouble[ENGINE_TROUBLE_SIZE]; /* of the one or the other */
    atomic_bool is_closing;
    atomic_size_t queued_bytes;    /* of submissions in the queue */
    atomic_size_t unchecked_bytes; /* of batches that the snapshotter has not come to */

    const struct engine_configuration *config; /* during engine_start */
    enum err start_err;
    enum err stop_err; /* what was accepted last could not be made durable */
    sem_t started;
};

/* replay.c */
enum err engine_replay(struct engine *e, char *why, size_t why_size);
/* Applies a journalled batch. *index is the input that did not fit: ERR_CORRUPT when it can't be
 * decoded or goes back in time, ERR_STATE when the core refused it. */
enum err engine_apply_journalled(struct core *core, struct slice batch, struct effects *fx,
                                 struct arena *arena, uint64_t *last_ms, uint64_t *index);
/* release.c */
struct release *release_create(void);

/* batch.c */
/* A deadline is to fire now. */
bool engine_is_due(const struct engine *e);
/* Stamps and applies; encoded is the input as bytes. Due deadlines are the caller's affair. */
enum err engine_apply(struct engine *e, struct input *input, struct slice encoded);
void engine_fire(struct engine *e);
void engine_reply(struct engine *e, void *tag, enum err err, struct slice reason,
                  struct answer *answer);
/* Applies what is due and what was taken from the queue, up to the bound, and completes it. */
bool engine_batch_run(struct engine *e);
/* A command or a signal, applied as the batch's next input. */
void engine_take_input(struct engine *e, struct submission *s);
/* commit.c: makes the batch durable and releases it. false: gave up, as the engine is stopping. */
bool engine_batch_complete(struct engine *e);
void batch_free(struct batch *b);

/* stall.c */
/* Whether it belongs to an emergency call, as far as the core knows. */
bool submission_is_urgent(const struct engine *e, const struct submission *s);
/* Between two attempts to commit: applies and lets out what is urgent, refuses what can be refused,
 * and takes its time. */
void engine_stall(struct engine *e, bool is_first);
/* Whether the order was given while the commit failed, and is not to be given again. */
bool engine_was_given(const struct batch *b, size_t order);
/* The first of what was put aside; NULL. */
struct submission *engine_take_aside(struct engine *e);
/* space.c: on the core thread; looks at the disk now and then. */
bool engine_is_low(struct engine *e);

/* configure.c */
/* At start the first refusal ends it, later on it is only remembered. ERR_IO: not durable. */
enum err engine_configure(struct engine *e, const struct engine_configuration *config,
                          bool is_start);
/* Carries out one that was submitted, between two batches. false: it could not be made durable. */
bool engine_configure_next(struct engine *e);
/* lines.c */
enum err engine_start_line(struct engine *e);
/* loop.c: the core thread. */
/* From the queue; returns how many. */
size_t engine_take_queued(struct engine *e, void **items, size_t max);
void *engine_main(void *arg);

#endif
