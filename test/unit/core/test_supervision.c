/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Supervision from every side: the supervisor u2 on device 102, the monitored u1 on 101, and u0
 * who talks to u1. Longer than others: each step is looked at from all three, who are the same in
 * every test. */
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
#define MONITORING_OPS (BIT(OP_LISTEN_IN) | BIT(OP_COACH) | BIT(OP_BARGE_IN))
#define E11                                                                                        \
    (UD4 | BIT(OP_SEND_DTMF) | BIT(OP_HOLD) | BIT(OP_HANGUP) | BIT(OP_SINGLE_STEP_TRANSFER) |      \
     BIT(OP_SINGLE_STEP_CONFERENCE) | BIT(OP_INITIATE_TRANSFER) | BIT(OP_INITIATE_CONFERENCE))
#define CALLER 0
#define AGENT  1
#define SUPER  2

static struct world w;
static char id[33];
static uint64_t legs[4];

static void put_role(const char *user, unsigned roles)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_USER, .name = slice_of(user), .roles = roles}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
}

static int begin(void **state)
{
    (void)state;
    world_init(&w, 5);
    put_role("u2", ROLE_AGENT | ROLE_SUPERVISOR);
    put_role("u3", ROLE_SUPERVISOR);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    return 0;
}

static enum err arm_for(const char *user, const char *device, enum op op, const char *target,
                        enum monitor_scope scope, enum monitor_span span)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = op,
                                      .at = OP_ON_DEVICE,
                                      .user = slice_of(user),
                                      .target = slice_of(device),
                                      .text = slice_of(target),
                                      .scope = scope,
                                      .span = span}};
    return world_apply(&w, &input);
}

static enum err arm(enum op op, enum monitor_scope scope, enum monitor_span span)
{
    return arm_for("u2", "102", op, "101", scope, span);
}

static enum err on_device(enum op op)
{
    return arm(op, MONITOR_CALL, MONITOR_ALL_CALLS);
}

/* u0 talks to u1; the effects are those of u1's answer. */
static void talk(void)
{
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    legs[CALLER] = world_order(&w, ORDER_RING)->leg;
    world_call_id(&w, "u0", id);
    world_signal(&w, SIGNAL_ANSWERED, legs[CALLER], CAUSE_NONE);
    legs[AGENT] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[AGENT], CAUSE_NONE);
}

/* The supervisor's telephone is rung by the last input and answers. */
static void join(void)
{
    const struct order *ring = world_order(&w, ORDER_RING);
    assert_non_null(ring);
    assert_true(slice_is(ring->dn, "102"));
    legs[SUPER] = ring->leg;
    world_signal(&w, SIGNAL_RINGING, legs[SUPER], CAUSE_NONE);
    assert_int_equal(world_signal(&w, SIGNAL_ANSWERED, legs[SUPER], CAUSE_NONE), ERR_OK);
}

static void supervise(enum op op, enum monitor_scope scope, enum monitor_span span)
{
    assert_int_equal(arm(op, scope, span), ERR_OK);
    talk();
    join();
}

/* Whether the leg of the one hears that of the other, by the last table. */
static bool hears(int one, int other)
{
    const struct order *mix = NULL;
    for (size_t i = 0; i < w.fx.order_count; i++)
        if (w.fx.orders[i].kind == ORDER_MIX)
            mix = &w.fx.orders[i];
    if (!mix)
        return false;
    size_t from = mix->leg_count;
    size_t to = mix->leg_count;
    for (size_t i = 0; i < mix->leg_count; i++) {
        from = mix->legs[i].leg == legs[one] ? i : from;
        to = mix->legs[i].leg == legs[other] ? i : to;
    }
    return from < mix->leg_count && to < mix->leg_count && (mix->legs[from].hears >> to & 1);
}

/* What everybody hears, the supervisor always all. */
static void assert_heard(bool by_caller, bool by_agent)
{
    assert_true(hears(SUPER, CALLER));
    assert_true(hears(SUPER, AGENT));
    assert_int_equal(hears(CALLER, SUPER), by_caller);
    assert_int_equal(hears(AGENT, SUPER), by_agent);
    assert_true(hears(CALLER, AGENT));
    assert_true(hears(AGENT, CALLER));
}

static struct answer query_of(const char *user, enum query_kind kind)
{
    struct answer answer;
    struct query query = {.kind = kind, .user = slice_of(user)};
    core_query(w.core, &query, w.now_ms, &answer);
    return answer;
}

