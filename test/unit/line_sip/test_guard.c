/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which addresses are heard. */
#include "tests.h"

#include "base/metrics.h"

#include <arpa/inet.h>

static struct sip_line line;
static const struct line_sip_guard options = {.rate = 10, .failures = 3, .shut_out_s = 60};

static int begin(void **state)
{
    (void)state;
    line = (struct sip_line){0};
    list_init(&line.trunks);
    line_sip_guard_init(&line.guard, &options);
    return 0;
}

static int end(void **state)
{
    (void)state;
    line_sip_guard_free(&line.guard);
    return 0;
}

static struct in_addr address(uint32_t number)
{
    return (struct in_addr){htonl(number)};
}

static unsigned heard(uint32_t from, unsigned requests, uint64_t now_ms)
{
    unsigned count = 0;
    for (unsigned i = 0; i < requests; i++)
        count += line_sip_guard_hears(&line, address(from), now_ms);
    return count;
}

static void a_stranger_has_a_small_bucket(void **state)
{
    (void)state;
    assert_int_equal(heard(1, 100, 1000), 40);
    assert_int_equal(heard(1, 100, 1000), 0);
    assert_int_equal(heard(2, 100, 1000), 40); /* of its own */
    assert_int_equal(heard(1, 100, 1500), 5);
    assert_int_equal(heard(1, 100, 1000), 0); /* a clock that goes back gives nothing */
    assert_int_equal(heard(1, 100, 100000), 40);
}

static void whoever_proved_himself_has_a_large_one(void **state)
{
    (void)state;
    line_sip_guard_proved(&line.guard, address(1), 1000, 0);
    assert_int_equal(heard(1, 10000, 1000), 4000);
    assert_int_equal(heard(1, 10000, 2000), 1000);
    assert_int_equal(heard(1, 100, 3600000 + 1000), 40); /* an hour later he is a stranger */
}

static void refuse(uint32_t from, unsigned times, uint64_t now_ms)
{
    for (unsigned i = 0; i < times; i++)
        line_sip_guard_refused(&line, address(from), GUARD_CREDENTIALS, now_ms);
}

static bool is_shut_out(uint32_t from, uint64_t now_ms)
{
    return line_sip_guard_is_shut_out(&line, address(from), now_ms);
}

static void failures_shut_a_stranger_out_for_a_while(void **state)
{
    (void)state;
    refuse(1, 2, 100000);
    assert_false(is_shut_out(1, 100000));
    refuse(1, 1, 100000);
    assert_true(is_shut_out(1, 100000));
    assert_false(is_shut_out(2, 100000));
    assert_true(is_shut_out(1, 159999));
    assert_false(is_shut_out(1, 160000));
}

static void old_failures_are_forgiven(void **state)
{
    (void)state;
    refuse(1, 2, 100000);
    refuse(1, 2, 170000);
    assert_false(is_shut_out(1, 170000));
}

static void a_known_address_is_never_shut_out(void **state)
{
    (void)state;
    line_sip_guard_proved(&line.guard, address(1), 1000, 7200000);
    refuse(1, 100, 1000);
    assert_false(is_shut_out(1, 1000));
    refuse(1, 100, 7100000);
    assert_false(is_shut_out(1, 7100000));
}

/* A flood of made-up addresses takes bounded memory and pushes out nobody who is known. */
static void a_flood_is_bounded(void **state)
{
    (void)state;
    line_sip_guard_proved(&line.guard, address(1), 1000, 0);
    for (uint32_t i = 0; i < 100000; i++)
        (void)line_sip_guard_hears(&line, address(1000 + i), 1000);
    assert_in_range(line.guard.strangers_by_key.count, 1, 16384);
    assert_int_equal(heard(1, 1000, 1000), 1000);
}

/* Its address can be made up by anybody, and its calls need no more. */
static void a_peer_is_never_shut_out_and_has_a_bucket(void **state)
{
    static const struct line_trunk trunk = {.name = "t", .peers = "0.0.0.1"};
    (void)state;
    list_init(&line.lookups);
    line_sip_trunks_set(&line, &trunk, 1);
    (void)heard(1, 1, 1000);
    assert_int_equal(heard(1, 10000, 10000), 800);
    assert_int_equal(heard(1, 10000, 11000), 200);
    refuse(1, 100, 11000);
    assert_false(is_shut_out(1, 11000));
    line_sip_trunks_free(&line);
}

static void refusals_are_counted(void **state)
{
    (void)state;
    struct buf text = {0};
    line_sip_guard_count(&line.guard, GUARD_REQUEST);
    metrics_render(&text);
    buf_char(&text, '\0');
    assert_non_null(strstr(text.ptr, "cordboard_sip_refusals_total{reason=\"request\"} 1\n"));
    buf_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int test_guard_run(void)
{
    const struct CMUnitTest tests[] = {TEST(a_stranger_has_a_small_bucket),
                                       TEST(whoever_proved_himself_has_a_large_one),
                                       TEST(failures_shut_a_stranger_out_for_a_while),
                                       TEST(old_failures_are_forgiven),
                                       TEST(a_known_address_is_never_shut_out),
                                       TEST(a_flood_is_bounded),
                                       TEST(a_peer_is_never_shut_out_and_has_a_bucket),
                                       TEST(refusals_are_counted)};
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
