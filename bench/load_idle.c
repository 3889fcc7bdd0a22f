/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a user who does nothing costs: one CometD session of each of ten thousand users, logged in,
 * subscribed, with a connect that the server holds; over long-polling or WebSocket. The figure is
 * the growth of the server's resident memory from the same users without sessions (after it has
 * answered some thousand requests, so that its own buffers and caches are not counted) to all
 * sessions being up and quiet.
 *
 * Then every user gets 20 notices, by a call with his neighbour: dialled, answered, data changed 17
 * times, hung up. When the calls are forgotten what stays is the rings, and it is measured again.
 * Every notice is read and counted. */
#include "calls.h"
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define NOTICES   20
#define UPDATES   (NOTICES - 3) /* of Dialing or Ringing, Established, Released */
#define OPENING   32            /* sessions that come up at one time */
#define MAKERS    32            /* calls at one time */
#define WARM_UP   3000
#define EVENTS    256
#define SECOND_NS UINT64_C(1000000000)
#define SETTLE_NS (3 * SECOND_NS)
#define ROUND_NS  (33 * SECOND_NS) /* in which each connect is answered and sent again */
#define FORGET_NS (8 * SECOND_NS)  /* longer than the server keeps released calls in these runs */
#define LIMIT_NS  (120 * SECOND_NS)

enum step { STEP_DIAL, STEP_FIND, STEP_ANSWER, STEP_UPDATE, STEP_HANGUP, STEP_DONE };

/* Makes one call after the other. */
struct maker {
    struct client client;
    enum step step; /* of which the answer is awaited */
    unsigned agent; /* the caller */
    unsigned updates;
    char path[PATH_SIZE]; /* of the call */
};

static struct options options;
static struct cometd *sessions;
static uint8_t *notices; /* of each session */
static struct maker makers[MAKERS];
static unsigned opened;
static unsigned up;
static unsigned next_agent;
static unsigned makers_done;
static int epoll_fd;

static void watch(int fd, uint32_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
        die("can't watch a connection: %m");
}

static void open_next(void)
{
    if (opened == options.sessions)
        return;
    struct cometd *s = &sessions[opened];
    cometd_open(s, options.port, opened, options.is_websocket);
    watch(s->client.fd, opened++);
}

static void count_notices(unsigned session, const char *text, size_t len)
{
    static const char mark[] = "\"messageType\":\"CallStateChangeMessage\"";
    for (const char *p; len > 0 && (p = memmem(text, len, mark, sizeof mark - 1));) {
        len -= (size_t)(p - text) + sizeof mark - 1;
        text = p + sizeof mark - 1;
        notices[session]++;
    }
}

static void work_on_session(unsigned index)
{
    struct cometd *s = &sessions[index];
    enum cometd_step before = s->step;
    struct response response;
    struct frame frame;
    if (!client_receive(&s->client))
        die("the server closed the connection of agent %u", index);
    if (!options.is_websocket || s->step == COMETD_UPGRADE) {
        while (client_response(&s->client, &response)) {
            count_notices(index, response.body, response.body_len);
            cometd_response(s, &response);
        }
    } else {
        while (client_frame(&s->client, &frame)) {
            count_notices(index, frame.text, frame.len);
            cometd_frame(s, &frame);
        }
    }
    client_shrink(&s->client);
    if (before != COMETD_UP && s->step == COMETD_UP) {
        up++;
        open_next();
    }
}

static void maker_send(struct maker *m)
{
    char headers[HEADERS_SIZE];
    char path[PATH_SIZE];
    char body[DIAL_BODY_SIZE];
    size_t len;
    switch (m->step) {
    case STEP_DIAL:
        agent_headers(m->agent, headers);
        dial_path(m->agent, path);
        len = dial_body(m->agent, body);
        client_request(&m->client, path, headers, body, len);
        break;
    case STEP_FIND:
        agent_headers(m->agent + 1, headers);
        client_request(&m->client, "/api/v2/me/calls", headers, NULL, 0);
        break;
    case STEP_ANSWER:
        agent_headers(m->agent + 1, headers);
        client_request(&m->client, m->path, headers, ANSWER_BODY, sizeof ANSWER_BODY - 1);
        break;
    case STEP_UPDATE:
        agent_headers(m->agent, headers);
        len = update_body(++m->updates, body);
        client_request(&m->client, m->path, headers, body, len);
        break;
    case STEP_HANGUP:
        agent_headers(m->agent, headers);
        client_request(&m->client, m->path, headers, HANGUP_BODY, sizeof HANGUP_BODY - 1);
        break;
    case STEP_DONE:
        break;
    }
}

