/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The codecs. G.711 (ITU-T G.711) is decoded by tables of 256 entries and encoded by tables of
 * 8192, one for each 13 bit magnitude-and-sign step of mu-law and A-law, which are made from the
 * formulas at the first use. G.722 at 64 kbit/s is spandsp's; its RTP clock is 8000 although it
 * samples at 16000 Hz (RFC 3551 section 4.5.2), so that a frame of 20 ms is 160 bytes in each
 * codec. */
#include <spandsp.h>
#include <string.h>
#include <threads.h>

#include "base/log.h"
#include "media/sound.h"

#define ENCODE_SHIFT 2 /* 14 of the 16 bits count */

static int16_t decode_table[2][256];
static uint8_t encode_table[2][1 << (16 - ENCODE_SHIFT)];
static once_flag tables_once = ONCE_FLAG_INIT;

static uint8_t ulaw_compute(int sample)
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

static int16_t ulaw_value(uint8_t code)
{
    int bits = (uint8_t)~code;
    int magnitude = (((bits & 15) << 3) + 132) << (bits >> 4 & 7);
    return (int16_t)(bits & 0x80 ? 132 - magnitude : magnitude - 132);
}

static uint8_t alaw_compute(int sample)
{
    int sign = sample < 0 ? 0 : 0x80;
    int magnitude = (sample < 0 ? -sample - 1 : sample) >> 3; /* 12 bits */
    int exponent = 7;
    while (exponent > 1 && !(magnitude & (16 << exponent)))
        exponent--;
    int code = magnitude < 32 ? magnitude >> 1 : exponent << 4 | (magnitude >> exponent & 15);
    return (uint8_t)((sign | code) ^ 0x55);
}

static int16_t alaw_value(uint8_t code)
{
    int bits = code ^ 0x55;
    int exponent = bits >> 4 & 7;
    int magnitude = ((bits & 15) << 4) + 8;
    if (exponent > 0)
        magnitude = (magnitude + 256) << (exponent - 1);
    return (int16_t)(bits & 0x80 ? magnitude : -magnitude);
}

static void tables_compute(void)
{
    for (int code = 0; code < 256; code++) {
        decode_table[MEDIA_PCMU][code] = ulaw_value((uint8_t)code);
        decode_table[MEDIA_PCMA][code] = alaw_value((uint8_t)code);
    }
    for (int i = 0; i < 1 << (16 - ENCODE_SHIFT); i++) {
        int sample = (int16_t)(uint16_t)(i << ENCODE_SHIFT) + (1 << ENCODE_SHIFT) / 2;
        if (i == 0)
            sample = 0;
        encode_table[MEDIA_PCMU][i] = ulaw_compute(sample);
        encode_table[MEDIA_PCMA][i] = alaw_compute(sample);
    }
}

static uint8_t encode_one(enum media_codec codec, int16_t sample)
{
    return encode_table[codec][(uint16_t)sample >> ENCODE_SHIFT];
}

uint8_t media_ulaw_of(int16_t sample)
{
    call_once(&tables_once, tables_compute);
    return encode_one(MEDIA_PCMU, sample);
}

uint8_t media_alaw_of(int16_t sample)
{
    call_once(&tables_once, tables_compute);
    return encode_one(MEDIA_PCMA, sample);
}

static const uint8_t payloads[MEDIA_CODEC_COUNT] = {0, 8, 9};

uint8_t media_codec_payload(enum media_codec codec)
{
    return payloads[codec];
}

bool media_codec_of_payload(uint8_t payload, enum media_codec *out)
{
    for (unsigned i = 0; i < MEDIA_CODEC_COUNT; i++) {
        if (payloads[i] == payload) {
            *out = (enum media_codec)i;
            return true;
        }
    }
    return false;
}

void media_encode(struct encoder *encoder, enum media_codec codec, const int16_t *samples,
                  uint8_t out[FRAME_BYTES])
{
    if (codec != MEDIA_G722) {
        call_once(&tables_once, tables_compute);
        for (size_t i = 0; i < FRAME_SAMPLES; i++)
            out[i] = encode_one(codec, samples[i]);
        return;
    }
    if (!encoder->g722)
        encoder->g722 = g722_encode_init(NULL, 64000, 0);
    if (!encoder->g722)
        log_abort("no memory for an encoder");
    g722_encode(encoder->g722, out, samples, WIDE_SAMPLES);
}

void media_decode(struct decoder *decoder, enum media_codec codec, const uint8_t in[FRAME_BYTES],
                  int16_t *samples)
{
    if (codec != MEDIA_G722) {
        call_once(&tables_once, tables_compute);
        for (size_t i = 0; i < FRAME_BYTES; i++)
            samples[i] = decode_table[codec][in[i]];
        return;
    }
    if (!decoder->g722)
        decoder->g722 = g722_decode_init(NULL, 64000, 0);
    if (!decoder->g722)
        log_abort("no memory for a decoder");
    g722_decode(decoder->g722, samples, in, FRAME_BYTES);
}

void media_encoder_free(struct encoder *encoder)
{
    if (encoder->g722)
        g722_encode_free(encoder->g722);
    encoder->g722 = NULL;
}

void media_decoder_free(struct decoder *decoder)
{
    if (decoder->g722)
        g722_decode_free(decoder->g722);
    decoder->g722 = NULL;
}
