/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Codecs: the tables of G.711 against another implementation, the resampler, and telephones of each
 * pair of codecs that hear each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

static void g711_is_as_others_decode_it(void **state)
{
    (void)state;
    for (unsigned from = 0; from < 256; from += FRAME_BYTES) {
        uint8_t codes[FRAME_BYTES];
        int16_t ulaw[FRAME_SAMPLES], alaw[FRAME_SAMPLES];
        struct decoder decoder = {0};
        for (unsigned i = 0; i < FRAME_BYTES; i++)
            codes[i] = (uint8_t)(from + i);
        media_decode(&decoder, MEDIA_PCMU, codes, ulaw);
        media_decode(&decoder, MEDIA_PCMA, codes, alaw);
        for (unsigned i = 0; i < FRAME_BYTES; i++) {
            assert_int_equal(ulaw[i], ulaw_to_linear(codes[i]));
            assert_int_equal(alaw[i], alaw_to_linear(codes[i]));
        }
    }
}

/* The code chosen is never further from the sample than the best one by more than the two bits that
 * the tables leave out. */
static void g711_is_encoded_to_the_nearest(void **state)
{
    (void)state;
    for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
        int ulaw = ulaw_to_linear(media_ulaw_of((int16_t)sample));
        int alaw = alaw_to_linear(media_alaw_of((int16_t)sample));
        int best_ulaw = ulaw_to_linear(linear_to_ulaw(sample));
        int best_alaw = alaw_to_linear(linear_to_alaw(sample));
        assert_true(abs(ulaw - sample) <= abs(best_ulaw - sample) + 8);
        assert_true(abs(alaw - sample) <= abs(best_alaw - sample) + 8);
    }
    assert_int_equal(media_ulaw_of(0), 0xff);
    assert_int_equal(media_alaw_of(0), 0xd5);
}

static double level_of(const int16_t *samples, size_t count, double hz, double rate)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < count; i++) {
        re += samples[i] * cos(2 * M_PI * hz * (double)i / rate);
        im += samples[i] * sin(2 * M_PI * hz * (double)i / rate);
    }
    return 2 * sqrt(re * re + im * im) / (double)count;
}

/* Level of a tone of amplitude 10000 behind the resampler, at the frequency listened for. */
static double resampled(bool is_up, double hz, double listen_hz)
{
    enum { FRAMES = 50 };
    static int16_t out[FRAMES * WIDE_SAMPLES];
    struct resampler r = {0};
    size_t in_count = is_up ? FRAME_SAMPLES : WIDE_SAMPLES;
    size_t out_count = is_up ? WIDE_SAMPLES : FRAME_SAMPLES;
    for (size_t f = 0; f < FRAMES; f++) {
        int16_t in[WIDE_SAMPLES];
        for (size_t i = 0; i < in_count; i++)
            in[i] = (int16_t)lrint(
                10000 * sin(2 * M_PI * hz * (double)(f * in_count + i) / (is_up ? 8000 : 16000)));
        if (is_up)
            media_resample_up(&r, in, out + f * out_count);
        else
            media_resample_down(&r, in, out + f * out_count);
    }
    return level_of(out + out_count, (FRAMES - 1) * out_count, listen_hz, is_up ? 16000 : 8000);
}

static void the_resampler_keeps_what_fits_and_nothing_else(void **state)
{
    (void)state;
    for (int step = 1; step <= 15; step++) {
        double hz = 200.0 * step;
        assert_true(fabs(resampled(true, hz, hz) - 10000) < 300);
        assert_true(fabs(resampled(false, hz, hz) - 10000) < 300);
        assert_true(resampled(true, hz, 8000 - hz) < 100);
    }
    for (int step = 25; step <= 39; step++)
        assert_true(resampled(false, 200.0 * step, 8000 - 200.0 * step) < 100);
}

