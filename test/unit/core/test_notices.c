/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Each notice tells the truth of its moment, and each matter is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define BIT(op) (UINT64_C(1) << (op))

static struct world w;
static char id[33];
static uint64_t legs[2];

static size_t told(const char *user)
{
    size_t count = 0;
    for (size_t i = 0; i < w.fx.notice_count; i++)
        count += slice_is(w.fx.notices[i]->user->name, user);
    return count;
}

/* The first one of several. */
static const struct notice *first(const char *user)
{
    for (size_t i = 0; i < w.fx.notice_count; i++)
        if (slice_is(w.fx.notices[i]->user->name, user))
            return w.fx.notices[i];
    fail_msg("%s was told nothing", user);
    return NULL;
}

/* u0 and u1 talk; u2 is there. */
static int talk(void **state)
{
    (void)state;
    world_init(&w, 3);
    world_command(&w, "u0", OP_DIAL, "100", "101");
    world_call_id(&w, "u0", id);
    legs[0] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[0], CAUSE_NONE);
    legs[1] = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, legs[1], CAUSE_NONE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    return 0;
}

static void consult(void)
{
    assert_int_equal(world_command(&w, "u0", OP_INITIATE_TRANSFER, id, "102"), ERR_OK);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
}

static void who_transfers_sees_whom_it_leaves(void **state)
{
    (void)state;
    consult();
    assert_int_equal(world_command(&w, "u0", OP_COMPLETE_TRANSFER, id, ""), ERR_OK);
    const struct call_view *call = &first("u0")->call;
    assert_int_equal(call->state, PARTY_RELEASED);
    assert_string_equal(call->call->id, id);
    for (uint32_t i = 0; i < call->call->participant_count; i++)
        assert_string_not_equal(call->call->participants[i].number, "102");
}

static void a_telephone_rung_again_is_told_once(void **state)
{
    (void)state;
    struct input known = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_REGISTERED, .dn = SLICE("100"), .talks = true}};
    assert_int_equal(world_apply(&w, &known), ERR_OK);
    consult();
    world_signal(&w, SIGNAL_GONE, legs[0], CAUSE_HANGUP);
    uint64_t again = world_order(&w, ORDER_RING)->leg;
    assert_int_equal(told("u0"), 2); /* the consult Released, the call Ringing */
    world_signal(&w, SIGNAL_RINGING, again, CAUSE_NONE);
    assert_int_equal(told("u0"), 0);
}

static void what_the_telephone_holds_only_it_retrieves(void **state)
{
    (void)state;
    world_signal(&w, SIGNAL_HELD, legs[0], CAUSE_NONE);
    assert_int_equal(told("u0"), 1);
    assert_int_equal(first("u0")->call.state, PARTY_HELD);
    assert_false(first("u0")->call.capabilities & BIT(OP_RETRIEVE));
}

static void a_transfer_that_fails_at_once_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(world_command(&w, "u0", OP_SINGLE_STEP_TRANSFER, id, "999"), ERR_OK);
    assert_int_equal(told("u1"), 1);
    const struct call_part *part = first("u1")->call.call;
    assert_int_equal(part->participant_count, 2);
    assert_string_equal(part->participants[1].number, "100");
}

static void a_call_to_the_outside_says_so_at_once(void **state)
{
    (void)state;
    assert_int_equal(world_command(&w, "u2", OP_DIAL, "102", "+4930123456"), ERR_OK);
    const struct call_part *part = first("u2")->call.call;
    assert_int_equal(first("u2")->call.state, PARTY_DIALING);
    assert_int_equal(part->type, CALL_TYPE_OUTBOUND);
    assert_true(part->is_business);
    assert_string_equal(part->ani, "102");
    assert_false(part->participants[1].is_internal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_transfers_sees_whom_it_leaves, talk, end),
        cmocka_unit_test_setup_teardown(a_telephone_rung_again_is_told_once, talk, end),
        cmocka_unit_test_setup_teardown(what_the_telephone_holds_only_it_retrieves, talk, end),
        cmocka_unit_test_setup_teardown(a_transfer_that_fails_at_once_is_told_once, talk, end),
        cmocka_unit_test_setup_teardown(a_call_to_the_outside_says_so_at_once, talk, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
