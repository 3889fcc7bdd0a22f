/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The simulated telephones beyond the trunks: made when a number is called or calls, with the hands
 * of any telephone, known again after a restart, and gone when nothing is to be remembered. */
#include "phones.h"

static void ring_outside(uint64_t leg, const char *number)
{
    order((struct order){.kind = ORDER_RING,
                         .leg = leg,
                         .dn = slice_of(number),
                         .from = SLICE("+4930555100"),
                         .trunk = SLICE("north")});
}

static const char idle[] =
    "{\"number\":\"+4989123\",\"registered\":true,\"mode\":\"talk\",\"legs\":[]}";

static void any_number_can_be_rung(void **state)
{
    (void)state;
    assert_shows("+4989123", idle);
    ring_outside(1, "+4989123");
    assert_told(0, SIGNAL_RINGING, 1);
    assert_false(told[0].talks);
    assert_shows(
        "+4989123",
        "{\"number\":\"+4989123\",\"registered\":true,\"mode\":\"talk\",\"legs\":[{"
        "\"state\":\"ringing\",\"other\":\"+4930555100\",\"trunk\":\"north\",\"call\":\"\","
        "\"recording\":\"none\",\"hears\":[],\"tone\":\"none\",\"dtmf\":\"\",\"transferRefused\":"
        "\"\"}]}");
    order((struct order){.kind = ORDER_ANSWER, .leg = 1});
    assert_told(0, SIGNAL_REFUSED, 1);
    assert_int_equal(act("+4989123", SIM_ANSWER, ""), ERR_OK);
    assert_told(0, SIGNAL_ANSWERED, 1);
    assert_int_equal(act("+4989123", SIM_PRESS, "5"), ERR_OK);
    assert_told(0, SIGNAL_DTMF, 1);
    order((struct order){.kind = ORDER_DROP, .leg = 1});
    assert_told(0, SIGNAL_GONE, 1);
    assert_shows("+4989123", idle);
}

static void a_number_is_not_a_device(void **state)
{
    (void)state;
    ring_outside(1, "100");
    ring(2, "100", "101");
    assert_shows_part("(100)", "\"number\":\"100\"");
    assert_shows_part("(100)", "\"other\":\"+4930555100\"");
    assert_shows_part("100", "\"other\":\"101\"");
    assert_int_equal(act("(100)", SIM_HANGUP, ""), ERR_OK);
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_REJECTED);
}

static void it_calls_in_through_the_first_trunk(void **state)
{
    (void)state;
    assert_int_equal(act("+4989123", SIM_DIAL, "030555100"), ERR_OK);
    uint64_t leg = dialled();
    assert_int_equal(told_count, 1);
    assert_true(leg & LEG_OF_DRIVER);
    assert_int_equal(told[0].dn.len, 0);
    assert_true(slice_is(told[0].trunk, "north"));
    assert_true(slice_is(told[0].from, "+4989123"));
    assert_true(slice_is(told[0].number, "030555100"));
    assert_non_null(told[0].keep.ptr);
    order((struct order){.kind = ORDER_ANSWER, .leg = leg});
    assert_told(0, SIGNAL_ANSWERED, leg);
    assert_int_equal(act("+4989123", SIM_HANGUP, ""), ERR_OK);
    assert_told(0, SIGNAL_GONE, leg);
    assert_shows("+4989123", idle);
}

static void it_says_who_calls_or_does_not(void **state)
{
    (void)state;
    struct sim_request dial = {.act = SIM_DIAL,
                               .is_outside = true,
                               .number = SLICE("+4989123"),
                               .text = SLICE("9000"),
                               .trunk = SLICE("south"),
                               .from = SLICE("")};
    assert_int_equal(request(dial), ERR_OK);
    assert_non_null(told[0].from.ptr);
    assert_int_equal(told[0].from.len, 0);
    assert_true(slice_is(told[0].trunk, "south"));
    dial.from = SLICE("089 123");
    assert_int_equal(request(dial), ERR_OK);
    assert_true(slice_is(told[0].from, "089 123"));
    dial.from = SLICE("01234567890123456789012345678901234567890123456789012345678901234");
    assert_int_equal(request(dial), ERR_RANGE);
    dial.from = SLICE_NONE;
    dial.trunk = SLICE("west");
    assert_int_equal(request(dial), ERR_NOT_FOUND);
    sim->trunks(sim->self, NULL, 0);
    assert_int_equal(request(dial), ERR_OK);
    dial.trunk = SLICE_NONE;
    assert_int_equal(request(dial), ERR_STATE);
}

