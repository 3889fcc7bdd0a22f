/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the tests of api share: an api over a fake engine that keeps what it is asked for and
 * answers when the test says so, and views to render. */
#ifndef API_DESK_H
#define API_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/fake_exchange.h"
#include "api/api.h"
#include "base/json.h"

#define PUBLIC_URL  "http://10.0.0.1:8080"
#define CALL_ID     "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#define DEVICE_ID   "00000000-1111-2222-3333-444444444444"
#define NESTING_MAX 4

/* What the engine was asked for last; texts are copies. */
struct asked {
    int queries;
    int commands;
    enum query_kind kind;
    enum op op;
    uint64_t since;
    char user[64];
    char names[64]; /* each with a comma; as many as fit */
    char target[64];
    char text[64];
    char call[64];
    char caller_id[64];
    char key[64];
    char place[64];
    char device[64];
    enum monitor_scope scope;
    enum monitor_span span;
    bool voice;
    size_t pair_count;
    char keys[8][64];
    char values[8][64];
};
extern struct asked asked;
extern enum err engine_door; /* what engine_query and engine_command return */
extern struct api *api;

/* A request of agent "alice". */
struct fake *desk_send(const char *method, const char *path, const char *body);
/* The engine's reply to the last request that has none; answer may be NULL. */
void desk_reply(enum err err, const char *reason, struct answer *answer);
/* Sends what the api must refuse by itself, and compares the answer. */
void desk_refused(const char *method, const char *path, const char *body, int status,
                  const char *expected);

struct user_data *desk_user_data(size_t count, const char *const *keys_and_values);
/* A Dialing call of 15000 (party 1) with 15001 (party 2); released by call_view_release. */
struct call_view desk_call(struct user_data *data);
/* A reference to a card that is never freed. */
struct state_card *desk_not_ready(void);
struct device_view desk_device(void);

extern const struct CMUnitTest render_tests[];
extern const size_t render_test_count;
extern const struct CMUnitTest route_tests[];
extern const size_t route_test_count;
extern const struct CMUnitTest param_tests[];
extern const size_t param_test_count;
extern const struct CMUnitTest dialect_tests[];
extern const size_t dialect_test_count;
extern const struct CMUnitTest start_up_tests[];
extern const size_t start_up_test_count;
extern const struct CMUnitTest contact_tests[];
extern const size_t contact_test_count;
extern const struct CMUnitTest floor_tests[];
extern const size_t floor_test_count;
extern const struct CMUnitTest floor_wait_tests[];
extern const size_t floor_wait_test_count;
extern const struct CMUnitTest command_tests[];
extern const size_t command_test_count;

#endif
