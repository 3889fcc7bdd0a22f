/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Between 8000 and 16000 Hz by a half-band filter of 31 taps (a windowed sinc, Hamming): every
 * second tap but the middle one is zero, and it is symmetric, so eight multiplications make a
 * sample. It passes up to 3.2 kHz and takes 50 dB away above 4.8 kHz, which is what a telephone's
 * band needs. The delay is less than a millisecond. */
#include <math.h>
#include <string.h>
#include <threads.h>

#include "media/sound.h"

#define PAIRS  8
#define MIDDLE 15 /* of the taps */

static float taps[PAIRS]; /* at the distances 1, 3, 5 ... from the middle */
static once_flag taps_once = ONCE_FLAG_INIT;

static void taps_compute(void)
{
    double sum = 0;
    double wanted[PAIRS];
    for (int k = 0; k < PAIRS; k++) {
        double n = 2 * k + 1;
        double sinc = sin(M_PI * n * 0.5) / (M_PI * n);
        wanted[k] = sinc * (0.54 + 0.46 * cos(M_PI * n / (MIDDLE + 1)));
        sum += 2 * wanted[k];
    }
    /* Both phases have the same gain, else a constant would become a tone of 8 kHz. */
    for (int k = 0; k < PAIRS; k++)
        taps[k] = (float)(wanted[k] * 0.5 / sum);
}

static int16_t rounded(float v)
{
    return media_saturate((int32_t)lrintf(v));
}

void media_resample_up(struct resampler *r, const int16_t in[FRAME_SAMPLES],
                       int16_t out[WIDE_SAMPLES])
{
    enum { HISTORY = 2 * PAIRS - 1 };
    int16_t x[HISTORY + FRAME_SAMPLES];
    call_once(&taps_once, taps_compute);
    memcpy(x, r->history, HISTORY * sizeof *x);
    memcpy(x + HISTORY, in, FRAME_SAMPLES * sizeof *x);
    for (size_t i = 0; i < FRAME_SAMPLES; i++) {
        float sum = 0;
        for (size_t k = 0; k < PAIRS; k++)
            sum += taps[k] * (float)(x[i + PAIRS - 1 - k] + x[i + PAIRS + k]);
        out[2 * i] = x[i + PAIRS - 1];
        out[2 * i + 1] = rounded(2 * sum);
    }
    memcpy(r->history, x + FRAME_SAMPLES, HISTORY * sizeof *x);
}

void media_resample_down(struct resampler *r, const int16_t in[WIDE_SAMPLES],
                         int16_t out[FRAME_SAMPLES])
{
    enum { HISTORY = RESAMPLER_TAPS - 1 };
    int16_t x[HISTORY + WIDE_SAMPLES];
    call_once(&taps_once, taps_compute);
    memcpy(x, r->history, HISTORY * sizeof *x);
    memcpy(x + HISTORY, in, WIDE_SAMPLES * sizeof *x);
    for (size_t i = 0; i < FRAME_SAMPLES; i++) {
        const int16_t *middle = x + 2 * i + MIDDLE;
        float sum = 0.5f * (float)middle[0];
        for (int k = 0; k < PAIRS; k++)
            sum += taps[k] * (float)(middle[-2 * k - 1] + middle[2 * k + 1]);
        out[i] = rounded(sum);
    }
    memcpy(r->history, x + WIDE_SAMPLES, HISTORY * sizeof *x);
}
