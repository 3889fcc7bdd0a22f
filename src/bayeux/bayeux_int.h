/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of this room share.
 *
 * A session is one clientId: a cursor into its user's ring, a timer, and at most one held connect.
 * A conn is one WebSocket. An envelope is what came in one HTTP request or WebSocket frame, until
 * its answer has left.
 *
 * Who may free what. Callbacks of the web (message, closed, the next request) never come from
 * within answer or send, but b->out is one buffer for all, and a session that ends may still have
 * to answer: sessions end only in a tick, when a record is durable, or when an envelope that made
 * one is refused; never while an envelope still refers to them (pending). Whatever answers or sends
 * does so last, and nobody keeps b->out filled across it. */
#ifndef BAYEUX_BAYEUX_INT_H
#define BAYEUX_BAYEUX_INT_H

#include "bayeux/bayeux.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"
#include "base/metrics.h"
#include "engine/ticket.h"

#define EVENTS_BYTES ((size_t)256 * 1024) /* of events in one answer or frame */
#define MESSAGES_MAX 64                   /* of one envelope */
#define BACKLOG_BYTES                                                                              \
    ((size_t)256 * 1024) /* more than this waiting at a socket: nothing is pushed */
#define BACKLOG_RETRY_MS   100
#define RETRY_MS           1000 /* of what was refused for overload; also advised while draining */
#define INTERVAL_MAX_MS    600000 /* a client may ask to be kept that long without a connect */
#define RECENT_START_MS    60000  /* so long after a start a handshake is advised with a spread */
#define SPREAD_MS          5000
#define ID_BYTES_MAX       64
#define CHANNEL_BYTES_MAX  255
#define CALLBACK_BYTES_MAX 64
#define COOKIE_BYTES_MAX   64
#define CLIENT_ID_BYTES    32

/* A deadline that may be set where no time is given (a socket's message, a closed connection): it
 * then starts to run at the next tick, which next_ms asks for at once. */
struct timer {
    struct heap_node node;
    void (*due)(struct bayeux *b, struct timer *timer);
    uint32_t delay_ms;
    bool is_waiting; /* runs from the next tick on */
};

/* An interned name of a subscription. */
struct channel {
    uint32_t refs;
    uint8_t mask; /* bit per enum notice_channel that the name or pattern matches */
    uint8_t len;
    char name[];
};

/* A connect that waits for events or its time. */
struct held {
    struct exchange *x; /* NULL: it came by WebSocket */
    uint8_t id_len;
    uint8_t callback_len;
    bool has_id;
    char text[]; /* id, then name of the callback */
};

#define SENT_UNKNOWN UINT64_MAX /* what went out before a restart */

struct session {
    struct bayeux *b;
    struct list link;  /* of all sessions */
    struct list ready; /* in b->ready or b->stalled, or alone */
    struct hub_cursor cursor;
    struct timer timer; /* held: answers it; else: ends the session */
    struct conn *conn;  /* the socket that events go to; NULL: HTTP */
    struct held *held;
    struct channel **subs;
    uint64_t start;     /* number of the user's newest notice at the handshake */
    uint64_t confirmed; /* ack: the client has all up to this */
    uint64_t sent;      /* ack: the highest number told in a reply */
    uint32_t life_ms;   /* without a connect */
    uint16_t sub_count;
    uint32_t pending; /* envelopes that wait for a record and refer to it */
    uint8_t mask;     /* union of its channels' masks */
    bool has_ack;
    bool is_connected; /* has sent a connect */
    bool is_leaving;   /* has sent a disconnect that is not durable yet, or is not to be any more */
    bool is_unwanted;  /* ends at its next tick, whatever is held */
    bool is_missed;    /* it was said that its user is gone */
    bool owes_presence; /* that its user is there is yet to be said */
    char id[CLIENT_ID_BYTES + 1];
    uint8_t cookie_len; /* 0: made without a browser cookie */
    uint16_t user_len;
    char text[]; /* user, then cookie */
};

struct conn {
    struct bayeux *b;
    struct list link;
    struct timer timer; /* runs while it has no session; closes it */
    struct socket_peer *peer;
    struct session *session;
    uint16_t user_len;
    uint8_t cookie_len;
    char text[]; /* user, then cookie */
};

