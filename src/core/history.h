/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is remembered of calls when they are over: an effect of inputs like notices and orders, in
 * the batch's digest like these, written in the batch's own transaction by whoever keeps it. A
 * replay makes the same items again; writing them again under the same keys changes nothing.
 *
 * A call is known by its number (1, 2, 3 ... in order of creation, and so in order of its begin), a
 * party by its number within the call. What is remembered is bytes to whoever keeps them; the
 * functions below read them. */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "base/arena.h"
#include "base/codec.h"
#include "core/order.h"
#include "core/view.h"

enum history_kind {
    HISTORY_CALL,       /* somebody's part in it is over, or all of it; once an input at most */
    HISTORY_QUALITY,    /* how a party's telephone was heard; often after its part is over */
    HISTORY_DISPOSITION /* may come long after the call, and again */
};

struct history_user {
    struct slice name;
    bool may_listen; /* talked in the call after its recording began and before it was over */
};

/* Borrowed from the effects that it is in. */
struct history {
    enum history_kind kind;
    uint64_t call;
    uint32_t party;     /* quality: whose; call: the lowest of parties, if there are any */
    struct slice bytes; /* history_call_read, history_quality_read or history_disposition_read;
                           takes the place of what was remembered */
    /* of a call */
    struct slice parties; /* history_party_read, whose part is over since the last time */
    const struct history_user *users; /* of these */
    size_t user_count;
    struct slice call_id;
    bool is_recorded; /* was, at some time */
    bool is_over;
};

struct history_span {
    uint64_t from_ms;
    uint64_t to_ms; /* 0: goes on */
};

#define HISTORY_SPANS_MAX 100 /* of a recording; what is recorded after more is in the last one */

struct history_call {
    uint64_t begun_ms;
    uint64_t ended_ms; /* 0: goes on */
    enum call_type type;
    struct slice id;
    struct slice conn_id;
    struct slice parent_id;   /* of a consult call; may be empty */
    struct slice ani;         /* the caller's number, where somebody outside takes part; or empty */
    struct slice dnis;        /* what was called first */
    const struct pair *pairs; /* user data as it was last */
    size_t pair_count;
    const struct history_span *spans; /* of the recording, pauses left out */
    size_t span_count;
};

struct history_party {
    uint32_t number;
    uint32_t inviter; /* number of who called it; its own when it began the call */
    bool is_outside;
    bool is_offered; /* a queue gave it the call */
    enum monitoring monitoring;
    enum cause cause;
    uint64_t joined_ms;
    uint64_t answered_ms; /* 0: never */
    uint64_t ended_ms;
    struct slice dn;
    struct slice queue;     /* where it waited, or which gave it the call; or empty */
    struct slice user_name; /* empty: nobody's telephone, and so on */
    struct slice user_id;
    struct slice first_name;
    struct slice last_name;
};

struct history_disposition {
    uint64_t set_ms;
    struct slice user_name;   /* who said so */
    const struct pair *pairs; /* the disposition, then what came with it, for the user data */
    size_t pair_count;
};

/* Slices borrow from bytes, arrays are in the arena. ERR_CORRUPT when they are no such bytes. */
enum err history_call_read(struct slice bytes, struct arena *arena, struct history_call *out);
enum err history_disposition_read(struct slice bytes, struct arena *arena,
                                  struct history_disposition *out);
enum err history_quality_read(struct slice bytes, struct quality *out);
/* The next one; false at the end, and when they are no such bytes: parties->failed is then set. */
bool history_party_read(struct dec *parties, struct history_party *out);

#endif
