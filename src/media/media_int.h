/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the media room: the streams, as the media thread sees them.
 * Everything here belongs to the media thread alone, so nothing is locked.
 *
 * A stream is one leg's RTP session. Who hears whom is a link from a talker to a listener (or to a
 * tap, which is a recording). Where sound has to be decoded, the talker has a voice (jitter buffer
 * and decoder); listeners who hear the same set share a mix. */
#ifndef MEDIA_MEDIA_INT_H
#define MEDIA_MEDIA_INT_H

#include "base/list.h"
#include "base/map.h"
#include "media/sound.h"

#define PACKET_MAX        1500
#define PACKET_ROOM       (PACKET_MAX + 160) /* with what SRTP adds */
#define DIGIT_FRAMES      5                  /* 100 ms */
#define DIGIT_PAUSE       3                  /* 60 ms */
#define KEEP_ALIVE_MS     1000
#define HOUSEKEEPING_TURN 10 /* a stream is looked after in every tenth tick */

enum stream_mode { MODE_IDLE, MODE_TONE, MODE_RELAY, MODE_MIX };

struct stream;
struct tap;
struct srtp_ctx_t_;

struct port {
    int fd; /* -1: none */
    bool is_control;
    struct stream *stream;
};

/* A talker as a listener, or a tap, named him. */
struct link {
    uint64_t leg;
    struct stream *talker;     /* NULL: not open */
    struct stream *listener;   /* either this */
    struct tap *tap;           /* or this */
    bool holds_voice;          /* the talker's */
    struct list as_listener;   /* in talker->listeners */
    struct list as_unresolved; /* in loop->unresolved while talker is NULL */
};

struct link_set {
    struct link *links;
    size_t count;
};

struct voice {
    unsigned users;
    enum media_codec codec;
    struct stream *stream;
    struct list as_voice; /* in loop->voices */
    struct jitter jitter;
    struct decoder decoder;
    struct resampler up, down;
    unsigned concealed; /* frames in a row that were not there */
    int16_t last[WIDE_SAMPLES];
    bool has_narrow, has_wide; /* of the current tick */
    int16_t narrow[FRAME_SAMPLES];
    int16_t wide[WIDE_SAMPLES];
};

/* A recording: what is decoded for it. */
struct tap {
    uint64_t call;
    bool is_on; /* false while it is paused: nothing is decoded */
    struct list as_tap;
    struct link_set left, others;
};

/* The sum of some talkers, shared by all who hear just these, or these and not themselves. */
struct mix {
    unsigned users;
    struct stream **talkers; /* sorted by address; the key in loop->mixes */
    size_t count;
    uint64_t narrow_tick, wide_tick; /* for which the sums are */
    int32_t narrow[FRAME_SAMPLES];
    int32_t wide[WIDE_SAMPLES];
    struct encoder encoder;
    uint64_t encoded_tick[MEDIA_CODEC_COUNT];
    uint8_t encoded[MEDIA_CODEC_COUNT][FRAME_BYTES];
};

struct stream {
    struct media_loop *loop;
    uint64_t leg;
    struct port rtp, control;
    struct media_far far;
    bool has_far;
    struct srtp_ctx_t_ *srtp_in, *srtp_out; /* NULL: plain */
    unsigned srtp_guesses; /* packets of srtp_in whose roll-over counter was guessed */

    struct link_set hears;
    struct list listeners;
    struct list as_any;     /* in a list of loop->streams */
    struct list as_waiting; /* in loop->waiting while its packets are read in the tick */
    struct list as_ticking; /* in loop->ticking while frames of our making are to be sent */
    enum stream_mode mode;
    enum media_tone tone;
    unsigned tone_frame;
    struct mix *mix; /* in MODE_MIX */
    bool is_in_mix;  /* and is left out of what it hears itself */
    struct encoder encoder;

    /* What comes. The address it comes from is locked by the first packet. */
    bool has_source;
    bool may_move; /* once, by the next packet */
    struct sockaddr_in source;
    uint64_t source_ms;                /* when a packet came from there last */
    struct sockaddr_in control_source; /* port 0: nothing came */
    enum media_codec in_codec;
    unsigned in_epoch; /* another one when the telephone's numbers began anew */
    uint64_t in_us;    /* arrival of the packet at hand */
    uint64_t in_ms;    /* when the last packet came, or was first expected */
    bool is_silent;    /* and that was told */
    struct receive_stats received;
    struct voice *voice; /* NULL: nobody needs it decoded */