static void a_number_has_digits(void **state)
{
    (void)state;
    static const char *const bad[] = {"()", "+", "+49 30", "(anonymous)", "(49+30)", "(\")"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(act(bad[i], SIM_DIAL, "100"), ERR_INVALID);
    assert_int_equal(line_sim_show(sim, true, SLICE("\""), &out), ERR_NOT_FOUND);
    assert_int_equal(act("(*43#)", SIM_DIAL, "100"), ERR_OK);
}

static void it_can_be_out_of_reach_or_busy(void **state)
{
    (void)state;
    assert_int_equal(act("+4989123", SIM_UNREGISTER, ""), ERR_OK);
    assert_int_equal(told_count, 0);
    ring_outside(1, "+4989123");
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_UNREACHABLE);
    act("+4989123", SIM_REGISTER, "");
    struct sim_request mode = {
        .act = SIM_MODE, .is_outside = true, .number = SLICE("+4989123"), .mode = SIM_MODE_BUSY};
    assert_int_equal(request(mode), ERR_OK);
    assert_int_equal(told_count, 0);
    ring_outside(2, "+4989123");
    assert_told(0, SIGNAL_GONE, 2);
    assert_int_equal(told[0].cause, CAUSE_BUSY);
    mode.mode = SIM_MODE_TALK;
    assert_int_equal(request(mode), ERR_OK);
    assert_shows("+4989123", idle);
}

static void it_drops_out_of_a_call(void **state)
{
    (void)state;
    ring_outside(1, "+4989123");
    act("+4989123", SIM_ANSWER, "");
    assert_int_equal(act("+4989123", SIM_UNPLUG, ""), ERR_OK);
    assert_int_equal(told_count, 1);
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_FAILED);
    assert_int_equal(act("+4989123", SIM_DIAL, "100"), ERR_STATE);
    act("+4989123", SIM_REGISTER, "");
    assert_shows("+4989123", idle);
}

static void it_is_heard_by_its_number(void **state)
{
    (void)state;
    ring(1, "100", "+4989123");
    act("100", SIM_ANSWER, "");
    ring_outside(2, "+4989123");
    act("+4989123", SIM_ANSWER, "");
    struct mix_leg legs[] = {{.leg = 1, .hears = 2}, {.leg = 2, .hears = 1}};
    order((struct order){
        .kind = ORDER_MIX, .call = 7, .call_id = SLICE("id"), .legs = legs, .leg_count = 2});
    assert_shows_part("100", "\"hears\":[\"+4989123\"]");
    assert_shows_part("+4989123", "\"call\":\"id\",\"recording\":\"none\",\"hears\":[\"100\"]");
}

static struct line_leg kept(uint64_t leg, enum leg_phase phase, char room[256])
{
    const struct signal *last = &told[told_count - 1];
    memcpy(room, last->keep.ptr, last->keep.len);
    return (struct line_leg){
        .leg = leg, .phase = phase, .dn = SLICE("anything"), .keep = {room, last->keep.len}};
}

/* The core may know the caller by another number, or by none. */
static void its_calls_survive_a_restart(void **state)
{
    (void)state;
    static char keep[3][256];
    struct line_leg legs[3];
    struct sim_request dial = {.act = SIM_DIAL,
                               .is_outside = true,
                               .number = SLICE("+4989123"),
                               .text = SLICE("9000"),
                               .from = SLICE("")};
    request(dial);
    uint64_t incoming = dialled();
    legs[0] = kept(incoming, LEG_OFFERED, keep[0]);
    ring_outside(2, "+331234");
    act("+331234", SIM_ANSWER, "");
    legs[1] = kept(2, LEG_UP, keep[1]);
    legs[2] = (struct line_leg){.leg = 3, .phase = LEG_CALLING, .dn = SLICE("+431234")};
    line_sim_destroy(sim);
    phones_start(legs, 3);
    assert_int_equal(told_count, 2); /* the devices */
    assert_shows_part("+4989123", "{\"state\":\"dialled\",\"other\":\"9000\",\"trunk\":\"north\"");
    assert_shows_part("+331234", "{\"state\":\"up\",\"other\":\"+4930555100\"");
    ring_outside(3, "+431234");
    assert_told(0, SIGNAL_RINGING, 3);
    act("+331234", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, 2);
    act("+4989123", SIM_HANGUP, "");
    assert_told(0, SIGNAL_GONE, incoming);
}

static void there_are_not_too_many(void **state)
{
    (void)state;
    char number[16];
    for (int i = 0; i < SIM_OUTSIDE_MAX; i++) {
        snprintf(number, sizeof number, "+49%06d", i);
        assert_int_equal(act(number, SIM_UNREGISTER, ""), ERR_OK);
    }
    ring_outside(1, "+4989123");
    assert_told(0, SIGNAL_GONE, 1);
    assert_int_equal(told[0].cause, CAUSE_BUSY);
    assert_int_equal(act("+4989123", SIM_DIAL, "100"), ERR_RANGE);
    act("+49000007", SIM_REGISTER, "");
    ring_outside(2, "+4989123");
    assert_told(0, SIGNAL_RINGING, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, phones_begin, phones_finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(any_number_can_be_rung),
        TEST(a_number_is_not_a_device),
        TEST(it_calls_in_through_the_first_trunk),
        TEST(it_says_who_calls_or_does_not),
        TEST(a_number_has_digits),
        TEST(it_can_be_out_of_reach_or_busy),
        TEST(it_drops_out_of_a_call),
        TEST(it_is_heard_by_its_number),
        TEST(its_calls_survive_a_restart),
        TEST(there_are_not_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
