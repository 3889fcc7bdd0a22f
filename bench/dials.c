/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The life of each call as its two agents are told it, and the loop that reads answers and notices.
 * A notice is not parsed as JSON: the call's id and state stand next to each other in it. */
#include "dials.h"
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define EVENTS       256
#define ENDPOINTS    3 /* of each pair: its client, its ears */
#define REPORTED_MAX 5
#define FIRST_DN     15000
#define CALL_START   "\"call\":{\"id\":\""
#define STATE_START  "\",\"state\":\""
#define SECOND_NS    UINT64_C(1000000000)

static void put_free(struct dials *dials, struct dial *d)
{
    d->phase = DIAL_FREE;
    d->next = NULL;
    if (dials->free_last)
        dials->free_last->next = d;
    else
        dials->free_first = d;
    dials->free_last = d;
}

static void fail(struct dials *dials, struct dial *d, const char *why, const char *text, size_t len)
{
    if (dials->failures++ < REPORTED_MAX)
        fprintf(stderr, "bench: agent %u: %s: %.*s\n", d->agent, why, (int)len, text);
}

static void watch(struct dials *dials, unsigned pair, unsigned which, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = pair * ENDPOINTS + which};
    if (epoll_ctl(dials->epoll, EPOLL_CTL_ADD, fd, &event))
        die("can't watch a connection: %m");
}

void dials_open(struct dials *dials, unsigned port, unsigned count)
{
    dials->list = calloc(count, sizeof *dials->list);
    dials->count = count;
    dials->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!dials->list || dials->epoll < 0)
        die("can't begin: %m");
    for (unsigned i = 0; i < count; i++) {
        struct dial *d = &dials->list[i];
        d->agent = 2 * i;
        for (unsigned k = 0; k < 2; k++) {
            cometd_open(&d->ears[k].cometd, port, d->agent + k, true);
            cometd_await_up(&d->ears[k].cometd);
            watch(dials, i, k + 1, d->ears[k].cometd.client.fd);
        }
        client_open(&d->client, port);
        agent_headers(d->agent, d->headers);
        dial_path(d->agent, d->dial_path);
        watch(dials, i, 0, d->client.fd);
        put_free(dials, d);
    }
}

static void post(struct dial *d, const char *path, const char *body)
{
    d->answers_due++;
    client_request(&d->client, path, d->headers, body, strlen(body));
}

bool dials_start(struct dials *dials, uint64_t due_ns)
{
    char body[DIAL_BODY_SIZE];
    struct dial *d = dials->free_first;
    if (!d)
        return false;
    dials->free_first = d->next;
    dials->free_last = d->next ? dials->free_last : NULL;
    dials->busy++;
    d->phase = DIAL_ASKED;
    d->due_ns = due_ns;
    d->id[0] = '\0';
    d->is_ringing = false;
    for (unsigned k = 0; k < 2; k++)
        d->ears[k].is_established = d->ears[k].is_released = false;
    snprintf(body, sizeof body,
             "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":\"%u\"}}",
             FIRST_DN + d->agent + 1);
    post(d, d->dial_path, body);
    return true;
}

static void hang_up(struct dial *d)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/api/v2/me/calls/%s", d->id);
    d->phase = DIAL_ENDING;
    d->hangup_ns = now_ns();
    post(d, path, HANGUP_BODY);
}

static void take_time(struct dials *dials, struct histogram *h, const struct dial *d,
                      uint64_t from_ns)
{
    if (d->due_ns >= dials->count_from_ns)
        histogram_add(h, now_ns() - from_ns);
}

/* The pair is free when nothing of its last call can come any more. */
static void end_if_over(struct dials *dials, struct dial *d)
{
    bool is_released = d->ears[0].is_released && d->ears[1].is_released;
    if (d->phase != DIAL_ENDING || !is_released || d->answers_due > 0)
        return;
    dials->busy--;
    dials->done++;
    put_free(dials, d);
}

static void work_on_state(struct dials *dials, struct dial *d, unsigned ear_index,
                          const char *state, size_t len)
{
    struct dial_ear *ear = &d->ears[ear_index];
    if (strncmp(state, "Ringing\"", 8) == 0 && ear_index == 1 && !d->is_ringing) {
        d->is_ringing = true;
        take_time(dials, &dials->to_ringing, d, d->due_ns);
    } else if (strncmp(state, "Established\"", 12) == 0 && d->phase == DIAL_ASKED) {
        ear->is_established = true;
        if (!d->ears[0].is_established || !d->ears[1].is_established)
            return;
        if (!d->is_ringing)
            fail(dials, d, "the callee was not told that it rings", state, len);
        take_time(dials, &dials->to_established, d, d->due_ns);
        dials->up++;
        d->phase = DIAL_UP;
        if (!dials->holds)
            hang_up(d);
    } else if (strncmp(state, "Released\"", 9) == 0) {
        if (d->phase != DIAL_ENDING || ear->is_released)
            fail(dials, d, "unexpected", state, len);
        ear->is_released = true;
        if (d->ears[!ear_index].is_released)
            take_time(dials, &dials->to_released, d, d->hangup_ns);
        end_if_over(dials, d);
    }
}

