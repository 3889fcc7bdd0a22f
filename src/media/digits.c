/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digits to a telephone as events (RFC 4733), one after the other; what it hears otherwise waits
 * meanwhile. */
#include <string.h>

#include "base/log.h"
#include "media/media_int.h"

#define VOLUME 10 /* -10 dBm0 */

/* To one that takes no events. */
static void digits_leave(struct stream *s, struct slice digits)
{
    for (size_t i = 0; i < digits.len && s->has_far; i++)
        if (media_event_of_digit(digits.ptr[i]) >= 0)
            s->loop->options.digit_unsent(s->loop->options.ctx, s->leg, digits.ptr[i]);
}

void media_digits_press(struct stream *s, struct slice digits, bool is_ordered)
{
    if (s->far.event_payload == MEDIA_NO_EVENTS && s->loop->options.digit_unsent) {
        digits_leave(s, digits);
        return;
    }
    for (size_t i = 0; i < digits.len; i++) {
        bool is_possible = s->far.event_payload != MEDIA_NO_EVENTS &&
                           s->digit_count < MEDIA_DIGITS_MAX &&
                           media_event_of_digit(digits.ptr[i]) >= 0;
        if (!is_possible && is_ordered)
            log_line(LOG_WARN, "media.digit_lost", "leg=%llu", (unsigned long long)s->leg);
        if (!is_possible)
            break;
        s->digits[s->digit_count++] = digits.ptr[i];
    }
    media_tick_update(s);
}

void media_digits_drop(struct stream *s)
{
    if (s->digit_count > 0)
        log_line(LOG_WARN, "media.digit_lost", "leg=%llu", (unsigned long long)s->leg);
    s->digit_count = 0;
    s->digit_frame = 0;
}

/* One frame of the first digit: five that count the duration up, the last of them three times with
 * the end bit (RFC 4733 section 2.5.1.4), then a pause. */
void media_digits_tick(struct stream *s)
{
    unsigned frame = s->digit_frame++;
    if (frame == 0)
        s->out_timestamp = media_send_timestamp(s);
    if (frame < DIGIT_FRAMES) {
        bool is_end = frame == DIGIT_FRAMES - 1;
        for (int i = 0; i < (is_end ? 3 : 1); i++) {
            uint8_t packet[PACKET_ROOM];
            uint8_t *event = packet + RTP_HEADER_BYTES;
            event[0] = (uint8_t)media_event_of_digit(s->digits[0]);
            event[1] = (uint8_t)((is_end ? 0x80 : 0) | VOLUME);
            media_write_16(event + 2, (uint16_t)((frame + 1) * FRAME_SAMPLES));
            media_send_event(s, packet, RTP_HEADER_BYTES + 4, frame == 0);
        }
    }
    if (s->digit_frame < DIGIT_FRAMES + DIGIT_PAUSE)
        return;
    s->out_timestamp += DIGIT_FRAMES * FRAME_SAMPLES;
    s->digit_count--;
    memmove(s->digits, s->digits + 1, s->digit_count);
    s->digit_frame = 0;
}