    /* What the telephone gets: one source, numbers without a jump whatever they come from. */
    uint32_t out_source;
    uint16_t out_sequence;  /* of the next packet */
    uint32_t out_timestamp; /* of the next packet */
    uint64_t out_ms;        /* when the last packet left */
    bool is_fresh;          /* the next frame of ours begins a talk spurt */
    bool is_relaying;       /* the deltas below are those of relay_from's epoch */
    const struct stream *relay_from;
    unsigned relay_epoch;
    uint16_t sequence_delta;
    uint32_t timestamp_delta;
    uint32_t out_packets, out_bytes;

    /* RTCP. */
    uint64_t report_ms;     /* when the next is due */
    uint32_t sender_report; /* middle of its NTP time; 0: none came */
    uint64_t sender_report_ms;
    uint32_t round_trip_ms;

    char digits[MEDIA_DIGITS_MAX];
    size_t digit_count;
    unsigned digit_frame; /* of digits[0] */

    bool has_event; /* the last event the telephone sent */
    unsigned event_epoch;
    uint32_t event_timestamp;
    uint8_t event_code;
};

struct media_counts {
    uint64_t in, out, lost, late;
    uint64_t wrong_source, bad_srtp, no_rtp;
};

struct media_meters;
struct media_recorder;

struct media_loop {
    int epoll_fd;
    int timer_fd;
    bool is_ticking;
    uint64_t now_us; /* monotonic, at the last wake */
    uint64_t tick;
    unsigned stream_count;
    struct list streams[HOUSEKEEPING_TURN];
    struct list ticking;
    struct list waiting;
    struct list voices;
    struct list taps;
    struct list unresolved; /* links to talkers that are not open */
    struct map by_leg;
    struct map mixes;
    struct music music;
    struct encoder music_encoder;
    uint64_t music_tick[MEDIA_CODEC_COUNT];
    uint8_t music_frame[MEDIA_CODEC_COUNT][FRAME_BYTES];
    uint8_t silence[MEDIA_CODEC_COUNT][FRAME_BYTES];
    struct media_recorder *recorder; /* NULL: nothing is recorded */
    struct media_counts counts;
    struct media_meters *meters;
    struct media_options options;
};

static inline uint64_t media_now_ms(const struct media_loop *loop)
{
    return loop->now_us / 1000;
}

/* stream.c: their life, and who hears whom. */
struct stream *media_stream_open(struct media_loop *loop, uint64_t leg, int fd, int control_fd);
/* stats NULL: the room ends, and the call goes on without us: its telephone is not told. */
void media_stream_close(struct stream *s, struct media_stats *stats);
struct stream *media_stream_find(struct media_loop *loop, uint64_t leg);
void media_stream_connect(struct stream *s, const struct media_far *far);
void media_stream_relatch(struct stream *s);
void media_stream_hear(struct stream *s, const uint64_t *talkers, size_t count,
                       enum media_tone tone);
/* Whenever something changed by which the mode is chosen. */
void media_stream_update(struct stream *s);

/* link.c */
void media_links_free(struct link_set *set);
/* The set from now on, for the listener or the tap. Who was decoded for it goes on being decoded.
 */
void media_links_set(struct media_loop *loop, struct link_set *set, const uint64_t *legs,
                     size_t count, struct stream *listener, struct tap *tap);
bool media_links_are(const struct link_set *set, const uint64_t *legs, size_t count);
/* A stream was opened, or is about to be closed. */
void media_links_opened(struct stream *talker);
void media_links_closed(struct stream *talker);
void media_link_hold_voice(struct link *link, bool is_wanted);

/* receive.c, event.c: what comes. packet has room for PACKET_ROOM bytes and is written to. */
void media_receive(struct stream *s);
/* Decides whether the talker's packets are read as they come, or in the tick. */
void media_receive_choose(struct stream *s);
void media_receive_waiting(struct media_loop *loop);
void media_receive_packet(struct stream *s, uint8_t *packet, size_t len,
                          const struct sockaddr_in *from);
/* False when packets from there are not the telephone's. */
bool media_source_is_right(const struct stream *s, const struct sockaddr_in *from);
bool media_event_is(const struct stream *s, const struct rtp *in);
/* The telephone pressed it; who hears it gets it, by events of ours. */
void media_event_pass_on(struct stream *s, char digit, bool is_relayed);
void media_event_receive(struct stream *s, const uint8_t *packet, const struct rtp *in);

/* send.c: what goes out. */
bool media_can_send(const struct stream *s);
struct sockaddr_in media_send_to(const struct stream *s);
void media_send_relayed(struct stream *s, const struct stream *from, const uint8_t *packet,
                        const struct rtp *in);
