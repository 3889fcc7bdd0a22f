/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Streams: their life, and how each telephone gets what it hears. A tone goes before all. Who hears
 * one talker, in the codec that it takes, gets his packets as they come (MODE_RELAY): no decoding,
 * no waiting, whatever the length of their frames. Who hears several, or another codec, gets frames
 * of ours (MODE_MIX). The mode follows from the links and codecs, and is looked at again whenever
 * one of them changes. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/media_int.h"

#define FORGOTTEN_MS 5000

struct stream *media_stream_find(struct media_loop *loop, uint64_t leg)
{
    return map_get(&loop->by_leg, map_key_u64(&leg));
}

static void port_watch(struct media_loop *loop, struct port *port)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = port};
    if (port->fd >= 0 && loop->epoll_fd >= 0 &&
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, port->fd, &event) < 0)
        log_abort("epoll_ctl failed for a media port");
}

static void port_close(struct port *port)
{
    if (port->fd >= 0)
        close(port->fd);
}

static void stream_number(struct stream *s)
{
    uint32_t numbers[4];
    if (getrandom(numbers, sizeof numbers, 0) < 0)
        log_abort("getrandom failed");
    s->out_source = numbers[0];
    s->out_timestamp = numbers[1];
    /* Small, so that it does not wrap while SRTP's roll-over counter is being guessed. */
    s->out_sequence = numbers[2] & 0x7fff;
    s->report_ms = media_now_ms(s->loop) + 1000 + numbers[3] % 3000;
}

struct stream *media_stream_open(struct media_loop *loop, uint64_t leg, int fd, int control_fd)
{
    struct stream *s = mem_zalloc(sizeof *s);
    s->loop = loop;
    s->leg = leg;
    s->rtp = (struct port){.fd = fd, .stream = s};
    s->control = (struct port){.fd = control_fd, .is_control = true, .stream = s};
    s->far.event_payload = s->far.our_event_payload = MEDIA_NO_EVENTS;
    s->is_fresh = true;
    s->out_ms = media_now_ms(loop);
    list_init(&s->listeners);
    list_init(&s->as_ticking);
    list_init(&s->as_waiting);
    list_append(&loop->streams[loop->stream_count % HOUSEKEEPING_TURN], &s->as_any);
    if (loop->stream_count++ == 0)
        media_ticks_start(loop, true);
    stream_number(s);
    map_put(&loop->by_leg, map_key_u64(&s->leg), s);
    port_watch(loop, &s->rtp);
    port_watch(loop, &s->control);
    media_links_opened(s);
    return s;
}

void media_stream_close(struct stream *s, struct media_stats *stats)
{
    struct media_loop *loop = s->loop;
    if (stats) {
        media_control_report(s, true);
        media_stats_tell(&s->received, s->round_trip_ms, stats);
    }
    s->digit_count = 0;
    media_stream_hear(s, NULL, 0, MEDIA_TONE_NONE);
    media_links_closed(s);
    list_remove(&s->as_any);
    list_remove(&s->as_waiting);
    map_remove(&loop->by_leg, map_key_u64(&s->leg));
    media_encoder_free(&s->encoder);
    media_srtp_free(s);
    port_close(&s->rtp);
    port_close(&s->control);
    if (--loop->stream_count == 0)
        media_ticks_start(loop, false);
    mem_free(s);
}

/* The only talker of those named who is there, or NULL. */
static struct stream *stream_only_talker(const struct stream *s)
{
    struct stream *only = NULL;
    for (size_t i = 0; i < s->hears.count; i++) {
        struct stream *talker = s->hears.links[i].talker;
        if (talker && only)
            return NULL;
        if (talker)
            only = talker;
    }
    return only;
}

static enum stream_mode stream_mode_wanted(const struct stream *s)
{
    if (s->tone != MEDIA_TONE_NONE)
        return MODE_TONE;
    size_t there = 0;
    for (size_t i = 0; i < s->hears.count; i++)
        there += s->hears.links[i].talker != NULL;
    if (there == 0)
        return MODE_IDLE;
    const struct stream *only = stream_only_talker(s);
    return only && only->in_codec == s->far.codec ? MODE_RELAY : MODE_MIX;
}

void media_stream_update(struct stream *s)
{
    enum stream_mode mode = stream_mode_wanted(s);
    if (mode != s->mode) {
        s->mode = mode;
        s->is_fresh = true;
        s->is_relaying = false;
    }
    for (size_t i = 0; i < s->hears.count; i++)
        media_link_hold_voice(&s->hears.links[i], mode == MODE_MIX);
    if (mode == MODE_MIX)
        media_mix_join(s);
    else
        media_mix_leave(s);
    if (mode == MODE_IDLE || mode == MODE_RELAY)
        media_encoder_free(&s->encoder);
    for (size_t i = 0; i < s->hears.count; i++)
        if (s->hears.links[i].talker)
            media_receive_choose(s->hears.links[i].talker);
    media_tick_update(s);
}

void media_stream_hear(struct stream *s, const uint64_t *talkers, size_t count,
                       enum media_tone tone)
{
    uint64_t others[MEDIA_TALKERS_MAX];
    size_t other_count = 0;
    /* Nobody hears himself, whatever the table says. */
    for (size_t i = 0; i < count && other_count < MEDIA_TALKERS_MAX; i++)
        if (talkers[i] != s->leg)
            others[other_count++] = talkers[i];
    if (!media_links_are(&s->hears, others, other_count)) {
        media_links_set(s->loop, &s->hears, others, other_count, s, NULL);
        s->is_relaying = false;
    }
    if (s->tone != tone) {
        s->tone = tone;
        s->tone_frame = 0;
        s->is_fresh = true;
    }
    media_stream_update(s);
}

static void stream_codec_set(struct stream *s, const struct media_far *far)
{
    if (s->has_far && s->far.codec == far->codec)
        return;
    s->in_codec = far->codec;
    s->is_relaying = false;
    s->is_fresh = true;
    media_encoder_free(&s->encoder);
}

/* Until then its sound goes on going to where it was. */
void media_stream_relatch(struct stream *s)
{
    s->may_move = s->far.is_behind_nat;
}

void media_stream_connect(struct stream *s, const struct media_far *far)
{
    bool has_moved = !s->has_far || s->far.address.s_addr != far->address.s_addr ||
                     s->far.port != far->port || s->far.is_behind_nat != far->is_behind_nat;
    bool begins = far->is_sending && !(s->has_far && s->far.is_sending);
    bool is_back = s->has_far && !(s->far.is_sending && s->far.is_listening) && far->is_sending &&
                   far->is_listening;
    if (media_srtp_set(s, far) != ERR_OK) {
        log_line(LOG_ERROR, "media.srtp_refused", "leg=%llu", (unsigned long long)s->leg);
        s->has_far = false;
        return;
    }
    stream_codec_set(s, far);
    s->far = *far;
    s->has_far = true;
    if (far->event_payload == MEDIA_NO_EVENTS)
        media_digits_drop(s);
    if (has_moved) {
        s->has_source = s->may_move = false;
        s->control_source.sin_port = 0;
    }
    /* While it held, its address translator may have forgotten which way its sound goes. */
    if (is_back && media_now_ms(s->loop) - s->source_ms > FORGOTTEN_MS)
        media_stream_relatch(s);
    if (begins || !far->is_sending) {
        s->in_ms = media_now_ms(s->loop);
        s->is_silent = false;
    }
    media_stream_update(s);
    LIST_EACH_SAFE(it, &s->listeners)
    {
        struct link *link = LIST_OWNER(it, struct link, as_listener);
        if (link->listener)
            media_stream_update(link->listener);
    }
}
