/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The relay, hold, and one unbroken numbering at each telephone whatever it hears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stage.h"

static void packets_are_relayed_as_they_are(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMA);
    struct phone *from = &stage->phones[1], *to = &stage->phones[2];
    uint8_t body[320];
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)i;
    stage_conference(stage, 2);
    for (size_t len = 80; len <= 320; len += 80) {
        struct rtp rtp = from->says;
        rtp.payload = 8;
        rtp.is_marked = len == 240;
        stage_send(from, rtp, body, len);
        from->says.sequence++;
        from->says.timestamp += (uint32_t)len;
        stage_listen(to);
        assert_int_equal(to->last_len, RTP_HEADER_BYTES + len);
        assert_memory_equal(to->last_packet + RTP_HEADER_BYTES, body, len);
        assert_int_equal(to->last.is_marked, len == 80 || len == 240);
        assert_int_equal(to->last.payload, 8);
    }
    /* Not decoded, and without waiting for a tick. */
    assert_null(stage_stream(from)->voice);
    stage_end(stage);
}

static void a_gap_stays_a_gap_and_what_is_late_stays_late(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *from = &stage->phones[1], *to = &stage->phones[2];
    static const uint8_t body[FRAME_BYTES];
    stage_conference(stage, 2);
    static const uint16_t order[] = {65534, 65535, 2, 1, 3};
    struct rtp first = {0};
    for (size_t i = 0; i < 5; i++) {
        struct rtp rtp = {.source = 5,
                          .sequence = order[i],
                          .timestamp = (uint32_t)(uint16_t)(order[i] + 2) * 160};
        stage_send(from, rtp, body, sizeof body);
        stage_listen(to);
        if (i == 0)
            first = to->last;
        assert_int_equal((uint16_t)(to->last.sequence - first.sequence), (uint16_t)(order[i] + 2));
        assert_int_equal(to->last.timestamp - first.timestamp, rtp.timestamp);
    }
    stage_end(stage);
}

static void a_talker_who_begins_anew_goes_on_for_the_listener(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *from = &stage->phones[1], *to = &stage->phones[2];
    stage_conference(stage, 2);
    stage_run(stage, 10);
    from->says.source = 77;
    from->says.sequence -= 20000;
    from->says.timestamp -= 123456;
    stage_run(stage, 10);
    from->says.sequence += 30000; /* a jump in the same source */
    from->says.timestamp += 99999;
    stage_run(stage, 10);
    assert_int_equal(to->jumps, 0);
    assert_int_equal(to->stray, 0);
    assert_int_equal(to->marks, 3);
    stage_end(stage);
}

static void whatever_it_hears_the_numbers_go_on(void **state)
{
    (void)state;
    for (unsigned codec = 0; codec < MEDIA_CODEC_COUNT; codec++) {
        struct stage *stage = stage_begin(4, (enum media_codec)codec);
        struct phone *to = &stage->phones[1];
        static const char *const heard[] = {"2", "23", "3", "", "4", "234", ""};
        for (unsigned i = 0; i < 28; i++) {
            if (i % 4 == 3)
                stage_tone(stage, 1, (enum media_tone)(1 + i % 3));
            else
                stage_hear(stage, 1, heard[i % 7]);
            if (i % 5 == 4)
                media_digits_press(stage_stream(to), SLICE("1"), true);
            stage_run(stage, 7 + i);
        }
        assert_int_equal(to->jumps, 0);
        assert_int_equal(to->stray, 0);
        /* Time went on with the sound: 20 ms a frame over the whole. */
        uint32_t passed = to->last.timestamp - to->first.timestamp;
        uint32_t frames = 0;
        for (unsigned i = 0; i < 28; i++)
            frames += 7 + i;
        assert_in_range(passed, (frames - 40) * 160, (frames + 10) * 160);
        stage_end(stage);
    }
}

