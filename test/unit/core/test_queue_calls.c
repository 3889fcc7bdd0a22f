/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls that a queue brought: offers and what becomes of them, transfers, work after calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "queues.h"

static void an_agent_is_offered_the_call(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    ready(&w, "u1");
    caller_leg = call_from(&w, "100", "900");
    const struct notice *n = last_notice(&w, "u0", NOTICE_PARTICIPANTS_UPDATED);
    assert_int_equal(n->call.call->participant_count, 2);
    assert_string_equal(n->call.call->participants[1].number, "101");
    assert_true(n->call.call->is_business);
    agent_leg = rung(&w, "101");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "100"));
    world_signal(&w, SIGNAL_RINGING, agent_leg, CAUSE_NONE);
    n = world_notice(&w, "u1");
    assert_int_equal(n->call.state, PARTY_RINGING);
    assert_string_equal(n->call.dnis, "900");
    assert_true(n->call.capabilities & BIT(OP_REJECT));
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_MUSIC);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    n = world_notice(&w, "u1");
    assert_int_equal(n->call.state, PARTY_ESTABLISHED);
    assert_true(n->has_wrap_up);
    assert_int_equal(n->call.wrap_up_s, 20);
    assert_false(n->call.capabilities & BIT(OP_REJECT));
    n = world_notice(&w, "u0");
    assert_int_equal(n->call.state, PARTY_ESTABLISHED);
    assert_int_equal(n->call.call->participant_count, 2);
    assert_int_equal(world_order(&w, ORDER_MIX)->leg_count, 2);
    world_wait(&w, 600000); /* nothing of the queue is left to wait for */
    assert_int_equal(w.fx.notice_count, 0);
    end(&w);
}

static void check_back_in_queue(struct world *w, enum cause cause)
{
    const struct notice *n = last_notice(w, "u1", NOTICE_STATUS_CHANGE);
    assert_int_equal(n->call.state, PARTY_RELEASED);
    assert_int_equal(n->release_reason, cause);
    assert_true(n->has_wrap_up);
    assert_int_equal(n->call.wrap_up_s, 0);
    assert_true(state_is(w, "u1", "NotReady"));
    n = last_notice(w, "u0", NOTICE_PARTICIPANTS_UPDATED);
    assert_string_equal(n->call.call->participants[1].number, "900");
    ready(w, "u2");
    rung(w, "102");
    end(w);
}

static void reject_gives_the_call_back(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_REJECT, OP_HANGUP};
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        char id[33];
        begin_offered(&w);
        world_call_id(&w, "u1", id);
        assert_int_equal(world_command(&w, "u1", ops[i], id, ""), ERR_OK);
        assert_int_equal(world_order(&w, ORDER_DROP)->leg, agent_leg);
        check_back_in_queue(&w, CAUSE_REJECTED);
    }
}

static void no_answer_gives_the_call_back(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    world_wait(&w, 9999);
    assert_int_equal(w.fx.notice_count, 0);
    world_wait(&w, 1);
    check_back_in_queue(&w, CAUSE_NO_ANSWER);
}

static void a_telephone_that_refuses_gives_the_call_back(void **state)
{
    (void)state;
    static const struct {
        enum cause cause, told;
    } cases[] = {{CAUSE_BUSY, CAUSE_NO_ANSWER},
                 {CAUSE_UNREACHABLE, CAUSE_UNREACHABLE},
                 {CAUSE_FAILED, CAUSE_FAILED}};
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        begin_offered(&w);
        world_signal(&w, SIGNAL_GONE, agent_leg, cases[i].cause);
        check_back_in_queue(&w, cases[i].told);
    }
}

static void a_direct_call_can_not_be_rejected(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin(&w);
    call_from(&w, "100", "101");
    world_signal(&w, SIGNAL_RINGING, rung(&w, "101"), CAUSE_NONE);
    world_call_id(&w, "u1", id);
    assert_false(world_notice(&w, "u1")->call.capabilities & BIT(OP_REJECT));
    assert_int_equal(world_command(&w, "u1", OP_REJECT, id, ""), ERR_STATE);
    end(&w);
}

