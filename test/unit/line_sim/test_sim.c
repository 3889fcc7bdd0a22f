/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The simulated telephones: what each order makes them do and say, what a hand can do to them, and
 * that they are as they were after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "line/sim/line_sim.h"

static struct signal told[32];
static char told_keep[32][128];
static size_t told_count;

static void take_signal(void *ctx, const struct signal *signal)
{
    (void)ctx;
    assert_true(told_count < 32);
    told[told_count] = *signal;
    if (signal->keep.ptr) {
        memcpy(told_keep[told_count], signal->keep.ptr, signal->keep.len);
        told[told_count].keep.ptr = told_keep[told_count];
    }
    told_count++;
}

static const struct line_device devices[] = {{.dn = "100"}, {.dn = "101"}};
static const struct line_host host = {.signal = take_signal};
static struct line_driver *sim;

static void start(const struct line_leg *legs, size_t count)
{
    told_count = 0;
    sim = line_sim_create(devices, 2);
    assert_int_equal(sim->start(sim->self, &host, legs, count), ERR_OK);
}

static int begin(void **state)
{
    (void)state;
    start(NULL, 0);
    assert_int_equal(told_count, 2);
    assert_int_equal(told[0].kind, SIGNAL_REGISTERED);
    told_count = 0;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    sim->stop(sim->self);
    line_sim_destroy(sim);
    return 0;
}

static void order(struct order order)
{
    told_count = 0;
    sim->order(sim->self, &order, 1);
}

static enum err act(const char *dn, enum sim_act what, const char *text)
{
    const char *why = "";
    told_count = 0;
    return line_sim_act(sim, slice_of(dn), what, slice_of(text), &why);
}

static void assert_shows(const char *dn, const char *expected)
{
    struct buf out = {0};
    assert_int_equal(line_sim_show(sim, slice_of(dn), &out), ERR_OK);
    buf_char(&out, '\0');
    assert_string_equal(out.ptr, expected);
    buf_free(&out);
}

static void its_own_dial_goes_off_hook_at_once(void **state)
{
    (void)state;
    order((struct order){.kind = ORDER_RING,
                         .leg = 1,
                         .dn = SLICE("100"),
                         .from = SLICE("101"),
                         .auto_answer = true});
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].kind, SIGNAL_ANSWERED);
    assert_non_null(told[0].keep.ptr);
}

static void it_rings_until_told(void **state)
{
    (void)state;
    order((struct order){.kind = ORDER_RING, .leg = 1, .dn = SLICE("101"), .from = SLICE("100")});
    assert_int_equal(told[0].kind, SIGNAL_RINGING);
    assert_true(told[0].talks);
    assert_shows("101", "{\"dn\":\"101\",\"registered\":true,\"legs\":[{\"state\":\"ringing\","
                        "\"other\":\"100\",\"hears\":[],\"tone\":\"none\",\"dtmf\":\"\"}]}");
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_int_equal(told[0].kind, SIGNAL_ANSWERED);
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_int_equal(told_count, 0);
    order((struct order){.kind = ORDER_DROP, .leg = 1});
    assert_int_equal(told[0].kind, SIGNAL_GONE);
    order((struct order){.kind = ORDER_DROP, .leg = 1});
    assert_int_equal(told[0].kind, SIGNAL_GONE);
}

static void a_hand_picks_up_and_hangs_up(void **state)
{
    (void)state;
    assert_int_equal(act("101", SIM_ANSWER, ""), ERR_STATE);
    assert_int_equal(act("199", SIM_ANSWER, ""), ERR_NOT_FOUND);
    order((struct order){.kind = ORDER_RING, .leg = 1, .dn = SLICE("101")});
    assert_int_equal(act("101", SIM_ANSWER, ""), ERR_OK);
    assert_int_equal(told[0].kind, SIGNAL_ANSWERED);
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].cause, CAUSE_HANGUP);
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_STATE);
    order((struct order){.kind = ORDER_RING, .leg = 2, .dn = SLICE("101")});
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].cause, CAUSE_REJECTED);
}

