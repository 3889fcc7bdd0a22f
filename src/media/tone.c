/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Ring-back and busy. 425 Hz repeats after 320 samples at 8000 Hz, two frames of 20 ms, and after
 * 640 at 16000 Hz: one such period at each rate, and silence, are all there is to the tones. All on
 * and off times are whole pairs of frames, so the wave never breaks. */
#include <math.h>
#include <string.h>
#include <threads.h>

#include "media/sound.h"

#define TONE_HZ        425.0
#define TONE_AMPLITUDE 5000.0 /* about -16 dBFS */

static int16_t narrow_wave[2][FRAME_SAMPLES];
static int16_t wide_wave[2][WIDE_SAMPLES];
static once_flag wave_once = ONCE_FLAG_INIT;

static void wave_fill(int16_t *out, int count, double rate)
{
    for (int i = 0; i < count; i++)
        out[i] = (int16_t)lrint(TONE_AMPLITUDE * sin(2 * M_PI * TONE_HZ * i / rate));
}

static void wave_compute(void)
{
    wave_fill(narrow_wave[0], 2 * FRAME_SAMPLES, 8000);
    wave_fill(wide_wave[0], 2 * WIDE_SAMPLES, 16000);
}

void media_tone_frame(enum media_tone tone, unsigned frame, enum media_codec codec, int16_t *out)
{
    static const struct {
        unsigned on, period; /* in frames */
    } cadence[] = {[MEDIA_TONE_NONE] = {0, 1},
                   [MEDIA_TONE_RINGBACK] = {50, 250},
                   [MEDIA_TONE_BUSY] = {24, 48},
                   [MEDIA_TONE_MUSIC] = {0, 1}};
    size_t samples = media_codec_samples(codec);
    call_once(&wave_once, wave_compute);
    if (frame % cadence[tone].period >= cadence[tone].on)
        memset(out, 0, samples * sizeof *out);
    else if (codec == MEDIA_G722)
        memcpy(out, wide_wave[frame % 2], samples * sizeof *out);
    else
        memcpy(out, narrow_wave[frame % 2], samples * sizeof *out);
}