/* All notices of a frame. */
static void work_on_frame(struct dials *dials, struct dial *d, unsigned ear_index,
                          const struct frame *frame)
{
    const size_t start_len = sizeof CALL_START - 1;
    const size_t state_len = sizeof STATE_START - 1;
    const char *end = frame->text + frame->len;
    bool is_notice = false;
    for (const char *at = frame->text;
         (at = memmem(at, (size_t)(end - at), CALL_START, start_len)) != NULL;) {
        const char *id = at + start_len;
        const char *quote = memchr(id, '"', (size_t)(end - id));
        is_notice = true;
        at = id;
        if (!quote || (size_t)(quote - id) >= sizeof d->id ||
            (size_t)(end - quote) < state_len + 16 || memcmp(quote, STATE_START, state_len) != 0)
            die("a notice without state: %.*s", (int)frame->len, frame->text);
        if (!d->id[0])
            snprintf(d->id, sizeof d->id, "%.*s", (int)(quote - id), id);
        if (strncmp(id, d->id, (size_t)(quote - id)) != 0 || d->phase == DIAL_FREE)
            fail(dials, d, "a notice of another call", frame->text, frame->len);
        else
            work_on_state(dials, d, ear_index, quote + state_len,
                          (size_t)(end - quote - (ptrdiff_t)state_len));
    }
    if (!is_notice)
        cometd_frame(&d->ears[ear_index].cometd, frame);
}

static void work_on_answers(struct dials *dials, struct dial *d)
{
    struct response response;
    while (client_response(&d->client, &response)) {
        agent_take_cookies(&response, d->headers);
        d->answers_due--;
        if (response.status != 200 ||
            !text_has(response.body, response.body_len, "\"statusCode\":0"))
            fail(dials, d, "refused", response.body, response.body_len);
        if (d->phase == DIAL_ASKED)
            take_time(dials, &dials->to_answer, d, d->due_ns);
        end_if_over(dials, d);
    }
}

static void work_on(struct dials *dials, uint32_t endpoint)
{
    struct dial *d = &dials->list[endpoint / ENDPOINTS];
    unsigned which = endpoint % ENDPOINTS;
    struct client *client = which ? &d->ears[which - 1].cometd.client : &d->client;
    if (!client_receive(client))
        die("the server closed a connection of agent %u", d->agent);
    if (which == 0)
        work_on_answers(dials, d);
    else
        for (struct frame frame; client_frame(client, &frame);)
            work_on_frame(dials, d, which - 1, &frame);
    client_flush(client);
}

void dials_poll(struct dials *dials, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS];
    struct timespec timeout = {(time_t)(timeout_ns / SECOND_NS), (long)(timeout_ns % SECOND_NS)};
    int count = epoll_pwait2(dials->epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count; i++)
        work_on(dials, events[i].data.u32);
}

void dials_run(struct dials *dials, uint64_t count, unsigned rate)
{
    uint64_t step_ns = SECOND_NS / rate;
    uint64_t start_ns = now_ns();
    for (uint64_t i = 0; i < count;) {
        uint64_t due_ns = start_ns + i * step_ns;
        uint64_t now = now_ns();
        if (now < due_ns) {
            dials_poll(dials, due_ns - now);
        } else if (dials_start(dials, due_ns)) {
            i++;
        } else {
            if (now > due_ns + 10 * SECOND_NS)
                die("no pair was free for 10 s: %ju calls done, %ju failures",
                    (uintmax_t)dials->done, (uintmax_t)dials->failures);
            dials_poll(dials, SECOND_NS / 100);
        }
    }
}

static unsigned count_phase(const struct dials *dials, enum dial_phase phase)
{
    unsigned count = 0;
    for (unsigned i = 0; i < dials->count; i++)
        count += dials->list[i].phase == phase;
    return count;
}

void dials_settle(struct dials *dials, uint64_t timeout_ns)
{
    for (uint64_t end_ns = now_ns() + timeout_ns; now_ns() < end_ns;) {
        if (count_phase(dials, DIAL_ASKED) + count_phase(dials, DIAL_ENDING) == 0)
            return;
        dials_poll(dials, SECOND_NS / 20);
    }
}

void dials_report_hanging(const struct dials *dials)
{
    static const char *const phases[] = {"", "does not come up", "is up", "does not end"};
    unsigned reported = 0;
    for (unsigned i = 0; i < dials->count && reported < REPORTED_MAX; i++) {
        const struct dial *d = &dials->list[i];
        if (d->phase == DIAL_FREE)
            continue;
        reported++;
        fprintf(stderr,
                "bench: agent %u: call %s %s after %.1f s; ringing: %d, caller up: %d over: %d, "
                "callee up: %d over: %d, answers due: %u\n",
                d->agent, d->id, phases[d->phase], (double)(now_ns() - d->due_ns) / 1e9,
                d->is_ringing, d->ears[0].is_established, d->ears[0].is_released,
                d->ears[1].is_established, d->ears[1].is_released, d->answers_due);
    }
}
