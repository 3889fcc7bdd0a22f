/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Recording: what its operations offer, order and tell, from both sides of a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define BIT(op) (UINT64_C(1) << (op))
#define RECORDING                                                                                  \
    (BIT(OP_START_CALL_RECORDING) | BIT(OP_PAUSE_CALL_RECORDING) | BIT(OP_RESUME_CALL_RECORDING) | \
     BIT(OP_STOP_CALL_RECORDING))

static struct world w;
static char id[33];
static uint64_t caller;
static uint64_t callee;

/* u0 talks to u1; only u0's device may record. */
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
    world_signal(&w, SIGNAL_ANSWERED, callee, CAUSE_NONE);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    return 0;
}

static const char *value_of(const struct notice *n, const char *key)
{
    static char text[128];
    const struct user_data *data = n->call.data;
    for (uint32_t i = 0; data && i < data->count; i++)
        if (slice_is(data->pairs[i].key, key)) {
            snprintf(text, sizeof text, "%.*s", (int)data->pairs[i].value.len,
                     data->pairs[i].value.ptr);
            return text;
        }
    return "none";
}

/* Both are told of it, and the telephones' driver too; u0 is then offered exactly that. */
static void assert_told(enum recording recording, const char *data, uint64_t offered)
{
    assert_int_equal(w.fx.notice_count, 2);
    for (int i = 0; i < 2; i++) {
        const struct notice *n = world_notice(&w, i ? "u1" : "u0");
        assert_int_equal(n->kind, NOTICE_RECORDING_STATE_CHANGE);
        assert_false(n->has_extensions);
        assert_int_equal(n->call.state, PARTY_ESTABLISHED);
        assert_int_equal(n->call.call->recording, recording);
        assert_int_equal(n->call.capabilities & RECORDING, i ? 0 : offered);
        assert_string_equal(value_of(n, "GSIP_RECORD"), data);
    }
    const struct order *mix = world_order(&w, ORDER_MIX);
    assert_int_equal(mix->recording, recording);
    assert_true(slice_is(mix->call_id, id));
    assert_int_equal(mix->leg_count, 2);
}

static void assert_refused(const char *user, uint64_t ops)
{
    for (int op = OP_START_CALL_RECORDING; op <= OP_STOP_CALL_RECORDING; op++)
        if (ops & BIT(op))
            assert_int_equal(world_command(&w, user, (enum op)op, id, ""), ERR_STATE);
}

static void every_step_is_told_to_both(void **state)
{
    (void)state;
    char file[64];
    snprintf(file, sizeof file, "\"%s.wav\"", id);
    assert_refused("u0", RECORDING & ~BIT(OP_START_CALL_RECORDING));
    assert_int_equal(world_command(&w, "u0", OP_START_CALL_RECORDING, id, ""), ERR_OK);
    uint64_t running = BIT(OP_PAUSE_CALL_RECORDING) | BIT(OP_STOP_CALL_RECORDING);
    assert_told(RECORDING_ON, "\"ON\"", running);
    assert_string_equal(value_of(world_notice(&w, "u1"), "GSIP_REC_FN"), file);
    assert_refused("u0", RECORDING & ~running);
    assert_int_equal(world_command(&w, "u0", OP_PAUSE_CALL_RECORDING, id, ""), ERR_OK);
    uint64_t paused = BIT(OP_RESUME_CALL_RECORDING) | BIT(OP_STOP_CALL_RECORDING);
    assert_told(RECORDING_PAUSED, "\"PAUSED\"", paused);
    assert_refused("u0", RECORDING & ~paused);
    assert_int_equal(world_command(&w, "u0", OP_RESUME_CALL_RECORDING, id, ""), ERR_OK);
    assert_told(RECORDING_ON, "\"ON\"", running);
    assert_int_equal(world_command(&w, "u0", OP_STOP_CALL_RECORDING, id, ""), ERR_OK);
    assert_told(RECORDING_STOPPED, "\"OFF\"", BIT(OP_START_CALL_RECORDING));
    assert_string_equal(value_of(world_notice(&w, "u0"), "GSIP_REC_FN"), file);
    assert_int_equal(world_command(&w, "u0", OP_START_CALL_RECORDING, id, ""), ERR_OK);
    assert_told(RECORDING_ON, "\"ON\"", running);
}

static void who_may_not_record_is_refused(void **state)
{
    (void)state;
    assert_refused("u1", RECORDING);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    assert_refused("u1", RECORDING);
}

static void who_holds_is_not_offered_it(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_command(&w, "u0", OP_HOLD, id, "");
    assert_int_equal(world_notice(&w, "u0")->call.capabilities & RECORDING, 0);
    assert_int_equal(world_notice(&w, "u0")->call.call->recording, RECORDING_ON);
    assert_refused("u0", RECORDING);
    world_command(&w, "u0", OP_RETRIEVE, id, "");
    assert_int_equal(world_order(&w, ORDER_MIX)->recording, RECORDING_ON);
}

static void the_one_who_records_is_on_the_left(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_MUTE_CALL, id, "");
    assert_int_equal(world_order(&w, ORDER_MIX)->left_leg, 0);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    assert_int_equal(world_order(&w, ORDER_MIX)->left_leg, caller);
    world_command(&w, "u0", OP_HOLD, id, "");
    assert_int_equal(world_order(&w, ORDER_MIX)->left_leg, caller);
    world_command(&w, "u0", OP_INITIATE_TRANSFER, id, "102"); /* its telephone is elsewhere */
    const struct order *consult = world_order(&w, ORDER_MIX);
    assert_int_equal(consult->left_leg, 0);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u0", OP_COMPLETE_TRANSFER, id, "");
    uint64_t left = 0;
    for (size_t i = 0; i < w.fx.order_count; i++)
        if (w.fx.orders[i].kind == ORDER_MIX && slice_is(w.fx.orders[i].call_id, id))
            left = w.fx.orders[i].left_leg;
    assert_int_equal(left, callee); /* who is left of ours */
}