struct bayeux {
    struct bayeux_options options;
    struct map sessions; /* by clientId */
    struct map channels; /* by name */
    struct list all;
    struct list conns;
    struct list pending; /* envelopes */
    struct list ready;   /* sessions that may have something to send */
    struct list stalled; /* sessions whose socket takes no more for now */
    uint64_t stalled_until_ms;
    struct heap timers;
    uint64_t tie;
    uint64_t now_ms;
    uint64_t start_ms;
    bool is_started;
    bool is_clocked; /* now_ms is now */
    bool is_draining;
    struct ticket nobody; /* of records that no one waits for */
    struct buf out;
    struct buf wrapped;
    struct metric *metric_sessions;
    struct metric *metric_events;
    struct metric *metric_resyncs;
};

/* A session that an envelope has to do with. */
struct touched {
    struct session *session;
    uint64_t next; /* where its cursor stood, for undoing */
    bool is_dirty; /* needs a record */
    bool has_connected;
    bool is_made;
    bool is_left;
    bool has_before;
    struct channel **before; /* subscriptions, for undoing */
    uint16_t before_count;
};

enum transport { TRANSPORT_LONG_POLLING, TRANSPORT_CALLBACK, TRANSPORT_WEBSOCKET };

struct envelope {
    struct ticket ticket; /* first: is the tag of its records */
    struct list link;     /* in b->pending */
    struct bayeux *b;
    struct exchange *x; /* NULL: by WebSocket, or the peer has gone */
    struct conn *conn;  /* NULL: by HTTP, or the peer has gone */
    enum transport transport;
    struct arena *arena; /* until it is held or sent */
    struct slice user;   /* so long, too */
    struct slice cookie;
    const struct json **messages;
    size_t message_count;
    size_t message_cap;
    struct touched *touched;
    size_t touched_count;
    size_t touched_cap;
    struct session *session; /* the first one: its events ride along */
    struct buf events;       /* JSON with commas between */
    struct buf replies;
    bool is_refusing; /* the engine takes no records now */
    bool is_held;
    bool is_pending;
    char new_cookie[33];
    char callback[CALLBACK_BYTES_MAX + 1];
};

struct message {
    const struct json *json;
    struct slice channel;
    struct slice id; /* absent: none */
};

/* timer.c */
void bayeux_clock_enter(struct bayeux *b, uint64_t now_ms);
void bayeux_clock_leave(struct bayeux *b);
void bayeux_timer_start(struct bayeux *b, struct timer *timer, uint32_t delay_ms);
void bayeux_timer_stop(struct bayeux *b, struct timer *timer);
void bayeux_timers_run(struct bayeux *b);

/* random.c */
void bayeux_random_id(char out[CLIENT_ID_BYTES + 1]);
uint32_t bayeux_random_below(uint32_t bound);

/* channel.c */
bool bayeux_channel_is_valid(struct slice name);
/* A valid name of which a wildcard, if any, is the whole last segment. */
bool bayeux_pattern_is_valid(struct slice pattern);
bool bayeux_pattern_matches(struct slice pattern, struct slice channel);
/* Without the slash that old clients may leave at its end. */
struct slice bayeux_channel_normal(struct slice name);
const char *bayeux_channel_name(enum notice_channel channel);
struct channel *bayeux_channel_intern(struct bayeux *b, struct slice name);
struct channel *bayeux_channel_find(const struct bayeux *b, struct slice name);
void bayeux_channel_unref(struct bayeux *b, struct channel *channel);

/* session.c */
/* With the cursor not open yet. */
struct session *bayeux_session_make(struct bayeux *b, struct slice id, struct slice user,
                                    struct slice cookie);
void bayeux_session_open(struct session *s, uint64_t after);
/* Frees it; a held connect must have been answered. */
void bayeux_session_end(struct session *s);
struct slice bayeux_session_user(const struct session *s);
struct slice bayeux_session_cookie(const struct session *s);
/* Restarts the time that it lives without a connect, unless one is held. */
void bayeux_session_extend(struct session *s);
void bayeux_session_ready(struct session *s);
void bayeux_session_bind(struct session *s, struct conn *conn);
void bayeux_session_unbind(struct session *s);
void bayeux_session_subs_changed(struct session *s);

