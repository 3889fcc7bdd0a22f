/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* JSESSIONID: what it proves, for how long, and how it ends. */
#include "bench.h"

#include "base/codec.h"

#include <stdio.h>

/* Logs in with Basic and returns the cookie. */
static const char *log_in(struct auth *a, const char *authorization)
{
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "authorization", authorization);
    bench_identify(a, f);
    if (identified_count == 0)
        bench_pump();
    assert_int_equal(identified_count, 1);
    identified_count = 0;
    const char *cookie = bench_cookie(bench_lines(f));
    assert_non_null(cookie);
    fake_free(f);
    return cookie;
}

/* Whether the cookie is let in; *renewed is the new one, or NULL. */
static bool is_let_in(struct auth *a, const char *cookie, const char **renewed)
{
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "cookie", cookie);
    identified_count = 0;
    bench_identify(a, f);
    bool is_in = identified_count == 1;
    if (is_in)
        assert_string_equal(identified_user, "alice");
    else
        assert_int_equal(f->status, 403);
    const char *fresh = is_in ? bench_cookie(bench_lines(f)) : NULL;
    if (renewed)
        *renewed = fresh;
    else
        assert_null(fresh);
    fake_free(f);
    identified_count = 0;
    return is_in;
}

static void a_cookie_is_enough_also_after_a_restart(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    assert_true(is_let_in(a, cookie, NULL));
    auth_destroy(a);
    a = bench_auth("secret");
    assert_true(is_let_in(a, cookie, NULL));
    auth_destroy(a);
}

static void a_changed_password_ends_its_sessions(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    auth_destroy(a);
    a = bench_auth("changed");
    assert_false(is_let_in(a, cookie, NULL));
    auth_destroy(a);
}

static void a_cookie_that_was_touched_is_worth_nothing(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    char touched[512];
    for (size_t i = strlen("JSESSIONID="); i < strlen(cookie); i++) {
        snprintf(touched, sizeof touched, "%s", cookie);
        touched[i] = touched[i] == 'A' ? 'B' : 'A';
        assert_false(is_let_in(a, touched, NULL));
        touched[i] = '\0';
        assert_false(is_let_in(a, touched, NULL));
    }
    auth_destroy(a);
}

static void it_is_found_among_other_cookies(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    char line[1024];
    snprintf(line, sizeof line, "a=b; JSESSIONID=old; %s;c=d", log_in(a, BASIC_ALICE));
    assert_true(is_let_in(a, line, NULL));
    auth_destroy(a);
}

static void it_is_renewed_when_half_its_time_is_gone_and_ends_when_unused(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *renewed;
    const char *cookie = log_in(a, BASIC_ALICE);
    now_ms += IDLE_S * UINT64_C(500);
    assert_true(is_let_in(a, cookie, NULL));
    now_ms += 1;
    assert_true(is_let_in(a, cookie, &renewed));
    assert_non_null(renewed);
    now_ms += IDLE_S * UINT64_C(500) - 1;
    assert_false(is_let_in(a, cookie, NULL));
    assert_true(is_let_in(a, renewed, NULL));
    now_ms += IDLE_S * UINT64_C(1000);
    assert_false(is_let_in(a, renewed, NULL));
    auth_destroy(a);
}

static void basic_wins_over_a_cookie(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "cookie", cookie);
    fake_header(f, "authorization", BASIC_BOB);
    bench_identify(a, f);
    bench_pump();
    assert_string_equal(identified_user, "bob");
    assert_non_null(bench_cookie(bench_lines(f))); /* bob's own */
    fake_free(f);
    f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "cookie", cookie);
    fake_header(f, "authorization", BASIC_WRONG);
    bench_identify(a, f);
    bench_pump();
    assert_int_equal(f->status, 403);
    fake_free(f);
    auth_destroy(a);
}

static void basic_beside_its_own_cookie_keeps_the_session(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "cookie", cookie);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    assert_int_equal(identified_count, 1);
    assert_null(bench_cookie(bench_lines(f)));
    fake_free(f);
    auth_destroy(a);
}

/* --- the end --- */

static int ended_count;

static void ended(void *ctx, struct exchange *x)
{
    (void)ctx;
    ended_count++;
    struct exchange_answer answer = {.status = 200, .body = SLICE("{}")};
    x->verbs->answer(x, &answer);
}

