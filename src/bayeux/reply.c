/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What replies have in common: id and channel echoed, success, error, and advice.
 *
 * Advice is always whole (reconnect, interval, timeout) and in every handshake and connect reply:
 * clients build their new advice from their own defaults and what arrived, so a part of it would
 * undo the rest, and one that once was told to handshake would do so for ever. */
#include "bayeux/bayeux_int.h"

struct json_writer bayeux_reply_begin(struct envelope *env, const struct message *m,
                                      bool is_successful)
{
    struct buf *out = &env->replies;
    if (out->len) {
        buf_char(out, ',');
    }
    struct json_writer w = json_begin_object(out);
    if (m->id.ptr) {
        json_string(&w, "id", m->id);
    }
    if (m->channel.ptr) {
        json_string(&w, "channel", m->channel);
    }
    json_bool(&w, "successful", is_successful);
    return w;
}

void bayeux_reply_end(struct json_writer *w)
{
    json_end_object(w);
}

void bayeux_reply_error(struct envelope *env, const struct message *m, const char *error)
{
    struct json_writer w = bayeux_reply_begin(env, m, false);
    json_text(&w, "error", error);
    bayeux_reply_end(&w);
}

void bayeux_reply_overload(struct envelope *env, const struct message *m, const char *reconnect)
{
    struct json_writer w = bayeux_reply_begin(env, m, false);
    json_text(&w, "error", "500::overload");
    bayeux_advice_write(env->b, &w, reconnect, RETRY_MS + bayeux_random_below(RETRY_MS));
    bayeux_reply_end(&w);
}

void bayeux_advice_write(const struct bayeux *b, struct json_writer *w, const char *reconnect,
                         uint64_t interval_ms)
{
    json_key(w, "advice");
    struct json_writer advice = json_begin_object(w->out);
    json_text(&advice, "reconnect", reconnect);
    json_u64(&advice, "interval", interval_ms);
    json_u64(&advice, "timeout", b->options.timeout_ms);
    json_end_object(&advice);
}

uint64_t bayeux_advice_interval(const struct bayeux *b)
{
    return b->is_draining ? RETRY_MS : b->options.interval_ms;
}

uint64_t bayeux_advice_spread(const struct bayeux *b)
{
    bool is_recent = b->now_ms - b->start_ms < RECENT_START_MS;
    return is_recent ? 1 + bayeux_random_below(SPREAD_MS) : 0;
}

void bayeux_reply_connect(struct session *s, struct slice id, const char *reconnect,
                          struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (id.ptr) {
        json_string(&w, "id", id);
    }
    json_text(&w, "channel", "/meta/connect");
    json_bool(&w, "successful", true);
    bayeux_advice_write(s->b, &w, reconnect, bayeux_advice_interval(s->b));
    if (s->has_ack) {
        s->sent = s->cursor.next - 1;
        json_key(&w, "ext");
        struct json_writer ext = json_begin_object(out);
        json_u64(&ext, "ack", s->sent);
        json_end_object(&ext);
    }
    json_end_object(&w);
}
