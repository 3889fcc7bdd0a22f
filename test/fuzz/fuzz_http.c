/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Bytes of a peer, given to a connection of the web room twice: as they are, and in pieces of a
 * size that the first byte says. However they are cut, the same requests and messages must come
 * out, in the same order; a parser of which that is not true can be made to disagree with the one
 * of a proxy in front of it. The bytes do not come through a socket, so that a run has no waits in
 * it; what is answered goes into a pair of sockets and is thrown away. */
#include "web/connection.c"

#include "base/log.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct web *web;
static struct buf seen;
static struct exchange *held;

static void see(const char *what, struct slice s)
{
    buf_printf(&seen, "%s %zu ", what, s.len);
    if (s.len > 0) {
        buf_slice(&seen, s);
    }
}

static void on_message(void *owner, struct slice text)
{
    struct socket_peer *peer = owner;
    see("message", text);
    peer->send(peer, text);
    if (slice_is(text, "c")) {
        peer->close(peer, 1000);
    }
}

static void on_socket_closed(void *owner)
{
    (void)owner;
}

static void on_held_closed(void *owner)
{
    (void)owner;
    held = NULL;
}

static void answer_it(struct exchange *x)
{
    struct exchange_answer a = {.status = 200, .body = SLICE("{}")};
    x->verbs->answer(x, &a);
}

static void handle(void *ctx, struct exchange *x)
{
    (void)ctx;
    see("\nmethod", x->method);
    see("path", x->path);
    see("query", x->query);
    see("body", x->body);
    see("cookie", x->verbs->header(x, "cookie"));
    if (x->is_upgrade) {
        struct socket_peer *peer = web_accept_socket(x, SLICE_NONE);
        if (peer) {
            peer->owner = peer;
            peer->message = on_message;
            peer->closed = on_socket_closed;
        }
    } else if (slice_is(x->path, "/h")) {
        x->closed = on_held_closed;
        held = x;
        x->verbs->forget(x);
    } else {
        answer_it(x);
    }
}

static struct connection *connect_pair(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends)) {
        log_abort("no sockets");
    }
    struct connection *c = mem_zalloc(sizeof *c);
    c->web = web;
    list_init(&c->wait);
    list_init(&c->turn);
    list_append(&web->all, &c->all);
    web->connection_count++;
    uv_tcp_init(&web->loop, &c->tcp);
    uv_tcp_open(&c->tcp, ends[0]);
    return c;
}

/* Lets the loop do what is left to do. The connection is in the list of all while it lives. */
static void settle_all(int far_end)
{
    char rest[65536];
    for (int i = 0; i < 8; i++) {
        while (read(far_end, rest, sizeof rest) > 0) {
        }
        uv_run(&web->loop, UV_RUN_NOWAIT);
        if (held) {
            struct exchange *x = held;
            held = NULL;
            answer_it(x);
        } else if (list_is_empty(&web->turn)) {
            break;
        }
    }
}

static void feed(struct slice bytes, size_t piece)
{
    int ends[2];
    struct connection *c = connect_pair(ends);
    while (bytes.len > 0 && !list_is_empty(&web->all)) {
        size_t n = piece < bytes.len ? piece : bytes.len;
        receive(c, (struct slice){bytes.ptr, n});
        bytes.ptr += n;
        bytes.len -= n;
        settle_all(ends[1]);
    }
    while (held || !list_is_empty(&web->turn)) {
        settle_all(ends[1]);
    }
    if (!list_is_empty(&web->all)) {
        connection_drop(c);
    }
    uv_run(&web->loop, UV_RUN_NOWAIT);
    close(ends[1]);
}

static void start(void)
{
    static const struct web_route routes[] = {{"/", handle, NULL, true}};
    const struct web_options options = {
        .bind = "127.0.0.1:0",
        .header_bytes_max = 512,
        .body_bytes_max = 512,
        .frame_bytes_max = 512,
        .backlog_bytes_max = 1 << 20,
        .request_timeout_ms = 100000,
        .idle_timeout_ms = 100000,
        .connections_max = 10,
    };
    char why[100];
    log_set_level(LOG_ERROR);
    if (web_create(&options, routes, 1, &web, why, sizeof why)) {
        log_abort("%s", why);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!web) {
        start();
    }
    if (size < 2) {
        return 0;
    }
    struct slice bytes = {(const char *)data + 1, size - 1};
    buf_reset(&seen);
    feed(bytes, bytes.len);
    struct buf whole = seen;
    seen = (struct buf){0};
    feed(bytes, data[0] ? data[0] : 1);
    if (!slice_equal(buf_view(&whole), buf_view(&seen))) {
        log_abort("in one piece: %.*s\nin pieces of %u: %.*s", (int)whole.len, whole.ptr, data[0],
                  (int)seen.len, seen.ptr);
    }
    buf_free(&whole);
    return 0;
}
