/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls under load: agent 2i has dialled agent 2i+1, who has answered; the call has ten pairs of
 * user data; both listen over WebSocket; and the caller has a connection for operations.
 *
 * Operation n of a call (1, 2, 3 ...) gives key n modulo ten the value n. So every notice tells
 * which operation it is of, a missing one shows, and so does a value that got lost. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include "cometd.h"

#include <stdint.h>

#define CALL_KEYS    10
#define VALUE_DIGITS 12

#define PATH_SIZE        128
#define DIAL_BODY_SIZE   512
#define UPDATE_BODY_SIZE 128
#define ANSWER_BODY      "{\"operationName\":\"Answer\"}"
#define HANGUP_BODY      "{\"operationName\":\"Hangup\"}"

struct ear {
    struct cometd cometd;
    uint64_t heard; /* number of the newest operation that a notice told of */
    size_t data_at; /* where user data began in the last frame */
};

struct call {
    struct client client; /* for operations */
    char id[40];
    char headers[HEADERS_SIZE];
    char path[PATH_SIZE];
    unsigned agent; /* the caller */
    uint64_t sent;
    uint64_t acked;
    struct ear ears[2]; /* caller and callee */
};

/* What a loop over all connections is told. Each may be NULL. */
struct calls_events {
    /* An answer with statusCode 0, to operation call->acked; may send the next. */
    void (*acked)(struct call *call);
    /* A notice of operation ear->heard. */
    void (*heard)(struct call *call, struct ear *ear);
};

struct calls {
    struct call *list;
    unsigned count;
    int epoll;
    struct calls_events events;
    uint64_t notices;
    uint64_t failures; /* answers that are not statusCode 0 */
    unsigned closed;   /* connections for operations that the server has closed */
    bool may_close;    /* else a closed connection ends the program */
};

/* Sets all up; returns when both parties of each call have heard that it is Established. */
void calls_open(struct calls *calls, unsigned port, unsigned count);
/* Sends operation call->sent + 1. */
void call_update(struct call *call);
/* Works on what comes, for at most so long. */
void calls_poll(struct calls *calls, uint64_t timeout_ns);

/* What calls are made of. Bodies end with a NUL; their length is returned. The callee is the agent
 * after the caller. */
void dial_path(unsigned agent, char out[PATH_SIZE]);
size_t dial_body(unsigned agent, char out[DIAL_BODY_SIZE]);
size_t update_body(uint64_t n, char out[UPDATE_BODY_SIZE]);
/* Sends a request of that agent over the client and waits for the answer; dies unless it is
 * {"statusCode":0...}. body NULL: GET. */
void agent_ask(struct client *client, char headers[HEADERS_SIZE], const char *path,
               const char *body, struct response *out);
/* Reads the user data from there on; the highest value of a key, or UINT64_MAX where there is none;
 * *end is behind it. */
uint64_t user_data_newest(const char *text, size_t len, size_t *at, size_t *end);

#endif
