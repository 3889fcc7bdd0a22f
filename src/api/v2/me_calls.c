/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/calls, GET /me/calls/{id} and POST /me/calls/{id} (API reference sections 4 and 8). The
 * collection has the living calls only; a released one can be read by its id for a while. */
#include "api/api_int.h"

static const void *call_at(const void *answer, size_t i)
{
    const struct call_view *view = &((const struct answer *)answer)->calls[i];
    return view->state == PARTY_RELEASED ? NULL : view;
}

static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    api_render_call(request->api, api_compat_of(request->api, request->x->user), item, fields, out);
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    const struct call_view *view = item;
    buf_printf(out, "\"%s/me/calls/%s\"", request->api->root, view->call->id);
}

static const char *const attributes[] = {"id",       "callUuid", "connId", "state",
                                         "callType", "dnis",     "mute",   NULL};

static struct slice attribute(const void *item, const char *name)
{
    const struct call_view *view = item;
    if (strcmp(name, "id") == 0 || strcmp(name, "callUuid") == 0)
        return slice_of(view->call->id);
    if (strcmp(name, "connId") == 0)
        return slice_of(view->call->conn_id);
    if (strcmp(name, "state") == 0)
        return slice_of(party_state_text(view->state));
    if (strcmp(name, "callType") == 0)
        return slice_of(call_type_text(view->call->type));
    if (strcmp(name, "dnis") == 0)
        return slice_of(view->dnis);
    return view->is_muted ? SLICE("On") : SLICE("Off");
}

static void answer_calls(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    struct collection c = {.name = "calls",
                           .ctx = reply->answer,
                           .count = reply->answer->call_count,
                           .item = call_at,
                           .uri = render_uri,
                           .render = render,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, reply->answer);
}

void v2_calls_get(const struct request *request)
{
    struct query query = {.kind = QUERY_CALLS, .user = request->x->user};
    api_ask(request, &query, answer_calls, NULL);
}

static void answer_call(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    enum err err = reply->err;
    if (!err && reply->answer->call_count == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND)
        api_refuse(request->x, err, SLICE("there is no such call"));
    else if (err)
        api_refuse(request->x, err, reply->reason);
    else
        api_answer_one(request, "call", &reply->answer->calls[0], render, reply->answer);
}

void v2_call_get(const struct request *request)
{
    struct query query = {.kind = QUERY_CALL, .user = request->x->user, .target = request->id};
    api_ask(request, &query, answer_call, NULL);
}

void v2_call_post(const struct request *request)
{
    api_operate(request, OP_ON_CALL);
}
