/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The "data" of an event (API reference 1.2 and 10, platform reference 6.3): always the whole
 * object, never a difference, keys in the order of the live system, in the dialect of the one user
 * that it is for. Which extras an event carries
 * is decided where it happened and stands in the notice. */
#include "api/api_int.h"

static const char *notification_type(enum notice_kind kind)
{
    static const char *const texts[NOTICE_KIND_COUNT] = {
        [NOTICE_STATUS_CHANGE] = "StatusChange",
        [NOTICE_ATTACHED_DATA_CHANGED] = "AttachedDataChanged",
        [NOTICE_PARTICIPANTS_UPDATED] = "ParticipantsUpdated",
        [NOTICE_DTMF_SENT] = "DtmfSent",
        [NOTICE_RECORDING_STATE_CHANGE] = "CallRecordingStateChange",
        [NOTICE_MONITORED_USER_MUTED] = "MonitoredUserMutedStateChange",
        [NOTICE_CALL_ERROR] = "Error",
    };
    return texts[kind];
}

static const char *error_text(const struct notice *notice)
{
    return notice->error_text ? notice->error_text : err_row(notice->error)->text;
}

static void render_extensions(const struct notice *notice, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (notice->has_wrap_up)
        json_u64(&w, "WrapUpTime", notice->call.wrap_up_s);
    json_u64(&w, "BusinessCall", notice->call.call->is_business);
    if (notice->release_reason != CAUSE_NONE)
        json_text(&w, "ReleaseReason", cause_text(notice->release_reason));
    json_end_object(&w);
}

static void render_on_calls(const struct api *api, enum api_compat compat,
                            const struct notice *notice, struct json_writer *w)
{
    json_text(w, "notificationType", notification_type(notice->kind));
    json_key(w, "call");
    api_render_call(api, compat, &notice->call, NULL, w->out);
    json_text(w, "phoneNumber", notice->call.device_dn);
    if (notice->has_extensions && compat != API_COMPAT_2014) {
        json_key(w, "extensions");
        render_extensions(notice, w->out);
    }
    json_text(w, "messageType", "CallStateChangeMessage");
    if (notice->kind == NOTICE_CALL_ERROR) {
        json_i64(w, "errorCode", err_row(notice->error)->status_code);
        json_text(w, "errorMessage", error_text(notice));
    }
}

static void render_device_error(const struct api *api, const struct notice *notice,
                                struct json_writer *w)
{
    json_text(w, "messageType", "ErrorMessage");
    json_text(w, "errorMessage", error_text(notice));
    json_key(w, "devicePath");
    buf_printf(w->out, "\"/devices/%s\"", notice->device.id);
    json_key(w, "deviceUri");
    buf_printf(w->out, "\"%s/devices/%s\"", api->root, notice->device.id);
}

static void render_device_state(const struct api *api, enum api_compat compat,
                                const struct notice *notice, struct json_writer *w)
{
    json_key(w, "devices");
    struct json_writer list = json_begin_array(w->out);
    json_item(&list);
    api_render_device(api, compat, &notice->device, NULL, w->out);
    json_end_array(&list);
    json_text(w, "messageType", "DeviceStateChangeMessage");
}

void api_render_notice(void *ctx, const struct notice *notice, struct buf *out)
{
    const struct api *api = ctx;
    enum api_compat compat = api_compat_of(api, notice->user ? notice->user->name : SLICE_NONE);
    struct json_writer w = json_begin_object(out);
    switch (notice->kind) {
    case NOTICE_DEVICE_STATE_CHANGE:
        render_device_state(api, compat, notice, &w);
        break;
    case NOTICE_CHANNEL_STATE_CHANGE:
        json_key(&w, "channels");
        api_render_channels(&(struct channel){notice->device.state, notice->device.state_since_ms},
                            NULL, out);
        json_text(&w, "messageType", "ChannelStateChangeMessageV2");
        break;
    case NOTICE_DEVICE_ERROR:
        render_device_error(api, notice, &w);
        break;
    default:
        render_on_calls(api, compat, notice, &w);
        break;
    }
    json_end_object(&w);
}
