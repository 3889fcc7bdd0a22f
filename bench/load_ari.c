/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The same calls as load_calls makes, by Asterisk's ARI: a program calls the first telephone, then
 * the second, bridges the two, and hangs both up as soon as they are in the bridge. ARI has no
 * call; a call is seven requests (two channels, a bridge, both into it, and the end of the three),
 * and events on one WebSocket tell when each has come about. The program chooses all ids, so it
 * never waits for an answer to learn one.
 *
 * Open loop, times from when a call was due. A pair of telephones has one call at a time, and one
 * connection, on which the next request waits for the answer to the one before. */
#include "client.h"
#include "common.h"
#include "histogram.h"
#include "rate_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#define WARM_UP_S    2
#define SECOND_NS    UINT64_C(1000000000)
#define CALL_MAX_NS  (10 * SECOND_NS)
#define EVENTS       256
#define FIRST_DN     15000
#define REPORTED_MAX 5
#define WAITING_MAX  4
#define PATH_MAX_LEN 256
#define HEADERS      "Authorization: Basic YmVuY2g6YmVuY2g=\r\n" /* bench:bench */
#define WEBSOCKET    UINT32_MAX

struct request {
    const char *method;
    char path[PATH_MAX_LEN];
};

enum leg_is { LEG_CALLED, LEG_ANSWERED, LEG_IN_BRIDGE, LEG_GONE };

struct pair {
    struct client client;
    struct request waiting[WAITING_MAX]; /* behind the one that is out */
    unsigned waiting_count;
    bool is_out;
    bool is_busy;
    bool is_ending;
    bool has_failed;
    bool is_ringing;
    enum leg_is legs[2];
    unsigned number; /* of the call, in its ids */
    uint64_t due_ns;
    struct pair *next; /* free */
};

static struct {
    struct client events;
    struct pair *list;
    struct pair *free_first, *free_last;
    unsigned count, busy;
    int epoll;
    uint64_t count_from_ns;
    uint64_t done, failed;
} ari;
static struct histogram to_ringing, to_up;

static unsigned index_of(const struct pair *p)
{
    return (unsigned)(p - ari.list);
}

static void put_free(struct pair *p)
{
    p->is_busy = false;
    p->next = NULL;
    if (ari.free_last && ari.free_first)
        ari.free_last->next = p;
    else
        ari.free_first = p;
    ari.free_last = p;
}

static void send_next(struct pair *p)
{
    if (p->is_out || p->waiting_count == 0)
        return;
    p->is_out = true;
    client_request_empty(&p->client, p->waiting[0].method, p->waiting[0].path, HEADERS);
    p->waiting_count--;
    memmove(p->waiting, p->waiting + 1, p->waiting_count * sizeof *p->waiting);
}

