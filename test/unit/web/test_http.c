/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Requests that are as they should be, however they are cut into packets. */
#include "suite.h"

#include <stdio.h>

static struct site site;

static int start(void **state)
{
    (void)state;
    site_start(&site, site_options());
    return 0;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return 0;
}

static void answers_and_keeps_the_connection(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    for (int i = 0; i < 3; i++) {
        struct reply r =
            client_ask(&c, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 200);
        assert_string_equal(r.body, "hello");
        assert_non_null(strstr(r.head, "HTTP/1.1 200 OK\r\nDate: "));
        assert_non_null(strstr(r.head, "Content-Type: text/plain\r\n"));
        assert_null(strstr(r.head, "Connection:"));
    }
    client_close(&c);
}

static void takes_a_request_byte_by_byte(void **state)
{
    (void)state;
    static const char text[] = "POST /what/a?b=%20c HTTP/1.1\r\n" HOST "X-Test:  some value \r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"
                               "5;x=y\r\nhello\r\n00003\r\n...\r\n0\r\nX-Test: trailer\r\n\r\n";
    struct client c = client_open(&site);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof text - 1; i++) {
            client_send(&c, text + i, 1);
        }
        struct reply r = client_reply(&c, true);
        assert_string_equal(r.body, "POST /what/a ?b=%20c 8 some value");
    }
    client_close(&c);
}

static void answers_pipelined_requests_in_order(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    struct buf all = {0};
    for (int i = 0; i < 500; i++) {
        buf_printf(&all, "\r\nGET /what/%d HTTP/1.1\r\n" HOST "\r\n", i);
    }
    client_send(&c, all.ptr, all.len);
    for (int i = 0; i < 500; i++) {
        char wanted[64];
        struct reply r = client_reply(&c, true);
        snprintf(wanted, sizeof wanted, "GET /what/%d ? 0 ", i);
        assert_string_equal(r.body, wanted);
    }
    buf_free(&all);
    client_close(&c);
}

static void answers_pipelined_large_ones_that_are_read_late(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    struct buf all = {0};
    for (int i = 0; i < 40; i++) {
        buf_printf(&all, "GET /big?%d HTTP/1.1\r\n" HOST "\r\n", 1000000 + i);
    }
    client_send(&c, all.ptr, all.len);
    for (int i = 0; i < 40; i++) {
        struct reply r = client_reply(&c, true);
        assert_int_equal(r.body_len, 1000000 + i);
    }
    buf_free(&all);
    client_close(&c);
}

static void closes_when_asked_to(void **state)
{
    (void)state;
    static const char *const asking[] = {
        "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
        "GET /echo HTTP/1.0\r\n\r\n",
        "GET /echo HTTP/1.1\r\n" HOST "Connection: foo, CLOSE\r\n\r\nGET /echo HTTP/1.1\r\n\r\n",
    };
    for (size_t i = 0; i < 3; i++) {
        struct client c = client_open(&site);
        struct reply r = client_ask(&c, asking[i], 200);
        assert_non_null(strstr(r.head, "Connection: close\r\n"));
        client_expect_end(&c);
        client_close(&c);
    }
}

static void keeps_an_old_client_that_asks_for_it(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    for (int i = 0; i < 2; i++) {
        struct reply r =
            client_ask(&c, "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200);
        assert_non_null(strstr(r.head, "Connection: keep-alive\r\n"));
    }
    client_close(&c);
}

static void drops_the_body_for_head_and_204(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_text(&c, "HEAD /what HTTP/1.1\r\n" HOST "\r\n");
    struct reply r = client_reply(&c, false);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.head, "Content-Length: 15\r\n"));
    r = client_ask(&c, "GET /empty HTTP/1.1\r\n" HOST "\r\n", 204);
    assert_null(strstr(r.head, "Content-Length"));
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200);
    client_close(&c);
}

