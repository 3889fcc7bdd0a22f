/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What an agent asks for: states, do not disturb, forwarding. Queues are in test_queues.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define BIT(op) (UINT64_C(1) << (op))

static void login(struct world *w, const char *user)
{
    assert_int_equal(world_command(w, user, OP_START_CONTACT_CENTER_SESSION, "", ""), ERR_OK);
}

static struct answer ask(const struct world *w, const char *user)
{
    struct answer answer;
    struct query query = {.kind = QUERY_USER, .user = slice_of(user)};
    core_query(w->core, &query, w->now_ms, &answer);
    return answer;
}

static bool state_is(const struct world *w, const char *user, const char *name)
{
    struct answer answer = ask(w, user);
    bool is = slice_is(answer.state ? answer.state->operation_name : SLICE(""), name);
    answer_release(&answer);
    return is;
}

static enum err do_at(struct world *w, const char *user, enum op op, enum op_target at,
                      const char *target, const char *text)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = op,
                                      .at = at,
                                      .user = slice_of(user),
                                      .target = slice_of(target),
                                      .text = slice_of(text)}};
    return world_apply(w, &input);
}

static void put_state(struct world *w, const char *name, enum agent_mode mode)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_AGENT_STATE,
                                     .name = slice_of(name),
                                     .first_name = slice_of(name),
                                     .reason = SLICE("why"),
                                     .mode = mode}};
    assert_int_equal(world_apply(w, &input), ERR_OK);
}

static enum err telephone(struct world *w, enum signal_kind kind, const char *dn)
{
    struct input input = {.kind = INPUT_SIGNAL, .signal = {.kind = kind, .dn = slice_of(dn)}};
    return world_apply(w, &input);
}

static void end(struct world *w)
{
    core_check(w->core);
    world_free(w);
}

static void each_state_is_told_on_devices_and_channel(void **state)
{
    (void)state;
    static const struct {
        enum op op;
        const char *name;
    } rows[] = {{OP_READY, "Ready"},
                {OP_AUX_WORK, "AuxWork"},
                {OP_AFTER_CALL_WORK, "AfterCallWork"},
                {OP_NOT_READY, "NotReady"}};
    static const enum op_target targets[] = {OP_ON_USER, OP_ON_CHANNEL, OP_ON_DEVICE};
    struct world w;
    world_init(&w, 1);
    login(&w, "u0");
    assert_true(state_is(&w, "u0", "NotReady"));
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(do_at(&w, "u0", rows[i].op, targets[t], "100", ""), ERR_OK);
            assert_int_equal(w.fx.notice_count, 2);
            assert_int_equal(w.fx.notices[0]->kind, NOTICE_DEVICE_STATE_CHANGE);
            assert_int_equal(w.fx.notices[1]->kind, NOTICE_CHANNEL_STATE_CHANGE);
            assert_true(slice_is(w.fx.notices[0]->device.state->operation_name, rows[i].name));
            assert_int_equal(do_at(&w, "u0", rows[i].op, targets[t], "100", ""), ERR_OK);
            assert_int_equal(w.fx.notice_count, 0);
        }
    end(&w);
}

static void a_state_needs_a_session_and_ready_a_telephone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    assert_int_equal(do_at(&w, "u0", OP_NOT_READY, OP_ON_USER, "", ""), ERR_STATE);
    assert_true(w.fx.reason.len > 0);
    login(&w, "u0");
    telephone(&w, SIGNAL_UNREGISTERED, "100");
    assert_int_equal(do_at(&w, "u0", OP_READY, OP_ON_USER, "", ""), ERR_NOT_REGISTERED);
    assert_true(slice_is(w.fx.reason, "Device '100' is not registered."));
    assert_int_equal(do_at(&w, "u0", OP_AUX_WORK, OP_ON_USER, "", ""), ERR_OK);
    end(&w);
}