static bool is_armed(const char *user)
{
    struct answer answer = query_of(user, QUERY_DEVICES);
    bool armed = answer.devices[0].monitoring != MONITORING_NONE;
    assert_int_equal(!!(answer.devices[0].capabilities & BIT(OP_CANCEL_SUPERVISOR_MONITORING)),
                     armed);
    answer_release(&answer);
    return armed;
}

/* PARTY_RELEASED when there is none. */
static enum party_state state_of(const char *user)
{
    struct answer answer = query_of(user, QUERY_CALLS);
    enum party_state state = answer.call_count ? answer.calls[0].state : PARTY_RELEASED;
    answer_release(&answer);
    return state;
}

static bool is_listened_to(const char *user)
{
    struct answer answer = query_of(user, QUERY_CALLS);
    assert_int_equal(answer.call_count, 1);
    bool listened = answer.calls[0].is_listened_to;
    answer_release(&answer);
    return listened;
}

static size_t count_of(const char *user, enum notice_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < w.fx.notice_count; i++)
        count += w.fx.notices[i]->kind == kind && slice_is(w.fx.notices[i]->user->name, user);
    return count;
}

/* --- arming --- */

static void arming_is_told_on_the_device(void **state)
{
    (void)state;
    assert_int_equal(arm(OP_LISTEN_IN, MONITOR_AGENT, MONITOR_NEXT_CALL), ERR_OK);
    assert_int_equal(w.fx.notice_count, 1);
    const struct notice *n = world_notice(&w, "u2");
    assert_int_equal(n->kind, NOTICE_DEVICE_STATE_CHANGE);
    assert_int_equal(n->device.monitoring, MONITORING_LISTEN_IN);
    assert_int_equal(n->device.scope, MONITOR_AGENT);
    assert_int_equal(n->device.span, MONITOR_NEXT_CALL);
    assert_int_equal(n->device.capabilities & MONITORING_OPS, MONITORING_OPS);
    assert_true(n->device.capabilities & BIT(OP_CANCEL_SUPERVISOR_MONITORING));
    struct answer answer = query_of("u1", QUERY_DEVICES);
    assert_string_equal(n->device.target_id, answer.devices[0].id);
    assert_int_equal(answer.devices[0].capabilities & MONITORING_OPS, 0);
    answer_release(&answer);
    assert_int_equal(on_device(OP_CANCEL_SUPERVISOR_MONITORING), ERR_OK);
    n = world_notice(&w, "u2");
    assert_int_equal(n->device.monitoring, MONITORING_NONE);
    assert_false(n->device.capabilities & BIT(OP_CANCEL_SUPERVISOR_MONITORING));
    assert_string_equal(n->device.target_id, "");
    assert_int_equal(on_device(OP_CANCEL_SUPERVISOR_MONITORING), ERR_STATE);
}

