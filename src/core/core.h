/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The deterministic core: calls, parties, devices, users and their data; a function
 * (state, input) -> (state, effects). It does no I/O, reads no JSON, starts no thread and asks
 * neither clock nor random source: time and randomness come with each input. The same inputs give
 * the same state, effects and digests, in every run and on every machine.
 *
 * One thread at a time. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/arena.h"
#include "core/floor.h"
#include "core/history.h"
#include "core/input.h"
#include "core/view.h"

#define CORE_VERSION 5 /* a journal is replayed only by the version that wrote it */

struct core;

/* What inputs caused, in order. Collects over several inputs (a batch) until reset. */
struct effects {
    struct notice **notices;
    size_t notice_count;
    size_t notice_cap;
    struct order *orders; /* slices and mix tables in the arena */
    size_t order_count;
    size_t order_cap;
    struct history *histories; /* what they point to is in the arena */
    size_t history_count;
    size_t history_cap;
    size_t data_left_out; /* pairs of user data that came from outside and are over the limits */
    uint64_t digest;      /* of all of them so far */
    struct slice reason;  /* of the last refusal, in the arena; absent when it was accepted */
    struct arena arena;
};

/* Zero-initialised is ready for use. Reset keeps memory, drops references. */
void effects_reset(struct effects *fx);
void effects_free(struct effects *fx);

struct core *core_create(void);
void core_destroy(struct core *core);

/* Applies one input. ERR_OK: the state changed (or a tolerated command had nothing to do) and the
 * input is to be journalled. Anything else: refused, fx->reason says why in words for the
 * requester, the state and its digest are as before and the input is not to be journalled.
 * INPUT_DEADLINE must only be given when core_next_deadline is not after time_ms. */
enum err core_apply(struct core *core, const struct input *input, struct effects *fx);

/* Whether the input, at that time, belongs to an emergency call or begins one: Dial of an emergency
 * number, a telephone that dials one, a call-back, and the signals of such calls' legs. Cheap; asks
 * nothing of whether it will be accepted. */
bool core_is_urgent(const struct core *core, const struct input *input, uint64_t now_ms);
/* Whether input, which came before the urgent one, is what the telephone did from which that one
 * begins an emergency call. Then it can't be applied behind it. */
bool core_comes_first(const struct core *core, const struct input *input,
                      const struct input *urgent);

/* Milliseconds since the epoch, UINT64_MAX when there is none. */
uint64_t core_next_deadline(const struct core *core);

enum query_kind {
    QUERY_USER,
    QUERY_DEVICES,
    QUERY_DEVICE,
    QUERY_CALLS,
    QUERY_CALL,
    QUERY_AGENT_STATES,
    QUERY_PRESENCE, /* of the users in names */
    QUERY_FLOOR     /* what changed after since */
};

struct query {
    enum query_kind kind;
    struct slice user;   /* user name */
    struct slice target; /* of a device or call */
    struct slice names;  /* user names, each as enc_bytes writes it */
    uint64_t since;      /* a version of the floor; 0: none is known */
};

/* How a user can be reached now. */
struct presence {
    struct state_card *state; /* a reference, NULL without a session */
    uint64_t state_since_ms;  /* in this state, or without a session */
    bool has_call;
    size_t device_count; /* as many of the answer's devices, in turn */
};

/* An answer owns its arrays and references. */
struct answer {
    enum err err;
    uint64_t time_ms; /* at which it is true */
    uint64_t seq;     /* the user's last notice it includes */
    struct user_card *user;
    bool has_session;         /* voice contact-centre session */
    struct state_card *state; /* of the voice channel; a reference, NULL without a session */
    uint64_t state_since_ms;  /* in this state, or without a session */
    struct call_view *calls;
    size_t call_count;
    struct device_view *devices;
    size_t device_count;
    struct state_card **states; /* references */
    size_t state_count;
    struct presence *presences; /* of each name, in order; nothing of one that nobody has */
    size_t presence_count;
    struct floor *floor; /* NULL: not asked for */
};

void core_query(const struct core *core, const struct query *query, uint64_t time_ms,
                struct answer *out);
void answer_release(struct answer *answer);

/* The number of the user's last notice; 0 when there is none or no such user. */
uint64_t core_user_seq(const struct core *core, struct slice user);

/* Of the floor; rises with every change of it. */
uint64_t core_floor_version(const struct core *core);

/* The whole state as bytes; equal states give equal bytes. */
void core_snapshot(const struct core *core, struct buf *out);
/* ERR_CORRUPT when the bytes are no snapshot of this version. *out is a new core. */
enum err core_restore(struct slice snapshot, struct core **out);
/* Of the state; that of its snapshot's bytes. Costs a snapshot. */
uint64_t core_digest(const struct core *core);

/* For start-up: calls visit for each leg that lives, in order of their creation. */
struct core_leg {
    uint64_t leg;
    bool is_offered; /* the telephone began it and we have not accepted it */
    bool is_up;
    bool is_dropping;
    struct slice dn;
    struct slice trunk; /* empty: a device's */
    struct slice keep;
};
void core_each_leg(const struct core *core, void (*visit)(void *ctx, const struct core_leg *leg),
                   void *ctx);
/* All orders that no signal has confirmed, and the mix of each call. */
void core_unconfirmed_orders(const struct core *core, struct effects *fx);

/* Names of what is configured now, in order of creation: of the kind CONFIG_USER, CONFIG_DEVICE,
 * CONFIG_AGENT_STATE (without those of the system), CONFIG_PLACE, CONFIG_QUEUE or CONFIG_TRUNK. */
void core_each_configured(const struct core *core, enum config_kind kind,
                          void (*visit)(void *ctx, struct slice name), void *ctx);

struct core_stats {
    uint64_t calls_by_state[PARTY_RELEASED + 1]; /* parties in each state */
    uint64_t calls;
    uint64_t users;
    uint64_t devices;
    uint64_t devices_registered;
};
void core_stats(const struct core *core, struct core_stats *out);

/* Checks the invariants; aborts with the one that is broken. For tests and debug builds. */
void core_check(const struct core *core);

#endif
