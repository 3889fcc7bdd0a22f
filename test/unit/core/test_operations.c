/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What each operation and each signal does, step by step, from both sides of a call. Longer than
 * others: a life of a call is one story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define BIT(op) (UINT64_C(1) << (op))
#define UD4                                                                                        \
    (BIT(OP_ATTACH_USER_DATA) | BIT(OP_UPDATE_USER_DATA) | BIT(OP_DELETE_USER_DATA) |              \
     BIT(OP_DELETE_USER_DATA_PAIR))

struct call_under_test {
    struct world w;
    char id[33];
    uint64_t caller;
    uint64_t callee;
};

/* u0 dials 101; nothing has answered. */
static void dial(struct call_under_test *t)
{
    world_init(&t->w, 3);
    assert_int_equal(world_command(&t->w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    t->caller = world_order(&t->w, ORDER_RING)->leg;
    world_call_id(&t->w, "u0", t->id);
}

static void ring(struct call_under_test *t)
{
    dial(t);
    assert_int_equal(world_signal(&t->w, SIGNAL_ANSWERED, t->caller, CAUSE_NONE), ERR_OK);
    t->callee = world_order(&t->w, ORDER_RING)->leg;
    assert_int_equal(world_signal(&t->w, SIGNAL_RINGING, t->callee, CAUSE_NONE), ERR_OK);
}

static void establish(struct call_under_test *t)
{
    ring(t);
    assert_int_equal(world_signal(&t->w, SIGNAL_ANSWERED, t->callee, CAUSE_NONE), ERR_OK);
}

static void end(struct call_under_test *t)
{
    core_check(t->w.core);
    world_free(&t->w);
}

static void dial_rings_the_own_telephone_and_tells_the_caller(void **state)
{
    (void)state;
    struct call_under_test t;
    dial(&t);
    const struct order *order = world_order(&t.w, ORDER_RING);
    assert_true(slice_is(order->dn, "100"));
    assert_true(slice_is(order->from, "101"));
    assert_true(order->auto_answer);
    const struct notice *n = world_notice(&t.w, "u0");
    assert_int_equal(n->kind, NOTICE_STATUS_CHANGE);
    assert_int_equal(n->seq, 1);
    assert_int_equal(n->call.state, PARTY_DIALING);
    assert_int_equal(n->call.capabilities, UD4 | BIT(OP_SEND_DTMF) | BIT(OP_HANGUP));
    assert_string_equal(n->call.dnis, "101");
    assert_string_equal(n->call.device_dn, "100");
    assert_int_equal(n->call.call->participant_count, 2);
    assert_string_equal(n->call.call->participants[1].number, "101");
    assert_true(n->has_extensions);
    assert_int_equal(strlen(n->call.call->id), 32);
    assert_int_equal(strlen(n->call.call->conn_id), 16);
    assert_null(world_notice(&t.w, "u1"));
    end(&t);
}

static void the_destination_is_called_when_the_caller_is_off_hook(void **state)
{
    (void)state;
    struct call_under_test t;
    dial(&t);
    world_signal(&t.w, SIGNAL_ANSWERED, t.caller, CAUSE_NONE);
    const struct order *order = world_order(&t.w, ORDER_RING);
    assert_true(slice_is(order->dn, "101"));
    assert_true(slice_is(order->from, "100"));
    assert_false(order->auto_answer);
    assert_int_equal(world_order(&t.w, ORDER_KEPT)->leg, t.caller);
    assert_int_equal(t.w.fx.notice_count, 0);
    end(&t);
}

static void ringing_is_told_to_the_called_and_heard_by_the_caller(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    const struct notice *n = world_notice(&t.w, "u1");
    assert_int_equal(n->call.state, PARTY_RINGING);
    assert_int_equal(n->call.capabilities, UD4 | BIT(OP_ANSWER) | BIT(OP_CLEAR_CALL));
    assert_null(world_notice(&t.w, "u0"));
    const struct order *mix = world_order(&t.w, ORDER_MIX);
    assert_int_equal(mix->leg_count, 1);
    assert_int_equal(mix->legs[0].leg, t.caller);
    assert_int_equal(mix->legs[0].tone, TONE_RINGBACK);
    end(&t);
}

static void answer_orders_the_telephone_once_and_waits_for_it(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    assert_int_equal(world_command(&t.w, "u1", OP_ANSWER, t.id, ""), ERR_OK);
    assert_int_equal(world_order(&t.w, ORDER_ANSWER)->leg, t.callee);
    assert_int_equal(t.w.fx.notice_count, 0);
    assert_int_equal(world_command(&t.w, "u1", OP_ANSWER, t.id, ""), ERR_OK);
    assert_null(world_order(&t.w, ORDER_ANSWER));
    world_signal(&t.w, SIGNAL_ANSWERED, t.callee, CAUSE_NONE);
    assert_int_equal(world_notice(&t.w, "u0")->call.state, PARTY_ESTABLISHED);
    assert_int_equal(world_notice(&t.w, "u1")->call.state, PARTY_ESTABLISHED);
    const struct order *mix = world_order(&t.w, ORDER_MIX);
    assert_int_equal(mix->leg_count, 2);
    assert_int_equal(mix->legs[0].hears, 2);
    assert_int_equal(mix->legs[1].hears, 1);
    end(&t);
}

static void an_answer_that_the_telephone_refused_is_told_and_can_be_tried_again(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    world_command(&t.w, "u1", OP_ANSWER, t.id, "");
    assert_int_equal(world_signal(&t.w, SIGNAL_REFUSED, t.callee, CAUSE_NONE), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->kind, NOTICE_CALL_ERROR);
    assert_int_equal(world_command(&t.w, "u1", OP_ANSWER, t.id, ""), ERR_OK);
    assert_non_null(world_order(&t.w, ORDER_ANSWER));
    end(&t);
}

static void answer_is_not_offered_where_the_telephone_cannot(void **state)
{
    (void)state;
    struct call_under_test t;
    dial(&t);
    world_signal(&t.w, SIGNAL_ANSWERED, t.caller, CAUSE_NONE);
    t.callee = world_order(&t.w, ORDER_RING)->leg;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_RINGING, .leg = t.callee, .talks = false}};
    assert_int_equal(world_apply(&t.w, &input), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->call.capabilities, UD4 | BIT(OP_CLEAR_CALL));
    assert_int_equal(world_command(&t.w, "u1", OP_ANSWER, t.id, ""), ERR_STATE);
    assert_non_null(strstr(t.w.fx.reason.ptr, "Answer is not possible: the call is Ringing"));
    end(&t);
}

