/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The real clock: deadlines fire by it, it can be moved ahead, and no restart takes it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk.h"

#define DAY_MS (UINT64_C(24) * 3600 * 1000)

static void the_real_clock_fires_by_itself(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    d.options.clock = ENGINE_CLOCK_REAL;
    d.items[0].limits.no_answer_ms = 50;
    d.items[0].limits.tone_ms = 50;
    d.items[0].limits.keep_ms = 50;
    desk_run(&d);
    uint64_t begun_ms = engine_now_ms(d.engine);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    struct desk_reply answer = desk_query(&d, QUERY_CALLS, 0);
    while (answer.calls > 0 && answer.time_ms < begun_ms + 20000)
        answer = desk_query(&d, QUERY_CALLS, 0);
    assert_int_equal(answer.calls, 0);
    assert_true(answer.time_ms >= begun_ms + 100);
    desk_free(&d);
}

static void the_real_clock_is_moved_from_deadline_to_deadline(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    d.options.clock = ENGINE_CLOCK_REAL;
    desk_run(&d);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    uint64_t begun_ms = engine_now_ms(d.engine);
    desk_advance(&d, 3 * DAY_MS);
    /* Not answered after 30 s, the caller hears the tone for 3 s, the call is kept for 60 s. */
    const struct desk_notice *last = &d.notices[d.notice_count - 1];
    assert_int_equal(last->state, PARTY_RELEASED);
    assert_in_range(last->time_ms, begun_ms + 20000, begun_ms + 30000 + 3000);
    struct desk_reply answer = desk_query(&d, QUERY_CALLS, 0);
    assert_int_equal(answer.calls, 0);
    assert_in_range(answer.time_ms, begun_ms + 3 * DAY_MS, UINT64_MAX);
    desk_free(&d);
}

static void a_restart_does_not_take_the_real_clock_back(void **state)
{
    (void)state;
    struct desk d, after;
    desk_init(&d, 2, NULL);
    d.options.clock = ENGINE_CLOCK_REAL;
    desk_run(&d);
    uint64_t begun_ms = engine_unwound_ms(d.engine);
    desk_advance(&d, 366 * DAY_MS); /* No input was stamped with it. */
    uint64_t seen_ms = engine_now_ms(d.engine);
    uint64_t unwound_ms = engine_unwound_ms(d.engine);
    assert_in_range(unwound_ms, begun_ms, begun_ms + DAY_MS);
    desk_crash(&d, &after);
    desk_run(&after);
    assert_true(engine_now_ms(after.engine) >= seen_ms);
    assert_in_range(engine_unwound_ms(after.engine), unwound_ms, unwound_ms + DAY_MS);
    desk_free(&d);
    desk_free(&after);
}

struct midway {
    const struct desk *desk;
    struct desk copy;
    bool is_copied;
};

/* On the core thread: the call is over, the clock is on its way. */
static void crash_midway(void *ctx, const struct history *items, size_t count)
{
    struct midway *m = ctx;
    (void)items;
    (void)count;
    if (!m->is_copied)
        desk_crash(m->desk, &m->copy);
    m->is_copied = true;
}

static void a_restart_midway_does_the_rest_of_the_way(void **state)
{
    (void)state;
    struct desk d;
    struct midway m = {.desk = &d};
    desk_init(&d, 2, NULL);
    d.options.clock = ENGINE_CLOCK_REAL;
    d.options.stored = crash_midway;
    d.options.store_ctx = &m;
    desk_run(&d);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    uint64_t begun_ms = engine_now_ms(d.engine);
    desk_advance(&d, DAY_MS);
    assert_true(m.is_copied);
    m.copy.options.stored = NULL;
    desk_run(&m.copy);
    struct desk_reply answer = desk_query(&m.copy, QUERY_CALLS, 0);
    assert_int_equal(answer.calls, 0);
    assert_in_range(answer.time_ms, begun_ms + DAY_MS, UINT64_MAX);
    desk_free(&d);
    desk_free(&m.copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_clock_fires_by_itself),
        cmocka_unit_test(the_real_clock_is_moved_from_deadline_to_deadline),
        cmocka_unit_test(a_restart_does_not_take_the_real_clock_back),
        cmocka_unit_test(a_restart_midway_does_the_rest_of_the_way),
    };
    return cmocka_run_group_tests_name("engine: clock", tests, NULL, NULL);
}