static void configured_states_are_asked_for_by_name(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    put_state(&w, "OutToLunch", AGENT_NOT_READY);
    put_state(&w, "Eager", AGENT_READY);
    assert_int_equal(do_at(&w, "u0", OP_AGENT_STATE, OP_ON_CHANNEL, "", "OutToLunch"), ERR_STATE);
    login(&w, "u0");
    assert_int_equal(do_at(&w, "u0", OP_AGENT_STATE, OP_ON_CHANNEL, "", "OutToLunch"), ERR_OK);
    assert_true(slice_is(world_notice(&w, "u0")->device.state->reason, "why"));
    assert_int_equal(do_at(&w, "u0", OP_AGENT_STATE, OP_ON_CHANNEL, "", "Nap"), ERR_INVALID);
    assert_non_null(strstr(arena_string(&w.fx.arena, w.fx.reason), "'Nap'"));
    assert_true(state_is(&w, "u0", "OutToLunch"));
    telephone(&w, SIGNAL_UNREGISTERED, "100");
    assert_int_equal(do_at(&w, "u0", OP_AGENT_STATE, OP_ON_USER, "", "Eager"), ERR_NOT_REGISTERED);
    end(&w);
}

static void a_state_that_becomes_a_ready_one_makes_nobody_ready_without_a_telephone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    put_state(&w, "Eager", AGENT_NOT_READY);
    for (int i = 0; i < 2; i++) {
        login(&w, i ? "u1" : "u0");
        do_at(&w, i ? "u1" : "u0", OP_AGENT_STATE, OP_ON_CHANNEL, "", "Eager");
    }
    telephone(&w, SIGNAL_UNREGISTERED, "100");
    put_state(&w, "Eager", AGENT_READY);
    assert_true(state_is(&w, "u0", "NotReady"));
    assert_true(state_is(&w, "u1", "Eager"));
    end(&w);
}

static void without_a_telephone_nobody_stays_ready(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    struct input second = {
        .kind = INPUT_CONFIG,
        .config = {.kind = CONFIG_DEVICE, .name = SLICE("150"), .owner = SLICE("u0"), .calls = 1}};
    assert_int_equal(world_apply(&w, &second), ERR_OK);
    login(&w, "u0");
    telephone(&w, SIGNAL_REGISTERED, "150");
    do_at(&w, "u0", OP_READY, OP_ON_USER, "", "");
    telephone(&w, SIGNAL_UNREGISTERED, "100");
    assert_true(state_is(&w, "u0", "Ready"));
    telephone(&w, SIGNAL_UNREGISTERED, "150");
    assert_true(state_is(&w, "u0", "NotReady"));
    assert_non_null(world_notice(&w, "u0"));
    telephone(&w, SIGNAL_REGISTERED, "150");
    assert_true(state_is(&w, "u0", "NotReady"));
    do_at(&w, "u0", OP_READY, OP_ON_USER, "", "");
    struct input remove = {.kind = INPUT_CONFIG,
                           .config = {.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("150")}};
    assert_int_equal(world_apply(&w, &remove), ERR_OK);
    assert_true(state_is(&w, "u0", "NotReady"));
    end(&w);
}

