/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Any story of clients, as lines: the first byte says what happens, the rest is the text. The stage
 * is that of the unit tests, with its in-memory engine.
 *
 *   p, q  alice, bob posts the rest        g  alice gets with the rest as query
 *   s, S  a text on the first, second socket (opened when it is not)
 *   x, X  that socket's peer goes          b  it stops or goes on reading
 *   h     the peer of the newest waiting request goes
 *   n, d  a notice about a call, a device  f  flush
 *   c, C  the records become durable; wait   u  the engine refuses, or takes again
 *   t     time passes                      r  restart          z  drain
 *
 * Identifiers are counted instead of random, so that a finding repeats.
 *
 * A '%' in a text stands for the clientId of the digit behind it: the n-th last one handed out.
 * What must hold: nobody answers twice (the stage watches), every answer of HTTP 200 and every
 * frame is an array of objects, nobody hears another user's events, and when the clients are gone
 * and time has passed, no session, record or cursor is left. */
#include "../unit/bayeux/stage.h"

#include "base/json.h"
#include "bayeux/bayeux_int.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static unsigned long long id_count;

void bayeux_random_id(char out[CLIENT_ID_BYTES + 1])
{
    snprintf(out, CLIENT_ID_BYTES + 1, "ID%030llu", ++id_count);
}

uint32_t bayeux_random_below(uint32_t bound)
{
    return bound / 2;
}

struct story {
    struct stage stage;
    struct wire *wires[2];
    char ids[10][40]; /* the newest first */
    char cookie[100];
    struct call *read; /* the newest call that was looked at */
};

static void id_remember(struct story *story, struct slice id)
{
    memmove(story->ids[1], story->ids[0], sizeof story->ids - sizeof story->ids[0]);
    snprintf(story->ids[0], sizeof story->ids[0], "%.*s", (int)id.len, id.ptr);
}

static void text_check(struct story *story, const char *text, bool is_bob)
{
    struct arena arena = {0};
    struct json_error error;
    const struct json *root = json_parse(&arena, slice_of(text), JSON_MAX_DEPTH, &error);
    EXPECT(json_is(root, JSON_ARRAY) && root->child);
    for (const struct json *item = root->child; item; item = item->next) {
        EXPECT(item->type == JSON_OBJECT);
        const struct json *id = json_get(item, "clientId");
        if (id) {
            EXPECT(json_is(id, JSON_STRING));
            id_remember(story, id->text);
        }
        EXPECT(!is_bob || !json_get(item, "data"));
    }
    arena_free(&arena);
}

static void calls_check(struct story *story)
{
    for (struct call *call = story->stage.calls; call != story->read; call = call->older) {
        bool is_json = call->content_type && strstr(call->content_type, "application/json");
        if (call->status == 200 && is_json) {
            text_check(story, call->body, false);
        }
        const char *set =
            call->headers ? strstr(call->headers, "Set-Cookie: BAYEUX_BROWSER=") : NULL;
        if (set) {
            int len = (int)strcspn(set + 12, ";");
            snprintf(story->cookie, sizeof story->cookie, "%.*s", len, set + 12);
        }
    }
    story->read = story->stage.calls;
}

static void wires_check(struct story *story)
{
    for (struct wire *wire = story->stage.wires; wire; wire = wire->older) {
        const char *text;
        while ((text = wire_read(wire))) {
            text_check(story, text, false);
        }
    }
}

static char *text_fill(const struct story *story, const uint8_t *at, size_t len)
{
    struct buf out = {0};
    for (size_t i = 0; i < len; i++) {
        if (at[i] == '%' && i + 1 < len && at[i + 1] >= '0' && at[i + 1] <= '9') {
            buf_text(&out, story->ids[at[i + 1] - '0']);
            i++;
        } else if (at[i]) {
            buf_char(&out, (char)at[i]);
        }
    }
    buf_char(&out, '\0');
    return out.ptr;
}

