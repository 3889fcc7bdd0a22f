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
    OP_REJECT,
    OP_HANGUP,
    OP_HOLD,
    OP_RETRIEVE,
    OP_MUTE_CALL,
    OP_UNMUTE_CALL,
    OP_CLEAR_CALL,
    OP_SWAP_CALLS,
    OP_SINGLE_STEP_CONFERENCE,
    OP_SINGLE_STEP_TRANSFER,
    OP_INITIATE_TRANSFER,
    OP_COMPLETE_TRANSFER,
    OP_INITIATE_CONFERENCE,
    OP_COMPLETE_CONFERENCE,
    OP_REMOVE_PARTICIPANT_FROM_CONFERENCE,
    OP_SEND_DTMF,
    OP_ATTACH_USER_DATA,
    OP_UPDATE_USER_DATA,
    OP_DELETE_USER_DATA,
    OP_DELETE_USER_DATA_PAIR,
    OP_START_CALL_RECORDING,
    OP_PAUSE_CALL_RECORDING,
    OP_RESUME_CALL_RECORDING,
    OP_STOP_CALL_RECORDING,
    OP_SET_CALL_DISPOSITION,
    OP_SWITCH_TO_LISTEN_IN,
    OP_SWITCH_TO_COACH,
    OP_SWITCH_TO_BARGE_IN,
    OP_MUTE_MONITORED_USER,
    OP_UNMUTE_MONITORED_USER,
    OP_LISTEN_IN,
    OP_COACH,
    OP_BARGE_IN,
    OP_CANCEL_SUPERVISOR_MONITORING,
    OP_DO_NOT_DISTURB_ON,
    OP_DO_NOT_DISTURB_OFF,
    OP_FORWARD_CALLS_ON,
    OP_FORWARD_CALLS_OFF,
    OP_READY,
    OP_NOT_READY,
    OP_AFTER_CALL_WORK,
    OP_AUX_WORK,
    OP_AGENT_STATE, /* any other name: a state of the configuration -> command.text */
    OP_START_CONTACT_CENTER_SESSION,
    OP_END_CONTACT_CENTER_SESSION,
    OP_DESKTOP_GONE, /* not of the API: the user's last CometD session ended unasked */
    OP_DESKTOP_BACK, /* not of the API: the user has a CometD session again */
    OP_COUNT
};

/* Where an operation is posted, as bits: a row may be good for several. */
enum op_target {
    OP_ON_CALL = 1u << 0,         /* POST /me/calls/{id} */
    OP_ON_DEVICE_CALLS = 1u << 1, /* POST /me/devices/{id}/calls */
    OP_ON_DEVICE = 1u << 2,       /* POST /me/devices/{id} */
    OP_ON_CHANNEL = 1u << 3,      /* POST /me/channels/voice */
    OP_ON_USER = 1u << 4          /* POST /me */
};

/* Parameters, as bits: what the row takes, and what it can't do without. */
enum op_param {
    OP_PARAM_DESTINATION = 1u << 0,  /* "destination": {"phoneNumber": string} -> command.text */
    OP_PARAM_DIGITS = 1u << 1,       /* "digits": string -> command.text */
    OP_PARAM_USER_DATA = 1u << 2,    /* "userData": object -> command.pairs */
    OP_PARAM_KEY = 1u << 3,          /* "key": string -> command.text */
    OP_PARAM_CHANNELS = 1u << 4,     /* "channels": array of strings -> command.voice */
    OP_PARAM_PARTICIPANT = 1u << 5,  /* "participant": string -> command.text */
    OP_PARAM_OTHER_CALL = 1u << 6,   /* "otherCallUri": string, its last segment -> command.call */
    OP_PARAM_CONSULT_CALL = 1u << 7, /* "consultCallUri": the same */
    OP_PARAM_OF_CALL = 1u << 8,    /* "callUuid": string, or "callUri", as above -> command.call */
    OP_PARAM_LOCATION = 1u << 9,   /* "location": string; means nothing to a single switch */
    OP_PARAM_CALLER_ID = 1u << 10, /* "outboundCallerId": string -> command.caller_id */
    OP_PARAM_DISPOSITION = 1u << 11,     /* "disposition": string -> command.text */
    OP_PARAM_DISPOSITION_KEY = 1u << 12, /* "dispositionKey": string -> command.key */
    OP_PARAM_TARGET_DEVICE = 1u << 13,   /* "targetDeviceUri": last segment -> command.text */
    OP_PARAM_MONITORING = 1u << 14, /* "supervisorMonitoringScope", "supervisorMonitoringMode" */
    OP_PARAM_FORWARD_TO = 1u << 15, /* "destination": string, or as for Dial -> command.text */
    OP_PARAM_PLACE = 1u << 16 /* "place": string -> command.place, "devicePath" -> command.device */
};

struct op_row {
    const char *name; /* on the wire; NULL: not of the API */
    unsigned targets; /* enum op_target */
    unsigned takes;   /* enum op_param */
    unsigned needs;
};

const struct op_row *op_row(enum op op);
/* The operation of that exact name that can be posted there, or OP_COUNT. */
enum op op_find(struct slice name, enum op_target target);

#endif
