/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the engine promises while it runs: nothing is let out before it is durable, requests are
 * answered once and in order, time moves only as it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <pthread.h>

#include "desk.h"
#include "lossy_vfs.h"

static void a_dial_is_answered_rung_and_told(void **state)
{
    (void)state;
    struct desk d;
    lossy_begin(1);
    desk_init(&d, 2, "lossy");
    desk_run(&d);
    struct desk_reply reply = desk_do(&d, 0, OP_DIAL, "100", "101");
    assert_int_equal(reply.err, ERR_OK);
    desk_advance(&d, 0);
    assert_true(desk_ringing(&d, "100") > 0);
    assert_true(desk_ringing(&d, "101") > desk_ringing(&d, "100"));
    assert_true(d.notice_count >= 2);
    for (size_t i = 0; i < d.order_count; i++)
        assert_true(d.orders[i].is_durable);
    assert_false(d.was_early);
    assert_int_equal(desk_query(&d, QUERY_CALLS, 0).calls, 1);
    desk_free(&d);
}

static void a_reply_comes_before_the_notices_of_its_batch(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    size_t before = d.notice_count;
    struct desk_reply reply = desk_do(&d, 0, OP_DIAL, "100", "101");
    desk_advance(&d, 0);
    assert_int_equal(reply.notices_before, before);
    assert_true(d.notice_count > before);
    desk_free(&d);
}

static void a_refusal_has_its_reason_and_leaves_no_trace(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    uint64_t head = journal_head(d.journal);
    struct desk_reply reply = desk_do(&d, 0, OP_HANGUP, "no such call", "");
    assert_int_not_equal(reply.err, ERR_OK);
    assert_true(strlen(reply.reason) > 0);
    desk_advance(&d, 0);
    assert_int_equal(journal_head(d.journal), head);
    desk_free(&d);
}

static void nothing_gets_out_while_a_commit_fails(void **state)
{
    (void)state;
    struct desk d;
    lossy_begin(2);
    desk_init(&d, 2, "lossy");
    desk_run(&d);
    desk_advance(&d, 0);
    size_t orders = d.order_count, notices = d.notice_count, replies = d.reply_count;
    lossy_fail_syncs(true);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "101", 7), ERR_OK);
    assert_true(lossy_wait_failures(3));
    assert_int_equal(desk_command(&d, 0, OP_HANGUP, "100", "", 8), ERR_OVERLOAD);
    char trouble[ENGINE_TROUBLE_SIZE];
    assert_true(engine_trouble(d.engine, trouble) > 0);
    assert_non_null(strstr(trouble, "Nothing was done: the disk takes nothing"));
    struct query query = {.kind = QUERY_CALLS, .user = SLICE("u0")};
    assert_int_equal(engine_query(d.engine, &query, NULL), ERR_OVERLOAD);
    /* A signal is never refused. */
    struct signal dead = {.kind = SIGNAL_UNREGISTERED, .dn = SLICE("101")};
    d.host.signal(d.host.ctx, &dead);
    assert_int_equal(desk_replies(&d), replies);
    assert_int_equal(d.order_count, orders);
    assert_int_equal(d.notice_count, notices);
    assert_false(d.was_early);
    /* Dial gets in, for it might be an emergency call, and is refused then. */
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "101", 9), ERR_OK);
    struct desk_reply refused = desk_wait(&d, 9);
    assert_int_equal(refused.err, ERR_OVERLOAD);
    assert_string_equal(refused.reason, trouble);
    assert_int_equal(d.order_count, orders);
    d.was_early = false; /* the refusal was, and may be */
    lossy_fail_syncs(false);
    assert_int_equal(desk_wait(&d, 7).err, ERR_OK);
    desk_advance(&d, 0);
    assert_true(d.order_count > orders);
    assert_false(d.was_early);
    assert_int_equal(desk_count_orders(&d, ORDER_RING), 1); /* 101 was gone when its turn came */
    desk_free(&d);
}

