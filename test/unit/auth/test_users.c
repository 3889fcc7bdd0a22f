/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The users change while the server runs. */
#include "bench.h"

#include <stdio.h>

static char alice_hash[AUTH_HASH_SIZE];
static char carol_hash[AUTH_HASH_SIZE];

static void set_users(struct auth *a, bool with_alice, bool with_carol)
{
    struct auth_user users[2];
    size_t count = 0;
    if (with_alice)
        users[count++] = (struct auth_user){"alice", alice_hash};
    if (with_carol)
        users[count++] = (struct auth_user){"carol", carol_hash};
    auth_set_users(a, users, count);
}

static bool is_let_in(struct auth *a, const char *header, const char *value)
{
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, header, value);
    identified_count = 0;
    bench_identify(a, f);
    if (identified_count == 0 && f->answers == 0)
        bench_pump();
    bool is_in = identified_count == 1;
    if (!is_in)
        assert_int_equal(f->status, 403);
    fake_free(f);
    return is_in;
}

static void who_is_gone_is_let_in_no_more_and_who_is_new_is(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    assert_true(is_let_in(a, "authorization", BASIC_ALICE));
    assert_true(is_let_in(a, "authorization", BASIC_BOB));
    assert_false(is_let_in(a, "authorization", BASIC_CAROL));
    set_users(a, true, true);
    assert_true(is_let_in(a, "authorization", BASIC_ALICE));
    assert_false(is_let_in(a, "authorization", BASIC_BOB));
    assert_true(is_let_in(a, "authorization", BASIC_CAROL));
    set_users(a, false, true);
    assert_false(is_let_in(a, "authorization", BASIC_ALICE));
    set_users(a, true, false);
    assert_true(is_let_in(a, "authorization", BASIC_ALICE));
    auth_destroy(a);
}

static void a_session_ends_with_its_user_or_password(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    bench_pump();
    const char *cookie = bench_cookie(bench_lines(f));
    assert_non_null(cookie);
    assert_true(is_let_in(a, "cookie", cookie));
    set_users(a, false, true);
    assert_false(is_let_in(a, "cookie", cookie));
    set_users(a, true, true); /* another salt: another hash */
    assert_false(is_let_in(a, "cookie", cookie));
    fake_free(f);
    auth_destroy(a);
}

static void what_is_verified_meanwhile_is_worth_nothing(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    set_users(a, false, false);
    bench_pump();
    assert_int_equal(identified_count, 0);
    assert_int_equal(f->status, 403);
    fake_free(f);
    auth_destroy(a);
}

static int begin(void **state)
{
    if (!*alice_hash) {
        assert_int_equal(auth_hash_password("secret", alice_hash, sizeof alice_hash), ERR_OK);
        assert_int_equal(auth_hash_password("secret", carol_hash, sizeof carol_hash), ERR_OK);
    }
    return bench_reset(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, bench_end)

const struct CMUnitTest user_tests[] = {
    TEST(who_is_gone_is_let_in_no_more_and_who_is_new_is),
    TEST(a_session_ends_with_its_user_or_password),
    TEST(what_is_verified_meanwhile_is_worth_nothing),
};
const size_t user_test_count = sizeof user_tests / sizeof *user_tests;
