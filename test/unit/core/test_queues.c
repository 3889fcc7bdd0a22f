/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Queues: waiting, distribution, offers and what becomes of them, overflow, work after calls. u0's
 * telephone calls the queue 900, whose agents are u1, u2 and u3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define USERS   5
#define BIT(op) (UINT64_C(1) << (op))

static const struct slice members[] = {SLICE("u1"), SLICE("u2"), SLICE("u3"), SLICE("nobody")};

static struct config_item queue_900(void)
{
    return (struct config_item){.kind = CONFIG_QUEUE,
                                .name = SLICE("900"),
                                .members = members,
                                .member_count = 4,
                                .wrap_up_ms = 20000,
                                .no_answer_ms = 10000,
                                .max_wait_ms = 60000,
                                .max_waiting = 2};
}

static enum err put(struct world *w, struct config_item item)
{
    return world_apply(w, &(struct input){.kind = INPUT_CONFIG, .config = item});
}

static void begin(struct world *w)
{
    world_init(w, USERS);
    assert_int_equal(put(w, queue_900()), ERR_OK);
    for (unsigned i = 0; i < USERS; i++) {
        char user[24];
        snprintf(user, sizeof user, "u%u", i);
        world_command(w, user, OP_START_CONTACT_CENTER_SESSION, "", "");
    }
}

static void ready(struct world *w, const char *user)
{
    w->now_ms += 10;
    assert_int_equal(world_command(w, user, OP_READY, "", ""), ERR_OK);
}

static void end(struct world *w)
{
    core_check(w->core);
    world_free(w);
}

/* A device's telephone calls; the leg. */
static uint64_t call_from(struct world *w, const char *dn, const char *number)
{
    static uint64_t count;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | ++count,
                                     .dn = slice_of(dn),
                                     .number = slice_of(number)}};
    assert_int_equal(world_apply(w, &input), ERR_OK);
    core_check(w->core);
    return input.signal.leg;
}

static bool state_is(const struct world *w, const char *user, const char *name)
{
    struct answer answer;
    core_query(w->core, &(struct query){.kind = QUERY_USER, .user = slice_of(user)}, w->now_ms,
               &answer);
    bool is = slice_is(answer.state ? answer.state->operation_name : SLICE(""), name);
    answer_release(&answer);
    return is;
}

static enum err put_state(struct world *w, const char *user, enum op op)
{
    return world_command(w, user, op, "", "");
}

/* The telephone that is rung; the leg. */
static uint64_t rung(const struct world *w, const char *dn)
{
    const struct order *order = world_order(w, ORDER_RING);
    assert_non_null(order);
    assert_true(slice_is(order->dn, dn));
    return order->leg;
}

static const struct notice *last_notice(const struct world *w, const char *user,
                                        enum notice_kind kind)
{
    const struct notice *found = NULL;
    for (size_t i = 0; i < w->fx.notice_count; i++)
        if (slice_is(w->fx.notices[i]->user->name, user) && w->fx.notices[i]->kind == kind)
            found = w->fx.notices[i];
    return found;
}

static void answer(struct world *w, uint64_t leg)
{
    assert_int_equal(world_signal(w, SIGNAL_ANSWERED, leg, CAUSE_NONE), ERR_OK);
}

static uint64_t agent_leg, caller_leg;

/* u0 waits and u1 is rung. */
static void begin_offered(struct world *w)
{
    begin(w);
    ready(w, "u1");
    caller_leg = call_from(w, "100", "900");
    agent_leg = rung(w, "101");
    world_signal(w, SIGNAL_RINGING, agent_leg, CAUSE_NONE);
}

static void who_calls_a_queue_hears_music(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    uint64_t leg = call_from(&w, "100", "900");
    assert_int_equal(world_order(&w, ORDER_ANSWER)->leg, leg);
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_MUSIC);
    const struct notice *n = world_notice(&w, "u0");
    assert_int_equal(n->call.state, PARTY_DIALING);
    assert_string_equal(n->call.dnis, "900");
    answer(&w, leg);
    assert_null(world_order(&w, ORDER_RING));
    assert_int_equal(w.fx.notice_count, 0);
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_MUSIC);
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_ABANDONED);
    ready(&w, "u1");
    assert_null(world_order(&w, ORDER_RING));
    end(&w);
}