static void only_supervisors_arm_and_only_for_others(void **state)
{
    (void)state;
    assert_int_equal(arm_for("u0", "100", OP_COACH, "101", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_PERMISSION);
    assert_int_equal(arm_for("u2", "102", OP_COACH, "999", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_NOT_FOUND);
    assert_int_equal(arm_for("u2", "102", OP_COACH, "102", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_INVALID);
    assert_int_equal(arm_for("u2", "103", OP_COACH, "101", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_NOT_FOUND);
    assert_int_equal(w.fx.notice_count, 0);
}

static void a_device_has_one_supervisor(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    assert_int_equal(arm_for("u3", "103", OP_COACH, "101", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_IN_USE);
    assert_int_equal(on_device(OP_COACH), ERR_OK); /* anew */
    assert_int_equal(world_notice(&w, "u2")->device.monitoring, MONITORING_COACH);
    assert_int_equal(arm_for("u2", "102", OP_COACH, "100", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_OK);
    assert_int_equal(arm_for("u3", "103", OP_COACH, "101", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_OK);
}

static void signal_device(enum signal_kind kind, const char *dn)
{
    struct input input = {.kind = INPUT_SIGNAL, .signal = {.kind = kind, .dn = slice_of(dn)}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
}

static void what_is_gone_neither_monitors_nor_is_monitored(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    signal_device(SIGNAL_UNREGISTERED, "102");
    assert_false(is_armed("u2"));
    assert_int_equal(world_notice(&w, "u2")->device.capabilities & MONITORING_OPS, 0);
    assert_int_equal(on_device(OP_LISTEN_IN), ERR_NOT_REGISTERED);
    signal_device(SIGNAL_REGISTERED, "102");
    on_device(OP_LISTEN_IN);
    signal_device(SIGNAL_UNREGISTERED, "101");
    assert_false(is_armed("u2"));
    assert_int_equal(count_of("u2", NOTICE_DEVICE_ERROR), 1);
    on_device(OP_LISTEN_IN);
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("101")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_false(is_armed("u2"));
    arm_for("u2", "102", OP_LISTEN_IN, "100", MONITOR_CALL, MONITOR_ALL_CALLS);
    assert_true(is_armed("u2"));
    put_role("u2", ROLE_AGENT);
    assert_false(is_armed("u2"));
    assert_int_equal(world_notice(&w, "u2")->device.capabilities & MONITORING_OPS, 0);
}

static void a_device_that_is_given_away_ends_what_it_supervised(void **state)
{
    (void)state;
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = SLICE("102"),
                                     .owner = SLICE("u4"),
                                     .calls = 1,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(world_notice(&w, "u2")->call.state, PARTY_RELEASED);
    assert_false(world_notice(&w, "u1")->call.is_listened_to);
    assert_int_equal(state_of("u0"), PARTY_ESTABLISHED);
}

/* --- joining --- */

static void the_supervisors_telephone_is_rung_when_the_agent_talks(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    talk();
    const struct order *ring = world_order(&w, ORDER_RING);
    assert_true(slice_is(ring->dn, "102"));
    assert_true(slice_is(ring->from, "101"));
    assert_true(ring->auto_answer);
    assert_null(world_notice(&w, "u2"));
    legs[SUPER] = ring->leg;
    world_signal(&w, SIGNAL_RINGING, legs[SUPER], CAUSE_NONE);
    assert_int_equal(w.fx.notice_count, 1);
    const struct notice *n = world_notice(&w, "u2");
    assert_int_equal(n->kind, NOTICE_STATUS_CHANGE);
    assert_int_equal(n->call.state, PARTY_RINGING);
    assert_int_equal(n->call.capabilities, UD4 | BIT(OP_ANSWER));
    assert_true(n->call.is_monitoring);
    assert_string_equal(n->call.call->id, id);
    assert_int_equal(n->call.call->participant_count, 2);
    world_signal(&w, SIGNAL_ANSWERED, legs[SUPER], CAUSE_NONE);
    n = world_notice(&w, "u2");
    assert_int_equal(n->call.state, PARTY_ESTABLISHED);
    assert_true(n->has_extensions);
    assert_true(n->call.is_muted);
    assert_false(n->call.is_listened_to);
    n = world_notice(&w, "u1");
    assert_int_equal(n->kind, NOTICE_STATUS_CHANGE);
    assert_int_equal(n->call.state, PARTY_ESTABLISHED);
    assert_true(n->call.is_listened_to);
    assert_int_equal(n->call.call->participant_count, 2);
    assert_null(world_notice(&w, "u0"));
    assert_int_equal(w.fx.notice_count, 2);
}

static void who_calls_is_monitored_like_who_is_called(void **state)
{
    (void)state;
    arm_for("u2", "102", OP_LISTEN_IN, "100", MONITOR_CALL, MONITOR_ALL_CALLS);
    talk();
    join();
    assert_true(world_notice(&w, "u0")->call.is_listened_to);
    assert_null(world_notice(&w, "u1"));
}

static void each_mode_is_heard_as_it_says(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_LISTEN_IN, OP_COACH, OP_BARGE_IN};
    for (int i = 0; i < 3; i++) {
        supervise(ops[i], MONITOR_CALL, MONITOR_ALL_CALLS);
        assert_heard(i == 2, i > 0);
        const struct notice *n = world_notice(&w, "u2");
        assert_int_equal(n->call.is_muted, i == 0);
        assert_int_equal(n->call.call->participant_count, i == 2 ? 3 : 2);
        assert_int_equal(is_listened_to("u1"), i < 2);
        assert_int_equal(count_of("u0", NOTICE_PARTICIPANTS_UPDATED), i == 2);
        world_command(&w, "u0", OP_CLEAR_CALL, id, "");
        assert_int_equal(world_notice(&w, "u2")->release_reason, CAUSE_CLEARED);
        world_signal(&w, SIGNAL_GONE, legs[SUPER], CAUSE_NONE);
    }
}

static void barging_in_needs_not_wait_for_the_next_call(void **state)
{
    (void)state;
    talk();
    assert_int_equal(on_device(OP_BARGE_IN), ERR_OK);
    join();
    assert_heard(true, true);
    assert_int_equal(count_of("u1", NOTICE_PARTICIPANTS_UPDATED), 1);
    world_command(&w, "u2", OP_HANGUP, id, "");
    assert_int_equal(on_device(OP_LISTEN_IN), ERR_OK);
    assert_null(world_order(&w, ORDER_RING));
    world_command(&w, "u1", OP_HOLD, id, "");
    assert_int_equal(on_device(OP_BARGE_IN), ERR_OK);
    join();
    assert_false(hears(SUPER, AGENT));
    assert_true(hears(SUPER, CALLER));
}

static void a_busy_supervisor_misses_the_call_and_stays_armed(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    world_command(&w, "u2", OP_DIAL, "102", "999");
    talk();
    assert_null(world_order(&w, ORDER_RING));
    assert_true(is_armed("u2"));
}

static void a_supervisor_who_declines_misses_the_call_and_stays_armed(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    talk();
    uint64_t leg = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE);
    assert_int_equal(world_command(&w, "u2", OP_HANGUP, id, ""), ERR_OK);
    assert_int_equal(world_notice(&w, "u2")->release_reason, CAUSE_REJECTED);
    assert_int_equal(w.fx.notice_count, 1);
    assert_true(is_armed("u2"));
    assert_int_equal(state_of("u0"), PARTY_ESTABLISHED);
}

static void no_answer_disarms_with_an_error(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    talk();
    world_signal(&w, SIGNAL_RINGING, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_wait(&w, 30000);
    assert_false(is_armed("u2"));
    assert_int_equal(w.fx.notices[0]->call.state, PARTY_RELEASED);
    assert_int_equal(w.fx.notices[0]->release_reason, CAUSE_NO_ANSWER);
    assert_int_equal(count_of("u2", NOTICE_DEVICE_ERROR), 1);
    assert_int_equal(count_of("u2", NOTICE_DEVICE_STATE_CHANGE), 1);
    assert_int_equal(w.fx.notice_count, 3);
    assert_int_equal(state_of("u0"), PARTY_ESTABLISHED);
}

static void a_telephone_that_cannot_be_reached_disarms_too(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    talk();
    world_signal(&w, SIGNAL_GONE, world_order(&w, ORDER_RING)->leg, CAUSE_UNREACHABLE);
    assert_false(is_armed("u2"));
    assert_int_equal(count_of("u2", NOTICE_DEVICE_ERROR), 1);
}

/* --- in the call --- */

static void capabilities_are_those_of_the_samples(void **state)
{
    (void)state;
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_LIMITS,
                                     .limits = {.pick_up_ms = 20000,
                                                .no_answer_ms = 30000,
                                                .keep_ms = 60000,
                                                .key_bytes = 255,
                                                .value_bytes = 16384,
                                                .call_bytes = 65536,
                                                .pairs = 1000,
                                                .is_documented = 1}}};
    world_apply(&w, &input);
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    uint64_t in_each = E11 | BIT(OP_REMOVE_PARTICIPANT_FROM_CONFERENCE);
    assert_int_equal(world_notice(&w, "u2")->call.capabilities,
                     in_each | BIT(OP_SWITCH_TO_BARGE_IN));
    world_command(&w, "u2", OP_SWITCH_TO_BARGE_IN, id, "");
    assert_int_equal(world_notice(&w, "u2")->call.capabilities,
                     in_each | BIT(OP_SWITCH_TO_LISTEN_IN));
    world_command(&w, "u2", OP_SWITCH_TO_COACH, id, ""); /* not shown, but there */
    assert_int_equal(world_notice(&w, "u2")->call.capabilities,
                     in_each | BIT(OP_SWITCH_TO_LISTEN_IN) | BIT(OP_SWITCH_TO_BARGE_IN));
}

static void switching_is_told_to_everybody_it_concerns(void **state)
{
    (void)state;
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    assert_int_equal(world_command(&w, "u2", OP_SWITCH_TO_LISTEN_IN, id, ""), ERR_STATE);
    assert_int_equal(world_command(&w, "u0", OP_SWITCH_TO_BARGE_IN, id, ""), ERR_STATE);
    assert_int_equal(world_command(&w, "u2", OP_SWITCH_TO_BARGE_IN, id, ""), ERR_OK);
    assert_heard(true, true);
    const struct notice *n = world_notice(&w, "u2");
    assert_int_equal(n->kind, NOTICE_STATUS_CHANGE);
    assert_true(n->has_extensions);
    assert_true(n->has_wrap_up);
    assert_false(n->call.is_muted);
    assert_int_equal(count_of("u0", NOTICE_PARTICIPANTS_UPDATED), 1);
    n = world_notice(&w, "u1");
    assert_int_equal(n->kind, NOTICE_PARTICIPANTS_UPDATED);
    assert_false(n->call.is_listened_to);
    assert_int_equal(n->call.call->participant_count, 3);
    assert_int_equal(world_command(&w, "u2", OP_SWITCH_TO_COACH, id, ""), ERR_OK);
    assert_heard(false, true);
    assert_true(world_notice(&w, "u1")->call.is_listened_to);
    assert_int_equal(world_notice(&w, "u0")->call.call->participant_count, 2);
    assert_int_equal(world_command(&w, "u2", OP_SWITCH_TO_LISTEN_IN, id, ""), ERR_OK);
    assert_heard(false, false);
    assert_int_equal(w.fx.notice_count, 1); /* the others see no difference */
    assert_true(world_notice(&w, "u2")->call.is_muted);
}

static void muting_the_monitored_one_leaves_it_to_the_supervisor(void **state)
{
    (void)state;
    supervise(OP_BARGE_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    assert_int_equal(world_command(&w, "u0", OP_MUTE_MONITORED_USER, id, ""), ERR_STATE);
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_MUTE_MONITORED_USER,
                                      .at = OP_ON_CALL,
                                      .user = SLICE("u2"),
                                      .target = slice_of(id)}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(w.fx.notice_count, 1);
    const struct notice *n = world_notice(&w, "u2");
    assert_int_equal(n->kind, NOTICE_MONITORED_USER_MUTED);
    assert_true(n->call.is_monitored_muted);
    assert_false(n->call.is_muted);
    assert_true(n->has_extensions);
    assert_false(hears(CALLER, AGENT));
    assert_true(hears(SUPER, AGENT));
    assert_int_equal(on_device(OP_UNMUTE_MONITORED_USER), ERR_OK);
    assert_false(world_notice(&w, "u2")->call.is_monitored_muted);
    assert_true(hears(CALLER, AGENT));
    on_device(OP_MUTE_MONITORED_USER);
    world_command(&w, "u2", OP_HANGUP, id, "");
    assert_true(hears(CALLER, AGENT)); /* nobody stays muted by who is gone */
    assert_int_equal(on_device(OP_MUTE_MONITORED_USER), ERR_STATE);
}

static void the_supervisors_hangup_leaves_the_others_alone(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_LISTEN_IN, OP_BARGE_IN};
    for (int i = 0; i < 2; i++) {
        supervise(ops[i], MONITOR_CALL, MONITOR_ALL_CALLS);
        assert_int_equal(world_command(&w, "u2", OP_HANGUP, id, ""), ERR_OK);
        assert_int_equal(world_notice(&w, "u2")->call.state, PARTY_RELEASED);
        assert_int_equal(count_of("u0", NOTICE_PARTICIPANTS_UPDATED), i);
        assert_false(world_notice(&w, "u1")->call.is_listened_to);
        assert_true(hears(CALLER, AGENT));
        assert_true(is_armed("u2"));
        world_command(&w, "u0", OP_HANGUP, id, "");
        assert_null(world_notice(&w, "u2"));
    }
}

static void a_silent_supervisor_keeps_no_call_alive(void **state)
{
    (void)state;
    supervise(OP_COACH, MONITOR_CALL, MONITOR_ALL_CALLS);
    world_command(&w, "u0", OP_HANGUP, id, "");
    for (int i = 0; i < 3; i++) {
        const char *users[] = {"u0", "u1", "u2"};
        assert_int_equal(world_notice(&w, users[i])->release_reason, CAUSE_HANGUP);
    }
    supervise(OP_BARGE_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(state_of("u1"), PARTY_ESTABLISHED); /* with the supervisor */
    assert_int_equal(world_command(&w, "u2", OP_SWITCH_TO_LISTEN_IN, id, ""), ERR_STATE);
    world_command(&w, "u2", OP_HANGUP, id, "");
    assert_int_equal(world_notice(&w, "u1")->call.state, PARTY_RELEASED);
}

static void a_ringing_supervisor_keeps_no_call_alive(void **state)
{
    (void)state;
    on_device(OP_BARGE_IN);
    talk();
    world_signal(&w, SIGNAL_RINGING, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(world_notice(&w, "u1")->call.state, PARTY_RELEASED);
    assert_int_equal(world_notice(&w, "u2")->call.state, PARTY_RELEASED);
    assert_true(is_armed("u2"));
}

static void holding_gives_music_though_a_supervisor_talks_to_itself(void **state)
{
    (void)state;
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    world_command(&w, "u1", OP_HOLD, id, "");
    const struct order *mix = world_order(&w, ORDER_MIX);
    assert_int_equal(mix->legs[0].tone, TONE_MUSIC);
    assert_int_equal(mix->legs[2].tone, TONE_NONE);
    assert_int_equal(mix->legs[2].hears, 1);
}

static void a_supervisor_may_remove_who_talks(void **state)
{
    (void)state;
    supervise(OP_BARGE_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    /* Having been called by the one it monitors does not make it a guest of that one. */
    assert_int_equal(world_command(&w, "u1", OP_REMOVE_PARTICIPANT_FROM_CONFERENCE, id, "102"),
                     ERR_STATE);
    assert_int_equal(world_command(&w, "u2", OP_REMOVE_PARTICIPANT_FROM_CONFERENCE, id, "999"),
                     ERR_INVALID);
    assert_int_equal(world_command(&w, "u2", OP_REMOVE_PARTICIPANT_FROM_CONFERENCE, id, "101"),
                     ERR_OK);
    assert_int_equal(world_notice(&w, "u1")->release_reason, CAUSE_CLEARED);
    assert_int_equal(state_of("u2"), PARTY_ESTABLISHED);
    world_command(&w, "u2", OP_HANGUP, id, "");
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    world_command(&w, "u2", OP_REMOVE_PARTICIPANT_FROM_CONFERENCE, id, "100");
    assert_int_equal(state_of("u0"), PARTY_RELEASED);
    assert_int_equal(state_of("u1"), PARTY_RELEASED);
    assert_int_equal(state_of("u2"), PARTY_RELEASED);
}

static void digits_go_where_the_voice_goes(void **state)
{
    (void)state;
    supervise(OP_COACH, MONITOR_CALL, MONITOR_ALL_CALLS);
    assert_int_equal(world_command(&w, "u2", OP_SEND_DTMF, id, "1"), ERR_OK);
    assert_int_equal(w.fx.order_count, 1);
    assert_int_equal(world_order(&w, ORDER_DTMF)->leg, legs[AGENT]);
}

/* --- scope and span --- */

/* u1 transfers u0 to u3, who answers. */
static void transfer(void)
{
    assert_int_equal(world_command(&w, "u1", OP_SINGLE_STEP_TRANSFER, id, "103"), ERR_OK);
    legs[3] = world_order(&w, ORDER_RING)->leg;
}

static void scope_agent_leaves_with_the_agent(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_LISTEN_IN, OP_COACH, OP_BARGE_IN};
    for (int i = 0; i < 3; i++) {
        supervise(ops[i], MONITOR_AGENT, MONITOR_ALL_CALLS);
        transfer();
        assert_int_equal(count_of("u2", NOTICE_STATUS_CHANGE), 1);
        assert_int_equal(state_of("u2"), PARTY_RELEASED);
        world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
        assert_int_equal(state_of("u0"), PARTY_ESTABLISHED);
        assert_int_equal(world_notice(&w, "u3")->call.call->participant_count, 2);
        world_command(&w, "u0", OP_HANGUP, id, "");
    }
    assert_true(is_armed("u2"));
}

static void scope_call_goes_on_with_the_next_agent(void **state)
{
    (void)state;
    supervise(OP_COACH, MONITOR_CALL, MONITOR_ALL_CALLS);
    transfer();
    assert_false(is_listened_to("u0"));
    assert_int_equal(on_device(OP_MUTE_MONITORED_USER), ERR_STATE);
    world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
    assert_int_equal(state_of("u2"), PARTY_ESTABLISHED);
    assert_true(hears(SUPER, 3));
    assert_true(hears(SUPER, CALLER));
    assert_true(hears(3, SUPER));
    assert_false(hears(CALLER, SUPER));
    assert_true(is_listened_to("u3"));
    assert_false(is_listened_to("u0"));
    assert_int_equal(on_device(OP_MUTE_MONITORED_USER), ERR_OK);
    assert_false(hears(CALLER, 3));
    world_command(&w, "u3", OP_HANGUP, id, "");
    assert_int_equal(state_of("u2"), PARTY_RELEASED);
}

static void who_comes_back_by_a_failed_transfer_is_monitored_again(void **state)
{
    (void)state;
    supervise(OP_COACH, MONITOR_CALL, MONITOR_ALL_CALLS);
    transfer();
    world_signal(&w, SIGNAL_GONE, legs[3], CAUSE_REJECTED);
    legs[AGENT] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[AGENT], CAUSE_NONE);
    assert_null(world_order(&w, ORDER_RING));
    assert_true(is_listened_to("u1"));
    assert_true(hears(AGENT, SUPER));
    assert_false(hears(CALLER, SUPER));
    assert_int_equal(on_device(OP_MUTE_MONITORED_USER), ERR_OK);
    assert_false(hears(CALLER, AGENT));
}

static void all_calls_are_monitored_until_cancelled(void **state)
{
    (void)state;
    on_device(OP_LISTEN_IN);
    for (int i = 0; i < 2; i++) {
        talk();
        join();
        world_command(&w, "u0", OP_HANGUP, id, "");
        assert_true(is_armed("u2"));
    }
    on_device(OP_CANCEL_SUPERVISOR_MONITORING);
    talk();
    assert_null(world_order(&w, ORDER_RING));
}

static void the_next_call_is_the_last(void **state)
{
    (void)state;
    static const enum op ops[] = {OP_LISTEN_IN, OP_COACH, OP_BARGE_IN};
    for (int i = 0; i < 3; i++) {
        supervise(ops[i], MONITOR_CALL, MONITOR_NEXT_CALL);
        assert_true(is_armed("u2"));
        world_command(&w, "u0", OP_CLEAR_CALL, id, "");
        assert_false(is_armed("u2"));
        assert_int_equal(count_of("u2", NOTICE_DEVICE_STATE_CHANGE), 1);
        talk();
        assert_null(world_order(&w, ORDER_RING));
        world_command(&w, "u0", OP_CLEAR_CALL, id, "");
    }
}

static void arming_anew_leaves_the_call_in_which_one_is(void **state)
{
    (void)state;
    supervise(OP_LISTEN_IN, MONITOR_AGENT, MONITOR_NEXT_CALL);
    assert_int_equal(on_device(OP_CANCEL_SUPERVISOR_MONITORING), ERR_OK);
    assert_int_equal(state_of("u2"), PARTY_ESTABLISHED);
    assert_int_equal(arm_for("u2", "102", OP_COACH, "103", MONITOR_CALL, MONITOR_ALL_CALLS),
                     ERR_OK);
    assert_int_equal(state_of("u2"), PARTY_ESTABLISHED);
    transfer(); /* by scope Agent, with which it came */
    assert_int_equal(state_of("u2"), PARTY_RELEASED);
    assert_true(is_armed("u2"));
}

/* --- consult calls --- */

/* u1 asks u3, who answers, on a consult call that the supervisor does not hear. */
static void consult(void)
{
    assert_int_equal(world_command(&w, "u1", OP_INITIATE_TRANSFER, id, "103"), ERR_OK);
    legs[3] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
    assert_null(world_order(&w, ORDER_RING));
    assert_null(world_notice(&w, "u2"));
}

static void a_completed_transfer_is_left_or_followed_by_scope(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        supervise(OP_LISTEN_IN, i ? MONITOR_CALL : MONITOR_AGENT, MONITOR_ALL_CALLS);
        consult();
        assert_int_equal(world_command(&w, "u1", OP_COMPLETE_TRANSFER, id, ""), ERR_OK);
        assert_int_equal(state_of("u2"), i ? PARTY_ESTABLISHED : PARTY_RELEASED);
        assert_int_equal(state_of("u3"), PARTY_ESTABLISHED);
        assert_true(is_armed("u2"));
        if (i)
            assert_int_equal(world_notice(&w, "u2")->kind, NOTICE_PARTICIPANTS_UPDATED);
        world_command(&w, "u0", OP_HANGUP, id, "");
        assert_int_equal(state_of("u2"), PARTY_RELEASED);
    }
}

static void a_completed_conference_is_heard_whole(void **state)
{
    (void)state;
    supervise(OP_COACH, MONITOR_AGENT, MONITOR_ALL_CALLS);
    consult();
    assert_int_equal(world_command(&w, "u1", OP_COMPLETE_CONFERENCE, id, ""), ERR_OK);
    assert_heard(false, true);
    assert_true(hears(SUPER, 3));
    assert_false(hears(3, SUPER));
    assert_true(is_listened_to("u1"));
}

static void who_is_consulted_brings_its_supervisor_along(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        talk();
        arm_for("u2", "102", OP_COACH, "103", MONITOR_AGENT,
                i ? MONITOR_NEXT_CALL : MONITOR_ALL_CALLS);
        world_command(&w, "u1", OP_INITIATE_TRANSFER, id, "103");
        legs[3] = world_order(&w, ORDER_RING)->leg;
        world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
        join();
        assert_int_equal(world_command(&w, "u1", OP_COMPLETE_TRANSFER, id, ""), ERR_OK);
        assert_null(world_order(&w, ORDER_RING)); /* its telephone stays as it is */
        const struct notice *n = world_notice(&w, "u2");
        assert_string_equal(n->call.call->id, id);
        assert_int_equal(n->call.state, PARTY_ESTABLISHED);
        assert_true(n->call.is_monitoring);
        assert_int_equal(n->call.call->participant_count, 2);
        assert_true(world_notice(&w, "u3")->call.is_listened_to);
        assert_true(hears(SUPER, CALLER));
        assert_true(hears(3, SUPER));
        assert_false(hears(CALLER, SUPER));
        assert_true(is_armed("u2"));
        world_command(&w, "u0", OP_HANGUP, id, "");
        assert_int_equal(is_armed("u2"), i == 0);
    }
}

/* Who was consulted has left for somebody outside: the supervisor follows the one who asked. */
static void who_consults_brings_its_supervisor_along(void **state)
{
    (void)state;
    struct input trunk = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_TRUNK, .name = SLICE("carrier"), .calls = 2}};
    char consult_id[33];
    talk();
    world_apply(&w, &trunk);
    arm_for("u2", "102", OP_COACH, "103", MONITOR_CALL, MONITOR_ALL_CALLS);
    world_command(&w, "u1", OP_INITIATE_TRANSFER, id, "103");
    uint64_t consulted = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, consulted, CAUSE_NONE);
    join();
    world_call_id(&w, "u3", consult_id);
    assert_int_equal(world_command(&w, "u3", OP_SINGLE_STEP_CONFERENCE, consult_id, "+493012345"),
                     ERR_OK);
    legs[3] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
    assert_int_equal(world_command(&w, "u3", OP_HANGUP, consult_id, ""), ERR_OK);
    assert_int_equal(world_command(&w, "u1", OP_COMPLETE_CONFERENCE, id, ""), ERR_OK);
    assert_heard(false, true);
    assert_false(hears(3, SUPER));
}

