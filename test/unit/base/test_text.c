/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Texts as they come from outside: percent-encoding, UTF-8, cookies, and the refusal that answers
 * them. */
#include "suite.h"

#include "base/exchange.h"
#include "base/percent.h"
#include "base/utf8.h"

static void decodes(const char *text, enum percent_way way, const char *expected)
{
    char out[64];
    size_t len = 0;
    enum err err = percent_decode(slice_of(text), way, out, &len);
    assert_int_equal(err, expected ? ERR_OK : ERR_INVALID);
    if (expected)
        assert_slice(((struct slice){out, len}), expected);
}

static void codes_are_decoded_in_three_ways(void **state)
{
    (void)state;
    decodes("", PERCENT_STRICT, "");
    decodes("/a%2Fb%c3%A9", PERCENT_STRICT, "/a/b\xc3\xa9");
    decodes("a+b", PERCENT_STRICT, "a+b");
    decodes("%", PERCENT_STRICT, NULL);
    decodes("%4", PERCENT_STRICT, NULL);
    decodes("%4g", PERCENT_STRICT, NULL);
    decodes("a%00b", PERCENT_STRICT, NULL);
    decodes("%41%4%zz%42%", PERCENT_LENIENT, "A%4%zzB%");
    decodes("a+b%2b", PERCENT_LENIENT, "a+b+");
    decodes("a+b%2b", PERCENT_FORM, "a b+");
    char text[] = "%41%42c";
    size_t len = 0;
    assert_int_equal(percent_decode(slice_of(text), PERCENT_STRICT, text, &len), ERR_OK);
    assert_slice(((struct slice){text, len}), "ABc");
}

static void digits_of_both_cases_have_a_value(void **state)
{
    (void)state;
    for (int c = -128; c < 128; c++) {
        const char *digits = "0123456789abcdef";
        const char *at = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
        assert_int_equal(hex_value((char)c), at ? (int)(at - digits) : -1);
    }
}

static void only_utf8_is_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "plain ascii, long enough for two words",
                                       "\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "12345678\xf0\x9f\x98\x80",
                                       "\xed\x9f\xbf",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\xff",
                                      "\x80",
                                      "a\xc3",
                                      "\xc0\xaf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "12345678\xe2\x82",
                                      "\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_is_valid(slice_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_is_valid(slice_of(bad[i])));
    assert_true(utf8_is_valid(SLICE_NONE));
}

static void all_cookies_of_a_name_are_found_in_order(void **state)
{
    (void)state;
    struct slice rest = SLICE("a=1; b=2;a=; aa=3 ; a; a=x=y");
    assert_slice(exchange_cookie_next(&rest, "a"), "1");
    assert_slice(exchange_cookie_next(&rest, "a"), "");
    assert_slice(exchange_cookie_next(&rest, "a"), "x=y");
    assert_null(exchange_cookie_next(&rest, "a").ptr);
    rest = SLICE_NONE;
    assert_null(exchange_cookie_next(&rest, "a").ptr);
}

static void a_refusal_says_why(void **state)
{
    (void)state;
    struct buf out = {0};
    exchange_refusal_write(&out, ERR_RANGE, SLICE("a \"word\""));
    assert_slice(buf_view(&out), "{\"statusCode\":10,\"statusMessage\":\"a \\\"word\\\"\"}");
    buf_reset(&out);
    exchange_refusal_write(&out, ERR_NOT_FOUND, SLICE_NONE);
    assert_slice(buf_view(&out), "{\"statusCode\":6,\"statusMessage\":\"Resource not found\"}");
    buf_free(&out);
}

int run_text_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_decoded_in_three_ways),
        cmocka_unit_test(digits_of_both_cases_have_a_value),
        cmocka_unit_test(only_utf8_is_utf8),
        cmocka_unit_test(all_cookies_of_a_name_are_found_in_order),
        cmocka_unit_test(a_refusal_says_why),
    };
    return RUN_GROUP(tests);
}
