/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A client that costs little, since it shares the machine with the server that it measures: one
 * read per readiness, responses and frames used where they were received, no copy, no JSON parser.
 *
 * It relies on what this server does (Content-Length on every answer, one frame per message) and
 * stops when it sees something else. It shares no code with the server: a mistake in a parser can't
 * hide by being made twice. */
#include "client.h"
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_MIN     2048
#define AWAIT_MS     20000
#define FRAME_TEXT   1
#define FRAME_PING   9
#define FRAME_PONG   10
#define FRAME_MASKED 0x80

static void room_for(struct bytes *b, size_t more)
{
    if (b->from == b->len)
        b->from = b->len = 0;
    if (b->ptr && b->cap - b->len >= more)
        return;
    if (b->ptr && b->from > 0) {
        memmove(b->ptr, b->ptr + b->from, b->len - b->from);
        b->len -= b->from;
        b->from = 0;
    }
    if (b->ptr && b->cap - b->len >= more)
        return;
    b->cap = b->cap ? b->cap : READ_MIN;
    while (b->cap - b->len < more)
        b->cap *= 2;
    b->ptr = realloc(b->ptr, b->cap);
    if (!b->ptr)
        die("out of memory");
}

static void append(struct bytes *b, const void *data, size_t len)
{
    room_for(b, len);
    memcpy(b->ptr + b->len, data, len);
    b->len += len;
}

void client_open(struct client *c, unsigned port)
{
    *c = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to))
        die("can't connect to port %u: %m", port);
    int one = 1;
    struct linger at_once = {.l_onoff = 1};
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

void client_close(struct client *c)
{
    close(c->fd);
    free(c->in.ptr);
    free(c->out.ptr);
    *c = (struct client){.fd = -1};
}

bool client_flush(struct client *c)
{
    while (c->out.from < c->out.len) {
        ssize_t n = send(c->fd, c->out.ptr + c->out.from, c->out.len - c->out.from, MSG_NOSIGNAL);
        if (n < 0)
            return false;
        c->out.from += (size_t)n;
    }
    return true;
}

void client_send(struct client *c, const void *data, size_t len)
{
    size_t sent = 0;
    if (client_flush(c)) {
        ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);
        sent = n > 0 ? (size_t)n : 0;
    }
    if (sent == len)
        return;
    append(&c->out, (const char *)data + sent, len - sent);
}

