/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls under load and the loop that reads answers and notices.
 *
 * A notice is some 1,200 bytes, and tens of thousands come every second, on the cores that the
 * server needs. So they are not parsed: user data is looked for first where it was in the notice
 * before (values have a fixed width), and its ten numbers are read. */
#include "calls.h"
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define EVENTS    256
#define ENDPOINTS 3 /* of each call: its client, its ears */
#define FIRST_DN  15000
#define USER_DATA "\"userData\":{"
#define OK_BODY   "{\"statusCode\":0}"

void agent_ask(struct client *client, char headers[HEADERS_SIZE], const char *path,
               const char *body, struct response *out)
{
    client_request(client, path, headers, body, body ? strlen(body) : 0);
    client_await_response(client, out);
    if (out->status != 200 || !text_has(out->body, out->body_len, "\"statusCode\":0"))
        die("%s: %.*s", path, (int)out->body_len, out->body);
    agent_take_cookies(out, headers);
}

size_t dial_body(unsigned agent, char out[DIAL_BODY_SIZE])
{
    size_t len = (size_t)sprintf(out,
                                 "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":"
                                 "\"%u\"},\"userData\":{",
                                 FIRST_DN + agent + 1);
    for (unsigned i = 0; i < CALL_KEYS; i++)
        len +=
            (size_t)sprintf(out + len, "%s\"Key%u\":\"%0*u\"", i ? "," : "", i, VALUE_DIGITS, 0u);
    return len + (size_t)sprintf(out + len, "}}");
}

void dial_path(unsigned agent, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "/api/v2/me/devices/%u/calls", FIRST_DN + agent);
}

size_t update_body(uint64_t n, char out[UPDATE_BODY_SIZE])
{
    return (size_t)snprintf(
        out, UPDATE_BODY_SIZE,
        "{\"operationName\":\"UpdateUserData\",\"userData\":{\"Key%u\":\"%0*ju\"}}",
        (unsigned)(n % CALL_KEYS), VALUE_DIGITS, (uintmax_t)n);
}

/* Waits for a notice of that state; learns the call's id. */
static void await_state(struct call *call, struct ear *ear, const char *state)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", state);
    for (;;) {
        struct frame frame;
        client_await_frame(&ear->cometd.client, &frame);
        cometd_frame(&ear->cometd, &frame);
        if (!text_has(frame.text, frame.len, wanted))
            continue;
        if (!text_after(frame.text, frame.len, "\"call\":{\"id\":\"", call->id, sizeof call->id))
            die("a notice without call: %.*s", (int)frame.len, frame.text);
        return;
    }
}

static void set_up(struct call *call, unsigned port)
{
    char callee[HEADERS_SIZE];
    char path[PATH_SIZE];
    char body[DIAL_BODY_SIZE];
    struct response response;
    for (unsigned i = 0; i < 2; i++) {
        cometd_open(&call->ears[i].cometd, port, call->agent + i, true);
        cometd_await_up(&call->ears[i].cometd);
    }
    client_open(&call->client, port);
    agent_headers(call->agent, call->headers);
    agent_headers(call->agent + 1, callee);
    dial_path(call->agent, path);
    dial_body(call->agent, body);
    agent_ask(&call->client, call->headers, path, body, &response);
    await_state(call, &call->ears[1], "Ringing");
    snprintf(call->path, sizeof call->path, "/api/v2/me/calls/%s", call->id);
    agent_ask(&call->client, callee, call->path, ANSWER_BODY, &response);
    await_state(call, &call->ears[0], "Established");
    await_state(call, &call->ears[1], "Established");
}

