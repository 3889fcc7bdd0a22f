/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Streams: what each leg hears, and the sending side. Whatever a telephone gets (another leg's
 * packets, a tone, digits) carries one SSRC, and its sequence numbers and timestamps go on where
 * the last packet stopped, as phones reset their jitter buffers, or fall silent, on jumps. So
 * relayed packets keep their distances from each other (a lost one stays a gap) and get an offset
 * that is chosen anew whenever the source changes. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/media_int.h"

uint64_t media_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct stream *media_stream_find(struct media_loop *loop, uint64_t leg)
{
    return map_get(&loop->by_leg, map_key_u64(&leg));
}

static void stream_link(struct stream *s, struct stream *talker)
{
    list_remove(&s->as_listener);
    s->talker = talker;
    s->is_relaying = false;
    if (talker)
        list_append(&talker->listeners, &s->as_listener);
}

void media_stream_open(struct media_loop *loop, uint64_t leg, int fd)
{
    struct stream *s = mem_zalloc(sizeof *s);
    s->leg = leg;
    s->fd = fd;
    s->far.event_payload = s->far.our_event_payload = MEDIA_NO_EVENTS;
    list_init(&s->as_listener);
    list_init(&s->listeners);
    list_init(&s->as_ticking);
    list_append(&loop->streams, &s->as_any);
    if (getrandom(&s->out_source, sizeof s->out_source, 0) < 0 ||
        getrandom(&s->out_sequence, sizeof s->out_sequence, 0) < 0 ||
        getrandom(&s->out_timestamp, sizeof s->out_timestamp, 0) < 0)
        log_abort("getrandom failed");
    s->out_ms = media_now_ms();
    map_put(&loop->by_leg, map_key_u64(&s->leg), s);
    LIST_EACH(it, &loop->streams)
    {
        struct stream *other = LIST_OWNER(it, struct stream, as_any);
        if (other->talker_leg == leg)
            stream_link(other, s);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        log_abort("epoll_ctl failed for a media port");
}

void media_stream_close(struct media_loop *loop, struct stream *s)
{
    LIST_EACH_SAFE(it, &s->listeners)
    stream_link(LIST_OWNER(it, struct stream, as_listener), NULL);
    list_remove(&s->as_listener);
    list_remove(&s->as_any);
    s->tone = MEDIA_TONE_NONE;
    s->digit_count = 0;
    media_stream_tick_update(loop, s);
    map_remove(&loop->by_leg, map_key_u64(&s->leg));
    close(s->fd);
    mem_free(s);
}

void media_stream_tick_update(struct media_loop *loop, struct stream *s)
{
    bool is_wanted = s->tone != MEDIA_TONE_NONE || s->digit_count > 0;
    if (is_wanted && list_is_empty(&s->as_ticking))
        list_append(&loop->ticking, &s->as_ticking);
    else if (!is_wanted)
        list_remove(&s->as_ticking);
    bool is_ticking = !list_is_empty(&loop->ticking);
    if (is_ticking == loop->is_ticking)
        return;
    loop->is_ticking = is_ticking;
    struct timespec every = {.tv_nsec = is_ticking ? FRAME_MS * 1000000L : 0};
    struct itimerspec when = {.it_interval = every, .it_value = every};
    if (timerfd_settime(loop->timer_fd, 0, &when, NULL) < 0)
        log_abort("timerfd_settime failed");
}

void media_stream_hear(struct media_loop *loop, struct stream *s, uint64_t talker,
                       enum media_tone tone)
{
    if (s->talker_leg != talker || !s->talker) {
        s->talker_leg = talker;
        stream_link(s, talker ? media_stream_find(loop, talker) : NULL);
    }
    if (s->tone != tone) {
        s->tone = tone;
        s->tone_frame = 0;
        s->is_relaying = false;
    }
    media_stream_tick_update(loop, s);
}

void media_stream_press(struct media_loop *loop, struct stream *s, struct slice digits)
{
    for (size_t i = 0; i < digits.len; i++) {
        bool is_possible = s->far.event_payload != MEDIA_NO_EVENTS &&
                           s->digit_count < MEDIA_DIGITS_MAX &&
                           media_event_of_digit(digits.ptr[i]) >= 0;
        if (!is_possible) {
            log_line(LOG_WARN, "media.digit_lost", "leg=%llu", (unsigned long long)s->leg);
            break;
        }
        s->digits[s->digit_count++] = digits.ptr[i];
    }
    media_stream_tick_update(loop, s);
}

static bool stream_can_send(const struct stream *s)
{
    return s->has_far && s->far.port && s->far.is_listening;
}

static void stream_send(struct stream *s, const uint8_t *packet, size_t len)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(s->far.port), .sin_addr = s->far.address};
    /* A full socket buffer loses the packet, as the network would. */
    (void)sendto(s->fd, packet, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
    s->out_ms = media_now_ms();
}

/* The next timestamp when what follows is not the last packet's continuation: time went on. */
static uint32_t stream_timestamp_now(const struct stream *s)
{
    uint64_t gap_ms = media_now_ms() - s->out_ms;
    return s->out_timestamp + (gap_ms > FRAME_MS ? (uint32_t)((gap_ms - FRAME_MS) * 8) : 0);
}

/* Some phones send with the number that they gave, not with ours. */
static bool stream_is_event(const struct stream *s, const struct rtp *in)
{
    return in->payload != RTP_PCMU &&
           (in->payload == s->far.our_event_payload || in->payload == s->far.event_payload);
}

