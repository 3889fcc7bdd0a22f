/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The stage: its engine keeps records in an array, its notices are made by hand and its rendering
 * shows their numbers. What the room frees or answers is poisoned at once. */
#include "stage.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* The engine: only records. */

struct kept {
    char *key;
    char *value;
    size_t value_len;
};

#define KEPT_MAX 64

static struct kept kept[KEPT_MAX];
static size_t kept_count;
static struct ticket *waiting[KEPT_MAX];
static size_t waiting_count;
static struct stage *current;

static void kept_put(struct slice key, struct slice value)
{
    size_t i = 0;
    while (i < kept_count && !slice_is(key, kept[i].key)) {
        i++;
    }
    if (i < kept_count) {
        free(kept[i].key);
        free(kept[i].value);
        kept[i] = kept[--kept_count];
    }
    if (value.ptr) {
        kept[kept_count].key = strndup(key.ptr, key.len);
        kept[kept_count].value = malloc(value.len);
        memcpy(kept[kept_count].value, value.ptr, value.len);
        kept[kept_count++].value_len = value.len;
    }
}

enum err engine_record(struct engine *e, const struct engine_record *records, size_t count,
                       void *tag)
{
    (void)e;
    if (current->is_full || waiting_count == KEPT_MAX || kept_count + count > KEPT_MAX) {
        return ERR_OVERLOAD;
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(records[i].table, RECORD_BAYEUX);
        kept_put(records[i].key, records[i].value);
    }
    waiting[waiting_count++] = tag;
    return ERR_OK;
}

size_t stage_record_count(void)
{
    return kept_count;
}

void stage_commit(struct stage *stage)
{
    (void)stage;
    struct reply reply = {.err = ERR_OK};
    while (waiting_count) {
        struct ticket *ticket = waiting[0];
        memmove(waiting, waiting + 1, --waiting_count * sizeof(*waiting));
        reply.tag = ticket;
        ticket->done(ticket, &reply);
    }
}

/* The room. */

static void render(void *ctx, const struct notice *notice, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "{\"n\":%llu}", (unsigned long long)notice->seq);
}

static void room_open(struct stage *stage)
{
    stage->hub = hub_create(stage->ring_notices, 1 << 20, 1 << 24);
    stage->options.hub = stage->hub;
    stage->b = bayeux_create(&stage->options);
    current = stage;
}

static void room_close(struct stage *stage)
{
    bayeux_destroy(stage->b);
    hub_destroy(stage->hub);
    waiting_count = 0;
}

void stage_open(struct stage *stage)
{
    *stage = (struct stage){.now_ms = 1000000, .ring_notices = 100};
    stage->options = (struct bayeux_options){.timeout_ms = 30000,
                                             .max_interval_ms = 10000,
                                             .sessions_max = 20,
                                             .user_sessions_max = 18,
                                             .message_bytes_max = 20000,
                                             .subscriptions_max = 8,
                                             .offers_websocket = true,
                                             .render = render};
    room_open(stage);
}

void stage_stop(struct stage *stage)
{
    room_close(stage);
    room_open(stage);
}

void stage_restore(struct stage *stage)
{
    for (size_t i = 0; i < kept_count; i++) {
        bayeux_restore(stage->b, slice_of(kept[i].key),
                       (struct slice){kept[i].value, kept[i].value_len}, stage->now_ms);
    }
}

void stage_restart(struct stage *stage)
{
    stage_stop(stage);
    hub_seed(stage->hub, SLICE(ALICE), stage->seq[0]);
    hub_seed(stage->hub, SLICE(BOB), stage->seq[1]);
    stage_restore(stage);
}

void stage_close(struct stage *stage)
{
    room_close(stage);
    for (struct call *call = stage->calls, *older; call; call = older) {
        older = call->older;
        arena_free(&call->arena);
        free(call->content_type);
        free(call->headers);
        free(call->body);
        free(call);
    }
    for (struct wire *wire = stage->wires, *older; wire; wire = older) {
        older = wire->older;
        while (wire_read(wire)) {
        }
        free(wire);
    }
    while (kept_count) {
        kept_put(slice_of(kept[0].key), SLICE_NONE);
    }
    (void)wire_read(NULL);
}

int stage_set_up(void **state)
{
    struct stage *stage = malloc(sizeof *stage);
    stage_open(stage);
    *state = stage;
    return 0;
}

int stage_tear_down(void **state)
{
    stage_close(*state);
    free(*state);
    return 0;
}

void stage_pass(struct stage *stage, uint64_t ms)
{
    uint64_t until_ms = stage->now_ms + ms;
    uint64_t next_ms;
    while ((next_ms = bayeux_next_ms(stage->b)) <= until_ms) {
        if (next_ms > stage->now_ms) {
            stage->now_ms = next_ms;
        }
        bayeux_tick(stage->b, stage->now_ms);
        if (!stage->is_slow) {
            stage_commit(stage);
        }
    }
    stage->now_ms = until_ms;
}