static void socket_say(struct story *story, struct wire **wire, const char *text)
{
    if (!*wire || (*wire)->is_closed) {
        *wire = stage_socket(&story->stage, ALICE, NULL);
    }
    (*wire)->peer.message((*wire)->peer.owner, slice_of(text));
}

static void newest_hang_up(struct stage *stage)
{
    for (struct call *call = stage->calls; call; call = call->older) {
        if (!call->status && !call->is_abandoned) {
            call_hang_up(call);
            return;
        }
    }
}

static void request_make(struct story *story, char what, const char *text)
{
    struct stage *stage = &story->stage;
    const char *cookie = story->cookie[0] ? story->cookie : NULL;
    if (what == 'g') {
        (void)stage_request(stage, "GET", ALICE, cookie, NULL, text, NULL);
        return;
    }
    struct call *call =
        stage_request(stage, "POST", what == 'p' ? ALICE : BOB, cookie, NULL, NULL, text);
    if (what == 'q' && call->status == 200) {
        text_check(story, call->body, true);
    }
}

static void stage_event(struct story *story, char what)
{
    struct stage *stage = &story->stage;
    switch (what) {
    case 'n':
        stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
        break;
    case 'd':
        stage_notice(stage, ALICE, NOTICE_DEVICE_STATE_CHANGE);
        break;
    case 'f':
        stage_flush(stage);
        break;
    case 'c':
        stage->is_slow = false;
        stage_commit(stage);
        break;
    case 'C':
        stage->is_slow = true;
        break;
    case 'u':
        stage->is_full = !stage->is_full;
        break;
    case 'h':
        newest_hang_up(stage);
        break;
    case 'z':
        bayeux_drain(stage->b);
        break;
    default:
        break;
    }
}

static void line_play(struct story *story, const uint8_t *line, size_t len)
{
    char *text = text_fill(story, line + 1, len - 1);
    struct stage *stage = &story->stage;
    bool is_second = line[0] == 'S' || line[0] == 'X';
    struct wire **wire = &story->wires[is_second];
    switch (line[0]) {
    case 'p':
    case 'q':
    case 'g':
        request_make(story, (char)line[0], text);
        break;
    case 's':
    case 'S':
        socket_say(story, wire, text);
        break;
    case 'x':
    case 'X':
        if (*wire) {
            wire_hang_up(*wire);
        }
        break;
    case 'b':
        if (*wire) {
            (*wire)->backlog = (*wire)->backlog ? 0 : 1000000;
        }
        break;
    case 't':
        stage_pass(stage, len > 1 ? (uint64_t)line[1] * 300 : 1);
        break;
    case 'r':
        stage_restart(stage);
        story->wires[0] = story->wires[1] = NULL;
        break;
    default:
        stage_event(story, (char)line[0]);
        break;
    }
    free(text);
    calls_check(story);
    wires_check(story);
}

/* Everybody goes; nothing may stay. */
static void end_check(struct stage *stage)
{
    struct hub_stats stats;
    stage->is_full = stage->is_slow = false;
    stage_commit(stage);
    for (struct wire *wire = stage->wires; wire; wire = wire->older) {
        wire_hang_up(wire);
    }
    stage_pass(stage, 1000000);
    hub_stats(stage->hub, &stats);
    EXPECT(stats.cursors == 0);
    EXPECT(stage_record_count() == 0);
    EXPECT(bayeux_next_ms(stage->b) == UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story *story = calloc(1, sizeof *story);
    id_count = 0;
    stage_open(&story->stage);
    story->stage.ring_notices = 8;
    stage_restart(&story->stage);
    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end ? (size_t)(end - data) : size;
        if (len) {
            line_play(story, data, len);
        }
        size -= end ? len + 1 : len;
        data += end ? len + 1 : len;
    }
    end_check(&story->stage);
    stage_close(&story->stage);
    free(story);
    return 0;
}
