/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The call object (API reference section 2), keys in the order of the live system, in the dialect
 * of its reader (section 11 there). What one sees of a call is small and rendered each time; its
 * user data may be 64 kB, is shared by everybody on the call and changes seldom, so its JSON is
 * made once per revision and kept with it. */
#include "api/api_int.h"

#include "core/number.h"

#include <stdio.h>

/* Made once per revision. */
static struct slice user_data_members(struct user_data *data)
{
    if (data->rendered)
        return (struct slice){data->rendered, data->rendered_len};
    struct buf out = {0};
    buf_reserve(&out, data->bytes + 8 * (size_t)data->count + 16);
    api_render_user_data(data->pairs, data->count, data->repeats, &out);
    data->rendered = out.ptr;
    data->rendered_len = out.len;
    return buf_view(&out);
}

/* How a number looks from outside the house; "" where it is not known. */
static const char *e164(const struct participant *participant)
{
    return !participant->is_internal && participant->number[0] == '+' ? participant->number : "";
}

static struct slice digits_of(const struct participant *participant, char out[NUMBER_MAX + 1])
{
    size_t len = 0;
    for (const char *at = participant->number; *at; at++)
        if (*at >= '0' && *at <= '9')
            out[len++] = *at;
    return (struct slice){out, len};
}

static void render_participant(const struct participant *participant, struct buf *out)
{
    char digits[NUMBER_MAX + 1];
    char formatted[NUMBER_MAX + 2];
    number_format(slice_of(participant->number), formatted);
    struct json_writer w = json_begin_object(out);
    json_text(&w, "e164Number", e164(participant));
    json_text(&w, "formattedPhoneNumber", formatted);
    json_text(&w, "phoneNumber", participant->number);
    json_string(&w, "digits", digits_of(participant, digits));
    json_end_object(&w);
}

/* The companion of participants that are strings. There an internal number is its own E.164 form;
 * E164digits is of the oldest shape, which had it for outside numbers only. */
static void render_participant_info(const struct participant *participant, struct buf *out)
{
    char digits[NUMBER_MAX + 1];
    char formatted[NUMBER_MAX + 2];
    number_format(slice_of(participant->number), formatted);
    struct slice all = digits_of(participant, digits);
    struct json_writer w = json_begin_object(out);
    json_string(&w, "digits", all);
    json_text(&w, "e164Number", participant->number);
    json_text(&w, "formattedPhoneNumber", formatted);
    if (e164(participant)[0])
        json_string(&w, "E164digits", all);
    json_end_object(&w);
}

static void render_participant_text(const struct participant *participant, struct buf *out)
{
    json_write_string(out, slice_of(participant->number));
}

static void render_all(const struct call_part *call, uint32_t but,
                       void (*render)(const struct participant *, struct buf *), struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (uint32_t i = 0; i < call->participant_count; i++) {
        if (call->participants[i].party == but)
            continue;
        json_item(&w);
        render(&call->participants[i], out);
    }
    json_end_array(&w);
}

void api_render_participants(const struct call_part *call, uint32_t but, struct buf *out)
{
    render_all(call, but, render_participant, out);
}

static void render_participants(const struct call_view *view,
                                void (*render)(const struct participant *, struct buf *),
                                struct json_writer *outer, const char *key)
{
    json_key(outer, key);
    render_all(view->call, view->party, render, outer->out);
}

void api_render_capabilities(uint64_t bits, struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (int op = 0; op < OP_COUNT; op++) {
        if (!(bits >> op & 1))
            continue;
        json_item(&w);
        json_write_string(out, slice_of(op_row((enum op)op)->name));
    }
    json_end_array(&w);
}

static void put_uri(struct json_writer *w, const char *key, const char *root, const char *path,
                    const char *id)
{
    json_key(w, key);
    buf_char(w->out, '"');
    buf_text(w->out, root);
    buf_text(w->out, path);
    buf_text(w->out, id);
    buf_char(w->out, '"');
}

struct rendering {
    const struct api *api;
    enum api_compat compat;
    const struct fields *fields;
};

static bool has(const struct rendering *r, const char *name)
{
    return api_fields_has(r->fields, name);
}