static void over_the_bound_commands_are_refused_and_signals_are_not(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    d.options.queue_limit = 4;
    assert_int_equal(desk_open(&d), ERR_OK);
    for (uintptr_t tag = 1; tag <= 4; tag++)
        assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "101", tag), ERR_OK);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "101", 5), ERR_OVERLOAD);
    assert_int_equal(desk_start(&d), ERR_OK);
    for (uintptr_t tag = 1; tag <= 4; tag++)
        (void)desk_wait(&d, tag);
    desk_advance(&d, 0);
    for (size_t i = 0; i < d.reply_count; i++)
        assert_int_not_equal(d.replies[i].tag, 5);
    /* The driver's two registrations came while the queue was full. */
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_free(&d);
}

static void over_the_bound_in_bytes_commands_are_refused_and_signals_are_not(void **state)
{
    (void)state;
    struct desk d;
    char text[3000] = {0};
    memset(text, '1', sizeof text - 1);
    desk_init(&d, 2, NULL);
    d.options.queue_bytes = 10000;
    assert_int_equal(desk_open(&d), ERR_OK);
    for (uintptr_t tag = 1; tag <= 3; tag++)
        assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", text, tag), ERR_OK);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", text, 4), ERR_OVERLOAD);
    assert_int_equal(desk_start(&d), ERR_OK);
    for (uintptr_t tag = 1; tag <= 3; tag++)
        (void)desk_wait(&d, tag);
    for (uintptr_t tag = 10; tag <= 20; tag++) { /* What was taken no longer counts. */
        assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", text, tag), ERR_OK);
        (void)desk_wait(&d, tag);
    }
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_free(&d);
}

static void a_batch_ends_when_it_has_bytes_enough(void **state)
{
    (void)state;
    struct desk d;
    static char value[1 << 20];
    desk_init(&d, 2, NULL);
    assert_int_equal(desk_open(&d), ERR_OK);
    struct engine_record record = {RECORD_META, SLICE("key"), {value, sizeof value}};
    for (uintptr_t tag = 1; tag <= 12; tag++)
        assert_int_equal(engine_record(d.engine, &record, 1, desk_tag(tag)), ERR_OK);
    assert_int_equal(desk_start(&d), ERR_OK);
    (void)desk_wait(&d, 12);
    assert_in_range(d.release_count, 3, 5);
    desk_free(&d);
}

static void a_stop_tells_what_could_not_be_made_durable(void **state)
{
    (void)state;
    struct desk d;
    lossy_begin(4);
    desk_init(&d, 3, "lossy");
    desk_run(&d);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(&d, 0);
    lossy_fail_syncs(true);
    assert_int_equal(desk_command(&d, 2, OP_DIAL, "102", "101", 7), ERR_OK);
    assert_int_equal(engine_stop(d.engine), ERR_IO);
    assert_int_equal(engine_stop(d.engine), ERR_IO);
    lossy_fail_syncs(false);
    desk_free(&d);
}

static void users_numbers_are_known_before_the_start(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 3, NULL);
    desk_run(&d);
    desk_do(&d, 0, OP_DIAL, "100", "101");
    uint64_t seq = desk_query(&d, QUERY_CALLS, 0).seq;
    desk_close(&d);
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_true(seq > 0);
    assert_int_equal(engine_user_seq(d.engine, SLICE("u0")), seq);
    assert_int_equal(engine_user_seq(d.engine, SLICE("nobody")), 0);
    desk_free(&d);
}

