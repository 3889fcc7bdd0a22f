/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the tests of auth share: an auth over a fake engine, whose clock and records are the
 * test's, and a loop that is pumped by hand. */
#ifndef AUTH_BENCH_H
#define AUTH_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/fake_exchange.h"
#include "auth/auth.h"

#define IDLE_S     1800
#define VERIFIED_S 600

struct record {
    char key[64];
    size_t key_len;
    char value[32];
    size_t value_len; /* 0: removed */
};

extern uint64_t now_ms;
extern enum err record_answer; /* what engine_record returns */
extern struct record records[16];
extern size_t record_count;
extern unsigned bench_idle_s; /* of the next auth */
extern int identified_count;
extern char identified_user[64];

/* alice: "secret", bob: "other"; allowed are page.example over http, and hosts below crm.example
 * over https. */
struct auth *bench_auth(const char *alice_password);
/* Waits until the worker has posted, and runs it. */
void bench_pump(void);
size_t bench_posted(void);
/* Answers the records that wait for it. */
void bench_commit(enum err err);
void bench_identify(struct auth *a, struct fake *f);
/* The value of JSESSIONID in the answer's or the exchange's header lines, with its name; static. */
const char *bench_cookie(const char *lines);
const char *bench_lines(const struct fake *f);
int bench_reset(void **state);
int bench_end(void **state);

#define BASIC_ALICE "Basic YWxpY2U6c2VjcmV0" /* alice:secret */
#define BASIC_WRONG "Basic YWxpY2U6d3Jvbmc=" /* alice:wrong */
#define BASIC_BOB   "Basic Ym9iOm90aGVy"     /* bob:other */
#define BASIC_CAROL "Basic Y2Fyb2w6c2VjcmV0" /* carol:secret */

extern const struct CMUnitTest session_tests[];
extern const size_t session_test_count;
extern const struct CMUnitTest csrf_tests[];
extern const size_t csrf_test_count;
extern const struct CMUnitTest user_tests[];
extern const size_t user_test_count;
extern const struct CMUnitTest basic_tests[];
extern const size_t basic_test_count;

#endif
