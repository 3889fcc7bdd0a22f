/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Names and patterns: what may be said, and what a wildcard matches. */
#include "stage.h"

#include "bayeux/bayeux_int.h"

static void assert_match(const char *pattern, const char *channel, bool does_match)
{
    if (bayeux_pattern_matches(slice_of(pattern), slice_of(channel)) != does_match) {
        fail_msg("%s %s %s", pattern, does_match ? "misses" : "matches", channel);
    }
}

static void test_one_star_matches_exactly_one_segment(void **state)
{
    (void)state;
    assert_match("/foo/*", "/foo/bar", true);
    assert_match("/foo/*", "/foo", false);
    assert_match("/foo/*", "/foo/", false);
    assert_match("/foo/*", "/foo/a/b", false);
    assert_match("/foo/*", "/fou/a", false);
    assert_match("/*", "/foo", true);
    assert_match("/*", "/foo/a", false);
}

static void test_two_stars_match_one_segment_or_more(void **state)
{
    (void)state;
    assert_match("/foo/**", "/foo/bar", true);
    assert_match("/foo/**", "/foo/a/b", true);
    assert_match("/foo/**", "/foo", false);
    assert_match("/**", "/foo", true);
    assert_match("/**", "/v2/me/calls", true);
}

static void test_a_name_without_star_matches_only_itself(void **state)
{
    (void)state;
    assert_match("/foo", "/foo", true);
    assert_match("/foo", "/foo/bar", false);
    assert_match("/foo/bar", "/foo", false);
}

static void test_valid_names(void **state)
{
    (void)state;
    static const char *const good[] = {"/a", "/v2/me/calls", "/foo/", "/a b", "/!#$()+-.@_{}~"};
    static const char *const bad[] = {"",      "/",           "foo", "/foo<>", "/f%6f",
                                      "/a//b", "/gr\xc3\xbc", "//",  "/a\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(bayeux_channel_is_valid(slice_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(bayeux_channel_is_valid(slice_of(bad[i])));
    }
    assert_false(bayeux_channel_is_valid((struct slice){"/a\0b", 4}));
}

static void test_a_star_stands_alone_and_last_in_a_pattern(void **state)
{
    (void)state;
    assert_true(bayeux_pattern_is_valid(SLICE("/v2/me/*")));
    assert_true(bayeux_pattern_is_valid(SLICE("/**")));
    assert_false(bayeux_pattern_is_valid(SLICE("/v2/*/calls")));
    assert_false(bayeux_pattern_is_valid(SLICE("/v2/me/c*")));
    assert_false(bayeux_pattern_is_valid(SLICE("/v2/***")));
}

static void test_a_channel_longer_than_its_bound_is_invalid(void **state)
{
    (void)state;
    char name[CHANNEL_BYTES_MAX + 2];
    memset(name, 'a', sizeof name);
    name[0] = '/';
    assert_true(bayeux_channel_is_valid((struct slice){name, CHANNEL_BYTES_MAX}));
    assert_false(bayeux_channel_is_valid((struct slice){name, CHANNEL_BYTES_MAX + 1}));
}

int run_channel_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_star_matches_exactly_one_segment),
        cmocka_unit_test(test_two_stars_match_one_segment_or_more),
        cmocka_unit_test(test_a_name_without_star_matches_only_itself),
        cmocka_unit_test(test_valid_names),
        cmocka_unit_test(test_a_star_stands_alone_and_last_in_a_pattern),
        cmocka_unit_test(test_a_channel_longer_than_its_bound_is_invalid),
    };
    return RUN_GROUP(tests);
}
