/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The durable form of a session, one record each, by clientId. Written when it is made and when its
 * subscriptions change; never for an event or an acknowledgement, which would cost a write each.
 * The confirmed number in it is therefore old; the client's next connect tells the true one.
 *
 * After a restart a session with acknowledgements goes on behind what it is known to have
 * confirmed. One without goes on behind what the replay yields: it was never promised more than "at
 * most once", and what is older may have been delivered. */
#include "bayeux/bayeux_int.h"

#include "base/codec.h"
#include "base/log.h"
#include "base/mem.h"

#define RECORD_VERSION 1

void bayeux_record_write(const struct session *s, struct buf *out)
{
    enc_u64(out, RECORD_VERSION);
    enc_bytes(out, bayeux_session_user(s));
    enc_bytes(out, bayeux_session_cookie(s));
    enc_u64(out, s->has_ack);
    enc_u64(out, s->start);
    enc_u64(out, s->confirmed);
    enc_u64(out, s->sub_count);
    for (unsigned i = 0; i < s->sub_count; i++) {
        enc_bytes(out, (struct slice){s->subs[i]->name, s->subs[i]->len});
    }
}

struct fields {
    struct slice user;
    struct slice cookie;
    bool has_ack;
    uint64_t start;
    uint64_t confirmed;
    uint64_t sub_count;
    struct dec subs;
};

static bool fields_read(struct slice value, struct fields *f)
{
    struct dec d = dec_of(value);
    uint64_t version = dec_u64(&d);
    f->user = dec_bytes(&d);
    f->cookie = dec_bytes(&d);
    f->has_ack = dec_u64_max(&d, 1) != 0;
    f->start = dec_u64(&d);
    f->confirmed = dec_u64(&d);
    f->sub_count = dec_u64_max(&d, UINT16_MAX);
    f->subs = d;
    for (uint64_t i = 0; i < f->sub_count && !d.failed; i++) {
        struct slice name = dec_bytes(&d);
        d.failed |= !bayeux_pattern_is_valid(name);
    }
    return dec_is_done(&d) && version == RECORD_VERSION && f->user.len <= UINT16_MAX &&
           f->cookie.len <= COOKIE_BYTES_MAX && f->start < UINT64_MAX && f->confirmed < UINT64_MAX;
}

void bayeux_restore(struct bayeux *b, struct slice key, struct slice value, uint64_t now_ms)
{
    struct fields f;
    bayeux_clock_enter(b, now_ms);
    if (key.len != CLIENT_ID_BYTES || map_get(&b->sessions, key) || !fields_read(value, &f)) {
        log_line(LOG_WARN, "bayeux.restore", "problem=unreadable bytes=%zu", value.len);
        bayeux_clock_leave(b);
        return;
    }
    if (b->options.has_user && !b->options.has_user(b->options.has_user_ctx, f.user)) {
        /* If it can't be taken now, the next start finds it again. */
        struct engine_record gone = {.table = RECORD_BAYEUX, .key = key, .value = SLICE_NONE};
        (void)engine_record(b->options.engine, &gone, 1, &b->nobody);
        bayeux_clock_leave(b);
        return;
    }
    struct session *s = bayeux_session_make(b, key, f.user, f.cookie);
    s->has_ack = f.has_ack;
    s->start = f.start;
    s->confirmed = f.confirmed;
    s->sent = SENT_UNKNOWN;
    s->is_connected = true;
    s->owes_presence = true;
    if (f.sub_count) {
        s->subs = mem_alloc(f.sub_count * sizeof(struct channel *));
    }
    for (uint64_t i = 0; i < f.sub_count; i++) {
        s->subs[s->sub_count++] = bayeux_channel_intern(b, dec_bytes(&f.subs));
    }
    bayeux_session_subs_changed(s);
    bayeux_session_open(s, s->has_ack ? s->confirmed : HUB_NEWEST);
    /* As if its connect were held now: the client finds out that we were away when it times out. */
    bayeux_timer_start(b, &s->timer, b->options.timeout_ms + s->life_ms);
    bayeux_clock_leave(b);
}
