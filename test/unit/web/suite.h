/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A web in a thread of its own, and a client of raw bytes to it. Every wait of the client has a
 * deadline and fails the test when it comes. */
#ifndef TEST_WEB_SUITE_H
#define TEST_WEB_SUITE_H

#include "web/web.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#define SITE_SLOTS 64

/* What the routes of a site do:
 *   /echo     answers with the body
 *   /what     answers "METHOD path ?query body-length x-test"
 *   /who      answers "peer scheme host"
 *   /big      answers with as many bytes as its query says
 *   /file     answers with a part of a file; its query is PATH&FROM&BYTES
 *   /empty    204
 *   /cookie   as /echo, with set_cookie and a header line of its own
 *   /hold     forgets, asks for closed, waits for site_answer
 *   /keep     waits for site_answer, does not ask for closed
 *   /abandon
 *   /socket   WebSocket that sends back what it gets; the commands below are not sent back
 *   /late     held, accepted as WebSocket by site_answer
 * WebSocket commands: "close N"; "flood N" sends N numbered messages; "fill" sends until it is
 * closed, a message a turn. */
struct site {
    struct web *web;
    pthread_t thread;
    unsigned port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct exchange *held[SITE_SLOTS]; /* of the loop's thread */
    struct held_slot {
        struct site *site;
        unsigned index;
    } slots[SITE_SLOTS];
    /* Under the lock: */
    unsigned requests; /* that reached a route */
    unsigned holding;
    unsigned closed; /* exchanges whose peer went */
    unsigned sockets_opened;
    unsigned sockets_closed;
    unsigned messages;
    bool is_over;
    size_t backlog_max; /* highest seen by "fill" */
};

struct web_options site_options(void);
void site_start(struct site *s, struct web_options options);
/* Stops with that grace and checks that everything was told. */
void site_end(struct site *s, unsigned grace_ms);
/* Waits until the counter, a member of s, is at least n. */
void site_wait(struct site *s, const unsigned *counter, unsigned n);
unsigned site_count(struct site *s, const unsigned *counter);
/* Runs fn on the loop's thread and waits for it. */
void site_do(struct site *s, void (*fn)(struct site *s, void *arg), void *arg);
/* Answers what is held in that slot, or makes it a WebSocket. */
void site_answer(struct site *s, unsigned slot);
/* The value of a series in the metrics. */
long metric_value(const char *series);
/* Lets the loop turn until the series has that value. */
void site_wait_metric(struct site *s, const char *series, long value);

struct client {
    int fd;
    struct buf in;
};

struct reply {
    int status;
    char head[4096];
    char body[4096]; /* NUL-terminated; cut off, see body_len */
    size_t body_len;
};

struct client client_open(const struct site *s);
void client_close(struct client *c);
/* Closes so that the peer gets a reset. */
void client_reset(struct client *c);
void client_send(struct client *c, const void *bytes, size_t len);
void client_text(struct client *c, const char *text);
/* One answer; a HEAD has no body. */
struct reply client_reply(struct client *c, bool has_body);
/* The peer has closed, and sent nothing more. */
void client_expect_end(struct client *c);
/* One request that is answered with that status. */
struct reply client_ask(struct client *c, const char *text, int status);
/* Reads exactly len bytes. */
void client_read(struct client *c, void *out, size_t len);

struct frame {
    unsigned first; /* byte: FIN, RSV, opcode */
    size_t len;
    char text[70000];
};

/* Opens a WebSocket; extensions: the offer, or NULL. Returns the head of the 101 in r. */
struct client socket_open(const struct site *s, const char *path, const char *extensions,
                          struct reply *r);
/* first is the frame's first byte. */
void socket_send(struct client *c, unsigned first, const void *payload, size_t len);
void socket_text(struct client *c, const char *text);
void socket_frame(struct client *c, struct frame *out);
/* Reads to a close frame with that code (0: none) and the end of the connection after it. */
void socket_expect_close(struct client *c, unsigned code);
/* Composes a frame as socket_send does. */
void frame_compose(struct buf *out, unsigned first, bool masked, const void *payload, size_t len);

#define HOST      "Host: desk\r\n"
#define FIN_TEXT  0x81u
#define FIN_CLOSE 0x88u
#define FIN_PING  0x89u
#define FIN_PONG  0x8au

int run_http_tests(void);
int run_file_tests(void);
int run_limit_tests(void);
int run_held_tests(void);
int run_socket_tests(void);
int run_deflate_tests(void);
int run_loop_tests(void);
int run_forwarded_tests(void);
int run_tls_tests(void);

#endif
