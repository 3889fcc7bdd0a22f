/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One turn of the loop, and what is done at its end.
 *
 * What is said to one WebSocket during a turn leaves in one write: connections with something to do
 * stand in a list that is worked off after polling (check) and again before the loop blocks
 * (prepare), for timers may have added some. The list is also worked off in part when many stand in
 * it, so that a message to ten thousand does not hold ten thousand buffers at once.
 *
 * There is one timer for everything: the ticker's next, the first connection of each list of
 * waits, the end of the grace. It is only ever moved forward in time; one that comes too early does
 * no harm. Posts are an array under a lock, swapped out whole. */
#include "web/web_int.h"

#include "base/mem.h"

#define TURN_FLUSH_OVER 256
#define TICKS_PER_TURN  4

static void turn_run(struct web *w)
{
    while (!list_is_empty(&w->turn)) {
        struct connection *c = LIST_OWNER(w->turn.next, struct connection, turn);
        list_remove(&c->turn);
        w->turn_count--;
        connection_turn(c);
    }
}

void web_turn_add(struct web *w, struct connection *c)
{
    if (!list_is_empty(&c->turn) || c->state == CONNECTION_CLOSING) {
        return;
    }
    list_append(&w->turn, &c->turn);
    if (++w->turn_count > TURN_FLUSH_OVER) {
        /* It keeps its place, at the end: the write may have failed. */
        struct connection *oldest = LIST_OWNER(w->turn.next, struct connection, turn);
        list_remove(&oldest->turn);
        list_append(&w->turn, &oldest->turn);
        connection_flush(oldest);
    }
}

void web_wait(struct connection *c, enum web_wait kind)
{
    struct web *w = c->web;
    list_remove(&c->wait);
    c->wait_kind = (uint8_t)kind;
    if (kind != WEB_WAIT_NONE) {
        c->wait_until_ms = uv_now(&w->loop) + w->wait_ms[kind];
        list_append(&w->waits[kind], &c->wait);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct web *w = timer->data;
    uint64_t now_ms = uv_now(&w->loop);
    w->timer_at_ms = UINT64_MAX;
    for (int kind = WEB_WAIT_NONE + 1; kind < WEB_WAIT_COUNT; kind++) {
        struct list *l = &w->waits[kind];
        while (!list_is_empty(l)) {
            struct connection *c = LIST_OWNER(l->next, struct connection, wait);
            if (c->wait_until_ms > now_ms) {
                break;
            }
            web_wait(c, WEB_WAIT_NONE);
            connection_expire(c);
        }
    }
}

static uint64_t earliest(struct web *w, uint64_t at_ms)
{
    for (int kind = WEB_WAIT_NONE + 1; kind < WEB_WAIT_COUNT; kind++) {
        if (!list_is_empty(&w->waits[kind])) {
            struct connection *c = LIST_OWNER(w->waits[kind].next, struct connection, wait);
            at_ms = c->wait_until_ms < at_ms ? c->wait_until_ms : at_ms;
        }
    }
    if (w->is_stopping && !w->is_closing_all && w->stop_at_ms < at_ms) {
        at_ms = w->stop_at_ms;
    }
    if (w->is_stopping && w->stop_sockets_at_ms < at_ms) {
        at_ms = w->stop_sockets_at_ms;
    }
    return at_ms;
}

static void arm(struct web *w, uint64_t at_ms)
{
    if (at_ms < w->timer_at_ms) {
        uint64_t now_ms = uv_now(&w->loop);
        w->timer_at_ms = at_ms;
        uv_timer_start(&w->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
    }
}

static uint64_t ticker_run(struct web *w)
{
    uint64_t next_ms = UINT64_MAX;
    for (int i = 0; w->ticker_next && i < TICKS_PER_TURN; i++) {
        uint64_t now_ms = uv_now(&w->loop);
        next_ms = w->ticker_next(w->ticker_ctx);
        if (next_ms > now_ms) {
            break;
        }
        w->ticker_tick(w->ticker_ctx, now_ms);
        next_ms = now_ms;
    }
    return next_ms;
}

static void stop_go_on(struct web *w)
{
    if (w->connection_count == 0) {
        uv_stop(&w->loop);
        return;
    }
    if (uv_now(&w->loop) >= w->stop_sockets_at_ms) {
        w->stop_sockets_at_ms = UINT64_MAX;
        LIST_EACH_SAFE(it, &w->all)
        {
            struct connection *c = LIST_OWNER(it, struct connection, all);
            if (c->state == CONNECTION_SOCKET) {
                connection_drop(c);
            }
        }
    }
    if (uv_now(&w->loop) >= w->stop_at_ms) {
        w->is_closing_all = true;
        while (!list_is_empty(&w->all)) {
            connection_drop(LIST_OWNER(w->all.next, struct connection, all));
        }
    }
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct web *w = prepare->data;
    uint64_t next_ms = ticker_run(w);
    turn_run(w);
    if (w->is_stopping) {
        stop_go_on(w);
    }
    arm(w, earliest(w, next_ms));
}

static void on_check(uv_check_t *check)
{
    turn_run(check->data);
}

void web_posts_run(struct web *w)
{
    uv_mutex_lock(&w->posts_lock);
    struct post *posts = w->posts;
    size_t count = w->post_count;
    size_t cap = w->post_cap;
    w->posts = w->posts_taken;
    w->post_cap = w->posts_taken_cap;
    w->post_count = 0;
    w->posts_taken = posts;
    w->posts_taken_cap = cap;
    uv_mutex_unlock(&w->posts_lock);
    for (size_t i = 0; i < count; i++) {
        posts[i].fn(posts[i].arg);
    }
}

static void on_wake(uv_async_t *wake)
{
    web_posts_run(wake->data);
}

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    struct web *w = ctx;
    uv_mutex_lock(&w->posts_lock);
    w->posts = mem_grow(w->posts, &w->post_cap, w->post_count + 1, sizeof *w->posts);
    w->posts[w->post_count++] = (struct post){fn, arg};
    bool is_first = w->post_count == 1;
    uv_mutex_unlock(&w->posts_lock);
    if (is_first) {
        uv_async_send(&w->wake);
    }
}

struct poster web_poster(struct web *w)
{
    return (struct poster){post, w};
}

enum err web_turn_init(struct web *w)
{
    w->wait_ms[WEB_WAIT_IDLE] = w->options.idle_timeout_ms;
    w->wait_ms[WEB_WAIT_REQUEST] = w->options.request_timeout_ms;
    w->wait_ms[WEB_WAIT_STALL] = w->options.request_timeout_ms;
    w->wait_ms[WEB_WAIT_LINGER] = WEB_LINGER_MS;
    w->wait_ms[WEB_WAIT_CLOSE] = WEB_SOCKET_CLOSE_MS;
    for (size_t i = 0; i < WEB_WAIT_COUNT; i++) {
        list_init(&w->waits[i]);
    }
    w->timer_at_ms = UINT64_MAX;
    uv_timer_init(&w->loop, &w->timer);
    uv_prepare_init(&w->loop, &w->prepare);
    uv_check_init(&w->loop, &w->check);
    w->timer.data = w->prepare.data = w->check.data = w->wake.data = w;
    uv_prepare_start(&w->prepare, on_prepare);
    uv_check_start(&w->check, on_check);
    return uv_async_init(&w->loop, &w->wake, on_wake) ? ERR_IO : ERR_OK;
}
