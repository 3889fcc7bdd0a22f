/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Telephone events that come (RFC 4733). All packets of one press carry the timestamp at which it
 * began, so the first that arrives, whichever it is, tells of the press, and the others do not. A
 * press too long for the 16 bits of its duration goes on as another event that begins just where
 * the first one ended. Who is relayed gets the packets themselves; who is mixed gets the digit
 * pressed anew, as its telephone's numbers are ours. */
#include "media/media_int.h"

#define LONGEST_EVENT 0xffff
#define OLD_UNITS     80000 /* ten seconds behind is no late packet but another numbering */

/* Some phones send with the number that they gave, not with ours. */
bool media_event_is(const struct stream *s, const struct rtp *in)
{
    enum media_codec codec;
    return !media_codec_of_payload(in->payload, &codec) &&
           (in->payload == s->far.our_event_payload || in->payload == s->far.event_payload);
}

void media_event_pass_on(struct stream *s, char digit, bool is_relayed)
{
    LIST_EACH(it, &s->listeners)
    {
        struct stream *listener = LIST_OWNER(it, struct link, as_listener)->listener;
        bool has_it = is_relayed && listener && listener->far.event_payload != MEDIA_NO_EVENTS;
        if (listener && (listener->mode == MODE_MIX || (listener->mode == MODE_RELAY && !has_it)))
            media_digits_press(listener, (struct slice){&digit, 1}, false);
    }
}

static void event_tell(struct stream *s, char digit)
{
    media_event_pass_on(s, digit, true);
    s->loop->options.digit(s->loop->options.ctx, s->leg, digit);
}

void media_event_receive(struct stream *s, const uint8_t *packet, const struct rtp *in)
{
    if (in->end - in->body < 4)
        return;
    uint8_t code = packet[in->body];
    int32_t later = (int32_t)(in->timestamp - s->event_timestamp);
    bool is_known = s->has_event && s->event_epoch == s->in_epoch && later > -OLD_UNITS;
    /* Of this press, or late from one before it. */
    if (is_known && later <= 0)
        return;
    bool goes_on = is_known && later == LONGEST_EVENT && code == s->event_code && !in->is_marked;
    s->has_event = true;
    s->event_epoch = s->in_epoch;
    s->event_timestamp = in->timestamp;
    s->event_code = code;
    char digit = media_digit_of_event(code);
    if (digit && !goes_on)
        event_tell(s, digit);
}
