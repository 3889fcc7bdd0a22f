/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What comes to a leg's RTP port. Sound is taken from the address that the telephone named in its
 * SDP and from no other. The port is locked by the first packet, since many telephones do not send
 * from where they listen; another port of that address is let in when it is the one of the SDP, or
 * when nothing came from the locked one for a second (a gateway that changed over). A telephone
 * behind an address translator is known by its first packet only: where that came from is right
 * from then on, until its SDP changes, and nothing else ever is. With SRTP a packet that is not
 * authentic locks nothing.
 *
 * One packet is read for each report of the poller: there is rarely a second one, and asking for
 * it would be another system call for each. */
#include <sys/socket.h>

#include "media/media_int.h"

#define TAKE_OVER_MS 1000

static bool is_same_address(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

bool media_source_is_right(const struct stream *s, const struct sockaddr_in *from)
{
    if (!s->has_far)
        return false;
    if (s->has_source && is_same_address(from, &s->source))
        return true;
    if (s->far.is_behind_nat)
        return !s->has_source;
    if (from->sin_addr.s_addr != s->far.address.s_addr)
        return false;
    return !s->has_source || from->sin_port == htons(s->far.port) ||
           media_now_ms(s->loop) - s->in_ms > TAKE_OVER_MS;
}

/* Sound of another codec than before: who hears it may have to be mixed now, or no longer. */
static void receive_codec(struct stream *s, enum media_codec codec)
{
    if (codec == s->in_codec)
        return;
    s->in_codec = codec;
    LIST_EACH_SAFE(it, &s->listeners)
    {
        struct link *link = LIST_OWNER(it, struct link, as_listener);
        if (link->listener)
            media_stream_update(link->listener);
    }
}

static void receive_relay(const struct stream *s, const uint8_t *packet, const struct rtp *in)
{
    LIST_EACH(it, &s->listeners)
    {
        struct stream *listener = LIST_OWNER(it, struct link, as_listener)->listener;
        if (listener && listener->mode == MODE_RELAY && listener->digit_count == 0 &&
            media_can_send(listener))
            media_send_relayed(listener, s, packet, in);
    }
}

static void receive_alive(struct stream *s, const struct sockaddr_in *from)
{
    s->has_source = true;
    s->source = *from;
    s->in_ms = media_now_ms(s->loop);
    if (!s->is_silent)
        return;
    s->is_silent = false;
    if (s->loop->options.silent)
        s->loop->options.silent(s->loop->options.ctx, s->leg, false);
}

void media_receive_packet(struct stream *s, uint8_t *packet, size_t len,
                          const struct sockaddr_in *from)
{
    struct media_counts *counts = &s->loop->counts;
    struct rtp in;
    enum media_codec codec = MEDIA_PCMU;
    if (!media_source_is_right(s, from)) {
        counts->wrong_source++;
        return;
    }
    if (!media_rtp_read(packet, len, &in)) {
        counts->no_rtp++;
        return;
    }
    if (!media_srtp_unprotect(s, packet, &len)) {
        counts->bad_srtp++;
        return;
    }
    bool is_sound = media_codec_of_payload(in.payload, &codec), is_event = media_event_is(s, &in);
    if (!media_rtp_read(packet, len, &in) || (!is_sound && !is_event)) {
        counts->no_rtp++;
        return;
    }
    counts->in++;
    receive_alive(s, from);
    uint32_t arrival = (uint32_t)(s->loop->now_us * 8 / 1000);
    uint64_t lost = media_stats_lost(&s->received);
    if (media_stats_packet(&s->received, &in, arrival, is_sound)) {
        s->in_epoch++;
        if (s->voice)
            media_jitter_reset(&s->voice->jitter);
    }
    /* A late packet takes a loss back; what was counted stays counted. */
    uint64_t lost_now = media_stats_lost(&s->received);
    counts->lost += lost_now > lost ? lost_now - lost : 0;
    if (is_event)
        media_event_receive(s, packet, &in);
    else
        receive_codec(s, codec);
    receive_relay(s, packet, &in);
    if (is_sound && s->voice)
        media_voice_put(s->voice, codec, &in, packet);
}

void media_receive(struct stream *s)
{
    uint8_t packet[PACKET_ROOM];
    struct sockaddr_in from = {0};
    socklen_t from_len = sizeof from;
    ssize_t len =
        recvfrom(s->rtp.fd, packet, PACKET_MAX, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
    if (len >= 0)
        media_receive_packet(s, packet, (size_t)len, &from);
}
