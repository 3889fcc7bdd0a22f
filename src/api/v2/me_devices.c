/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/devices, GET and POST /me/devices/{id or number} (platform reference 5.2 to 5.4), and the
 * devices of any user. */
#include "api/api_int.h"

static const void *device_at(const void *answer, size_t i)
{
    return &((const struct answer *)answer)->devices[i];
}

static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    api_render_device(request->api, api_compat_of(request->api, request->x->user), item, fields,
                      out);
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    const struct device_view *device = item;
    buf_printf(out, "\"%s/devices/%s\"", request->api->root, device->id);
}

static const char *const attributes[] = {"id",   "phoneNumber",      "deviceState",  "forwardTo",
                                         "type", "telephonyNetwork", "doNotDisturb", NULL};

static struct slice attribute(const void *item, const char *name)
{
    const struct device_view *device = item;
    if (strcmp(name, "id") == 0)
        return slice_of(device->id);
    if (strcmp(name, "phoneNumber") == 0)
        return slice_of(device->dn);
    if (strcmp(name, "deviceState") == 0)
        return device->is_active ? SLICE("Active") : SLICE("Inactive");
    if (strcmp(name, "forwardTo") == 0)
        return slice_of(device->forward_to);
    if (strcmp(name, "type") == 0)
        return SLICE("ACDPosition");
    if (strcmp(name, "telephonyNetwork") == 0)
        return SLICE("Private");
    return device->is_dnd ? SLICE("On") : SLICE("Off");
}

static void answer_devices(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    struct collection c = {.name = "devices",
                           .ctx = reply->answer,
                           .count = reply->answer->device_count,
                           .item = device_at,
                           .uri = render_uri,
                           .render = render,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, reply->answer);
}

void api_answer_devices_of(const struct request *request, struct slice user)
{
    struct query query = {.kind = QUERY_DEVICES, .user = user};
    api_ask(request, &query, answer_devices, NULL);
}

void v2_devices_get(const struct request *request)
{
    api_answer_devices_of(request, request->x->user);
}

static void answer_device(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    enum err err = reply->err;
    if (!err && reply->answer->device_count == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND)
        api_refuse(request->x, err, SLICE("there is no such device"));
    else if (err)
        api_refuse(request->x, err, reply->reason);
    else
        api_answer_one(request, "device", &reply->answer->devices[0], render, reply->answer);
}

void v2_device_get(const struct request *request)
{
    struct query query = {.kind = QUERY_DEVICE, .user = request->x->user, .target = request->id};
    api_ask(request, &query, answer_device, NULL);
}

void v2_device_post(const struct request *request)
{
    api_operate(request, OP_ON_DEVICE);
}