bool client_receive(struct client *c)
{
    room_for(&c->in, READ_MIN);
    ssize_t n = recv(c->fd, c->in.ptr + c->in.len, c->in.cap - c->in.len, 0);
    if (n > 0)
        c->in.len += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void client_shrink(struct client *c)
{
    if (c->in.from == c->in.len) {
        free(c->in.ptr);
        c->in = (struct bytes){0};
    }
    if (c->out.from == c->out.len) {
        free(c->out.ptr);
        c->out = (struct bytes){0};
    }
}

static void await(struct client *c)
{
    bool is_flushed = client_flush(c);
    struct pollfd p = {.fd = c->fd, .events = (short)(POLLIN | (is_flushed ? 0 : POLLOUT))};
    if (poll(&p, 1, AWAIT_MS) <= 0)
        die("the server does not answer");
    if ((p.revents & ~POLLOUT) && !client_receive(c))
        die("the server closed a connection");
}

static void request_head(struct client *c, const char *method, const char *path,
                         const char *headers, size_t len)
{
    char head[HEADERS_SIZE + 512];
    int head_len = snprintf(head, sizeof head,
                            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s"
                            "Content-Type: application/json; charset=UTF-8\r\n"
                            "Content-Length: %zu\r\n\r\n",
                            method, path, headers, len);
    append(&c->out, head, (size_t)head_len);
}

void client_request(struct client *c, const char *path, const char *headers, const char *body,
                    size_t len)
{
    request_head(c, body ? "POST" : "GET", path, headers, len);
    if (body)
        append(&c->out, body, len);
    client_flush(c);
}

void client_request_empty(struct client *c, const char *method, const char *path,
                          const char *headers)
{
    request_head(c, method, path, headers, 0);
    client_flush(c);
}

static bool content_length(const char *head, size_t len, size_t *out)
{
    static const char name[] = "\r\ncontent-length:";
    for (const char *line = head; (line = memchr(line, '\r', len - (size_t)(line - head)));
         line++) {
        if (strncasecmp(line, name, sizeof name - 1) == 0) {
            *out = strtoul(line + sizeof name - 1, NULL, 10);
            return true;
        }
    }
    return false;
}

bool client_response(struct client *c, struct response *out)
{
    const char *start = c->in.ptr + c->in.from;
    size_t len = c->in.len - c->in.from;
    const char *end = len > 0 ? memmem(start, len, "\r\n\r\n", 4) : NULL;
    if (!end)
        return false;
    size_t head_len = (size_t)(end - start) + 4;
    size_t body_len = 0;
    if (len < 12 || memcmp(start, "HTTP/1.1 ", 9) != 0)
        die("this is no response: %.*s", (int)len, start);
    int status = atoi(start + 9);
    if (!content_length(start, head_len, &body_len) && status != 101)
        die("a response without length: %.*s", (int)head_len, start);
    if (len < head_len + body_len)
        return false;
    *out = (struct response){status, start, head_len, start + head_len, body_len};
    c->in.from += head_len + body_len;
    return true;
}

void client_await_response(struct client *c, struct response *out)
{
    while (!client_response(c, out))
        await(c);
}

void client_upgrade(struct client *c, const char *path, const char *headers)
{
    char text[HEADERS_SIZE + 512];
    int len = snprintf(text, sizeof text,
                       "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: Y29yZGJvYXJkLWJlbmNoMQ==\r\n\r\n",
                       path, headers);
    client_send(c, text, (size_t)len);
}

static void send_frame(struct client *c, int opcode, const char *data, size_t len)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    if (len > 0xffff)
        die("a frame of %zu bytes is too long", len);
    room_for(&c->out, len + 8);
    unsigned char *to = (unsigned char *)c->out.ptr + c->out.len;
    *to++ = (unsigned char)(0x80 | opcode);
    if (len < 126) {
        *to++ = (unsigned char)(FRAME_MASKED | len);
    } else {
        *to++ = FRAME_MASKED | 126;
        *to++ = (unsigned char)(len >> 8);
        *to++ = (unsigned char)(len & 0xff);
    }
    memcpy(to, mask, 4);
    to += 4;
    for (size_t i = 0; i < len; i++)
        *to++ = (unsigned char)(data[i] ^ mask[i & 3]);
    c->out.len = (size_t)((char *)to - c->out.ptr);
    client_flush(c);
}

void client_send_text(struct client *c, const char *text, size_t len)
{
    send_frame(c, FRAME_TEXT, text, len);
}

bool client_frame(struct client *c, struct frame *out)
{
    for (;;) {
        const unsigned char *p = (const unsigned char *)c->in.ptr + c->in.from;
        size_t have = c->in.len - c->in.from;
        if (have < 2)
            return false;
        size_t head = (p[1] & 127) < 126 ? 2 : (p[1] & 127) == 126 ? 4 : 10;
        if (have < head)
            return false;
        size_t len = p[1] & 127;
        if (head > 2) {
            len = 0;
            for (size_t i = 2; i < head; i++)
                len = len << 8 | p[i];
        }
        if (have < head + len)
            return false;
        c->in.from += head + len;
        switch (p[0]) {
        case 0x80 | FRAME_TEXT:
            *out = (struct frame){(const char *)p + head, len};
            return true;
        case 0x80 | FRAME_PING:
            send_frame(c, FRAME_PONG, (const char *)p + head, len);
            break;
        case 0x80 | FRAME_PONG:
            break;
        default:
            die("a frame that begins with %02x", p[0]);
        }
    }
}

void client_await_frame(struct client *c, struct frame *out)
{
    while (!client_frame(c, out))
        await(c);
}

bool text_after(const char *text, size_t len, const char *before, char *out, size_t size)
{
    size_t before_len = strlen(before);
    const char *at = len > 0 ? memmem(text, len, before, before_len) : NULL;
    if (!at)
        return false;
    at += before_len;
    const char *quote = memchr(at, '"', len - (size_t)(at - text));
    if (!quote || (size_t)(quote - at) >= size)
        return false;
    memcpy(out, at, (size_t)(quote - at));
    out[quote - at] = '\0';
    return true;
}

bool text_has(const char *text, size_t len, const char *part)
{
    return len > 0 && memmem(text, len, part, strlen(part)) != NULL;
}
