/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Sound: one RTP port a leg (and the odd one above it for RTCP), and who hears whom. Two who talk
 * plainly in one codec are relayed packet by packet; whoever hears several, or somebody in another
 * codec, or is recorded, is mixed. Tones, music, telephone events (RFC 4733), recording, SRTP.
 *
 * The functions below are messages to a thread of its own: they return at once, are carried out in
 * order, and could travel to another process. All are called from one thread, the owner's; the
 * callbacks of struct media_options are called on the media thread, record_failed on the
 * recorder's. A leg is a number, unknown ones are ignored.
 *
 * A telephone that listens gets a packet a second at least, also when it hears nothing. */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

struct media;

/* Ring-back is 425 Hz, 1 s on, 4 s off; busy is 425 Hz, 480 ms on, 480 ms off (ITU-T E.180).
 * Music is what media_options.music names, or generated. */
enum media_tone { MEDIA_TONE_NONE, MEDIA_TONE_RINGBACK, MEDIA_TONE_BUSY, MEDIA_TONE_MUSIC };

/* With their static payload types 0, 8 and 9 (RFC 3551), frames of 20 ms. */
enum media_codec { MEDIA_PCMU, MEDIA_PCMA, MEDIA_G722, MEDIA_CODEC_COUNT };

enum media_cipher { MEDIA_PLAIN, MEDIA_AES_80, MEDIA_AES_32 }; /* AES_CM_128_HMAC_SHA1_80, _32 */

#define MEDIA_NO_EVENTS   (-1)
#define MEDIA_DIGITS_MAX  64
#define MEDIA_KEY_BYTES   30 /* master key and salt (RFC 4568 section 6.1) */
#define MEDIA_TALKERS_MAX 32

/* What came from the leg's telephone over its whole life; packets as RFC 3550 counts them. */
struct media_stats {
    uint64_t packets;
    uint64_t lost;
    uint64_t jitter_us;
    uint64_t score; /* mean opinion by the E-model (ITU-T G.107), 100 to 450; 0: nothing came */
};

struct media_options {
    const char *address;    /* IPv4 in dots, to bind */
    unsigned port_min;      /* even ports from here */
    unsigned port_max;      /* to here, both included */
    const char *music;      /* WAV file, 16 bit PCM, mono, 8000 or 16000 Hz; NULL: generated */
    const char *recordings; /* directory; NULL: nothing is recorded */
    unsigned silence_ms;    /* silent is told after so long without a packet; 0: never */
    /* The telephone of that leg pressed a digit: 0-9 * # A-D. Called once a press. */
    void (*digit)(void *ctx, uint64_t leg, char digit);
    /* A digit for the leg's telephone, which takes no telephone-event. May be NULL: lost then. */
    void (*digit_unsent)(void *ctx, uint64_t leg, char digit);
    /* media_close is done; the last that is heard of the leg. May be NULL. */
    void (*closed)(void *ctx, uint64_t leg, const struct media_stats *stats);
    /* Neither RTP nor RTCP comes from a telephone that should send; told once for each such time,
     * at most 200 ms late, and again (false) when RTP comes once more. May be NULL. */
    void (*silent)(void *ctx, uint64_t leg, bool is_silent);
    /* The call's recording ended by a failure, such as a full disk. May be NULL. */
    void (*record_failed)(void *ctx, uint64_t call);
    void *ctx;
};

/* What a leg's telephone told in its SDP. */
struct media_far {
    struct in_addr address;
    uint16_t port;          /* host order; 0: it takes no sound */
    enum media_codec codec; /* what it gets; what it sends may be any of ours */
    int event_payload;      /* its number for telephone-event, or MEDIA_NO_EVENTS */
    int our_event_payload;  /* the number that our SDP gave it to send with */
    bool is_listening;      /* false while it holds: nothing is sent */
    bool is_sending;        /* false while its SDP says that it sends nothing */
    /* Behind an address translator: its sound goes to where its first packet came from, and stays
     * there until address or port of the SDP change, it held and sent nothing, or media_relatch.
     * Others must send from the address that they named, and get theirs at the address and port
     * that they named; the port from which they send is free, but only one at a time is heard. */
    bool is_behind_nat;
    /* Where its signalling comes from; 0: not known. Behind an address translator what comes from
     * there takes the place of what came first from elsewhere. */
    struct in_addr signals_from;
    enum media_cipher cipher;
    uint8_t send_key[MEDIA_KEY_BYTES];    /* ours */
    uint8_t receive_key[MEDIA_KEY_BYTES]; /* the telephone's */
};

/* ERR_RANGE when the ports are not a range, ERR_INVALID for a bad address or a music file that is
 * no such WAV, ERR_IO. */
enum err media_create(const struct media_options *options, struct media **out);
/* Ends the thread and closes all ports; recordings under way are closed as they are. */
void media_destroy(struct media *media);

/* Gives the leg a port: the wanted one, or any when wanted is 0. The leg must have none yet.
 * ERR_IN_USE when none is free among the next thousand. */
enum err media_open(struct media *media, uint64_t leg, unsigned wanted, unsigned *port);
void media_close(struct media *media, uint64_t leg);

/* Where the leg's telephone takes sound. Repeated when it changes. */
void media_connect(struct media *media, uint64_t leg, const struct media_far *far);

/* The leg's telephone has proven to be at another place than before. If it is behind an address
 * translator its next packet says, once more, where its sound is. */
void media_relatch(struct media *media, uint64_t leg);

/* What the leg hears from now on: the talkers, at most MEDIA_TALKERS_MAX of them, or the tone,
 * which goes first. A talker need not be open yet. Setting the same again disturbs nothing. */
void media_hear(struct media *media, uint64_t leg, const uint64_t *talkers, size_t count,
                enum media_tone tone);

enum media_recording_state { MEDIA_RECORDING_STOPPED, MEDIA_RECORDING_ON, MEDIA_RECORDING_PAUSED };

/* The whole of what is wanted of a call's recording, repeatable: a file NAME.wav, stereo, 8000 Hz,
 * 16 bit; what the telephone of left sends on the left, those of the others summed on the right.
 * While paused, silence. A file that is there already is gone on with. STOPPED closes it. */
struct media_recording {
    uint64_t call;
    struct slice name; /* without directory and ending; letters, digits, '-' and '_' */
    enum media_recording_state state;
    uint64_t left;          /* 0: none */
    const uint64_t *others; /* at most MEDIA_TALKERS_MAX */
    size_t other_count;
};
void media_record(struct media *media, const struct media_recording *recording);

/* Sends the digits to the leg's telephone, 100 ms each with 60 ms between. Digits over
 * MEDIA_DIGITS_MAX waiting are lost with a warning in the log; those of a telephone without
 * telephone-event are digit_unsent. */
void media_digits(struct media *media, uint64_t leg, struct slice digits);
/* The leg's telephone pressed a digit, and told it otherwise than by its sound: whoever hears it
 * gets the digit. */
void media_pressed(struct media *media, uint64_t leg, char digit);

#endif