static void who_holds_gets_nothing_and_is_heard_again_after(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *holder = &stage->phones[2];
    stage_conference(stage, 2);
    stage_run(stage, 10);
    holder->far.is_listening = false;
    stage_connect(holder);
    stage_forget(stage);
    stage_run(stage, 200);
    assert_int_equal(holder->packets, 0);
    holder->far.is_listening = true;
    stage_connect(holder);
    stage_run(stage, 30);
    assert_hears(stage, 2, "1");
    assert_int_equal(holder->jumps, 0);
    stage_end(stage);
}

static void who_is_held_hears_music(void **state)
{
    (void)state;
    for (unsigned codec = 0; codec < MEDIA_CODEC_COUNT; codec++) {
        struct stage *stage = stage_begin(2, (enum media_codec)codec);
        stage_tone(stage, 1, MEDIA_TONE_MUSIC);
        /* The first note is 392 Hz. */
        stage->loop.tick = (uint64_t)stage->loop.music.frames * 5 - 1;
        stage_run(stage, 25);
        assert_true(stage_level(&stage->phones[1], 392) > 0.8);
        assert_in_range(stage->phones[1].packets, 25, 25);
        stage_end(stage);
    }
}

static void tones_are_what_they_are_called(void **state)
{
    (void)state;
    for (unsigned codec = 0; codec < MEDIA_CODEC_COUNT; codec++) {
        struct stage *stage = stage_begin(2, (enum media_codec)codec);
        stage_tone(stage, 1, MEDIA_TONE_RINGBACK);
        stage_tone(stage, 2, MEDIA_TONE_BUSY);
        stage_run(stage, 24);
        assert_true(stage_level(&stage->phones[1], 425) > 2);
        assert_true(stage_level(&stage->phones[2], 425) > 2);
        stage_forget(stage);
        stage_run(stage, 23);
        assert_true(stage_level(&stage->phones[1], 425) > 2);
        assert_true(stage_level(&stage->phones[2], 425) < 0.2);
        stage_run(stage, 20);
        stage_forget(stage);
        stage_run(stage, 25);
        assert_true(stage_level(&stage->phones[1], 425) < 0.2);
        stage_end(stage);
    }
}

static void who_hears_nothing_gets_a_frame_each_second(void **state)
{
    (void)state;
    for (unsigned codec = 0; codec < MEDIA_CODEC_COUNT; codec++) {
        struct stage *stage = stage_begin(2, (enum media_codec)codec);
        stage_hear(stage, 1, "2");
        stage->phones[2].is_speaking = false;
        stage_run(stage, 500);
        for (int leg = 1; leg <= 2; leg++) {
            struct phone *phone = &stage->phones[leg];
            assert_in_range(phone->packets, 8, 10);
            assert_int_equal(phone->jumps, 0);
            assert_int_equal(phone->marks, phone->packets);
            assert_in_range(phone->last.timestamp - phone->first.timestamp,
                            (phone->packets - 1) * 8000, (phone->packets - 1) * 9600);
        }
        stage_end(stage);
    }
}

static void nobody_hears_himself(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    stage_hear(stage, 1, "12");
    stage_hear(stage, 2, "2");
    stage_run(stage, 30);
    assert_hears(stage, 1, "2");
    assert_hears(stage, 2, "");
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_relayed_as_they_are),
        cmocka_unit_test(a_gap_stays_a_gap_and_what_is_late_stays_late),
        cmocka_unit_test(a_talker_who_begins_anew_goes_on_for_the_listener),
        cmocka_unit_test(whatever_it_hears_the_numbers_go_on),
        cmocka_unit_test(who_holds_gets_nothing_and_is_heard_again_after),
        cmocka_unit_test(who_is_held_hears_music),
        cmocka_unit_test(tones_are_what_they_are_called),
        cmocka_unit_test(who_hears_nothing_gets_a_frame_each_second),
        cmocka_unit_test(nobody_hears_himself)};
    return cmocka_run_group_tests_name("media_relay", tests, NULL, NULL);
}
