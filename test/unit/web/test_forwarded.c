/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a proxy says of its client, and whose word counts. */
#include "suite.h"

#include <stdio.h>

static struct site site;
static struct network proxies[3];

static int start(void **state)
{
    struct web_options options = site_options();
    (void)state;
    assert_true(network_parse(SLICE("127.0.0.1"), &proxies[0]));
    assert_true(network_parse(SLICE("10.1.0.0/16"), &proxies[1]));
    assert_true(network_parse(SLICE("2001:db8:1::/48"), &proxies[2]));
    options.proxies = proxies;
    options.proxy_count = 3;
    site_start(&site, options);
    return 0;
}

static int start_without(void **state)
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

/* The peer, scheme and host that a route sees of a request with these header lines. */
static void seen(const char *lines, char *out, size_t size)
{
    char text[1024];
    struct client c = client_open(&site);
    snprintf(text, sizeof text, "GET /who HTTP/1.1\r\n" HOST "%s\r\n", lines);
    struct reply r = client_ask(&c, text, 200);
    snprintf(out, size, "%.150s", r.body);
    client_close(&c);
}

static void sees(const char *lines, const char *expected)
{
    char body[200];
    seen(lines, body, sizeof body);
    assert_string_equal(body, expected);
}

static void sees_connection(const char *lines, const char *expected_rest)
{
    char body[200];
    seen(lines, body, sizeof body);
    assert_memory_equal(body, "127.0.0.1:", 10);
    assert_non_null(strchr(body, ' '));
    assert_string_equal(strchr(body, ' '), expected_rest);
}

static void the_client_is_the_last_that_is_no_proxy(void **state)
{
    (void)state;
    sees("X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7 http desk");
    sees("X-Forwarded-For: 192.0.2.7:4711\r\n", "192.0.2.7:4711 http desk");
    sees("X-Forwarded-For: 2001:db8::7\r\n", "[2001:db8::7] http desk");
    sees("X-Forwarded-For: [2001:db8::7]:81\r\n", "[2001:db8::7]:81 http desk");
    /* What the client itself says stands before it. */
    sees("X-Forwarded-For: 192.0.2.1, 10.1.2.3, 192.0.2.7\r\n", "192.0.2.7 http desk");
    sees("X-Forwarded-For: 192.0.2.1,192.0.2.7 ,10.1.2.3\r\n", "192.0.2.7 http desk");
    sees("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.7\r\n"
         "X-Forwarded-For: 2001:db8:1::1, 10.1.2.3\r\n",
         "192.0.2.7 http desk");
    /* Proxies only: the first of them. */
    sees("X-Forwarded-For: 10.1.2.3, 10.1.2.4\r\n", "10.1.2.3 http desk");
}

static void what_cannot_be_read_ends_the_list(void **state)
{
    (void)state;
    sees("X-Forwarded-For: 192.0.2.1, unknown, 10.1.2.3\r\n", "10.1.2.3 http desk");
    sees_connection("X-Forwarded-For: 192.0.2.1, _hidden\r\n", " http desk");
    sees_connection("X-Forwarded-For: 192.0.2.1,\r\n", " http desk");
    sees_connection("X-Forwarded-For:\r\n", " http desk");
    sees_connection("", " http desk");
}

static void scheme_and_host_are_the_clients(void **state)
{
    (void)state;
    sees_connection("X-Forwarded-Proto: https\r\n", " https desk");
    sees_connection("X-Forwarded-Proto: HTTPS , http\r\n", " https desk");
    sees_connection("X-Forwarded-Proto: http\r\n", " http desk");
    sees_connection("X-Forwarded-Host: voice.example:8443, inner\r\n", " http voice.example:8443");
    sees_connection("X-Forwarded-Host:\r\n", " http desk");
}

static void each_request_of_a_connection_has_its_own_client(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    struct reply r =
        client_ask(&c, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n\r\n", 200);
    assert_string_equal(r.body, "192.0.2.7 http desk");
    r = client_ask(&c, "GET /who HTTP/1.1\r\n" HOST "\r\n", 200);
    assert_memory_equal(r.body, "127.0.0.1:", 10);
    client_close(&c);
}

static void from_anybody_else_it_is_ignored(void **state)
{
    (void)state;
    sees_connection("X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
                    "X-Forwarded-Host: voice.example\r\n",
                    " http desk");
}

#define WITH(name)    cmocka_unit_test_setup_teardown(name, start, end)
#define WITHOUT(name) cmocka_unit_test_setup_teardown(name, start_without, end)

int run_forwarded_tests(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_client_is_the_last_that_is_no_proxy),
        WITH(what_cannot_be_read_ends_the_list),
        WITH(scheme_and_host_are_the_clients),
        WITH(each_request_of_a_connection_has_its_own_client),
        WITHOUT(from_anybody_else_it_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
