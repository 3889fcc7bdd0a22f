/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A connection from accept to close: reading, writing, waiting.
 *
 * Bytes that came while an exchange is worked on are kept, up to a bound; then reading stops, and
 * with it the notice of a close, until the answer. A peer that ends its side while its exchange
 * waits counts as gone when the exchange asks to be told, which is what a held poll needs: a closed
 * and a half-closed connection look the same. Else the answer is still written.
 *
 * The last answer is followed by a shutdown of our side and a short wait for the peer's: closing
 * with unread bytes in the kernel would reset the connection and could take the answer with it.
 *
 * Writing is tried at once; what the kernel does not take becomes one write of libuv's (a flight),
 * and what is said meanwhile gathers behind it. While there is a flight no further request is read,
 * so a peer that does not read holds no more than one answer.
 *
 * With TLS, bytes are opened before they are looked at, and text is sealed when it is written;
 * nothing between knows of it. */
#include "web/web_int.h"

#include "base/mem.h"

#include <stdio.h>
#include <sys/socket.h>

struct flight {
    uv_write_t write;
    struct buf bytes;
};

static void receive(struct connection *c, struct slice bytes);

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = (struct connection *)handle;
    struct web *w = c->web;
    w->connection_count--;
    metric_set(w->connections, w->connection_count);
    tls_free(c);
    mem_free(c);
}

/* A peer that is told knows that nothing was cut off. */
static void say_goodbye(struct connection *c)
{
    if (c->tls && !c->flight && !c->is_doomed) {
        tls_end(c);
        connection_flush(c);
    }
}