/* 20 ms of the codec that the telephone gets. */
void media_send_frame(struct stream *s, const uint8_t frame[FRAME_BYTES]);
void media_send_silence(struct stream *s);
/* A packet of an event; all of one event carry its timestamp. packet has room for PACKET_ROOM. */
void media_send_event(struct stream *s, uint8_t *packet, size_t len, bool is_marked);
/* The next timestamp when what follows is not the last packet's continuation: time went on. */
uint32_t media_send_timestamp(const struct stream *s);

/* digits.c */
void media_digits_press(struct stream *s, struct slice digits, bool is_ordered);
void media_digits_tick(struct stream *s);
/* The telephone takes none any more: those that wait are lost. */
void media_digits_drop(struct stream *s);

/* voice.c */
struct voice *media_voice_hold(struct stream *s);
void media_voice_release(struct stream *s);
void media_voice_put(struct voice *v, enum media_codec codec, const struct rtp *in,
                     const uint8_t *packet);
void media_voice_tick(struct voice *v);
/* 20 ms at 8000 and at 16000 Hz; NULL when it is silent in this tick. */
const int16_t *media_voice_narrow(struct voice *v);
const int16_t *media_voice_wide(struct voice *v);

/* mix.c */
/* Takes part in the mix that its links name, and in no other. */
void media_mix_join(struct stream *s);
void media_mix_leave(struct stream *s);
void media_mix_send(struct stream *s);

/* tick.c */
void media_tick_update(struct stream *s);
void media_tick(struct media_loop *loop);
void media_ticks_start(struct media_loop *loop, bool is_on);

/* tap.c */
void media_tap_set(struct media_loop *loop, const struct media_recording *recording);
void media_tap_tick(struct media_loop *loop);
/* So many ticks were left out. */
void media_tap_skip(struct media_loop *loop, uint64_t ticks);
void media_taps_free(struct media_loop *loop);

/* rtcp.c */
void media_control_receive(struct stream *s);
void media_control_packet(struct stream *s, uint8_t *packet, size_t len,
                          const struct sockaddr_in *from);
void media_control_report(struct stream *s, bool is_bye);

/* srtp.c */
/* Contexts for the far's cipher and keys; one whose key is as it was stays. ERR_INTERNAL when they
 * can't be made. */
enum err media_srtp_set(struct stream *s, const struct media_far *far);
void media_srtp_free(struct stream *s);
/* In place; false when the packet is not good, or can't be sent. Plain ones stay as they are. */
bool media_srtp_protect(struct stream *s, uint8_t *packet, size_t *len);
bool media_srtp_unprotect(struct stream *s, uint8_t *packet, size_t *len);
bool media_srtcp_protect(struct stream *s, uint8_t *packet, size_t *len);
bool media_srtcp_unprotect(struct stream *s, uint8_t *packet, size_t *len);

/* meters.c */
struct media_meters *media_meters_create(void);
void media_meters_free(struct media_meters *meters);
void media_meters_tick(struct media_loop *loop, uint64_t took_us);
void media_meters_closed(struct media_loop *loop, const struct media_stats *stats);

/* thread.c: the media thread, and what it is told. */
enum message_kind {
    MESSAGE_OPEN,
    MESSAGE_CLOSE,
    MESSAGE_CONNECT,
    MESSAGE_RELATCH,
    MESSAGE_HEAR,
    MESSAGE_DIGITS,
    MESSAGE_PRESSED,
    MESSAGE_RECORD,
    MESSAGE_STOP
};

#define RECORDING_NAME_MAX 128

struct message {
    enum message_kind kind;
    uint64_t leg; /* of MESSAGE_RECORD the call */
    int fd, control_fd;
    struct media_far far;
    uint64_t talkers[MEDIA_TALKERS_MAX];
    size_t talker_count;
    enum media_tone tone;
    char digits[MEDIA_DIGITS_MAX];
    size_t digit_count;
    enum media_recording_state state;
    uint64_t left;
    char name[RECORDING_NAME_MAX];
    size_t name_len;
};

struct media_thread;
/* ERR_IO, or what is wrong with the music. */
enum err media_thread_start(const struct media_options *options, struct media_thread **out);
void media_thread_stop(struct media_thread *thread);
/* The message is copied. */
void media_thread_post(struct media_thread *thread, const struct message *message);

/* loop.c: the room without its thread, also for the fuzzer. */
void media_loop_init(struct media_loop *loop, const struct media_options *options);
void media_loop_free(struct media_loop *loop);
void media_loop_clock(struct media_loop *loop);

#endif