static void deadlines_fire_one_by_one_at_their_own_time(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 1000);
    assert_int_equal(engine_now_ms(d.engine), DESK_START_MS + 1000);
    desk_do(&d, 0, OP_DIAL, "100", "101");
    desk_advance(&d, 29999);
    assert_int_equal(desk_query(&d, QUERY_CALLS, 0).calls, 1);
    assert_int_equal(d.notices[d.notice_count - 1].time_ms, DESK_START_MS + 1000);
    desk_advance(&d, UINT64_C(3) * 24 * 3600 * 1000);
    /* Not answered after 30 s, the caller hears the tone for 3 s, the call is kept for 60 s. */
    const struct desk_notice *last = &d.notices[d.notice_count - 1];
    assert_int_equal(last->state, PARTY_RELEASED);
    assert_int_equal(last->time_ms, DESK_START_MS + 1000 + 30000 + 3000);
    struct desk_reply answer = desk_query(&d, QUERY_CALLS, 0);
    assert_int_equal(answer.calls, 0);
    assert_int_equal(answer.time_ms, DESK_START_MS + 1000 + 29999 + UINT64_C(3) * 24 * 3600 * 1000);
    desk_free(&d);
}

static void advances_queue_up(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    for (uintptr_t tag = 1; tag <= 5; tag++)
        assert_int_equal(engine_advance(d.engine, 10 * tag, desk_tag(tag)), ERR_OK);
    for (uintptr_t tag = 5; tag >= 1; tag--)
        (void)desk_wait(&d, tag);
    assert_int_equal(engine_now_ms(d.engine), DESK_START_MS + 150);
    desk_free(&d);
}

static void records_are_durable_before_their_reply(void **state)
{
    (void)state;
    struct desk d;
    struct buf value = {0};
    lossy_begin(3);
    desk_init(&d, 1, "lossy");
    desk_run(&d);
    struct engine_record records[] = {{RECORD_BAYEUX, SLICE("k1"), SLICE("v1")},
                                      {RECORD_WEB_SESSION, SLICE("k2"), SLICE("")},
                                      {RECORD_BAYEUX, SLICE("k3"), SLICE_NONE}};
    assert_int_equal(engine_record(d.engine, records, 3, desk_tag(9)), ERR_OK);
    assert_int_equal(desk_wait(&d, 9).err, ERR_OK);
    assert_false(d.was_early);
    records[0].key = SLICE_NONE;
    assert_int_equal(engine_record(d.engine, records, 1, NULL), ERR_INVALID);
    desk_close(&d);
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_int_equal(journal_get(d.journal, RECORD_BAYEUX, SLICE("k1"), &value), ERR_OK);
    assert_true(slice_is(buf_view(&value), "v1"));
    buf_reset(&value);
    assert_int_equal(journal_get(d.journal, RECORD_WEB_SESSION, SLICE("k2"), &value), ERR_OK);
    assert_int_equal(value.len, 0);
    buf_free(&value);
    desk_free(&d);
}

static void a_drivers_records_come_back_at_its_start(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 1, NULL);
    desk_run(&d);
    d.host.record(d.host.ctx, SLICE("b"), SLICE("2"), 22);
    d.host.record(d.host.ctx, SLICE("a"), SLICE("1"), 11);
    d.host.record(d.host.ctx, SLICE("c"), SLICE("3"), 33);
    d.host.record(d.host.ctx, SLICE("b"), SLICE_NONE, 44);
    desk_advance(&d, 0);
    assert_int_equal(d.recorded_count, 4);
    assert_int_equal(d.recorded[0], 22);
    assert_int_equal(d.recorded[3], 44);
    desk_close(&d);
    desk_forget(&d);
    desk_run(&d);
    assert_string_equal(d.line_records, "a=1 c=3 ");
    desk_free(&d);
}

static void a_start_that_fails_says_so(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    d.line_result = ERR_IO;
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_int_equal(desk_start(&d), ERR_IO);
    desk_close(&d);
    d.line_result = ERR_OK;
    d.items[2].owner = SLICE("nobody");
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_int_not_equal(desk_start(&d), ERR_OK);
    assert_int_equal(desk_command(&d, 0, OP_DIAL, "100", "101", 1), ERR_OVERLOAD);
    desk_free(&d);
}

