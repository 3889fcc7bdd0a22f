/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The web under test and its routes. */
#include "suite.h"

#include "base/mem.h"
#include "base/metrics.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DEADLINE_SECONDS 20
#define FILL_TEXT_BYTES  20000

static void bump(struct site *s, unsigned *counter)
{
    pthread_mutex_lock(&s->lock);
    ++*counter;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void answer_text(struct exchange *x, int status, struct slice body)
{
    struct exchange_answer a = {.status = status, .content_type = "text/plain", .body = body};
    x->verbs->answer(x, &a);
}

static void on_echo(void *ctx, struct exchange *x)
{
    bump(ctx, &((struct site *)ctx)->requests);
    answer_text(x, 200, x->body);
}

static void on_what(void *ctx, struct exchange *x)
{
    struct slice test = x->verbs->header(x, "x-test");
    bump(ctx, &((struct site *)ctx)->requests);
    answer_text(x, 200,
                arena_printf(x->arena, "%.*s %.*s ?%.*s %zu %.*s", (int)x->method.len,
                             x->method.ptr, (int)x->path.len, x->path.ptr, (int)x->query.len,
                             x->query.ptr ? x->query.ptr : "", x->body.len, (int)test.len,
                             test.ptr ? test.ptr : ""));
}

static void on_who(void *ctx, struct exchange *x)
{
    bump(ctx, &((struct site *)ctx)->requests);
    answer_text(x, 200,
                arena_printf(x->arena, "%.*s %s %.*s", (int)x->peer.len, x->peer.ptr,
                             x->is_https ? "https" : "http", (int)x->host.len, x->host.ptr));
}

static void on_big(void *ctx, struct exchange *x)
{
    unsigned long long n = 0;
    bump(ctx, &((struct site *)ctx)->requests);
    assert_true(slice_to_u64(x->query, 1u << 30, &n));
    char *bytes = arena_alloc(x->arena, (size_t)n + 1);
    memset(bytes, 'b', (size_t)n);
    answer_text(x, 200, (struct slice){bytes, (size_t)n});
}

static void on_file(void *ctx, struct exchange *x)
{
    struct slice rest, path = slice_split(x->query, '&', &rest);
    unsigned long long from = 0, bytes = 0;
    struct slice first = slice_split(rest, '&', &rest);
    bump(ctx, &((struct site *)ctx)->requests);
    assert_true(slice_to_u64(first, UINT64_MAX, &from) && slice_to_u64(rest, UINT64_MAX, &bytes));
    int fd = open(arena_string(x->arena, path), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct exchange_file file = {.fd = fd, .from = from, .bytes = bytes};
    struct exchange_answer a = {.status = 200, .content_type = "audio/wav", .file = &file};
    x->verbs->answer(x, &a);
}

static void on_empty(void *ctx, struct exchange *x)
{
    bump(ctx, &((struct site *)ctx)->requests);
    answer_text(x, 204, SLICE_NONE);
}

static void on_cookie(void *ctx, struct exchange *x)
{
    struct exchange_answer a = {.status = 200, .headers = SLICE("X-Own: yes\r\n"), .body = x->body};
    bump(ctx, &((struct site *)ctx)->requests);
    x->set_cookie = SLICE("Set-Cookie: a=b\r\n");
    x->verbs->answer(x, &a);
}

static void on_closed(void *owner)
{
    struct held_slot *slot = owner;
    slot->site->held[slot->index] = NULL;
    bump(slot->site, &slot->site->closed);
}

static struct held_slot *hold(struct site *s, struct exchange *x)
{
    unsigned i = 0;
    while (s->held[i]) {
        i++;
    }
    s->held[i] = x;
    return &s->slots[i];
}

static void on_hold(void *ctx, struct exchange *x)
{
    struct site *s = ctx;
    x->owner = hold(s, x);
    x->closed = on_closed;
    assert_true(arena_alloc(x->arena, 100));
    x->set_cookie = arena_copy(x->arena, SLICE("Set-Cookie: e=f\r\n"));
    x->verbs->forget(x);
    assert_null(x->path.ptr);
    assert_null(x->verbs->header(x, "host").ptr);
    bump(s, &s->requests);
    bump(s, &s->holding);
}

static void on_keep(void *ctx, struct exchange *x)
{
    struct site *s = ctx;
    hold(s, x);
    bump(s, &s->requests);
    bump(s, &s->holding);
}

static void on_abandon(void *ctx, struct exchange *x)
{
    bump(ctx, &((struct site *)ctx)->requests);
    x->verbs->abandon(x);
}

struct talker {
    struct site *site;
    struct socket_peer *peer;
    bool is_filling;
    bool is_over;
};

static void fill(void *arg)
{
    static char text[FILL_TEXT_BYTES];
    struct talker *t = arg;
    if (t->is_over) {
        mem_free(t);
        return;
    }
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + rand() % 26); /* nothing to compress */
    }
    t->peer->send(t->peer, (struct slice){text, sizeof text});
    pthread_mutex_lock(&t->site->lock);
    if (t->peer->backlog(t->peer) > t->site->backlog_max) {
        t->site->backlog_max = t->peer->backlog(t->peer);
    }
    pthread_mutex_unlock(&t->site->lock);
    struct poster poster = web_poster(t->site->web);
    poster.post(poster.ctx, fill, t);
}

