/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the web room share.
 *
 * A connection is one heap block of about 450 bytes and nothing more while it is idle. What a
 * request needs in order to be read (parser, header bytes, body, arena) is taken from a pool of
 * the loop when its first byte comes and given back when it is answered or forgotten; bytes are
 * read into one buffer of the loop and copied where they are to stay. Nothing has a timer of its
 * own: the waits are of a few constant lengths, so that a list for each length is always sorted.
 *
 * Callbacks of other rooms (handle, message, closed) are called from the loop only: never from
 * inside answer, send, close or accept_socket. */
#ifndef WEB_WEB_INT_H
#define WEB_WEB_INT_H

#include "web/web.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/metrics.h"

#include <llhttp.h>
#include <uv.h>

#define WEB_READ_BYTES       65536 /* the loop's buffer for reading */
#define WEB_PIPELINE_BYTES   65536 /* of pipelined requests kept; then reading stops */
#define WEB_COALESCE_BYTES   65536 /* of answers gathered before they are written */
#define WEB_HEADER_COUNT_MAX 100
#define WEB_PEER_TEXT_MAX    64
#define WEB_REQUEST_BYTES    (64u << 20) /* of all requests together, where nobody says */
#define WEB_SMALL_BYTES      4096        /* a request of so many is read also over that */
#define WEB_LOG_PATH_MAX     160         /* of a path in a line of log */
#define WEB_LINGER_MS        2000        /* for the peer to take our last words and close */
#define WEB_SOCKET_CLOSE_MS  5000        /* for the peer to answer our close frame */
#define WEB_SOCKET_STOP_MS   500         /* the same when the web stops */

/* Why a connection is waited for, each with its own constant time. */
enum web_wait {
    WEB_WAIT_NONE,
    WEB_WAIT_IDLE,    /* for a request */
    WEB_WAIT_REQUEST, /* for the rest of one */
    WEB_WAIT_STALL,   /* for the peer to read */
    WEB_WAIT_LINGER,  /* for the peer to close */
    WEB_WAIT_CLOSE,   /* for the peer's close frame */
    WEB_WAIT_COUNT,
};

enum connection_state {
    CONNECTION_HTTP,
    CONNECTION_SOCKET,
    CONNECTION_LINGERING, /* all is said; what comes is thrown away */
    CONNECTION_CLOSING,   /* libuv has not yet let go of it */
};

struct socket;
struct deflater;
struct tls;
struct tls_server;

/* What of a file is still to be sent. */
struct file_body;

/* A write that libuv finishes, and its bytes. */
struct flight;

struct connection {
    uv_tcp_t tcp; /* first: libuv's pointer is ours */
    struct web *web;
    struct list all;
    struct list wait;
    uint64_t wait_until_ms;
    struct list turn;        /* something is to be done at the end of the turn */
    struct request *request; /* being read or worked on */
    struct socket *socket;
    struct flight *flight;
    struct tls *tls;        /* NULL: none */
    struct buf out;         /* to be written, behind the flight; not yet sealed */
    struct file_body *file; /* behind out; NULL: none */
    struct buf pending;     /* read, and to be looked at after the answer */
    size_t stall_bytes;     /* what libuv still had to write when the wait began */
    uint8_t state;          /* enum connection_state */
    uint8_t wait_kind;      /* enum web_wait */
    bool is_consuming;      /* consume is on the stack and will settle */
    bool is_ending;         /* to be closed when all is written */
    bool is_doomed;         /* to be dropped at the end of the turn */
    bool is_stopped;        /* reading */
    bool is_ended;          /* the peer has said all */
    bool is_proxy;          /* the peer, and a trusted one */
    char peer[WEB_PEER_TEXT_MAX];
};

struct header_place {
    uint32_t name_at;
    uint32_t name_len;
    uint32_t value_at;
    uint32_t value_len;
};

