/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From the ring to the wire. Nothing is queued per session: its cursor stands before the first
 * notice that it has not considered. A notice that no subscription matches when its turn comes is
 * skipped; so what came before the first subscribe is not delivered, unless it still waits when a
 * subscribe and then a connect arrive.
 *
 * Without acknowledgements events ride on whatever leaves first: they answer the held connect, come
 * with the answer of another request, or are pushed on a WebSocket, all that wait in one frame.
 * With acknowledgements they leave with connect replies only.
 *
 * Numbers that the ring no longer keeps are told by a message on /v2/me/resync, whatever was
 * subscribed to, and reading goes on with the oldest kept. A socket that does not take what it has
 * is left alone; the cursor waits, and if it waits too long, that is a resync. */
#include "bayeux/bayeux_int.h"

static void separate(struct buf *out)
{
    if (out->len && out->ptr[out->len - 1] != '[') {
        buf_char(out, ',');
    }
}

static void resync_write(struct buf *out, uint64_t from, uint64_t to)
{
    separate(out);
    buf_text(out, "{\"channel\":\"/v2/me/resync\",\"data\":{\"messageType\":\"ResyncMessage\","
                  "\"from\":");
    buf_u64(out, from);
    buf_text(out, ",\"to\":");
    buf_u64(out, to);
    buf_text(out, "}}");
}

static void event_write(const struct bayeux *b, const struct notice *notice,
                        enum notice_channel channel, struct buf *out)
{
    separate(out);
    buf_text(out, "{\"data\":");
    b->options.render(b->options.ctx, notice, out);
    buf_text(out, ",\"channel\":\"");
    buf_text(out, bayeux_channel_name(channel));
    buf_text(out, "\"}");
}

size_t bayeux_deliver_collect(struct session *s, struct buf *out)
{
    struct bayeux *b = s->b;
    size_t begin = out->len;
    size_t events = 0;
    size_t resyncs = 0;
    while (out->len - begin < EVENTS_BYTES) {
        bool is_lost;
        uint64_t from = s->cursor.next;
        const struct notice *notice = hub_cursor_peek(&s->cursor, &is_lost);
        if (is_lost) {
            resync_write(out, from, s->cursor.next - 1);
            resyncs++;
        }
        if (!notice) {
            break;
        }
        enum notice_channel channel = notice_channel(notice->kind);
        if (s->mask & (1u << channel)) {
            event_write(b, notice, channel, out);
            events++;
        }
        s->cursor.next++;
    }
    if (events) {
        metric_add(b->metric_events, events);
    }
    if (resyncs) {
        metric_add(b->metric_resyncs, resyncs);
    }
    return events + resyncs;
}

bool bayeux_deliver_is_due(struct session *s)
{
    if (s->cursor.next < hub_oldest(&s->cursor)) {
        return true;
    }
    const struct notice *notice;
    while ((notice = hub_notice(&s->cursor, s->cursor.next))) {
        if (s->mask & (1u << notice_channel(notice->kind))) {
            return true;
        }
        s->cursor.next++;
    }
    return false;
}

/* Pushes all that waits, or as much as the socket takes. */
static void deliver_push(struct session *s)
{
    struct bayeux *b = s->b;
    struct conn *conn = s->conn;
    while (s->conn == conn) {
        if (conn->peer->backlog(conn->peer) > BACKLOG_BYTES) {
            list_append(&b->stalled, &s->ready);
            b->stalled_until_ms = b->now_ms + BACKLOG_RETRY_MS;
            return;
        }
        buf_reset(&b->out);
        buf_char(&b->out, '[');
        if (!bayeux_deliver_collect(s, &b->out)) {
            return;
        }
        buf_char(&b->out, ']');
        conn->peer->send(conn->peer, buf_view(&b->out));
    }
}

static void deliver(struct session *s)
{
    if (s->is_leaving) {
        return;
    }
    if (s->conn && !s->has_ack) {
        deliver_push(s);
    } else if (s->held && bayeux_deliver_is_due(s)) {
        bayeux_timer_start(s->b, &s->timer, s->life_ms);
        bayeux_hold_answer(s, "retry");
    }
}

void bayeux_deliver_ready(struct bayeux *b)
{
    uint64_t now_ms = b->now_ms;
    if (now_ms >= b->stalled_until_ms) {
        LIST_EACH_SAFE(link, &b->stalled)
        {
            list_remove(link);
            list_append(&b->ready, link);
        }
    }
    while (!list_is_empty(&b->ready)) {
        struct list *link = b->ready.next;
        list_remove(link);
        bayeux_clock_enter(b, now_ms);
        deliver(LIST_OWNER(link, struct session, ready));
    }
}