static void stream_relay(struct stream *s, const struct stream *from, const uint8_t *packet,
                         const struct rtp *in)
{
    struct rtp out = *in;
    if (in->payload != RTP_PCMU) {
        if (!stream_is_event(from, in) || s->far.event_payload == MEDIA_NO_EVENTS)
            return;
        out.payload = (uint8_t)s->far.event_payload;
    }
    if (!s->is_relaying || s->in_source != in->source) {
        s->is_relaying = true;
        s->in_source = in->source;
        s->sequence_delta = (uint16_t)(s->out_sequence - in->sequence);
        s->timestamp_delta = stream_timestamp_now(s) - in->timestamp;
        out.is_marked = true;
    }
    out.source = s->out_source;
    out.sequence = (uint16_t)(in->sequence + s->sequence_delta);
    out.timestamp = in->timestamp + s->timestamp_delta;
    uint8_t copy[PACKET_MAX];
    size_t len = in->end - in->body;
    media_rtp_write(copy, &out);
    memcpy(copy + RTP_HEADER_BYTES, packet + in->body, len);
    stream_send(s, copy, RTP_HEADER_BYTES + len);
    if (!media_rtp_is_before(out.sequence, s->out_sequence)) {
        s->out_sequence = (uint16_t)(out.sequence + 1);
        s->out_timestamp =
            out.timestamp + (in->payload == RTP_PCMU ? (uint32_t)len : (uint32_t)FRAME_SAMPLES);
    }
}

static void stream_event(struct media_loop *loop, struct stream *s, const uint8_t *packet,
                         const struct rtp *in)
{
    if (in->end - in->body < 4)
        return;
    /* All packets of one press carry its first timestamp; the first of them to arrive counts. */
    if (s->has_event && s->event_source == in->source && s->event_timestamp == in->timestamp)
        return;
    s->has_event = true;
    s->event_source = in->source;
    s->event_timestamp = in->timestamp;
    char digit = media_digit_of_event(packet[in->body]);
    if (digit)
        loop->digit(loop->ctx, s->leg, digit);
}

void media_stream_receive(struct media_loop *loop, struct stream *s)
{
    uint8_t packet[PACKET_MAX];
    struct sockaddr_in from = {0};
    for (int i = 0; i < 32; i++) {
        socklen_t from_len = sizeof from;
        ssize_t len = recvfrom(s->fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from,
                               &from_len);
        if (len < 0)
            return;
        struct rtp in;
        if (!s->has_far || from.sin_addr.s_addr != s->far.address.s_addr ||
            !media_rtp_read(packet, (size_t)len, &in))
            continue;
        if (stream_is_event(s, &in))
            stream_event(loop, s, packet, &in);
        LIST_EACH(it, &s->listeners)
        {
            struct stream *listener = LIST_OWNER(it, struct stream, as_listener);
            bool is_busy = listener->tone != MEDIA_TONE_NONE || listener->digit_count > 0;
            if (!is_busy && stream_can_send(listener))
                stream_relay(listener, s, packet, &in);
        }
    }
}

/* Sends a packet of our own making; its timestamp is that of the stream. */
static void stream_send_own(struct stream *s, uint8_t *packet, size_t len, uint8_t payload,
                            bool is_marked)
{
    struct rtp out = {.is_marked = is_marked,
                      .payload = payload,
                      .sequence = s->out_sequence++,
                      .timestamp = s->out_timestamp,
                      .source = s->out_source};
    media_rtp_write(packet, &out);
    stream_send(s, packet, len);
}

/* One frame of the first digit: five that count the duration up, the last of them three times with
 * the end bit (RFC 4733 section 2.5.1.4), then a pause. */
static void stream_tick_digit(struct stream *s)
{
    unsigned frame = s->digit_frame++;
    if (frame == 0)
        s->out_timestamp = stream_timestamp_now(s);
    if (frame < DIGIT_FRAMES) {
        bool is_end = frame == DIGIT_FRAMES - 1;
        unsigned duration = (frame + 1) * FRAME_SAMPLES;
        uint8_t packet[RTP_HEADER_BYTES + 4];
        packet[RTP_HEADER_BYTES] = (uint8_t)media_event_of_digit(s->digits[0]);
        packet[RTP_HEADER_BYTES + 1] = (uint8_t)((is_end ? 0x80 : 0) | 10);
        packet[RTP_HEADER_BYTES + 2] = (uint8_t)(duration >> 8);
        packet[RTP_HEADER_BYTES + 3] = (uint8_t)duration;
        for (int i = 0; i < (is_end ? 3 : 1); i++)
            stream_send_own(s, packet, sizeof packet, (uint8_t)s->far.event_payload, frame == 0);
    }
    if (s->digit_frame < DIGIT_FRAMES + DIGIT_PAUSE)
        return;
    s->out_timestamp += DIGIT_FRAMES * FRAME_SAMPLES;
    s->digit_count--;
    memmove(s->digits, s->digits + 1, s->digit_count);
    s->digit_frame = 0;
    s->is_relaying = false;
}

static void stream_tick_tone(struct stream *s)
{
    uint8_t packet[RTP_HEADER_BYTES + FRAME_SAMPLES];
    bool is_first = s->tone_frame == 0;
    if (is_first)
        s->out_timestamp = stream_timestamp_now(s);
    media_tone_frame(s->tone, s->tone_frame++, packet + RTP_HEADER_BYTES);
    stream_send_own(s, packet, sizeof packet, RTP_PCMU, is_first);
    s->out_timestamp += FRAME_SAMPLES;
}

void media_stream_tick(struct media_loop *loop)
{
    LIST_EACH_SAFE(it, &loop->ticking)
    {
        struct stream *s = LIST_OWNER(it, struct stream, as_ticking);
        if (!stream_can_send(s))
            continue;
        if (s->digit_count > 0)
            stream_tick_digit(s);
        else
            stream_tick_tone(s);
        media_stream_tick_update(loop, s);
    }
}