static void it_ends_with_the_call(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    assert_int_equal(world_command(&w, "u1", OP_HANGUP, id, ""), ERR_OK);
    const struct order *mix = world_order(&w, ORDER_MIX);
    assert_int_equal(mix->recording, RECORDING_STOPPED);
    assert_int_equal(mix->leg_count, 0);
    assert_int_equal(world_notice(&w, "u0")->call.call->recording, RECORDING_STOPPED);
    assert_int_equal(world_notice(&w, "u0")->call.state, PARTY_RELEASED);
    assert_int_equal(w.fx.notice_count, 2);
}

static void a_failure_stops_it_and_is_told(void **state)
{
    (void)state;
    assert_int_equal(world_signal(&w, SIGNAL_RECORDING_FAILED, callee, CAUSE_NONE), ERR_STATE);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    assert_int_equal(world_signal(&w, SIGNAL_RECORDING_FAILED, callee, CAUSE_NONE), ERR_OK);
    assert_int_equal(w.fx.notice_count, 3);
    assert_int_equal(w.fx.notices[0]->kind, NOTICE_RECORDING_STATE_CHANGE);
    assert_int_equal(w.fx.notices[0]->call.call->recording, RECORDING_STOPPED);
    assert_int_equal(w.fx.notices[1]->kind, NOTICE_RECORDING_STATE_CHANGE);
    assert_int_equal(w.fx.notices[2]->kind, NOTICE_CALL_ERROR);
    assert_true(slice_is(w.fx.notices[2]->user->name, "u0"));
    assert_string_equal(w.fx.notices[2]->error_text, "the recording failed");
    assert_int_equal(world_order(&w, ORDER_MIX)->recording, RECORDING_STOPPED);
    assert_int_equal(world_signal(&w, SIGNAL_RECORDING_FAILED, callee, CAUSE_NONE), ERR_STATE);
}

static void it_needs_no_room_in_the_user_data(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_LIMITS,
                                     .limits = {.pick_up_ms = 20000,
                                                .no_answer_ms = 30000,
                                                .keep_ms = 60000,
                                                .key_bytes = 255,
                                                .value_bytes = 16384,
                                                .call_bytes = 65536,
                                                .pairs = 1}}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(world_command(&w, "u0", OP_PAUSE_CALL_RECORDING, id, ""), ERR_OK);
    const struct notice *n = world_notice(&w, "u1");
    assert_int_equal(n->call.call->recording, RECORDING_PAUSED);
    assert_string_equal(value_of(n, "GSIP_RECORD"), "none"); /* rather than what is not true */
    assert_string_not_equal(value_of(n, "GSIP_REC_FN"), "none");
}

static void a_consult_calls_recording_ends_with_it(void **state)
{
    (void)state;
    char consult[33];
    char file[64];
    snprintf(file, sizeof file, "\"%s.wav\"", id);
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_command(&w, "u0", OP_INITIATE_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_call_id(&w, "u2", consult);
    assert_int_equal(world_command(&w, "u0", OP_START_CALL_RECORDING, consult, ""), ERR_OK);
    assert_int_equal(world_command(&w, "u0", OP_COMPLETE_CONFERENCE, consult, ""), ERR_OK);
    const struct notice *n = world_notice(&w, "u1");
    assert_string_equal(n->call.call->id, id);
    assert_int_equal(n->call.call->recording, RECORDING_ON);
    assert_string_equal(value_of(n, "GSIP_REC_FN"), file);
    size_t ended = 0;
    for (size_t i = 0; i < w.fx.order_count; i++)
        ended += w.fx.orders[i].kind == ORDER_MIX && w.fx.orders[i].leg_count == 0 &&
                 slice_is(w.fx.orders[i].call_id, consult);
    assert_int_equal(ended, 1);
}

static void a_consult_calls_failure_is_not_the_other_calls(void **state)
{
    (void)state;
    char consult[33];
    world_command(&w, "u0", OP_START_CALL_RECORDING, id, "");
    world_command(&w, "u0", OP_INITIATE_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_call_id(&w, "u2", consult);
    world_command(&w, "u0", OP_START_CALL_RECORDING, consult, "");
    /* The caller's leg is in both, and heard in the consult call. */
    assert_int_equal(world_signal(&w, SIGNAL_RECORDING_FAILED, caller, CAUSE_NONE), ERR_OK);
    assert_string_equal(world_notice(&w, "u2")->call.call->id, consult);
    assert_int_equal(world_notice(&w, "u2")->call.call->recording, RECORDING_STOPPED);
    assert_int_equal(world_signal(&w, SIGNAL_RECORDING_FAILED, callee, CAUSE_NONE), ERR_OK);
    assert_string_equal(world_notice(&w, "u1")->call.call->id, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_step_is_told_to_both, begin, finish),
        cmocka_unit_test_setup_teardown(who_may_not_record_is_refused, begin, finish),
        cmocka_unit_test_setup_teardown(who_holds_is_not_offered_it, begin, finish),
        cmocka_unit_test_setup_teardown(the_one_who_records_is_on_the_left, begin, finish),
        cmocka_unit_test_setup_teardown(it_ends_with_the_call, begin, finish),
        cmocka_unit_test_setup_teardown(a_failure_stops_it_and_is_told, begin, finish),
        cmocka_unit_test_setup_teardown(a_consult_calls_recording_ends_with_it, begin, finish),
        cmocka_unit_test_setup_teardown(a_consult_calls_failure_is_not_the_other_calls, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(it_needs_no_room_in_the_user_data, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
