/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Requests that are too long, too slow, too many, or that two readers could understand in two ways.
 * None of them reaches a route, and the connection ends with the answer. */
#include "suite.h"

#include <stdio.h>

static struct site site;

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return 0;
}

static int start(void **state)
{
    (void)state;
    site_start(&site, site_options());
    return 0;
}

static int start_impatient(void **state)
{
    struct web_options options = site_options();
    (void)state;
    options.request_timeout_ms = 60;
    options.idle_timeout_ms = 60;
    options.connections_max = 3;
    site_start(&site, options);
    return 0;
}

static void refuse(const char *text, int status, const char *says)
{
    struct client c = client_open(&site);
    struct reply r = client_ask(&c, text, status);
    if (!strstr(r.body, says) || !strstr(r.head, "Connection: close\r\n")) {
        fail_msg("%s%s to %s", r.head, r.body, text);
    }
    client_expect_end(&c);
    client_close(&c);
    assert_int_equal(site_count(&site, &site.requests), 0);
}

static void refuses_a_long_header(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_text(&b, "GET /echo HTTP/1.1\r\n" HOST "X-Long: ");
    while (b.len < 9000) {
        buf_char(&b, 'x');
    }
    buf_char(&b, '\0');
    refuse(b.ptr, 431,
           "{\"statusCode\":10,\"statusMessage\":\"the bytes of request line and headers are over "
           "8192\"}");
    buf_free(&b);
}

static void refuses_many_headers(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_text(&b, "GET /echo HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 100; i++) {
        buf_printf(&b, "X-%d: y\r\n", i);
    }
    buf_text(&b, "\r\n");
    buf_char(&b, '\0');
    refuse(b.ptr, 431, "the number of headers is over 100");
    buf_free(&b);
}

static void refuses_a_long_body(void **state)
{
    (void)state;
    refuse("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100001\r\n\r\n", 400,
           "{\"statusCode\":10,\"statusMessage\":\"the bytes of the body are over 100000\"}");
    refuse("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n",
           400, "over 100000");
    struct buf b = {0};
    buf_text(&b, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 101; i++) {
        buf_printf(&b, "3e8\r\n%01000d\r\n", 0);
    }
    buf_char(&b, '\0');
    refuse(b.ptr, 400, "over 100000");
    buf_free(&b);
}

