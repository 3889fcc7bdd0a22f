/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The RTP packet (RFC 3550 section 5.1) and the numbers of telephone events (RFC 4733 section 3.2).
 * Reading trusts nothing: contributing sources, an extension and padding are skipped only as far as
 * the packet reaches. */
#include "media/sound.h"

uint16_t media_read_16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t media_read_32(const uint8_t *p)
{
    return (uint32_t)media_read_16(p) << 16 | media_read_16(p + 2);
}

void media_write_16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void media_write_32(uint8_t *p, uint32_t v)
{
    media_write_16(p, (uint16_t)(v >> 16));
    media_write_16(p + 2, (uint16_t)v);
}

bool media_rtp_read(const uint8_t *packet, size_t len, struct rtp *out)
{
    if (!media_rtp_is(packet, len))
        return false;
    size_t body = RTP_HEADER_BYTES + 4u * (packet[0] & 15u);
    if (packet[0] & 0x10) {
        if (len < body + 4)
            return false;
        body += 4 + 4u * media_read_16(packet + body + 2);
    }
    size_t end = len;
    if (packet[0] & 0x20) {
        if (packet[len - 1] == 0 || packet[len - 1] > len)
            return false;
        end -= packet[len - 1];
    }
    if (body > end)
        return false;
    *out = (struct rtp){.is_marked = packet[1] >> 7,
                        .payload = packet[1] & 0x7f,
                        .sequence = media_read_16(packet + 2),
                        .timestamp = media_read_32(packet + 4),
                        .source = media_read_32(packet + 8),
                        .body = body,
                        .end = end};
    return true;
}

void media_rtp_write(uint8_t *packet, const struct rtp *rtp)
{
    packet[0] = 0x80;
    packet[1] = (uint8_t)((rtp->is_marked ? 0x80 : 0) | rtp->payload);
    media_write_16(packet + 2, rtp->sequence);
    media_write_32(packet + 4, rtp->timestamp);
    media_write_32(packet + 8, rtp->source);
}

static const char event_digits[] = "0123456789*#ABCD";

int media_event_of_digit(char digit)
{
    const char *at = digit ? strchr(event_digits, digit) : NULL;
    return at ? (int)(at - event_digits) : -1;
}

char media_digit_of_event(unsigned event)
{
    return event < sizeof event_digits - 1 ? event_digits[event] : '\0';
}
