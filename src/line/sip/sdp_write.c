/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Our session descriptions, always the same few lines. An offer lists all codecs that we wish; an
 * answer names one, so that nobody changes codec in mid-stream. */
#include <sodium.h>

#include "line/sip/sdp_int.h"

/* The telephone's words, seen from our side. */
static enum sdp_direction direction_reversed(enum sdp_direction d)
{
    if (d == SDP_SENDONLY)
        return SDP_RECVONLY;
    return d == SDP_RECVONLY ? SDP_SENDONLY : d;
}

static void write_head(struct buf *out, const struct sdp_local *local)
{
    buf_printf(out, "v=0\r\no=- %llu %u IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n",
               (unsigned long long)local->session, local->version, local->address, local->address);
}

static void write_key(struct buf *out, const uint8_t *key, unsigned tag, enum media_cipher cipher)
{
    char base64[sodium_base64_ENCODED_LEN(MEDIA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(base64, sizeof base64, key, MEDIA_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
    buf_printf(out, "a=crypto:%u %s inline:%s\r\n", tag, line_sip_sdp_ciphers[cipher], base64);
    sodium_memzero(base64, sizeof base64);
}

static void write_audio(struct buf *out, const struct sdp_local *local, const char *proto,
                        const enum media_codec *codecs, size_t codec_count, int event_payload)
{
    buf_printf(out, "m=audio %u %s", local->port, proto);
    for (size_t i = 0; i < codec_count; i++)
        buf_printf(out, " %u", line_sip_sdp_codecs[codecs[i]].payload);
    if (event_payload != MEDIA_NO_EVENTS)
        buf_printf(out, " %d", event_payload);
    buf_text(out, "\r\n");
    for (size_t i = 0; i < codec_count; i++)
        buf_printf(out, "a=rtpmap:%u %s\r\n", line_sip_sdp_codecs[codecs[i]].payload,
                   line_sip_sdp_codecs[codecs[i]].map);
    if (event_payload != MEDIA_NO_EVENTS)
        buf_printf(out, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", event_payload,
                   event_payload);
    buf_text(out, "a=ptime:20\r\n");
}

void line_sip_sdp_offer(struct buf *out, const struct sdp_local *local)
{
    write_head(out, local);
    write_audio(out, local, local->key ? "RTP/SAVP" : "RTP/AVP", local->wish->codecs,
                local->wish->codec_count, EVENT_PAYLOAD);
    if (local->key) {
        write_key(out, local->key, 1, MEDIA_AES_80);
        write_key(out, local->key, 2, MEDIA_AES_32);
    }
    buf_printf(out, "a=%s\r\n", line_sip_sdp_directions[SDP_SENDRECV]);
}

static void write_refused(struct buf *out, struct slice line)
{
    struct slice rest, kind = slice_split(line, ' ', &rest);
    slice_split(rest, ' ', &rest);
    buf_text(out, "m=");
    buf_slice(out, kind);
    buf_text(out, " 0 ");
    buf_slice(out, rest);
    buf_text(out, "\r\n");
}

void line_sip_sdp_answer(struct buf *out, const struct sdp_local *local, const struct sdp *offer)
{
    bool is_secure = offer->cipher != MEDIA_PLAIN;
    write_head(out, local);
    for (size_t i = 0; i < offer->line_count; i++) {
        if (i != offer->audio) {
            write_refused(out, offer->lines[i]);
            continue;
        }
        write_audio(out, local, is_secure ? "RTP/SAVP" : "RTP/AVP", &offer->codec, 1,
                    offer->event_payload);
        if (is_secure)
            write_key(out, local->key, offer->key_tag, offer->cipher);
        buf_printf(out, "a=%s\r\n", line_sip_sdp_directions[direction_reversed(offer->direction)]);
    }
}
