/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Emergency calls while the disk takes nothing: their orders are given, nothing else is; when it
 * takes something again all of it is journalled, each order was given once, and a replay tells the
 * same story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk.h"
#include "lossy_vfs.h"

#define CALLERS_LEG (LEG_OF_DRIVER | 1)
#define OTHERS_LEG  (LEG_OF_DRIVER | 2)
#define STALLER     7 /* tag of the command that meets the bad disk */

static void make(struct desk *d, uint64_t seed)
{
    static const struct slice numbers[] = {SLICE("112")};
    lossy_begin(seed);
    desk_init(d, 3, "lossy");
    desk_add(d, (struct config_item){
                    .kind = CONFIG_SITE, .members = numbers, .member_count = 1, .callback_ms = 0});
    desk_add(d, (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("out"), .calls = 1});
    desk_run(d);
    desk_advance(d, 0);
}

static void incoming(struct desk *d, uint64_t leg, const char *dn, const char *number)
{
    struct signal signal = {.kind = SIGNAL_INCOMING,
                            .leg = leg,
                            .dn = slice_of(dn),
                            .number = slice_of(number),
                            .keep = SLICE("began")};
    d->host.signal(d->host.ctx, &signal);
}

static void say(struct desk *d, enum signal_kind kind, uint64_t leg)
{
    struct signal signal = {.kind = kind, .leg = leg, .cause = CAUSE_HANGUP};
    if (kind == SIGNAL_ANSWERED)
        signal.keep = SLICE("kept");
    d->host.signal(d->host.ctx, &signal);
}

/* Something fails, and is tried again and again. */
static void break_disk(struct desk *d)
{
    lossy_fail_syncs(true);
    assert_int_equal(desk_command(d, 2, OP_START_CONTACT_CENTER_SESSION, "", "", STALLER), ERR_OK);
    assert_true(lossy_wait_failures(2));
}

/* Everything was tried once more at least. */
static void mend_disk(struct desk *d)
{
    lossy_fail_syncs(false);
    assert_int_equal(desk_wait(d, STALLER).err, ERR_OK);
    desk_advance(d, 0);
}

/* A start on the directory as it is, which checks the digest of each batch and of the state. */
static void replay(struct desk *d)
{
    desk_close(d);
    desk_forget(d);
    desk_run(d);
}

static void it_is_placed_answered_and_hung_up(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 11);
    break_disk(&d);
    incoming(&d, CALLERS_LEG, "100", "112");
    desk_wait_orders(&d, ORDER_RING, 1);
    desk_wait_orders(&d, ORDER_KEPT, 1);
    uint64_t leg = desk_ringing(&d, "112");
    assert_false(d.orders[d.order_count - 1].is_durable);
    say(&d, SIGNAL_ANSWERED, leg);
    desk_wait_orders(&d, ORDER_ANSWER, 1); /* which its telephone obeys, and keeps */
    desk_wait_orders(&d, ORDER_KEPT, 3);
    assert_true(desk_count_orders(&d, ORDER_MIX) > 0);
    say(&d, SIGNAL_TRANSFER, CALLERS_LEG); /* to no number at all */
    desk_wait_orders(&d, ORDER_TRANSFER, 1);
    say(&d, SIGNAL_GONE, leg);
    desk_wait_orders(&d, ORDER_DROP, 1);
    assert_int_equal(d.notice_count, 0);
    assert_int_equal(desk_replies(&d), 1); /* of the advance that began */

    mend_disk(&d);
    assert_int_equal(desk_count_orders(&d, ORDER_RING), 1);
    assert_int_equal(desk_count_orders(&d, ORDER_ANSWER), 1);
    assert_int_equal(desk_count_orders(&d, ORDER_KEPT), 3);
    assert_int_equal(desk_count_orders(&d, ORDER_DROP), 1);
    assert_int_equal(d.notices[d.notice_count - 1].state, PARTY_RELEASED);
    replay(&d);
    assert_int_equal(d.leg_count, 0);
    desk_free(&d);
}

static void what_others_do_waits(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 12);
    break_disk(&d);
    incoming(&d, OTHERS_LEG, "101", "102");
    incoming(&d, CALLERS_LEG, "100", "112");
    desk_wait_orders(&d, ORDER_RING, 1);
    assert_int_equal(desk_ringing(&d, "102"), 0);
    say(&d, SIGNAL_ANSWERED, desk_ringing(&d, "112"));
    desk_wait_orders(&d, ORDER_ANSWER, 1);

    mend_disk(&d);
    assert_int_not_equal(desk_ringing(&d, "102"), 0);
    assert_int_equal(desk_count_orders(&d, ORDER_RING), 2);
    replay(&d);
    assert_int_equal(d.leg_count, 4);
    desk_free(&d);
}

static void it_goes_on_where_it_began_before(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 13);
    incoming(&d, CALLERS_LEG, "100", "112");
    desk_wait_orders(&d, ORDER_RING, 1);
    desk_advance(&d, 0);
    break_disk(&d);
    say(&d, SIGNAL_ANSWERED, desk_ringing(&d, "112"));
    desk_wait_orders(&d, ORDER_ANSWER, 1);
    mend_disk(&d);
    assert_int_equal(desk_count_orders(&d, ORDER_RING), 1);
    assert_int_equal(desk_count_orders(&d, ORDER_ANSWER), 1);
    replay(&d);
    assert_int_equal(d.leg_count, 2);
    assert_int_equal(d.legs[0].phase, LEG_UP);
    assert_int_equal(d.legs[1].phase, LEG_UP);
    desk_free(&d);
}