static void close_now(struct connection *c)
{
    struct web *w = c->web;
    say_goodbye(c);
    if (!list_is_empty(&c->turn)) {
        w->turn_count--;
    }
    list_remove(&c->turn);
    list_remove(&c->wait);
    list_remove(&c->all);
    web_buf_give(w, &c->out);
    web_buf_give(w, &c->pending);
    file_body_end(c);
    c->state = CONNECTION_CLOSING;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

void connection_drop(struct connection *c)
{
    if (c->state == CONNECTION_CLOSING) {
        return;
    }
    struct request *r = c->request;
    bool is_socket = c->state == CONNECTION_SOCKET;
    c->request = NULL;
    close_now(c);
    if (is_socket) {
        socket_gone(c);
    } else if (r && r->is_dispatched && !r->x.closed) {
        request_orphan(r);
    } else if (r) {
        if (r->is_dispatched) {
            answer_gone(r);
            r->x.closed(r->x.owner);
        }
        request_give(r);
    }
}

static void doom(struct connection *c)
{
    c->is_doomed = true;
    web_turn_add(c->web, c);
}

struct buf *connection_out(struct connection *c)
{
    if (!c->out.ptr) {
        c->out = web_buf_take(c->web);
    }
    return &c->out;
}

static void on_written(uv_write_t *write, int status)
{
    struct flight *f = (struct flight *)write;
    struct connection *c = (struct connection *)write->handle;
    buf_free(&f->bytes);
    mem_free(f);
    c->flight = NULL;
    if (c->state == CONNECTION_CLOSING) {
        return;
    }
    if (status) {
        connection_drop(c);
        return;
    }
    web_wait(c, WEB_WAIT_NONE);
    connection_settle(c);
}

void connection_flush(struct connection *c)
{
    if (c->flight || c->is_doomed || c->state == CONNECTION_CLOSING) {
        return;
    }
    if (c->tls && !tls_seal(c)) {
        doom(c);
        return;
    }
    struct buf *out = c->tls ? tls_sealed(c) : &c->out;
    if (out->len == 0) {
        web_buf_give(c->web, out);
        return;
    }
    uv_buf_t all = {.base = out->ptr, .len = out->len};
    int n = uv_try_write((uv_stream_t *)&c->tcp, &all, 1);
    if (n < 0 && n != UV_EAGAIN) {
        doom(c);
        return;
    }
    size_t done = n > 0 ? (size_t)n : 0;
    if (done == out->len) {
        web_buf_give(c->web, out);
        return;
    }
    connection_launch(c, out, done);
}

void connection_launch(struct connection *c, struct buf *out, size_t done)
{
    struct flight *f = mem_alloc(sizeof *f);
    f->bytes = *out;
    *out = (struct buf){0};
    c->flight = f;
    uv_buf_t rest = {.base = f->bytes.ptr + done, .len = f->bytes.len - done};
    if (uv_write(&f->write, (uv_stream_t *)&c->tcp, &rest, 1, on_written)) {
        c->flight = NULL;
        buf_free(&f->bytes);
        mem_free(f);
        doom(c);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct web *w = ((struct connection *)handle)->web;
    (void)suggested;
    out->base = w->read_buffer;
    out->len = sizeof w->read_buffer;
}

/* The peer has said all it will say, or the connection is broken. */
static void peer_ended(struct connection *c, bool is_broken)
{
    c->is_ended = true;
    bool is_held = c->request && c->request->is_dispatched;
    bool has_words = c->flight || c->file || c->out.len;
    if (is_broken || c->state != CONNECTION_HTTP || (is_held && c->request->x.closed)) {
        connection_drop(c);
    } else if (!is_held && !has_words) {
        connection_drop(c);
    } else if (!is_held) {
        c->is_ending = true;
        connection_settle(c);
    }
}

/* What can't be opened ends the connection; before the handshake is over it takes our last words.
 */
static void seal_broke(struct connection *c)
{
    web_buf_give(c->web, &c->out);
    if (c->state == CONNECTION_HTTP && !c->request) {
        c->is_ending = true;
        connection_settle(c);
    } else {
        connection_flush(c);
        connection_drop(c);
    }
}

static void receive_sealed(struct connection *c, struct slice bytes)
{
    struct slice text;
    enum tls_state state = TLS_TEXT;
    if (c->state >= CONNECTION_LINGERING || c->is_ended) {
        return;
    }
    tls_feed(c, bytes);
    while (c->state < CONNECTION_LINGERING && (state = tls_next(c, &text)) == TLS_TEXT) {
        receive(c, text);
    }
    if (c->state >= CONNECTION_LINGERING) {
        tls_feed(c, SLICE_NONE);
    } else if (state == TLS_BROKEN) {
        seal_broke(c);
    } else if (state == TLS_ENDED) {
        peer_ended(c, false);
    } else {
        connection_settle(c);
    }
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct connection *c = (struct connection *)stream;
    if (n > 0 && c->tls) {
        receive_sealed(c, (struct slice){bytes->base, (size_t)n});
    } else if (n > 0) {
        receive(c, (struct slice){bytes->base, (size_t)n});
    } else if (n < 0) {
        peer_ended(c, n != UV_EOF);
    }
}

static void reading_go_on(struct connection *c)
{
    if (c->is_stopped && !c->is_ended) {
        c->is_stopped = false;
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    }
}

static void keep(struct connection *c, struct slice bytes)
{
    if (!c->pending.ptr) {
        c->pending = web_buf_take(c->web);
    }
    buf_slice(&c->pending, bytes);
    if (c->pending.len >= WEB_PIPELINE_BYTES) {
        c->is_stopped = true;
        uv_read_stop((uv_stream_t *)&c->tcp);
    }
}

static bool may_read_request(struct connection *c)
{
    if (c->out.len >= WEB_COALESCE_BYTES) {
        connection_flush(c);
    }
    return !c->flight && !c->file && !(c->request && c->request->is_dispatched);
}

/* Looks at all bytes that may be looked at now and keeps the rest. */
static void consume(struct connection *c, struct slice bytes)
{
    c->is_consuming = true;
    while (bytes.len > 0) {
        size_t used = bytes.len;
        if (c->state == CONNECTION_SOCKET) {
            socket_receive(c, bytes);
        } else if (c->state == CONNECTION_HTTP && !c->is_ending && !c->is_doomed) {
            if (!may_read_request(c)) {
                break;
            }
            used = request_read(c, bytes);
        }
        bytes.ptr += used;
        bytes.len -= used;
    }
    c->is_consuming = false;
    if (bytes.len > 0) {
        keep(c, bytes);
    }
}

static void receive(struct connection *c, struct slice bytes)
{
    if (c->state >= CONNECTION_LINGERING) {
        return;
    }
    if (c->pending.len > 0) {
        keep(c, bytes);
        return;
    }
    consume(c, bytes);
    connection_settle(c);
}

static void linger(struct connection *c)
{
    uv_os_fd_t fd;
    say_goodbye(c);
    if (c->is_ended || uv_fileno((uv_handle_t *)&c->tcp, &fd) || shutdown(fd, SHUT_WR)) {
        connection_drop(c);
        return;
    }
    c->state = CONNECTION_LINGERING;
    web_buf_give(c->web, &c->pending);
    web_wait(c, WEB_WAIT_LINGER);
    reading_go_on(c);
}

static enum web_wait wait_of(const struct connection *c)
{
    if (c->flight || c->file) {
        return WEB_WAIT_STALL;
    }
    if (c->state == CONNECTION_SOCKET) {
        return socket_is_closing(c) ? WEB_WAIT_CLOSE : WEB_WAIT_NONE;
    }
    if (c->request) {
        return c->request->is_dispatched ? WEB_WAIT_NONE : WEB_WAIT_REQUEST;
    }
    return c->tls && !tls_is_open(c) ? WEB_WAIT_REQUEST : WEB_WAIT_IDLE;
}

void connection_settle(struct connection *c)
{
    if (c->is_consuming || c->state >= CONNECTION_LINGERING) {
        return;
    }
    connection_flush(c);
    file_body_go_on(c);
    if (c->is_doomed) {
        return;
    }
    if (c->is_ending && !c->flight && !c->file) {
        linger(c);
        return;
    }
    enum web_wait kind = wait_of(c);
    if (kind == WEB_WAIT_IDLE || kind != c->wait_kind) {
        web_wait(c, kind);
        c->stall_bytes = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
    }
    if (c->pending.len > 0 && may_read_request(c)) {
        web_turn_add(c->web, c);
    }
}

void connection_turn(struct connection *c)
{
    if (c->is_doomed) {
        connection_drop(c);
        return;
    }
    if (c->pending.len > 0 && may_read_request(c)) {
        struct buf pending = c->pending;
        c->pending = (struct buf){0};
        consume(c, buf_view(&pending));
        web_buf_give(c->web, &pending);
    }
    if (c->pending.len < WEB_PIPELINE_BYTES && c->state < CONNECTION_CLOSING) {
        reading_go_on(c);
    }
    connection_settle(c);
}

void connection_expire(struct connection *c)
{
    char text[80];
    size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
    switch ((enum connection_state)c->state) {
    case CONNECTION_HTTP:
        if (!c->flight && c->request) {
            snprintf(text, sizeof text, "the request was not complete after %u ms",
                     c->web->options.request_timeout_ms);
            answer_fail(c, 408, ERR_RANGE, text);
            connection_settle(c);
            return;
        }
        break;
    case CONNECTION_SOCKET:
    case CONNECTION_LINGERING:
    case CONNECTION_CLOSING:
        break;
    }
    if (c->flight && left < c->stall_bytes) {
        c->stall_bytes = left;
        web_wait(c, WEB_WAIT_STALL);
        return;
    }
    connection_drop(c);
}

void connection_stop(struct connection *c)
{
    if (c->state == CONNECTION_SOCKET) {
        socket_stop(c);
    } else if (c->state == CONNECTION_LINGERING ||
               (!c->request && !c->flight && !c->file && !c->out.len)) {
        connection_drop(c);
    } else if (!c->request) {
        c->is_ending = true;
    }
}

static void know_peer(struct connection *c)
{
    struct sockaddr_storage from;
    struct address address;
    char text[64] = "";
    int len = sizeof from;
    unsigned port;
    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&from, &len)) {
        return;
    }
    if (from.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&from;
        uv_ip6_name(in6, text, sizeof text);
        port = ntohs(in6->sin6_port);
    } else {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)&from;
        uv_ip4_name(in4, text, sizeof text);
        port = ntohs(in4->sin_port);
    }
    if (address_parse(slice_of(text), &address, NULL)) {
        c->is_proxy = forwarded_is_proxy(c->web, &address);
        snprintf(c->peer, sizeof c->peer, "%s:%u", address_write(&address, text), port);
    }
}

void connection_accept(struct web *w)
{
    static char full[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                         "Connection: close\r\nRetry-After: 5\r\n\r\n";
    struct connection *c = mem_zalloc(sizeof *c);
    c->web = w;
    list_init(&c->wait);
    list_init(&c->turn);
    list_append(&w->all, &c->all);
    w->connection_count++;
    metric_set(w->connections, w->connection_count);
    uv_tcp_init(&w->loop, &c->tcp);
    if (uv_accept((uv_stream_t *)&w->listener, (uv_stream_t *)&c->tcp)) {
        close_now(c);
        return;
    }
    if (w->connection_count > w->options.connections_max) {
        uv_buf_t words = {.base = full, .len = sizeof full - 1};
        if (!w->tls) {
            uv_try_write((uv_stream_t *)&c->tcp, &words, 1);
        }
        close_now(c);
        return;
    }
    know_peer(c);
    if (w->tls && !tls_begin(c)) {
        close_now(c);
        return;
    }
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
    web_wait(c, wait_of(c));
}