static void ask(struct pair *p, const char *method, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void ask(struct pair *p, const char *method, const char *format, ...)
{
    va_list args;
    if (p->waiting_count == WAITING_MAX)
        die("too many requests wait");
    struct request *request = &p->waiting[p->waiting_count++];
    request->method = method;
    va_start(args, format);
    vsnprintf(request->path, sizeof request->path, format, args);
    va_end(args);
    send_next(p);
}

static void call_leg(struct pair *p, unsigned leg)
{
    ask(p, "POST", "/ari/channels?endpoint=PJSIP/%u&app=bench&timeout=10&channelId=c%u.%u.%u",
        FIRST_DN + 2 * index_of(p) + leg, index_of(p), p->number, leg);
}

static void bridge(struct pair *p)
{
    unsigned index = index_of(p);
    ask(p, "POST", "/ari/bridges/b%u.%u?type=mixing", index, p->number);
    ask(p, "POST", "/ari/bridges/b%u.%u/addChannel?channel=c%u.%u.0,c%u.%u.1", index, p->number,
        index, p->number, index, p->number);
}

static void hang_up(struct pair *p)
{
    unsigned index = index_of(p);
    p->is_ending = true;
    for (unsigned leg = 0; leg < 2; leg++)
        if (p->legs[leg] != LEG_GONE)
            ask(p, "DELETE", "/ari/channels/c%u.%u.%u", index, p->number, leg);
    ask(p, "DELETE", "/ari/bridges/b%u.%u", index, p->number);
}

static void fail(struct pair *p, const char *why, const char *text, size_t len)
{
    static unsigned reported;
    if (reported++ < REPORTED_MAX)
        fprintf(stderr, "bench: call c%u.%u: %s: %.*s\n", index_of(p), p->number, why, (int)len,
                text);
    p->has_failed = true;
}

static void end_if_over(struct pair *p)
{
    bool is_over = p->legs[0] == LEG_GONE && p->legs[1] == LEG_GONE;
    if (!p->is_busy || !p->is_ending || !is_over || p->is_out || p->waiting_count > 0)
        return;
    ari.busy--;
    ari.done += p->has_failed ? 0 : 1;
    ari.failed += p->has_failed ? 1 : 0;
    put_free(p);
}

static bool start(uint64_t due_ns)
{
    struct pair *p = ari.free_first;
    if (!p)
        return false;
    ari.free_first = p->next;
    ari.busy++;
    p->is_busy = true;
    p->is_ending = p->has_failed = p->is_ringing = false;
    p->legs[0] = LEG_CALLED;
    p->legs[1] = LEG_GONE; /* not called yet */
    p->number++;
    p->due_ns = due_ns;
    call_leg(p, 0);
    return true;
}

static void take_time(struct histogram *h, const struct pair *p)
{
    if (p->due_ns >= ari.count_from_ns)
        histogram_add(h, now_ns() - p->due_ns);
}

static void work_on_leg(struct pair *p, unsigned leg, const struct frame *event)
{
    const char *text = event->text;
    size_t len = event->len;
    if (text_has(text, len, "\"type\":\"ChannelStateChange\"")) {
        if (leg == 1 && !p->is_ringing && text_has(text, len, "\"state\":\"Ringing\"")) {
            p->is_ringing = true;
            take_time(&to_ringing, p);
        }
    } else if (text_has(text, len, "\"type\":\"StasisStart\"")) {
        p->legs[leg] = LEG_ANSWERED;
        if (leg == 1) {
            bridge(p);
        } else {
            p->legs[1] = LEG_CALLED;
            call_leg(p, 1);
        }
    } else if (text_has(text, len, "\"type\":\"ChannelEnteredBridge\"")) {
        p->legs[leg] = LEG_IN_BRIDGE;
        if (p->legs[0] == LEG_IN_BRIDGE && p->legs[1] == LEG_IN_BRIDGE) {
            take_time(&to_up, p);
            hang_up(p);
        }
    } else if (text_has(text, len, "\"type\":\"ChannelDestroyed\"")) {
        p->legs[leg] = LEG_GONE;
        if (!p->is_ending) {
            fail(p, "gone", text, len);
            hang_up(p);
        }
        end_if_over(p);
    }
}

/* Events of channels alone are of interest; their ids tell whose they are. */
static void work_on_event(const struct frame *event)
{
    char id[40];
    unsigned index;
    unsigned number;
    unsigned leg;
    if (!text_after(event->text, event->len, "\"channel\":{\"id\":\"", id, sizeof id) ||
        sscanf(id, "c%u.%u.%u", &index, &number, &leg) != 3 || index >= ari.count || leg > 1)
        return;
    struct pair *p = &ari.list[index];
    if (p->is_busy && p->number == number)
        work_on_leg(p, leg, event);
}

static void work_on_answer(struct pair *p, const struct response *response)
{
    p->is_out = false;
    if (response->status / 100 != 2 && !p->has_failed) {
        fail(p, "refused", response->body, response->body_len);
        if (!p->is_ending)
            hang_up(p);
    }
    send_next(p);
    end_if_over(p);
}

static void work_on(uint32_t who)
{
    struct client *client = who == WEBSOCKET ? &ari.events : &ari.list[who].client;
    struct response response;
    if (!client_receive(client))
        die("Asterisk closed a connection");
    if (who == WEBSOCKET) {
        for (struct frame frame; client_frame(client, &frame);)
            work_on_event(&frame);
    } else {
        while (client_response(client, &response))
            work_on_answer(&ari.list[who], &response);
    }
    client_flush(client);
}

static void work(uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS];
    struct timespec timeout = {(time_t)(timeout_ns / SECOND_NS), (long)(timeout_ns % SECOND_NS)};
    int count = epoll_pwait2(ari.epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count; i++)
        work_on(events[i].data.u32);
}

static void watch(int fd, uint32_t who)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = who};
    if (epoll_ctl(ari.epoll, EPOLL_CTL_ADD, fd, &event))
        die("can't watch a connection: %m");
}

static void open_all(const struct options *options)
{
    struct response response;
    ari.count = options->calls;
    ari.list = calloc(ari.count, sizeof *ari.list);
    ari.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!ari.list || ari.epoll < 0)
        die("can't begin: %m");
    client_open(&ari.events, options->port);
    client_upgrade(&ari.events, "/ari/events?app=bench", HEADERS);
    client_await_response(&ari.events, &response);
    watch(ari.events.fd, WEBSOCKET);
    for (unsigned i = 0; i < ari.count; i++) {
        client_open(&ari.list[i].client, options->port);
        watch(ari.list[i].client.fd, i);
        put_free(&ari.list[i]);
    }
}

/* False when calls hang, or no pair was free for so long that it is pointless to go on. */
static bool run(const struct options *options)
{
    uint64_t step_ns = SECOND_NS / options->rate;
    uint64_t start_ns = now_ns();
    uint64_t total = (uint64_t)(options->seconds + WARM_UP_S) * options->rate;
    ari.count_from_ns = start_ns + WARM_UP_S * SECOND_NS;
    for (uint64_t i = 0; i < total;) {
        uint64_t due_ns = start_ns + i * step_ns;
        uint64_t now = now_ns();
        if (now < due_ns) {
            work(due_ns - now);
        } else if (start(due_ns)) {
            i++;
        } else {
            if (now > due_ns + CALL_MAX_NS)
                return false;
            work(SECOND_NS / 100);
        }
    }
    for (uint64_t end_ns = now_ns() + CALL_MAX_NS; ari.busy > 0 && now_ns() < end_ns;)
        work(SECOND_NS / 100);
    return ari.busy == 0;
}

int main(int argc, char **argv)
{
    struct options options;
    struct usage before;
    struct usage after;
    options_read(&options, argc, argv);
    if (options.rate == 0 || options.calls == 0 || options.pid <= 1)
        die("--port and --pid must be given");
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    open_all(&options);
    usage_read(options.pid, &before);
    bool is_over = run(&options);
    usage_read(options.pid, &after);
    struct rate_figures figures = {.to_ringing = &to_ringing,
                                   .to_up = &to_up,
                                   .done = ari.done,
                                   .failed = ari.failed + ari.busy,
                                   .cpu_s = after.user_s + after.system_s - before.user_s -
                                            before.system_s};
    rate_row(&options, &figures);
    return is_over && ari.failed == 0 ? 0 : 1;
}
