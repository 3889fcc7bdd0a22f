/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is remembered of calls: when it is told, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

static struct world w;
static struct arena arena;
static char id[33];
static uint64_t caller;
static uint64_t callee;

/* u0, whose device may record, calls u1, who answers after two seconds. */
static int begin(void **state)
{
    (void)state;
    world_init(&w, 3);
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = SLICE("100"),
                                     .owner = SLICE("u0"),
                                     .calls = 1,
                                     .may_record = true,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    caller = world_order(&w, ORDER_RING)->leg;
    world_call_id(&w, "u0", id);
    world_signal(&w, SIGNAL_ANSWERED, caller, CAUSE_NONE);
    callee = world_order(&w, ORDER_RING)->leg;
    world_wait(&w, 2000);
    world_signal(&w, SIGNAL_ANSWERED, callee, CAUSE_NONE);
    assert_int_equal(w.fx.history_count, 0);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    arena_free(&arena);
    return 0;
}

/* The one item among the last effects. */
static const struct history *the_item(enum history_kind kind)
{
    assert_int_equal(w.fx.history_count, 1);
    assert_int_equal(w.fx.histories[0].kind, kind);
    return &w.fx.histories[0];
}

static struct history_call call_of(const struct history *item)
{
    struct history_call call = {0};
    assert_int_equal(history_call_read(item->bytes, &arena, &call), ERR_OK);
    return call;
}

static size_t parties_of(const struct history *item, struct history_party out[8])
{
    struct dec d = dec_of(item->parties);
    size_t count = 0;
    while (history_party_read(&d, &out[count]))
        count++;
    assert_true(dec_is_done(&d));
    return count;
}

static void a_call_is_remembered_once_when_it_is_over(void **state)
{
    (void)state;
    struct history_party parties[8];
    const struct pair pair = {SLICE("k"), SLICE("[1]")};
    world_data(&w, "u1", OP_ATTACH_USER_DATA, id, &pair, 1);
    world_wait(&w, 3000);
    assert_int_equal(world_command(&w, "u1", OP_HANGUP, id, ""), ERR_OK);
    const struct history *item = the_item(HISTORY_CALL);
    assert_int_equal(item->call, 1);
    assert_true(item->is_over);
    assert_false(item->is_recorded);
    assert_int_equal(item->user_count, 2);
    assert_true(slice_is(item->users[0].name, "u0"));
    assert_false(item->users[0].may_listen);
    struct history_call call = call_of(item);
    assert_int_equal(call.begun_ms, WORLD_START_MS);
    assert_int_equal(call.ended_ms, WORLD_START_MS + 5000);
    assert_true(slice_is(call.id, id));
    assert_true(slice_is(call.dnis, "101"));
    assert_int_equal(call.pair_count, 1);
    assert_true(slice_is(call.pairs[0].value, "[1]"));
    assert_int_equal(call.span_count, 0);
    assert_int_equal(parties_of(item, parties), 2);
    assert_true(slice_is(parties[1].user_name, "u1"));
    assert_int_equal(parties[1].answered_ms, WORLD_START_MS + 2000);
    assert_int_equal(parties[1].cause, CAUSE_HANGUP);
    assert_int_equal(parties[1].inviter, 0);
    /* What a telephone says afterwards changes nothing but what it says of the sound. */
    world_signal(&w, SIGNAL_GONE, callee, CAUSE_HANGUP);
    assert_int_equal(w.fx.history_count, 0);
}

