/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Basic credentials: who is let in, who is not, and what it costs. */
#include "bench.h"

#include <sodium.h>
#include <stdio.h>

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

/* A request from that address with user name and password as given. */
static struct fake *ask(struct auth *a, const char *peer, const char *user, const char *password)
{
    static char headers[16][1024];
    static int next;
    char plain[700];
    char *header = headers[next++ % 16];
    int len = snprintf(plain, sizeof plain, "%s:%s", user, password);
    snprintf(header, sizeof headers[0], "Basic ");
    sodium_bin2base64(header + 6, sizeof headers[0] - 6, (unsigned char *)plain, (size_t)len,
                      sodium_base64_VARIANT_ORIGINAL);
    struct fake *f = fake_new("GET", "/api/v2/me", NULL);
    f->x.peer = slice_of(peer);
    fake_header(f, "authorization", header);
    bench_identify(a, f);
    return f;
}

static struct fake *guess(struct auth *a, const char *peer, unsigned number)
{
    char user[32];
    char password[32];
    snprintf(user, sizeof user, "user%u", number);
    snprintf(password, sizeof password, "guess%u", number);
    return ask(a, peer, user, password);
}

static void is_refused(struct fake *f, int status, const char *says)
{
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->status, status);
    assert_non_null(strstr(f->body, says));
    fake_free(f);
}

static void who_waits_over_a_broken_connection_is_not_verified(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *runs = ask(a, "192.0.2.1:5", "bob", "wrong");
    assert_null(runs->x.closed); /* Else a web takes the end of the peer's side for its leaving. */
    struct fake *gone = ask(a, "192.0.2.1:6", "bob", "other");
    struct fake *left = ask(a, "192.0.2.1:7", "alice", "secret");
    struct fake *stays = ask(a, "192.0.2.1:8", "alice", "secret");
    gone->is_gone = left->is_gone = true;
    bench_pump();
    is_refused(runs, 403, "\"statusCode\":20");
    assert_int_equal(gone->answers, 1); /* abandoned */
    assert_int_equal(gone->status, 0);
    bench_pump();
    assert_int_equal(bench_posted(), 0);
    assert_int_equal(identified_count, 2); /* One job: both are told, one into the void. */
    fake_free(stays);
    fake_free(left);
    fake_free(gone);
    auth_destroy(a);
    assert_int_equal(bench_posted(), 0);
}

static void one_credential_has_so_many_waiters_and_no_more(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f[257];
    for (int i = 0; i < 257; i++) {
        f[i] = ask(a, "192.0.2.1:5", "alice", "secret");
        assert_int_equal(f[i]->answers, i < 256 ? 0 : 1);
    }
    bench_pump();
    assert_int_equal(identified_count, 256);
    is_refused(f[256], 500, "\"statusCode\":4");
    for (int i = 0; i < 256; i++)
        fake_free(f[i]);
    auth_destroy(a);
}

static void a_password_longer_than_any_is_wrong_at_once(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    char text[600];
    memset(text, 'x', sizeof text);
    text[129] = '\0';
    is_refused(ask(a, "192.0.2.1:5", "alice", text), 403,
               "{\"statusCode\":20,\"statusMessage\":\"Access denied\"}");
    text[129] = 'x';
    text[256] = '\0';
    is_refused(ask(a, "192.0.2.1:5", text, "secret"), 403,
               "{\"statusCode\":20,\"statusMessage\":\"Access denied\"}");
    char hash[AUTH_HASH_SIZE];
    assert_int_equal(auth_hash_password(text, hash, sizeof hash), ERR_RANGE);
    text[128] = '\0';
    struct fake *longest = ask(a, "192.0.2.1:5", "alice", text);
    assert_int_equal(longest->answers, 0);
    bench_pump();
    is_refused(longest, 403, "\"statusCode\":20");
    auth_destroy(a);
    assert_int_equal(bench_posted(), 0);
}

static void a_name_guessed_at_from_one_address_has_a_bound_there_only(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f[5];
    char password[16];
    for (unsigned i = 0; i < 5; i++) {
        snprintf(password, sizeof password, "guess%u", i);
        f[i] = ask(a, "192.0.2.1:5", "alice", password); /* The first runs, four wait. */
    }
    is_refused(ask(a, "192.0.2.1:6", "alice", "guess6"), 500, "\"statusCode\":4");
    struct fake *other = ask(a, "192.0.2.1:7", "bob", "other");
    struct fake *alice = ask(a, "192.0.2.2:5", "alice", "secret");
    for (int i = 0; i < 3; i++)
        bench_pump();
    assert_int_equal(identified_count, 1); /* Her own address has its turn. */
    assert_string_equal(identified_user, "alice");
    for (int i = 0; i < 4; i++)
        bench_pump();
    assert_int_equal(identified_count, 2);
    for (unsigned i = 0; i < 5; i++)
        is_refused(f[i], 403, "\"statusCode\":20");
    fake_free(other);
    fake_free(alice);
    auth_destroy(a);
}

static void a_flood_from_one_address_costs_others_one_turn(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    struct fake *f[1002];
    for (unsigned i = 0; i < 1002; i++)
        f[i] = guess(a, i % 2 ? "[2001:db8::1]:5" : "[2001:db8::2]:5", i);
    is_refused(f[1001], 500, "\"statusCode\":4"); /* One runs, a thousand wait. */
    struct fake *alice = ask(a, "[2001:db8:0:1::1]:5", "alice", "secret");
    is_refused(f[1000], 500, "\"statusCode\":4"); /* Who has most gives up the newest. */
    assert_int_equal(alice->answers, 0);
    for (int i = 0; i < 3; i++)
        bench_pump();
    assert_int_equal(identified_count, 1);
    fake_free(alice);
    auth_destroy(a);
    bench_pump();
    for (unsigned i = 0; i < 1000; i++)
        fake_free(f[i]);
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
    assert_int_equal(crypto_pwhash_str_verify(hash, "p", 1), 0);
    assert_int_not_equal(crypto_pwhash_str_verify(hash, "q", 1), 0);
    assert_int_equal(auth_hash_password("p", hash, 10), ERR_INTERNAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_reset, bench_end)

const struct CMUnitTest basic_tests[] = {
    TEST(the_right_password_is_let_in_once_the_worker_has_verified_it),
    TEST(the_wrong_ones_get_403_and_nothing_else),
    TEST(an_unknown_user_is_verified_like_a_known_one),
    TEST(one_credential_is_verified_once_for_all_who_wait),
    TEST(a_verified_credential_is_remembered_for_a_while),
    TEST(who_waits_over_a_broken_connection_is_not_verified),
    TEST(one_credential_has_so_many_waiters_and_no_more),
    TEST(a_password_longer_than_any_is_wrong_at_once),
    TEST(a_name_guessed_at_from_one_address_has_a_bound_there_only),
    TEST(a_flood_from_one_address_costs_others_one_turn),
    TEST(a_job_that_outlives_the_auth_only_frees_itself),
    TEST(a_hash_is_right_for_its_password_only),
};
const size_t basic_test_count = sizeof basic_tests / sizeof *basic_tests;
