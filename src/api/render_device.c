/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The device object (platform reference 5.1), the same in reads and in events, and the channels
 * array. The ids of agent states are constants of the API (platform reference 4.2). Clients read
 * devices[0].userState without looking: it is always there. */
#include "api/api_int.h"

const char *api_state_text(const struct state_card *state)
{
    return state->mode == AGENT_READY ? "Ready" : "NotReady";
}

const char *api_work_mode_text(const struct state_card *state)
{
    return state->mode == AGENT_AFTER_CALL_WORK ? "AfterCallWork"
           : state->mode == AGENT_AUX_WORK      ? "AuxWork"
                                                : NULL;
}

void api_render_user_state(const struct state_card *state, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (!state) {
        json_text(&w, "id", "0F7F5003-EF26-4D13-A6EF-D0C7EC819BEB"); /* as live servers say it */
        json_text(&w, "displayName", "Logged Out");
        json_text(&w, "state", "LoggedOut");
        json_end_object(&w);
        return;
    }
    json_text(&w, "id", state->id);
    json_string(&w, "displayName", state->display_name);
    json_text(&w, "state", api_state_text(state));
    if (api_work_mode_text(state))
        json_text(&w, "workMode", api_work_mode_text(state));
    if (state->reason.len > 0)
        json_string(&w, "reason", state->reason);
    json_end_object(&w);
}

/* What the device's supervisor has armed; absent while nothing is. */
static void render_monitoring(const struct api *api, const struct device_view *device,
                              struct json_writer *w)
{
    static const char *const texts[] = {[MONITORING_NONE] = "",
                                        [MONITORING_LISTEN_IN] = "ListenIn",
                                        [MONITORING_COACH] = "Coach",
                                        [MONITORING_BARGE_IN] = "BargeIn"};
    json_key(w, "supervisorMonitoringState");
    struct json_writer state = json_begin_object(w->out);
    json_text(&state, "state", texts[device->monitoring]);
    json_text(&state, "mode", device->span == MONITOR_NEXT_CALL ? "NextCall" : "AllCalls");
    json_text(&state, "scope", device->scope == MONITOR_AGENT ? "Agent" : "Call");
    json_key(&state, "targetDeviceUri");
    buf_printf(w->out, "\"%s/devices/%s\"", api->root, device->target_id);
    json_end_object(&state);
}

static void render_line(const struct device_view *device, enum api_compat compat,
                        const struct fields *fields, struct json_writer *w)
{
    if (api_fields_has(fields, "phoneNumber"))
        json_text(w, "phoneNumber", device->dn);
    if (api_fields_has(fields, "e164Number"))
        json_text(w, "e164Number", compat == API_COMPAT_2014 ? device->dn : "");
    if (api_fields_has(fields, "telephonyNetwork"))
        json_text(w, "telephonyNetwork", "Private");
    if (api_fields_has(fields, "doNotDisturb"))
        json_text(w, "doNotDisturb", device->is_dnd ? "On" : "Off");
    if (device->forward_to[0] && api_fields_has(fields, "forwardTo"))
        json_text(w, "forwardTo", device->forward_to);
    if (api_fields_has(fields, "type"))
        json_text(w, "type", "ACDPosition");
}

void api_render_device(const struct api *api, enum api_compat compat,
                       const struct device_view *device, const struct fields *fields,
                       struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "id"))
        json_text(&w, "id", device->id);
    if (api_fields_has(fields, "deviceState"))
        json_text(&w, "deviceState", device->is_active ? "Active" : "Inactive");
    if (api_fields_has(fields, "userState")) {
        json_key(&w, "userState");
        api_render_user_state(device->state, out);
    }
    render_line(device, compat, fields, &w);
    if (api_fields_has(fields, "capabilities")) {
        json_key(&w, "capabilities");
        api_render_capabilities(device->capabilities, out);
    }
    if (device->monitoring && api_fields_has(fields, "supervisorMonitoringState"))
        render_monitoring(api, device, &w);
    json_end_object(&w);
}

void api_render_channel(const struct channel *voice, const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "channel"))
        json_text(&w, "channel", "voice");
    if (api_fields_has(fields, "userState")) {
        json_key(&w, "userState");
        api_render_user_state(voice->state, out);
    }
    if (voice->since_ms > 0 && api_fields_has(fields, "userStateSince"))
        json_u64(&w, "userStateSince", voice->since_ms);
    json_end_object(&w);
}

void api_render_channels(const struct channel *voice, const struct fields *fields, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    json_item(&list);
    api_render_channel(voice, fields, out);
    json_end_array(&list);
}
