/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One CometD session as a desktop opens it: handshake, subscribe to all of /v2/me, a first connect,
 * then one connect held by the server for ever. Over long-polling or WebSocket. */
#ifndef BENCH_COMETD_H
#define BENCH_COMETD_H

#include "client.h"

enum cometd_step {
    COMETD_UPGRADE,
    COMETD_HANDSHAKE,
    COMETD_SUBSCRIBE,
    COMETD_CONNECT,
    COMETD_UP /* a connect is held */
};

struct cometd {
    struct client client;
    bool is_websocket;
    enum cometd_step step;
    unsigned id; /* of the newest message */
    char client_id[40];
    char headers[HEADERS_SIZE]; /* who asks: credentials, then cookies */
};

/* Opens a connection and sends the first message for that agent. */
void cometd_open(struct cometd *s, unsigned port, unsigned agent, bool is_websocket);
/* Takes in one response or frame that has come, and sends what is next. */
void cometd_response(struct cometd *s, const struct response *response);
void cometd_frame(struct cometd *s, const struct frame *frame);
/* Waits until it is up. */
void cometd_await_up(struct cometd *s);

/* "Authorization: Basic ..." of agentN of the demo, with its CRLF. */
void agent_headers(unsigned agent, char out[HEADERS_SIZE]);
/* Changes headers to the cookies that the response sets, if it sets any. */
void agent_take_cookies(const struct response *response, char headers[HEADERS_SIZE]);

#endif
