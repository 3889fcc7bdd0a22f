/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Session descriptions (RFC 4566), offer and answer (RFC 3264), and the keys in them (RFC 4568).
 * Private to the SIP driver. */
#ifndef LINE_SIP_SDP_H
#define LINE_SIP_SDP_H

#include "base/buf.h"
#include "base/error.h"
#include "media/media.h"

#define EVENT_PAYLOAD 101 /* telephone-event in our offers */
#define SDP_MEDIA_MAX 8

enum sdp_direction { SDP_INACTIVE, SDP_SENDONLY, SDP_RECVONLY, SDP_SENDRECV };

/* What may be agreed on with a telephone or trunk. */
struct sdp_wish {
    enum media_codec codecs[MEDIA_CODEC_COUNT]; /* those that we offer, in this order */
    size_t codec_count;
    bool takes_plain;
    bool takes_secure; /* RTP/SAVP; only where the signalling can't be read on its way */
};

/* Slices are borrowed from the text that was read. */
struct sdp {
    struct slice lines[SDP_MEDIA_MAX]; /* the values of the m= lines */
    size_t line_count;
    size_t audio; /* index of the one we use; line_count when there is none */
    struct in_addr address;
    uint16_t port;
    enum media_codec codec;       /* its first one that we wish */
    int event_payload;            /* or MEDIA_NO_EVENTS */
    enum sdp_direction direction; /* as told, but never listening when c= is 0.0.0.0 */
    enum media_cipher cipher;     /* of the first key that we can use */
    unsigned key_tag;
    uint8_t key[MEDIA_KEY_BYTES]; /* the telephone's */
};

/* ERR_INVALID when it is no session description. One without audio that we can use is no error. */
enum err line_sip_sdp_read(struct slice text, const struct sdp_wish *wish, struct sdp *out);
/* We and that telephone can speak: RTP audio as wished, a port, a codec, an IPv4 address. */
bool line_sip_sdp_is_usable(const struct sdp *sdp);

struct sdp_local {
    const char *address;
    unsigned port;
    uint64_t session;
    uint32_t version;
    const struct sdp_wish *wish;
    const uint8_t *key; /* ours, MEDIA_KEY_BYTES; NULL: an offer of plain RTP */
};

/* An offer with a key is one of RTP/SAVP. */
void line_sip_sdp_offer(struct buf *out, const struct sdp_local *local);
/* To a usable offer; the key is told when the offer has one. */
void line_sip_sdp_answer(struct buf *out, const struct sdp_local *local, const struct sdp *offer);

#endif