void stage_replay(struct stage *stage, const char *user, uint64_t seq, enum notice_kind kind)
{
    struct user_card *card = mem_zalloc(sizeof *card);
    struct notice *notice = mem_zalloc(sizeof *notice);
    atomic_init(&card->refs, 1);
    atomic_init(&notice->refs, 1);
    card->name = slice_of(user);
    notice->user = card;
    notice->kind = kind;
    notice->seq = seq;
    hub_append(stage->hub, notice);
}

void stage_notice(struct stage *stage, const char *user, enum notice_kind kind)
{
    stage_replay(stage, user, ++stage->seq[strcmp(user, ALICE) != 0], kind);
}

void stage_flush(struct stage *stage)
{
    bayeux_flush(stage->b, stage->now_ms);
}

/* Texts. */

const char *quoted(const char *text)
{
    static char places[4][30000];
    static unsigned turn;
    char *out = places[turn++ % 4];
    size_t i = 0;
    for (; text[i] && i + 1 < sizeof places[0]; i++) {
        out[i] = text[i] == '\'' ? '"' : text[i];
    }
    out[i] = '\0';
    return out;
}

void text_after(const char *text, const char *part, char *out, size_t size)
{
    const char *at = text ? strstr(text, quoted(part)) : NULL;
    if (!at) {
        fail_msg("no %s in %s", part, text ? text : "(nothing)");
        return;
    }
    at += strlen(part);
    size_t len = strcspn(at, "\";");
    assert_true(len < size);
    memcpy(out, at, len);
    out[len] = '\0';
}

static char *with_id(const char *format, const char *id)
{
    struct buf out = {0};
    for (const char *at = quoted(format); *at; at++) {
        if (at[0] == '%' && at[1] == 's') {
            buf_text(&out, id);
            at++;
        } else {
            buf_char(&out, *at);
        }
    }
    buf_char(&out, '\0');
    return out.ptr;
}

/* HTTP. */

static struct call *call_of(const struct exchange *x)
{
    return (struct call *)(void *)((char *)(uintptr_t)x - offsetof(struct call, x));
}

static struct slice call_header(const struct exchange *x, const char *name)
{
    const struct call *call = call_of(x);
    assert_false(call->is_forgotten);
    if (strcmp(name, "cookie") == 0) {
        return call->cookie;
    }
    return strcmp(name, "content-type") == 0 ? call->type : SLICE_NONE;
}

static void call_answer(struct exchange *x, const struct exchange_answer *answer)
{
    struct call *call = call_of(x);
    assert_int_equal(call->status, 0);
    assert_false(call->is_abandoned);
    call->status = answer->status;
    call->content_type = answer->content_type ? strdup(answer->content_type) : NULL;
    call->headers = strndup(answer->headers.ptr ? answer->headers.ptr : "", answer->headers.len);
    call->body = strndup(answer->body.ptr ? answer->body.ptr : "", answer->body.len);
    arena_free(&call->arena);
    call->x.verbs = NULL;
}

static void call_forget(struct exchange *x)
{
    struct call *call = call_of(x);
    call->is_forgotten = true;
    arena_free(&call->arena);
}

static void call_abandon(struct exchange *x)
{
    struct call *call = call_of(x);
    assert_int_equal(call->status, 0);
    call->is_abandoned = true;
    arena_free(&call->arena);
    call->x.verbs = NULL;
}

static const struct exchange_verbs verbs = {
    .header = call_header, .answer = call_answer, .forget = call_forget, .abandon = call_abandon};

static struct slice keep(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, slice_of(text)) : SLICE_NONE;
}

struct call *stage_request(struct stage *stage, const char *method, const char *user,
                           const char *cookie, const char *type, const char *query,
                           const char *body)
{
    struct call *call = calloc(1, sizeof *call);
    call->older = stage->calls;
    stage->calls = call;
    call->x.verbs = &verbs;
    call->x.arena = &call->arena;
    call->x.method = keep(&call->arena, method);
    call->x.path = keep(&call->arena, "/api/v2/notifications");
    call->x.query = keep(&call->arena, query);
    call->x.body = keep(&call->arena, body ? body : "");
    call->x.user = keep(&call->arena, user);
    call->cookie = keep(&call->arena, cookie);
    call->type = keep(&call->arena, type);
    bayeux_exchange(stage->b, &call->x, stage->now_ms);
    if (!stage->is_slow) {
        stage_commit(stage);
    }
    return call;
}

struct call *stage_post(struct stage *stage, const char *user, const char *cookie,
                        const char *format, ...)
{
    char body[30000];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    return stage_request(stage, "POST", user, cookie, "application/json", NULL, quoted(body));
}

