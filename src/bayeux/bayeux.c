/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The room's door: what the outside calls, in the order in which a server lives. Each that is given
 * the time notes it (timer.c); the rest is elsewhere. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

static void nobody_done(struct ticket *ticket, struct reply *reply)
{
    (void)ticket;
    (void)reply;
}

struct bayeux *bayeux_create(const struct bayeux_options *options)
{
    struct bayeux *b = mem_zalloc(sizeof *b);
    b->options = *options;
    b->nobody.done = nobody_done;
    list_init(&b->all);
    list_init(&b->conns);
    list_init(&b->pending);
    list_init(&b->ready);
    list_init(&b->stalled);
    b->metric_sessions = metric_register(METRIC_GAUGE, "cordboard_bayeux_sessions", NULL,
                                         "CometD sessions that are alive.");
    b->metric_events = metric_register(METRIC_COUNTER, "cordboard_bayeux_events_delivered_total",
                                       NULL, "Events written to CometD clients.");
    b->metric_resyncs = metric_register(METRIC_COUNTER, "cordboard_bayeux_resyncs_total", NULL,
                                        "Times that a CometD client was told of lost events.");
    return b;
}

void bayeux_destroy(struct bayeux *b)
{
    if (!b) {
        return;
    }
    LIST_EACH_SAFE(link, &b->pending)
    {
        struct envelope *env = LIST_OWNER(link, struct envelope, link);
        if (env->x) {
            env->x->closed = NULL;
            env->x->verbs->abandon(env->x);
        }
        bayeux_envelope_free(env);
    }
    LIST_EACH_SAFE(link, &b->all)
    {
        bayeux_session_end(LIST_OWNER(link, struct session, link));
    }
    LIST_EACH_SAFE(link, &b->conns)
    {
        bayeux_socket_destroy(LIST_OWNER(link, struct conn, link));
    }
    map_free(&b->sessions);
    map_free(&b->channels);
    heap_free(&b->timers);
    buf_free(&b->out);
    buf_free(&b->wrapped);
    mem_free(b);
}

void bayeux_exchange(struct bayeux *b, struct exchange *x, uint64_t now_ms)
{
    bayeux_clock_enter(b, now_ms);
    struct envelope *env = bayeux_envelope_make(b, x->arena);
    const char *why = NULL;
    env->x = x;
    env->user = x->user;
    env->cookie = bayeux_browser_cookie(x->verbs->header(x, "cookie"));
    enum err err = bayeux_http_read(env, &why);
    if (err != ERR_OK) {
        bayeux_envelope_free(env);
        bayeux_http_refuse(x, err, why);
    } else {
        bayeux_envelope_run(env);
    }
    bayeux_clock_leave(b);
}

void bayeux_flush(struct bayeux *b, uint64_t now_ms)
{
    bayeux_clock_enter(b, now_ms);
    bayeux_deliver_ready(b);
    bayeux_clock_leave(b);
}

uint64_t bayeux_next_ms(const struct bayeux *b)
{
    if (!list_is_empty(&b->ready)) {
        return 0;
    }
    const struct heap_node *first = heap_first(&b->timers);
    uint64_t next_ms = first ? first->at_ms : UINT64_MAX;
    if (!list_is_empty(&b->stalled) && b->stalled_until_ms < next_ms) {
        next_ms = b->stalled_until_ms;
    }
    return next_ms;
}

void bayeux_tick(struct bayeux *b, uint64_t now_ms)
{
    bayeux_clock_enter(b, now_ms);
    bayeux_timers_run(b);
    bayeux_clock_enter(b, now_ms);
    bayeux_deliver_ready(b);
    bayeux_clock_leave(b);
}

/* A socket without a session could still begin one. */
static void sockets_close(struct bayeux *b, bool (*keeps)(void *ctx, struct slice user), void *ctx)
{
    LIST_EACH_SAFE(link, &b->conns)
    {
        struct conn *conn = LIST_OWNER(link, struct conn, link);
        if (!conn->session && !keeps(ctx, bayeux_socket_user(conn))) {
            bayeux_timer_start(b, &conn->timer, 0);
        }
    }
}

void bayeux_retain_users(struct bayeux *b, bool (*keeps)(void *ctx, struct slice user), void *ctx,
                         uint64_t now_ms)
{
    bayeux_clock_enter(b, now_ms);
    sockets_close(b, keeps, ctx);
    LIST_EACH_SAFE(link, &b->all)
    {
        struct session *s = LIST_OWNER(link, struct session, link);
        if (!keeps(ctx, bayeux_session_user(s))) {
            s->is_leaving = s->is_unwanted = true;
            bayeux_timer_start(b, &s->timer, 0);
        }
    }
    bayeux_clock_leave(b);
}

void bayeux_set_other_origins(struct bayeux *b, bool has_other_origins)
{
    b->options.has_other_origins = has_other_origins;
}

void bayeux_drain(struct bayeux *b)
{
    b->is_draining = true;
    LIST_EACH_SAFE(link, &b->all)
    {
        struct session *s = LIST_OWNER(link, struct session, link);
        if (s->held) {
            bayeux_timer_start(b, &s->timer, s->life_ms);
            bayeux_hold_answer(s, "retry");
        }
    }
}