static void the_caller_may_leave_while_an_agent_is_rung(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    assert_int_equal(world_order(&w, ORDER_DROP)->leg, agent_leg);
    assert_int_equal(world_notice(&w, "u1")->release_reason, CAUSE_ABANDONED);
    assert_true(state_is(&w, "u1", "Ready"));
    end(&w);
}

static void a_returned_call_keeps_its_place(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    w.now_ms += 100;
    call_from(&w, "104", "900");
    world_call_id(&w, "u1", id);
    world_command(&w, "u1", OP_REJECT, id, "");
    ready(&w, "u3");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "100"));
    ready(&w, "u2");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "104"));
    end(&w);
}

static void a_removed_queue_lets_its_calls_go(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    answer(&w, caller_leg);
    call_from(&w, "104", "900");
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_QUEUE, .name = SLICE("900")});
    assert_int_equal(last_notice(&w, "u1", NOTICE_STATUS_CHANGE)->release_reason, CAUSE_FAILED);
    assert_true(state_is(&w, "u1", "Ready"));
    assert_int_equal(last_notice(&w, "u4", NOTICE_STATUS_CHANGE)->release_reason, CAUSE_FAILED);
    world_wait(&w, 3000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_FAILED);
    end(&w);
}

static void the_agent_keeps_its_call_when_the_queue_changes(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    struct config_item item = queue_900();
    item.wrap_up_ms = 5000;
    put(&w, item);
    assert_int_equal(w.fx.notice_count, 0);
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_QUEUE, .name = SLICE("900")});
    assert_int_equal(w.fx.notice_count, 0);
    world_signal(&w, SIGNAL_GONE, agent_leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u1", "Ready"));
    end(&w);
}

static void after_a_queues_call_there_is_work(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    assert_true(state_is(&w, "u1", "Ready"));
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u1", "AfterCallWork"));
    assert_non_null(last_notice(&w, "u1", NOTICE_DEVICE_STATE_CHANGE));
    call_from(&w, "104", "900");
    assert_null(world_order(&w, ORDER_RING));
    world_wait(&w, 20000);
    assert_true(state_is(&w, "u1", "Ready"));
    rung(&w, "101");
    end(&w);
}

static void ready_ends_the_work_after_a_call(void **state)
{
    (void)state;
    static const struct {
        enum op op;
        const char *now;
        const char *later;
    } rows[] = {{OP_READY, "Ready", "Ready"},
                {OP_AFTER_CALL_WORK, "AfterCallWork", "AfterCallWork"},
                {OP_NOT_READY, "NotReady", "NotReady"}};
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        begin_offered(&w);
        answer(&w, caller_leg);
        answer(&w, agent_leg);
        world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
        put_state(&w, "u1", rows[i].op);
        assert_true(state_is(&w, "u1", rows[i].now));
        world_wait(&w, 20000);
        assert_true(state_is(&w, "u1", rows[i].later));
        end(&w);
    }
}

static void no_work_follows_where_none_is_due(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w); /* the agent did not want more calls */
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    put_state(&w, "u1", OP_AUX_WORK);
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u1", "AuxWork"));
    end(&w);
    begin(&w); /* a direct call */
    ready(&w, "u1");
    caller_leg = call_from(&w, "100", "101");
    answer(&w, rung(&w, "101"));
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u1", "Ready"));
    end(&w);
    begin_offered(&w); /* logged out meanwhile: the call goes on */
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_command(&w, "u1", OP_END_CONTACT_CENTER_SESSION, "", "");
    assert_null(world_order(&w, ORDER_DROP));
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u1", ""));
    end(&w);
}

