/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a request that only a cookie authenticates must show. */
#include "bench.h"

#include "auth/auth_int.h"

#include <stdio.h>

static char cookie[512];
static char token[64];

static void log_in(struct auth *a)
{
    struct fake *f = fake_new("GET", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    bench_identify(a, f);
    bench_pump();
    const char *lines = bench_lines(f);
    snprintf(cookie, sizeof cookie, "%s", bench_cookie(lines));
    const char *at = strstr(lines, "X-CSRF-TOKEN: ") + strlen("X-CSRF-TOKEN: ");
    snprintf(token, sizeof token, "%.*s", (int)strcspn(at, "\r"), at);
    assert_int_equal(strlen(token), 36);
    fake_free(f);
}

struct shown {
    const char *method;
    const char *token;
    const char *origin;
    const char *fetch_site;
    bool is_upgrade;
    bool is_fine;
    bool acts;
};

static void judge(struct auth *a, const struct shown *shown)
{
    struct fake *f = fake_new(shown->method, "/api/v2/me", NULL);
    f->x.is_upgrade = shown->is_upgrade;
    f->acts = shown->acts;
    fake_header(f, "cookie", cookie);
    if (shown->token)
        fake_header(f, "x-csrf-token", shown->token);
    if (shown->origin)
        fake_header(f, "origin", shown->origin);
    if (shown->fetch_site)
        fake_header(f, "sec-fetch-site", shown->fetch_site);
    identified_count = 0;
    bench_identify(a, f);
    assert_int_equal(identified_count, shown->is_fine);
    if (!shown->is_fine) {
        assert_int_equal(f->status, 403);
        assert_string_equal(
            f->body, "{\"statusCode\":5,\"statusMessage\":\"Missing or invalid Csrf token\"}");
    }
    fake_free(f);
}

static void a_change_needs_token_origin_or_no_browser(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    log_in(a);
    const char *wrong = "00000000-0000-0000-0000-000000000000";
    const struct shown all[] = {
        {"POST", NULL, NULL, NULL, false, true, false}, /* a native client */
        {"POST", NULL, NULL, "cross-site", false, false, false},
        {"POST", NULL, NULL, "same-origin", false, false, false},
        {"POST", NULL, "http://evil.example", NULL, false, false, false},
        {"POST", NULL, "null", NULL, false, false, false},
        {"POST", wrong, "http://evil.example", NULL, false, false, false},
        {"POST", token, "http://evil.example", "cross-site", false, true, false},
        {"PUT", NULL, "http://page.example", "same-origin", false, true, false},
        {"DELETE", NULL, "https://desk.crm.example", NULL, false, true, false},
        {"DELETE", NULL, "https://crm.example", NULL, false, false, false},
        {"DELETE", NULL, "http://desk.crm.example", NULL, false, false, false},
        {"GET", NULL, "http://evil.example", "cross-site", false, true, false},
        {"GET", NULL, "http://evil.example", "cross-site", true, false, false},
        {"GET", NULL, "http://page.example", "same-origin", true, true, false},
        {"GET", NULL, NULL, NULL, true, true, false},
        /* CometD messages in a GET: a script of any page. */
        {"GET", NULL, NULL, "cross-site", false, false, true},
        {"GET", NULL, NULL, "same-site", false, false, true},
        {"GET", NULL, "http://evil.example", "cross-site", false, false, true},
        {"GET", NULL, NULL, "same-origin", false, true, true},
        {"GET", NULL, "http://page.example", "cross-site", false, true, true},
        {"GET", NULL, NULL, NULL, false, true, true}, /* a native client */
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        judge(a, &all[i]);
    auth_destroy(a);
}

static void the_token_is_the_same_after_a_restart(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    log_in(a);
    auth_destroy(a);
    a = bench_auth("secret");
    judge(a, &(struct shown){"POST", token, "http://evil.example", NULL, false, true, false});
    auth_destroy(a);
}

static void basic_needs_no_token(void **state)
{
    (void)state;
    struct auth *a = bench_auth("secret");
    log_in(a);
    struct fake *f = fake_new("POST", "/api/v2/me", NULL);
    fake_header(f, "authorization", BASIC_ALICE);
    fake_header(f, "cookie", cookie);
    fake_header(f, "origin", "http://evil.example");
    identified_count = 0;
    bench_identify(a, f);
    assert_int_equal(identified_count, 1);
    fake_free(f);
    auth_destroy(a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_reset, bench_end)

const struct CMUnitTest csrf_tests[] = {
    TEST(a_change_needs_token_origin_or_no_browser),
    TEST(the_token_is_the_same_after_a_restart),
    TEST(basic_needs_no_token),
};
const size_t csrf_test_count = sizeof csrf_tests / sizeof *csrf_tests;
