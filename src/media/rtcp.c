/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* RTCP (RFC 3550 section 6) on the odd port: a report about every five seconds, and a BYE at the
 * end. Of what comes, the sender's time is kept to be sent back, and from what the telephone
 * reports about our packets the round trip is computed. A BYE of the telephone's ends nothing: SIP
 * says when a leg is over. */
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "media/media_int.h"

enum { RTCP_SR = 200, RTCP_RR = 201, RTCP_SDES = 202, RTCP_BYE = 203 };

#define REPORT_BLOCK_BYTES 24
#define REPORT_MIN_MS      2500 /* 5 s, half to one and a half times */
#define REPORT_SPREAD_MS   5000
#define NTP_EPOCH_S        UINT64_C(2208988800) /* 1900 to 1970 */
#define CNAME_BYTES        8

/* The middle 32 bits of the NTP time of a moment: 1/65536 s. */
static uint32_t ntp_middle(uint64_t ms)
{
    return (uint32_t)(ms * 65536 / 1000);
}

/* Wall clock, as 64 bits of NTP. */
static uint64_t ntp_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec + NTP_EPOCH_S) << 32 | ((uint64_t)now.tv_nsec << 32) / 1000000000;
}

static void control_block_read(struct stream *s, const uint8_t *block)
{
    uint32_t last = media_read_32(block + 16), held = media_read_32(block + 20);
    if (media_read_32(block) != s->out_source || last == 0)
        return;
    uint32_t trip = (uint32_t)(ntp_now() >> 16) - last - held;
    /* Over ten seconds, or less than none: somebody's clock is wrong. */
    if (trip < 10u << 16)
        s->round_trip_ms = trip * 1000 / 65536;
}

static void control_part_read(struct stream *s, const uint8_t *part, size_t len)
{
    size_t blocks_at = part[1] == RTCP_SR ? 28 : 8;
    if ((part[1] != RTCP_SR && part[1] != RTCP_RR) || len < blocks_at)
        return;
    if (part[1] == RTCP_SR) {
        s->sender_report = media_read_32(part + 10);
        s->sender_report_ms = media_now_ms(s->loop);
    }
    size_t count = part[0] & 31u;
    for (size_t i = 0; i < count && blocks_at + (i + 1) * REPORT_BLOCK_BYTES <= len; i++)
        control_block_read(s, part + blocks_at + i * REPORT_BLOCK_BYTES);
}

/* The address must be the telephone's; the port is often another one than that of its sound. */
static bool control_is_right(const struct stream *s, const struct sockaddr_in *from)
{
    if (!s->has_far || (s->far.is_behind_nat && !s->has_source))
        return false;
    return from->sin_addr.s_addr ==
           (s->far.is_behind_nat ? s->source.sin_addr.s_addr : s->far.address.s_addr);
}

void media_control_packet(struct stream *s, uint8_t *packet, size_t len,
                          const struct sockaddr_in *from)
{
    if (!control_is_right(s, from)) {
        s->loop->counts.wrong_source++;
        return;
    }
    if (len < 8 || packet[0] >> 6 != 2) {
        s->loop->counts.no_rtp++;
        return;
    }
    if (!media_srtcp_unprotect(s, packet, &len)) {
        s->loop->counts.bad_srtp++;
        return;
    }
    s->control_source = *from;
    s->in_ms = s->is_silent ? s->in_ms : media_now_ms(s->loop);
    for (size_t at = 0; at + 8 <= len;) {
        size_t part = 4 * (1 + (size_t)media_read_16(packet + at + 2));
        if (packet[at] >> 6 != 2 || part > len - at)
            break;
        control_part_read(s, packet + at, part);
        at += part;
    }
}

void media_control_receive(struct stream *s)
{
    uint8_t packet[PACKET_ROOM];
    struct sockaddr_in from = {0};
    socklen_t from_len = sizeof from;
    ssize_t len = recvfrom(s->control.fd, packet, PACKET_MAX, MSG_DONTWAIT,
                           (struct sockaddr *)&from, &from_len);
    if (len >= 0)
        media_control_packet(s, packet, (size_t)len, &from);
}