static void a_call_can_be_transferred_to_a_queue(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_SINGLE_STEP_TRANSFER, id, "900"), ERR_OK);
    assert_true(state_is(&w, "u1", "AfterCallWork"));
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_MUSIC);
    ready(&w, "u2");
    uint64_t leg = rung(&w, "102");
    world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE);
    answer(&w, leg);
    assert_int_equal(world_notice(&w, "u2")->call.state, PARTY_ESTABLISHED);
    assert_string_equal(
        last_notice(&w, "u0", NOTICE_PARTICIPANTS_UPDATED)->call.call->participants[1].number,
        "102");
    end(&w);
}

static void a_transfer_to_a_queue_that_has_nobody_comes_back(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    world_command(&w, "u1", OP_SINGLE_STEP_TRANSFER, id, "900");
    put_state(&w, "u1", OP_NOT_READY);
    world_wait(&w, 60000);
    rung(&w, "101");
    end(&w);
}

static void a_queue_can_be_called_into_a_conference(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_SINGLE_STEP_CONFERENCE, id, "900"), ERR_OK);
    ready(&w, "u2");
    uint64_t leg = rung(&w, "102");
    assert_null(world_notice(&w, "u0")); /* nobody is told before it answers */
    answer(&w, leg);
    assert_int_equal(
        last_notice(&w, "u0", NOTICE_PARTICIPANTS_UPDATED)->call.call->participant_count, 3);
    end(&w);
}

static void a_consult_call_can_wait_in_a_queue(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_INITIATE_TRANSFER, id, "900"), ERR_OK);
    assert_int_equal(world_command(&w, "u1", OP_COMPLETE_TRANSFER, id, ""), ERR_OK);
    assert_true(state_is(&w, "u1", "AfterCallWork"));
    ready(&w, "u2");
    uint64_t leg = rung(&w, "102");
    world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE);
    assert_string_equal(world_notice(&w, "u2")->call.call->id, id);
    answer(&w, leg);
    assert_int_equal(world_notice(&w, "u2")->call.state, PARTY_ESTABLISHED);
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u2", "AfterCallWork"));
    end(&w);
}

/* The agent who was consulted through a queue goes on in the parent: work follows that. */
static void the_consulted_agent_works_after_the_parent(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    ready(&w, "u2");
    assert_int_equal(world_command(&w, "u1", OP_INITIATE_TRANSFER, id, "900"), ERR_OK);
    uint64_t leg = rung(&w, "102");
    answer(&w, leg);
    assert_int_equal(world_command(&w, "u1", OP_COMPLETE_TRANSFER, id, ""), ERR_OK);
    assert_true(state_is(&w, "u2", "Ready"));
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    assert_true(state_is(&w, "u2", "AfterCallWork"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_is_offered_the_call),
        cmocka_unit_test(reject_gives_the_call_back),
        cmocka_unit_test(no_answer_gives_the_call_back),
        cmocka_unit_test(a_telephone_that_refuses_gives_the_call_back),
        cmocka_unit_test(a_direct_call_can_not_be_rejected),
        cmocka_unit_test(the_caller_may_leave_while_an_agent_is_rung),
        cmocka_unit_test(a_returned_call_keeps_its_place),
        cmocka_unit_test(a_removed_queue_lets_its_calls_go),
        cmocka_unit_test(the_agent_keeps_its_call_when_the_queue_changes),
        cmocka_unit_test(after_a_queues_call_there_is_work),
        cmocka_unit_test(ready_ends_the_work_after_a_call),
        cmocka_unit_test(no_work_follows_where_none_is_due),
        cmocka_unit_test(a_call_can_be_transferred_to_a_queue),
        cmocka_unit_test(a_transfer_to_a_queue_that_has_nobody_comes_back),
        cmocka_unit_test(a_queue_can_be_called_into_a_conference),
        cmocka_unit_test(a_consult_call_can_wait_in_a_queue),
        cmocka_unit_test(the_consulted_agent_works_after_the_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