static void hangup_releases_both_and_drops_both_legs(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    t.w.now_ms += 7900;
    assert_int_equal(world_command(&t.w, "u1", OP_HANGUP, t.id, ""), ERR_OK);
    for (int i = 0; i < 2; i++) {
        const struct notice *n = world_notice(&t.w, i == 0 ? "u0" : "u1");
        assert_int_equal(n->call.state, PARTY_RELEASED);
        assert_int_equal(n->call.capabilities, 0);
        assert_int_equal(n->call.duration_s, 7);
        assert_int_equal(n->release_reason, CAUSE_HANGUP);
        assert_int_equal(n->call.call->participant_count, 2);
    }
    assert_int_equal(t.w.fx.order_count, 2);
    assert_int_equal(world_command(&t.w, "u0", OP_HANGUP, t.id, ""), ERR_OK);
    assert_int_equal(t.w.fx.notice_count, 0);
    assert_int_equal(t.w.fx.order_count, 0);
    end(&t);
}

static void hanging_up_the_telephone_releases_both(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    world_signal(&t.w, SIGNAL_GONE, t.caller, CAUSE_HANGUP);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_HANGUP);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_HANGUP);
    assert_int_equal(t.w.fx.order_count, 1);
    assert_int_equal(world_order(&t.w, ORDER_DROP)->leg, t.callee);
    end(&t);
}

static void a_released_call_stays_readable_for_a_while(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    world_command(&t.w, "u0", OP_HANGUP, t.id, "");
    struct answer answer;
    struct query query = {.kind = QUERY_CALL, .user = SLICE("u0"), .target = slice_of(t.id)};
    core_query(t.w.core, &query, t.w.now_ms, &answer);
    assert_int_equal(answer.err, ERR_OK);
    assert_int_equal(answer.calls[0].state, PARTY_RELEASED);
    answer_release(&answer);
    char none[33];
    world_call_id(&t.w, "u0", none);
    assert_string_equal(none, "");
    world_wait(&t.w, 60001);
    core_query(t.w.core, &query, t.w.now_ms, &answer);
    assert_int_equal(answer.err, ERR_NOT_FOUND);
    answer_release(&answer);
    end(&t);
}

