/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The jitter buffer by itself, and what is heard through it when the network loses, delays,
 * reorders and repeats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "stage.h"

/* Packet n of 20 ms holds bytes of value n. */
static void put(struct jitter *j, uint32_t n)
{
    uint8_t bytes[FRAME_BYTES];
    memset(bytes, (int)n, sizeof bytes);
    media_jitter_put(j, UINT32_MAX - 500 + n * FRAME_BYTES, bytes, sizeof bytes);
}

/* The packet's number; -1: it is not there. */
static int take(struct jitter *j)
{
    uint8_t frame[FRAME_BYTES];
    if (!media_jitter_take(j, frame))
        return -1;
    for (size_t i = 1; i < sizeof frame; i++)
        assert_int_equal(frame[i], frame[0]);
    return frame[0];
}

static void frames_come_out_in_order(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    assert_int_equal(take(&j), -1);
    put(&j, 1);
    put(&j, 3);
    put(&j, 2);
    put(&j, 2);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(take(&j), i);
    assert_int_equal(take(&j), -1);
}

static void a_lost_frame_is_a_hole_and_a_late_one_is_not_played(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    put(&j, 1);
    put(&j, 3);
    assert_int_equal(take(&j), 1);
    assert_int_equal(take(&j), -1);
    put(&j, 2);
    assert_int_equal(take(&j), 3);
    put(&j, 3);
    assert_int_equal(take(&j), -1);
}

static void running_dry_makes_it_wait_longer(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    put(&j, 1);
    assert_int_equal(take(&j), 1);
    assert_int_equal(take(&j), -1);
    /* 2 came a tick late, 3 in time: from now on one is in hand. */
    put(&j, 2);
    put(&j, 3);
    assert_int_equal(take(&j), 2);
    for (uint32_t n = 4; n < 50; n++) {
        put(&j, n);
        assert_int_equal(take(&j), n - 1);
    }
}

static void what_is_always_in_hand_is_left_out(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    uint32_t next = 0;
    for (; next < 4; next++)
        put(&j, next);
    unsigned left_out = 0, expected = 0;
    for (int i = 0; i < 1000; i++) {
        int got = take(&j);
        left_out += got != (int)(expected & 255);
        expected = (unsigned)got + 1;
        put(&j, next++);
    }
    /* From 60 ms in hand behind each frame to less than 30, one frame each five seconds. */
    assert_int_equal(left_out, 2);
    assert_int_equal(j.end - j.play, 2 * FRAME_BYTES);
}

static void a_burst_is_bounded(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    for (uint32_t n = 0; n < 100; n++) {
        put(&j, n);
        assert_true(j.end - j.play <= JITTER_MAX_BYTES);
    }
    int first = take(&j);
    assert_in_range(first, 94, 99);
    for (int n = first + 1; n < 100; n++)
        assert_int_equal(take(&j), n);
}

static void talk_spurts_and_other_numberings_begin_anew(void **state)
{
    (void)state;
    static struct jitter j;
    media_jitter_reset(&j);
    put(&j, 1);
    assert_int_equal(take(&j), 1);
    put(&j, 200); /* four seconds of silence that was not sent */
    assert_int_equal(take(&j), 200);
    put(&j, 100);
    assert_int_equal(take(&j), 100);
}

static void packets_of_any_length_fit(void **state)
{
    (void)state;
    static const size_t lengths[] = {80, 240, 320, 480};
    for (size_t k = 0; k < 4; k++) {
        static struct jitter j;
        uint8_t bytes[480], frame[FRAME_BYTES];
        size_t taken = 0;
        uint32_t at = 0;
        media_jitter_reset(&j);
        for (unsigned ms = 0; ms < 2000; ms++) {
            if (ms % (lengths[k] / 8) == 0) {
                memset(bytes, (int)(at / 480), sizeof bytes);
                assert_true(media_jitter_put(&j, at, bytes, lengths[k]));
                at += (uint32_t)lengths[k];
            }
            if (ms % 20 == 19)
                taken += media_jitter_take(&j, frame);
        }
        assert_in_range(taken, 95, 100);
    }
    static struct jitter j;
    uint8_t bytes[481] = {0};
    assert_false(media_jitter_put(&j, 0, bytes, 481));
    assert_false(media_jitter_put(&j, 0, bytes, 0));
}

