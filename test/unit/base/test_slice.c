/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Borrowed bytes: comparing, cutting, numbers. The distinction of absent and empty is part of what
 * other rooms rely on ("?fields" and "?fields=" are different questions), so it is tested as such.
 */
#include "suite.h"

static void compares_bytes(void **state)
{
    (void)state;
    assert_true(slice_equal(SLICE("abc"), slice_of("abc")));
    assert_false(slice_equal(SLICE("abc"), SLICE("abd")));
    assert_false(slice_equal(SLICE("abc"), SLICE("ab")));
    assert_true(slice_equal(SLICE_NONE, SLICE("")));
    assert_true(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_equal(SLICE("a\0b"), SLICE("a\0c")));
    assert_true(slice_is(SLICE("abc"), "abc"));
}

static void compares_without_case_in_ascii_only(void **state)
{
    (void)state;
    assert_true(slice_equal_nocase(SLICE("Content-Length"), SLICE("content-LENGTH")));
    assert_false(slice_equal_nocase(SLICE("abc"), SLICE("abcd")));
    assert_false(slice_equal_nocase(SLICE("@[`{"), SLICE("`{@[")));
    assert_false(slice_equal_nocase(SLICE("\xc3\x84"), SLICE("\xc3\xa4")));
}

static void knows_prefixes(void **state)
{
    (void)state;
    assert_true(slice_starts_with(SLICE("/api/v2/me"), SLICE("/api/v2")));
    assert_true(slice_starts_with(SLICE("abc"), SLICE("")));
    assert_true(slice_starts_with(SLICE_NONE, SLICE("")));
    assert_false(slice_starts_with(SLICE("ab"), SLICE("abc")));
    assert_false(slice_starts_with(SLICE("xbc"), SLICE("ab")));
}

static void splits_at_the_first_separator(void **state)
{
    (void)state;
    struct slice rest;
    assert_slice(slice_split(SLICE("a,b,c"), ',', &rest), "a");
    assert_slice(rest, "b,c");
    assert_slice(slice_split(rest, ',', &rest), "b");
    assert_slice(slice_split(rest, ',', &rest), "c");
    assert_null(rest.ptr);
    assert_null(slice_split(rest, ',', &rest).ptr);
    assert_null(rest.ptr);
}

static void splitting_tells_empty_from_absent(void **state)
{
    (void)state;
    struct slice rest;
    assert_slice(slice_split(SLICE("a="), '=', &rest), "a");
    assert_slice(rest, "");
    assert_slice(slice_split(SLICE("=b"), '=', &rest), "");
    assert_slice(rest, "b");
    assert_slice(slice_split(SLICE(""), '=', &rest), "");
    assert_null(rest.ptr);
}

static void trims_both_ends(void **state)
{
    (void)state;
    assert_slice(slice_trim(SLICE(" \ta b\t ")), "a b");
    assert_slice(slice_trim(SLICE(" \t ")), "");
    assert_slice(slice_trim(SLICE("\na\n")), "\na\n");
    assert_null(slice_trim(SLICE_NONE).ptr);
}

static void reads_numbers_up_to_the_bound(void **state)
{
    (void)state;
    unsigned long long n = 7;
    assert_true(slice_to_u64(SLICE("0"), 0, &n));
    assert_int_equal(n, 0);
    assert_true(slice_to_u64(SLICE("0042"), 42, &n));
    assert_int_equal(n, 42);
    assert_true(slice_to_u64(SLICE("18446744073709551615"), UINT64_MAX, &n));
    assert_true(n == UINT64_MAX);
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1.0",
                                      "1a",
                                      "101",
                                      "18446744073709551616",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned long long n = 7;
        unsigned long long max = strlen(bad[i]) > 10 ? UINT64_MAX : 100;
        assert_false(slice_to_u64(slice_of(bad[i]), max, &n));
        assert_int_equal(n, 7);
    }
}

int run_slice_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_bytes),
        cmocka_unit_test(compares_without_case_in_ascii_only),
        cmocka_unit_test(knows_prefixes),
        cmocka_unit_test(splits_at_the_first_separator),
        cmocka_unit_test(splitting_tells_empty_from_absent),
        cmocka_unit_test(trims_both_ends),
        cmocka_unit_test(reads_numbers_up_to_the_bound),
        cmocka_unit_test(refuses_what_is_no_number),
    };
    return RUN_GROUP(tests);
}
