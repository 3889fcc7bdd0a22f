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

struct pair {
    struct slice key;
    struct slice value; /* opaque to the core: JSON, byte for byte as it came */
};

/* A request of a user. */
struct command {
    enum op op;
    struct slice user;   /* user name */
    struct slice target; /* id or connId of a call, id or number of a device; as op_row.target */
    struct slice text;   /* destination, digits or key */
    bool voice;          /* start session: the voice channel is asked for */
    const struct pair *pairs;
    size_t pair_count;
};

enum remote_answer { REMOTE_ANSWER_NONE, REMOTE_ANSWER_TALK, REMOTE_ANSWER_REINVITE };

/* A change of configuration. An item that changes nothing is refused with ERR_EXISTS, and so is
 * not journalled. */
enum config_kind {
    CONFIG_LIMITS,
    CONFIG_USER,          /* put */
    CONFIG_DEVICE,        /* put; after its user */
    CONFIG_REMOVE_USER,   /* refused with ERR_IN_USE while the user has a device */
    CONFIG_REMOVE_DEVICE, /* its calls are ended with cause failed */
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
};

struct config_item {
    enum config_kind kind;
    struct config_limits limits;
    struct slice name;       /* user name, or directory number */
    struct slice id;         /* user or device id; empty: derived from the name */
    struct slice first_name; /* user */
    struct slice last_name;
    struct slice owner; /* device: user name, may be absent */
    enum remote_answer remote_answer;
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
