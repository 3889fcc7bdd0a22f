/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A stage for Bayeux: exchanges, sockets and an engine that only keeps records, all in memory, and
 * a clock that the test moves. Requests are in arenas of their own and freed as soon as the room
 * may not use them any more, so that the sanitizer sees who does.
 *
 * Texts are written with ' for ". */
#ifndef TEST_UNIT_BAYEUX_STAGE_H
#define TEST_UNIT_BAYEUX_STAGE_H

#include "bayeux/bayeux.h"
#include "engine/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ALICE "agent0"
#define BOB   "agent1"

/* One HTTP request. Freed by stage_close. */
struct call {
    struct exchange x;
    struct arena arena;
    struct call *older;
    struct slice cookie;
    struct slice type;
    bool is_forgotten;
    bool is_abandoned;
    int status; /* 0: no answer yet */
    char *content_type;
    char *headers;
    char *body;
};

struct frame {
    char *text;
    struct frame *next;
};

struct wire {
    struct socket_peer peer;
    struct wire *older;
    struct frame *frames; /* oldest first */
    size_t backlog;
    int code; /* of close; 0: open */
    bool is_closed;
};

struct stage {
    struct bayeux_options options;
    struct hub *hub;
    struct bayeux *b;
    uint64_t now_ms;
    uint64_t seq[2]; /* of alice, bob */
    size_t ring_notices;
    struct call *calls;
    struct wire *wires;
    bool is_slow; /* records wait for stage_commit */
    bool is_full; /* the engine refuses records */
};

struct client {
    char id[40];
    char cookie[100]; /* a whole header */
};

void stage_open(struct stage *stage);
void stage_close(struct stage *stage);
/* Ends the room and the hub without a word, and makes both anew: replay can be told. */
void stage_stop(struct stage *stage);
/* The room gets its records. */
void stage_restore(struct stage *stage);
/* Both; the hub knows the users' last numbers, and none of their notices. */
void stage_restart(struct stage *stage);
/* Lets the records become durable, and tells who waits. */
void stage_commit(struct stage *stage);
size_t stage_record_count(void);
/* Moves the clock in steps to what is due. */
void stage_pass(struct stage *stage, uint64_t ms);
/* Tells one notice more of that user, with data {"n":SEQ}; flush delivers. */
void stage_notice(struct stage *stage, const char *user, enum notice_kind kind);
void stage_replay(struct stage *stage, const char *user, uint64_t seq, enum notice_kind kind);
void stage_flush(struct stage *stage);

/* cookie is a whole Cookie header or NULL. */
struct call *stage_post(struct stage *stage, const char *user, const char *cookie,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
struct call *stage_request(struct stage *stage, const char *method, const char *user,
                           const char *cookie, const char *type, const char *query,
                           const char *body);
void call_hang_up(struct call *call);
/* As client, from its user and with its cookie; %s in format stands for the clientId. */
struct call *stage_say(struct stage *stage, const struct client *client, const char *format);
struct client stage_handshake(struct stage *stage, const char *ext);
/* With a subscription to all, and connected. */
struct client stage_client(struct stage *stage, const char *ext);
struct call *stage_connect(struct stage *stage, const struct client *client, const char *more);

struct wire *stage_socket(struct stage *stage, const char *user, const char *cookie);
void wire_say(struct stage *stage, struct wire *wire, const struct client *client,
              const char *format);
void wire_hang_up(struct wire *wire);
/* The oldest frame not yet read, or NULL. */
const char *wire_read(struct wire *wire);
struct client wire_handshake(struct stage *stage, struct wire *wire, const char *ext);
struct client wire_client(struct stage *stage, struct wire *wire, const char *ext);

/* text with ' for ", in one of a few static places. */
const char *quoted(const char *text);
/* The n-th character behind part, which must be there, up to the next quote. */
void text_after(const char *text, const char *part, char *out, size_t size);

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        const char *in = (text);                                                                   \
        if (!in || !strstr(in, quoted(part)))                                                      \
            fail_msg("no %s in %s", part, in ? in : "(nothing)");                                  \
    } while (0)
#define assert_lacks(text, part)                                                                   \
    do {                                                                                           \
        const char *in = (text);                                                                   \
        if (in && strstr(in, quoted(part)))                                                        \
            fail_msg("%s in %s", part, in);                                                        \
    } while (0)
#define assert_text(text, expected) assert_string_equal((text), quoted(expected))
#define assert_held(call)                                                                          \
    do {                                                                                           \
        assert_int_equal((call)->status, 0);                                                       \
        assert_true((call)->is_forgotten);                                                         \
        assert_false((call)->is_abandoned);                                                        \
    } while (0)

#define CONNECT   "[{'channel':'/meta/connect','clientId':'%s','connectionType':'long-polling'}]"
#define SUBSCRIBE "{'channel':'/meta/subscribe','clientId':'%s','subscription':"

int run_handshake_tests(void);
int run_connect_tests(void);
int run_subscribe_tests(void);
int run_deliver_tests(void);
int run_ack_tests(void);
int run_socket_tests(void);
int run_durable_tests(void);
int run_http_tests(void);
int run_presence_tests(void);
int run_channel_tests(void);

int stage_set_up(void **state);
int stage_tear_down(void **state);
#define STAGED(test)     cmocka_unit_test_setup_teardown(test, stage_set_up, stage_tear_down)
#define RUN_GROUP(tests) cmocka_run_group_tests_name(__FILE__, (tests), NULL, NULL)

#endif
