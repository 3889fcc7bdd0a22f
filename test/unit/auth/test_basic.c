/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Basic credentials: who is let in, who is not, and what it costs. */
#include "bench.h"

static void the_right_password_is_let_in_once_the_worker_has_verified_it(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f = fake_new("GET", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    assert_int_equal(identified_count, 0);
    bench_pump();
    assert_int_equal(identified_count, 1);
    assert_string_equal(identified_user, "alice");
    assert_non_null(strstr(bench_lines(f), "Set-Cookie: JSESSIONID="));
    assert_non_null(strstr(bench_lines(f), "; Path=/; HttpOnly; SameSite=Lax\r\n"));
    assert_non_null(strstr(bench_lines(f), "X-CSRF-HEADER: X-CSRF-TOKEN\r\nX-CSRF-TOKEN: "));
    assert_int_equal(f->answers, 0);
    fake_free(f);
    auth_destroy(a);
}

static void deny(struct auth *a, const char *authorization, bool is_verified)
{
    struct fake *f = fake_new("GET", "/api/v2/me", NULL);
    if (authorization)
        fake_header(f, "authorization", authorization);
    bench_identify(a, f);
    if (is_verified) {
        assert_int_equal(f->answers, 0);
        bench_pump();
    }
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->status, 403);
    assert_string_equal(f->body, "{\"statusCode\":20,\"statusMessage\":\"Access denied\"}");
    assert_null(strstr(f->headers, "WWW-Authenticate"));
    assert_null(strstr(f->headers, "Set-Cookie"));
    assert_int_equal(identified_count, 0);
    fake_free(f);
}

static void the_wrong_ones_get_403_and_nothing_else(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    deny(a, NULL, false);
    deny(a, BASIC_WRONG, true);
    deny(a, BASIC_WRONG, true); /* A failure is not remembered. */
    deny(a, "Basic !!!", false);
    deny(a, "Basic", false);
    deny(a, "Basic YWxpY2U=", false); /* no colon */
    deny(a, "Bearer abc", false);
    auth_destroy(a);
}

static void an_unknown_user_is_verified_like_a_known_one(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    deny(a, BASIC_CAROL, true);
    auth_destroy(a);
}

static void one_credential_is_verified_once_for_all_who_wait(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f[3];
    for (int i = 0; i < 3; i++) {
        f[i] = fake_new("POST", "/api/v2/me", NULL);
        fake_header(f[i], "authorization", BASIC_ALICE);
        bench_identify(a, f[i]);
    }
    bench_pump();
    assert_int_equal(identified_count, 3);
    assert_int_equal(bench_posted(), 0);
    for (int i = 0; i < 3; i++)
        fake_free(f[i]);
    auth_destroy(a);
    assert_int_equal(bench_posted(), 0); /* No job was left over. */
}

static void a_verified_credential_is_remembered_for_a_while(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    for (int i = 0; i < 3; i++) {
        struct fake *f = fake_new("POST", "/api/v2/me", NULL);
        fake_header(f, "authorization", BASIC_ALICE);
        bench_identify(a, f);
        if (i != 1)
            bench_pump(); /* The first time, and when it has expired. */
        assert_int_equal(identified_count, i + 1);
        if (i == 0)
            now_ms += (VERIFIED_S - 1) * UINT64_C(1000);
        if (i == 1)
            now_ms += 1000;
        fake_free(f);
    }
    auth_destroy(a);
}

static void who_leaves_before_the_verdict_is_forgotten(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *stays = fake_new("GET", "/api/v2/me", NULL);
    struct fake *leaves = fake_new("GET", "/api/v2/me", NULL);
    fake_header(stays, "authorization", BASIC_ALICE);
    fake_header(leaves, "authorization", BASIC_ALICE);
    bench_identify(a, leaves);
    bench_identify(a, stays);
    fake_close(leaves);
    bench_pump();
    assert_int_equal(identified_count, 1);
    assert_int_equal(leaves->answers, 0);
    fake_free(stays);
    fake_free(leaves);
    auth_destroy(a);
}

static void too_many_who_wait_are_refused_at_the_door(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f[1001];
    for (int i = 0; i < 1001; i++) {
        f[i] = fake_new("GET", "/api/v2/me", NULL);
        fake_header(f[i], "authorization", BASIC_ALICE);
        bench_identify(a, f[i]);
        assert_int_equal(f[i]->answers, i < 1000 ? 0 : 1);
    }
    assert_int_equal(f[1000]->status, 500);
    assert_non_null(strstr(f[1000]->body, "\"statusCode\":4"));
    bench_pump();
    assert_int_equal(identified_count, 1000);
    for (int i = 0; i < 1001; i++)
        fake_free(f[i]);
    auth_destroy(a);
}

static void a_job_that_outlives_the_auth_only_frees_itself(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f = fake_new("GET", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    auth_destroy(a);
    bench_pump();
    assert_int_equal(identified_count, 0);
    fake_free(f);
}

static void a_hash_is_right_for_its_password_only(void **state)
{
    (void)state;
    char hash[AUTH_HASH_SIZE];
    assert_int_equal(auth_hash_password("p", hash, sizeof hash), ERR_OK);
    assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_true(auth_password_is(hash, "p"));
    assert_false(auth_password_is(hash, "q"));
    assert_int_equal(auth_hash_password("p", hash, 10), ERR_INTERNAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_reset, bench_end)

const struct CMUnitTest basic_tests[] = {
    TEST(the_right_password_is_let_in_once_the_worker_has_verified_it),
    TEST(the_wrong_ones_get_403_and_nothing_else),
    TEST(an_unknown_user_is_verified_like_a_known_one),
    TEST(one_credential_is_verified_once_for_all_who_wait),
    TEST(a_verified_credential_is_remembered_for_a_while),
    TEST(who_leaves_before_the_verdict_is_forgotten),
    TEST(too_many_who_wait_are_refused_at_the_door),
    TEST(a_job_that_outlives_the_auth_only_frees_itself),
    TEST(a_hash_is_right_for_its_password_only),
};
const size_t basic_test_count = sizeof basic_tests / sizeof *basic_tests;
