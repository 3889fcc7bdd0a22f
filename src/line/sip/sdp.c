/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reading session descriptions. We take of a telephone's only what we need: the first audio stream
 * that we can speak on (RTP, or SRTP with a key, as wished; one of our codecs under its static
 * number), its address, its number for telephone-event and its direction; and keep the other m=
 * lines, as an answer must refuse each of them in its place (RFC 3264 section 6). Whether a stream
 * is one we can use is known where it ends, for its keys come last. sofia-sip's reader would give a
 * tree of forty types for this. */
#include <arpa/inet.h>
#include <sodium.h>

#include "line/sip/sdp_int.h"

const char *const line_sip_sdp_directions[] = {
    [SDP_INACTIVE] = "inactive",
    [SDP_SENDONLY] = "sendonly",
    [SDP_RECVONLY] = "recvonly",
    [SDP_SENDRECV] = "sendrecv",
};

/* The rate of G.722 is told as 8000 by an old mistake that is now the rule (RFC 3551). */
const struct sdp_codec line_sip_sdp_codecs[MEDIA_CODEC_COUNT] = {
    [MEDIA_PCMU] = {0, "PCMU/8000"},
    [MEDIA_PCMA] = {8, "PCMA/8000"},
    [MEDIA_G722] = {9, "G722/8000"},
};

const char *const line_sip_sdp_ciphers[] = {
    [MEDIA_AES_80] = "AES_CM_128_HMAC_SHA1_80",
    [MEDIA_AES_32] = "AES_CM_128_HMAC_SHA1_32",
};

static struct slice next_word(struct slice *rest)
{
    return slice_split(*rest, ' ', rest);
}

static bool read_number(struct slice text, unsigned max, unsigned *out)
{
    unsigned long long value;
    if (!slice_to_u64(text, max, &value))
        return false;
    *out = (unsigned)value;
    return true;
}

/* "IN IP4 192.0.2.1" with an optional "/ttl"; others leave 255.255.255.255, which nobody can use.
 */
static struct in_addr read_address(struct slice value)
{
    struct in_addr address = {INADDR_NONE};
    struct slice network = next_word(&value), type = next_word(&value), rest;
    struct slice host = slice_split(next_word(&value), '/', &rest);
    char text[INET_ADDRSTRLEN];
    if (!slice_is(network, "IN") || !slice_is(type, "IP4") || host.len >= sizeof text || !host.ptr)
        return address;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    struct in_addr parsed;
    return inet_pton(AF_INET, text, &parsed) == 1 ? parsed : address;
}

/* One m= line and what follows it, or what stands before the first. */
struct stream {
    size_t index;
    bool is_audio;  /* of a kind that we wish, with a port */
    bool is_secure; /* RTP/SAVP */
    bool has_codec, has_key;
    struct in_addr address;
    unsigned port;
    enum media_codec codec;
    int event_payload;
    enum sdp_direction direction;
    enum media_cipher cipher;
    unsigned key_tag;
    uint8_t key[MEDIA_KEY_BYTES];
};

struct reader {
    const struct sdp_wish *wish;
    struct sdp *sdp;
    struct stream session; /* what all streams begin with */
    struct stream stream;
    bool is_in_stream;
};

static void finish_stream(struct reader *r)
{
    const struct stream *s = &r->stream;
    struct sdp *sdp = r->sdp;
    bool is_good = s->is_audio && s->has_codec && (s->has_key || !s->is_secure);
    if (!r->is_in_stream || !is_good || sdp->audio < SDP_MEDIA_MAX)
        return;
    sdp->audio = s->index;
    sdp->address = s->address;
    sdp->port = (uint16_t)s->port;
    sdp->codec = s->codec;
    sdp->event_payload = s->event_payload;
    sdp->direction = s->direction;
    sdp->cipher = s->is_secure ? s->cipher : MEDIA_PLAIN;
    sdp->key_tag = s->key_tag;
    memcpy(sdp->key, s->key, sizeof sdp->key);
}

static void read_codecs(struct reader *r, struct slice list)
{
    struct stream *s = &r->stream;
    while (list.len > 0 && !s->has_codec) {
        unsigned payload = 128;
        read_number(next_word(&list), 127, &payload);
        for (size_t i = 0; i < r->wish->codec_count && !s->has_codec; i++) {
            s->codec = r->wish->codecs[i];
            s->has_codec = line_sip_sdp_codecs[s->codec].payload == payload;
        }
    }
}

/* "audio 49170 RTP/AVP 0 101" */
static enum err read_media(struct reader *r, struct slice value)
{
    struct sdp *sdp = r->sdp;
    finish_stream(r);
    if (sdp->line_count == SDP_MEDIA_MAX)
        return ERR_INVALID;
    struct stream *s = &r->stream;
    *s = r->session;
    r->is_in_stream = true;
    s->index = sdp->line_count++;
    sdp->lines[s->index] = value;
    struct slice rest = value, count;
    struct slice kind = next_word(&rest), port_text = next_word(&rest), proto = next_word(&rest);
    if (!read_number(slice_split(port_text, '/', &count), 65535, &s->port) || proto.len == 0)
        return ERR_INVALID;
    s->is_secure = slice_is(proto, "RTP/SAVP");
    bool is_wished =
        s->is_secure ? r->wish->takes_secure : r->wish->takes_plain && slice_is(proto, "RTP/AVP");
    s->is_audio = slice_is(kind, "audio") && is_wished && s->port > 0;
    read_codecs(r, rest);
    return ERR_OK;
}

