/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The listening side of a WebSocket (RFC 6455, sections 5 to 8): frames to messages.
 *
 * wslay finds the frames and takes off the masks; it hands out a frame's payload in pieces as they
 * come. A message that is there in one piece goes to the owner as it is; others are gathered, up to
 * the bound, which is checked against the length a frame claims before its bytes are taken.
 *
 * A reader may be given back when wslay holds no byte of a frame that has begun. It does not say
 * so; hence the count of the bytes it was given and of those that made up the frames it returned.
 *
 * After our own close frame messages are read but not delivered: the owner has said goodbye. */
#include "web/socket_int.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <wslay/wslay.h>

#define CONTROL_BYTES_MAX 125

struct socket_reader {
    wslay_frame_context_ptr frames;
    struct slice input; /* not yet given to wslay */
    uint64_t given;     /* bytes, to wslay */
    uint64_t returned;  /* bytes of frames, by wslay */
    uint64_t left;      /* of the frame that has begun */
    struct buf message; /* its fragments so far */
    bool in_message;    /* the first frame has been seen, the last has not ended */
    bool is_deflated;   /* the message */
    size_t control_len;
    char control[CONTROL_BYTES_MAX];
};

static ssize_t on_recv(uint8_t *out, size_t len, int flags, void *user)
{
    struct socket_reader *r = user;
    (void)flags;
    size_t n = r->input.len < len ? r->input.len : len;
    if (n == 0) {
        return -1;
    }
    memcpy(out, r->input.ptr, n);
    r->input.ptr += n;
    r->input.len -= n;
    r->given += n;
    return (ssize_t)n;
}

static struct socket_reader *reader_take(struct web *w)
{
    static const struct wslay_frame_callbacks callbacks = {.recv_callback = on_recv};
    struct socket_reader *r = w->spare_reader;
    if (r) {
        w->spare_reader = NULL;
        return r;
    }
    r = mem_zalloc(sizeof *r);
    if (wslay_frame_context_init(&r->frames, &callbacks, r)) {
        log_abort("out of memory: wslay");
    }
    return r;
}

void socket_reader_free(struct socket_reader *r)
{
    if (r) {
        wslay_frame_context_free(r->frames);
        buf_free(&r->message);
        mem_free(r);
    }
}

static bool reader_is_clean(const struct socket_reader *r)
{
    return r->left == 0 && !r->in_message && r->given == r->returned;
}

static void reader_give(struct web *w, struct socket_reader *r)
{
    buf_free(&r->message);
    if (w->spare_reader) {
        socket_reader_free(r);
    } else {
        r->given = r->returned = 0;
        w->spare_reader = r;
    }
}

static size_t header_len(const struct wslay_frame_iocb *f)
{
    size_t len = 2 + (f->mask ? 4 : 0);
    if (f->payload_length > UINT16_MAX) {
        return len + 8;
    }
    return f->payload_length > CONTROL_BYTES_MAX ? len + 2 : len;
}

/* Checks what a frame says of itself. Returns the code to close with, or 0. */
static unsigned begin_frame(struct socket *s, struct socket_reader *r,
                            const struct wslay_frame_iocb *f)
{
    bool is_control = wslay_is_ctrl_frame(f->opcode);
    bool is_first = f->opcode == WSLAY_TEXT_FRAME || f->opcode == WSLAY_BINARY_FRAME;
    bool is_deflated = is_first && s->may_deflate && f->rsv == WSLAY_RSV1_BIT;
    r->returned += header_len(f);
    r->left = f->payload_length;
    if (!f->mask || (f->rsv != WSLAY_RSV_NONE && !is_deflated)) {
        return WSLAY_CODE_PROTOCOL_ERROR;
    }
    if (is_control) {
        r->control_len = 0;
        bool is_known = f->opcode <= WSLAY_PONG;
        return is_known ? 0 : WSLAY_CODE_PROTOCOL_ERROR;
    }
    if (is_first == r->in_message || (!is_first && f->opcode != WSLAY_CONTINUATION_FRAME)) {
        return WSLAY_CODE_PROTOCOL_ERROR;
    }
    if (f->opcode == WSLAY_BINARY_FRAME) {
        return WSLAY_CODE_UNSUPPORTED_DATA;
    }
    size_t bound = s->connection->web->options.frame_bytes_max;
    if (f->payload_length > bound || r->message.len > bound - f->payload_length) {
        return WSLAY_CODE_MESSAGE_TOO_BIG;
    }
    r->is_deflated = is_first ? is_deflated : r->is_deflated;
    r->in_message = true;
    return 0;
}

