/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Session descriptions. We read of a telephone's only what a PCMU switch needs: the first audio
 * stream over plain RTP with PCMU in it, its address, its number for telephone-event and its
 * direction; and keep the other m= lines, as an answer must refuse each of them in its place
 * (RFC 3264 section 6). Our own are always the same few lines. sofia-sip's reader would give a tree
 * of forty types for this. */
#include <arpa/inet.h>

#include "line/sip/sip_int.h"

static const char *const direction_names[] = {
    [SDP_INACTIVE] = "inactive",
    [SDP_SENDONLY] = "sendonly",
    [SDP_RECVONLY] = "recvonly",
    [SDP_SENDRECV] = "sendrecv",
};

/* The telephone's words, seen from our side. */
static enum sdp_direction direction_reversed(enum sdp_direction d)
{
    if (d == SDP_SENDONLY)
        return SDP_RECVONLY;
    return d == SDP_RECVONLY ? SDP_SENDONLY : d;
}

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
    if (!slice_is(network, "IN") || !slice_is(type, "IP4") || host.len >= sizeof text)
        return address;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    struct in_addr parsed;
    return inet_pton(AF_INET, text, &parsed) == 1 ? parsed : address;
}

struct reader {
    struct sdp *sdp;
    struct in_addr session_address;
    bool is_in_audio;  /* the lines belong to the stream that we use */
    bool is_in_stream; /* or to another one */
};

/* "audio 49170 RTP/AVP 0 101" */
static enum err read_media(struct reader *r, struct slice value)
{
    struct sdp *sdp = r->sdp;
    if (sdp->line_count == SDP_MEDIA_MAX)
        return ERR_INVALID;
    r->is_in_stream = true;
    r->is_in_audio = false;
    size_t index = sdp->line_count++;
    sdp->lines[index] = value;
    struct slice rest = value;
    struct slice kind = next_word(&rest), port_text = next_word(&rest), proto = next_word(&rest);
    struct slice count;
    unsigned port;
    if (!read_number(slice_split(port_text, '/', &count), 65535, &port) || proto.len == 0)
        return ERR_INVALID;
    bool is_ours = !sdp->has_pcmu && slice_is(kind, "audio") && slice_is(proto, "RTP/AVP") && port;
    while (is_ours && rest.len > 0 && !sdp->has_pcmu)
        sdp->has_pcmu = slice_is(next_word(&rest), "0");
    if (is_ours && sdp->has_pcmu) {
        r->is_in_audio = true;
        sdp->audio = index;
        sdp->port = (uint16_t)port;
        sdp->address = r->session_address;
    }
    return ERR_OK;
}

static void read_attribute(struct reader *r, struct slice value)
{
    if (r->is_in_stream && !r->is_in_audio)
        return;
    for (size_t i = 0; i < sizeof direction_names / sizeof *direction_names; i++) {
        if (slice_is(value, direction_names[i]))
            r->sdp->direction = (enum sdp_direction)i;
    }
    if (!slice_starts_with(value, SLICE("rtpmap:")))
        return;
    struct slice rest = {value.ptr + 7, value.len - 7};
    unsigned payload;
    struct slice number = next_word(&rest), clock;
    struct slice name = slice_split(rest, '/', &clock);
    if (slice_equal_nocase(name, SLICE("telephone-event")) && slice_is(clock, "8000") &&
        read_number(number, 127, &payload) && payload >= 96)
        r->sdp->event_payload = (int)payload;
}

static enum err read_line(struct reader *r, char type, struct slice value)
{
    switch (type) {
    case 'c':
        if (r->is_in_audio)
            r->sdp->address = read_address(value);
        else if (!r->is_in_stream)
            r->session_address = read_address(value);
        return ERR_OK;
    case 'm':
        return read_media(r, value);
    case 'a':
        read_attribute(r, value);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

enum err line_sip_sdp_read(struct slice text, struct sdp *out)
{
    *out = (struct sdp){.event_payload = MEDIA_NO_EVENTS, .direction = SDP_SENDRECV};
    struct reader r = {.sdp = out, .session_address = {INADDR_NONE}};
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
    if (!out->has_pcmu)
        out->audio = out->line_count;
    /* The way to say hold before RFC 3264. */
    if (out->address.s_addr == INADDR_ANY)
        out->direction = out->direction & SDP_SENDONLY;
    return ERR_OK;
}

bool line_sip_sdp_is_usable(const struct sdp *sdp)
{
    return sdp->has_pcmu && sdp->audio < sdp->line_count && sdp->address.s_addr != INADDR_NONE;
}

static void write_head(struct buf *out, const struct sdp_local *local)
{
    buf_printf(out, "v=0\r\no=- %llu %u IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n",
               (unsigned long long)local->session, local->version, local->address, local->address);
}

static void write_audio(struct buf *out, const struct sdp_local *local, int event_payload,
                        enum sdp_direction direction)
{
    buf_printf(out, "m=audio %u RTP/AVP 0", local->port);
    if (event_payload != MEDIA_NO_EVENTS)
        buf_printf(out, " %d", event_payload);
    buf_text(out, "\r\na=rtpmap:0 PCMU/8000\r\n");
    if (event_payload != MEDIA_NO_EVENTS)
        buf_printf(out, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", event_payload,
                   event_payload);
    buf_printf(out, "a=ptime:20\r\na=%s\r\n", direction_names[direction]);
}

void line_sip_sdp_offer(struct buf *out, const struct sdp_local *local)
{
    write_head(out, local);
    write_audio(out, local, EVENT_PAYLOAD, SDP_SENDRECV);
}

void line_sip_sdp_answer(struct buf *out, const struct sdp_local *local, const struct sdp *offer)
{
    write_head(out, local);
    for (size_t i = 0; i < offer->line_count; i++) {
        if (i == offer->audio) {
            write_audio(out, local, offer->event_payload, direction_reversed(offer->direction));
            continue;
        }
        struct slice rest = offer->lines[i];
        struct slice kind = next_word(&rest);
        next_word(&rest);
        buf_text(out, "m=");
        buf_slice(out, kind);
        buf_text(out, " 0 ");
        buf_slice(out, rest);
        buf_text(out, "\r\n");
    }
}
