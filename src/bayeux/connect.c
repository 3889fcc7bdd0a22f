/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* /meta/connect: held until there is an event or its time has passed, but answered at once when it
 * is the session's first, has company in its envelope, asks for it (advice.timeout 0), or there is
 * something to deliver. A newer connect ends the one that is held: that fails with HTTP 500 and no
 * reply, which no client takes for an answer; on a WebSocket it is silently forgotten.
 *
 * With acknowledgements the number in ext.ack is the number of the user's notice. A connect that
 * names N confirms all up to N, never beyond what was sent, never backwards; reading then goes on
 * behind what is confirmed, so what was sent and got lost comes again, and comes at once. A page
 * that was reloaded says 0, and gets what it has not confirmed.
 *
 * An envelope carries events once: a second connect of a session in it confirms nothing and brings
 * nothing, and when there is an answer's worth of events those of further sessions wait. */
#include "bayeux/bayeux_int.h"

static void unknown_reply(struct envelope *env, const struct message *m)
{
    struct json_writer w = bayeux_reply_begin(env, m, false);
    json_text(&w, "error", "402::session_unknown");
    bayeux_advice_write(env->b, &w, "handshake", bayeux_advice_spread(env->b));
    bayeux_reply_end(&w);
}

static bool number_read(const struct json *value, unsigned long long max, unsigned long long *out)
{
    if (!json_is(value, JSON_NUMBER)) {
        return false;
    }
    if (slice_to_u64(value->raw, max, out)) {
        return true;
    }
    /* Too many digits mean as long as may be; a sign or a fraction means nothing. */
    for (size_t i = 0; i < value->raw.len; i++) {
        if (value->raw.ptr[i] < '0' || value->raw.ptr[i] > '9') {
            return false;
        }
    }
    *out = max;
    return true;
}

static void connect_confirm(struct session *s, const struct message *m)
{
    uint64_t last = hub_last(s->b->options.hub, bayeux_session_user(s));
    unsigned long long number;
    if (number_read(json_get(json_get(m->json, "ext"), "ack"), UINT64_MAX - 1, &number)) {
        if (s->sent != SENT_UNKNOWN && number > s->sent) {
            number = s->sent;
        }
        if (number > s->confirmed) {
            s->confirmed = number;
        }
    }
    if (s->confirmed > last) {
        s->confirmed = last;
    }
    s->cursor.next = s->confirmed + 1;
}

/* How long it may be held. */
static uint32_t connect_advice(struct session *s, const struct message *m)
{
    const struct bayeux_options *options = &s->b->options;
    const struct json *advice = json_get(m->json, "advice");
    unsigned long long timeout_ms = options->timeout_ms;
    unsigned long long interval_ms = options->interval_ms;
    (void)number_read(json_get(advice, "timeout"), options->timeout_ms, &timeout_ms);
    (void)number_read(json_get(advice, "interval"), INTERVAL_MAX_MS, &interval_ms);
    if (interval_ms < options->interval_ms) {
        interval_ms = options->interval_ms;
    }
    s->life_ms = (uint32_t)interval_ms + options->max_interval_ms;
    return (uint32_t)timeout_ms;
}

static void connect_arrive(struct envelope *env, struct session *s)
{
    if (env->x) {
        bayeux_session_unbind(s);
    }
    if (s->held) {
        bayeux_hold_fail(s);
    }
}

void bayeux_connect_handle(struct envelope *env, const struct message *m)
{
    struct bayeux *b = env->b;
    struct session *s = bayeux_envelope_session(env, m);
    if (!s) {
        unknown_reply(env, m);
        return;
    }
    uint32_t hold_ms = connect_advice(s, m);
    bool is_first = !s->is_connected;
    bool is_pushed = env->conn && !s->has_ack;
    s->is_connected = true;
    connect_arrive(env, s);
    struct touched *t = bayeux_envelope_touch(env, s);
    bool is_repeated = t->has_connected;
    t->has_connected = true;
    if (s->has_ack && !is_repeated) {
        connect_confirm(s, m);
    }
    if (is_pushed) {
        bayeux_session_ready(s);
    }
    if (hold_ms && !is_first && env->message_count == 1 && !b->is_draining && !s->held &&
        (is_pushed || !bayeux_deliver_is_due(s))) {
        bayeux_hold(env, m, s, hold_ms);
        return;
    }
    bayeux_timer_start(b, &s->timer, s->life_ms);
    if (!is_repeated && env->events.len < EVENTS_BYTES) {
        bayeux_deliver_collect(s, &env->events);
    }
    if (env->replies.len) {
        buf_char(&env->replies, ',');
    }
    bayeux_reply_connect(s, m->id, "retry", &env->replies);
}