static void by_dial_it_is_placed_and_answered_when_it_is_durable(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 14);
    break_disk(&d);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "112", 8), ERR_OK);
    assert_int_equal(desk_command(&d, 1, OP_DIAL, "101", "102", 9), ERR_OK);
    assert_int_equal(desk_wait(&d, 9).err, ERR_OVERLOAD);
    desk_wait_orders(&d, ORDER_RING, 2); /* its own telephone obeys */
    assert_int_not_equal(desk_ringing(&d, "112"), 0);
    assert_int_equal(desk_replies(&d), 2);
    mend_disk(&d);
    assert_int_equal(desk_wait(&d, 8).err, ERR_OK);
    assert_int_equal(desk_count_orders(&d, ORDER_RING), 2);
    replay(&d);
    desk_free(&d);
}

/* Nobody dials from a telephone that is not his, and who tries is told so at once. */
static void what_is_wrong_with_dial_is_said_at_once(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 17);
    break_disk(&d);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "101", "112", 8), ERR_OK);
    enum err err = desk_wait(&d, 8).err;
    assert_int_not_equal(err, ERR_OK);
    assert_int_not_equal(err, ERR_OVERLOAD);
    mend_disk(&d);
    replay(&d);
    desk_free(&d);
}

/* Of which the core did not know yet when Dial came. */
static void by_dial_after_hanging_up(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 19);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(&d, 0);
    uint64_t leg = desk_ringing(&d, "100");
    break_disk(&d);
    say(&d, SIGNAL_GONE, leg);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "112", 8), ERR_OK);
    desk_wait_orders(&d, ORDER_RING, 4);
    assert_int_not_equal(desk_ringing(&d, "100"), leg);
    mend_disk(&d);
    assert_int_equal(desk_wait(&d, 8).err, ERR_OK);
    replay(&d);
    assert_int_equal(d.leg_count, 2);
    desk_free(&d);
}

/* It is not known afterwards, or it is: what was written and not synced may be found. */
static void a_crash_meanwhile_harms_nothing_else(void **state)
{
    (void)state;
    struct desk d;
    struct desk after;
    make(&d, 15);
    break_disk(&d);
    incoming(&d, CALLERS_LEG, "100", "112");
    desk_wait_orders(&d, ORDER_RING, 1);
    desk_crash(&d, &after);
    desk_run(&after);
    assert_in_range(after.leg_count, 0, 2);
    desk_free(&after);
    mend_disk(&d);
    desk_free(&d);
}

/* Of registrations that are refreshed while nothing can be written, the newest of each waits. */
static void what_waits_is_bounded(void **state)
{
    (void)state;
    struct desk d;
    make(&d, 16);
    break_disk(&d);
    for (uint64_t i = 1; i <= 20000; i++) {
        char value[24];
        snprintf(value, sizeof value, "%u", (unsigned)i);
        d.host.record(d.host.ctx, i % 2 ? SLICE("odd") : SLICE("even"), slice_of(value), i);
    }
    incoming(&d, CALLERS_LEG, "100", "112"); /* it comes behind them */
    desk_wait_orders(&d, ORDER_RING, 1);
    incoming(&d, OTHERS_LEG, "101", "102");
    mend_disk(&d);
    assert_in_range(d.records_told, 2, 10000);
    assert_int_equal(d.last_told, 20000);
    assert_int_not_equal(desk_ringing(&d, "102"), 0);
    replay(&d);
    assert_string_equal(d.line_records, "even=20000 odd=19999 ");
    desk_free(&d);
}

/* Who answers while nothing can be written is in time: the deadline that passed
 * meanwhile comes behind what the telephone did. */
static void who_answered_meanwhile_is_in_time(void **state)
{
    (void)state;
    struct desk d;
    lossy_begin(18);
    desk_init(&d, 3, "lossy");
    d.options.clock = ENGINE_CLOCK_REAL;
    d.items[0].limits.no_answer_ms = 500;
    d.is_deaf = true;
    desk_run(&d);
    incoming(&d, CALLERS_LEG, "100", "101");
    desk_wait_orders(&d, ORDER_RING, 1);
    uint64_t answer_until_ms = engine_now_ms(d.engine) + 500;
    break_disk(&d);
    say(&d, SIGNAL_ANSWERED, desk_ringing(&d, "101"));
    for (unsigned count = 3; engine_now_ms(d.engine) <= answer_until_ms; count++)
        assert_true(lossy_wait_failures(count));
    lossy_fail_syncs(false);
    assert_int_equal(desk_wait(&d, STALLER).err, ERR_OK);
    assert_int_equal(desk_query(&d, QUERY_CALLS, 1).calls, 1);
    assert_int_equal(d.notices[d.notice_count - 1].state, PARTY_ESTABLISHED);
    replay(&d);
    assert_int_equal(d.leg_count, 2);
    desk_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_placed_answered_and_hung_up),
        cmocka_unit_test(what_others_do_waits),
        cmocka_unit_test(it_goes_on_where_it_began_before),
        cmocka_unit_test(by_dial_it_is_placed_and_answered_when_it_is_durable),
        cmocka_unit_test(by_dial_after_hanging_up),
        cmocka_unit_test(what_is_wrong_with_dial_is_said_at_once),
        cmocka_unit_test(who_answered_meanwhile_is_in_time),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(a_crash_meanwhile_harms_nothing_else),
    };
    return cmocka_run_group_tests_name("emergency", tests, NULL, NULL);
}
