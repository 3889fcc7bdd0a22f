/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Answers of the room page, with two files of the test's own for those that are built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/fake_exchange.h"

#include "page/page_int.h"

/* "hello\n" by gzip -n9, and no stream. */
static const uint8_t hello[] = {0x1f, 0x8b, 8,    0, 0, 0,    0,    0,    2,    3, 0xcb, 0x48, 0xcd,
                                0xc9, 0xc9, 0xe7, 2, 0, 0x20, 0x30, 0x3a, 0x36, 6, 0,    0,    0};
static const uint8_t broken[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xff};

const struct page_file page_files[] = {
    {"/", "text/html; charset=utf-8", "\"abc\"", false, 6, hello, sizeof hello},
    {"/assets/a-1.js", "text/javascript", "\"def\"", true, 6, hello, sizeof hello},
    {"/broken.css", "text/css", "\"0\"", false, 6, broken, sizeof broken},
};
const size_t page_file_count = sizeof page_files / sizeof *page_files;
const char page_why_absent[] = "";

static struct fake *ask(const struct page *page, const char *method, const char *path,
                        const char *name, const char *value)
{
    struct fake *f = fake_new(method, path, NULL);
    if (name)
        fake_header(f, name, value);
    assert_true(page_handle(page, &f->x));
    assert_int_equal(f->answers, 1);
    return f;
}

static bool has(const struct fake *f, const char *text)
{
    return strstr(f->headers, text) != NULL;
}

static void test_who_takes_gzip_gets_it(void **state)
{
    (void)state;
    static const struct {
        const char *accepts;
        bool is_packed;
    } rows[] = {{NULL, false},
                {"", false},
                {"gzip", true},
                {"GZip", true},
                {"br, deflate , gzip;q=0.5", true},
                {"*", true},
                {"gzip;q=0", false},
                {"gzip; q=0.000, *", false},
                {"*;q=0", false},
                {"x-gzip2, gzi", false},
                {"identity, br;q=1.0", false},
                {",;,,gzip", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = ask(&(struct page){0}, "GET", "/",
                             rows[i].accepts ? "accept-encoding" : NULL, rows[i].accepts);
        assert_int_equal(f->status, 200);
        assert_int_equal(has(f, "Content-Encoding: gzip\r\n"), rows[i].is_packed);
        assert_true(has(f, "Vary: Accept-Encoding\r\n"));
        if (rows[i].is_packed)
            assert_memory_equal(f->body, hello, sizeof hello);
        else
            assert_string_equal(f->body, "hello\n");
        fake_free(f);
    }
}

static void test_who_has_it_gets_304(void **state)
{
    (void)state;
    static const struct {
        const char *known;
        int status;
    } rows[] = {{"W/\"abc\"", 304},
                {"\"abc\"", 304},
                {"\"x\", W/\"abc\"", 304},
                {"*", 304},
                {"\"x\"", 200},
                {"", 200},
                {"abc", 200},
                {"W/", 200},
                {"\"abc", 200},
                {"W/\"def\",\"ab\"", 200}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = ask(&(struct page){0}, "GET", "/", "if-none-match", rows[i].known);
        assert_int_equal(f->status, rows[i].status);
        assert_true(has(f, "ETag: W/\"abc\"\r\n"));
        assert_true(has(f, "Cache-Control: no-cache\r\n"));
        assert_string_equal(f->body, rows[i].status == 304 ? "" : "hello\n");
        fake_free(f);
    }
}

static void test_assets_may_be_kept(void **state)
{
    (void)state;
    struct fake *f = ask(&(struct page){0}, "HEAD", "/assets/a-1.js?x", NULL, NULL);
    assert_string_equal(f->type, "text/javascript");
    assert_true(has(f, "Cache-Control: public, max-age=31536000, immutable\r\n"));
    fake_free(f);
}

static void test_allowed_origins_may_frame_it(void **state)
{
    (void)state;
    const char *const origins[] = {"https://crm.example", "https://*.crm.example"};
    struct fake *f = ask(&(struct page){0}, "GET", "/", NULL, NULL);
    assert_true(has(f, "frame-ancestors 'self'\r\n"));
    fake_free(f);
    f = ask(&(struct page){origins, 2}, "GET", "/", NULL, NULL);
    assert_true(has(f, "frame-ancestors 'self' https://crm.example https://*.crm.example\r\n"));
    fake_free(f);
}

static void test_only_reading_is_possible(void **state)
{
    (void)state;
    struct fake *f = ask(&(struct page){0}, "POST", "/", NULL, NULL);
    assert_int_equal(f->status, 405);
    assert_true(has(f, "Allow: GET, HEAD\r\n"));
    fake_free(f);
}

static void test_other_paths_are_left_alone(void **state)
{
    (void)state;
    static const char *const paths[] = {"/assets",     "/assets/", "/assets/a-1.js/",
                                        "/index.html", "//",       "/x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct fake *f = fake_new("GET", paths[i], NULL);
        assert_false(page_handle(&(struct page){0}, &f->x));
        assert_int_equal(f->answers, 0);
        fake_free(f);
    }
    assert_null(page_absence());
}

static void test_what_can_not_be_expanded_is_an_error(void **state)
{
    (void)state;
    struct fake *f = ask(&(struct page){0}, "GET", "/broken.css", NULL, NULL);
    assert_int_equal(f->status, 500);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_takes_gzip_gets_it),
        cmocka_unit_test(test_who_has_it_gets_304),
        cmocka_unit_test(test_assets_may_be_kept),
        cmocka_unit_test(test_allowed_origins_may_frame_it),
        cmocka_unit_test(test_only_reading_is_possible),
        cmocka_unit_test(test_other_paths_are_left_alone),
        cmocka_unit_test(test_what_can_not_be_expanded_is_an_error),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
