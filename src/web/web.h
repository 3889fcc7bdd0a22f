/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The web room: HTTP/1.1 and WebSocket servers on one libuv loop in the calling thread, with
 * TLS or without. The only place that knows libuv, llhttp, wslay and OpenSSL's TLS.
 *
 * Limits (struct web_options) answer: header over the bound 431, body over the bound a JSON error
 * with HTTP 400 and statusCode 10, too slow a request 408, unknown path 404 with statusCode 6. Over
 * the bound of all requests together, one of more than 4 KiB gets 500 with statusCode 4. One
 * request per connection is worked on at a time; pipelined ones wait, and answers keep their
 * order. An idle connection holds no buffers: under 1.5 kB of memory each, with a held exchange
 * or an idle WebSocket too; what OpenSSL needs comes on top with TLS.
 *
 * message and closed are called from the loop only, never from inside answer, send, close or
 * web_accept_socket. A peer that ends its side while an exchange with closed set waits counts as
 * gone; without closed the exchange stays until it is answered. Of a header that comes in several
 * lines an exchange gives the first. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/address.h"
#include "base/error.h"
#include "base/exchange.h"
#include "base/poster.h"

#include <stdint.h>

struct web;

struct web_options {
    const char *bind;        /* "ADDR:PORT" or "[ADDR]:PORT"; port 0 takes a free one */
    size_t header_bytes_max; /* request line and headers together */
    size_t body_bytes_max;
    size_t frame_bytes_max;      /* one WebSocket message */
    size_t backlog_bytes_max;    /* queued to a peer that does not read; then it is dropped */
    size_t request_bytes_max;    /* held by all requests together; 0: 64 MiB */
    unsigned request_timeout_ms; /* from the first byte of a request to its last */
    unsigned idle_timeout_ms;    /* of a kept-alive connection with no request */
    unsigned connections_max;
    const struct network *proxies; /* borrowed; whose X-Forwarded-For, -Proto and -Host count */
    size_t proxy_count;
    const char *tls_certificate; /* borrowed; file with the chain in PEM. NULL: no TLS */
    const char *tls_key;         /* borrowed; file in PEM, not encrypted */
};

struct web_route {
    const char *prefix; /* the first route of which the path starts with prefix is taken */
    void (*handle)(void *ctx, struct exchange *x);
    void *ctx;
    bool is_shared; /* pages of allowed origins may read the answers (CORS) */
};

/* Listens at once, accepts in web_run. Routes are copied, their prefixes borrowed. The process
 * ignores SIGPIPE from then on. On failure why says what is wrong: ERR_INVALID the address or the
 * certificate, ERR_IO the system. */
enum err web_create(const struct web_options *options, const struct web_route *routes,
                    size_t route_count, struct web **out, char *why, size_t why_size);
unsigned web_port(const struct web *w);
/* Whether TLS can be spoken with these files; if not, why says what is wrong with which. */
enum err web_check_certificate(const char *certificate, const char *key, char *why,
                               size_t why_size);
/* From any thread, which reads the files anew: the certificate is for connections that begin from
 * then on. One that can't be used is logged, and the old one stays. */
void web_reload_certificate(struct web *w);
/* The origins that are allowed, as patterns of origin_matches, the server's own first. Borrowed
 * until others are set. Before web_run or on its thread; without it no other origin is allowed. */
void web_set_origins(struct web *w, const char *const *origins, size_t count);
/* As in the options; borrowed until others are set. For connections that begin from then on. */
void web_set_proxies(struct web *w, const struct network *proxies, size_t count);
/* Post to this loop from any thread. */
struct poster web_poster(struct web *w);
/* next says when (milliseconds of web_now_ms, UINT64_MAX never), tick is called when it has come.
 * Asked again after every turn of the loop. */
void web_set_ticker(struct web *w, uint64_t (*next)(void *ctx),
                    void (*tick)(void *ctx, uint64_t now_ms), void *ctx);
/* Monotonic milliseconds, cached once per turn of the loop. */
uint64_t web_now_ms(const struct web *w);
/* Turns an exchange with is_upgrade into a WebSocket; the exchange is gone, the peer's handlers are
 * to be set before returning to the loop. NULL when the request is no valid upgrade (it has been
 * answered). extra_headers: further header lines of the 101. */
struct socket_peer *web_accept_socket(struct exchange *x, struct slice extra_headers);
/* Runs until web_stop. */
void web_run(struct web *w);
/* From the loop's thread or a post: stop accepting, end idle connections; web_run returns when all
 * exchanges are answered, or after grace_ms. */
void web_stop(struct web *w, unsigned grace_ms);
/* After web_run, or without it: runs what was posted and not yet run; from then on nothing may be
 * posted. Exchanges that nobody answered are freed. NULL is allowed. */
void web_destroy(struct web *w);

#endif
