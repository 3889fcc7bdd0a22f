/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What comes to a leg's RTP port. Sound is taken from the address that the telephone named in its
 * SDP and from no other. The port is locked by the first packet, since many telephones do not send
 * from where they listen; another port of that address is let in when it is the one of the SDP, or
 * when nothing came from the locked one for a second (a gateway that changed over). A telephone
 * behind an address translator is known by its first packet only: where that came from is right
 * from then on, and nothing else is, until its SDP changes or its registration comes from
 * elsewhere. With SRTP a packet that is not authentic locks nothing.
 *
 * One packet is read for each report of the poller: there is rarely a second one, and asking for
 * it would be another system call for each. A talker whom nobody gets relayed is not even waited
 * for: what came from him is read in the tick that needs it, without waking up for each packet. The
 * kernel says when it came, so the jitter is that of the network and not of the ticks. */
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "base/log.h"
#include "media/media_int.h"

#define TAKE_OVER_MS 1000
/* RFC 3389. Not offered; a telephone that sends it all the same is there, and nothing was lost. */
#define COMFORT_NOISE 13
#define AT_ONCE       4  /* packets of a stream in one system call */
#define ROUNDS        64 /* so many such calls in a tick at most: all that a socket holds */

static bool is_same_address(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

/* Who knew the port and was faster than the telephone is heard until the telephone is. */
static bool is_true_source(const struct stream *s, const struct sockaddr_in *from)
{
    in_addr_t seen = s->far.signals_from.s_addr;
    return seen != 0 && from->sin_addr.s_addr == seen && s->source.sin_addr.s_addr != seen;
}

bool media_source_is_right(const struct stream *s, const struct sockaddr_in *from)
{
    if (!s->has_far)
        return false;
    if (s->has_source && is_same_address(from, &s->source))
        return true;
    if (s->far.is_behind_nat)
        return !s->has_source || s->may_move || is_true_source(s, from);
    if (from->sin_addr.s_addr != s->far.address.s_addr)
        return false;
    return !s->has_source || from->sin_port == htons(s->far.port) ||
           media_now_ms(s->loop) - s->source_ms > TAKE_OVER_MS;
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
    if (!is_same_address(from, &s->source))
        s->control_source.sin_port = 0;
    s->has_source = true;
    s->may_move = false;
    s->source = *from;
    s->in_ms = s->source_ms = media_now_ms(s->loop);
    if (!s->is_silent)
        return;
    s->is_silent = false;
    if (s->loop->options.silent)
        s->loop->options.silent(s->loop->options.ctx, s->leg, false);
}

struct kind {
    bool is_sound, is_event;
    enum media_codec codec; /* of sound */
};

/* The counter of what is wrong with the packet, or NULL: then it is read, and no longer secret. */
static uint64_t *receive_check(struct stream *s, uint8_t *packet, size_t len,
                               const struct sockaddr_in *from, struct rtp *in, struct kind *kind)
{
    struct media_counts *counts = &s->loop->counts;
    if (!media_source_is_right(s, from))
        return &counts->wrong_source;
    if (!media_rtp_is(packet, len))
        return &counts->no_rtp;
    if (!media_srtp_unprotect(s, packet, &len))
        return &counts->bad_srtp;
    /* Only now: how much of it is padding is secret, too. */
    if (!media_rtp_read(packet, len, in))
        return &counts->no_rtp;
    kind->is_sound = media_codec_of_payload(in->payload, &kind->codec);
    kind->is_event = media_event_is(s, in);
    bool is_known = kind->is_sound || kind->is_event || in->payload == COMFORT_NOISE;
    return is_known ? NULL : &counts->no_rtp;
}

static void receive_count(struct stream *s, const struct rtp *in, bool has_clock)
{
    uint32_t arrival = (uint32_t)(s->in_us * 8 / 1000);
    uint64_t before = media_stats_lost(&s->received);
    if (media_stats_packet(&s->received, in, arrival, has_clock)) {
        s->in_epoch++;
        if (s->voice)
            media_jitter_reset(&s->voice->jitter);
    }
    /* A late packet takes a loss back; what was counted stays counted. */
    uint64_t now = media_stats_lost(&s->received);
    s->loop->counts.lost += now > before ? now - before : 0;
    s->loop->counts.in++;
}

void media_receive_packet(struct stream *s, uint8_t *packet, size_t len,
                          const struct sockaddr_in *from)
{
    struct rtp in;
    struct kind kind = {.codec = MEDIA_PCMU};
    uint64_t *refused = receive_check(s, packet, len, from, &in, &kind);
    if (refused) {
        ++*refused;
        return;
    }
    receive_alive(s, from);
    receive_count(s, &in, kind.is_sound);
    if (kind.is_event)
        media_event_receive(s, packet, &in);
    else if (kind.is_sound)
        receive_codec(s, kind.codec);
    if (kind.is_event || kind.is_sound)
        receive_relay(s, packet, &in);
    if (kind.is_sound && s->voice)
        media_voice_put(s->voice, kind.codec, &in, packet);
}

void media_receive(struct stream *s)
{
    uint8_t packet[PACKET_ROOM];
    struct sockaddr_in from = {0};
    socklen_t from_len = sizeof from;
    ssize_t len =
        recvfrom(s->rtp.fd, packet, PACKET_MAX, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
    s->in_us = s->loop->now_us;
    if (len >= 0)
        media_receive_packet(s, packet, (size_t)len, &from);
}

static bool is_relayed(const struct stream *s)
{
    LIST_EACH(it, &s->listeners)
    {
        const struct stream *listener = LIST_OWNER(it, struct link, as_listener)->listener;
        if (listener && listener->mode == MODE_RELAY)
            return true;
    }
    return false;
}

void media_receive_choose(struct stream *s)
{
    bool waits = !list_is_empty(&s->as_waiting);
    bool is_wanted = s->voice && !is_relayed(s) && s->rtp.fd >= 0;
    if (waits == is_wanted)
        return;
    if (is_wanted)
        list_append(&s->loop->waiting, &s->as_waiting);
    else
        list_remove(&s->as_waiting);
    int on = 1;
    if (is_wanted && setsockopt(s->rtp.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0)
        log_abort("setsockopt failed for a media port");
    struct epoll_event event = {.events = is_wanted ? 0 : EPOLLIN, .data.ptr = &s->rtp};
    if (s->loop->epoll_fd >= 0 &&
        epoll_ctl(s->loop->epoll_fd, EPOLL_CTL_MOD, s->rtp.fd, &event) < 0)
        log_abort("epoll_ctl failed for a media port");
}

/* How long ago the kernel took the packet. */
static uint64_t waited_us(struct msghdr *header, const struct timespec *now)
{
    struct cmsghdr *extra = CMSG_FIRSTHDR(header);
    struct timespec at;
    if (!extra || extra->cmsg_type != SCM_TIMESTAMPNS)
        return 0;
    memcpy(&at, CMSG_DATA(extra), sizeof at);
    int64_t us = (now->tv_sec - at.tv_sec) * 1000000 + (now->tv_nsec - at.tv_nsec) / 1000;
    return us > 0 && us < 1000000 ? (uint64_t)us : 0;
}

/* True when there may be more. */
static bool receive_some(struct stream *s, const struct timespec *now)
{
    uint8_t packets[AT_ONCE][PACKET_ROOM];
    _Alignas(struct cmsghdr) uint8_t extras[AT_ONCE][64];
    struct sockaddr_in from[AT_ONCE];
    struct iovec parts[AT_ONCE];
    struct mmsghdr messages[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        parts[i] = (struct iovec){packets[i], PACKET_MAX};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                              .msg_namelen = sizeof from[i],
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1,
                                              .msg_control = extras[i],
                                              .msg_controllen = sizeof extras[i]};
    }
    int got = recvmmsg(s->rtp.fd, messages, AT_ONCE, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
        s->in_us = s->loop->now_us - waited_us(&messages[i].msg_hdr, now);
        media_receive_packet(s, packets[i], messages[i].msg_len, &from[i]);
    }
    return got == AT_ONCE;
}

void media_receive_waiting(struct media_loop *loop)
{
    struct list all;
    struct timespec now;
    if (list_is_empty(&loop->waiting))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    /* What comes may change who waits: all are taken out and put back one by one. */
    list_init(&all);
    while (!list_is_empty(&loop->waiting)) {
        struct list *first = loop->waiting.next;
        list_remove(first);
        list_append(&all, first);
    }
    while (!list_is_empty(&all)) {
        struct stream *s = LIST_OWNER(all.next, struct stream, as_waiting);
        list_remove(&s->as_waiting);
        list_append(&loop->waiting, &s->as_waiting);
        for (int i = 0; i < ROUNDS && receive_some(s, &now); i++)
            continue;
    }
}
