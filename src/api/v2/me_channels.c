/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/channels, GET and POST /me/channels/{channel}: the agent's state on voice (platform
 * reference 4.1). Other media have no channel here. The answer to the collection is not documented:
 * objects, as in the event, and without fields the addresses beside them. */
#include "api/api_int.h"

struct slice api_no_channel(struct arena *arena, struct slice name)
{
    struct slice shown = api_shown(name);
    return arena_printf(arena, "there is no channel '%.*s'; channels: voice", (int)shown.len,
                        shown.ptr);
}

static void answer_channels(const struct request *request, struct reply *reply, void *detail)
{
    const struct fields *fields = detail;
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    struct channel voice = {reply->answer->state, reply->answer->state_since_ms};
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    if (!fields->is_given) {
        json_key(&w, "uris");
        buf_printf(&body, "[\"%s/me/channels/voice\"]", request->api->root);
    }
    json_key(&w, "channels");
    api_render_channels(&voice, fields, &body);
    json_end_object(&w);
    api_answer(request->x, &body, reply->answer);
    buf_free(&body);
}

void v2_channels_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_DEVICES, .user = x->user};
    api_ask(request, &query, answer_channels, fields);
}

static void answer_channel(const struct request *request, struct reply *reply, void *detail)
{
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    struct channel voice = {reply->answer->state, reply->answer->state_since_ms};
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "channel");
    api_render_channel(&voice, detail, &body);
    json_end_object(&w);
    api_answer(request->x, &body, reply->answer);
    buf_free(&body);
}

static bool is_voice(const struct request *request)
{
    if (slice_is(request->id, "voice"))
        return true;
    api_refuse(request->x, ERR_NOT_FOUND, api_no_channel(request->x->arena, request->id));
    return false;
}

void v2_channel_get(const struct request *request)
{
    if (!is_voice(request))
        return;
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_DEVICES, .user = x->user};
    api_ask(request, &query, answer_channel, fields);
}

void v2_channel_post(const struct request *request)
{
    if (is_voice(request))
        api_operate(request, OP_ON_CHANNEL);
}
