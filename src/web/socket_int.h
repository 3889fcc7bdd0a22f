/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the WebSocket share: handshake.c makes one, socket.c speaks, socket_read.c
 * listens, deflate.c serves both.
 *
 * An idle WebSocket is a connection and a struct socket. Its reader, with the 4 kB that a frame
 * context of wslay takes, is borrowed from the loop when bytes come and kept only while a frame or
 * a message is incomplete; the context for sending is one for all, because a frame is composed
 * whole. */
#ifndef WEB_SOCKET_INT_H
#define WEB_SOCKET_INT_H

#include "web/web_int.h"

#define DEFLATE_WINDOW_BITS 13
#define DEFLATE_BYTES_MIN   200 /* shorter messages are sent as they are */

struct socket_reader;

struct socket {
    struct socket_peer peer; /* first: the peer's pointer is ours */
    struct connection *connection;
    struct socket_reader *reader; /* NULL between messages */
    bool may_deflate;
    bool is_close_sent;
};

/* socket.c */
void socket_init(struct socket *s);
/* A control frame; payload of at most 125 bytes. */
void socket_send_control(struct socket *s, unsigned opcode, struct slice payload);
/* Sends a close frame unless one was sent; code 0: one without a code. */
void socket_send_close(struct socket *s, unsigned code);

/* socket_read.c */
void socket_reader_free(struct socket_reader *r);

/* deflate.c */
/* Borrowed until the next call; absent when it would not be shorter. */
struct slice deflate_compress(struct web *w, struct slice text);
/* *out is borrowed until the next call. ERR_RANGE: more than max; ERR_INVALID: not deflated. */
enum err deflate_expand(struct web *w, struct slice bytes, size_t max, struct slice *out);
void deflate_free(struct web *w);

#endif
