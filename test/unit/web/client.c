/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The client's side: bytes as the test wants them, nothing corrected. */
#include "suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define DEADLINE_SECONDS 20

struct client client_open(const struct site *s)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)s->port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval wait = {.tv_sec = DEADLINE_SECONDS};
    int on = 1;
    struct client c = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_true(c.fd >= 0);
    setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(c.fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    assert_int_equal(connect(c.fd, (struct sockaddr *)&to, sizeof to), 0);
    return c;
}

void client_close(struct client *c)
{
    close(c->fd);
    buf_free(&c->in);
}

void client_reset(struct client *c)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    client_close(c);
}

void client_send(struct client *c, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = send(c->fd, at, len, MSG_NOSIGNAL);
        if (n < 0) {
            fail_msg("send: %s", strerror(errno));
        }
        at += n;
        len -= (size_t)n;
    }
}

void client_text(struct client *c, const char *text)
{
    client_send(c, text, strlen(text));
}

/* False at the end of the connection. */
static bool more(struct client *c)
{
    buf_reserve(&c->in, 65536);
    ssize_t n = recv(c->fd, c->in.ptr + c->in.len, 65536, 0);
    if (n < 0 && errno == EAGAIN) {
        fail_msg("nothing came before the deadline");
    }
    if (n <= 0) {
        return false;
    }
    c->in.len += (size_t)n;
    return true;
}

void client_read(struct client *c, void *out, size_t len)
{
    while (c->in.len < len) {
        if (!more(c)) {
            fail_msg("the connection ended after %zu of %zu bytes", c->in.len, len);
        }
    }
    if (len > 0) {
        memcpy(out, c->in.ptr, len);
        buf_consume(&c->in, len);
    }
}

static size_t head_len(const struct buf *b)
{
    const char *end = b->len ? memmem(b->ptr, b->len, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end - b->ptr) + 4 : 0;
}

struct reply client_reply(struct client *c, bool has_body)
{
    struct reply r = {0};
    size_t len;
    while ((len = head_len(&c->in)) == 0) {
        if (!more(c)) {
            fail_msg("the connection ended instead of an answer");
        }
    }
    assert_true(len < sizeof r.head);
    client_read(c, r.head, len);
    r.status = atoi(r.head + strlen("HTTP/1.1 "));
    const char *length = strstr(r.head, "Content-Length: ");
    r.body_len = length && has_body ? strtoul(length + 16, NULL, 10) : 0;
    size_t kept = r.body_len < sizeof r.body ? r.body_len : sizeof r.body - 1;
    client_read(c, r.body, kept);
    for (size_t left = r.body_len - kept; left > 0;) {
        char rest[4096];
        size_t n = left < sizeof rest ? left : sizeof rest;
        client_read(c, rest, n);
        left -= n;
    }
    return r;
}

void client_expect_end(struct client *c)
{
    while (more(c)) {
    }
    if (c->in.len > 0) {
        fail_msg("%zu bytes more: %.*s", c->in.len, (int)c->in.len, c->in.ptr);
    }
}

struct reply client_ask(struct client *c, const char *text, int status)
{
    client_text(c, text);
    struct reply r = client_reply(c, true);
    if (r.status != status) {
        fail_msg("%d instead of %d: %s to %s", r.status, status, r.body, text);
    }
    return r;
}

struct client socket_open(const struct site *s, const char *path, const char *extensions,
                          struct reply *r)
{
    struct client c = client_open(s);
    char text[1024];
    snprintf(text, sizeof text,
             "GET %s HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "%s%s%s\r\n",
             path, extensions ? "Sec-WebSocket-Extensions: " : "", extensions ? extensions : "",
             extensions ? "\r\n" : "");
    client_text(&c, text);
    struct reply got = client_reply(&c, false);
    assert_int_equal(got.status, 101);
    if (r) {
        *r = got;
    }
    return c;
}

void frame_compose(struct buf *out, unsigned first, bool masked, const void *payload, size_t len)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    const char *bytes = payload;
    unsigned bit = masked ? 0x80 : 0;
    buf_char(out, (char)first);
    if (len < 126) {
        buf_char(out, (char)(bit | len));
    } else {
        size_t count = len < 65536 ? 2 : 8;
        buf_char(out, (char)(bit | (count == 2 ? 126 : 127)));
        for (size_t i = count; i-- > 0;) {
            buf_char(out, (char)(len >> (8 * i) & 0xff));
        }
    }
    if (masked) {
        buf_append(out, mask, sizeof mask);
    }
    for (size_t i = 0; i < len; i++) {
        buf_char(out, (char)(bytes[i] ^ (masked ? mask[i % 4] : 0)));
    }
}

void socket_send(struct client *c, unsigned first, const void *payload, size_t len)
{
    struct buf frame = {0};
    frame_compose(&frame, first, true, payload, len);
    client_send(c, frame.ptr, frame.len);
    buf_free(&frame);
}

void socket_text(struct client *c, const char *text)
{
    socket_send(c, FIN_TEXT, text, strlen(text));
}

void socket_frame(struct client *c, struct frame *out)
{
    unsigned char head[10];
    client_read(c, head, 2);
    out->first = head[0];
    assert_false(head[1] & 0x80);
    size_t len = head[1];
    if (len > 125) {
        size_t count = len == 126 ? 2 : 8;
        client_read(c, head, count);
        len = 0;
        for (size_t i = 0; i < count; i++) {
            len = len << 8 | head[i];
        }
    }
    assert_true(len < sizeof out->text);
    client_read(c, out->text, len);
    out->text[len] = '\0';
    out->len = len;
}

void socket_expect_close(struct client *c, unsigned code)
{
    struct frame *f = calloc(1, sizeof *f);
    do {
        socket_frame(c, f);
    } while (f->first != FIN_CLOSE);
    const unsigned char *bytes = (const unsigned char *)f->text;
    assert_int_equal(f->len, code ? 2 : 0);
    if (code) {
        assert_int_equal(bytes[0] << 8 | bytes[1], code);
    }
    free(f);
    client_expect_end(c);
}