static void declining_gives_the_caller_the_busy_tone_and_then_released(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    assert_int_equal(world_command(&t.w, "u1", OP_HANGUP, t.id, ""), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_REJECTED);
    assert_null(world_notice(&t.w, "u0"));
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    world_wait(&t.w, 3000);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_REJECTED);
    end(&t);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    world_wait(&t.w, 29999);
    assert_null(world_notice(&t.w, "u1"));
    world_wait(&t.w, 1);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_NO_ANSWER);
    world_wait(&t.w, 3000);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_NO_ANSWER);
    end(&t);
}

static void the_callers_own_telephone_does_not_pick_up(void **state)
{
    (void)state;
    struct call_under_test t;
    dial(&t);
    world_wait(&t.w, 20000);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_NO_ANSWER);
    assert_int_equal(world_order(&t.w, ORDER_DROP)->leg, t.caller);
    end(&t);
}

static void a_busy_destination(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u2", OP_DIAL, "102", "101"), ERR_OK);
    world_signal(&t.w, SIGNAL_ANSWERED, world_order(&t.w, ORDER_RING)->leg, CAUSE_NONE);
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    assert_null(world_notice(&t.w, "u1"));
    world_wait(&t.w, 3000);
    assert_int_equal(world_notice(&t.w, "u2")->release_reason, CAUSE_BUSY);
    end(&t);
}

static void a_number_nobody_has(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "999"), ERR_OK);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_wait(&w, 3000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_UNREACHABLE);
    core_check(w.core);
    world_free(&w);
}

static void a_call_from_the_keypad(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | 7,
                                     .dn = SLICE("100"),
                                     .number = SLICE("101"),
                                     .keep = SLICE("k")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(world_notice(&w, "u0")->call.state, PARTY_DIALING);
    uint64_t callee = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_RINGING, callee, CAUSE_NONE);
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_RINGBACK);
    world_signal(&w, SIGNAL_ANSWERED, callee, CAUSE_NONE);
    assert_int_equal(world_order(&w, ORDER_ANSWER)->leg, LEG_OF_DRIVER | 7);
    assert_int_equal(world_notice(&w, "u0")->call.state, PARTY_ESTABLISHED);
    assert_int_equal(world_signal(&w, SIGNAL_ANSWERED, LEG_OF_DRIVER | 7, CAUSE_NONE), ERR_OK);
    core_check(w.core);
    world_free(&w);
}

static void hold_gives_the_others_music_until_retrieve(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u1", OP_HOLD, t.id, ""), ERR_OK);
    const struct notice *n = world_notice(&t.w, "u1");
    assert_int_equal(n->call.state, PARTY_HELD);
    assert_int_equal(n->call.capabilities,
                     UD4 | BIT(OP_RETRIEVE) | BIT(OP_HANGUP) | BIT(OP_CLEAR_CALL) |
                         BIT(OP_SINGLE_STEP_CONFERENCE) | BIT(OP_SINGLE_STEP_TRANSFER) |
                         BIT(OP_INITIATE_TRANSFER) | BIT(OP_INITIATE_CONFERENCE));
    assert_null(world_notice(&t.w, "u0"));
    const struct order *mix = world_order(&t.w, ORDER_MIX);
    assert_int_equal(mix->legs[0].hears, 0);
    assert_int_equal(mix->legs[0].tone, TONE_MUSIC);
    assert_int_equal(mix->legs[1].hears, 0);
    assert_int_equal(mix->legs[1].tone, TONE_NONE);
    assert_int_equal(world_command(&t.w, "u1", OP_HOLD, t.id, ""), ERR_STATE);
    assert_int_equal(world_command(&t.w, "u1", OP_RETRIEVE, t.id, ""), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->call.state, PARTY_ESTABLISHED);
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[0].hears, 2);
    end(&t);
}

static void what_the_telephone_holds_it_retrieves(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_signal(&t.w, SIGNAL_HELD, t.callee, CAUSE_NONE), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->call.state, PARTY_HELD);
    assert_int_equal(world_command(&t.w, "u1", OP_RETRIEVE, t.id, ""), ERR_OK);
    assert_int_equal(world_order(&t.w, ORDER_ANSWER)->leg, t.callee);
    assert_null(world_notice(&t.w, "u1"));
    assert_int_equal(world_signal(&t.w, SIGNAL_RETRIEVED, t.callee, CAUSE_NONE), ERR_OK);
    assert_int_equal(world_command(&t.w, "u1", OP_HOLD, t.id, ""), ERR_OK);
    assert_int_equal(world_signal(&t.w, SIGNAL_RETRIEVED, t.callee, CAUSE_NONE), ERR_STATE);
    end(&t);
}