/* presence.c: whether anybody sits at a user's desktop */
/* For a new session, when its record is on its way; for a restored one, with its first connect. */
void bayeux_presence_tell(struct session *s);
/* Before the session expires. false: it must not yet. */
bool bayeux_presence_end(struct session *s);

/* record.c */
void bayeux_record_write(const struct session *s, struct buf *out);

/* hold.c */
void bayeux_hold(struct envelope *env, const struct message *m, struct session *s,
                 uint32_t hold_ms);
/* Answers the held connect, with what events there are. */
void bayeux_hold_answer(struct session *s, const char *reconnect);
/* A newer connect has come: fails the held one. */
void bayeux_hold_fail(struct session *s);
/* Forgets it without a word. */
void bayeux_hold_drop(struct session *s);

/* deliver.c */
/* Appends waiting events that the session wants, at most about EVENTS_BYTES; returns how many. */
size_t bayeux_deliver_collect(struct session *s, struct buf *out);
/* Whether that would find any; passes over what the session does not want. */
bool bayeux_deliver_is_due(struct session *s);
void bayeux_deliver_ready(struct bayeux *b);

/* socket.c */
void bayeux_socket_detach(struct conn *conn);
void bayeux_socket_destroy(struct conn *conn);
struct slice bayeux_socket_user(const struct conn *conn);
struct slice bayeux_socket_cookie(const struct conn *conn);

/* http.c */
bool bayeux_cookie_is_valid(struct slice cookie);
/* callback absent: plain JSON. new_cookie may be NULL or "". */
void bayeux_http_answer(struct bayeux *b, struct exchange *x, struct slice callback,
                        struct slice body, const char *new_cookie);
void bayeux_http_refuse(struct exchange *x, enum err err, const char *why);
/* Fills messages, transport and callback. *why is set on failure. */
enum err bayeux_http_read(struct envelope *env, const char **why);

/* envelope.c */
struct envelope *bayeux_envelope_make(struct bayeux *b, struct arena *arena);
void bayeux_envelope_free(struct envelope *env);
/* Adds the message or messages of one JSON text. */
enum err bayeux_envelope_read(struct envelope *env, struct slice text, const char **why);
/* Works on all messages and answers, now or when it is durable; takes the envelope over. */
void bayeux_envelope_run(struct envelope *env);
/* The live session that the message names and may use, or NULL; extends its life. */
struct session *bayeux_envelope_session(struct envelope *env, const struct message *m);
struct touched *bayeux_envelope_touch(struct envelope *env, struct session *s);

/* reply.c */
struct json_writer bayeux_reply_begin(struct envelope *env, const struct message *m,
                                      bool is_successful);
void bayeux_reply_end(struct json_writer *w);
void bayeux_reply_error(struct envelope *env, const struct message *m, const char *error);
/* Refused because the engine takes no records; reconnect as the message's kind needs it. */
void bayeux_reply_overload(struct envelope *env, const struct message *m, const char *reconnect);
void bayeux_advice_write(const struct bayeux *b, struct json_writer *w, const char *reconnect,
                         uint64_t interval_ms);
uint64_t bayeux_advice_interval(const struct bayeux *b);
/* How long a client should wait before it handshakes anew. */
uint64_t bayeux_advice_spread(const struct bayeux *b);
/* The answer to a connect, without comma. */
void bayeux_reply_connect(struct session *s, struct slice id, const char *reconnect,
                          struct buf *out);

/* One file each. */
void bayeux_handshake_handle(struct envelope *env, const struct message *m);
void bayeux_connect_handle(struct envelope *env, const struct message *m);
void bayeux_subscribe_handle(struct envelope *env, const struct message *m);
void bayeux_unsubscribe_handle(struct envelope *env, const struct message *m);
void bayeux_disconnect_handle(struct envelope *env, const struct message *m);
void bayeux_publish_handle(struct envelope *env, const struct message *m);

/* Puts back the subscriptions as they were. */
void bayeux_subscribe_undo(struct touched *t);
void bayeux_subscribe_forget(struct bayeux *b, struct touched *t);

#endif
