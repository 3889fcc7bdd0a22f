/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The media thread: it waits for packets, messages and the 20 ms tick, and does what they ask. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "media/media_int.h"
#include "media/recorder.h"

#define EVENTS_AT_ONCE 128
#define TICKS_AT_ONCE  5

struct media_thread {
    struct media_loop loop; /* of the thread alone once it runs */
    pthread_t thread;
    struct queue *queue;
    int wake_fd;
};

static void thread_wake(void *ctx)
{
    struct media_thread *thread = ctx;
    uint64_t one = 1;
    if (write(thread->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_abort("cannot wake the media thread");
}

void media_thread_post(struct media_thread *thread, const struct message *message)
{
    struct message *copy = mem_alloc(sizeof *copy);
    *copy = *message;
    queue_put(thread->queue, copy, true);
}

static void carry_out_close(struct stream *s)
{
    struct media_loop *loop = s->loop;
    struct media_stats stats;
    uint64_t leg = s->leg;
    media_stream_close(s, &stats);
    media_meters_closed(loop, &stats);
    if (loop->options.closed)
        loop->options.closed(loop->options.ctx, leg, &stats);
}

static void carry_out_stream(struct stream *s, const struct message *m)
{
    switch (m->kind) {
    case MESSAGE_CLOSE:
        carry_out_close(s);
        break;
    case MESSAGE_CONNECT:
        media_stream_connect(s, &m->far);
        break;
    case MESSAGE_RELATCH:
        media_stream_relatch(s);
        break;
    case MESSAGE_HEAR:
        media_stream_hear(s, m->talkers, m->talker_count, m->tone);
        break;
    case MESSAGE_DIGITS:
        media_digits_press(s, (struct slice){m->digits, m->digit_count}, true);
        break;
    case MESSAGE_PRESSED:
        media_event_pass_on(s, m->digits[0], false);
        break;
    case MESSAGE_OPEN:
    case MESSAGE_RECORD:
    case MESSAGE_STOP:
        break;
    }
}

static void carry_out(struct media_loop *loop, const struct message *m)
{
    if (m->kind == MESSAGE_OPEN) {
        (void)media_stream_open(loop, m->leg, m->fd, m->control_fd);
        return;
    }
    if (m->kind == MESSAGE_RECORD) {
        struct media_recording recording = {.call = m->leg,
                                            .name = {m->name, m->name_len},
                                            .state = m->state,
                                            .left = m->left,
                                            .others = m->talkers,
                                            .other_count = m->talker_count};
        media_tap_set(loop, &recording);
        return;
    }
    struct stream *s = media_stream_find(loop, m->leg);
    if (s)
        carry_out_stream(s, m);
}

/* False when told to stop. */
static bool take_messages(struct media_thread *thread)
{
    uint64_t count;
    if (read(thread->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        log_abort("cannot read the media thread's eventfd");
    bool goes_on = true;
    void *items[64];
    size_t taken;
    while ((taken = queue_take(thread->queue, items, 64)) > 0) {
        for (size_t i = 0; i < taken; i++) {
            struct message *m = items[i];
            goes_on = goes_on && m->kind != MESSAGE_STOP;
            carry_out(&thread->loop, m);
            explicit_bzero(&m->far, sizeof m->far); /* keys */
            mem_free(m);
        }
    }
    return goes_on;
}

static void take_ticks(struct media_loop *loop)
{
    uint64_t due = 0;
    if (read(loop->timer_fd, &due, sizeof due) < 0)
        return;
    /* A thread that was kept from running catches up a little, then lets go; but a recording stays
     * as long as its call. */
    if (due > TICKS_AT_ONCE)
        media_tap_skip(loop, due - TICKS_AT_ONCE);
    for (uint64_t i = 0; i < due && i < TICKS_AT_ONCE; i++) {
        uint64_t began_us = loop->now_us;
        media_tick(loop);
        media_loop_clock(loop);
        media_meters_tick(loop, loop->now_us - began_us);
    }
}

static void take_packets(struct port *port)
{
    if (port->is_control)
        media_control_receive(port->stream);
    else
        media_receive(port->stream);
}

/* Sound is late after milliseconds, so where the system lets it (CAP_SYS_NICE, RLIMIT_RTPRIO) this
 * thread goes before all that is not. It never computes for long; the kernel keeps a part of each
 * second for the others in any case. */
static void thread_hurry(void)
{
    struct sched_param first = {.sched_priority = 1};
    int error = pthread_setschedparam(pthread_self(), SCHED_RR, &first);
    if (error)
        log_line(LOG_INFO, "media.ordinary_priority", "error=%d", error);
}

static void *thread_run(void *arg)
{
    struct media_thread *thread = arg;
    struct media_loop *loop = &thread->loop;
    thread_hurry();
    struct epoll_event events[EVENTS_AT_ONCE];
    for (;;) {
        int count = epoll_wait(loop->epoll_fd, events, EVENTS_AT_ONCE, -1);
        bool has_messages = false, has_tick = false;
        media_loop_clock(loop);
        for (int i = 0; i < count; i++)
            has_messages = has_messages || events[i].data.ptr == &thread->wake_fd;
        /* They go first, so that a packet finds what was ordered before it came. They may free
         * streams that are among the events: the others are reported again. */
        if (has_messages) {
            if (!take_messages(thread))
                return NULL;
            continue;
        }
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &loop->timer_fd)
                has_tick = true;
            else
                take_packets(events[i].data.ptr);
        }
        /* After the packets: what has come in time is in it. */
        if (has_tick)
            take_ticks(loop);
    }
}

static bool thread_watch(struct media_thread *thread, int *fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
    return *fd >= 0 && epoll_ctl(thread->loop.epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0;
}

static void thread_free(struct media_thread *thread)
{
    int fds[] = {thread->loop.epoll_fd, thread->loop.timer_fd, thread->wake_fd};
    media_loop_free(&thread->loop);
    media_recorder_destroy(thread->loop.recorder);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    queue_destroy(thread->queue);
    mem_free(thread);
}

enum err media_thread_start(const struct media_options *options, struct media_thread **out)
{
    struct media_thread *thread = mem_zalloc(sizeof *thread);
    struct media_loop *loop = &thread->loop;
    media_loop_init(loop, options);
    thread->queue = queue_create(SIZE_MAX, thread_wake, thread);
    thread->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    enum err err = media_music_load(options->music, &loop->music);
    struct media_recorder_options recorder = {
        .directory = options->recordings, .failed = options->record_failed, .ctx = options->ctx};
    if (err == ERR_OK && options->recordings)
        err = media_recorder_create(&recorder, &loop->recorder);
    if (err == ERR_OK &&
        (!thread_watch(thread, &thread->wake_fd) || !thread_watch(thread, &loop->timer_fd) ||
         pthread_create(&thread->thread, NULL, thread_run, thread) != 0))
        err = ERR_IO;
    if (err != ERR_OK) {
        thread_free(thread);
        return err;
    }
    (void)pthread_setname_np(thread->thread, "cb-media");
    *out = thread;
    return ERR_OK;
}

void media_thread_stop(struct media_thread *thread)
{
    media_thread_post(thread, &(struct message){.kind = MESSAGE_STOP});
    pthread_join(thread->thread, NULL);
    thread_free(thread);
}