static void maker_begin(struct maker *m)
{
    m->step = next_agent + 1 < options.sessions ? STEP_DIAL : STEP_DONE;
    m->agent = next_agent;
    m->updates = 0;
    next_agent += 2;
    makers_done += m->step == STEP_DONE ? 1 : 0;
    maker_send(m);
}

static void maker_advance(struct maker *m, const struct response *response)
{
    char id[40];
    if (!text_has(response->body, response->body_len, "\"statusCode\":0"))
        die("refused: %.*s", (int)response->body_len, response->body);
    switch (m->step) {
    case STEP_FIND:
        /* Not there yet: asked again. */
        if (text_after(response->body, response->body_len, "/me/calls/", id, sizeof id)) {
            snprintf(m->path, sizeof m->path, "/api/v2/me/calls/%s", id);
            m->step = STEP_ANSWER;
        }
        break;
    case STEP_UPDATE:
        if (m->updates == UPDATES)
            m->step = STEP_HANGUP;
        break;
    case STEP_HANGUP:
        maker_begin(m);
        return;
    default:
        m->step++;
        break;
    }
    maker_send(m);
}

static void work_on_maker(struct maker *m)
{
    struct response response;
    if (!client_receive(&m->client))
        die("the server closed a connection");
    while (client_response(&m->client, &response))
        maker_advance(m, &response);
}

static void poll_until(uint64_t end_ns, const unsigned *counter, unsigned wanted)
{
    struct epoll_event events[EVENTS];
    while (*counter < wanted) {
        uint64_t now = now_ns();
        if (now >= end_ns)
            return;
        int count = epoll_wait(epoll_fd, events, EVENTS, (int)((end_ns - now) / 1000000 + 1));
        for (int i = 0; i < count; i++) {
            uint32_t index = events[i].data.u32;
            if (index < options.sessions)
                work_on_session(index);
            else
                work_on_maker(&makers[index - options.sessions]);
        }
    }
}

static uint64_t settled_kb(uint64_t settle_ns)
{
    static const unsigned never = 0;
    struct usage usage;
    poll_until(now_ns() + settle_ns, &never, 1);
    usage_read(options.pid, &usage);
    return usage.rss_kb;
}

static void warm_up(void)
{
    struct client client;
    char headers[HEADERS_SIZE];
    struct response response;
    client_open(&client, options.port);
    for (unsigned i = 0; i < WARM_UP; i++) {
        agent_headers(i % options.sessions, headers);
        agent_ask(&client, headers, "/api/v2/me?subresources=*", NULL, &response);
    }
    client_close(&client);
}

static void make_notices(void)
{
    for (unsigned i = 0; i < MAKERS; i++) {
        client_open(&makers[i].client, options.port);
        watch(makers[i].client.fd, options.sessions + i);
        maker_begin(&makers[i]);
    }
    poll_until(now_ns() + LIMIT_NS, &makers_done, MAKERS);
    if (makers_done < MAKERS)
        die("the calls did not end in time");
    for (unsigned i = 0; i < MAKERS; i++)
        client_close(&makers[i].client);
}

static void report(const char *what, const char *goal, uint64_t kb, uint64_t base_kb)
{
    row(what, goal, "%.2f kB (%.1f MB, from %.1f MB)",
        ((double)kb - (double)base_kb) / options.sessions, (double)kb / 1024,
        (double)base_kb / 1024);
}

int main(int argc, char **argv)
{
    char text[128];
    options_read(&options, argc, argv);
    if (options.pid <= 1 || options.sessions < 2)
        die("--port and --pid must be given");
    sessions = calloc(options.sessions, sizeof *sessions);
    notices = calloc(options.sessions, 1);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!sessions || !notices || epoll_fd < 0)
        die("can't begin: %m");
    const char *transport = options.is_websocket ? "WebSocket" : "long-polling";

    warm_up();
    uint64_t base_kb = settled_kb(SETTLE_NS);
    for (unsigned i = 0; i < OPENING; i++)
        open_next();
    poll_until(now_ns() + LIMIT_NS, &up, options.sessions);
    if (up < options.sessions)
        die("only %u sessions came up", up);
    snprintf(text, sizeof text, "memory of an idle session, %s, of %u", transport,
             options.sessions);
    report(text, "4 kB or less", settled_kb(ROUND_NS), base_kb);

    make_notices();
    uint64_t kb = settled_kb(FORGET_NS);
    for (unsigned i = 0; i < options.sessions / 2 * 2; i++)
        if (notices[i] != NOTICES)
            die("agent %u had %u notices", i, notices[i]);
    snprintf(text, sizeof text, "- with %d notices in each ring", NOTICES);
    report(text, "", kb, base_kb);
    return 0;
}
