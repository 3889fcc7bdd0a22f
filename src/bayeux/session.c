/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The life of a session. It ends by a disconnect, or when no connect has come for its life after
 * the last one was answered; a held connect keeps it alive, for it will be answered. Any other
 * message starts the time anew. What ends by time is also taken out of the durable records, and if
 * the engine is too busy for that, it is tried again a second later: a session is never gone from
 * memory and still in the records, where a restart would bring it back for nobody. If it was the
 * last of its user, his desktop has vanished (presence.c).
 *
 * One timer serves both: while a connect is held it says when to answer it. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

static void session_arrived(void *owner)
{
    struct session *s = owner;
    if (s->is_connected && (s->held || s->conn)) {
        bayeux_session_ready(s);
    }
}

static void session_expire(struct session *s)
{
    struct bayeux *b = s->b;
    struct engine_record gone = {
        .table = RECORD_BAYEUX, .key = {s->id, CLIENT_ID_BYTES}, .value = SLICE_NONE};
    if (s->pending || !bayeux_presence_end(s) ||
        engine_record(b->options.engine, &gone, 1, &b->nobody) != ERR_OK) {
        bayeux_timer_start(b, &s->timer, RETRY_MS);
        return;
    }
    struct conn *conn = s->conn;
    bayeux_session_end(s);
    if (conn) {
        /* Its peer reads no more, or has forgotten us. */
        conn->peer->close(conn->peer, 1000);
    }
}

static void session_due(struct bayeux *b, struct timer *timer)
{
    struct session *s = LIST_OWNER(timer, struct session, timer);
    if (!s->held) {
        session_expire(s);
        return;
    }
    bayeux_timer_start(b, &s->timer, s->is_unwanted ? 0 : s->life_ms);
    bayeux_hold_answer(s, s->is_unwanted ? "none" : "retry");
}

struct session *bayeux_session_make(struct bayeux *b, struct slice id, struct slice user,
                                    struct slice cookie)
{
    struct session *s = mem_zalloc(sizeof *s + user.len + cookie.len);
    s->b = b;
    memcpy(s->id, id.ptr, CLIENT_ID_BYTES);
    s->user_len = (uint16_t)user.len;
    s->cookie_len = (uint8_t)cookie.len;
    memcpy(s->text, user.ptr, user.len);
    if (cookie.len) {
        memcpy(s->text + user.len, cookie.ptr, cookie.len);
    }
    s->life_ms = b->options.interval_ms + b->options.max_interval_ms;
    s->timer.due = session_due;
    list_init(&s->ready);
    list_append(&b->all, &s->link);
    map_put(&b->sessions, (struct slice){s->id, CLIENT_ID_BYTES}, s);
    metric_set(b->metric_sessions, (int64_t)b->sessions.count);
    return s;
}

void bayeux_session_open(struct session *s, uint64_t after)
{
    s->cursor.arrived = session_arrived;
    s->cursor.owner = s;
    hub_cursor_open(s->b->options.hub, &s->cursor, bayeux_session_user(s), after);
}

void bayeux_session_end(struct session *s)
{
    struct bayeux *b = s->b;
    bayeux_hold_drop(s);
    if (s->conn) {
        bayeux_socket_detach(s->conn);
    }
    bayeux_timer_stop(b, &s->timer);
    list_remove(&s->ready);
    list_remove(&s->link);
    hub_cursor_close(b->options.hub, &s->cursor);
    for (unsigned i = 0; i < s->sub_count; i++) {
        bayeux_channel_unref(b, s->subs[i]);
    }
    mem_free(s->subs);
    map_remove(&b->sessions, (struct slice){s->id, CLIENT_ID_BYTES});
    metric_set(b->metric_sessions, (int64_t)b->sessions.count);
    mem_free(s);
}

struct slice bayeux_session_user(const struct session *s)
{
    return (struct slice){s->text, s->user_len};
}

struct slice bayeux_session_cookie(const struct session *s)
{
    return (struct slice){s->text + s->user_len, s->cookie_len};
}

void bayeux_session_extend(struct session *s)
{
    if (!s->held) {
        bayeux_timer_start(s->b, &s->timer, s->life_ms);
    }
}

void bayeux_session_ready(struct session *s)
{
    if (list_is_empty(&s->ready)) {
        list_append(&s->b->ready, &s->ready);
    }
}

void bayeux_session_bind(struct session *s, struct conn *conn)
{
    if (s->conn == conn) {
        return;
    }
    bayeux_session_unbind(s);
    if (conn->session) {
        bayeux_session_unbind(conn->session);
    }
    /* A connect that is held elsewhere belongs to a transport that the client has left. */
    if (s->held) {
        bayeux_hold_fail(s);
        bayeux_session_extend(s);
    }
    conn->session = s;
    s->conn = conn;
    bayeux_timer_stop(s->b, &conn->timer);
    if (s->is_connected) {
        bayeux_session_ready(s);
    }
}

void bayeux_session_unbind(struct session *s)
{
    if (!s->conn) {
        return;
    }
    if (s->held && !s->held->x) {
        bayeux_hold_drop(s);
        bayeux_session_extend(s);
    }
    bayeux_socket_detach(s->conn);
}

void bayeux_session_subs_changed(struct session *s)
{
    s->mask = 0;
    for (unsigned i = 0; i < s->sub_count; i++) {
        s->mask |= s->subs[i]->mask;
    }
}
