/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the media room: what it is made of that knows no streams. Packets, codecs, the jitter
 * buffer, tones and music, and counting: functions of their arguments alone. */
#ifndef MEDIA_SOUND_H
#define MEDIA_SOUND_H

#include "media/media.h"

#define RTP_HEADER_BYTES 12
#define FRAME_MS         20
#define FRAME_BYTES      160 /* 20 ms in each of the codecs: 64 kbit/s, RTP clock 8000 */
#define FRAME_SAMPLES    160 /* of 20 ms at 8000 Hz */
#define WIDE_SAMPLES     320 /* and at 16000 Hz */

/* ---- rtp.c: the packet ---- */

struct rtp {
    bool is_marked;
    uint8_t payload;
    uint16_t sequence;
    uint32_t timestamp;
    uint32_t source; /* SSRC */
    size_t body;     /* offset of the payload bytes */
    size_t end;      /* offset behind them, padding excluded */
};

/* Whether it looks like an RTP packet of version 2, secret or not. */
static inline bool media_rtp_is(const uint8_t *packet, size_t len)
{
    return len >= RTP_HEADER_BYTES && packet[0] >> 6 == 2;
}
/* False when the bytes are no such packet. */
bool media_rtp_read(const uint8_t *packet, size_t len, struct rtp *out);
/* Writes the 12 bytes of a header without lists and extensions. */
void media_rtp_write(uint8_t *packet, const struct rtp *rtp);
uint16_t media_read_16(const uint8_t *p);
uint32_t media_read_32(const uint8_t *p);
void media_write_16(uint8_t *p, uint16_t v);
void media_write_32(uint8_t *p, uint32_t v);
/* The smaller, by the rules of numbers that wrap. */
static inline bool media_rtp_is_before(uint16_t a, uint16_t b)
{
    return (int16_t)(uint16_t)(a - b) < 0;
}

/* Event code of a digit, or -1; and back ('\0'). */
int media_event_of_digit(char digit);
char media_digit_of_event(unsigned event);

/* ---- codec.c, resample.c: sound as numbers ---- */

/* The static payload type, and back: false when it is none of ours. */
uint8_t media_codec_payload(enum media_codec codec);
bool media_codec_of_payload(uint8_t payload, enum media_codec *out);
/* Samples of a frame: FRAME_SAMPLES or WIDE_SAMPLES. */
static inline size_t media_codec_samples(enum media_codec codec)
{
    return codec == MEDIA_G722 ? WIDE_SAMPLES : FRAME_SAMPLES;
}

/* G.711 has no state; that of G.722 is allocated when it is first used. All zero is new. */
struct encoder {
    void *g722;
};
struct decoder {
    void *g722;
};
void media_encode(struct encoder *encoder, enum media_codec codec, const int16_t *samples,
                  uint8_t out[FRAME_BYTES]);
void media_decode(struct decoder *decoder, enum media_codec codec, const uint8_t in[FRAME_BYTES],
                  int16_t *samples);
/* One sample of G.711. */
uint8_t media_ulaw_of(int16_t sample);
uint8_t media_alaw_of(int16_t sample);
void media_encoder_free(struct encoder *encoder);
void media_decoder_free(struct decoder *decoder);

#define RESAMPLER_TAPS 31
/* Between 8000 and 16000 Hz, in one direction. All zero is new. */
struct resampler {
    int16_t history[RESAMPLER_TAPS - 1];
};
void media_resample_up(struct resampler *r, const int16_t in[FRAME_SAMPLES],
                       int16_t out[WIDE_SAMPLES]);
void media_resample_down(struct resampler *r, const int16_t in[WIDE_SAMPLES],
                         int16_t out[FRAME_SAMPLES]);
static inline int16_t media_saturate(int32_t v)
{
    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

/* ---- jitter.c: from packets to a frame each tick ---- */

#define JITTER_BYTES     2048 /* 256 ms; a power of two */
#define JITTER_MAX_BYTES 960  /* at most 120 ms wait */

struct jitter {
    bool has_begun;
    uint32_t play; /* timestamp of the next byte to be played */
    uint32_t end;  /* behind the newest byte */
    uint32_t least_in_hand;
    unsigned takes;                           /* since least_in_hand was begun anew */
    uint64_t filled[JITTER_BYTES / (8 * 64)]; /* a bit for each millisecond */
    uint8_t bytes[JITTER_BYTES];
};
void media_jitter_reset(struct jitter *j);
/* False when it came too late, or is too long to be sound of ours. */
bool media_jitter_put(struct jitter *j, uint32_t timestamp, const uint8_t *bytes, size_t len);
/* False when the frame is not there. */
bool media_jitter_take(struct jitter *j, uint8_t out[FRAME_BYTES]);

/* ---- tone.c, music.c ---- */

struct music {
    int16_t *narrow; /* frames * FRAME_SAMPLES */
    int16_t *wide;   /* frames * WIDE_SAMPLES */
    size_t frames;
};
/* From a WAV file, or generated when path is NULL. ERR_INVALID when it is no such file. */
enum err media_music_load(const char *path, struct music *out);
void media_music_free(struct music *music);
/* Samples of frame number `frame` since the tone began; not for music. */
void media_tone_frame(enum media_tone tone, unsigned frame, enum media_codec codec, int16_t *out);

/* ---- stats.c: what came, and how good it was ---- */

struct receive_stats {
    bool has_source;
    uint32_t source;
    uint32_t first; /* extended sequence numbers of the source */
    uint32_t newest;
    uint32_t source_packets;
    uint32_t transit;
    uint32_t jitter;     /* timestamp units times 16 */
    uint64_t jitter_sum; /* of the same, one addend for each packet */
    uint64_t jitter_count;
    uint64_t packets;           /* whole life */
    uint64_t lost_before;       /* of sources that were replaced */
    uint32_t reported_expected; /* at the last report */
    uint32_t reported_packets;
};
/* Returns true when the numbers began anew: another source, or a jump. arrival is in units of the
 * timestamp; has_clock is false where the timestamp stands still (events). */
bool media_stats_packet(struct receive_stats *stats, const struct rtp *in, uint32_t arrival,
                        bool has_clock);
uint64_t media_stats_lost(const struct receive_stats *stats);
void media_stats_tell(const struct receive_stats *stats, uint32_t round_trip_ms,
                      struct media_stats *out);

#endif
