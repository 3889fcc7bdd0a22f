/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/calls, GET /me/calls/{id} and POST /me/calls/{id} (API reference sections 4 and 8). The
 * collection has the living calls only; a released one can be read by its id for a while. The
 * collection without fields is a list of addresses. */
#include "api/api_int.h"

static void answer_calls(const struct request *request, struct reply *reply, void *detail)
{
    const struct fields *fields = detail;
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    const struct answer *answer = reply->answer;
    struct buf body = {0};
    enum api_compat compat = api_compat_of(request->api, request->x->user);
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    if (fields->is_given) {
        json_key(&w, "calls");
        api_render_calls(request->api, compat, answer, fields, &body);
    } else {
        json_key(&w, "uris");
        struct json_writer uris = json_begin_array(&body);
        for (size_t i = 0; i < answer->call_count; i++) {
            if (answer->calls[i].state == PARTY_RELEASED)
                continue;
            json_item(&uris);
            buf_printf(&body, "\"%s/me/calls/%s\"", request->api->root, answer->calls[i].call->id);
        }
        json_end_array(&uris);
    }
    json_end_object(&w);
    api_answer(request->x, &body, answer);
    buf_free(&body);
}

void v2_calls_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_CALLS, .user = x->user};
    api_ask(request, &query, answer_calls, fields);
}

static void answer_call(const struct request *request, struct reply *reply, void *detail)
{
    enum err err = reply->err;
    if (!err && reply->answer->call_count == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) {
        api_refuse(request->x, err, SLICE("there is no such call"));
        return;
    }
    if (err) {
        api_refuse(request->x, err, reply->reason);
        return;
    }
    struct buf body = {0};
    enum api_compat compat = api_compat_of(request->api, request->x->user);
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "call");
    api_render_call(request->api, compat, &reply->answer->calls[0], detail, &body);
    json_end_object(&w);
    api_answer(request->x, &body, reply->answer);
    buf_free(&body);
}

void v2_call_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_CALL, .user = x->user, .target = request->id};
    api_ask(request, &query, answer_call, fields);
}

void v2_call_post(const struct request *request)
{
    api_operate(request, OP_ON_CALL);
}