static void a_supervisor_may_consult_too(void **state)
{
    (void)state;
    supervise(OP_LISTEN_IN, MONITOR_CALL, MONITOR_ALL_CALLS);
    assert_int_equal(world_command(&w, "u2", OP_INITIATE_CONFERENCE, id, "103"), ERR_OK);
    legs[3] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[3], CAUSE_NONE);
    assert_null(world_notice(&w, "u0"));
    assert_int_equal(world_command(&w, "u2", OP_COMPLETE_CONFERENCE, id, ""), ERR_OK);
    assert_int_equal(world_notice(&w, "u0")->call.call->participant_count, 3);
    assert_heard(false, false);
    assert_true(hears(CALLER, 3));
    world_command(&w, "u2", OP_HANGUP, id, "");
    assert_int_equal(state_of("u3"), PARTY_ESTABLISHED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
    const struct CMUnitTest tests[] = {
        TEST(arming_is_told_on_the_device),
        TEST(only_supervisors_arm_and_only_for_others),
        TEST(a_device_has_one_supervisor),
        TEST(what_is_gone_neither_monitors_nor_is_monitored),
        TEST(a_device_that_is_given_away_ends_what_it_supervised),
        TEST(the_supervisors_telephone_is_rung_when_the_agent_talks),
        TEST(who_calls_is_monitored_like_who_is_called),
        TEST(each_mode_is_heard_as_it_says),
        TEST(barging_in_needs_not_wait_for_the_next_call),
        TEST(a_busy_supervisor_misses_the_call_and_stays_armed),
        TEST(a_supervisor_who_declines_misses_the_call_and_stays_armed),
        TEST(no_answer_disarms_with_an_error),
        TEST(a_telephone_that_cannot_be_reached_disarms_too),
        TEST(capabilities_are_those_of_the_samples),
        TEST(switching_is_told_to_everybody_it_concerns),
        TEST(muting_the_monitored_one_leaves_it_to_the_supervisor),
        TEST(the_supervisors_hangup_leaves_the_others_alone),
        TEST(a_silent_supervisor_keeps_no_call_alive),
        TEST(a_ringing_supervisor_keeps_no_call_alive),
        TEST(holding_gives_music_though_a_supervisor_talks_to_itself),
        TEST(a_supervisor_may_remove_who_talks),
        TEST(digits_go_where_the_voice_goes),
        TEST(scope_agent_leaves_with_the_agent),
        TEST(scope_call_goes_on_with_the_next_agent),
        TEST(who_comes_back_by_a_failed_transfer_is_monitored_again),
        TEST(all_calls_are_monitored_until_cancelled),
        TEST(the_next_call_is_the_last),
        TEST(arming_anew_leaves_the_call_in_which_one_is),
        TEST(a_completed_transfer_is_left_or_followed_by_scope),
        TEST(a_completed_conference_is_heard_whole),
        TEST(who_is_consulted_brings_its_supervisor_along),
        TEST(who_consults_brings_its_supervisor_along),
        TEST(a_supervisor_may_consult_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
