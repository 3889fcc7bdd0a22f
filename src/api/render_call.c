/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The call object (API reference section 2), keys in the order of the live system. What one sees
 * of a call is small and rendered each time; its user data may be 64 kB, is shared by everybody on
 * the call and changes seldom, so its JSON is made once per revision and kept with it.
 *
 * User data may hold a key more than once, an object may not: it then shows the newest value at the
 * place of the first, and only then "userDataPairs" beside it has all of them in order. Values go
 * out byte for byte as they came in. */
#include "api/api_int.h"

#include "base/map.h"

#include <stdio.h>

static void render_value_of(struct json_writer *w, const struct pair *pair)
{
    json_key_slice(w, pair->key);
    buf_slice(w->out, pair->value);
}

static void render_distinct(const struct user_data *data, struct buf *out)
{
    struct map newest = {0};
    for (uint32_t i = 0; i < data->count; i++)
        map_put(&newest, data->pairs[i].key, (void *)&data->pairs[i]);
    struct json_writer w = json_begin_object(out);
    for (uint32_t i = 0; i < data->count; i++) {
        /* Taken out when shown: the key's later pairs find nothing any more. */
        const struct pair *pair = map_remove(&newest, data->pairs[i].key);
        if (pair)
            render_value_of(&w, pair);
    }
    json_end_object(&w);
    map_free(&newest);
}

static void render_pairs(const struct user_data *data, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    for (uint32_t i = 0; i < data->count; i++) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        json_string(&w, "key", data->pairs[i].key);
        json_raw(&w, "value", data->pairs[i].value);
        json_end_object(&w);
    }
    json_end_array(&list);
}

/* "userData":{...} and perhaps ,"userDataPairs":[...] */
static struct slice user_data_members(struct user_data *data)
{
    if (data->rendered)
        return (struct slice){data->rendered, data->rendered_len};
    struct buf out = {0};
    buf_reserve(&out, data->bytes + 8 * (size_t)data->count + 16);
    buf_text(&out, "\"userData\":");
    if (data->repeats) {
        render_distinct(data, &out);
        buf_text(&out, ",\"userDataPairs\":");
        render_pairs(data, &out);
    } else {
        struct json_writer w = json_begin_object(&out);
        for (uint32_t i = 0; i < data->count; i++)
            render_value_of(&w, &data->pairs[i]);
        json_end_object(&w);
    }
    data->rendered = out.ptr;
    data->rendered_len = out.len;
    return buf_view(&out);
}

static void render_participant(const struct participant *participant, struct buf *out)
{
    char digits[NUMBER_MAX + 1];
    size_t len = 0;
    for (const char *at = participant->number; *at; at++)
        if (*at >= '0' && *at <= '9')
            digits[len++] = *at;
    struct json_writer w = json_begin_object(out);
    json_text(&w, "e164Number", participant->is_internal ? "" : participant->number);
    json_text(&w, "formattedPhoneNumber", participant->number);
    json_text(&w, "phoneNumber", participant->number);
    json_string(&w, "digits", (struct slice){digits, len});
    json_end_object(&w);
}

static void render_participants(const struct call_view *view, struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (uint32_t i = 0; i < view->call->participant_count; i++) {
        if (view->call->participants[i].party == view->party)
            continue;
        json_item(&w);
        render_participant(&view->call->participants[i], out);
    }
    json_end_array(&w);
}

/* The caller's number of a call that came from outside; NULL otherwise. */
static const char *ani(const struct call_view *view)
{
    const struct call_part *call = view->call;
    bool is_inbound = call->type == CALL_TYPE_INBOUND && call->participant_count > 0 &&
                      !call->participants[0].is_internal;
    return is_inbound ? call->participants[0].number : NULL;
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

static void render_who(const struct api *api, const struct call_view *view,
                       const struct fields *fields, struct json_writer *w)
{
    if (api_fields_has(fields, "id"))
        json_text(w, "id", view->call->id);
    if (api_fields_has(fields, "state"))
        json_text(w, "state", party_state_text(view->state));
    if (api_fields_has(fields, "callUuid"))
        json_text(w, "callUuid", view->call->id);
    if (api_fields_has(fields, "connId"))
        json_text(w, "connId", view->call->conn_id);
    if (api_fields_has(fields, "deviceUri"))
        put_uri(w, "deviceUri", api->root, "/devices/", view->device_id);
    if (api_fields_has(fields, "participants")) {
        json_key(w, "participants");
        render_participants(view, w->out);
    }
    if (ani(view) && api_fields_has(fields, "ani"))
        json_text(w, "ani", ani(view));
    if (api_fields_has(fields, "dnis"))
        json_text(w, "dnis", view->dnis);
    if (api_fields_has(fields, "callType"))
        json_text(w, "callType", call_type_text(view->call->type));
}

static void render_rest(const struct api *api, const struct call_view *view,
                        const struct fields *fields, struct json_writer *w)
{
    if (api_fields_has(fields, "capabilities")) {
        json_key(w, "capabilities");
        api_render_capabilities(view->capabilities, w->out);
    }
    if (view->call->data && view->call->data->count > 0 && api_fields_has(fields, "userData")) {
        json_item(w);
        buf_slice(w->out, user_data_members(view->call->data));
    }
    if (api_fields_has(fields, "duration")) {
        char duration[16];
        snprintf(duration, sizeof duration, "%u", view->duration_s);
        json_text(w, "duration", duration);
    }
    if (api_fields_has(fields, "mute"))
        json_text(w, "mute", view->is_muted ? "On" : "Off");
    if (api_fields_has(fields, "supervisorListeningIn"))
        json_bool(w, "supervisorListeningIn", false);
    if (api_fields_has(fields, "monitoredUserMuted"))
        json_bool(w, "monitoredUserMuted", false);
    if (api_fields_has(fields, "monitoring"))
        json_bool(w, "monitoring", false);
    if (api_fields_has(fields, "uri"))
        put_uri(w, "uri", api->root, "/me/calls/", view->call->id);
    if (api_fields_has(fields, "path"))
        put_uri(w, "path", "", "/calls/", view->call->id);
}

void api_render_call(const struct api *api, const struct call_view *view,
                     const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    render_who(api, view, fields, &w);
    render_rest(api, view, fields, &w);
    json_end_object(&w);
}

void api_render_calls(const struct api *api, const struct answer *answer,
                      const struct fields *fields, struct buf *out)
{
    struct json_writer w = json_begin_array(out);
    for (size_t i = 0; i < answer->call_count; i++) {
        if (answer->calls[i].state == PARTY_RELEASED)
            continue;
        json_item(&w);
        api_render_call(api, &answer->calls[i], fields, out);
    }
    json_end_array(&w);
}