static void decodes_the_path_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *body;
    } rows[] = {
        {"/what", "GET /what ? 0 "},
        {"/what?", "GET /what ? 0 "},
        {"/wh%61t/%2F%c3%A4?a=%41%zz", "GET /what//\xc3\xa4 ?a=%41%zz 0 "},
        {"http://any.where:80/what?x", "GET /what ?x 0 "},
        {"HTTP://any.where/what", NULL},
        {"/what%", NULL},
        {"/what%4", NULL},
        {"/what%4g", NULL},
        {"/what%00", NULL},
        {"*", NULL},
        {"/what?a#b", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client c = client_open(&site);
        char text[200];
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" HOST "\r\n", rows[i].target);
        struct reply r = client_ask(&c, text, rows[i].body ? 200 : 400);
        assert_string_equal(rows[i].body ? rows[i].body : "{\"statusCode\":2",
                            (r.body[rows[i].body ? sizeof r.body - 1 : 15] = '\0', r.body));
        client_close(&c);
    }
}

static void says_what_is_not_there(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    struct reply r = client_ask(&c, "GET / HTTP/1.1\r\n" HOST "\r\n", 404);
    assert_string_equal(r.body,
                        "{\"statusCode\":6,\"statusMessage\":\"there is nothing at this path\"}");
    assert_non_null(strstr(r.head, "Content-Type: application/json;charset=UTF-8\r\n"));
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200);
    client_close(&c);
}

static void asks_for_the_body_when_that_is_waited_for(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_text(&c, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
                    "Content-Length: 4\r\n\r\n");
    struct reply r = client_reply(&c, false);
    assert_string_equal(r.head, "HTTP/1.1 100 Continue\r\n\r\n");
    r = client_ask(&c, "body", 200);
    assert_string_equal(r.body, "body");
    r = client_ask(&c,
                   "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
                   "Content-Length: 4\r\n\r\nbody",
                   200);
    assert_string_equal(r.body, "body");
    (void)client_ask(&c, "POST /echo HTTP/1.1\r\n" HOST "Expect: more\r\nContent-Length: 4\r\n\r\n",
                     417);
    client_expect_end(&c);
    client_close(&c);
}

static void adds_the_cookie_to_the_answer(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    struct reply r = client_ask(&c, "GET /cookie HTTP/1.1\r\n" HOST "\r\n", 200);
    assert_non_null(strstr(r.head, "X-Own: yes\r\nSet-Cookie: a=b\r\n\r\n"));
    assert_null(strstr(r.head, "Content-Type"));
    client_close(&c);
}

static void counts_what_it_answers(void **state)
{
    (void)state;
    static const char two[] = "cordboard_http_requests_total{class=\"2xx\"}";
    static const char four[] = "cordboard_http_requests_total{class=\"4xx\"}";
    long had_two = metric_value(two);
    long had_four = metric_value(four);
    struct client c = client_open(&site);
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200);
    client_ask(&c, "GET / HTTP/1.1\r\n" HOST "\r\n", 404);
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200);
    assert_int_equal(metric_value(four), had_four + 1);
    assert_true(metric_value(two) > had_two);
    assert_int_equal(metric_value("cordboard_http_connections"), 1);
    client_close(&c);
}

int run_http_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_and_keeps_the_connection, start, end),
        cmocka_unit_test_setup_teardown(takes_a_request_byte_by_byte, start, end),
        cmocka_unit_test_setup_teardown(answers_pipelined_requests_in_order, start, end),
        cmocka_unit_test_setup_teardown(answers_pipelined_large_ones_that_are_read_late, start,
                                        end),
        cmocka_unit_test_setup_teardown(closes_when_asked_to, start, end),
        cmocka_unit_test_setup_teardown(keeps_an_old_client_that_asks_for_it, start, end),
        cmocka_unit_test_setup_teardown(drops_the_body_for_head_and_204, start, end),
        cmocka_unit_test_setup_teardown(decodes_the_path_and_nothing_else, start, end),
        cmocka_unit_test_setup_teardown(says_what_is_not_there, start, end),
        cmocka_unit_test_setup_teardown(asks_for_the_body_when_that_is_waited_for, start, end),
        cmocka_unit_test_setup_teardown(adds_the_cookie_to_the_answer, start, end),
        cmocka_unit_test_setup_teardown(counts_what_it_answers, start, end),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