void call_hang_up(struct call *call)
{
    void (*closed)(void *owner) = call->x.closed;
    assert_int_equal(call->status, 0);
    call->is_abandoned = true;
    arena_free(&call->arena);
    call->x.closed = NULL;
    if (closed) {
        closed(call->x.owner);
    }
}

struct call *stage_say(struct stage *stage, const struct client *client, const char *format)
{
    char *body = with_id(format, client->id);
    const char *cookie = client->cookie[0] ? client->cookie : NULL;
    struct call *call =
        stage_request(stage, "POST", ALICE, cookie, "application/json;charset=UTF-8", NULL, body);
    free(body);
    return call;
}

struct client stage_handshake(struct stage *stage, const char *ext)
{
    struct client client;
    char value[64];
    struct call *call = stage_post(stage, ALICE, NULL,
                                   "[{'channel':'/meta/handshake','version':'1.0','id':'1',"
                                   "'supportedConnectionTypes':['long-polling'],'ext':%s}]",
                                   ext);
    text_after(call->body, "'clientId':'", client.id, sizeof client.id);
    text_after(call->headers, "BAYEUX_BROWSER=", value, sizeof value);
    snprintf(client.cookie, sizeof client.cookie, "other=1; BAYEUX_BROWSER=%s", value);
    return client;
}

struct call *stage_connect(struct stage *stage, const struct client *client, const char *more)
{
    char format[600];
    snprintf(format, sizeof format, "[{'channel':'/meta/connect','clientId':'%%s'%s}]", more);
    return stage_say(stage, client, format);
}

struct client stage_client(struct stage *stage, const char *ext)
{
    struct client client = stage_handshake(stage, ext);
    struct call *call = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/*'}]");
    assert_has(call->body, "'successful':true");
    call = stage_connect(stage, &client, "");
    assert_has(call->body, "'successful':true");
    return client;
}

/* WebSocket. */

static void wire_send(struct socket_peer *peer, struct slice text)
{
    struct wire *wire = (struct wire *)(void *)((char *)peer - offsetof(struct wire, peer));
    struct frame **last = &wire->frames;
    assert_false(wire->is_closed);
    while (*last) {
        last = &(*last)->next;
    }
    *last = calloc(1, sizeof **last);
    (*last)->text = strndup(text.ptr, text.len);
    if (wire->backlog) {
        wire->backlog += text.len;
    }
}

static void wire_close(struct socket_peer *peer, int code)
{
    struct wire *wire = (struct wire *)(void *)((char *)peer - offsetof(struct wire, peer));
    wire->code = code;
    wire_hang_up(wire);
}

static size_t wire_backlog(const struct socket_peer *peer)
{
    return ((const struct wire *)(const void *)peer)->backlog;
}

struct wire *stage_socket(struct stage *stage, const char *user, const char *cookie)
{
    struct wire *wire = calloc(1, sizeof *wire);
    wire->older = stage->wires;
    stage->wires = wire;
    wire->peer = (struct socket_peer){wire_send, wire_close, wire_backlog, NULL, NULL, NULL};
    char *name = strdup(user);
    bayeux_socket(stage->b, &wire->peer, slice_of(name), slice_of(cookie), stage->now_ms);
    free(name);
    return wire;
}

void wire_say(struct stage *stage, struct wire *wire, const struct client *client,
              const char *format)
{
    char *text = with_id(format, client ? client->id : "");
    wire->peer.message(wire->peer.owner, slice_of(text));
    free(text);
    if (!stage->is_slow) {
        stage_commit(stage);
    }
}

void wire_hang_up(struct wire *wire)
{
    if (!wire->is_closed) {
        wire->is_closed = true;
        wire->peer.closed(wire->peer.owner);
    }
}

const char *wire_read(struct wire *wire)
{
    static char *last;
    free(last);
    last = NULL;
    if (!wire || !wire->frames) {
        return NULL;
    }
    struct frame *frame = wire->frames;
    wire->frames = frame->next;
    last = frame->text;
    free(frame);
    return last;
}

struct client wire_handshake(struct stage *stage, struct wire *wire, const char *ext)
{
    struct client client = {0};
    char text[400];
    snprintf(text, sizeof text,
             "[{'channel':'/meta/handshake','version':'1.0','id':'1',"
             "'supportedConnectionTypes':['websocket'],'ext':%s}]",
             ext);
    wire_say(stage, wire, NULL, text);
    text_after(wire_read(wire), "'clientId':'", client.id, sizeof client.id);
    return client;
}

struct client wire_client(struct stage *stage, struct wire *wire, const char *ext)
{
    struct client client = wire_handshake(stage, wire, ext);
    wire_say(stage, wire, &client, "[" SUBSCRIBE "'/v2/me/*'}]");
    assert_has(wire_read(wire), "'successful':true");
    wire_say(stage, wire, &client, CONNECT);
    assert_has(wire_read(wire), "'successful':true");
    assert_null(wire_read(wire));
    return client;
}
