/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The held connect: taken, answered, failed or dropped. While it waits, the exchange has forgotten
 * its request; all that is kept is the id that the answer must carry and, for callback-polling,
 * the name of the function. On a WebSocket it is only the heartbeat. */
#include "bayeux/bayeux_int.h"

#include "base/mem.h"

static void hold_closed(void *owner)
{
    struct session *s = owner;
    mem_free(s->held);
    s->held = NULL;
    bayeux_session_extend(s);
}

void bayeux_hold(struct envelope *env, const struct message *m, struct session *s, uint32_t hold_ms)
{
    size_t callback_len = strlen(env->callback);
    struct held *held = mem_alloc(sizeof *held + m->id.len + callback_len);
    held->x = env->x;
    held->has_id = m->id.ptr != NULL;
    held->id_len = (uint8_t)m->id.len;
    held->callback_len = (uint8_t)callback_len;
    if (m->id.ptr) {
        memcpy(held->text, m->id.ptr, m->id.len);
    }
    memcpy(held->text + m->id.len, env->callback, callback_len);
    s->held = held;
    env->x = NULL;
    env->is_held = true;
    bayeux_timer_start(s->b, &s->timer, hold_ms);
    if (held->x) {
        held->x->owner = s;
        held->x->closed = hold_closed;
        held->x->verbs->forget(held->x);
    }
}

static struct held *hold_take(struct session *s)
{
    struct held *held = s->held;
    s->held = NULL;
    if (held->x) {
        held->x->closed = NULL;
        held->x->owner = NULL;
    }
    return held;
}

void bayeux_hold_answer(struct session *s, const char *reconnect)
{
    struct bayeux *b = s->b;
    struct held *held = hold_take(s);
    struct slice id = {held->has_id ? held->text : NULL, held->id_len};
    char callback[CALLBACK_BYTES_MAX];
    struct slice name = {held->callback_len ? callback : NULL, held->callback_len};
    memcpy(callback, held->text + held->id_len, held->callback_len);
    buf_reset(&b->out);
    buf_char(&b->out, '[');
    if (!s->is_leaving && bayeux_deliver_collect(s, &b->out)) {
        buf_char(&b->out, ',');
    }
    bayeux_reply_connect(s, id, reconnect, &b->out);
    buf_char(&b->out, ']');
    struct exchange *x = held->x;
    struct conn *conn = s->conn;
    mem_free(held);
    if (x) {
        bayeux_http_answer(b, x, name, buf_view(&b->out), NULL);
    } else if (conn) {
        conn->peer->send(conn->peer, buf_view(&b->out));
    }
}

void bayeux_hold_fail(struct session *s)
{
    struct held *held = hold_take(s);
    struct exchange *x = held->x;
    mem_free(held);
    if (x) {
        x->verbs->answer(x, &(struct exchange_answer){.status = 500});
    }
}

void bayeux_hold_drop(struct session *s)
{
    if (!s->held) {
        return;
    }
    struct held *held = hold_take(s);
    struct exchange *x = held->x;
    mem_free(held);
    if (x) {
        x->verbs->abandon(x);
    }
}
