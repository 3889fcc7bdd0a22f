/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Immutable pictures of the core's objects, as one user sees them, shared between threads by an
 * atomic count. What is in a view never changes after it is made, so a reader needs no lock. */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include <stdatomic.h>

#include "core/input.h"

#define NUMBER_MAX 40 /* digits of a directory or outside number */

/* One revision of a call's user data: shared by the call, its views and snapshots. */
struct user_data {
    atomic_uint refs;
    uint32_t count;
    uint64_t hash; /* of all keys and values */
    size_t bytes;  /* of all keys and values */
    bool repeats;  /* a key is there more than once */
    /* Rendered JSON; filled at most once, by the one thread that renders; freed with it. */
    char *rendered;
    size_t rendered_len;
    struct pair pairs[]; /* texts follow in the same block */
};

struct user_data *user_data_ref(struct user_data *data); /* NULL is fine */
void user_data_unref(struct user_data *data);

/* Who a user is; does not change while it is referenced. */
struct user_card {
    atomic_uint refs;
    struct slice name;
    struct slice first_name;
    struct slice last_name;
    unsigned roles; /* enum user_role */
    char id[33];
};

struct user_card *user_card_ref(struct user_card *card);
void user_card_unref(struct user_card *card);

/* A state in which an agent can be, of the system or of the configuration; does not change while it
 * is referenced. */
struct state_card {
    atomic_uint refs;
    enum agent_mode mode;
    bool is_of_system;
    struct slice operation_name; /* "Ready", "OutToLunch" */
    struct slice display_name;
    struct slice reason; /* may be empty */
    uint64_t hash;       /* of all of it */
    char id[37];
};

struct state_card *state_card_ref(struct state_card *card); /* NULL is fine */
void state_card_unref(struct state_card *card);

enum call_type { CALL_TYPE_INTERNAL, CALL_TYPE_INBOUND, CALL_TYPE_OUTBOUND, CALL_TYPE_CONSULT };

enum party_state {
    PARTY_INVITED, /* rung, but its telephone has not said so yet: no view is made of it */
    PARTY_DIALING,
    PARTY_RINGING,
    PARTY_ESTABLISHED,
    PARTY_HELD,
    PARTY_RELEASED
};

const char *call_type_text(enum call_type type);
const char *party_state_text(enum party_state state);

struct participant {
    uint32_t party; /* number of the party within its call */
    bool is_internal;
    char number[NUMBER_MAX + 1];
};

/* The part of a call that all its views share, but for its user data. */
struct call_part {
    atomic_uint refs;
    char id[33]; /* = callUuid */
    char conn_id[17];
    char parent_id[33];       /* of a consult call; empty: none */
    char ani[NUMBER_MAX + 1]; /* caller's number, where somebody outside takes part; or empty */
    enum call_type type;
    bool is_business; /* somebody outside takes part, or a queue brought it */
    enum recording recording;
    uint64_t hash; /* of all of it */
    uint32_t participant_count;
    struct participant participants[]; /* everybody that is to be shown, in order of joining */
};

struct call_part *call_part_ref(struct call_part *part);
void call_part_unref(struct call_part *part);

/* The call as one party's user sees it. */
struct call_view {
    struct call_part *call;
    struct user_data *data; /* a reference; NULL: none */
    uint32_t party;         /* the own one: left out of participants */
    enum party_state state;
    uint32_t duration_s;
    uint64_t capabilities;   /* bit per enum op */
    bool is_muted;           /* a silent supervisor is, too */
    bool is_monitoring;      /* of a supervisor */
    bool is_listened_to;     /* a silent supervisor hears this party */
    bool is_monitored_muted; /* of a supervisor: who is monitored was muted by it */
    bool may_record;         /* the device may */
    uint32_t wrap_up_s;      /* of the queue that brought the call */
    char previous_id[33];    /* the call that this one came out of for this party, or empty */
    char dnis[NUMBER_MAX + 1];
    char device_dn[NUMBER_MAX + 1];
    char device_id[37];
};

void call_view_release(struct call_view *view);

enum monitoring { MONITORING_NONE, MONITORING_LISTEN_IN, MONITORING_COACH, MONITORING_BARGE_IN };

struct device_view {
    char dn[NUMBER_MAX + 1];
    char id[37];
    bool is_registered;
    bool is_active;           /* its owner has a contact-centre session for voice */
    struct state_card *state; /* a reference; NULL while not active */
    uint64_t state_since_ms;  /* its owner is in this state, or without a session */
    bool is_dnd;
    char forward_to[NUMBER_MAX + 1]; /* empty: not forwarded */
    enum monitoring monitoring;      /* what this device's supervisor has armed */
    enum monitor_scope scope;
    enum monitor_span span;
    char target_id[37];    /* of the device that is monitored */
    uint64_t capabilities; /* bit per enum op */
};

void device_view_release(struct device_view *view);

enum notice_kind {
    NOTICE_STATUS_CHANGE,
    NOTICE_ATTACHED_DATA_CHANGED,
    NOTICE_PARTICIPANTS_UPDATED,
    NOTICE_DTMF_SENT,
    NOTICE_RECORDING_STATE_CHANGE,
    NOTICE_MONITORED_USER_MUTED,
    NOTICE_CALL_ERROR,
    NOTICE_DEVICE_STATE_CHANGE,
    NOTICE_CHANNEL_STATE_CHANGE,
    NOTICE_DEVICE_ERROR,
    NOTICE_KIND_COUNT
};

enum notice_channel { NOTICE_ON_CALLS, NOTICE_ON_DEVICES, NOTICE_ON_CHANNELS };

/* An event for one user. Numbers are 1, 2, 3 ... for each user, without a gap. */
struct notice {
    atomic_uint refs;
    enum notice_kind kind;
    struct user_card *user;
    uint64_t seq;
    uint64_t time_ms;
    union {                        /* by notice_channel(kind) */
        struct call_view call;     /* on calls */
        struct device_view device; /* on the other channels */
    };
    bool has_extensions;
    bool has_wrap_up;          /* WrapUpTime: call.wrap_up_s */
    enum cause release_reason; /* CAUSE_NONE: not in the notice */
    enum err error;            /* error kinds */
    const char *error_text;    /* static, or NULL */
};

enum notice_channel notice_channel(enum notice_kind kind);
struct notice *notice_ref(struct notice *notice);
void notice_unref(struct notice *notice);
/* About how many bytes it keeps alive, its share of the shared parts included. */
size_t notice_size_bytes(const struct notice *notice);

#endif