static struct fake *end(struct auth *a, const char *cookie)
{
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    if (cookie)
        fake_header(f, "cookie", cookie);
    ended_count = 0;
    auth_end_session(a, &f->x, ended, NULL);
    return f;
}

static void an_ended_session_stays_ended_also_after_a_restart(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    struct fake *f = end(a, cookie);
    assert_int_equal(ended_count, 0); /* Not before it is durable. */
    assert_int_equal(record_count, 1);
    bench_commit(ERR_OK);
    assert_int_equal(ended_count, 1);
    assert_non_null(strstr(f->headers, "Set-Cookie: JSESSIONID=; Max-Age=0; Path=/; HttpOnly"));
    assert_false(is_let_in(a, cookie, NULL));
    fake_free(f);
    auth_destroy(a);

    a = bench_auth("secret");
    auth_restore(a, (struct slice){records[0].key, records[0].key_len},
                 (struct slice){records[0].value, records[0].value_len});
    assert_false(is_let_in(a, cookie, NULL));
    assert_int_equal(record_count, 1);
    now_ms += IDLE_S * UINT64_C(1000);
    assert_false(is_let_in(a, cookie, NULL)); /* By now it has expired as well. */
    assert_int_equal(record_count, 2);
    assert_int_equal(records[1].value_len, 0); /* So the record is removed. */
    assert_memory_equal(records[1].key, records[0].key, records[0].key_len);
    bench_commit(ERR_OK);
    auth_destroy(a);
}

static void an_end_that_is_not_durable_is_none(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    record_answer = ERR_OVERLOAD;
    struct fake *f = end(a, cookie);
    assert_int_equal(ended_count, 0);
    assert_int_equal(f->status, 500);
    assert_null(strstr(f->headers, "Set-Cookie"));
    fake_free(f);
    assert_true(is_let_in(a, cookie, NULL));
    auth_destroy(a);
}

static void who_only_stops_speaking_is_told_of_the_end(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    const char *cookie = log_in(a, BASIC_ALICE);
    struct fake *f = end(a, cookie);
    assert_null(f->x.closed);
    bench_commit(ERR_OK);
    assert_int_equal(ended_count, 1);
    assert_false(is_let_in(a, cookie, NULL));
    fake_free(f);
    auth_destroy(a);
}

static void an_end_is_kept_as_long_as_the_cookie_was_to_hold(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    uint64_t made_ms = now_ms;
    const char *cookie = log_in(a, BASIC_ALICE);
    auth_destroy(a);
    bench_idle_s = IDLE_S / 10;
    a = bench_auth("secret");
    struct fake *f = end(a, cookie);
    bench_commit(ERR_OK);
    struct dec d = dec_of((struct slice){records[0].value, records[0].value_len});
    assert_int_equal(dec_u64(&d), made_ms + IDLE_S * UINT64_C(1000));
    now_ms = made_ms + IDLE_S * UINT64_C(1000) - 1;
    assert_false(is_let_in(a, cookie, NULL));
    fake_free(f);
    auth_destroy(a);
    bench_idle_s = IDLE_S;
}

static void without_a_session_there_is_nothing_to_end(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f = end(a, NULL);
    assert_int_equal(ended_count, 1);
    assert_int_equal(record_count, 0);
    fake_free(f);
    auth_destroy(a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_reset, bench_end)

const struct CMUnitTest session_tests[] = {
    TEST(a_cookie_is_enough_also_after_a_restart),
    TEST(a_changed_password_ends_its_sessions),
    TEST(a_cookie_that_was_touched_is_worth_nothing),
    TEST(it_is_found_among_other_cookies),
    TEST(it_is_renewed_when_half_its_time_is_gone_and_ends_when_unused),
    TEST(basic_wins_over_a_cookie),
    TEST(basic_beside_its_own_cookie_keeps_the_session),
    TEST(an_ended_session_stays_ended_also_after_a_restart),
    TEST(an_end_that_is_not_durable_is_none),
    TEST(who_only_stops_speaking_is_told_of_the_end),
    TEST(an_end_is_kept_as_long_as_the_cookie_was_to_hold),
    TEST(without_a_session_there_is_nothing_to_end),
};
const size_t session_test_count = sizeof session_tests / sizeof *session_tests;