/* What forget frees: the parser and the bytes. */
struct request_bytes {
    struct request_bytes *next_spare;
    llhttp_t parser;
    struct buf head; /* target, then names in lower case and values, back to back */
    struct buf body;
    size_t head_bytes; /* as they came */
    size_t counted;    /* bytes of it in the web's request_bytes */
    size_t target_len;
    unsigned header_count;
    uint8_t scan;      /* enum head_scan */
    bool in_value;     /* the parser was last in a header's value */
    bool is_head_done; /* what looks like headers now are trailers */
    bool wants_continue;
    int fail_status; /* HTTP status of our own refusal; 0: none */
    enum err fail_err;
    char fail_text[120];
    struct header_place headers[WEB_HEADER_COUNT_MAX];
};

struct request {
    struct exchange x; /* first: the exchange's pointer is ours */
    struct web *web;
    struct connection *connection; /* NULL: the peer is gone and nobody wanted to know */
    struct request_bytes *bytes;   /* NULL: forgotten */
    struct arena arena;
    struct list orphan;
    struct request *next_spare;
    uint64_t begun_ns;  /* 0: not to be logged */
    char *log_path;     /* on the heap; NULL: as in x.path */
    char *set_cookie;   /* of a forgotten exchange, on the heap, where there is one */
    char *origin;       /* of the page, where it may read the answer; on the heap */
    const char *method; /* static */
    bool is_dispatched; /* the exchange is out */
    bool keep_alive;
    bool is_http_10;
    bool varies_by_origin;
    char peer[WEB_PEER_TEXT_MAX];
};

struct post {
    void (*fn)(void *arg);
    void *arg;
};

struct web {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;

    struct web_options options;
    struct web_route *routes;
    size_t route_count;
    const char *const *origins;
    size_t origin_count;
    struct tls_server *tls; /* NULL: none */
    unsigned port;

    uv_mutex_t posts_lock;
    struct post *posts; /* under the lock */
    size_t post_count;
    size_t post_cap;
    struct post *posts_taken; /* the loop's */
    size_t posts_taken_cap;

    uint64_t (*ticker_next)(void *ctx);
    void (*ticker_tick)(void *ctx, uint64_t now_ms);
    void *ticker_ctx;
    uint64_t timer_at_ms; /* UINT64_MAX: not armed */

    struct list all;
    size_t request_bytes; /* of all requests that are not yet answered or forgotten */
    unsigned connection_count;
    unsigned socket_count;
    struct list waits[WEB_WAIT_COUNT];
    unsigned wait_ms[WEB_WAIT_COUNT];
    struct list turn;
    unsigned turn_count;
    struct list orphans;

    bool is_stopping;
    bool is_closing_all;
    uint64_t stop_at_ms;
    uint64_t stop_sockets_at_ms; /* WebSockets, already; UINT64_MAX: that is done */

    struct request *spare_requests;
    unsigned spare_request_count;
    struct request_bytes *spare_bytes;
    unsigned spare_bytes_count;
    struct buf *spare_bufs;
    unsigned spare_buf_count;
    struct socket_reader *spare_reader;
    struct socket_writer *socket_writer; /* made when first needed */
    struct deflater *deflater;           /* made when first needed */

    struct metric *requests_total[5]; /* 1xx to 5xx */
    struct metric *connections;
    struct metric *sockets;

    int64_t date_second;
    char date[48]; /* the whole header line */
    char read_buffer[WEB_READ_BYTES];
};

/* web.c: buffers of the loop, empty but with memory; give back every one that was taken. */
struct buf web_buf_take(struct web *w);
void web_buf_give(struct web *w, struct buf *b);

/* turn.c */
enum err web_turn_init(struct web *w);
/* c gets connection_turn at the end of this turn. */
void web_turn_add(struct web *w, struct connection *c);
/* Begins (again) or ends c's wait. */
void web_wait(struct connection *c, enum web_wait kind);
void web_posts_run(struct web *w);

/* connection.c */
void connection_accept(struct web *w);
/* Writes what libuv takes at once of c->out and leaves the rest to it. */
void connection_flush(struct connection *c);
/* After anything was done with c outside of consume: flush, wait for the right thing. */
void connection_settle(struct connection *c);
/* The end of a turn. */
void connection_turn(struct connection *c);
/* Tells the owner of the exchange or socket, if any, and closes. */
void connection_drop(struct connection *c);
/* Its wait is over. */
void connection_expire(struct connection *c);
void connection_stop(struct connection *c);
/* c->out, with memory. */
struct buf *connection_out(struct connection *c);

