/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Telephone events (RFC 4733): each press is told once, whatever the network does to its packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stage.h"

/* One packet of a press of which duration units have gone by. */
static void send_event(struct phone *phone, uint32_t timestamp, unsigned code, unsigned duration,
                       bool is_end, bool is_marked)
{
    uint8_t body[4] = {(uint8_t)code, (uint8_t)(is_end ? 0x8a : 0x0a), (uint8_t)(duration >> 8),
                       (uint8_t)duration};
    struct rtp rtp = phone->says;
    rtp.payload = 101;
    rtp.timestamp = timestamp;
    rtp.is_marked = is_marked;
    phone->says.sequence++;
    stage_send(phone, rtp, body, sizeof body);
}

/* Of its packets only those of the mask arrive: five that count up, and two more ends. */
static void press(struct phone *phone, unsigned code, unsigned arriving)
{
    uint32_t timestamp = phone->says.timestamp;
    for (unsigned i = 0; i < 7; i++) {
        unsigned duration = i < 5 ? (i + 1) * 160 : 800;
        if (arriving >> i & 1)
            send_event(phone, timestamp, code, duration, i >= 4, i == 0);
        else
            phone->says.sequence++;
    }
    phone->says.timestamp += 1600;
}

static void each_press_is_told_once_whatever_is_lost(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    for (unsigned arriving = 1; arriving < 128; arriving++) {
        stage->digit_count = 0;
        press(&stage->phones[1], arriving % 16, arriving);
        assert_int_equal(stage->digit_count, 1);
        assert_int_equal(stage->digits[0], "0123456789*#ABCD"[arriving % 16]);
        assert_int_equal(stage->digit_leg, 1);
    }
    stage_end(stage);
}

static void the_same_digit_twice_is_two_presses(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    press(&stage->phones[1], 7, 127);
    press(&stage->phones[1], 7, 127);
    stage->digits[stage->digit_count] = '\0';
    assert_string_equal(stage->digits, "77");
    stage_end(stage);
}

static void a_late_packet_of_the_press_before_is_none(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    uint32_t first = phone->says.timestamp;
    press(phone, 1, 127);
    press(phone, 2, 127);
    send_event(phone, first, 1, 800, true, false);
    assert_int_equal(stage->digit_count, 2);
    stage_end(stage);
}

static void a_long_press_is_one(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    uint32_t begin = phone->says.timestamp;
    /* Half a minute: in segments of the longest duration (RFC 4733 section 2.5.1.3). */
    for (uint32_t part = 0; part < 4; part++)
        for (unsigned duration = 160; duration < 0xffff - 160; duration += 1600)
            send_event(phone, begin + part * 0xffff, 9, duration, false,
                       part == 0 && duration == 160);
    assert_int_equal(stage->digit_count, 1);
    /* Another digit just there is another press. */
    send_event(phone, begin + 4 * 0xffff, 8, 160, false, false);
    assert_int_equal(stage->digit_count, 2);
    stage_end(stage);
}

/* A gateway that begins its numbers anew, as some do when the call is renegotiated. */
static void presses_are_told_after_the_numbers_began_anew(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    phone->says.timestamp = 4000000;
    press(phone, 1, 127);
    phone->says.timestamp = 1000;
    press(phone, 2, 127);
    phone->says.sequence = (uint16_t)(phone->says.sequence + 30000);
    phone->says.timestamp = 0;
    press(phone, 3, 127);
    stage->digits[stage->digit_count] = '\0';
    assert_string_equal(stage->digits, "123");
    stage_end(stage);
}

static void what_is_no_digit_or_too_short_is_not_told(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    struct rtp rtp = phone->says;
    press(phone, 16, 127); /* flash */
    press(phone, 255, 127);
    rtp.payload = 101;
    stage_send(phone, rtp, "\x05\x0a\x00", 3);
    assert_int_equal(stage->digit_count, 0);
    stage_end(stage);
}

