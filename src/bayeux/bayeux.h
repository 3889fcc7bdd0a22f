/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The CometD (Bayeux 1.0) side of the event stream: messages, sessions, channels, the acknowledge
 * extension. Knows no sockets: it is given exchanges (long-polling, callback-polling) and socket
 * peers (WebSocket). A session's cursor into the hub is all that it queues. Web thread only.
 *
 * A session (clientId, user, browser cookie, subscriptions, start number) is durable before the
 * reply to its handshake or subscribe leaves, so a restart costs nobody its session. */
#ifndef BAYEUX_BAYEUX_H
#define BAYEUX_BAYEUX_H

#include "base/exchange.h"
#include "engine/engine.h"
#include "hub/hub.h"

struct bayeux;

struct bayeux_options {
    struct engine *engine;    /* borrowed: for durable records (RECORD_BAYEUX) */
    struct hub *hub;          /* borrowed */
    unsigned timeout_ms;      /* how long a connect is held: 30000 */
    unsigned interval_ms;     /* 0 */
    unsigned max_interval_ms; /* a session without connect lives this long: 10000 or more */
    unsigned sessions_max;
    unsigned user_sessions_max; /* of one user */
    unsigned message_bytes_max; /* one envelope */
    unsigned subscriptions_max; /* of one session */
    bool offers_websocket;
    bool is_https;          /* all clients come by https, whatever a request looks like */
    bool has_other_origins; /* BAYEUX_BROWSER is for other sites' frames too */
    /* Writes the "data" of a notice as JSON. */
    void (*render)(void *ctx, const struct notice *notice, struct buf *out);
    void *ctx;
    /* Asked by bayeux_restore only; NULL: there is every user. */
    bool (*has_user)(void *ctx, struct slice user);
    void *has_user_ctx;
    /* A user's last session ended because nobody came back to it; and a user has one again, also
     * where nobody was told that he had none. Either may be said when it is so already.
     * ERR_OVERLOAD: not taken, it will be said again. NULL: nobody wants to know. */
    enum err (*presence)(void *ctx, struct slice user, bool is_there);
    void *presence_ctx;
};

struct bayeux *bayeux_create(const struct bayeux_options *options);
void bayeux_destroy(struct bayeux *b);

/* At start-up, for each record of RECORD_BAYEUX, when the hub has the notices of replay and knows
 * each user's last number: sessions without acknowledgements go on behind these. The record of a
 * user that there is no more is removed. */
void bayeux_restore(struct bayeux *b, struct slice key, struct slice value, uint64_t now_ms);
/* A request for the notifications address, of an identified user. */
void bayeux_exchange(struct bayeux *b, struct exchange *x, uint64_t now_ms);
/* A new WebSocket of an identified user; browser_cookie is the value of BAYEUX_BROWSER, or absent.
 */
void bayeux_socket(struct bayeux *b, struct socket_peer *peer, struct slice user,
                   struct slice browser_cookie, uint64_t now_ms);

/* The value of BAYEUX_BROWSER in a Cookie header; absent when it is not there or not of our form.
 */
struct slice bayeux_browser_cookie(struct slice cookies);

/* After the notices of a release were appended to the hub: delivers to who waits. */
void bayeux_flush(struct bayeux *b, uint64_t now_ms);

/* Milliseconds of the web side's clock; UINT64_MAX never. */
uint64_t bayeux_next_ms(const struct bayeux *b);
void bayeux_tick(struct bayeux *b, uint64_t now_ms);

/* The sessions and sockets of users for whom keeps is false end. */
void bayeux_retain_users(struct bayeux *b, bool (*keeps)(void *ctx, struct slice user), void *ctx,
                         uint64_t now_ms);
/* As has_other_origins in the options. */
void bayeux_set_other_origins(struct bayeux *b, bool has_other_origins);

/* Answers what is held; sessions stay. For a draining stop. */
void bayeux_drain(struct bayeux *b);

/* Metrics are set by bayeux itself: cordboard_bayeux_sessions, ..._events_delivered_total. */

#endif