static void mute_is_heard_by_nobody_and_kept_over_hold(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u0", OP_MUTE_CALL, t.id, ""), ERR_OK);
    const struct notice *n = world_notice(&t.w, "u0");
    assert_int_equal(n->kind, NOTICE_STATUS_CHANGE);
    assert_true(n->call.is_muted);
    assert_true(n->call.capabilities & BIT(OP_UNMUTE_CALL));
    assert_false(n->call.capabilities & BIT(OP_MUTE_CALL));
    const struct order *mix = world_order(&t.w, ORDER_MIX);
    assert_int_equal(mix->legs[0].hears, 2);
    assert_int_equal(mix->legs[1].hears, 0);
    assert_int_equal(mix->legs[1].tone, TONE_NONE);
    world_command(&t.w, "u0", OP_HOLD, t.id, "");
    world_command(&t.w, "u0", OP_RETRIEVE, t.id, "");
    assert_true(world_notice(&t.w, "u0")->call.is_muted);
    assert_int_equal(world_command(&t.w, "u0", OP_UNMUTE_CALL, t.id, ""), ERR_OK);
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[1].hears, 1);
    end(&t);
}

static void clear_releases_everybody(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u0", OP_CLEAR_CALL, t.id, ""), ERR_OK);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_CLEARED);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_CLEARED);
    assert_int_equal(world_command(&t.w, "u0", OP_CLEAR_CALL, t.id, ""), ERR_OK);
    assert_int_equal(t.w.fx.notice_count, 0);
    end(&t);
}

/* u0 talks to u1 and wants u2; returns the leg that is rung. */
static uint64_t call_third(struct call_under_test *t, enum op op)
{
    establish(t);
    assert_int_equal(world_command(&t->w, "u0", op, t->id, "102"), ERR_OK);
    return world_order(&t->w, ORDER_RING)->leg;
}

static void a_third_party_joins_when_it_answers(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_CONFERENCE);
    assert_int_equal(t.w.fx.notice_count, 0);
    world_signal(&t.w, SIGNAL_RINGING, leg, CAUSE_NONE);
    assert_int_equal(world_notice(&t.w, "u2")->call.state, PARTY_RINGING);
    assert_int_equal(world_notice(&t.w, "u2")->call.call->participant_count, 2);
    world_signal(&t.w, SIGNAL_ANSWERED, leg, CAUSE_NONE);
    assert_int_equal(world_notice(&t.w, "u2")->call.state, PARTY_ESTABLISHED);
    for (int i = 0; i < 2; i++) {
        const struct notice *n = world_notice(&t.w, i ? "u1" : "u0");
        assert_int_equal(n->kind, NOTICE_PARTICIPANTS_UPDATED);
        assert_int_equal(n->call.call->participant_count, 3);
        assert_int_equal(!!(n->call.capabilities & BIT(OP_REMOVE_PARTICIPANT_FROM_CONFERENCE)),
                         i == 0);
    }
    const struct order *mix = world_order(&t.w, ORDER_MIX);
    assert_int_equal(mix->leg_count, 3);
    assert_int_equal(mix->legs[0].hears, 6);
    assert_int_equal(mix->legs[2].hears, 3);
    assert_int_equal(world_command(&t.w, "u0", OP_REMOVE_PARTICIPANT_FROM_CONFERENCE, t.id, "101"),
                     ERR_OK);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_CLEARED);
    assert_int_equal(world_notice(&t.w, "u0")->kind, NOTICE_PARTICIPANTS_UPDATED);
    assert_int_equal(world_notice(&t.w, "u2")->call.call->participant_count, 2);
    end(&t);
}

static void a_conference_goes_on_when_one_of_three_leaves(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_CONFERENCE);
    world_signal(&t.w, SIGNAL_ANSWERED, leg, CAUSE_NONE);
    world_signal(&t.w, SIGNAL_GONE, t.caller, CAUSE_HANGUP);
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_HANGUP);
    assert_int_equal(world_notice(&t.w, "u1")->kind, NOTICE_PARTICIPANTS_UPDATED);
    assert_int_equal(world_notice(&t.w, "u1")->call.state, PARTY_ESTABLISHED);
    world_command(&t.w, "u1", OP_HANGUP, t.id, "");
    assert_int_equal(world_notice(&t.w, "u2")->release_reason, CAUSE_HANGUP);
    end(&t);
}

