/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The simulated telephones of the house: what each order makes them do and say, what a hand can do
 * to them, and that they are as they were after a restart. */
#include "phones.h"

static void ring_itself(uint64_t leg, const char *dn, const char *from)
{
    order((struct order){.kind = ORDER_RING,
                         .leg = leg,
                         .dn = slice_of(dn),
                         .from = slice_of(from),
                         .auto_answer = true});
}

static void its_own_dial_goes_off_hook_at_once(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    assert_int_equal(told_count, 1);
    assert_told(0, SIGNAL_ANSWERED, 1);
    assert_non_null(told[0].keep.ptr);
    ring_itself(1, "100", "101");
    assert_int_equal(told_count, 0);
}

static void it_rings_until_told(void **state)
{
    (void)state;
    ring(1, "101", "100");
    assert_told(0, SIGNAL_RINGING, 1);
    assert_true(told[0].talks);
    assert_shows("101",
                 "{\"dn\":\"101\",\"registered\":true,\"mode\":\"talk\",\"legs\":[{\"state\":"
                 "\"ringing\",\"other\":\"100\",\"call\":\"\",\"recording\":\"none\","
                 "\"hears\":[],\"tone\":\"none\",\"dtmf\":\"\",\"transferRefused\":\"\"}]}");
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_told(0, SIGNAL_ANSWERED, 1);
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_int_equal(told_count, 0);
    order((struct order){.kind = ORDER_DROP, .leg = 1});
    assert_told(0, SIGNAL_GONE, 1);
    order((struct order){.kind = ORDER_DROP, .leg = 1});
    assert_told(0, SIGNAL_GONE, 1);
}

static void a_hand_picks_up_and_hangs_up(void **state)
{
    (void)state;
    assert_int_equal(act("101", SIM_ANSWER, ""), ERR_STATE);
    assert_int_equal(act("199", SIM_ANSWER, ""), ERR_NOT_FOUND);
    ring(1, "101", "");
    assert_int_equal(act("101", SIM_ANSWER, ""), ERR_OK);
    assert_told(0, SIGNAL_ANSWERED, 1);
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].cause, CAUSE_HANGUP);
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_STATE);
    ring(2, "101", "");
    assert_int_equal(act("101", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].cause, CAUSE_REJECTED);
}

static void it_dials_and_presses(void **state)
{
    (void)state;
    assert_int_equal(act("100", SIM_DIAL, ""), ERR_RANGE);
    assert_int_equal(act("100", SIM_DIAL, "101"), ERR_OK);
    uint64_t leg = dialled();
    assert_true(leg & LEG_OF_DRIVER);
    assert_true(slice_is(told[0].dn, "100"));
    assert_true(slice_is(told[0].number, "101"));
    assert_null(told[0].trunk.ptr);
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_STATE);
    order((struct order){.kind = ORDER_ANSWER, .leg = leg});
    assert_int_equal(act("100", SIM_PRESS, ""), ERR_RANGE);
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_OK);
    assert_told(0, SIGNAL_DTMF, leg);
    assert_int_equal(act("100", SIM_UNREGISTER, ""), ERR_OK);
    assert_told(0, SIGNAL_UNREGISTERED, 0);
    assert_int_equal(act("100", SIM_DIAL, "101"), ERR_STATE);
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_OK);
}

static void one_without_registration_does_not_ring(void **state)
{
    (void)state;
    act("101", SIM_UNREGISTER, "");
    ring(1, "101", "");
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_UNREACHABLE);
}

/* --- several calls --- */

static void a_second_answer_holds_the_first(void **state)
{
    (void)state;
    ring(1, "100", "101");
    act("100", SIM_ANSWER, "");
    ring(2, "100", "102");
    assert_told(0, SIGNAL_RINGING, 2);
    assert_int_equal(act("100", SIM_ANSWER, ""), ERR_OK);
    assert_int_equal(told_count, 2);
    assert_told(0, SIGNAL_HELD, 1);
    assert_told(1, SIGNAL_ANSWERED, 2);
    assert_shows_part("100", "[{\"state\":\"held\",\"other\":\"101\"");
    assert_shows_part("100", "{\"state\":\"up\",\"other\":\"102\"");
    assert_int_equal(act("100", SIM_RETRIEVE, ""), ERR_OK);
    assert_int_equal(told_count, 2);
    assert_told(0, SIGNAL_HELD, 2);
    assert_told(1, SIGNAL_RETRIEVED, 1);
    act("100", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, 1);
    assert_shows_part("100", "[{\"state\":\"held\",\"other\":\"102\"");
    act("100", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, 2);
}

