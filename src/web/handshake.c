/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From an exchange to a WebSocket: the opening handshake (RFC 6455, section 4.2) and the offer of
 * permessage-deflate (RFC 7692, section 7). Of several offers the first that we can keep is taken;
 * one with a parameter we do not know, or with a window smaller than ours, is passed over, as the
 * RFC wants. Whether the Origin may connect is not asked here: that is the handler's, who knows the
 * settings. */
#include "web/socket_int.h"

#include "web/accept_key.h"
#include "base/mem.h"

#define VERSION_LINE "Sec-WebSocket-Version: 13\r\n"

/* What a client offers, and how it is answered. */
struct offer {
    unsigned seen; /* one bit a parameter: none may come twice */
    unsigned server_bits;
};

enum {
    SEEN_SERVER_TAKEOVER = 1,
    SEEN_CLIENT_TAKEOVER = 2,
    SEEN_SERVER_BITS = 4,
    SEEN_CLIENT_BITS = 8
};

static bool bits_of(struct slice value, unsigned *out)
{
    unsigned long long bits;
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        value = (struct slice){value.ptr + 1, value.len - 2};
    }
    if (!slice_to_u64(value, 15, &bits) || bits < 8) {
        return false;
    }
    *out = (unsigned)bits;
    return true;
}

static bool parameter(struct offer *o, struct slice text)
{
    struct slice value;
    struct slice name = slice_trim(slice_split(text, '=', &value));
    unsigned client_bits;
    unsigned what;
    bool is_fine = !value.ptr;
    value = slice_trim(value);
    if (slice_is(name, "server_no_context_takeover")) {
        what = SEEN_SERVER_TAKEOVER;
    } else if (slice_is(name, "client_no_context_takeover")) {
        what = SEEN_CLIENT_TAKEOVER;
    } else if (slice_is(name, "server_max_window_bits")) {
        what = SEEN_SERVER_BITS;
        is_fine = bits_of(value, &o->server_bits) && o->server_bits >= DEFLATE_WINDOW_BITS;
    } else if (slice_is(name, "client_max_window_bits")) {
        what = SEEN_CLIENT_BITS;
        is_fine = is_fine || bits_of(value, &client_bits);
    } else {
        return false;
    }
    is_fine = is_fine && !(o->seen & what);
    o->seen |= what;
    return is_fine;
}

static bool offer_is_kept(struct slice text, struct offer *out)
{
    struct offer o = {0};
    struct slice rest;
    if (!slice_is(slice_trim(slice_split(text, ';', &rest)), "permessage-deflate")) {
        return false;
    }
    while (rest.ptr) {
        if (!parameter(&o, slice_split(rest, ';', &rest))) {
            return false;
        }
    }
    *out = o;
    return true;
}

static bool deflate_is_offered(const struct request *r, struct offer *out)
{
    struct slice line;
    for (unsigned i = 0; (line = request_header_at(r, "sec-websocket-extensions", i)).ptr; i++) {
        while (line.ptr) {
            if (offer_is_kept(slice_split(line, ',', &line), out)) {
                return true;
            }
        }
    }
    return false;
}

static struct socket *make(struct connection *c, bool may_deflate)
{
    struct socket *s = mem_zalloc(sizeof *s);
    s->connection = c;
    s->may_deflate = may_deflate;
    socket_init(s);
    c->socket = s;
    c->state = CONNECTION_SOCKET;
    c->web->socket_count++;
    metric_set(c->web->sockets, c->web->socket_count);
    return s;
}

static void write_accept(struct connection *c, struct slice key, const struct offer *offer)
{
    struct buf *out = connection_out(c);
    char accept[ACCEPT_VALUE_LEN + 1];
    accept_key_value(key, accept);
    answer_begin(c->web, out, 101);
    buf_printf(out, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
               accept);
    if (offer) {
        buf_text(out, "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                      "client_no_context_takeover");
        if (offer->server_bits) {
            buf_printf(out, "; server_max_window_bits=%u", offer->server_bits);
        }
        buf_text(out, "\r\n");
    }
}

/* Answers and is true when the request cannot become a WebSocket. */
static bool refuse(struct exchange *x, struct slice key)
{
    struct request *r = (struct request *)x;
    if (!slice_is(request_header(r, "sec-websocket-version"), "13") && x->is_upgrade) {
        struct exchange_answer a = {.status = 426, .headers = SLICE(VERSION_LINE)};
        x->verbs->answer(x, &a);
    } else if (!x->is_upgrade || !accept_key_is_valid(key)) {
        exchange_refuse(x, ERR_INVALID, SLICE("this is not a request for a WebSocket (RFC 6455)"),
                        SLICE_NONE);
    } else if (r->web->is_stopping || !r->connection || r->connection->is_ended) {
        exchange_refuse(x, ERR_OVERLOAD, SLICE("no WebSocket is opened any more"), SLICE_NONE);
    } else {
        return false;
    }
    return true;
}

struct socket_peer *web_accept_socket(struct exchange *x, struct slice extra_headers)
{
    struct request *r = (struct request *)x;
    struct slice key = request_header(r, "sec-websocket-key");
    if (refuse(x, key)) {
        return NULL;
    }
    struct connection *c = r->connection;
    struct offer offer;
    bool may_deflate = deflate_is_offered(r, &offer);
    write_accept(c, key, may_deflate ? &offer : NULL);
    buf_slice(&c->out, extra_headers);
    buf_slice(&c->out, x->set_cookie);
    buf_slice(&c->out, SLICE("\r\n"));
    answer_done(r, 101, 0);
    memcpy(c->peer, r->peer, sizeof c->peer); /* It has one client now, whoever brought it. */
    c->request = NULL;
    request_give(r);
    struct socket *s = make(c, may_deflate);
    web_turn_add(c->web, c);
    return &s->peer;
}