/* A conference of three; the first telephone's packets meet with what the function does to them. */
static struct stage *through(void (*network)(struct phone *, unsigned frame), unsigned frames)
{
    struct stage *stage = stage_begin(3, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    stage_conference(stage, 3);
    phone->is_speaking = false;
    for (unsigned f = 0; f < frames; f++) {
        network(phone, f);
        stage_run(stage, 1);
    }
    return stage;
}

static void loses_some(struct phone *phone, unsigned frame)
{
    if (frame % 10 != 7) {
        stage_say(phone);
        return;
    }
    phone->says.sequence++;
    phone->says.timestamp += FRAME_SAMPLES;
    phone->clock += WIDE_SAMPLES;
}

static void loss_is_concealed(void **state)
{
    (void)state;
    struct stage *stage = through(loses_some, 100);
    struct media_stats stats;
    assert_hears(stage, 2, "13");
    assert_true(stage_level(&stage->phones[2], stage->phones[1].hz) > 0.85);
    media_stats_tell(&stage_stream(&stage->phones[1])->received, 0, &stats);
    assert_int_equal(stats.packets, 90);
    assert_int_equal(stats.lost, 10);
    stage_end(stage);
}

static void swaps_pairs(struct phone *phone, unsigned frame)
{
    static struct rtp kept;
    static uint32_t clock;
    if (frame % 2) { /* both, the second one first */
        stage_say(phone);
        struct rtp next = phone->says;
        uint32_t next_clock = phone->clock;
        phone->says = kept;
        phone->clock = clock;
        stage_say(phone);
        phone->says = next;
        phone->clock = next_clock;
        return;
    }
    kept = phone->says;
    clock = phone->clock;
    phone->says.sequence++;
    phone->says.timestamp += FRAME_SAMPLES;
    phone->clock += WIDE_SAMPLES;
}

static void reordered_packets_are_put_right(void **state)
{
    (void)state;
    struct stage *stage = through(swaps_pairs, 100);
    struct media_stats stats;
    assert_true(stage_level(&stage->phones[2], stage->phones[1].hz) > 0.9);
    media_stats_tell(&stage_stream(&stage->phones[1])->received, 0, &stats);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stage->phones[2].jumps, 0);
    stage_end(stage);
}

static void comes_in_heaps(struct phone *phone, unsigned frame)
{
    if (frame % 4 == 3)
        for (int i = 0; i < 4; i++)
            stage_say(phone);
}

static void heaps_are_smoothed(void **state)
{
    (void)state;
    struct stage *stage = through(comes_in_heaps, 200);
    assert_true(stage_level(&stage->phones[2], stage->phones[1].hz) > 0.9);
    assert_int_equal(stage->loop.counts.late, 0);
    stage_end(stage);
}

static void stops(struct phone *phone, unsigned frame)
{
    if (frame < 50)
        stage_say(phone);
}

static void who_stops_fades_to_silence(void **state)
{
    (void)state;
    struct stage *stage = through(stops, 90);
    assert_hears(stage, 2, "3");
    stage_end(stage);
}

static void a_new_source_is_heard_at_once(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_PCMU);
    stage_conference(stage, 3);
    stage_run(stage, 30);
    stage->phones[1].says.source ^= 0xffff;
    stage->phones[1].says.sequence = 9;
    stage->phones[1].says.timestamp -= 3000;
    stage_run(stage, 2);
    stage_forget(stage);
    stage_run(stage, 10);
    assert_hears(stage, 2, "13");
    assert_int_equal(stage->phones[2].jumps, 0);
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_in_order),
        cmocka_unit_test(a_lost_frame_is_a_hole_and_a_late_one_is_not_played),
        cmocka_unit_test(running_dry_makes_it_wait_longer),
        cmocka_unit_test(what_is_always_in_hand_is_left_out),
        cmocka_unit_test(a_burst_is_bounded),
        cmocka_unit_test(talk_spurts_and_other_numberings_begin_anew),
        cmocka_unit_test(packets_of_any_length_fit),
        cmocka_unit_test(loss_is_concealed),
        cmocka_unit_test(reordered_packets_are_put_right),
        cmocka_unit_test(heaps_are_smoothed),
        cmocka_unit_test(who_stops_fades_to_silence),
        cmocka_unit_test(a_new_source_is_heard_at_once)};
    return cmocka_run_group_tests_name("media_jitter", tests, NULL, NULL);
}
