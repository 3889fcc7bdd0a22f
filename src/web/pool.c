/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Memory of requests: taken when the first byte comes, kept in small pools of the loop, and
 * counted.
 *
 * What all requests hold together is bounded, because a body is read before anybody knows whose it
 * is. A request counts from its first byte until it is answered or forgotten, since one that waits
 * for a password to be verified holds its body too. */
#include "web/web_int.h"

#include "base/log.h"
#include "base/mem.h"

#define SPARES_MAX     64
#define SPARE_BODY_MAX 65536

struct request *request_take(struct connection *c)
{
    struct web *w = c->web;
    struct request *r = w->spare_requests;
    struct request_bytes *b = w->spare_bytes;
    if (r) {
        w->spare_requests = r->next_spare;
        w->spare_request_count--;
    } else {
        r = mem_zalloc(sizeof *r);
        list_init(&r->orphan);
    }
    if (b) {
        w->spare_bytes = b->next_spare;
        w->spare_bytes_count--;
    } else {
        b = mem_zalloc(sizeof *b);
    }
    memset(&r->x, 0, sizeof r->x);
    r->web = w;
    r->connection = c;
    r->bytes = b;
    r->is_dispatched = false;
    r->varies_by_origin = false;
    r->begun_ns = log_is_on(LOG_INFO) ? uv_hrtime() : 0;
    memcpy(r->peer, c->peer, sizeof r->peer);
    c->request = r;
    return r;
}

void request_count(struct request *r)
{
    struct request_bytes *b = r->bytes;
    size_t now = b->head.len + b->body.len;
    r->web->request_bytes += now - b->counted;
    b->counted = now;
}

static void bytes_give(struct web *w, struct request_bytes *b)
{
    if (!b) {
        return;
    }
    w->request_bytes -= b->counted;
    if (w->spare_bytes_count == SPARES_MAX) {
        buf_free(&b->head);
        buf_free(&b->body);
        mem_free(b);
        return;
    }
    struct buf head = b->head;
    struct buf body = b->body;
    buf_reset(&head);
    buf_reset(&body);
    if (body.cap > SPARE_BODY_MAX) {
        buf_free(&body);
    }
    memset(b, 0, offsetof(struct request_bytes, headers));
    b->head = head;
    b->body = body;
    b->next_spare = w->spare_bytes;
    w->spare_bytes = b;
    w->spare_bytes_count++;
}

void request_forget(struct request *r)
{
    if (!r->bytes) {
        return;
    }
    if (r->begun_ns) {
        size_t len = r->x.path.len < WEB_LOG_PATH_MAX ? r->x.path.len : WEB_LOG_PATH_MAX;
        char *copy = mem_alloc(len + 1);
        memcpy(copy, r->x.path.ptr, len);
        copy[len] = '\0';
        r->log_path = copy;
    }
    struct slice *cookie = &r->x.set_cookie;
    if (cookie->len) {
        r->set_cookie = mem_alloc(cookie->len);
        memcpy(r->set_cookie, cookie->ptr, cookie->len);
        cookie->ptr = r->set_cookie;
    } else {
        *cookie = SLICE_NONE;
    }
    bytes_give(r->web, r->bytes);
    r->bytes = NULL;
    arena_free(&r->arena);
    r->x.path = r->x.query = r->x.body = r->x.user = r->x.host = SLICE_NONE;
}

void request_give(struct request *r)
{
    struct web *w = r->web;
    bytes_give(w, r->bytes);
    r->bytes = NULL;
    mem_free(r->log_path);
    mem_free(r->set_cookie);
    mem_free(r->origin);
    r->log_path = r->set_cookie = r->origin = NULL;
    list_remove(&r->orphan);
    if (w->spare_request_count == SPARES_MAX) {
        arena_free(&r->arena);
        mem_free(r);
        return;
    }
    if (r->arena.used_bytes > SPARE_BODY_MAX) {
        arena_free(&r->arena);
    } else {
        arena_reset(&r->arena);
    }
    r->next_spare = w->spare_requests;
    w->spare_requests = r;
    w->spare_request_count++;
}

void request_orphan(struct request *r)
{
    r->connection = NULL;
    list_append(&r->web->orphans, &r->orphan);
}

void request_free_spares(struct web *w)
{
    while (w->spare_requests) {
        struct request *r = w->spare_requests;
        w->spare_requests = r->next_spare;
        arena_free(&r->arena);
        mem_free(r);
    }
    while (w->spare_bytes) {
        struct request_bytes *b = w->spare_bytes;
        w->spare_bytes = b->next_spare;
        buf_free(&b->head);
        buf_free(&b->body);
        mem_free(b);
    }
}