static void an_order_to_answer_holds_the_first_as_well(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    ring(2, "100", "102");
    order((struct order){.kind = ORDER_ANSWER, .leg = 2});
    assert_told(0, SIGNAL_HELD, 1);
    assert_told(1, SIGNAL_ANSWERED, 2);
    ring_itself(3, "100", "103");
    assert_told(0, SIGNAL_HELD, 2);
    assert_told(1, SIGNAL_ANSWERED, 3);
}

static void the_hold_button_holds_and_retrieves(void **state)
{
    (void)state;
    assert_int_equal(act("100", SIM_HOLD, ""), ERR_STATE);
    assert_int_equal(act("100", SIM_RETRIEVE, ""), ERR_STATE);
    ring_itself(1, "100", "101");
    assert_int_equal(act("100", SIM_RETRIEVE, ""), ERR_STATE);
    assert_int_equal(act("100", SIM_HOLD, ""), ERR_OK);
    assert_told(0, SIGNAL_HELD, 1);
    assert_int_equal(act("100", SIM_HOLD, ""), ERR_STATE);
    assert_int_equal(act("100", SIM_PRESS, "1"), ERR_STATE);
    assert_int_equal(act("100", SIM_RETRIEVE, ""), ERR_OK);
    assert_told(0, SIGNAL_RETRIEVED, 1);
}

static void a_second_dial_holds_the_first(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    act("100", SIM_DIAL, "102");
    assert_int_equal(told_count, 2);
    assert_told(0, SIGNAL_HELD, 1);
    uint64_t leg = dialled();
    act("100", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, leg);
    assert_int_equal(told[0].cause, CAUSE_HANGUP);
}

static void the_call_in_use_is_hung_up_before_one_that_rings(void **state)
{
    (void)state;
    ring(1, "100", "101");
    ring(2, "100", "102");
    struct sim_request second = {.act = SIM_ANSWER, .number = SLICE("100"), .leg = 2};
    assert_int_equal(request(second), ERR_OK);
    assert_told(0, SIGNAL_ANSWERED, 2);
    act("100", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, 2);
    act("100", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, 1);
}

static void a_call_can_be_chosen(void **state)
{
    (void)state;
    ring(1, "100", "101");
    ring(2, "100", "102");
    struct sim_request answer = {.act = SIM_ANSWER, .number = SLICE("100"), .other = SLICE("102")};
    assert_int_equal(request(answer), ERR_OK);
    assert_told(0, SIGNAL_ANSWERED, 2);
    assert_int_equal(request(answer), ERR_STATE);
    struct sim_request hangup = {.act = SIM_HANGUP, .number = SLICE("100"), .leg = 1};
    assert_int_equal(request(hangup), ERR_OK);
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_REJECTED);
    hangup.leg = 2;
    assert_int_equal(request(hangup), ERR_STATE);
    hangup.leg = 0;
    hangup.other = SLICE("103");
    assert_int_equal(request(hangup), ERR_STATE);
}

/* --- telephones with a will of their own --- */

static void set_mode(const char *dn, enum sim_mode mode)
{
    assert_int_equal(
        request((struct sim_request){.act = SIM_MODE, .number = slice_of(dn), .mode = mode}),
        ERR_OK);
}

static void one_that_can_not_be_told_says_so(void **state)
{
    (void)state;
    set_mode("100", SIM_MODE_NO_TALK);
    assert_told(0, SIGNAL_REGISTERED, 0);
    assert_false(told[0].talks);
    set_mode("100", SIM_MODE_NO_TALK);
    assert_int_equal(told_count, 0);
    ring_itself(1, "100", "101");
    assert_int_equal(told_count, 1);
    assert_told(0, SIGNAL_RINGING, 1);
    assert_false(told[0].talks);
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_int_equal(told_count, 1);
    assert_told(0, SIGNAL_REFUSED, 1);
    assert_int_equal(act("100", SIM_ANSWER, ""), ERR_OK);
    assert_told(0, SIGNAL_ANSWERED, 1);
    set_mode("100", SIM_MODE_TALK);
    assert_true(told[0].talks);
    assert_shows_part("100", "\"mode\":\"talk\"");
}

static void one_that_refuses_to_be_told_rings_on(void **state)
{
    (void)state;
    set_mode("100", SIM_MODE_REFUSE);
    assert_int_equal(told_count, 0);
    ring(1, "100", "101");
    assert_true(told[0].talks);
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_told(0, SIGNAL_REFUSED, 1);
    assert_shows_part("100", "\"mode\":\"refuse\",\"legs\":[{\"state\":\"ringing\"");
}