static void a_dialled_queue_is_entered_once_off_hook(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    ready(&w, "u1");
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "900"), ERR_OK);
    uint64_t leg = rung(&w, "100");
    answer(&w, leg);
    rung(&w, "101");
    assert_null(world_order(&w, ORDER_ANSWER));
    end(&w);
}

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
    static const enum cause causes[] = {CAUSE_BUSY, CAUSE_UNREACHABLE, CAUSE_FAILED};
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        begin_offered(&w);
        world_signal(&w, SIGNAL_GONE, agent_leg, causes[i]);
        check_back_in_queue(&w, causes[i]);
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

static void the_longest_idle_is_rung_first(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    ready(&w, "u3");
    ready(&w, "u1");
    ready(&w, "u2");
    put_state(&w, "u3", OP_READY); /* once more is no new idleness */
    call_from(&w, "100", "900");
    rung(&w, "103");
    call_from(&w, "104", "900");
    rung(&w, "101");
    end(&w);
    begin(&w); /* at the same time: in order of the users' creation */
    put_state(&w, "u2", OP_READY);
    put_state(&w, "u1", OP_READY);
    call_from(&w, "100", "900");
    rung(&w, "101");
    end(&w);
}

/* Each row takes u1, who is idle longest, out of the distribution. */
static void enough_reasons_not_to_ring(struct world *w, int row)
{
    switch (row) {
    case 0:
        put_state(w, "u1", OP_AUX_WORK);
        break;
    case 1:
        world_command(w, "u1", OP_END_CONTACT_CENTER_SESSION, "", "");
        break;
    case 2:
        put_state(w, "u1", OP_DO_NOT_DISTURB_ON);
        break;
    case 3:
        assert_int_equal(world_command(w, "u1", OP_FORWARD_CALLS_ON, "101", "104"), ERR_OK);
        break;
    case 4:
        world_apply(w,
                    &(struct input){.kind = INPUT_SIGNAL,
                                    .signal = {.kind = SIGNAL_UNREGISTERED, .dn = SLICE("101")}});
        break;
    case 5:
        call_from(w, "101", "104");
        break;
    case 6:
        put_state(w, "u1", OP_DESKTOP_GONE);
        break;
    default: {
        struct config_item item = queue_900();
        item.members++;
        item.member_count--;
        assert_int_equal(put(w, item), ERR_OK);
        break;
    }
    }
}

static void who_is_not_free_is_not_rung(void **state)
{
    (void)state;
    for (int row = 0; row < 8; row++) {
        struct world w;
        begin(&w);
        ready(&w, "u1");
        ready(&w, "u2");
        ready(&w, "u4"); /* is no member */
        enough_reasons_not_to_ring(&w, row);
        call_from(&w, "100", "900");
        rung(&w, "102");
        end(&w);
    }
}

/* The other side of each row: the call waits, and is offered when the reason goes. */
static void who_becomes_free_is_rung(void **state)
{
    (void)state;
    for (int row = 0; row < 8; row++) {
        struct world w;
        begin(&w);
        ready(&w, "u1");
        enough_reasons_not_to_ring(&w, row);
        call_from(&w, "100", "900");
        assert_null(world_order(&w, ORDER_RING));
        switch (row) {
        case 2:
            put_state(&w, "u1", OP_DO_NOT_DISTURB_OFF);
            break;
        case 3:
            world_command(&w, "u1", OP_FORWARD_CALLS_OFF, "101", "");
            break;
        case 5: {
            char id[33];
            world_call_id(&w, "u1", id);
            world_command(&w, "u1", OP_HANGUP, id, "");
            break;
        }
        case 7:
            put(&w, queue_900());
            break;
        default:
            world_command(&w, "u1", OP_DESKTOP_BACK, "", "");
            world_apply(&w,
                        &(struct input){.kind = INPUT_SIGNAL,
                                        .signal = {.kind = SIGNAL_REGISTERED, .dn = SLICE("101")}});
            world_command(&w, "u1", OP_START_CONTACT_CENTER_SESSION, "", "");
            ready(&w, "u1");
            break;
        }
        rung(&w, "101");
        end(&w);
    }
}