/* The digits that the telephone gets, each counted at its first end. */
static void who_is_mixed_gets_the_digit_pressed_anew(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *to = &stage->phones[2];
    stage_codec(to, MEDIA_G722);
    stage_conference(stage, 2);
    stage_run(stage, 20);
    press(&stage->phones[1], 5, 127);
    unsigned events = 0;
    for (int i = 0; i < 20; i++) {
        unsigned before = to->packets;
        stage_run(stage, 1);
        if (to->last.payload == 96 && to->packets > before) {
            assert_int_equal(to->last_packet[RTP_HEADER_BYTES], 5);
            events++;
        }
    }
    assert_int_equal(events, DIGIT_FRAMES);
    assert_int_equal(to->jumps, 0);
    stage_run(stage, 25);
    assert_hears(stage, 2, "1");
    stage_end(stage);
}

static void who_takes_no_events_gets_none(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_PCMU);
    for (int leg = 2; leg <= 3; leg++) {
        stage->phones[leg].far.event_payload = MEDIA_NO_EVENTS;
        stage_connect(&stage->phones[leg]);
    }
    stage_hear(stage, 2, "1");
    stage_hear(stage, 3, "12");
    press(&stage->phones[1], 5, 127);
    media_digits_press(stage_stream(&stage->phones[2]), SLICE("12"), true);
    stage_run(stage, 30);
    assert_int_equal(stage->digit_count, 1);
    assert_true(stage->phones[2].last.payload == 0 && stage->phones[3].last.payload == 0);
    assert_hears(stage, 2, "1");
    stage_end(stage);
}

static char unsent[16];

static void on_unsent(void *ctx, uint64_t leg, char digit)
{
    (void)ctx;
    assert_int_equal(leg, 2);
    unsent[strlen(unsent)] = digit;
}

/* Relayed and mixed, ordered, pressed, and pressed by signalling. */
static void what_can_not_be_an_event_is_told(void **state)
{
    (void)state;
    struct stage *stage =
        stage_begin_with(3, MEDIA_PCMU, &(struct media_options){.digit_unsent = on_unsent});
    struct phone *phone = &stage->phones[2];
    phone->far.event_payload = MEDIA_NO_EVENTS;
    stage_connect(phone);
    stage_hear(stage, 2, "1");
    press(&stage->phones[1], 1, 127);
    media_event_pass_on(stage_stream(&stage->phones[1]), '2', false);
    stage_hear(stage, 2, "13");
    press(&stage->phones[1], 3, 127);
    stage_run(stage, 1);
    media_event_pass_on(stage_stream(&stage->phones[1]), '4', false);
    media_digits_press(stage_stream(phone), SLICE("5x#"), true);
    stage_tone(stage, 2, MEDIA_TONE_BUSY);
    press(&stage->phones[1], 6, 127);
    stage_run(stage, 10);
    assert_string_equal(unsent, "12345#");
    assert_int_equal(phone->last.payload, 0);
    stage_end(stage);
}

/* Also one that took some a moment ago. */
static void who_takes_no_events_any_more_gets_none(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[2];
    stage_hear(stage, 2, "1");
    media_digits_press(stage_stream(phone), SLICE("123456"), true);
    stage_run(stage, 3);
    phone->far.event_payload = MEDIA_NO_EVENTS;
    stage_connect(phone);
    stage_forget(stage);
    for (int i = 0; i < 40; i++) {
        stage_run(stage, 1);
        assert_true(phone->packets == 0 || phone->last.payload == 0);
    }
    assert_hears(stage, 2, "1");
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_press_is_told_once_whatever_is_lost),
        cmocka_unit_test(the_same_digit_twice_is_two_presses),
        cmocka_unit_test(a_late_packet_of_the_press_before_is_none),
        cmocka_unit_test(a_long_press_is_one),
        cmocka_unit_test(presses_are_told_after_the_numbers_began_anew),
        cmocka_unit_test(what_is_no_digit_or_too_short_is_not_told),
        cmocka_unit_test(who_is_mixed_gets_the_digit_pressed_anew),
        cmocka_unit_test(who_takes_no_events_gets_none),
        cmocka_unit_test(what_can_not_be_an_event_is_told),
        cmocka_unit_test(who_takes_no_events_any_more_gets_none)};
    return cmocka_run_group_tests_name("media_digits", tests, NULL, NULL);
}