static void one_that_does_not_want_to_be_disturbed_is_busy(void **state)
{
    (void)state;
    ring(1, "100", "101");
    set_mode("100", SIM_MODE_BUSY);
    assert_int_equal(told_count, 0);
    ring(2, "100", "102");
    assert_told(0, SIGNAL_GONE, 2);
    assert_int_equal(told[0].cause, CAUSE_BUSY);
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_told(0, SIGNAL_ANSWERED, 1);
    assert_int_equal(act("100", SIM_DIAL, "101"), ERR_OK);
}

static void one_whose_plug_is_pulled_loses_its_calls(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    ring(2, "100", "102");
    assert_int_equal(act("100", SIM_UNPLUG, ""), ERR_OK);
    assert_int_equal(told_count, 3);
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_FAILED);
    assert_told(1, SIGNAL_GONE, 2);
    assert_told(2, SIGNAL_UNREGISTERED, 0);
    assert_shows("100", "{\"dn\":\"100\",\"registered\":false,\"mode\":\"talk\",\"legs\":[]}");
    act("100", SIM_REGISTER, "");
    assert_told(0, SIGNAL_REGISTERED, 0);
}

/* --- sound --- */

static void mix(uint64_t call, enum recording recording, const struct mix_leg *legs, size_t count)
{
    char id[] = "call-0";
    id[5] = (char)('0' + call);
    order((struct order){.kind = ORDER_MIX,
                         .call = call,
                         .call_id = slice_of(id),
                         .recording = recording,
                         .legs = legs,
                         .leg_count = count});
    assert_int_equal(told_count, 0);
}

static void it_hears_what_the_mix_says(void **state)
{
    (void)state;
    ring_itself(1, "100", "");
    ring_itself(2, "101", "");
    struct mix_leg legs[] = {{.leg = 1, .hears = 2}, {.leg = 2, .tone = TONE_BUSY}};
    mix(1, RECORDING_NONE, legs, 2);
    order((struct order){.kind = ORDER_DTMF, .leg = 2, .digits = SLICE("12#")});
    assert_shows("100",
                 "{\"dn\":\"100\",\"registered\":true,\"mode\":\"talk\",\"legs\":[{\"state\":"
                 "\"up\",\"other\":\"\",\"call\":\"call-1\",\"recording\":\"none\","
                 "\"hears\":[\"101\"],\"tone\":\"none\",\"dtmf\":\"\",\"transferRefused\":\"\"}]}");
    assert_shows("101",
                 "{\"dn\":\"101\",\"registered\":true,\"mode\":\"talk\",\"legs\":[{\"state\":"
                 "\"up\",\"other\":\"\",\"call\":\"call-1\",\"recording\":\"none\","
                 "\"hears\":[],\"tone\":\"busy\",\"dtmf\":\"12#\",\"transferRefused\":\"\"}]}");
}

static void everybody_in_the_call_sees_its_recording(void **state)
{
    (void)state;
    ring_itself(1, "100", "");
    ring_itself(2, "101", "");
    struct sim_request failure = {.act = SIM_FAIL_RECORDING, .number = SLICE("101")};
    assert_int_equal(request(failure), ERR_STATE);
    struct mix_leg legs[] = {{.leg = 1, .hears = 2}, {.leg = 2, .hears = 1}};
    mix(1, RECORDING_ON, legs, 2);
    assert_shows_part("100", "\"recording\":\"on\"");
    assert_shows_part("101", "\"recording\":\"on\"");
    mix(1, RECORDING_PAUSED, legs, 2);
    assert_shows_part("101", "\"recording\":\"paused\"");
    assert_int_equal(request(failure), ERR_OK);
    assert_told(0, SIGNAL_RECORDING_FAILED, 2);
    mix(1, RECORDING_STOPPED, legs, 2);
    assert_shows_part("101", "\"recording\":\"stopped\"");
    assert_int_equal(request(failure), ERR_STATE);
    mix(1, RECORDING_STOPPED, NULL, 0);
    assert_shows_part("101", "\"call\":\"\",\"recording\":\"none\",\"hears\":[]");
}

static void the_newer_table_counts(void **state)
{
    (void)state;
    ring_itself(1, "100", "");
    ring_itself(2, "101", "");
    struct mix_leg both[] = {{.leg = 1, .hears = 2}, {.leg = 2, .hears = 1}};
    struct mix_leg first[] = {{.leg = 1, .tone = TONE_RINGBACK}};
    struct mix_leg second[] = {{.leg = 2, .tone = TONE_MUSIC}};
    mix(1, RECORDING_ON, both, 2);
    mix(2, RECORDING_NONE, first, 1);
    mix(1, RECORDING_ON, second, 1);
    assert_shows_part("100", "\"call\":\"call-2\",\"recording\":\"none\",\"hears\":[],"
                             "\"tone\":\"ringback\"");
    assert_shows_part("101", "\"call\":\"call-1\",\"recording\":\"on\",\"hears\":[],"
                             "\"tone\":\"music\"");
    mix(1, RECORDING_ON, both, 2);
    mix(2, RECORDING_NONE, NULL, 0);
    assert_shows_part("100", "\"call\":\"call-1\",\"recording\":\"on\",\"hears\":[\"101\"]");
    mix(1, RECORDING_ON, second, 1);
    assert_shows_part("100", "\"call\":\"\",\"recording\":\"none\",\"hears\":[],\"tone\":\"none\"");
}