static void without_members_all_are_asked(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item item = queue_900();
    item.member_count = 0;
    put(&w, item);
    ready(&w, "u4");
    call_from(&w, "100", "900");
    rung(&w, "104");
    end(&w);
}

static void the_longest_waiting_comes_first_across_queues(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item item = queue_900();
    item.name = SLICE("901");
    put(&w, item);
    call_from(&w, "100", "901");
    w.now_ms += 10;
    call_from(&w, "104", "900");
    ready(&w, "u2");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "100"));
    ready(&w, "u1");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "104"));
    end(&w);
}

static void who_waits_too_long_is_released(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    uint64_t leg = call_from(&w, "100", "900");
    answer(&w, leg);
    world_wait(&w, 60000);
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    world_wait(&w, 3000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_NO_ANSWER);
    end(&w);
}

static void who_is_one_too_many_is_busy(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    call_from(&w, "100", "900");
    call_from(&w, "104", "900");
    uint64_t leg = call_from(&w, "103", "900");
    assert_null(world_order(&w, ORDER_ANSWER));
    assert_int_equal(world_order(&w, ORDER_DROP)->leg, leg);
    assert_int_equal(last_notice(&w, "u3", NOTICE_STATUS_CHANGE)->release_reason, CAUSE_BUSY);
    end(&w);
}

static void a_queue_overflows_to_a_number(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item item = queue_900();
    item.overflow = SLICE("104");
    put(&w, item);
    uint64_t leg = call_from(&w, "100", "900");
    answer(&w, leg);
    world_wait(&w, 60000);
    uint64_t called = rung(&w, "104");
    const struct notice *n = last_notice(&w, "u0", NOTICE_PARTICIPANTS_UPDATED);
    assert_string_equal(n->call.call->participants[1].number, "104");
    world_signal(&w, SIGNAL_RINGING, called, CAUSE_NONE);
    assert_string_equal(world_notice(&w, "u4")->call.dnis, "900");
    assert_false(world_notice(&w, "u4")->call.capabilities & BIT(OP_REJECT));
    answer(&w, called);
    assert_int_equal(world_notice(&w, "u0")->call.state, PARTY_ESTABLISHED);
    end(&w);
}

static void queues_that_overflow_to_each_other_end(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item item = queue_900();
    item.overflow = SLICE("901");
    put(&w, item);
    item.name = SLICE("901");
    item.overflow = SLICE("900");
    put(&w, item);
    answer(&w, call_from(&w, "100", "900"));
    world_wait(&w, 179999);
    ready(&w, "u1");
    rung(&w, "101");
    put_state(&w, "u1", OP_NOT_READY);
    world_wait(&w, 60000); /* its no_answer, then at most one more hop */
    world_wait(&w, 70000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_NO_ANSWER);
    end(&w);
}

