/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One HTTP request and its answer, as rooms that know no sockets see it. The web room makes and
 * owns exchanges; a handler answers each exactly once, at once or later, on the web thread. */
#ifndef BASE_EXCHANGE_H
#define BASE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"

#define EXCHANGE_JSON "application/json;charset=UTF-8"

struct exchange;
struct json;

/* A part of a file, which the answer's room sends bit by bit. */
struct exchange_file {
    int fd; /* closed by that room, whatever becomes of the answer */
    uint64_t from;
    uint64_t bytes;
};

struct exchange_answer {
    int status;                       /* HTTP status */
    const char *content_type;         /* NULL: none */
    struct slice headers;             /* further header lines, each with its CRLF; may be absent */
    struct slice body;                /* copied or written before answer returns */
    const struct exchange_file *file; /* instead of body; NULL: none */
};

struct exchange_verbs {
    /* The value of a request header, or absent. Name in lower case. Not after forget. */
    struct slice (*header)(const struct exchange *x, const char *name);
    /* Sends the answer. The exchange is gone when this returns. */
    void (*answer)(struct exchange *x, const struct exchange_answer *answer);
    /* Frees the request's bytes and its arena (all slices of it are invalid) while the exchange
     * waits for its answer: what a held long poll does to stay small. */
    void (*forget)(struct exchange *x);
    /* Breaks the connection without an answer. The exchange is gone. closed is not called. */
    void (*abandon)(struct exchange *x);
    /* Nobody will read the answer: the connection broke. A peer that only ended its side may still
     * read it. */
    bool (*is_gone)(const struct exchange *x);
};

struct exchange {
    const struct exchange_verbs *verbs;
    struct slice method; /* "GET" */
    struct slice path;   /* as sent, percent-decoded, without the query; starts with '/' */
    struct slice query;  /* as sent, without '?'; may be absent */
    struct slice body;
    struct slice peer;   /* address of the client, and its port where that is known */
    struct slice host;   /* what the client calls the server: HOST or HOST:PORT; may be absent */
    bool is_https;       /* how it came */
    bool is_upgrade;     /* asks for a WebSocket */
    struct arena *arena; /* lives until answered or forgotten */
    /* Set by who identified the requester, before the exchange goes to a resource. */
    struct slice user;       /* user name; borrowed from the arena */
    struct slice set_cookie; /* header lines that the answer must carry; added by the web room, also
                                after forget */
    /* If set by the handler: called when the peer is gone before the answer; the exchange is gone
     * when it returns, and answer must not be called any more. */
    void (*closed)(void *owner);
    void *owner;
};

/* Answers {"statusCode":N,"statusMessage":"..."} with the HTTP status of the error table; an absent
 * reason is that table's text. headers: further header lines, may be absent. */
void exchange_refuse(struct exchange *x, enum err err, struct slice reason, struct slice headers);
/* What stands behind the value of a cookie, with the ';' before it. is_shared: pages of other
 * origins use it, which browsers allow over https only. */
const char *exchange_cookie_attributes(bool is_https, bool is_shared);
/* 405; allowed: such as "GET, POST". */
void exchange_refuse_method(struct exchange *x, const char *allowed);
/* Appends the body of a refusal. */
void exchange_refusal_write(struct buf *out, enum err err, struct slice reason);
/* The object that the request's body is, in its arena. ERR_JSON, or ERR_INVALID when it is another
 * value; *reason says so then. */
enum err exchange_object(const struct exchange *x, const struct json **out, struct slice *reason);
/* The next value of a cookie of that name; absent when there is no more. *cookies begins as the
 * request's Cookie header, of which it is then the rest. */
struct slice exchange_cookie_next(struct slice *cookies, const char *name);

/* A WebSocket as rooms above it see it. Text messages only. */
struct socket_peer {
    /* Queues one text message. What the peer does not read is bounded by the web room, which then
     * closes the socket. */
    void (*send)(struct socket_peer *s, struct slice text);
    /* Starts the closing handshake; closed is still called. */
    void (*close)(struct socket_peer *s, int code);
    /* Bytes queued and not yet taken by the network. */
    size_t (*backlog)(const struct socket_peer *s);
    /* Set by the handler on accepting. */
    void (*message)(void *owner, struct slice text);
    void (*closed)(void *owner); /* the peer is gone when this returns */
    void *owner;
};

#endif