static void it_dials_and_presses(void **state)
{
    (void)state;
    assert_int_equal(act("100", SIM_DIAL, "101"), ERR_OK);
    assert_int_equal(told[0].kind, SIGNAL_INCOMING);
    assert_true(told[0].leg & LEG_OF_DRIVER);
    uint64_t leg = told[0].leg;
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_STATE);
    order((struct order){.kind = ORDER_ANSWER, .leg = leg});
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_OK);
    assert_int_equal(told[0].kind, SIGNAL_DTMF);
    assert_int_equal(act("100", SIM_UNREGISTER, ""), ERR_OK);
    assert_int_equal(told[0].kind, SIGNAL_UNREGISTERED);
    assert_int_equal(act("100", SIM_DIAL, "101"), ERR_STATE);
}

static void an_unplugged_telephone_does_not_ring(void **state)
{
    (void)state;
    act("101", SIM_UNREGISTER, "");
    order((struct order){.kind = ORDER_RING, .leg = 1, .dn = SLICE("101")});
    assert_int_equal(told[0].kind, SIGNAL_GONE);
    assert_int_equal(told[0].cause, CAUSE_UNREACHABLE);
}

static void it_hears_what_the_mix_says(void **state)
{
    (void)state;
    order((struct order){.kind = ORDER_RING, .leg = 1, .dn = SLICE("100"), .auto_answer = true});
    order((struct order){.kind = ORDER_RING, .leg = 2, .dn = SLICE("101"), .auto_answer = true});
    struct mix_leg legs[] = {{.leg = 1, .hears = 2}, {.leg = 2, .tone = TONE_BUSY}};
    order((struct order){.kind = ORDER_MIX, .legs = legs, .leg_count = 2});
    order((struct order){.kind = ORDER_DTMF, .leg = 2, .digits = SLICE("12#")});
    assert_shows("100", "{\"dn\":\"100\",\"registered\":true,\"legs\":[{\"state\":\"up\","
                        "\"other\":\"\",\"hears\":[\"101\"],\"tone\":\"none\",\"dtmf\":\"\"}]}");
    assert_shows("101", "{\"dn\":\"101\",\"registered\":true,\"legs\":[{\"state\":\"up\","
                        "\"other\":\"\",\"hears\":[],\"tone\":\"busy\",\"dtmf\":\"12#\"}]}");
}

static void calls_survive_a_restart(void **state)
{
    (void)state;
    order((struct order){.kind = ORDER_RING,
                         .leg = 1,
                         .dn = SLICE("100"),
                         .from = SLICE("101"),
                         .auto_answer = true});
    char keep[128];
    size_t len = told[0].keep.len;
    memcpy(keep, told[0].keep.ptr, len);
    line_sim_destroy(sim);
    struct line_leg legs[] = {
        {.leg = 1, .phase = LEG_UP, .dn = SLICE("100"), .keep = {keep, len}},
        {.leg = 2, .phase = LEG_CALLING, .dn = SLICE("101")},
        {.leg = 3, .phase = LEG_UP, .dn = SLICE("777"), .keep = {keep, len}},
    };
    start(legs, 3);
    assert_int_equal(told[0].kind, SIGNAL_GONE);
    assert_int_equal(told[0].leg, 3);
    assert_int_equal(act("100", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].leg, 1);
    order((struct order){.kind = ORDER_RING, .leg = 2, .dn = SLICE("101")});
    assert_int_equal(told[0].kind, SIGNAL_RINGING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_own_dial_goes_off_hook_at_once, begin, finish),
        cmocka_unit_test_setup_teardown(it_rings_until_told, begin, finish),
        cmocka_unit_test_setup_teardown(a_hand_picks_up_and_hangs_up, begin, finish),
        cmocka_unit_test_setup_teardown(it_dials_and_presses, begin, finish),
        cmocka_unit_test_setup_teardown(an_unplugged_telephone_does_not_ring, begin, finish),
        cmocka_unit_test_setup_teardown(it_hears_what_the_mix_says, begin, finish),
        cmocka_unit_test_setup_teardown(calls_survive_a_restart, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
