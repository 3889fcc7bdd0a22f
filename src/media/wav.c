/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The header of a recording's file: RIFF, WAVE, "fmt " and "data" (Multimedia Programming Interface
 * and Data Specifications 1.0, IBM and Microsoft, 1991), always of the same form, so that it can be
 * written anew in place while the file grows. */
#include <string.h>

#include "media/recorder.h"

#define RATE     8000
#define CHANNELS 2
#define BITS     16

static void put32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_name(uint8_t *at, const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++)
        at[i] = (uint8_t)name[i];
}

void media_wav_header(uint8_t out[WAV_HEADER_BYTES], uint32_t data_bytes)
{
    put_name(out, "RIFF");
    put32(out + 4, data_bytes + WAV_HEADER_BYTES - 8);
    put_name(out + 8, "WAVEfmt ");
    put32(out + 16, 16); /* of this part */
    put16(out + 20, 1);  /* PCM */
    put16(out + 22, CHANNELS);
    put32(out + 24, RATE);
    put32(out + 28, RATE * WAV_FRAME_BYTES);
    put16(out + 32, WAV_FRAME_BYTES);
    put16(out + 34, BITS);
    put_name(out + 36, "data");
    put32(out + 40, data_bytes);
}

bool media_wav_is_ours(const uint8_t header[WAV_HEADER_BYTES])
{
    uint8_t expected[WAV_HEADER_BYTES];
    media_wav_header(expected, 0);
    return memcmp(header, expected, 4) == 0 && memcmp(header + 8, expected + 8, 32) == 0;
}