static void each_pair_of_codecs_hears_each_other(void **state)
{
    (void)state;
    for (unsigned a = 0; a < MEDIA_CODEC_COUNT; a++) {
        for (unsigned b = 0; b < MEDIA_CODEC_COUNT; b++) {
            struct stage *stage = stage_begin(2, (enum media_codec)a);
            stage_codec(&stage->phones[2], (enum media_codec)b);
            stage_conference(stage, 2);
            stage_run(stage, 50);
            assert_hears(stage, 1, "2");
            assert_hears(stage, 2, "1");
            for (int leg = 1; leg <= 2; leg++) {
                struct phone *phone = &stage->phones[leg];
                assert_int_equal(stage_stream(phone)->mode, a == b ? MODE_RELAY : MODE_MIX);
                assert_int_equal(phone->hears, phone->far.codec);
                assert_int_equal(phone->jumps, 0);
            }
            stage_end(stage);
        }
    }
}

static void all_codecs_meet_in_a_conference(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(4, MEDIA_G722);
    stage_codec(&stage->phones[1], MEDIA_PCMU);
    stage_codec(&stage->phones[2], MEDIA_PCMA);
    stage_conference(stage, 4);
    stage_run(stage, 50);
    assert_hears(stage, 1, "234");
    assert_hears(stage, 2, "134");
    assert_hears(stage, 3, "124");
    assert_hears(stage, 4, "123");
    stage_end(stage);
}

static void the_wide_band_is_kept_among_wide_ones(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(4, MEDIA_G722);
    stage_codec(&stage->phones[4], MEDIA_PCMU);
    stage->phones[1].hz = 5500;
    stage_conference(stage, 4);
    stage_run(stage, 50);
    assert_hears(stage, 2, "134");
    assert_hears(stage, 4, "23");
    /* Nor as its mirror at 8000 Hz. */
    assert_true(stage_level(&stage->phones[4], 2500) < 0.05);
    stage_end(stage);
}

static void a_telephone_may_send_another_codec_than_it_gets(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    stage_conference(stage, 2);
    stage_run(stage, 5);
    assert_int_equal(stage_stream(&stage->phones[2])->mode, MODE_RELAY);
    stage->phones[1].speaks = MEDIA_PCMA;
    stage_run(stage, 40);
    assert_int_equal(stage_stream(&stage->phones[2])->mode, MODE_MIX);
    assert_hears(stage, 2, "1");
    assert_int_equal(stage->phones[2].hears, MEDIA_PCMU);
    stage->phones[1].speaks = MEDIA_PCMU;
    stage_run(stage, 40);
    assert_int_equal(stage_stream(&stage->phones[2])->mode, MODE_RELAY);
    assert_hears(stage, 2, "1");
    assert_int_equal(stage->phones[2].jumps, 0);
    stage_end(stage);
}

static void a_re_invite_may_change_the_codec(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_PCMU);
    stage_conference(stage, 3);
    stage_run(stage, 40);
    stage_codec(&stage->phones[2], MEDIA_G722);
    stage_run(stage, 40);
    for (int leg = 1; leg <= 3; leg++)
        assert_int_equal(stage->phones[leg].jumps, 0);
    assert_hears(stage, 1, "23");
    assert_hears(stage, 2, "13");
    assert_hears(stage, 3, "12");
    assert_int_equal(stage->phones[2].hears, MEDIA_G722);
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g711_is_as_others_decode_it),
        cmocka_unit_test(g711_is_encoded_to_the_nearest),
        cmocka_unit_test(the_resampler_keeps_what_fits_and_nothing_else),
        cmocka_unit_test(each_pair_of_codecs_hears_each_other),
        cmocka_unit_test(all_codecs_meet_in_a_conference),
        cmocka_unit_test(the_wide_band_is_kept_among_wide_ones),
        cmocka_unit_test(a_telephone_may_send_another_codec_than_it_gets),
        cmocka_unit_test(a_re_invite_may_change_the_codec)};
    return cmocka_run_group_tests_name("media_codec", tests, NULL, NULL);
}
