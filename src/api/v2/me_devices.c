/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/devices, GET and POST /me/devices/{id or number} (platform reference 5.2 to 5.4). Without
 * fields the collection is a list of addresses. */
#include "api/api_int.h"

static void answer_devices(const struct request *request, struct reply *reply, void *detail)
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
        json_key(&w, "devices");
        api_render_devices(request->api, compat, answer, fields, &body);
    } else {
        json_key(&w, "uris");
        struct json_writer uris = json_begin_array(&body);
        for (size_t i = 0; i < answer->device_count; i++) {
            json_item(&uris);
            buf_printf(&body, "\"%s/devices/%s\"", request->api->root, answer->devices[i].id);
        }
        json_end_array(&uris);
    }
    json_end_object(&w);
    api_answer(request->x, &body, answer);
    buf_free(&body);
}

void v2_devices_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_DEVICES, .user = x->user};
    api_ask(request, &query, answer_devices, fields);
}

static void answer_device(const struct request *request, struct reply *reply, void *detail)
{
    enum err err = reply->err;
    if (!err && reply->answer->device_count == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) {
        api_refuse(request->x, err, SLICE("there is no such device"));
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
    json_key(&w, "device");
    api_render_device(request->api, compat, &reply->answer->devices[0], detail, &body);
    json_end_object(&w);
    api_answer(request->x, &body, reply->answer);
    buf_free(&body);
}

void v2_device_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct fields *fields = arena_alloc(x->arena, sizeof *fields);
    api_fields_read(x, "fields", fields);
    struct query query = {.kind = QUERY_DEVICE, .user = x->user, .target = request->id};
    api_ask(request, &query, answer_device, fields);
}

void v2_device_post(const struct request *request)
{
    api_operate(request, OP_ON_DEVICE);
}