static unsigned deliver(struct socket *s, struct socket_reader *r, struct slice text)
{
    if (r->is_deflated) {
        struct web *w = s->connection->web;
        enum err err = deflate_expand(w, text, w->options.frame_bytes_max, &text);
        if (err) {
            return err == ERR_RANGE ? WSLAY_CODE_MESSAGE_TOO_BIG : WSLAY_CODE_PROTOCOL_ERROR;
        }
    }
    if (!utf8_is_valid(text)) {
        return WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA;
    }
    if (s->peer.message && !s->is_close_sent && !s->connection->is_doomed) {
        s->peer.message(s->peer.owner, text);
    }
    return 0;
}

static unsigned data_piece(struct socket *s, struct socket_reader *r,
                           const struct wslay_frame_iocb *f)
{
    struct slice piece = {(const char *)f->data, f->data_length};
    bool is_last = f->fin && r->left == 0;
    if (!is_last || r->message.len > 0) {
        buf_slice(&r->message, piece);
        piece = buf_view(&r->message);
    }
    if (!is_last) {
        return 0;
    }
    r->in_message = false;
    unsigned code = deliver(s, r, piece);
    buf_free(&r->message);
    return code;
}

static bool close_code_is_valid(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

/* The end, whether by the peer's close frame or for a fault of its: our close frame, then the
 * connection lingers. */
static void end(struct socket *s, unsigned code)
{
    struct connection *c = s->connection;
    socket_send_close(s, code);
    c->is_ending = true;
    c->state = CONNECTION_HTTP;
    socket_gone(c);
}

/* The code to answer the peer's close frame with. */
static unsigned close_answer(const struct socket_reader *r, unsigned *out)
{
    const unsigned char *bytes = (const unsigned char *)r->control;
    *out = 0;
    if (r->control_len == 0) {
        return 0;
    }
    unsigned code = r->control_len >= 2 ? (unsigned)bytes[0] << 8 | bytes[1] : 0;
    if (!close_code_is_valid(code)) {
        return WSLAY_CODE_PROTOCOL_ERROR;
    }
    if (!utf8_is_valid((struct slice){r->control + 2, r->control_len - 2})) {
        return WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA;
    }
    *out = code;
    return 0;
}

/* Returns the code to close with, or 0; *is_over when the peer has closed. */
static unsigned control_piece(struct socket *s, struct socket_reader *r,
                              const struct wslay_frame_iocb *f, bool *is_over)
{
    memcpy(r->control + r->control_len, f->data, f->data_length);
    r->control_len += f->data_length;
    if (r->left > 0) {
        return 0;
    }
    if (f->opcode == WSLAY_PING) {
        socket_send_control(s, WSLAY_PONG, (struct slice){r->control, r->control_len});
    } else if (f->opcode == WSLAY_CONNECTION_CLOSE) {
        unsigned answer;
        unsigned fault = close_answer(r, &answer);
        *is_over = true;
        return fault ? fault : answer;
    }
    return 0;
}

void socket_receive(struct connection *c, struct slice bytes)
{
    struct socket *s = c->socket;
    struct socket_reader *r = s->reader ? s->reader : reader_take(c->web);
    bool is_over = false;
    s->reader = r;
    r->input = bytes;
    while (!c->is_doomed) {
        struct wslay_frame_iocb f = {0};
        unsigned code = 0;
        ssize_t n = wslay_frame_recv(r->frames, &f);
        if (n == WSLAY_ERR_WANT_READ) {
            break;
        }
        if (n < 0) {
            code = WSLAY_CODE_PROTOCOL_ERROR;
        } else if (r->left == 0) {
            code = begin_frame(s, r, &f);
        }
        if (code == 0) {
            r->left -= f.data_length;
            r->returned += f.data_length;
            code = wslay_is_ctrl_frame(f.opcode) ? control_piece(s, r, &f, &is_over)
                                                 : data_piece(s, r, &f);
        }
        if (code || is_over) {
            end(s, code);
            return;
        }
    }
    r->input = SLICE_NONE;
    if (reader_is_clean(r)) {
        s->reader = NULL;
        reader_give(c->web, r);
    }
}
