/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One connection to the server on 127.0.0.1, HTTP/1.1 at first, WebSocket after an upgrade. Never
 * blocks but in the functions with await in their name. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#define HEADERS_SIZE 1024

struct bytes {
    char *ptr;
    size_t from; /* before it: used up */
    size_t len;
    size_t cap;
};

struct client {
    int fd;
    struct bytes in;
    struct bytes out; /* what the kernel did not take yet */
};

/* A response or a frame; good until the next receive of that client. */
struct response {
    int status;
    const char *head;
    size_t head_len;
    const char *body;
    size_t body_len;
};

struct frame {
    const char *text;
    size_t len;
};

void client_open(struct client *c, unsigned port);
/* At once, leaving no socket that waits. */
void client_close(struct client *c);
/* Sends, or keeps what can't be sent now. */
void client_send(struct client *c, const void *data, size_t len);
/* Sends what was kept. True when nothing is left. */
bool client_flush(struct client *c);
/* Reads once. False when the peer has closed. */
bool client_receive(struct client *c);
/* Gives back the buffers when they are empty: of clients that will be quiet. */
void client_shrink(struct client *c);

/* headers: lines with their CRLF. body NULL: GET. */
void client_request(struct client *c, const char *path, const char *headers, const char *body,
                    size_t len);
/* Any method, without a body. */
void client_request_empty(struct client *c, const char *method, const char *path,
                          const char *headers);
/* The next response that is there as a whole. */
bool client_response(struct client *c, struct response *out);
void client_await_response(struct client *c, struct response *out);

void client_upgrade(struct client *c, const char *path, const char *headers);
void client_send_text(struct client *c, const char *text, size_t len);
/* The next text message that is there as a whole; answers pings on the way. */
bool client_frame(struct client *c, struct frame *out);
void client_await_frame(struct client *c, struct frame *out);

/* The text between before and the next quote, as in "clientId":"..."; false when not there, or when
 * it does not fit. */
bool text_after(const char *text, size_t len, const char *before, char *out, size_t size);
bool text_has(const char *text, size_t len, const char *part);

#endif