static void who_nobody_answers_is_remembered_too(void **state)
{
    (void)state;
    struct history_party parties[8];
    world_command(&w, "u0", OP_HANGUP, id, "");
    world_signal(&w, SIGNAL_GONE, callee, CAUSE_HANGUP);
    world_signal(&w, SIGNAL_GONE, caller, CAUSE_HANGUP);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "999"), ERR_OK);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    const struct history *item = the_item(HISTORY_CALL); /* who can't be had */
    assert_false(item->is_over);
    assert_int_equal(call_of(item).ended_ms, 0);
    assert_int_equal(parties_of(item, parties), 1);
    assert_int_equal(parties[0].cause, CAUSE_UNREACHABLE);
    assert_int_equal(parties[0].answered_ms, 0);
    assert_int_equal(item->party, 1);
    world_wait(&w, 10000); /* and then who heard the busy tone */
    item = the_item(HISTORY_CALL);
    assert_true(item->is_over);
    assert_int_equal(parties_of(item, parties), 1);
    assert_true(slice_is(parties[0].user_name, "u0"));
    assert_int_equal(item->call, 2);
}

static void who_leaves_a_conference_has_it_at_once(void **state)
{
    (void)state;
    struct history_party parties[8];
    world_command(&w, "u0", OP_SINGLE_STEP_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u1", OP_HANGUP, id, "");
    const struct history *item = the_item(HISTORY_CALL);
    assert_false(item->is_over);
    assert_int_equal(parties_of(item, parties), 1);
    assert_true(slice_is(parties[0].user_name, "u1"));
    world_command(&w, "u0", OP_HANGUP, id, "");
    item = the_item(HISTORY_CALL);
    assert_true(item->is_over);
    assert_int_equal(parties_of(item, parties), 2);
    assert_int_equal(item->party, 0);
}

static void a_recording_has_the_times_when_it_ran(void **state)
{
    (void)state;
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_PAUSE_CALL_RECORDING, id, "");
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_RESUME_CALL_RECORDING, id, "");
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_HANGUP, id, "");
    const struct history *item = the_item(HISTORY_CALL);
    assert_true(item->is_recorded);
    assert_true(slice_is(item->call_id, id));
    assert_true(item->users[0].may_listen && item->users[1].may_listen);
    struct history_call call = call_of(item);
    assert_int_equal(call.span_count, 2);
    for (uint64_t i = 0; i < 2; i++) {
        assert_int_equal(call.spans[i].from_ms, WORLD_START_MS + 3000 + i * 2000);
        assert_int_equal(call.spans[i].to_ms, WORLD_START_MS + 4000 + i * 2000);
    }
}

static void who_left_before_it_may_not_listen(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_SINGLE_STEP_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u1", OP_HANGUP, id, "");
    assert_false(the_item(HISTORY_CALL)->users[0].may_listen);
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_true(the_item(HISTORY_CALL)->users[0].may_listen);
}

static void who_came_after_it_may_not_listen(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_STOP_CALL_RECORDING, id, "");
    world_wait(&w, 1000);
    world_command(&w, "u0", OP_SINGLE_STEP_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_wait(&w, 1000);
    world_command(&w, "u2", OP_HANGUP, id, "");
    assert_false(the_item(HISTORY_CALL)->users[0].may_listen);
    world_command(&w, "u1", OP_HANGUP, id, "");
    const struct history *item = the_item(HISTORY_CALL);
    assert_true(item->users[0].may_listen && item->users[1].may_listen);
}

/* A recording that is switched on and off all day stays bounded. */
static void its_times_are_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < 150; i++) {
        world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
        world_wait(&w, 10);
        world_command(&w, "u0", OP_STOP_CALL_RECORDING, id, "");
        core_check(w.core);
    }
    world_command(&w, "u0", OP_HANGUP, id, "");
    struct history_call call = call_of(the_item(HISTORY_CALL));
    assert_int_equal(call.span_count, HISTORY_SPANS_MAX);
    assert_int_equal(call.spans[HISTORY_SPANS_MAX - 1].to_ms, w.now_ms);
}

static enum err gone_with_quality(uint64_t leg)
{
    struct input input = {
        .kind = INPUT_SIGNAL,
        .signal = {.kind = SIGNAL_GONE,
                   .leg = leg,
                   .cause = CAUSE_HANGUP,
                   .quality = {.packets = 500, .lost = 5, .jitter_us = 1200, .score = 410}}};
    return world_apply(&w, &input);
}

