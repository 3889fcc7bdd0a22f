/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Tones and music as PCMU. Music on hold is generated: a slow walk through a pentatonic scale, each
 * note fading before the next, so that no recording and no right to one is needed.
 *
 * 425 Hz at 8000 samples a second repeats after 320 samples, two frames of 20 ms:
 * two precomputed frames and one of silence are all there is to the tones. All on and off times are
 * whole pairs of frames, so the wave never breaks. */
#include <math.h>
#include <threads.h>

#include "media/media_int.h"

#define TONE_HZ        425.0
#define TONE_AMPLITUDE 5000.0 /* about -16 dBFS */
#define NOTE_FRAMES    30     /* 600 ms */
#define SILENCE        0xff   /* PCMU of zero */

static uint8_t wave[2][FRAME_SAMPLES];
static once_flag wave_once = ONCE_FLAG_INIT;

/* One sample of ITU-T G.711 mu-law. */
static uint8_t ulaw_of(int sample)
{
    int sign = sample < 0 ? 0x80 : 0;
    int magnitude = (sample < 0 ? -sample : sample) + 132;
    if (magnitude > 32767)
        magnitude = 32767;
    int exponent = 7;
    while (exponent > 0 && !(magnitude & (128 << exponent)))
        exponent--;
    int mantissa = magnitude >> (exponent + 3) & 15;
    return (uint8_t) ~(sign | exponent << 4 | mantissa);
}

static void wave_compute(void)
{
    for (int i = 0; i < 2 * FRAME_SAMPLES; i++) {
        double sample = TONE_AMPLITUDE * sin(2 * M_PI * TONE_HZ * i / 8000.0);
        wave[i / FRAME_SAMPLES][i % FRAME_SAMPLES] = ulaw_of((int)lrint(sample));
    }
}

static void music_frame(unsigned frame, uint8_t *out)
{
    static const double scale_hz[] = {392.0, 440.0, 523.3, 587.3, 659.3};
    static const uint8_t melody[] = {0, 2, 3, 4, 3, 2, 1, 2, 0, 1, 2, 4, 3, 1, 2, 0};
    double hz = scale_hz[melody[frame / NOTE_FRAMES % sizeof melody]];
    unsigned begin = frame % NOTE_FRAMES * FRAME_SAMPLES;
    for (unsigned i = begin; i < begin + FRAME_SAMPLES; i++) {
        double fade = 1.0 - (double)i / (NOTE_FRAMES * FRAME_SAMPLES);
        out[i - begin] = ulaw_of((int)lrint(TONE_AMPLITUDE * fade * sin(2 * M_PI * hz * i / 8000)));
    }
}

void media_tone_frame(enum media_tone tone, unsigned frame, uint8_t *out)
{
    static const struct {
        unsigned on, period; /* in frames */
    } cadence[] = {[MEDIA_TONE_NONE] = {0, 1},
                   [MEDIA_TONE_RINGBACK] = {50, 250},
                   [MEDIA_TONE_BUSY] = {24, 48}};
    if (tone == MEDIA_TONE_MUSIC) {
        music_frame(frame, out);
        return;
    }
    call_once(&wave_once, wave_compute);
    if (frame % cadence[tone].period < cadence[tone].on)
        memcpy(out, wave[frame % 2], FRAME_SAMPLES);
    else
        memset(out, SILENCE, FRAME_SAMPLES);
}
