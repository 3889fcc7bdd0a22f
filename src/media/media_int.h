/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the media room: the streams, as the media thread sees them, and the packet's parts. */
#ifndef MEDIA_MEDIA_INT_H
#define MEDIA_MEDIA_INT_H

#include "base/list.h"
#include "base/map.h"
#include "base/queue.h"
#include "media/media.h"

#define RTP_HEADER_BYTES 12
#define RTP_PCMU         0
#define FRAME_SAMPLES    160 /* 20 ms at 8000 Hz, and as many bytes of PCMU */
#define FRAME_MS         20
#define PACKET_MAX       1500
#define DIGIT_FRAMES     5 /* 100 ms */
#define DIGIT_PAUSE      3 /* 60 ms */

struct rtp {
    bool is_marked;
    uint8_t payload;
    uint16_t sequence;
    uint32_t timestamp;
    uint32_t source; /* SSRC */
    size_t body;     /* offset of the payload bytes */
    size_t end;      /* offset behind them, padding excluded */
};

/* False when the bytes are no RTP packet of version 2. */
bool media_rtp_read(const uint8_t *packet, size_t len, struct rtp *out);
/* Writes the 12 bytes of a header without lists and extensions. */
void media_rtp_write(uint8_t *packet, const struct rtp *rtp);
/* The smaller, by the rules of numbers that wrap. */
static inline bool media_rtp_is_before(uint16_t a, uint16_t b)
{
    return (int16_t)(uint16_t)(a - b) < 0;
}

/* Event code of a digit, or -1; and back ('\0'). */
int media_event_of_digit(char digit);
char media_digit_of_event(unsigned event);

/* 160 bytes of PCMU: frame number `frame` since the tone began. */
void media_tone_frame(enum media_tone tone, unsigned frame, uint8_t *out);

struct stream {
    uint64_t leg;
    int fd;
    struct media_far far;
    bool has_far;

    uint64_t talker_leg; /* 0: none */
    struct stream *talker;
    struct list as_listener; /* in talker->listeners */
    struct list listeners;
    struct list as_any;     /* in media->streams */
    struct list as_ticking; /* in media->ticking while a tone or digits are to be sent */

    enum media_tone tone;
    unsigned tone_frame;

    /* What the telephone gets: one source, numbers without a jump whatever they come from. */
    uint32_t out_source;
    uint16_t out_sequence;  /* of the next packet */
    uint32_t out_timestamp; /* of the next packet */
    uint64_t out_ms;        /* when the last packet left */
    bool is_relaying;       /* the deltas below are those of in_source */
    uint32_t in_source;
    uint16_t sequence_delta;
    uint32_t timestamp_delta;

    char digits[MEDIA_DIGITS_MAX];
    size_t digit_count;
    unsigned digit_frame; /* of digits[0] */

    bool has_event; /* the last event the telephone sent */
    uint32_t event_source;
    uint32_t event_timestamp;
};

/* stream.c: what the media thread does with its streams. */
struct media_loop {
    int epoll_fd;
    int timer_fd;
    bool is_ticking;
    struct list streams;
    struct list ticking;
    struct map by_leg;
    void (*digit)(void *ctx, uint64_t leg, char digit);
    void (*closed)(void *ctx, uint64_t leg, const struct media_stats *stats);
    void *ctx;
};

void media_stream_open(struct media_loop *loop, uint64_t leg, int fd);
void media_stream_close(struct media_loop *loop, struct stream *s);
struct stream *media_stream_find(struct media_loop *loop, uint64_t leg);
void media_stream_hear(struct media_loop *loop, struct stream *s, uint64_t talker,
                       enum media_tone tone);
void media_stream_press(struct media_loop *loop, struct stream *s, struct slice digits);
/* Puts the stream into the ticking list or takes it out, and the timer with it. */
void media_stream_tick_update(struct media_loop *loop, struct stream *s);
/* Sends one frame to each ticking stream. */
void media_stream_tick(struct media_loop *loop);
/* Reads all packets that wait on the stream's port. */
void media_stream_receive(struct media_loop *loop, struct stream *s);
/* Monotonic. */
uint64_t media_now_ms(void);

#endif