static void the_sound_of_each_telephone_comes_when_it_is_known(void **state)
{
    (void)state;
    struct quality quality;
    assert_int_equal(gone_with_quality(callee), ERR_OK); /* it hung up: both in one */
    assert_int_equal(w.fx.history_count, 2);
    const struct history *item = &w.fx.histories[0];
    assert_int_equal(item->kind, HISTORY_QUALITY);
    assert_int_equal(item->call, 1);
    assert_int_equal(item->party, 1);
    assert_int_equal(history_quality_read(item->bytes, &quality), ERR_OK);
    assert_int_equal(quality.packets, 500);
    assert_int_equal(quality.score, 410);
    world_wait(&w, 70000); /* the call is forgotten, the other's leg was never ended */
    assert_int_equal(gone_with_quality(caller), ERR_OK);
    item = the_item(HISTORY_QUALITY);
    assert_int_equal(item->call, 1);
    assert_int_equal(item->party, 0);
}

static enum err dispose(const char *text)
{
    const struct pair more = {SLICE("note"), SLICE("1")};
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_SET_CALL_DISPOSITION,
                                      .at = OP_ON_CALL,
                                      .user = SLICE("u0"),
                                      .target = slice_of(id),
                                      .text = slice_of(text),
                                      .pairs = &more,
                                      .pair_count = 1}};
    return world_apply(&w, &input);
}

static void a_disposition_is_remembered_whenever_it_comes(void **state)
{
    (void)state;
    struct history_disposition said;
    assert_int_equal(dispose("first"), ERR_OK);
    assert_int_equal(the_item(HISTORY_DISPOSITION)->call, 1);
    world_command(&w, "u0", OP_HANGUP, id, "");
    world_wait(&w, 70000);
    assert_int_equal(dispose("second"), ERR_OK);
    const struct history *item = the_item(HISTORY_DISPOSITION);
    assert_int_equal(item->call, 1);
    assert_int_equal(history_disposition_read(item->bytes, &arena, &said), ERR_OK);
    assert_int_equal(said.set_ms, w.now_ms);
    assert_true(slice_is(said.user_name, "u0"));
    assert_int_equal(said.pair_count, 2);
    assert_true(slice_is(said.pairs[0].key, "DispositionCode"));
    assert_true(slice_is(said.pairs[0].value, "\"second\""));
    world_wait(&w, UINT64_C(86400000));
    assert_int_equal(dispose("too late"), ERR_NOT_FOUND);
    assert_int_equal(w.fx.history_count, 0);
}

static void what_is_no_such_bytes_is_refused(void **state)
{
    (void)state;
    world_command(&w, "u1", OP_HANGUP, id, "");
    const struct history *item = the_item(HISTORY_CALL);
    struct history_call call;
    struct history_party party;
    for (size_t len = 0; len < item->bytes.len; len++)
        assert_int_equal(history_call_read((struct slice){item->bytes.ptr, len}, &arena, &call),
                         ERR_CORRUPT);
    struct dec d = dec_of((struct slice){item->parties.ptr, item->parties.len - 1});
    assert_true(history_party_read(&d, &party));
    assert_false(history_party_read(&d, &party));
    assert_true(d.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_is_remembered_once_when_it_is_over, begin, finish),
        cmocka_unit_test_setup_teardown(who_nobody_answers_is_remembered_too, begin, finish),
        cmocka_unit_test_setup_teardown(who_leaves_a_conference_has_it_at_once, begin, finish),
        cmocka_unit_test_setup_teardown(a_recording_has_the_times_when_it_ran, begin, finish),
        cmocka_unit_test_setup_teardown(who_left_before_it_may_not_listen, begin, finish),
        cmocka_unit_test_setup_teardown(who_came_after_it_may_not_listen, begin, finish),
        cmocka_unit_test_setup_teardown(its_times_are_bounded, begin, finish),
        cmocka_unit_test_setup_teardown(the_sound_of_each_telephone_comes_when_it_is_known, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(a_disposition_is_remembered_whenever_it_comes, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(what_is_no_such_bytes_is_refused, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