/* "inline:KEY[|lifetime]"; one with an identifier of the key in each packet is not for us. */
static bool read_key(struct slice text, uint8_t key[MEDIA_KEY_BYTES])
{
    struct slice prefix = SLICE("inline:"), more, rest;
    if (!slice_starts_with(text, prefix))
        return false;
    struct slice base64 =
        slice_split((struct slice){text.ptr + prefix.len, text.len - prefix.len}, '|', &more);
    slice_split(more, ':', &rest);
    size_t len = 0;
    return !rest.ptr && base64.len > 0 &&
           sodium_base642bin(key, MEDIA_KEY_BYTES, base64.ptr, base64.len, NULL, &len, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           len == MEDIA_KEY_BYTES;
}

/* "1 AES_CM_128_HMAC_SHA1_80 inline:KEY [parameter ...]"; of the parameters only the hint at a
 * window leaves the packets as we make them. */
static void read_crypto(struct stream *s, struct slice value)
{
    unsigned tag;
    uint8_t key[MEDIA_KEY_BYTES];
    struct slice number = next_word(&value), suite = next_word(&value), text = next_word(&value);
    enum media_cipher cipher = MEDIA_PLAIN;
    if (slice_is(suite, line_sip_sdp_ciphers[MEDIA_AES_80]))
        cipher = MEDIA_AES_80;
    else if (slice_is(suite, line_sip_sdp_ciphers[MEDIA_AES_32]))
        cipher = MEDIA_AES_32;
    while (value.len > 0) {
        struct slice parameter = next_word(&value);
        if (parameter.len > 0 && !slice_starts_with(parameter, SLICE("WSH=")))
            return;
    }
    if (s->has_key || cipher == MEDIA_PLAIN || !read_number(number, 999999999, &tag) ||
        !read_key(text, key))
        return;
    s->has_key = true;
    s->cipher = cipher;
    s->key_tag = tag;
    memcpy(s->key, key, sizeof key);
}

static void read_attribute(struct stream *s, struct slice value)
{
    for (size_t i = 0; i <= SDP_SENDRECV; i++) {
        if (slice_is(value, line_sip_sdp_directions[i]))
            s->direction = (enum sdp_direction)i;
    }
    struct slice rest, name = slice_split(value, ':', &rest), clock;
    if (slice_is(name, "crypto"))
        read_crypto(s, rest);
    if (!slice_is(name, "rtpmap"))
        return;
    unsigned payload;
    struct slice number = next_word(&rest);
    struct slice encoding = slice_split(rest, '/', &clock);
    if (slice_equal_nocase(encoding, SLICE("telephone-event")) && slice_is(clock, "8000") &&
        read_number(number, 127, &payload) && payload >= 96)
        s->event_payload = (int)payload;
}

static enum err read_line(struct reader *r, char type, struct slice value)
{
    struct stream *s = r->is_in_stream ? &r->stream : &r->session;
    if (type == 'm')
        return read_media(r, value);
    if (type == 'c')
        s->address = read_address(value);
    else if (type == 'a')
        read_attribute(s, value);
    return ERR_OK;
}

enum err line_sip_sdp_read(struct slice text, const struct sdp_wish *wish, struct sdp *out)
{
    *out = (struct sdp){
        .event_payload = MEDIA_NO_EVENTS, .direction = SDP_SENDRECV, .audio = SDP_MEDIA_MAX};
    struct reader r = {.wish = wish,
                       .sdp = out,
                       .session = {.address = {INADDR_NONE},
                                   .event_payload = MEDIA_NO_EVENTS,
                                   .direction = SDP_SENDRECV}};
    bool is_first = true;
    while (text.len > 0) {
        struct slice line = slice_split(text, '\n', &text);
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0)
            continue;
        if (line.len < 2 || line.ptr[1] != '=' || (is_first && !slice_is(line, "v=0")))
            return ERR_INVALID;
        is_first = false;
        enum err err = read_line(&r, line.ptr[0], (struct slice){line.ptr + 2, line.len - 2});
        if (err != ERR_OK)
            return err;
    }
    if (is_first)
        return ERR_INVALID;
    finish_stream(&r);
    sodium_memzero(&r, sizeof r);
    if (out->audio == SDP_MEDIA_MAX)
        out->audio = out->line_count;
    /* The way to say hold before RFC 3264. */
    if (out->address.s_addr == INADDR_ANY)
        out->direction = out->direction & SDP_SENDONLY;
    return ERR_OK;
}

bool line_sip_sdp_is_usable(const struct sdp *sdp)
{
    return sdp->audio < sdp->line_count && sdp->address.s_addr != INADDR_NONE;
}
