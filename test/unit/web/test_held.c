/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Exchanges that wait for their answer: what a long poll and a command under way rest on. */
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

static struct site site;

#define HOLD "GET /hold/x HTTP/1.1\r\n" HOST "\r\n"
#define KEEP "GET /keep HTTP/1.1\r\n" HOST "\r\n"
#define ECHO "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"

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

static struct client held_client(const char *request, unsigned holding)
{
    struct client c = client_open(&site);
    client_text(&c, request);
    site_wait(&site, &site.holding, holding);
    return c;
}

static void answers_later(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    for (unsigned i = 0; i < 4; i++) {
        client_text(&c, i % 2 ? KEEP : HOLD);
        site_wait(&site, &site.holding, i + 1);
        site_answer(&site, 0);
        struct reply r = client_reply(&c, true);
        assert_string_equal(r.body, "released");
        /* What must be carried outlives what was forgotten. */
        assert_int_equal(strstr(r.head, "\r\nSet-Cookie: e=f\r\n") != NULL, i % 2 == 0);
    }
    client_close(&c);
    assert_int_equal(site_count(&site, &site.closed), 0);
}

static void tells_when_the_peer_goes(void **state)
{
    (void)state;
    struct client c = held_client(HOLD, 1);
    client_close(&c);
    site_wait(&site, &site.closed, 1);
    c = held_client(HOLD, 2);
    client_reset(&c);
    site_wait(&site, &site.closed, 2);
    c = held_client(HOLD, 3);
    shutdown(c.fd, SHUT_WR);
    site_wait(&site, &site.closed, 3);
    client_expect_end(&c);
    client_close(&c);
}

static void tells_when_the_peer_goes_with_requests_behind(void **state)
{
    (void)state;
    struct client c = held_client(HOLD ECHO ECHO, 1);
    client_close(&c);
    site_wait(&site, &site.closed, 1);
    assert_int_equal(site_count(&site, &site.requests), 1);
}

static void answers_who_only_stopped_speaking(void **state)
{
    (void)state;
    struct client c = held_client(KEEP, 1);
    shutdown(c.fd, SHUT_WR);
    site_answer(&site, 0);
    struct reply r = client_reply(&c, true);
    assert_string_equal(r.body, "released");
    client_expect_end(&c);
    client_close(&c);
}

static void lets_an_exchange_outlive_its_connection(void **state)
{
    (void)state;
    struct client c = held_client(KEEP, 1);
    client_reset(&c);
    site_wait_metric(&site, "cordboard_http_connections", 0);
    site_answer(&site, 0);
    c = held_client(KEEP, 2);
    client_reset(&c);
    site_wait_metric(&site, "cordboard_http_connections", 0);
    /* This one is never answered; the web frees it. */
}

static void keeps_the_order_behind_a_held_one(void **state)
{
    (void)state;
    struct client c = held_client(HOLD ECHO HOLD ECHO, 1);
    assert_int_equal(site_count(&site, &site.requests), 1);
    site_answer(&site, 0);
    assert_string_equal(client_reply(&c, true).body, "released");
    assert_string_equal(client_reply(&c, true).body, "abc");
    site_wait(&site, &site.holding, 2);
    site_answer(&site, 0);
    assert_string_equal(client_reply(&c, true).body, "released");
    assert_string_equal(client_reply(&c, true).body, "abc");
    client_close(&c);
}

static void stops_reading_what_it_cannot_work_on(void **state)
{
    (void)state;
    struct client c = held_client(HOLD, 1);
    unsigned sent = 0;
    size_t part = 0;
    /* The kernel takes a few megabytes; more would mean that the web does. */
    for (;;) {
        ssize_t n = send(c.fd, ECHO + part, sizeof ECHO - 1 - part, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            assert_int_equal(errno, EAGAIN);
            break;
        }
        part += (size_t)n;
        if (part == sizeof ECHO - 1) {
            part = 0;
            sent++;
        }
        assert_true(sent < 1000000);
    }
    site_answer(&site, 0);
    assert_string_equal(client_reply(&c, true).body, "released");
    for (unsigned i = 0; i < sent; i++) {
        assert_string_equal(client_reply(&c, true).body, "abc");
    }
    client_text(&c, ECHO + part);
    assert_string_equal(client_reply(&c, true).body, "abc");
    client_close(&c);
}

static void breaks_an_abandoned_one(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    client_text(&c, "GET /abandon HTTP/1.1\r\n" HOST "\r\n" ECHO);
    client_expect_end(&c);
    client_close(&c);
    assert_int_equal(site_count(&site, &site.requests), 1);
}

static void abandon_held(struct site *s, void *arg)
{
    struct exchange *x = s->held[0];
    (void)arg;
    s->held[0] = NULL;
    x->verbs->abandon(x);
}

static void breaks_a_held_one(void **state)
{
    (void)state;
    struct client c = held_client(HOLD, 1);
    site_do(&site, abandon_held, NULL);
    client_expect_end(&c);
    client_close(&c);
    assert_int_equal(site_count(&site, &site.closed), 0);
}

static void answers_many_in_one_turn(void **state)
{
    (void)state;
    struct client c[40];
    for (unsigned i = 0; i < 40; i++) {
        c[i] = held_client(i % 2 ? KEEP : HOLD, i + 1);
    }
    for (unsigned i = 0; i < 40; i++) {
        site_answer(&site, i);
    }
    for (unsigned i = 0; i < 40; i++) {
        assert_string_equal(client_reply(&c[i], true).body, "released");
        client_close(&c[i]);
    }
}

int run_held_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_later, start, end),
        cmocka_unit_test_setup_teardown(tells_when_the_peer_goes, start, end),
        cmocka_unit_test_setup_teardown(tells_when_the_peer_goes_with_requests_behind, start, end),
        cmocka_unit_test_setup_teardown(answers_who_only_stopped_speaking, start, end),
        cmocka_unit_test_setup_teardown(lets_an_exchange_outlive_its_connection, start, end),
        cmocka_unit_test_setup_teardown(keeps_the_order_behind_a_held_one, start, end),
        cmocka_unit_test_setup_teardown(stops_reading_what_it_cannot_work_on, start, end),
        cmocka_unit_test_setup_teardown(breaks_an_abandoned_one, start, end),
        cmocka_unit_test_setup_teardown(breaks_a_held_one, start, end),
        cmocka_unit_test_setup_teardown(answers_many_in_one_turn, start, end),
    };
    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
