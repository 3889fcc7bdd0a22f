/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Sound: one RTP port a leg, a relay that lets one leg hear another, tones, and telephone events
 * (RFC 4733). All legs speak PCMU (RFC 3551, payload 0, 20 ms); there is no transcoding and no
 * mixing: a leg hears one other leg or one tone.
 *
 * The functions below are messages to a thread of its own: they return at once, are carried out in
 * order, and could travel to another process. All are called from one thread, the owner's; only
 * digit is called on the media thread. A leg is a number, unknown ones are ignored.
 *
 * Packets go to the address that the telephone named in its SDP; whoever sends from elsewhere is
 * not heard. Only the address is compared, not the port. RTCP is not answered; the odd port above
 * each RTP port is left free for it. */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

struct media;

/* Ring-back is 425 Hz, 1 s on, 4 s off; busy is 425 Hz, 480 ms on, 480 ms off (ITU-T E.180).
 * Music is generated. */
enum media_tone { MEDIA_TONE_NONE, MEDIA_TONE_RINGBACK, MEDIA_TONE_BUSY, MEDIA_TONE_MUSIC };

#define MEDIA_NO_EVENTS  (-1)
#define MEDIA_DIGITS_MAX 64

struct media_options {
    const char *address; /* IPv4 in dots, to bind */
    unsigned port_min;   /* even ports from here */
    unsigned port_max;   /* to here, both included */
    /* The telephone of that leg pressed a digit: 0-9 * # A-D. Called once a press. */
    void (*digit)(void *ctx, uint64_t leg, char digit);
    void *ctx;
};

/* What a leg's telephone told in its SDP. */
struct media_far {
    struct in_addr address;
    uint16_t port;         /* host order; 0: it takes no sound */
    int event_payload;     /* its number for telephone-event, or MEDIA_NO_EVENTS */
    int our_event_payload; /* the number that our SDP gave it to send with */
    bool is_listening;     /* false while it holds: nothing is sent */
};

/* ERR_RANGE when the ports are not a range, ERR_INVALID for a bad address, ERR_IO. */
enum err media_create(const struct media_options *options, struct media **out);
/* Ends the thread and closes all ports. */
void media_destroy(struct media *media);

/* Gives the leg a port: the wanted one, or any when wanted is 0. The leg must have none yet.
 * ERR_IN_USE when no port is free. */
enum err media_open(struct media *media, uint64_t leg, unsigned wanted, unsigned *port);
void media_close(struct media *media, uint64_t leg);

/* Where the leg's telephone takes sound. Repeated when it changes. */
void media_connect(struct media *media, uint64_t leg, const struct media_far *far);

/* What the leg hears from now on: the leg talker (0: none), or the tone, which goes first. The
 * talker need not be open yet. Setting the same again disturbs nothing. */
void media_hear(struct media *media, uint64_t leg, uint64_t talker, enum media_tone tone);

/* Sends the digits to the leg's telephone, 100 ms each with 60 ms between. Digits over
 * MEDIA_DIGITS_MAX waiting, and all of a telephone without telephone-event, are lost with a warning
 * in the log. */
void media_digits(struct media *media, uint64_t leg, struct slice digits);

#endif
