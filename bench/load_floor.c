/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A busy floor for somebody who looks at it: --calls agents, each of whom changes state all the
 * time, together --rate times a second, one agent after the other at even distances. Each change is
 * a request of its own that is answered when it is durable; a refused one ends the program.
 *
 * Writes "running" when all agents are at work, then every second how many changes were
 * acknowledged in it, for --seconds. */
#include "calls.h"
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define EVENTS    256
#define SECOND_NS UINT64_C(1000000000)
#define VOICE     "/api/v2/me/channels/voice"
#define BEGIN     "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\"]}"

struct agent {
    struct client client;
    char headers[HEADERS_SIZE];
    unsigned changes;
};

/* No two neighbours are the same, so each of them is a change. */
static const char *const states[] = {
    "{\"operationName\":\"Ready\"}",
    "{\"operationName\":\"OutToLunch\"}",
    "{\"operationName\":\"NotReady\"}",
    "{\"operationName\":\"Training\"}",
};

static struct options options;
static struct agent *agents;
static uint64_t acked;
static int epoll_fd;

static void begin(unsigned i)
{
    struct response response;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    struct agent *agent = &agents[i];
    client_open(&agent->client, options.port);
    agent_headers(i, agent->headers);
    agent_ask(&agent->client, agent->headers, "/api/v2/me", BEGIN, &response);
    agent->changes = i;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, agent->client.fd, &event))
        die("can't watch a connection: %m");
}

static void change(struct agent *agent)
{
    const char *body = states[agent->changes++ % (sizeof states / sizeof *states)];
    client_request(&agent->client, VOICE, agent->headers, body, strlen(body));
}

static void take_answers(unsigned i)
{
    struct response response;
    struct client *client = &agents[i].client;
    if (!client_receive(client))
        die("the server closed a connection of agent %u", i);
    while (client_response(client, &response)) {
        if (!text_has(response.body, response.body_len, "\"statusCode\":0"))
            die("refused: %.*s", (int)response.body_len, response.body);
        acked++;
    }
}

static void poll_until(uint64_t due_ns)
{
    struct epoll_event events[EVENTS];
    uint64_t now = now_ns();
    struct timespec wait = {.tv_nsec = (long)(due_ns > now ? due_ns - now : 0)};
    int count = epoll_pwait2(epoll_fd, events, EVENTS, &wait, NULL);
    for (int i = 0; i < count; i++)
        take_answers(events[i].data.u32);
}

static void run(void)
{
    uint64_t step_ns = SECOND_NS / options.rate;
    uint64_t start_ns = now_ns();
    uint64_t told_ns = start_ns;
    uint64_t told = 0;
    for (uint64_t i = 0; now_ns() < start_ns + options.seconds * SECOND_NS;) {
        uint64_t due_ns = start_ns + i * step_ns;
        if (now_ns() < due_ns) {
            poll_until(due_ns);
        } else {
            change(&agents[i % options.calls]);
            i++;
        }
        if (now_ns() >= told_ns + SECOND_NS) {
            printf("%ju\n", (uintmax_t)(acked - told));
            fflush(stdout);
            told = acked;
            told_ns += SECOND_NS;
        }
    }
}

int main(int argc, char **argv)
{
    options_read(&options, argc, argv);
    agents = calloc(options.calls, sizeof *agents);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!agents || epoll_fd < 0 || options.calls == 0 || options.rate == 0)
        die("--port, --calls and --rate must be given");
    for (unsigned i = 0; i < options.calls; i++)
        begin(i);
    puts("running");
    fflush(stdout);
    run();
    return 0;
}
