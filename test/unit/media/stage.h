/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The media room without its thread, on a clock of the test's own: telephones with real sockets,
 * each saying a tone of its own, and what is heard at each ear. A second of sound takes
 * milliseconds, and the same happens each time. */
#ifndef TEST_MEDIA_STAGE_H
#define TEST_MEDIA_STAGE_H

#include "media/media_int.h"

#define STAGE_PHONES  33
#define STAGE_HEARING 25 /* frames that an ear remembers: half a second */

struct phone {
    struct stage *stage;
    uint64_t leg; /* 1, 2, 3 ... */
    int fd, control_fd;
    struct sockaddr_in leg_at, leg_control_at;
    struct media_far far;
    enum media_codec speaks; /* far.codec at first */
    bool is_speaking;
    double hz; /* of its tone */
    double amplitude;
    uint32_t clock; /* samples said, at 16000 Hz */
    struct encoder encoder;
    struct rtp says; /* the next packet */

    /* What came. */
    unsigned packets;
    struct rtp first, last;
    size_t last_len;
    uint8_t last_packet[PACKET_ROOM];
    unsigned marks, jumps, stray; /* markers; breaks of the numbering; other SSRCs */
    enum media_codec hears;
    struct decoder decoder;
    size_t heard; /* frames since listening began */
    int16_t sound[STAGE_HEARING][WIDE_SAMPLES];
    struct srtp_ctx_t_ *srtp_out, *srtp_in;
};

struct stage {
    struct media_loop loop;
    struct phone phones[STAGE_PHONES + 1]; /* by leg */
    size_t count;
    char digits[64];
    size_t digit_count;
    uint64_t digit_leg;
    int silent_told; /* count of true less count of false */
    uint64_t silent_leg;
};

/* Telephones with legs 1 to count, connected, all of one codec. */
struct stage *stage_begin(size_t count, enum media_codec codec);
/* With other options; digit, silent and ctx are the stage's. */
struct stage *stage_begin_with(size_t count, enum media_codec codec,
                               const struct media_options *options);
void stage_end(struct stage *stage);
/* What the telephone's SDP says now: its far. */
void stage_connect(struct phone *phone);
void stage_codec(struct phone *phone, enum media_codec codec);
struct stream *stage_stream(struct phone *phone);
/* Leg hears the legs, as digits: "234". */
void stage_hear(struct stage *stage, uint64_t leg, const char *legs);
void stage_tone(struct stage *stage, uint64_t leg, enum media_tone tone);
/* Everybody hears everybody. */
void stage_conference(struct stage *stage, size_t count);
/* Lets so many frames of 20 ms go by: who speaks says one, the room ticks, ears listen. */
void stage_run(struct stage *stage, unsigned frames);
/* One step of it at a time. */
void stage_say(struct phone *phone);
void stage_send(struct phone *phone, struct rtp rtp, const void *body, size_t len);
void stage_send_raw(struct phone *phone, const void *packet, size_t len);
void stage_tick(struct stage *stage);
void stage_listen(struct phone *phone);
/* Forgets what was heard and counted. */
void stage_forget(struct stage *stage);

/* Level of a tone at that ear in the last half second, 1.0 for a whole amplitude of a telephone. */
double stage_level(const struct phone *phone, double hz);
/* The telephones whose tones are heard at that ear, as digits: "13"; letters above nine. */
const char *stage_heard(const struct phone *phone);
#define assert_hears(stage, leg, legs) assert_string_equal(stage_heard(&(stage)->phones[leg]), legs)

#endif