/* What was configured before is there, and what is new can't be stored. */
static void a_start_gives_up_when_the_disk_takes_nothing(void **state)
{
    (void)state;
    struct desk d;
    char text[ENGINE_TROUBLE_SIZE];
    lossy_begin(5);
    desk_init(&d, 3, "lossy");
    desk_run(&d);
    desk_close(&d);
    d.items[0].limits.tone_ms = 50;
    assert_int_equal(desk_open(&d), ERR_OK);
    lossy_fail_syncs(true);
    assert_int_equal(desk_start(&d), ERR_IO);
    assert_true(engine_trouble(d.engine, text) > 0);
    lossy_fail_syncs(false);
    desk_free(&d);
}

struct caller {
    struct desk *desk;
    unsigned user;
    unsigned count;
    unsigned refused_at_the_door;
};

static void *come_and_go(void *arg)
{
    struct caller *c = arg;
    for (unsigned i = 0; i < c->count; i++) {
        enum op op = i % 2 ? OP_END_CONTACT_CENTER_SESSION : OP_START_CONTACT_CENTER_SESSION;
        if (desk_command(c->desk, c->user, op, "", "", c->user * 100000 + i + 1) != ERR_OK)
            c->refused_at_the_door++;
    }
    return NULL;
}

static void many_threads_get_one_reply_each(void **state)
{
    (void)state;
    enum { THREADS = 4, COMMANDS = 500 };
    struct desk d;
    struct caller callers[THREADS];
    pthread_t threads[THREADS];
    static unsigned char seen[THREADS][COMMANDS];
    uint64_t seq[DESK_MAX] = {0};
    desk_init(&d, 8, NULL);
    d.options.clock = ENGINE_CLOCK_REAL;
    d.options.snapshot_batches = 3;
    desk_run(&d);
    memset(seen, 0, sizeof seen);
    for (unsigned i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){&d, i, COMMANDS, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &callers[i]), 0);
    }
    unsigned refused = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        refused += callers[i].refused_at_the_door;
    }
    desk_close(&d);
    assert_int_equal(d.reply_count + refused, THREADS * COMMANDS);
    for (size_t i = 0; i < d.reply_count; i++)
        assert_int_equal(seen[d.replies[i].tag / 100000][d.replies[i].tag % 100000 - 1]++, 0);
    for (size_t i = 0; i < d.notice_count; i++)
        assert_int_equal(d.notices[i].seq, ++seq[d.notices[i].user[1] - '0']);
    size_t notices = d.notice_count;
    assert_true(notices >= d.reply_count);
    desk_forget(&d);
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_true(d.notice_count > 0 && d.notice_count <= notices);
    desk_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dial_is_answered_rung_and_told),
        cmocka_unit_test(a_reply_comes_before_the_notices_of_its_batch),
        cmocka_unit_test(a_refusal_has_its_reason_and_leaves_no_trace),
        cmocka_unit_test(nothing_gets_out_while_a_commit_fails),
        cmocka_unit_test(over_the_bound_commands_are_refused_and_signals_are_not),
        cmocka_unit_test(over_the_bound_in_bytes_commands_are_refused_and_signals_are_not),
        cmocka_unit_test(a_batch_ends_when_it_has_bytes_enough),
        cmocka_unit_test(a_stop_tells_what_could_not_be_made_durable),
        cmocka_unit_test(users_numbers_are_known_before_the_start),
        cmocka_unit_test(deadlines_fire_one_by_one_at_their_own_time),
        cmocka_unit_test(advances_queue_up),
        cmocka_unit_test(records_are_durable_before_their_reply),
        cmocka_unit_test(a_drivers_records_come_back_at_its_start),
        cmocka_unit_test(a_start_that_fails_says_so),
        cmocka_unit_test(a_start_gives_up_when_the_disk_takes_nothing),
        cmocka_unit_test(many_threads_get_one_reply_each),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