void calls_open(struct calls *calls, unsigned port, unsigned count)
{
    calls->list = calloc(count, sizeof *calls->list);
    calls->count = count;
    calls->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!calls->list || calls->epoll < 0)
        die("can't begin: %m");
    for (unsigned i = 0; i < count; i++) {
        struct call *call = &calls->list[i];
        call->agent = 2 * i;
        set_up(call, port);
        int fds[ENDPOINTS] = {call->client.fd, call->ears[0].cometd.client.fd,
                              call->ears[1].cometd.client.fd};
        for (unsigned k = 0; k < ENDPOINTS; k++) {
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = i * ENDPOINTS + k};
            epoll_ctl(calls->epoll, EPOLL_CTL_ADD, fds[k], &event);
        }
    }
}

void call_update(struct call *call)
{
    char body[UPDATE_BODY_SIZE];
    size_t len = update_body(++call->sent, body);
    client_request(&call->client, call->path, call->headers, body, len);
}

uint64_t user_data_newest(const char *text, size_t len, size_t *at, size_t *end)
{
    static const char name[] = USER_DATA;
    const size_t name_len = sizeof name - 1;
    const char *p = text + *at;
    if (*at < *end || *at + name_len > len || memcmp(p, name, name_len) != 0) {
        p = *end < len ? memmem(text + *end, len - *end, name, name_len) : NULL;
        if (!p)
            return UINT64_MAX;
        *at = (size_t)(p - text);
    }
    uint64_t newest = 0;
    for (p += name_len; p < text + len && *p != '}'; p++) {
        if (*p != ':')
            continue;
        uint64_t value = 0;
        for (p += 2; p < text + len && *p >= '0' && *p <= '9'; p++)
            value = value * 10 + (uint64_t)(*p - '0');
        newest = value > newest ? value : newest;
    }
    *end = (size_t)(p - text);
    return newest;
}

static void work_on_frame(struct calls *calls, struct call *call, struct ear *ear,
                          const struct frame *frame)
{
    size_t end = 0;
    unsigned found = 0;
    for (uint64_t n;
         (n = user_data_newest(frame->text, frame->len, &ear->data_at, &end)) != UINT64_MAX;
         found++) {
        if (n != ear->heard + 1)
            die("agent %u: notice of operation %ju after that of %ju",
                call->agent + (unsigned)(ear - call->ears), (uintmax_t)n, (uintmax_t)ear->heard);
        ear->heard = n;
        calls->notices++;
        if (calls->events.heard)
            calls->events.heard(call, ear);
    }
    if (found == 0)
        cometd_frame(&ear->cometd, frame);
}

static void work_on_answers(struct calls *calls, struct call *call)
{
    struct response response;
    while (client_response(&call->client, &response)) {
        bool is_ok = response.body_len == sizeof OK_BODY - 1 &&
                     memcmp(response.body, OK_BODY, sizeof OK_BODY - 1) == 0;
        if (!is_ok && calls->failures++ == 0)
            fprintf(stderr, "bench: refused: %.*s\n", (int)response.body_len, response.body);
        call->acked++;
        if (calls->events.acked)
            calls->events.acked(call);
    }
}

static void work_on(struct calls *calls, uint32_t endpoint)
{
    struct call *call = &calls->list[endpoint / ENDPOINTS];
    unsigned which = endpoint % ENDPOINTS;
    struct client *client = which ? &call->ears[which - 1].cometd.client : &call->client;
    bool is_open = client_receive(client);
    if (!is_open && !calls->may_close)
        die("the server closed a connection of agent %u", call->agent);
    if (which > 0) {
        struct ear *ear = &call->ears[which - 1];
        for (struct frame frame; client_frame(client, &frame);)
            work_on_frame(calls, call, ear, &frame);
    } else {
        work_on_answers(calls, call);
        calls->closed += is_open ? 0 : 1;
    }
    if (!is_open)
        epoll_ctl(calls->epoll, EPOLL_CTL_DEL, client->fd, NULL);
    else
        client_flush(client);
}

void calls_poll(struct calls *calls, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS];
    struct timespec timeout = {(time_t)(timeout_ns / 1000000000u),
                               (long)(timeout_ns % 1000000000u)};
    int count = epoll_pwait2(calls->epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count; i++)
        work_on(calls, events[i].data.u32);
}