static void on_message(void *owner, struct slice text)
{
    struct talker *t = owner;
    unsigned long long n;
    struct slice rest;
    struct slice verb = slice_split(text, ' ', &rest);
    bump(t->site, &t->site->messages);
    if (slice_is(verb, "close") && slice_to_u64(rest, 4999, &n)) {
        t->peer->close(t->peer, (int)n);
        t->peer->send(t->peer, SLICE("never sent"));
    } else if (slice_is(verb, "flood") && slice_to_u64(rest, 100000, &n)) {
        for (unsigned i = 0; i < n; i++) {
            char line[32];
            int len = snprintf(line, sizeof line, "message %u", i);
            t->peer->send(t->peer, (struct slice){line, (size_t)len});
        }
    } else if (slice_is(verb, "fill")) {
        t->is_filling = true;
        fill(t);
    } else {
        t->peer->send(t->peer, text);
    }
}

static void on_socket_closed(void *owner)
{
    struct talker *t = owner;
    struct site *s = t->site;
    t->is_over = true;
    if (!t->is_filling) {
        mem_free(t);
    }
    bump(s, &s->sockets_closed);
}

static void make_socket(struct site *s, struct exchange *x)
{
    x->set_cookie = SLICE("Set-Cookie: c=d\r\n");
    struct socket_peer *peer = web_accept_socket(x, SLICE("X-Own: yes\r\n"));
    if (!peer) {
        return;
    }
    struct talker *t = mem_zalloc(sizeof *t);
    t->site = s;
    t->peer = peer;
    peer->owner = t;
    peer->message = on_message;
    peer->closed = on_socket_closed;
    bump(s, &s->sockets_opened);
}

static void on_socket(void *ctx, struct exchange *x)
{
    bump(ctx, &((struct site *)ctx)->requests);
    make_socket(ctx, x);
}

struct web_options site_options(void)
{
    return (struct web_options){
        .bind = "127.0.0.1:0",
        .header_bytes_max = 8192,
        .body_bytes_max = 100000,
        .frame_bytes_max = 100000,
        .backlog_bytes_max = 200000,
        .request_timeout_ms = 30000,
        .idle_timeout_ms = 30000,
        .connections_max = 100,
    };
}

static void *run(void *arg)
{
    struct site *s = arg;
    web_run(s->web);
    pthread_mutex_lock(&s->lock);
    s->is_over = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void site_start(struct site *s, struct web_options options)
{
    char why[200] = "";
    struct web_route routes[] = {
        {"/echo", on_echo, s, true},        {"/what", on_what, s, false},
        {"/who", on_who, s, false},         {"/big", on_big, s, false},
        {"/file", on_file, s, false},       {"/empty", on_empty, s, false},
        {"/cookie", on_cookie, s, true},    {"/hold", on_hold, s, true},
        {"/keep", on_keep, s, false},       {"/late", on_keep, s, false},
        {"/abandon", on_abandon, s, false}, {"/socket", on_socket, s, false},
    };
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    for (unsigned i = 0; i < SITE_SLOTS; i++) {
        s->slots[i] = (struct held_slot){s, i};
    }
    enum err err =
        web_create(&options, routes, sizeof routes / sizeof *routes, &s->web, why, sizeof why);
    if (err) {
        fail_msg("web_create: %s", why);
    }
    s->port = web_port(s->web);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

static struct timespec deadline(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += DEADLINE_SECONDS;
    return t;
}

void site_wait(struct site *s, const unsigned *counter, unsigned n)
{
    struct timespec until = deadline();
    pthread_mutex_lock(&s->lock);
    while (*counter < n) {
        if (pthread_cond_timedwait(&s->changed, &s->lock, &until)) {
            fail_msg("waited in vain for %u, there are %u", n, *counter);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

unsigned site_count(struct site *s, const unsigned *counter)
{
    pthread_mutex_lock(&s->lock);
    unsigned n = *counter;
    pthread_mutex_unlock(&s->lock);
    return n;
}

struct errand {
    struct site *site;
    void (*fn)(struct site *s, void *arg);
    void *arg;
    unsigned done;
};

static void do_errand(void *arg)
{
    struct errand *e = arg;
    e->fn(e->site, e->arg);
    bump(e->site, &e->done);
}

void site_do(struct site *s, void (*fn)(struct site *s, void *arg), void *arg)
{
    struct errand e = {s, fn, arg, 0};
    struct poster poster = web_poster(s->web);
    poster.post(poster.ctx, do_errand, &e);
    site_wait(s, &e.done, 1);
}

static void answer_slot(struct site *s, void *arg)
{
    unsigned slot = *(unsigned *)arg;
    struct exchange *x = s->held[slot];
    assert_non_null(x);
    s->held[slot] = NULL;
    if (x->is_upgrade) {
        make_socket(s, x);
    } else {
        answer_text(x, 200, SLICE("released"));
    }
}

void site_answer(struct site *s, unsigned slot)
{
    site_do(s, answer_slot, &slot);
}

static void stop(struct site *s, void *arg)
{
    web_stop(s->web, *(unsigned *)arg);
}

void site_end(struct site *s, unsigned grace_ms)
{
    site_do(s, stop, &grace_ms);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    assert_int_equal(s->sockets_opened, s->sockets_closed);
    web_destroy(s->web);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
}

long metric_value(const char *series)
{
    struct buf text = {0};
    long value = -1;
    metrics_render(&text);
    buf_char(&text, '\0');
    for (const char *line = text.ptr; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t len = strlen(series);
        if (strncmp(line, series, len) == 0 && line[len] == ' ') {
            value = strtol(line + len, NULL, 10);
        }
    }
    buf_free(&text);
    return value;
}

static void nothing(struct site *s, void *arg)
{
    (void)s;
    (void)arg;
}

void site_wait_metric(struct site *s, const char *series, long value)
{
    struct timespec until = deadline();
    while (metric_value(series) != value) {
        if (time(NULL) > until.tv_sec) {
            fail_msg("%s is %ld, not %ld", series, metric_value(series), value);
        }
        site_do(s, nothing, NULL);
    }
}
