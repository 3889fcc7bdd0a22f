/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The speaking side of a WebSocket (RFC 6455), and its end.
 *
 * What is sent during a turn of the loop gathers in the connection's output and leaves in one write
 * at the end of the turn. When that and what libuv still holds come to more than the bound, the
 * peer is not reading: it is dropped, at the end of the turn, so that closed is never called from
 * inside send.
 *
 * The end: whoever begins, both close frames pass, then we shut our side and wait a little for the
 * peer's (the connection lingers). The owner hears of it as soon as the peer's close frame is here,
 * or the connection is. */
#include "web/socket_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <wslay/wslay.h>

struct socket_writer {
    wslay_frame_context_ptr frames;
    struct buf *out;
};

static ssize_t on_send(const uint8_t *bytes, size_t len, int flags, void *user)
{
    struct socket_writer *writer = user;
    (void)flags;
    buf_append(writer->out, bytes, len);
    return (ssize_t)len;
}

static struct socket_writer *writer_of(struct web *w)
{
    static const struct wslay_frame_callbacks callbacks = {.send_callback = on_send};
    if (!w->socket_writer) {
        w->socket_writer = mem_zalloc(sizeof *w->socket_writer);
        if (wslay_frame_context_init(&w->socket_writer->frames, &callbacks, w->socket_writer)) {
            log_abort("out of memory: wslay");
        }
    }
    return w->socket_writer;
}

static void append_frame(struct socket *s, uint8_t opcode, uint8_t rsv, struct slice payload)
{
    struct connection *c = s->connection;
    struct socket_writer *writer = writer_of(c->web);
    struct wslay_frame_iocb frame = {
        .fin = 1,
        .rsv = rsv,
        .opcode = opcode,
        .payload_length = payload.len,
        .data = (const uint8_t *)payload.ptr,
        .data_length = payload.len,
    };
    writer->out = connection_out(c);
    if (wslay_frame_send(writer->frames, &frame) != (ssize_t)payload.len) {
        log_abort("wslay did not compose a frame of %zu bytes", payload.len);
    }
}

static size_t backlog(const struct socket_peer *peer)
{
    const struct connection *c = ((const struct socket *)peer)->connection;
    return c->out.len + uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
}

/* After something was added to the output. */
static void push(struct socket *s)
{
    struct connection *c = s->connection;
    if (backlog(&s->peer) > c->web->options.backlog_bytes_max) {
        connection_flush(c);
    }
    if (backlog(&s->peer) > c->web->options.backlog_bytes_max) {
        log_line(LOG_INFO, "websocket.dropped", "reason=backlog bytes=%zu peer=%s",
                 backlog(&s->peer), c->peer);
        c->is_doomed = true;
    }
    web_turn_add(c->web, c);
}

static bool is_mute(const struct socket *s)
{
    return s->is_close_sent || s->connection->is_doomed;
}

static void send_text(struct socket_peer *peer, struct slice text)
{
    struct socket *s = (struct socket *)peer;
    if (is_mute(s)) {
        return;
    }
    struct slice packed = SLICE_NONE;
    if (s->may_deflate && text.len >= DEFLATE_BYTES_MIN) {
        packed = deflate_compress(s->connection->web, text);
    }
    if (packed.ptr) {
        append_frame(s, WSLAY_TEXT_FRAME, WSLAY_RSV1_BIT, packed);
    } else {
        append_frame(s, WSLAY_TEXT_FRAME, WSLAY_RSV_NONE, text);
    }
    push(s);
}

void socket_send_control(struct socket *s, unsigned opcode, struct slice payload)
{
    if (!is_mute(s)) {
        append_frame(s, (uint8_t)opcode, WSLAY_RSV_NONE, payload);
        push(s);
    }
}

void socket_send_close(struct socket *s, unsigned code)
{
    char payload[2] = {(char)(code >> 8), (char)(code & 0xff)};
    socket_send_control(s, WSLAY_CONNECTION_CLOSE, (struct slice){payload, code ? 2 : 0});
    s->is_close_sent = true;
}

static void begin_close(struct socket_peer *peer, int code)
{
    socket_send_close((struct socket *)peer, (unsigned)code);
}

void socket_stop(struct connection *c)
{
    socket_send_close(c->socket, WSLAY_CODE_GOING_AWAY);
}

bool socket_is_closing(const struct connection *c)
{
    return c->socket->is_close_sent;
}

void socket_init(struct socket *s)
{
    s->peer.send = send_text;
    s->peer.close = begin_close;
    s->peer.backlog = backlog;
}

void socket_gone(struct connection *c)
{
    struct socket *s = c->socket;
    c->socket = NULL;
    c->web->socket_count--;
    metric_set(c->web->sockets, c->web->socket_count);
    socket_reader_free(s->reader);
    if (s->peer.closed) {
        s->peer.closed(s->peer.owner);
    }
    mem_free(s);
}

void socket_free_spares(struct web *w)
{
    socket_reader_free(w->spare_reader);
    deflate_free(w);
    if (w->socket_writer) {
        wslay_frame_context_free(w->socket_writer->frames);
        mem_free(w->socket_writer);
    }
}