/* --- restart --- */

static void calls_survive_a_restart(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    static char keep[256];
    size_t len = told[0].keep.len;
    memcpy(keep, told[0].keep.ptr, len);
    line_sim_destroy(sim);
    struct line_leg legs[] = {
        {.leg = 1, .phase = LEG_UP, .dn = SLICE("100"), .keep = {keep, len}},
        {.leg = 2, .phase = LEG_CALLING, .dn = SLICE("101")},
        {.leg = 3, .phase = LEG_UP, .dn = SLICE("100"), .keep = {keep, len - 1}},
        {.leg = 4, .phase = LEG_DROPPING, .dn = SLICE("100"), .keep = {keep, len}},
    };
    phones_start(legs, 4);
    assert_told(0, SIGNAL_GONE, 3);
    assert_int_equal(told[0].cause, CAUSE_FAILED);
    assert_told(1, SIGNAL_REGISTERED, 0);
    assert_shows_part("100", "\"legs\":[{\"state\":\"up\",\"other\":\"101\"");
    assert_int_equal(act("100", SIM_HANGUP, ""), ERR_OK);
    assert_int_equal(told[0].leg, 1);
    ring(2, "101", "");
    assert_told(0, SIGNAL_RINGING, 2);
}

static void a_held_call_is_held_after_a_restart(void **state)
{
    (void)state;
    ring_itself(1, "100", "101");
    order((struct order){.kind = ORDER_DTMF, .leg = 1, .digits = SLICE("42")});
    act("100", SIM_HOLD, "");
    static char keep[256];
    size_t len = told[0].keep.len;
    memcpy(keep, told[0].keep.ptr, len);
    line_sim_destroy(sim);
    phones_start(&(struct line_leg){.leg = 1, .phase = LEG_UP, .keep = {keep, len}}, 1);
    assert_shows_part("100", "[{\"state\":\"held\",\"other\":\"101\"");
    assert_shows_part("100", "\"dtmf\":\"42\"");
    assert_int_equal(act("100", SIM_RETRIEVE, ""), ERR_OK);
    assert_told(0, SIGNAL_RETRIEVED, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, phones_begin, phones_finish)

static void devices_come_and_go(void **state)
{
    (void)state;
    struct line_device now[] = {{.dn = "101"}, {.dn = "102"}};
    ring(1, "100", "101");
    ring(2, "101", "100");
    told_count = 0;
    sim->devices(sim->self, now, 2);
    assert_int_equal(told_count, 2);
    assert_told(0, SIGNAL_REGISTERED, 0);
    assert_true(slice_is(told[0].dn, "102"));
    assert_told(1, SIGNAL_GONE, 1);
    assert_int_equal(act("100", SIM_ANSWER, ""), ERR_NOT_FOUND);
    assert_int_equal(act("101", SIM_ANSWER, ""), ERR_OK);
    ring(3, "100", "101");
    assert_int_equal(told[0].cause, CAUSE_UNREACHABLE);
    ring(4, "102", "101");
    assert_told(0, SIGNAL_RINGING, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_own_dial_goes_off_hook_at_once),
        TEST(it_rings_until_told),
        TEST(a_hand_picks_up_and_hangs_up),
        TEST(it_dials_and_presses),
        TEST(one_without_registration_does_not_ring),
        TEST(a_second_answer_holds_the_first),
        TEST(an_order_to_answer_holds_the_first_as_well),
        TEST(the_hold_button_holds_and_retrieves),
        TEST(a_second_dial_holds_the_first),
        TEST(the_call_in_use_is_hung_up_before_one_that_rings),
        TEST(a_call_can_be_chosen),
        TEST(one_that_can_not_be_told_says_so),
        TEST(one_that_refuses_to_be_told_rings_on),
        TEST(one_that_does_not_want_to_be_disturbed_is_busy),
        TEST(one_whose_plug_is_pulled_loses_its_calls),
        TEST(it_hears_what_the_mix_says),
        TEST(everybody_in_the_call_sees_its_recording),
        TEST(the_newer_table_counts),
        TEST(calls_survive_a_restart),
        TEST(a_held_call_is_held_after_a_restart),
        TEST(devices_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
