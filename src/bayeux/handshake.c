/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* /meta/handshake: always a new session, also on a socket that already carries one; the old one
 * then ends by itself. Who the user is, the request around it has already shown.
 *
 * Over HTTP the browser gets a cookie if it has none; from then on the clientId is only good
 * together with it. Acknowledgements are on when ext.ack asks for them, as true or as an object
 * with "enabled": true, and the reply has the same form. */
#include "bayeux/bayeux_int.h"

static const char *const transports[] = {
    [TRANSPORT_LONG_POLLING] = "long-polling",
    [TRANSPORT_CALLBACK] = "callback-polling",
    [TRANSPORT_WEBSOCKET] = "websocket",
};

static const enum transport preference[] = {TRANSPORT_WEBSOCKET, TRANSPORT_LONG_POLLING,
                                            TRANSPORT_CALLBACK};

static bool is_offered(const struct bayeux *b, enum transport transport)
{
    return transport != TRANSPORT_WEBSOCKET || b->options.offers_websocket;
}

/* A client that names no types at all is taken for one that can do what it is doing. */
static bool has_common_type(const struct bayeux *b, const struct json *types)
{
    if (!json_is(types, JSON_ARRAY)) {
        return true;
    }
    for (const struct json *type = types->child; type; type = type->next) {
        for (size_t i = 0; i < sizeof preference / sizeof *preference; i++) {
            if (is_offered(b, preference[i]) && json_is(type, JSON_STRING) &&
                slice_is(type->text, transports[preference[i]])) {
                return true;
            }
        }
    }
    return false;
}

static void types_write(const struct bayeux *b, struct json_writer *w)
{
    json_key(w, "supportedConnectionTypes");
    struct json_writer types = json_begin_array(w->out);
    for (size_t i = 0; i < sizeof preference / sizeof *preference; i++) {
        if (is_offered(b, preference[i])) {
            json_item(&types);
            json_write_string(types.out, slice_of(transports[preference[i]]));
        }
    }
    json_end_array(&types);
}

static void handshake_deny(struct envelope *env, const struct message *m, const char *error,
                           const char *reconnect, uint64_t interval_ms)
{
    struct json_writer w = bayeux_reply_begin(env, m, false);
    json_text(&w, "error", error);
    json_text(&w, "version", "1.0");
    types_write(env->b, &w);
    bayeux_advice_write(env->b, &w, reconnect, interval_ms);
    bayeux_reply_end(&w);
}

static struct session *session_make(struct envelope *env, bool has_ack)
{
    struct bayeux *b = env->b;
    char id[CLIENT_ID_BYTES + 1];
    struct slice cookie = env->cookie;
    bayeux_random_id(id);
    if (!env->conn && !cookie.ptr) {
        bayeux_random_id(env->new_cookie);
        cookie = slice_of(env->new_cookie);
    }
    struct session *s =
        bayeux_session_make(b, (struct slice){id, CLIENT_ID_BYTES}, env->user, cookie);
    s->has_ack = has_ack;
    s->start = s->confirmed = s->sent = hub_last(b->options.hub, env->user);
    bayeux_session_open(s, HUB_NEWEST);
    bayeux_timer_start(b, &s->timer, s->life_ms);
    if (env->conn) {
        bayeux_session_bind(s, env->conn);
    }
    struct touched *t = bayeux_envelope_touch(env, s);
    t->is_made = t->is_dirty = true;
    return s;
}

static void ack_write(const struct session *s, bool is_object, struct json_writer *w)
{
    json_key(w, "ext");
    struct json_writer ext = json_begin_object(w->out);
    if (is_object) {
        json_key(&ext, "ack");
        struct json_writer ack = json_begin_object(w->out);
        json_bool(&ack, "enabled", true);
        json_u64(&ack, "batch", s->start);
        json_end_object(&ack);
    } else {
        json_bool(&ext, "ack", true);
    }
    json_end_object(&ext);
}

void bayeux_handshake_handle(struct envelope *env, const struct message *m)
{
    struct bayeux *b = env->b;
    const struct json *ack = json_get(json_get(m->json, "ext"), "ack");
    bool is_object = json_is(json_get(ack, "enabled"), JSON_TRUE);
    if (!env->user.len) {
        handshake_deny(env, m, "403::handshake_denied", "none", 0);
        return;
    }
    if (!has_common_type(b, json_get(m->json, "supportedConnectionTypes"))) {
        handshake_deny(env, m, "301::connection_types_unsupported", "none", 0);
        return;
    }
    if (b->sessions.count >= b->options.sessions_max) {
        handshake_deny(env, m, "500::too_many_sessions", "handshake",
                       SPREAD_MS + bayeux_random_below(SPREAD_MS));
        return;
    }
    if (hub_user_cursors(b->options.hub, env->user) >= b->options.user_sessions_max) {
        handshake_deny(env, m, "500::too_many_sessions_of_user", "handshake",
                       SPREAD_MS + bayeux_random_below(SPREAD_MS));
        return;
    }
    if (env->is_refusing) {
        bayeux_reply_overload(env, m, "handshake");
        return;
    }
    struct session *s = session_make(env, is_object || json_is(ack, JSON_TRUE));
    struct json_writer w = bayeux_reply_begin(env, m, true);
    json_text(&w, "version", "1.0");
    json_text(&w, "minimumVersion", "1.0");
    types_write(b, &w);
    json_text(&w, "clientId", s->id);
    bayeux_advice_write(b, &w, "retry", bayeux_advice_interval(b));
    if (s->has_ack) {
        ack_write(s, is_object, &w);
    }
    bayeux_reply_end(&w);
}
