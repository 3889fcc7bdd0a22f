/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Everything that can change the core, and the binary form in which it waits, is journalled and is
 * replayed. */
#ifndef CORE_INPUT_H
#define CORE_INPUT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/error.h"
#include "core/op.h"
#include "core/order.h"

enum monitor_scope { MONITOR_CALL, MONITOR_AGENT }; /* follows the call; leaves with the agent */
enum monitor_span { MONITOR_ALL_CALLS, MONITOR_NEXT_CALL };

/* A request of a user. */
struct command {
    enum op op;
    enum op_target at;
    struct slice user;      /* user name */
    struct slice target;    /* id or connId of a call, id or number of a device; empty otherwise */
    struct slice text;      /* see enum op_param */
    struct slice call;      /* id or connId */
    struct slice caller_id; /* number to show to the called party */
    struct slice key;       /* of a disposition; absent: the configured one */
    struct slice place;
    struct slice device; /* of the place, id or number */
    bool voice;          /* start session: the voice channel is asked for */
    enum monitor_scope scope;
    enum monitor_span span;
    const struct pair *pairs;
    size_t pair_count;
};

enum remote_answer { REMOTE_ANSWER_NONE, REMOTE_ANSWER_TALK, REMOTE_ANSWER_REINVITE };

/* A change of configuration. An item that changes nothing is refused with ERR_EXISTS, and so is
 * not journalled. An item is put under its name, and replaces what was there as a whole. */
enum config_kind {
    CONFIG_LIMITS,
    CONFIG_SITE,
    CONFIG_AGENT_STATE, /* in the order in which they are shown */
    CONFIG_USER,
    CONFIG_DEVICE, /* after its user */
    CONFIG_PLACE,  /* after its devices */
    CONFIG_QUEUE,  /* after its users */
    CONFIG_TRUNK,
    CONFIG_REMOVE_AGENT_STATE,
    CONFIG_REMOVE_USER,   /* refused with ERR_IN_USE while the user has a device */
    CONFIG_REMOVE_DEVICE, /* its calls are ended with cause failed */
    CONFIG_REMOVE_PLACE,
    CONFIG_REMOVE_QUEUE, /* who waits in it is released with cause failed */
    CONFIG_REMOVE_TRUNK, /* its calls stay until they end */
    CONFIG_KIND_COUNT
};

struct config_limits {
    uint64_t pick_up_ms;   /* caller's telephone to go off hook */
    uint64_t no_answer_ms; /* destination to answer */
    uint64_t tone_ms;      /* busy tone before Released */
    uint64_t keep_ms;      /* a released call stays readable */
    uint64_t key_bytes;    /* of user data */
    uint64_t value_bytes;
    uint64_t call_bytes; /* all keys and values of a call */
    uint64_t pairs;
    uint64_t disposition_ms; /* a disposition is taken for so long after Released */
    uint64_t vanished_ms;    /* an agent whose desktop vanished is logged out; 0: never */
    uint64_t transit_ms;     /* a call that is left to outside numbers alone is cleared; 0: never */
    uint64_t is_documented;  /* 1: capabilities as the samples have them and no more */
};

enum user_role { ROLE_AGENT = 1u << 0, ROLE_SUPERVISOR = 1u << 1, ROLE_ADMIN = 1u << 2 };

/* What is behind an agent state's operationName. */
enum agent_mode { AGENT_READY, AGENT_NOT_READY, AGENT_AFTER_CALL_WORK, AGENT_AUX_WORK };

struct config_item {
    enum config_kind kind;
    struct config_limits limits;
    struct slice name; /* user name, directory number, queue number, trunk, place, operationName */
    struct slice id;   /* of a user, device, queue or state; empty: derived from the name */
    struct slice first_name; /* user; queue and agent state: display name */
    struct slice last_name;
    struct slice owner;       /* device: user name, may be absent */
    unsigned roles;           /* user; enum user_role */
    bool may_connect_outside; /* user: outside numbers with each other, and leave them */
    enum remote_answer remote_answer;
    uint64_t calls;       /* device: at one time, consult calls not counted; trunk: channels */
    bool may_record;      /* device */
    bool shows_hold;      /* device: Hold is to be seen on the telephone, which holds itself then */
    enum agent_mode mode; /* agent state */
    struct slice reason;  /* agent state */
    const struct slice *members; /* queue: user names, none: all users; place: directory numbers;
                                    trunk: keys of the user data that it carries; site:
                                    emergency numbers */
    size_t member_count;
    const struct slice *prefixes; /* trunk: of the numbers that it is for; none: all */
    size_t prefix_count;
    const struct pair *routes; /* trunk: number called from outside -> where it leads */
    size_t route_count;
    uint64_t wrap_up_ms;          /* queue: AfterCallWork after its calls */
    uint64_t no_answer_ms;        /* queue: an agent must answer within; 0: as in the limits */
    uint64_t max_wait_ms;         /* queue; then overflow, or Released; 0: never */
    uint64_t max_waiting;         /* queue; beyond it overflow, or busy; 0: no bound */
    struct slice overflow;        /* queue: number; may be empty */
    struct slice country;         /* site: calling code "49" */
    struct slice international;   /* site: prefix "00" */
    struct slice national;        /* site: prefix "0" */
    struct slice outside;         /* site: what is dialled before an outside number */
    struct slice area;            /* site: area code */
    struct slice main_number;     /* site: "+4930555", before its extensions */
    struct slice disposition_key; /* site */
    struct slice trunk;           /* site: of emergency calls; empty: any */
    uint64_t callback_ms;  /* site: after an emergency call, that it is called back; 0: ever */
    struct slice location; /* device: number shown by emergency calls; may be empty */
};

enum input_kind { INPUT_COMMAND, INPUT_SIGNAL, INPUT_CONFIG, INPUT_DEADLINE, INPUT_KIND_COUNT };

struct input {
    enum input_kind kind;
    uint64_t time_ms;   /* stamped by the engine; never goes back */
    uint8_t random[16]; /* stamped by the engine; source of all identifiers */
    struct command command;
    struct signal signal;
    struct config_item config;
    /* INPUT_DEADLINE has nothing more: the earliest deadline, due at time_ms, fires. */
};

/* Without time and randomness, which are stamped later. */
void input_encode(const struct input *input, struct buf *out);
/* Slices borrow from d; pairs from the arena. ERR_CORRUPT when it is no input. */
enum err input_decode(struct dec *d, struct arena *arena, struct input *out);

#endif
