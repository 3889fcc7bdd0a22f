/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Origins of web pages, and the patterns they are judged by. */
#include "suite.h"

#include "base/origin.h"

static void an_origin_is_scheme_host_and_port(void **state)
{
    (void)state;
    assert_true(origin_matches(SLICE("http://x:81"), SLICE("http://x:81")));
    assert_true(origin_matches(SLICE("http://Desk.example"), SLICE("http://desk.EXAMPLE")));
    assert_false(origin_matches(SLICE("http://x:81"), SLICE("http://x")));
    assert_false(origin_matches(SLICE("http://x"), SLICE("https://x")));
    assert_false(origin_matches(SLICE("http://x"), SLICE("null")));
    assert_false(origin_matches(SLICE("http://x"), SLICE("")));
    assert_false(origin_matches(SLICE(""), SLICE("")));
}

static void a_star_stands_for_hosts_below(void **state)
{
    (void)state;
    const struct slice pattern = SLICE("https://*.crm.example");
    assert_true(origin_matches(pattern, SLICE("https://a.crm.example")));
    assert_true(origin_matches(pattern, SLICE("https://A.B.Crm.Example")));
    assert_false(origin_matches(pattern, SLICE("https://crm.example")));
    assert_false(origin_matches(pattern, SLICE("https://.crm.example")));
    assert_false(origin_matches(pattern, SLICE("https://acrm.example")));
    assert_false(origin_matches(pattern, SLICE("https://a.crm.example.evil")));
    assert_false(origin_matches(pattern, SLICE("https://a.crm.example:8443")));
    assert_false(origin_matches(pattern, SLICE("https://evil.example/.crm.example")));
    assert_false(origin_matches(pattern, SLICE("https://evil.example:1.crm.example")));
    assert_false(origin_matches(pattern, SLICE("https://user@a.crm.example")));
    assert_false(origin_matches(pattern, SLICE("https://a\t.crm.example")));
    assert_true(origin_matches(SLICE("http://*.x:81"), SLICE("http://a.x:81")));
}

static void one_of_several_is_enough(void **state)
{
    (void)state;
    const char *const patterns[] = {"http://a", "https://*.b"};
    assert_true(origin_is_among(patterns, 2, SLICE("http://a")));
    assert_true(origin_is_among(patterns, 2, SLICE("https://x.b")));
    assert_false(origin_is_among(patterns, 2, SLICE("https://a")));
    assert_false(origin_is_among(NULL, 0, SLICE("http://a")));
}

static void a_server_has_the_origin_that_its_client_sees(void **state)
{
    (void)state;
    assert_true(origin_is_of(SLICE("https://voice.example"), true, SLICE("Voice.example")));
    assert_true(origin_is_of(SLICE("https://voice.example"), true, SLICE("voice.example:443")));
    assert_true(origin_is_of(SLICE("http://[::1]:8080"), false, SLICE("[::1]:8080")));
    assert_true(origin_is_of(SLICE("http://x"), false, SLICE("x:80")));
    assert_false(origin_is_of(SLICE("http://voice.example"), true, SLICE("voice.example")));
    assert_false(origin_is_of(SLICE("https://voice.example"), false, SLICE("voice.example")));
    assert_false(origin_is_of(SLICE("https://voice.example"), true, SLICE("voice.example:80")));
    assert_false(origin_is_of(SLICE("https://voice.example.evil"), true, SLICE("voice.example")));
    assert_false(origin_is_of(SLICE("https://"), true, SLICE("")));
    assert_false(origin_is_of(SLICE("https://x"), true, SLICE_NONE));
}

static void a_name_that_anybody_can_make_lead_here_is_not_sure(void **state)
{
    (void)state;
    static const char *const sure[] = {"",
                                       "127.0.0.1",
                                       "127.0.0.1:8080",
                                       "10.0.0.7",
                                       "[::1]",
                                       "[fd00::1]:8080",
                                       "localhost",
                                       "LocalHost:8080",
                                       "voice.localhost:1",
                                       "cordboard:8080",
                                       "voice.example",
                                       "Voice.Example:8080"};
    static const char *const others[] = {
        "evil.example",    "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example",
        "evil.xlocalhost", "sub.voice.example", "voice.example.evil",     "0x7f.1",
        "voice.example."};
    static const char *const urls[] = {"https://voice.example",
                                       "http://voice.example:8443/telephony"};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
            assert_true(origin_host_is_sure(slice_of(sure[i]), slice_of(urls[k])));
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            assert_false(origin_host_is_sure(slice_of(others[i]), slice_of(urls[k])));
    }
    assert_true(origin_host_is_sure(SLICE_NONE, SLICE_NONE));
    assert_false(origin_host_is_sure(SLICE("a.b"), SLICE_NONE));
}

int run_origin_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_scheme_host_and_port),
        cmocka_unit_test(a_star_stands_for_hosts_below),
        cmocka_unit_test(one_of_several_is_enough),
        cmocka_unit_test(a_server_has_the_origin_that_its_client_sees),
        cmocka_unit_test(a_name_that_anybody_can_make_lead_here_is_not_sure),
    };
    return RUN_GROUP(tests);
}