static void a_conference_that_fails_is_told_to_who_wanted_it(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_CONFERENCE);
    world_signal(&t.w, SIGNAL_GONE, leg, CAUSE_BUSY);
    assert_int_equal(world_notice(&t.w, "u0")->kind, NOTICE_CALL_ERROR);
    assert_string_equal(world_notice(&t.w, "u0")->error_text, "the destination is busy");
    assert_int_equal(world_notice(&t.w, "u0")->call.state, PARTY_ESTABLISHED);
    assert_null(world_notice(&t.w, "u1"));
    end(&t);
}

static void a_transfer_puts_the_destination_in_the_requesters_place(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_TRANSFER);
    assert_true(slice_is(world_order(&t.w, ORDER_RING)->from, "101"));
    assert_int_equal(world_notice(&t.w, "u0")->release_reason, CAUSE_TRANSFERRED);
    assert_string_equal(world_notice(&t.w, "u1")->call.call->participants[1].number, "102");
    world_signal(&t.w, SIGNAL_RINGING, leg, CAUSE_NONE);
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[0].tone, TONE_RINGBACK);
    world_signal(&t.w, SIGNAL_ANSWERED, leg, CAUSE_NONE);
    assert_int_equal(world_order(&t.w, ORDER_MIX)->legs[0].hears, 2);
    assert_int_equal(world_notice(&t.w, "u2")->call.call->participant_count, 2);
    end(&t);
}

static void a_transfer_that_fails_rings_the_requester_again(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_TRANSFER);
    world_signal(&t.w, SIGNAL_GONE, leg, CAUSE_REJECTED);
    const struct order *ring = world_order(&t.w, ORDER_RING);
    assert_true(slice_is(ring->dn, "100"));
    uint64_t again = ring->leg;
    world_signal(&t.w, SIGNAL_RINGING, again, CAUSE_NONE);
    assert_int_equal(world_notice(&t.w, "u0")->call.state, PARTY_RINGING);
    world_signal(&t.w, SIGNAL_ANSWERED, again, CAUSE_NONE);
    assert_int_equal(world_notice(&t.w, "u0")->call.state, PARTY_ESTABLISHED);
    end(&t);
}

static void a_transfer_that_nobody_takes_ends(void **state)
{
    (void)state;
    struct call_under_test t;
    uint64_t leg = call_third(&t, OP_SINGLE_STEP_TRANSFER);
    world_signal(&t.w, SIGNAL_GONE, leg, CAUSE_BUSY);
    world_signal(&t.w, SIGNAL_GONE, world_order(&t.w, ORDER_RING)->leg, CAUSE_NO_ANSWER);
    assert_int_equal(world_notice(&t.w, "u1")->release_reason, CAUSE_NO_ANSWER);
    end(&t);
}

static void dtmf_goes_to_the_other_telephone(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u0", OP_SEND_DTMF, t.id, "12#"), ERR_OK);
    assert_int_equal(world_order(&t.w, ORDER_DTMF)->leg, t.callee);
    assert_true(slice_is(world_order(&t.w, ORDER_DTMF)->digits, "12#"));
    assert_int_equal(world_notice(&t.w, "u0")->kind, NOTICE_DTMF_SENT);
    assert_null(world_notice(&t.w, "u1"));
    assert_int_equal(world_command(&t.w, "u0", OP_SEND_DTMF, t.id, "12x"), ERR_INVALID);
    assert_int_equal(world_command(&t.w, "u0", OP_SEND_DTMF, t.id, ""), ERR_RANGE);
    end(&t);
}

static void what_belongs_to_others_is_not_there(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u2", OP_HANGUP, t.id, ""), ERR_NOT_FOUND);
    assert_int_equal(world_command(&t.w, "u2", OP_DIAL, "100", "101"), ERR_NOT_FOUND);
    assert_int_equal(world_command(&t.w, "u0", OP_HANGUP, "nonsense", ""), ERR_NOT_FOUND);
    assert_int_equal(world_command(&t.w, "nobody", OP_HANGUP, t.id, ""), ERR_NO_ACCESS);
    end(&t);
}

