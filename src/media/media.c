/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The room's face: the owner's side, which keeps the ports and turns each call into a message, and
 * the thread that takes them. A port is bound on the owner's thread, as its number is the answer;
 * the socket then belongs to the media thread. A port just closed may still be bound there, which
 * is why opening walks on when a bind fails. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/media_int.h"

enum message_kind {
    MESSAGE_OPEN,
    MESSAGE_CLOSE,
    MESSAGE_CONNECT,
    MESSAGE_HEAR,
    MESSAGE_DIGITS,
    MESSAGE_STOP
};

struct message {
    enum message_kind kind;
    uint64_t leg;
    int fd;
    struct media_far far;
    uint64_t talker;
    enum media_tone tone;
    char digits[MEDIA_DIGITS_MAX];
    size_t digit_count;
};

struct media {
    struct media_loop loop; /* of the media thread alone once it runs */
    pthread_t thread;
    struct queue *queue;
    int wake_fd;
    /* The owner's side. */
    struct in_addr address;
    unsigned port_min;
    unsigned port_count; /* of even ones */
    unsigned next;       /* where to look for a free one */
};

static void media_wake(void *ctx)
{
    struct media *media = ctx;
    uint64_t one = 1;
    if (write(media->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_abort("cannot wake the media thread");
}

static void media_post(struct media *media, const struct message *message)
{
    struct message *copy = mem_alloc(sizeof *copy);
    *copy = *message;
    queue_put(media->queue, copy, true);
}

/* The stream is freed; nobody hears of the leg any more. */
static void media_closed(const struct media_loop *loop, uint64_t leg)
{
    struct media_stats stats = {0};
    if (loop->closed)
        loop->closed(loop->ctx, leg, &stats);
}

static void media_carry_out(struct media_loop *loop, const struct message *m)
{
    if (m->kind == MESSAGE_OPEN) {
        media_stream_open(loop, m->leg, m->fd);
        return;
    }
    struct stream *s = media_stream_find(loop, m->leg);
    if (!s)
        return;
    switch (m->kind) {
    case MESSAGE_CLOSE:
        media_stream_close(loop, s);
        media_closed(loop, m->leg);
        break;
    case MESSAGE_CONNECT:
        s->far = m->far;
        s->has_far = true;
        break;
    case MESSAGE_HEAR:
        media_stream_hear(loop, s, m->talker, m->tone);
        break;
    case MESSAGE_DIGITS:
        media_stream_press(loop, s, (struct slice){m->digits, m->digit_count});
        break;
    case MESSAGE_OPEN:
    case MESSAGE_STOP:
        break;
    }
}

/* False when told to stop. */
static bool media_take_messages(struct media *media)
{
    uint64_t count;
    if (read(media->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        log_abort("cannot read the media thread's eventfd");
    bool goes_on = true;
    void *items[64];
    size_t taken;
    while ((taken = queue_take(media->queue, items, 64)) > 0) {
        for (size_t i = 0; i < taken; i++) {
            struct message *m = items[i];
            goes_on = goes_on && m->kind != MESSAGE_STOP;
            media_carry_out(&media->loop, m);
            mem_free(m);
        }
    }
    return goes_on;
}

static void media_tick(struct media_loop *loop)
{
    uint64_t due = 0;
    if (read(loop->timer_fd, &due, sizeof due) < 0)
        return;
    /* A thread that was kept from running catches up a little, then lets go. */
    for (uint64_t i = 0; i < due && i < 5; i++)
        media_stream_tick(loop);
}

static void *media_run(void *arg)
{
    struct media *media = arg;
    struct media_loop *loop = &media->loop;
    struct epoll_event events[64];
    for (;;) {
        int count = epoll_wait(loop->epoll_fd, events, 64, -1);
        bool has_messages = false;
        for (int i = 0; i < count; i++)
            has_messages = has_messages || events[i].data.ptr == &media->wake_fd;
        /* They go first, so that a packet finds what was ordered before it came. They may free
         * streams that are among the events: the others are reported again. */
        if (has_messages) {
            if (!media_take_messages(media))
                return NULL;
            continue;
        }
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &loop->timer_fd)
                media_tick(loop);
            else
                media_stream_receive(loop, events[i].data.ptr);
        }
    }
}

static bool media_watch(struct media *media, int *fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
    return *fd >= 0 && epoll_ctl(media->loop.epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0;
}

static void media_free(struct media *media)
{
    int fds[] = {media->loop.epoll_fd, media->loop.timer_fd, media->wake_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    queue_destroy(media->queue);
    map_free(&media->loop.by_leg);
    mem_free(media);
}

enum err media_create(const struct media_options *options, struct media **out)
{
    unsigned first = options->port_min + (options->port_min & 1);
    if (first == 0 || options->port_max > 65535 || options->port_max < first)
        return ERR_RANGE;
    struct in_addr address;
    if (inet_pton(AF_INET, options->address, &address) != 1)
        return ERR_INVALID;
    struct media *media = mem_zalloc(sizeof *media);
    media->address = address;
    media->port_min = first;
    media->port_count = (options->port_max - first) / 2 + 1;
    media->queue = queue_create(SIZE_MAX, media_wake, media);
    media->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    media->loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    media->loop.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    media->loop.digit = options->digit;
    media->loop.closed = options->closed;
    media->loop.ctx = options->ctx;
    list_init(&media->loop.streams);
    list_init(&media->loop.ticking);
    if (!media_watch(media, &media->wake_fd) || !media_watch(media, &media->loop.timer_fd) ||
        pthread_create(&media->thread, NULL, media_run, media) != 0) {
        media_free(media);
        return ERR_IO;
    }
    (void)pthread_setname_np(media->thread, "cb-media");
    *out = media;
    return ERR_OK;
}

void media_destroy(struct media *media)
{
    if (!media)
        return;
    media_post(media, &(struct message){.kind = MESSAGE_STOP});
    pthread_join(media->thread, NULL);
    LIST_EACH_SAFE(it, &media->loop.streams)
    media_stream_close(&media->loop, LIST_OWNER(it, struct stream, as_any));
    media_free(media);
}

/* A socket bound to that port, or -1. */
static int media_bind(const struct media *media, unsigned port)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = media->address};
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

enum err media_open(struct media *media, uint64_t leg, unsigned wanted, unsigned *port)
{
    int fd = -1;
    if (wanted) {
        *port = wanted;
        fd = media_bind(media, wanted);
    }
    for (unsigned i = 0; !wanted && fd < 0 && i < media->port_count; i++) {
        *port = media->port_min + 2 * media->next;
        media->next = (media->next + 1) % media->port_count;
        fd = media_bind(media, *port);
    }
    if (fd < 0)
        return ERR_IN_USE;
    media_post(media, &(struct message){.kind = MESSAGE_OPEN, .leg = leg, .fd = fd});
    return ERR_OK;
}

void media_close(struct media *media, uint64_t leg)
{
    media_post(media, &(struct message){.kind = MESSAGE_CLOSE, .leg = leg});
}

void media_connect(struct media *media, uint64_t leg, const struct media_far *far)
{
    media_post(media, &(struct message){.kind = MESSAGE_CONNECT, .leg = leg, .far = *far});
}

void media_hear(struct media *media, uint64_t leg, const uint64_t *talkers, size_t count,
                enum media_tone tone)
{
    struct message m = {
        .kind = MESSAGE_HEAR, .leg = leg, .talker = count ? talkers[0] : 0, .tone = tone};
    media_post(media, &m);
}

void media_record(struct media *media, const struct media_recording *recording)
{
    (void)media;
    (void)recording;
}

void media_digits(struct media *media, uint64_t leg, struct slice digits)
{
    struct message m = {.kind = MESSAGE_DIGITS, .leg = leg};
    m.digit_count = digits.len < MEDIA_DIGITS_MAX ? digits.len : MEDIA_DIGITS_MAX;
    memcpy(m.digits, digits.ptr, m.digit_count);
    media_post(media, &m);
}