static size_t put_part(uint8_t *out, unsigned count, unsigned kind, size_t bytes)
{
    out[0] = (uint8_t)(0x80 | count);
    out[1] = (uint8_t)kind;
    media_write_16(out + 2, (uint16_t)(bytes / 4 - 1));
    return bytes;
}

/* What came from the telephone since the last report, and in all. */
static void put_block(struct stream *s, uint8_t *out)
{
    struct receive_stats *in = &s->received;
    uint32_t expected = in->newest - in->first + 1;
    uint32_t expected_now = expected - in->reported_expected;
    uint32_t packets_now = in->source_packets - in->reported_packets;
    uint32_t fraction = 0;
    if (expected_now > packets_now)
        fraction = (uint32_t)((uint64_t)(expected_now - packets_now) * 256 / expected_now);
    in->reported_expected = expected;
    in->reported_packets = in->source_packets;
    uint32_t lost = expected > in->source_packets ? expected - in->source_packets : 0;
    media_write_32(out, in->source);
    media_write_32(out + 4, fraction << 24 | (lost > 0x7fffff ? 0x7fffff : lost));
    /* Its own first number, not ours with the bit that keeps it from going below zero. */
    media_write_32(out + 8, in->newest - 0x10000u);
    media_write_32(out + 12, in->jitter >> 4);
    media_write_32(out + 16, s->sender_report);
    media_write_32(out + 20,
                   s->sender_report ? ntp_middle(media_now_ms(s->loop) - s->sender_report_ms) : 0);
}

static size_t put_report(struct stream *s, uint8_t *out)
{
    bool is_sender = s->out_packets > 0, has_block = s->received.has_source;
    size_t at = is_sender ? 28 : 8;
    media_write_32(out + 4, s->out_source);
    if (is_sender) {
        uint64_t now = ntp_now();
        media_write_32(out + 8, (uint32_t)(now >> 32));
        media_write_32(out + 12, (uint32_t)now);
        uint64_t since_ms = media_now_ms(s->loop) - s->out_ms;
        media_write_32(out + 16, s->out_timestamp - FRAME_SAMPLES + (uint32_t)(since_ms * 8));
        media_write_32(out + 20, s->out_packets);
        media_write_32(out + 24, s->out_bytes);
    }
    if (has_block)
        put_block(s, out + at);
    at += has_block ? REPORT_BLOCK_BYTES : 0;
    return put_part(out, has_block, is_sender ? RTCP_SR : RTCP_RR, at);
}

/* A name that lasts as long as the session and says nothing about anybody (RFC 7022). */
static size_t put_name(const struct stream *s, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    media_write_32(out + 4, s->out_source);
    out[8] = 1; /* CNAME */
    out[9] = CNAME_BYTES;
    for (int i = 0; i < CNAME_BYTES; i++)
        out[10 + i] = (uint8_t)digits[s->out_source >> (28 - 4 * i) & 15];
    out[18] = out[19] = 0;
    return put_part(out, 1, RTCP_SDES, 20);
}

static struct sockaddr_in control_to(const struct stream *s)
{
    if (s->far.is_behind_nat && s->control_source.sin_port)
        return s->control_source;
    struct sockaddr_in to = media_send_to(s);
    to.sin_port = htons((uint16_t)(ntohs(to.sin_port) + 1));
    return to;
}

void media_control_report(struct stream *s, bool is_bye)
{
    uint32_t spread = 0;
    if (getrandom(&spread, sizeof spread, 0) < 0)
        spread = 0;
    s->report_ms = media_now_ms(s->loop) + REPORT_MIN_MS + spread % REPORT_SPREAD_MS;
    if (!s->has_far || !s->far.port || s->control.fd < 0)
        return;
    uint8_t packet[PACKET_ROOM];
    size_t len = put_report(s, packet);
    len += put_name(s, packet + len);
    if (is_bye) {
        media_write_32(packet + len + 4, s->out_source);
        len += put_part(packet + len, 1, RTCP_BYE, 8);
    }
    struct sockaddr_in to = control_to(s);
    if (media_srtcp_protect(s, packet, &len))
        (void)sendto(s->control.fd, packet, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
}
