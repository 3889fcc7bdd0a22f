/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Queues: who waits, who is rung, how long it takes, and where calls overflow to. What becomes of
 * offers is in test_queue_calls.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "queues.h"

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

/* Nobody of the call talks: who was transferred has lost its telephone and is rung again. */
static void a_queue_overflows_to_the_outside_of_a_call_in_which_nobody_talks(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_offered(&w);
    put(&w, (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("t"), .calls = 2});
    struct config_item item = queue_900();
    item.overflow = SLICE("+493012345");
    item.max_wait_ms = 10000;
    put(&w, item);
    answer(&w, caller_leg);
    answer(&w, agent_leg);
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_SINGLE_STEP_TRANSFER, id, "900"), ERR_OK);
    put_state(&w, "u1", OP_NOT_READY);
    assert_int_equal(world_command(&w, "u0", OP_INITIATE_TRANSFER, id, "104"), ERR_OK);
    world_signal(&w, SIGNAL_GONE, caller_leg, CAUSE_HANGUP);
    rung(&w, "100");
    world_wait(&w, 10000);
    rung(&w, "+493012345");
    end(&w);
}

static void only_agents_of_the_queue_get_its_calls_wherever_they_are_named(void **state)
{
    (void)state;
    static const struct slice unsorted[] = {SLICE("u3"), SLICE("u"), SLICE("u1"), SLICE("u10")};
    struct world w;
    begin(&w);
    struct config_item item = queue_900();
    item.members = unsorted;
    put(&w, item);
    call_from(&w, "100", "900");
    ready(&w, "u2");
    ready(&w, "u4");
    assert_null(world_order(&w, ORDER_RING));
    ready(&w, "u3");
    rung(&w, "103");
    item.members = members; /* u2, who is Ready, has become one */
    item.max_waiting = 5;
    assert_int_equal(put(&w, item), ERR_OK);
    call_from(&w, "101", "900");
    rung(&w, "102");
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
        cmocka_unit_test(who_calls_from_outside_waits_and_is_answered),
        cmocka_unit_test(a_queue_overflows_to_the_outside),
        cmocka_unit_test(a_queue_overflows_to_the_outside_of_a_call_in_which_nobody_talks),
        cmocka_unit_test(only_agents_of_the_queue_get_its_calls_wherever_they_are_named),
        cmocka_unit_test(a_forwarded_call_reaches_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