/* Hands out's bytes from done on to libuv, which finishes; takes the buffer. */
void connection_launch(struct connection *c, struct buf *out, size_t done);

/* file_body.c: an answer's body that is a part of a file */
/* Takes the descriptor. */
void file_body_begin(struct connection *c, const struct exchange_file *file);
/* When nothing is being written: the next bit of it. The peer is dropped at the end of the turn
 * when the file is shorter than was promised. */
void file_body_go_on(struct connection *c);
void file_body_end(struct connection *c); /* NULL is fine */

/* request.c */
/* Reads as much of one request as there is; hands it to its route when it is complete. Returns how
 * many bytes were used. */
size_t request_read(struct connection *c, struct slice bytes);
struct slice request_header(const struct request *r, const char *name);
/* The i-th header of that name, or absent: for those that may come in several lines. */
struct slice request_header_at(const struct request *r, const char *name, unsigned i);
/* Of a request that is refused before it was handed to a route, where its head was read. NULL:
 * none. Path and query of the exchange are set. */
const struct web_route *request_route(struct request *r);

/* tls_server.c */
enum err tls_server_create(const struct web_options *options, struct tls_server **out, char *why,
                           size_t why_size);
void tls_server_destroy(struct tls_server *s);

/* tls.c */
enum tls_state {
    TLS_TEXT,   /* there is some */
    TLS_WAITS,  /* for more bytes */
    TLS_ENDED,  /* the peer has said that it says no more */
    TLS_BROKEN, /* why was logged; what is still sealed may be written */
};
/* Sets c->tls, which the others need. False: no memory. */
bool tls_begin(struct connection *c);
void tls_free(struct connection *c);
/* The handshake is over. */
bool tls_is_open(const struct connection *c);
/* bytes are borrowed until tls_next has no more text; a piece of text until it is asked again. */
void tls_feed(struct connection *c, struct slice bytes);
enum tls_state tls_next(struct connection *c, struct slice *text);
/* Moves c->out to what is sealed. False: it can't be written any more. */
bool tls_seal(struct connection *c);
/* What is to be written. */
struct buf *tls_sealed(struct connection *c);
/* Adds the word that we say no more. */
void tls_end(struct connection *c);

/* forwarded.c */
bool forwarded_is_proxy(const struct web *w, const struct address *address);
/* Who asks and how, by what trusted proxies say of it: peer, host and is_https. The head is there.
 */
void forwarded_judge(struct request *r);

/* cors.c */
/* Whether the page that asks may read the answer; its head is there. */
void cors_judge(struct request *r, const struct web_route *route);
/* Appends the answer's header lines about it. */
void cors_write(const struct request *r, struct buf *out);
/* Answers and is true when the request is a preflight. */
bool cors_preflight(struct request *r, const struct web_route *route);

/* pool.c */
/* The connection's next request, not yet read. */
struct request *request_take(struct connection *c);
/* Brings the count of bytes up to date. */
void request_count(struct request *r);
/* The exchange is over. */
void request_give(struct request *r);
void request_forget(struct request *r);
/* The connection has gone: the exchange stays until it is answered. */
void request_orphan(struct request *r);
void request_free_spares(struct web *w);

/* target.c: path (decoded, in place) and query of a request target. */
enum err target_split(char *target, size_t len, struct slice *path, struct slice *query);

/* answer.c */
extern const struct exchange_verbs answer_verbs;
/* Refuses where no exchange was made, and closes. */
void answer_fail(struct connection *c, int status, enum err err, const char *text);
/* Appends "HTTP/1.1 <status> <reason>" CRLF and the Date line. */
void answer_begin(struct web *w, struct buf *out, int status);
/* Counts and logs it. */
void answer_done(struct request *r, int status, size_t body_bytes);
/* Logs that its peer went before the answer. */
void answer_gone(const struct request *r);

/* socket.c */
void socket_receive(struct connection *c, struct slice bytes);
/* The connection is being closed: tells the owner, frees it. */
void socket_gone(struct connection *c);
/* Begins the closing handshake, going away. */
void socket_stop(struct connection *c);
/* Our close frame was sent and its answer is waited for. */
bool socket_is_closing(const struct connection *c);
void socket_free_spares(struct web *w);

#endif
