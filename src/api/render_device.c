/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The device object (platform reference 5.1), the same in reads and in events, and the channels
 * array. The ids of agent states are constants of the API (platform reference 4.2). Clients read
 * devices[0].userState without looking: it is always there. */
#include "api/api_int.h"

static void render_user_state(enum agent_state state, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (state == AGENT_NOT_READY) {
        json_text(&w, "id", "900D55CC-2BB0-431F-8BF9-D3525B383BE6");
        json_text(&w, "displayName", "Not Ready");
        json_text(&w, "state", "NotReady");
    } else {
        json_text(&w, "state", "LoggedOut");
    }
    json_end_object(&w);
}

void api_render_device(const struct device_view *device, const struct fields *fields,
                       struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "id"))
        json_text(&w, "id", device->id);
    if (api_fields_has(fields, "deviceState"))
        json_text(&w, "deviceState", device->is_active ? "Active" : "Inactive");
    if (api_fields_has(fields, "userState")) {
        json_key(&w, "userState");
        render_user_state(device->agent_state, out);
    }
    if (api_fields_has(fields, "phoneNumber"))
        json_text(&w, "phoneNumber", device->dn);
    if (api_fields_has(fields, "e164Number"))
        json_text(&w, "e164Number", "");
    if (api_fields_has(fields, "telephonyNetwork"))
        json_text(&w, "telephonyNetwork", "Private");
    if (api_fields_has(fields, "doNotDisturb"))
        json_text(&w, "doNotDisturb", "Off");
    if (api_fields_has(fields, "type"))
        json_text(&w, "type", "ACDPosition");
    if (api_fields_has(fields, "capabilities")) {
        json_key(&w, "capabilities");
        api_render_capabilities(device->capabilities, out);
    }
    json_end_object(&w);
}

void api_render_devices(const struct answer *answer, const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (size_t i = 0; i < answer->device_count; i++) {
        json_item(&w);
        api_render_device(&answer->devices[i], fields, out);
    }
    json_end_array(&w);
}

void api_render_channels(enum agent_state state, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    json_item(&list);
    struct json_writer w = json_begin_object(out);
    json_text(&w, "channel", "voice");
    json_key(&w, "userState");
    render_user_state(state, out);
    json_end_object(&w);
    json_end_array(&list);
}