static void render_who(const struct rendering *r, const struct call_view *view,
                       struct json_writer *w)
{
    bool is_2014 = r->compat == API_COMPAT_2014;
    if (has(r, "id"))
        json_text(w, "id", view->call->id);
    if (has(r, "state"))
        json_text(w, "state", party_state_text(view->state));
    if (has(r, "callUuid"))
        json_text(w, "callUuid", view->call->id);
    if (!is_2014 && has(r, "connId"))
        json_text(w, "connId", view->call->conn_id);
    if (has(r, "deviceUri"))
        put_uri(w, "deviceUri", r->api->root, "/devices/", view->device_id);
    if (has(r, "participants"))
        render_participants(view, is_2014 ? render_participant_text : render_participant, w,
                            "participants");
    if (is_2014 && has(r, "participantsInfo"))
        render_participants(view, render_participant_info, w, "participantsInfo");
    if (view->call->ani[0] && has(r, "ani"))
        json_text(w, "ani", view->call->ani);
    if (has(r, "dnis"))
        json_text(w, "dnis", view->dnis);
    if (has(r, "callType"))
        json_text(w, "callType", call_type_text(view->call->type));
    if (has(r, "capabilities")) {
        json_key(w, "capabilities");
        api_render_capabilities(view->capabilities, w->out);
    }
}

static const char *recording_state(const struct call_view *view)
{
    static const char *const texts[] = {[RECORDING_NONE] = "Stopped",
                                        [RECORDING_STOPPED] = "Stopped",
                                        [RECORDING_ON] = "Recording",
                                        [RECORDING_PAUSED] = "Paused"};
    return view->may_record || view->call->recording != RECORDING_NONE
               ? texts[view->call->recording]
               : NULL;
}

static void render_how(const struct rendering *r, const struct call_view *view,
                       struct json_writer *w)
{
    if (view->data && view->data->count > 0 && has(r, "userData")) {
        json_item(w);
        buf_slice(w->out, user_data_members(view->data));
    }
    if (view->call->parent_id[0] && has(r, "parentCallUri"))
        put_uri(w, "parentCallUri", r->api->root, "/me/calls/", view->call->parent_id);
    if (has(r, "duration")) {
        char duration[16];
        snprintf(duration, sizeof duration, "%u", view->duration_s);
        json_text(w, "duration", duration);
    }
    if (has(r, "mute"))
        json_text(w, "mute", view->is_muted ? "On" : "Off");
    if (recording_state(view) && has(r, "recordingState"))
        json_text(w, "recordingState", recording_state(view));
    if (has(r, "supervisorListeningIn"))
        json_bool(w, "supervisorListeningIn", view->is_listened_to);
    if (has(r, "monitoredUserMuted"))
        json_bool(w, "monitoredUserMuted", view->is_monitored_muted);
}

/* Where it is; previousCallUuid is our addition. */
static void render_where(const struct rendering *r, const struct call_view *view,
                         struct json_writer *w)
{
    bool is_2014 = r->compat == API_COMPAT_2014;
    if (!is_2014 && has(r, "monitoring"))
        json_bool(w, "monitoring", view->is_monitoring);
    if (has(r, "uri"))
        put_uri(w, "uri", r->api->root, "/me/calls/", view->call->id);
    if (!is_2014 && has(r, "path"))
        put_uri(w, "path", "", "/calls/", view->call->id);
    if (!is_2014 && view->call->parent_id[0] && has(r, "parentCallPath"))
        put_uri(w, "parentCallPath", "", "/calls/", view->call->parent_id);
    if (view->previous_id[0] && has(r, "previousCallUuid"))
        json_text(w, "previousCallUuid", view->previous_id);
}

void api_render_call(const struct api *api, enum api_compat compat, const struct call_view *view,
                     const struct fields *fields, struct buf *out)
{
    struct rendering r = {api, compat, fields};
    struct json_writer w = json_begin_object(out);
    render_who(&r, view, &w);
    render_how(&r, view, &w);
    render_where(&r, view, &w);
    json_end_object(&w);
}

void api_render_calls(const struct api *api, enum api_compat compat, const struct answer *answer,
                      const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (size_t i = 0; i < answer->call_count; i++) {
        if (answer->calls[i].state == PARTY_RELEASED)
            continue;
        json_item(&w);
        api_render_call(api, compat, &answer->calls[i], fields, out);
    }
    json_end_array(&w);
}
