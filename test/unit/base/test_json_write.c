/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The JSON writer: commas, escapes at every place of a word, and that the reader gets back what was
 * written. */
#include "base/json.h"
#include "suite.h"

#include <stdio.h>

static void puts_commas_where_they_belong(void **state)
{
    (void)state;
    struct buf b = {0};
    struct json_writer outer = json_begin_object(&b);
    json_key(&outer, "empty");
    struct json_writer inner = json_begin_array(&b);
    json_end_array(&inner);
    json_key_slice(&outer, SLICE("list"));
    inner = json_begin_array(&b);
    json_item(&inner);
    json_write_string(&b, SLICE("a"));
    json_item(&inner);
    struct json_writer innermost = json_begin_object(&b);
    json_end_object(&innermost);
    json_item(&inner);
    buf_u64(&b, 7);
    json_end_array(&inner);
    json_string(&outer, "slice", SLICE("s"));
    json_text(&outer, "text", "t");
    json_raw(&outer, "raw", SLICE("[ 1.0 ]"));
    json_bool(&outer, "yes", true);
    json_bool(&outer, "no", false);
    json_end_object(&outer);
    assert_slice(buf_view(&b), "{\"empty\":[],\"list\":[\"a\",{},7],\"slice\":\"s\",\"text\":\"t\","
                               "\"raw\":[ 1.0 ],\"yes\":true,\"no\":false}");
    buf_free(&b);
}

static void writes_the_bounds_of_numbers(void **state)
{
    (void)state;
    struct buf b = {0};
    struct json_writer w = json_begin_object(&b);
    json_u64(&w, "a", UINT64_MAX);
    json_i64(&w, "b", INT64_MIN);
    json_i64(&w, "c", INT64_MAX);
    json_i64(&w, "d", -1);
    json_i64(&w, "e", 0);
    json_end_object(&w);
    assert_slice(buf_view(&b), "{\"a\":18446744073709551615,\"b\":-9223372036854775808,"
                               "\"c\":9223372036854775807,\"d\":-1,\"e\":0}");
    buf_free(&b);
}

static void escapes_each_byte_as_it_must_be(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int c = 0; c < 0x80; c++) {
        char expected[16];
        char byte = (char)c;
        static const char named[] = "\b\t\n\f\r\"\\";
        static const char letters[] = "btnfr\"\\";
        const char *found = c ? strchr(named, c) : NULL;
        if (found) {
            snprintf(expected, sizeof expected, "\"\\%c\"", letters[found - named]);
        } else if (c < 0x20) {
            snprintf(expected, sizeof expected, "\"\\u%04x\"", (unsigned)c);
        } else {
            snprintf(expected, sizeof expected, "\"%c\"", c);
        }
        buf_reset(&b);
        json_write_string(&b, (struct slice){&byte, 1});
        assert_slice(buf_view(&b), expected);
    }
    buf_free(&b);
}

static void escapes_at_every_place(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *written;
    } cases[] = {
        {"\"", "\\\""},
        {"\x01", "\\u0001"},
        {"\xe2\x80\xa8", "\\u2028"},
        {"\xe2\x80\xa9", "\\u2029"},
        {"\xe2\x80\xaa", "\xe2\x80\xaa"},
        {"\xe2\x82\xac", "\xe2\x82\xac"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xe2", "\xe2"},
        {"\xe2\x80", "\xe2\x80"},
    };
    static const char plain[] = "abcdefghijklmnopqrst";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int before = 0; before <= 20; before++) {
            for (int after = 0; after <= 10; after += 5) {
                char text[64];
                char expected[64];
                struct buf b = {0};
                snprintf(text, sizeof text, "%.*s%s%.*s", before, plain, cases[i].bytes, after,
                         plain);
                snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", before, plain,
                         cases[i].written, after, plain);
                json_write_string(&b, slice_of(text));
                assert_slice(buf_view(&b), expected);
                buf_free(&b);
            }
        }
    }
}

static void escapes_fit_however_many(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 1, sizeof text);
    for (size_t len = 0; len <= sizeof text; len += 37) {
        struct buf b = {0};
        json_write_string(&b, (struct slice){text, len});
        assert_int_equal(b.len, 2 + 6 * len);
        buf_free(&b);
    }
}

static void keys_are_escaped(void **state)
{
    (void)state;
    struct buf b = {0};
    struct json_writer w = json_begin_object(&b);
    json_text(&w, "a\"b", "");
    json_string(&w, "c", SLICE_NONE);
    json_key_slice(&w, SLICE("d\0"));
    buf_text(&b, "1");
    json_end_object(&w);
    assert_slice(buf_view(&b), "{\"a\\\"b\":\"\",\"c\":\"\",\"d\\u0000\":1}");
    buf_free(&b);
}

static size_t random_text(uint64_t *random, char *text, size_t characters)
{
    static const char *const pieces[] = {"a",    "xyz",          "\"",         "\\",
                                         "\n",   "\x7f",         "\xc3\xa4",   "/",
                                         "\b",   "\xe2\x80\xa8", "0123456789", "\xf0\x9f\x98\x80",
                                         "\x1f", "\xe2\x80\xa7"};
    size_t len = 0;
    for (size_t i = 0; i < characters; i++) {
        const char *piece = pieces[next_random(random) % (sizeof pieces / sizeof *pieces)];
        for (; *piece; piece++) {
            text[len++] = *piece;
        }
    }
    return len;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    uint64_t random = 11;
    struct buf b = {0};
    struct arena arena = {0};
    for (int round = 0; round < 3000; round++) {
        char text[40 * 10];
        size_t len = random_text(&random, text, next_random(&random) % 40);
        buf_reset(&b);
        arena_reset(&arena);
        json_write_string(&b, (struct slice){text, len});
        struct json_error error;
        struct json *read = json_parse(&arena, buf_view(&b), 1, &error);
        assert_true(json_is(read, JSON_STRING));
        assert_true(slice_equal(read->text, (struct slice){text, len}));
    }
    arena_free(&arena);
    buf_free(&b);
}

int run_json_write_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_commas_where_they_belong),
        cmocka_unit_test(writes_the_bounds_of_numbers),
        cmocka_unit_test(escapes_each_byte_as_it_must_be),
        cmocka_unit_test(escapes_at_every_place),
        cmocka_unit_test(escapes_fit_however_many),
        cmocka_unit_test(keys_are_escaped),
        cmocka_unit_test(what_is_written_is_read),
    };
    return RUN_GROUP(tests);
}
