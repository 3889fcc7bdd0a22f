/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One WebSocket. It carries one session: the one that handshook on it last, or the one whose
 * clientId came first on it, so that a client can go on over a new socket. When the socket closes
 * the session stays for its life. A socket that carries no session for as long as one could be
 * silent is closed.
 *
 * What is no envelope (no JSON, no message in it) closes the socket with 1011, as the reference
 * server does; one that is too large, in bytes or messages, with 1009. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

struct slice bayeux_socket_user(const struct conn *conn)
{
    return (struct slice){conn->text, conn->user_len};
}

struct slice bayeux_socket_cookie(const struct conn *conn)
{
    return (struct slice){conn->text + conn->user_len, conn->cookie_len};
}

static void socket_due(struct bayeux *b, struct timer *timer)
{
    struct conn *conn = LIST_OWNER(timer, struct conn, timer);
    (void)b;
    conn->peer->close(conn->peer, 1000);
}

static void socket_wait(struct conn *conn)
{
    const struct bayeux_options *options = &conn->b->options;
    bayeux_timer_start(conn->b, &conn->timer, options->timeout_ms + options->max_interval_ms);
}

void bayeux_socket_detach(struct conn *conn)
{
    conn->session->conn = NULL;
    conn->session = NULL;
    socket_wait(conn);
}

static void socket_ignore_message(void *owner, struct slice text)
{
    (void)owner;
    (void)text;
}

static void socket_ignore_closed(void *owner)
{
    (void)owner;
}

void bayeux_socket_destroy(struct conn *conn)
{
    struct bayeux *b = conn->b;
    if (conn->session) {
        bayeux_session_unbind(conn->session);
    }
    LIST_EACH(link, &b->pending)
    {
        struct envelope *env = LIST_OWNER(link, struct envelope, link);
        if (env->conn == conn) {
            env->conn = NULL;
        }
    }
    bayeux_timer_stop(b, &conn->timer);
    list_remove(&conn->link);
    conn->peer->message = socket_ignore_message;
    conn->peer->closed = socket_ignore_closed;
    mem_free(conn);
}

static void socket_closed(void *owner)
{
    bayeux_socket_destroy(owner);
}

static void socket_message(void *owner, struct slice text)
{
    struct conn *conn = owner;
    struct bayeux *b = conn->b;
    struct arena arena = {0};
    struct envelope *env = bayeux_envelope_make(b, &arena);
    const char *why;
    env->conn = conn;
    env->transport = TRANSPORT_WEBSOCKET;
    env->user = bayeux_socket_user(conn);
    env->cookie = bayeux_socket_cookie(conn);
    enum err err =
        text.len > b->options.message_bytes_max ? ERR_RANGE : bayeux_envelope_read(env, text, &why);
    if (err != ERR_OK) {
        bayeux_envelope_free(env);
        conn->peer->close(conn->peer, err == ERR_RANGE ? 1009 : 1011);
    } else {
        bayeux_envelope_run(env);
    }
    arena_free(&arena);
}

void bayeux_socket(struct bayeux *b, struct socket_peer *peer, struct slice user,
                   struct slice browser_cookie, uint64_t now_ms)
{
    bayeux_clock_enter(b, now_ms);
    if (!bayeux_cookie_is_valid(browser_cookie)) {
        browser_cookie = SLICE_NONE;
    }
    struct conn *conn = mem_zalloc(sizeof *conn + user.len + browser_cookie.len);
    conn->b = b;
    conn->peer = peer;
    conn->user_len = (uint16_t)user.len;
    conn->cookie_len = (uint8_t)browser_cookie.len;
    memcpy(conn->text, user.ptr, user.len);
    if (browser_cookie.len) {
        memcpy(conn->text + user.len, browser_cookie.ptr, browser_cookie.len);
    }
    conn->timer.due = socket_due;
    list_append(&b->conns, &conn->link);
    socket_wait(conn);
    peer->owner = conn;
    peer->message = socket_message;
    peer->closed = socket_closed;
    bayeux_clock_leave(b);
}