static void dial_needs_a_registered_idle_telephone_and_a_number(void **state)
{
    (void)state;
    struct call_under_test t;
    establish(&t);
    assert_int_equal(world_command(&t.w, "u0", OP_DIAL, "100", "102"), ERR_STATE);
    assert_int_equal(world_command(&t.w, "u2", OP_DIAL, "102", ""), ERR_INVALID);
    assert_int_equal(world_command(&t.w, "u2", OP_DIAL, "102", "bob"), ERR_INVALID);
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_UNREGISTERED, .dn = SLICE("102")}};
    world_apply(&t.w, &input);
    assert_int_equal(world_command(&t.w, "u2", OP_DIAL, "102", "100"), ERR_NOT_REGISTERED);
    assert_true(slice_is(t.w.fx.reason, "Device '102' is not registered."));
    end(&t);
}

static void a_session_tells_devices_and_channels(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    assert_int_equal(world_command(&w, "u0", OP_START_CONTACT_CENTER_SESSION, "", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 2);
    assert_int_equal(w.fx.notices[0]->kind, NOTICE_DEVICE_STATE_CHANGE);
    assert_true(w.fx.notices[0]->device.is_active);
    assert_int_equal(w.fx.notices[1]->kind, NOTICE_CHANNEL_STATE_CHANGE);
    assert_int_equal(world_command(&w, "u0", OP_END_CONTACT_CENTER_SESSION, "", ""), ERR_OK);
    assert_false(w.fx.notices[0]->device.is_active);
    world_free(&w);
}

static void orders_not_confirmed_are_given_again(void **state)
{
    (void)state;
    struct call_under_test t;
    ring(&t);
    world_command(&t.w, "u1", OP_ANSWER, t.id, "");
    struct effects fx = {0};
    core_unconfirmed_orders(t.w.core, &fx);
    assert_int_equal(fx.order_count, 3);
    assert_int_equal(fx.orders[0].kind, ORDER_RING);
    assert_int_equal(fx.orders[0].leg, t.callee);
    assert_int_equal(fx.orders[1].kind, ORDER_ANSWER);
    assert_int_equal(fx.orders[2].kind, ORDER_MIX);
    effects_free(&fx);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dial_rings_the_own_telephone_and_tells_the_caller),
        cmocka_unit_test(the_destination_is_called_when_the_caller_is_off_hook),
        cmocka_unit_test(ringing_is_told_to_the_called_and_heard_by_the_caller),
        cmocka_unit_test(answer_orders_the_telephone_once_and_waits_for_it),
        cmocka_unit_test(an_answer_that_the_telephone_refused_is_told_and_can_be_tried_again),
        cmocka_unit_test(answer_is_not_offered_where_the_telephone_cannot),
        cmocka_unit_test(hangup_releases_both_and_drops_both_legs),
        cmocka_unit_test(hanging_up_the_telephone_releases_both),
        cmocka_unit_test(a_released_call_stays_readable_for_a_while),
        cmocka_unit_test(declining_gives_the_caller_the_busy_tone_and_then_released),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(the_callers_own_telephone_does_not_pick_up),
        cmocka_unit_test(a_busy_destination),
        cmocka_unit_test(a_number_nobody_has),
        cmocka_unit_test(a_call_from_the_keypad),
        cmocka_unit_test(hold_gives_the_others_music_until_retrieve),
        cmocka_unit_test(what_the_telephone_holds_it_retrieves),
        cmocka_unit_test(mute_is_heard_by_nobody_and_kept_over_hold),
        cmocka_unit_test(clear_releases_everybody),
        cmocka_unit_test(a_third_party_joins_when_it_answers),
        cmocka_unit_test(a_conference_goes_on_when_one_of_three_leaves),
        cmocka_unit_test(a_conference_that_fails_is_told_to_who_wanted_it),
        cmocka_unit_test(a_transfer_puts_the_destination_in_the_requesters_place),
        cmocka_unit_test(a_transfer_that_fails_rings_the_requester_again),
        cmocka_unit_test(a_transfer_that_nobody_takes_ends),
        cmocka_unit_test(dtmf_goes_to_the_other_telephone),
        cmocka_unit_test(what_belongs_to_others_is_not_there),
        cmocka_unit_test(dial_needs_a_registered_idle_telephone_and_a_number),
        cmocka_unit_test(a_session_tells_devices_and_channels),
        cmocka_unit_test(orders_not_confirmed_are_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
