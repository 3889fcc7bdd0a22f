/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The operations of the API as rows of one table: name, target, parameters. What each may do in
 * which state is beside it in op_table.c; who renders capabilities or reads requests needs only
 * this. */
#ifndef CORE_OP_H
#define CORE_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum op {
    OP_DIAL,
    OP_ANSWER,
    OP_HANGUP,
    OP_HOLD,
    OP_RETRIEVE,
    OP_MUTE_CALL,
    OP_UNMUTE_CALL,
    OP_CLEAR_CALL,
    OP_SINGLE_STEP_CONFERENCE,
    OP_SINGLE_STEP_TRANSFER,
    OP_REMOVE_PARTICIPANT_FROM_CONFERENCE,
    OP_SEND_DTMF,
    OP_ATTACH_USER_DATA,
    OP_UPDATE_USER_DATA,
    OP_DELETE_USER_DATA,
    OP_DELETE_USER_DATA_PAIR,
    OP_START_CONTACT_CENTER_SESSION,
    OP_END_CONTACT_CENTER_SESSION,
    OP_COUNT
};

enum op_target {
    OP_ON_CALL,         /* POST /me/calls/{id} */
    OP_ON_DEVICE_CALLS, /* POST /me/devices/{id}/calls */
    OP_ON_USER          /* POST /me */
};

/* Parameters, as bits: what the row takes, and what it can't do without. */
enum op_param {
    OP_PARAM_DESTINATION = 1u << 0, /* "destination": {"phoneNumber": string} -> command.text */
    OP_PARAM_DIGITS = 1u << 1,      /* "digits": string -> command.text */
    OP_PARAM_USER_DATA = 1u << 2,   /* "userData": object -> command.pairs */
    OP_PARAM_KEY = 1u << 3,         /* "key": string -> command.text */
    OP_PARAM_CHANNELS = 1u << 4,    /* "channels": array of strings -> command.voice */
    OP_PARAM_PARTICIPANT = 1u << 5  /* "participant": string -> command.text */
};

struct op_row {
    const char *name; /* on the wire */
    enum op_target target;
    unsigned takes;
    unsigned needs;
};

const struct op_row *op_row(enum op op);
/* The operation of that exact name, or OP_COUNT. */
enum op op_find(struct slice name);

#endif