static void an_agent_who_is_rung_has_its_time(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    answer(&w, call_from(&w, "100", "900"));
    world_wait(&w, 55000);
    ready(&w, "u1");
    uint64_t leg = rung(&w, "101");
    world_wait(&w, 9000);
    answer(&w, leg);
    assert_int_equal(world_notice(&w, "u0")->call.state, PARTY_ESTABLISHED);
    end(&w);
    begin(&w);
    answer(&w, call_from(&w, "100", "900"));
    world_wait(&w, 55000);
    ready(&w, "u1");
    world_wait(&w, 10000); /* it does not answer, and the time is over */
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
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

static void who_calls_from_outside_waits_and_is_answered(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    put(&w, (struct config_item){.kind = CONFIG_SITE, .country = SLICE("49"), .area = SLICE("30")});
    put(&w, (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("t"), .calls = 2});
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | 777,
                                     .trunk = SLICE("t"),
                                     .from = SLICE("+493012345"),
                                     .number = SLICE("900")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(world_order(&w, ORDER_ANSWER)->leg, input.signal.leg);
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_MUSIC);
    answer(&w, input.signal.leg);
    ready(&w, "u1");
    uint64_t leg = rung(&w, "101");
    assert_true(slice_is(world_order(&w, ORDER_RING)->from, "+493012345"));
    world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE);
    const struct notice *n = world_notice(&w, "u1");
    assert_int_equal(n->call.call->type, CALL_TYPE_INBOUND);
    assert_string_equal(n->call.call->ani, "+493012345");
    assert_string_equal(n->call.dnis, "900");
    answer(&w, leg);
    assert_int_equal(world_order(&w, ORDER_MIX)->leg_count, 2);
    end(&w);
}

static void a_queue_overflows_to_the_outside(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    put(&w, (struct config_item){.kind = CONFIG_SITE, .country = SLICE("49"), .area = SLICE("30")});
    put(&w, (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("t"), .calls = 2});
    struct config_item item = queue_900();
    item.overflow = SLICE("+49 30 12345");
    put(&w, item);
    answer(&w, call_from(&w, "100", "900"));
    world_wait(&w, 60000);
    assert_true(slice_is(world_order(&w, ORDER_RING)->trunk, "t"));
    rung(&w, "+493012345");
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

static void a_forwarded_call_reaches_the_queue(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    world_command(&w, "u4", OP_FORWARD_CALLS_ON, "104", "900");
    ready(&w, "u1");
    call_from(&w, "100", "104");
    rung(&w, "101");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_calls_a_queue_hears_music),
        cmocka_unit_test(a_dialled_queue_is_entered_once_off_hook),
        cmocka_unit_test(an_agent_is_offered_the_call),
        cmocka_unit_test(reject_gives_the_call_back),
        cmocka_unit_test(no_answer_gives_the_call_back),
        cmocka_unit_test(a_telephone_that_refuses_gives_the_call_back),
        cmocka_unit_test(a_direct_call_can_not_be_rejected),
        cmocka_unit_test(the_caller_may_leave_while_an_agent_is_rung),
        cmocka_unit_test(a_returned_call_keeps_its_place),
        cmocka_unit_test(the_longest_idle_is_rung_first),
        cmocka_unit_test(who_is_not_free_is_not_rung),
        cmocka_unit_test(who_becomes_free_is_rung),
        cmocka_unit_test(without_members_all_are_asked),
        cmocka_unit_test(the_longest_waiting_comes_first_across_queues),
        cmocka_unit_test(who_waits_too_long_is_released),
        cmocka_unit_test(who_is_one_too_many_is_busy),
        cmocka_unit_test(a_queue_overflows_to_a_number),
        cmocka_unit_test(queues_that_overflow_to_each_other_end),
        cmocka_unit_test(an_agent_who_is_rung_has_its_time),
        cmocka_unit_test(a_removed_queue_lets_its_calls_go),
        cmocka_unit_test(the_agent_keeps_its_call_when_the_queue_changes),
        cmocka_unit_test(after_a_queues_call_there_is_work),
        cmocka_unit_test(ready_ends_the_work_after_a_call),
        cmocka_unit_test(no_work_follows_where_none_is_due),
        cmocka_unit_test(a_call_can_be_transferred_to_a_queue),
        cmocka_unit_test(a_transfer_to_a_queue_that_has_nobody_comes_back),
        cmocka_unit_test(a_queue_can_be_called_into_a_conference),
        cmocka_unit_test(who_calls_from_outside_waits_and_is_answered),
        cmocka_unit_test(a_queue_overflows_to_the_outside),
        cmocka_unit_test(a_consult_call_can_wait_in_a_queue),
        cmocka_unit_test(the_consulted_agent_works_after_the_parent),
        cmocka_unit_test(a_forwarded_call_reaches_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