static void do_not_disturb_is_a_pair_of_capabilities(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    struct answer answer = ask(&w, "u0");
    assert_int_equal(answer.devices[0].capabilities,
                     BIT(OP_DO_NOT_DISTURB_ON) | BIT(OP_FORWARD_CALLS_ON));
    answer_release(&answer);
    assert_int_equal(do_at(&w, "u0", OP_DO_NOT_DISTURB_ON, OP_ON_DEVICE, "100", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 1);
    assert_true(w.fx.notices[0]->device.is_dnd);
    assert_int_equal(w.fx.notices[0]->device.capabilities,
                     BIT(OP_DO_NOT_DISTURB_OFF) | BIT(OP_FORWARD_CALLS_ON));
    assert_int_equal(do_at(&w, "u0", OP_DO_NOT_DISTURB_ON, OP_ON_DEVICE, "100", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    assert_int_equal(do_at(&w, "u0", OP_DO_NOT_DISTURB_OFF, OP_ON_USER, "", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 1);
    assert_int_equal(do_at(&w, "u0", OP_DO_NOT_DISTURB_OFF, OP_ON_CHANNEL, "", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    end(&w);
}

/* u0 calls number, its telephone off hook. */
static void call(struct world *w, const char *number)
{
    assert_int_equal(world_command(w, "u0", OP_DIAL, "100", number), ERR_OK);
    world_signal(w, SIGNAL_ANSWERED, world_order(w, ORDER_RING)->leg, CAUSE_NONE);
}

static void who_is_not_to_be_disturbed_is_busy(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    do_at(&w, "u1", OP_DO_NOT_DISTURB_ON, OP_ON_USER, "", "");
    call(&w, "101");
    assert_null(world_order(&w, ORDER_RING));
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    world_wait(&w, 5000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_BUSY);
    end(&w);
}

static void forward(struct world *w, const char *user, const char *device, const char *number)
{
    assert_int_equal(do_at(w, user, OP_FORWARD_CALLS_ON, OP_ON_DEVICE, device, number), ERR_OK);
}

static void forwarding_is_a_pair_of_capabilities(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    assert_int_equal(do_at(&w, "u0", OP_FORWARD_CALLS_ON, OP_ON_DEVICE, "100", "bob"), ERR_INVALID);
    assert_int_equal(do_at(&w, "u0", OP_FORWARD_CALLS_ON, OP_ON_DEVICE, "100", "100"), ERR_INVALID);
    assert_int_equal(do_at(&w, "u0", OP_FORWARD_CALLS_ON, OP_ON_DEVICE, "101", "102"),
                     ERR_NOT_FOUND);
    forward(&w, "u0", "100", "101");
    const struct notice *n = world_notice(&w, "u0");
    assert_string_equal(n->device.forward_to, "101");
    assert_int_equal(n->device.capabilities, BIT(OP_DO_NOT_DISTURB_ON) | BIT(OP_FORWARD_CALLS_OFF));
    forward(&w, "u0", "100", "101");
    assert_int_equal(w.fx.notice_count, 0);
    forward(&w, "u0", "100", "999");
    assert_int_equal(w.fx.notice_count, 1);
    assert_int_equal(do_at(&w, "u0", OP_FORWARD_CALLS_OFF, OP_ON_DEVICE, "100", ""), ERR_OK);
    assert_string_equal(world_notice(&w, "u0")->device.forward_to, "");
    assert_int_equal(do_at(&w, "u0", OP_FORWARD_CALLS_OFF, OP_ON_DEVICE, "100", ""), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    end(&w);
}

static void a_direct_call_follows_three_hops(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 6);
    forward(&w, "u1", "101", "102");
    forward(&w, "u2", "102", "103");
    forward(&w, "u3", "103", "104");
    call(&w, "101");
    const struct order *order = world_order(&w, ORDER_RING);
    assert_true(slice_is(order->dn, "104"));
    const struct notice *n = world_notice(&w, "u0");
    assert_int_equal(n->kind, NOTICE_PARTICIPANTS_UPDATED);
    assert_string_equal(n->call.call->participants[1].number, "104");
    assert_string_equal(n->call.dnis, "101");
    world_signal(&w, SIGNAL_RINGING, order->leg, CAUSE_NONE);
    assert_string_equal(world_notice(&w, "u4")->call.dnis, "101");
    end(&w);
    world_init(&w, 6);
    forward(&w, "u1", "101", "102");
    forward(&w, "u2", "102", "103");
    forward(&w, "u3", "103", "104");
    forward(&w, "u4", "104", "105");
    call(&w, "101");
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    end(&w);
}

static void who_forwards_in_a_circle_is_busy(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    forward(&w, "u1", "101", "102");
    forward(&w, "u2", "102", "101");
    call(&w, "101");
    assert_null(world_order(&w, ORDER_RING));
    assert_int_equal(world_order(&w, ORDER_MIX)->legs[0].tone, TONE_BUSY);
    end(&w);
}

/* Nobody is lost: who transferred gets the call back whatever its telephone does with others. */
static void a_failed_transfer_comes_back_past_forwarding(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    world_init(&w, 3);
    call(&w, "101");
    uint64_t leg = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, leg, CAUSE_NONE);
    forward(&w, "u1", "101", "102");
    do_at(&w, "u1", OP_DO_NOT_DISTURB_ON, OP_ON_USER, "", "");
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_SINGLE_STEP_TRANSFER, id, "999"), ERR_OK);
    assert_true(slice_is(world_order(&w, ORDER_RING)->dn, "101"));
    end(&w);
}

static void set_vanished(struct world *w, uint64_t ms)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_LIMITS,
                                     .limits = {.pick_up_ms = 20000,
                                                .no_answer_ms = 30000,
                                                .tone_ms = 3000,
                                                .keep_ms = 60000,
                                                .vanished_ms = ms}}};
    assert_int_equal(world_apply(w, &input), ERR_OK);
}