static void takes_the_longest_body(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_text(&b, "POST /what HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
    buf_printf(&b, "%0100000d", 0);
    struct client c = client_open(&site);
    client_send(&c, b.ptr, b.len);
    struct reply r = client_reply(&c, true);
    assert_string_equal(r.body, "POST /what ? 100000 ");
    client_close(&c);
    buf_free(&b);
}

static int start_narrow(void **state)
{
    struct web_options options = site_options();
    (void)state;
    options.request_bytes_max = 200000;
    site_start(&site, options);
    return 0;
}

static void post_body(struct client *c, const char *path, int len)
{
    struct buf b = {0};
    buf_printf(&b, "POST %s HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n%0*d", path, len, len, 0);
    client_send(c, b.ptr, b.len);
    buf_free(&b);
}

static void bounds_what_all_requests_hold_together(void **state)
{
    (void)state;
    struct client kept[3];
    for (unsigned i = 0; i < 3; i++) {
        kept[i] = client_open(&site);
        post_body(&kept[i], "/keep", 60000);
        site_wait(&site, &site.holding, i + 1);
    }
    struct client c = client_open(&site);
    post_body(&c, "/what", 60000);
    struct reply r = client_reply(&c, true);
    assert_int_equal(r.status, 500);
    assert_string_equal(r.body, "{\"statusCode\":4,\"statusMessage\":\"too many requests are being "
                                "read; nothing was done, try later\"}");
    assert_non_null(strstr(r.head, "Connection: close\r\n"));
    client_close(&c);
    c = client_open(&site);
    post_body(&c, "/what", 3000); /* Small ones are read all the same. */
    assert_string_equal(client_reply(&c, true).body, "POST /what ? 3000 ");
    site_answer(&site, 1);
    assert_string_equal(client_reply(&kept[1], true).body, "released");
    post_body(&c, "/what", 60000);
    assert_string_equal(client_reply(&c, true).body, "POST /what ? 60000 ");
    for (unsigned i = 0; i < 3; i++) {
        client_close(&kept[i]);
    }
    client_close(&c);
}

#define POST "POST /echo HTTP/1.1\r\n"

static void refuses_what_can_be_read_in_two_ways(void **state)
{
    (void)state;
    static const char *const rows[] = {
        POST HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
        POST HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        POST HOST "Content-Length: 1, 1\r\n\r\na",
        POST HOST "Content-Length: +1\r\n\r\na",
        POST HOST "Content-Length: 0x1\r\n\r\na",
        POST HOST "Content-Length: -1\r\n\r\na",
        POST HOST "Content-Length:\r\n\r\na",
        POST HOST "Content-Length: 18446744073709551617\r\n\r\na",
        POST HOST "Content-Length : 1\r\n\r\na",
        POST HOST " Content-Length: 1\r\n\r\na",
        "POST /echo HTTP/1.1\r\n X: y\r\n" HOST "Content-Length: 1\r\n\r\na",
        POST HOST "X: y\r\n Content-Length: 1\r\n\r\na",
        POST HOST "X: y\n\rContent-Length: 1\r\n\r\na",
        POST HOST "X: y\rContent-Length: 1\r\n\r\na",
        POST HOST "X: y\nContent-Length: 1\r\n\r\na",
        POST HOST "X:\r Content-Length: 1\r\n\r\na",
        POST HOST "Content-Length: 1\r\n\na",
        POST HOST "Content-Length: 1\r\n\ra",
        POST HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: \x0b"
                  "chunked\r\n\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\na\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        POST HOST "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\na",
        POST HOST "Host: other\r\n\r\n",
        POST HOST "X\x01: y\r\n\r\n",
        POST HOST "X: y\x7f\r\n\r\n",
        POST HOST ": y\r\n\r\n",
        POST ": y\r\n" HOST "\r\n",
        POST HOST "X\r\n\r\n",
        "GET /echo HTTP/1.1 x\r\n" HOST "\r\n",
        "GET /ec\x01ho HTTP/1.1\r\n" HOST "\r\n",
        "CONNECT a:1 HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na",
        "get /echo HTTP/1.1\r\n" HOST "\r\n",
        "BREW /echo HTTP/1.1\r\n" HOST "\r\n",
        "\x16\x03\x01\x02",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /echo HTTP/1.1\n" HOST "\r\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        refuse(rows[i], 400, "{\"statusCode\":2,");
    }
}

static void refuses_other_versions(void **state)
{
    (void)state;
    refuse("GET /echo HTTP/2.0\r\n" HOST "\r\n", 505, "HTTP version");
    refuse("GET /echo\r\n\r\n", 505, "HTTP version");
    refuse("GET /echo HTTP/0.9\r\n" HOST "\r\n", 505, "HTTP version");
}

static void keeps_the_answer_before_the_refused_one(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\nnonsense\r\n\r\n", 200);
    struct reply r = client_reply(&c, true);
    assert_int_equal(r.status, 400);
    client_expect_end(&c);
    client_close(&c);
}

static void gives_up_on_a_slow_request(void **state)
{
    (void)state;
    refuse("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhell", 408,
           "{\"statusCode\":10,\"statusMessage\":\"the request was not complete after 60 ms\"}");
    refuse("G", 408, "60 ms");
}

static void closes_an_idle_connection(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_expect_end(&c);
    client_close(&c);
    c = client_open(&site);
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST "\r\n\r\n", 200);
    client_expect_end(&c);
    client_close(&c);
}

static void drops_a_peer_that_does_not_read_its_answer(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_text(&c, "GET /big?50000000 HTTP/1.1\r\n" HOST "\r\n");
    site_wait(&site, &site.requests, 1);
    site_wait_metric(&site, "cordboard_http_connections", 0);
    client_close(&c);
}

static void refuses_connections_over_the_bound(void **state)
{
    (void)state;
    struct client c[4];
    for (int i = 0; i < 3; i++) {
        c[i] = client_open(&site);
        client_text(&c[i], "GET /hold HTTP/1.1\r\n" HOST "\r\n");
        site_wait(&site, &site.holding, (unsigned)i + 1);
    }
    c[3] = client_open(&site);
    struct reply r = client_reply(&c[3], true);
    assert_int_equal(r.status, 503);
    client_expect_end(&c[3]);
    for (int i = 0; i < 4; i++) {
        client_close(&c[i]);
    }
    site_wait(&site, &site.closed, 3);
}

int run_limit_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_a_long_header, start, end),
        cmocka_unit_test_setup_teardown(refuses_many_headers, start, end),
        cmocka_unit_test_setup_teardown(refuses_a_long_body, start, end),
        cmocka_unit_test_setup_teardown(takes_the_longest_body, start, end),
        cmocka_unit_test_setup_teardown(refuses_what_can_be_read_in_two_ways, start, end),
        cmocka_unit_test_setup_teardown(refuses_other_versions, start, end),
        cmocka_unit_test_setup_teardown(keeps_the_answer_before_the_refused_one, start, end),
        cmocka_unit_test_setup_teardown(gives_up_on_a_slow_request, start_impatient, end),
        cmocka_unit_test_setup_teardown(bounds_what_all_requests_hold_together, start_narrow, end),
        cmocka_unit_test_setup_teardown(closes_an_idle_connection, start_impatient, end),
        cmocka_unit_test_setup_teardown(drops_a_peer_that_does_not_read_its_answer, start_impatient,
                                        end),
        cmocka_unit_test_setup_teardown(refuses_connections_over_the_bound, start_impatient, end),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
