/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The sending side. Whatever a telephone gets (another's packets, a mix, a tone, digits) carries
 * one SSRC, and its sequence numbers and timestamps go on where the last packet stopped, as phones
 * reset their jitter buffers, or fall silent, on jumps. So relayed packets keep their distances
 * from each other (a lost one stays a gap) and get an offset that is chosen anew whenever the
 * talker, or the talker's own numbering, changes; the first packet after such a change carries the
 * marker.
 *
 * Packets go to the address of the SDP, as RFC 3264 wants it. Only of telephones behind an address
 * translator that address means nothing: they get theirs at where their first packet came from. */
#include <string.h>
#include <sys/socket.h>

#include "media/media_int.h"

bool media_can_send(const struct stream *s)
{
    return s->has_far && s->far.port && s->far.is_listening;
}

struct sockaddr_in media_send_to(const struct stream *s)
{
    if (s->far.is_behind_nat && s->has_source)
        return s->source;
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(s->far.port), .sin_addr = s->far.address};
}

static void send_packet(struct stream *s, uint8_t *packet, size_t len)
{
    struct sockaddr_in to = media_send_to(s);
    size_t body = len - RTP_HEADER_BYTES;
    s->out_ms = media_now_ms(s->loop);
    if (!media_srtp_protect(s, packet, &len))
        return;
    /* A full socket buffer loses the packet, as the network would. */
    (void)sendto(s->rtp.fd, packet, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
    s->out_packets++;
    s->out_bytes += (uint32_t)body;
    s->loop->counts.out++;
}

uint32_t media_send_timestamp(const struct stream *s)
{
    uint64_t gap_ms = media_now_ms(s->loop) - s->out_ms;
    return s->out_timestamp + (gap_ms > FRAME_MS ? (uint32_t)((gap_ms - FRAME_MS) * 8) : 0);
}

/* Chooses the deltas anew where the packet is not the last one's continuation. */
static bool relay_rebase(struct stream *s, const struct stream *from, const struct rtp *in)
{
    if (s->is_relaying && s->relay_from == from && s->relay_epoch == from->in_epoch)
        return false;
    s->is_relaying = true;
    s->relay_from = from;
    s->relay_epoch = from->in_epoch;
    s->sequence_delta = (uint16_t)(s->out_sequence - in->sequence);
    s->timestamp_delta = media_send_timestamp(s) - in->timestamp;
    return true;
}

void media_send_relayed(struct stream *s, const struct stream *from, const uint8_t *packet,
                        const struct rtp *in)
{
    struct rtp out = *in;
    bool is_event = media_event_is(from, in);
    if (is_event) {
        if (s->far.event_payload == MEDIA_NO_EVENTS)
            return;
        out.payload = (uint8_t)s->far.event_payload;
    }
    if (relay_rebase(s, from, in))
        out.is_marked = true;
    out.source = s->out_source;
    out.sequence = (uint16_t)(in->sequence + s->sequence_delta);
    out.timestamp = in->timestamp + s->timestamp_delta;
    uint8_t copy[PACKET_ROOM];
    size_t len = in->end - in->body;
    media_rtp_write(copy, &out);
    memcpy(copy + RTP_HEADER_BYTES, packet + in->body, len);
    send_packet(s, copy, RTP_HEADER_BYTES + len);
    s->is_fresh = true;
    if (!media_rtp_is_before(out.sequence, s->out_sequence)) {
        s->out_sequence = (uint16_t)(out.sequence + 1);
        s->out_timestamp = out.timestamp + (is_event ? FRAME_SAMPLES : (uint32_t)len);
    }
}

static void send_own(struct stream *s, uint8_t *packet, size_t len, uint8_t payload, bool is_marked)
{
    struct rtp out = {.is_marked = is_marked,
                      .payload = payload,
                      .sequence = s->out_sequence++,
                      .timestamp = s->out_timestamp,
                      .source = s->out_source};
    s->is_relaying = false;
    media_rtp_write(packet, &out);
    send_packet(s, packet, len);
}

void media_send_frame(struct stream *s, const uint8_t frame[FRAME_BYTES])
{
    uint8_t packet[PACKET_ROOM];
    bool is_first = s->is_fresh;
    if (is_first)
        s->out_timestamp = media_send_timestamp(s);
    s->is_fresh = false;
    memcpy(packet + RTP_HEADER_BYTES, frame, FRAME_BYTES);
    send_own(s, packet, RTP_HEADER_BYTES + FRAME_BYTES, media_codec_payload(s->far.codec),
             is_first);
    s->out_timestamp += FRAME_SAMPLES;
}

void media_send_silence(struct stream *s)
{
    s->is_fresh = true;
    media_send_frame(s, s->loop->silence[s->far.codec]);
    s->is_fresh = true;
}

void media_send_event(struct stream *s, uint8_t *packet, size_t len, bool is_marked)
{
    s->is_fresh = true;
    send_own(s, packet, len, (uint8_t)s->far.event_payload, is_marked);
}