static void begin_ready(struct world *w)
{
    world_init(w, 2);
    set_vanished(w, 60000);
    login(w, "u0");
    do_at(w, "u0", OP_READY, OP_ON_USER, "", "");
}

static void an_idle_agent_whose_desktop_went_is_logged_out_later(void **state)
{
    (void)state;
    struct world w;
    begin_ready(&w);
    assert_int_equal(do_at(&w, "u1", OP_DESKTOP_GONE, OP_ON_USER, "", ""), ERR_EXISTS);
    assert_int_equal(do_at(&w, "u0", OP_DESKTOP_BACK, OP_ON_USER, "", ""), ERR_EXISTS);
    assert_int_equal(do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", ""), ERR_OK);
    assert_true(state_is(&w, "u0", "NotReady"));
    assert_int_equal(do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", ""), ERR_EXISTS);
    world_wait(&w, 59999);
    assert_true(state_is(&w, "u0", "NotReady"));
    world_wait(&w, 1);
    assert_true(state_is(&w, "u0", ""));
    assert_int_equal(w.fx.notice_count, 2);
    assert_int_equal(do_at(&w, "u0", OP_DESKTOP_BACK, OP_ON_USER, "", ""), ERR_EXISTS);
    end(&w);
}

static void who_comes_back_stays_logged_in(void **state)
{
    (void)state;
    struct world w;
    begin_ready(&w);
    do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", "");
    world_wait(&w, 30000);
    assert_int_equal(do_at(&w, "u0", OP_DESKTOP_BACK, OP_ON_USER, "", ""), ERR_OK);
    world_wait(&w, 600000);
    assert_true(state_is(&w, "u0", "NotReady"));
    end(&w);
    begin_ready(&w); /* never, where that is configured */
    set_vanished(&w, 0);
    do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", "");
    world_wait(&w, 600000);
    assert_true(state_is(&w, "u0", "NotReady"));
    end(&w);
}

static void a_call_outlives_its_desktop(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin_ready(&w);
    call(&w, "101");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", "");
    assert_int_equal(w.fx.notice_count, 0);
    assert_true(state_is(&w, "u0", "Ready"));
    world_call_id(&w, "u1", id);
    assert_int_equal(world_command(&w, "u1", OP_HANGUP, id, ""), ERR_OK);
    assert_true(state_is(&w, "u0", "NotReady"));
    end(&w);
    begin_ready(&w); /* nor does the log-out drop it */
    call(&w, "101");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", "");
    world_wait(&w, 60000);
    assert_true(state_is(&w, "u0", ""));
    assert_null(world_order(&w, ORDER_DROP));
    world_call_id(&w, "u0", id);
    assert_int_equal(world_command(&w, "u0", OP_HOLD, id, ""), ERR_OK);
    end(&w);
    begin_ready(&w); /* back before it ended: nothing happened */
    call(&w, "101");
    do_at(&w, "u0", OP_DESKTOP_GONE, OP_ON_USER, "", "");
    do_at(&w, "u0", OP_DESKTOP_BACK, OP_ON_USER, "", "");
    world_wait(&w, 40000);
    world_call_id(&w, "u0", id);
    assert_string_equal(id, "");
    assert_true(state_is(&w, "u0", "Ready"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_is_told_on_devices_and_channel),
        cmocka_unit_test(a_state_needs_a_session_and_ready_a_telephone),
        cmocka_unit_test(configured_states_are_asked_for_by_name),
        cmocka_unit_test(a_state_that_becomes_a_ready_one_makes_nobody_ready_without_a_telephone),
        cmocka_unit_test(without_a_telephone_nobody_stays_ready),
        cmocka_unit_test(do_not_disturb_is_a_pair_of_capabilities),
        cmocka_unit_test(who_is_not_to_be_disturbed_is_busy),
        cmocka_unit_test(forwarding_is_a_pair_of_capabilities),
        cmocka_unit_test(a_direct_call_follows_three_hops),
        cmocka_unit_test(who_forwards_in_a_circle_is_busy),
        cmocka_unit_test(an_idle_agent_whose_desktop_went_is_logged_out_later),
        cmocka_unit_test(who_comes_back_stays_logged_in),
        cmocka_unit_test(a_call_outlives_its_desktop),
        cmocka_unit_test(a_failed_transfer_comes_back_past_forwarding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
