/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /settings, /settings/{group} (platform reference 7.3) and /me/settings, all of them
 * read-only: what they say is the configuration's. A group is an array of settings that its key
 * attribute tells apart, but for general-settings, which is one object. In a user they are an
 * object keyed by group, and only those that a desktop reads there. */
#include "api/api_int.h"

#include "core/number.h"

#define GROUP "/settings/"

static void render_general(const struct request *request, struct buf *out)
{
    const char *code = request->api->directory->country;
    const struct country *country = code ? country_find(slice_of(code)) : NULL;
    struct json_writer w = json_begin_object(out);
    json_text(&w, "countryCode", country ? country->code : "");
    json_text(&w, "countryDigits", country ? country->calling_code : "");
    json_text(&w, "countryName", country ? country->name : "");
    json_end_object(&w);
}

static void render_dispositions(const struct request *request, struct buf *out)
{
    const struct directory *d = request->api->directory;
    struct json_writer list = json_begin_array(out);
    for (size_t i = 0; i < d->disposition_count; i++) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        json_text(&w, "name", d->dispositions[i].name);
        json_text(&w, "displayName", d->dispositions[i].display_name);
        json_end_object(&w);
    }
    json_end_array(&list);
}

/* The one option that our own resources need: whose values the dispositions are. */
#define DISPOSITION_OPTION "interaction.disposition.value-business-attribute"

static void render_desktop(const struct request *request, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    if (request->api->directory->disposition_count > 0) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        json_text(&w, "name", DISPOSITION_OPTION);
        json_text(&w, "value", API_DISPOSITIONS);
        json_end_object(&w);
    }
    json_end_array(&list);
}

static void render_nothing(const struct request *request, struct buf *out)
{
    (void)request;
    buf_text(out, "[]");
}

/* --- agent states --- */

static const void *state_at(const void *answer, size_t i)
{
    return ((const struct answer *)answer)->states[i];
}

static const char *const attributes[] = {"id",       "operationName", "displayName", "state",
                                         "workMode", "reason",        NULL};

static struct slice attribute(const void *item, const char *name)
{
    const struct state_card *state = item;
    if (strcmp(name, "id") == 0)
        return slice_of(state->id);
    if (strcmp(name, "operationName") == 0)
        return state->operation_name;
    if (strcmp(name, "displayName") == 0)
        return state->display_name;
    if (strcmp(name, "state") == 0)
        return slice_of(api_state_text(state));
    return strcmp(name, "workMode") == 0 ? slice_of(api_work_mode_text(state)) : state->reason;
}

static void render_state(const struct request *request, const void *item,
                         const struct fields *fields, struct buf *out)
{
    (void)request;
    struct json_writer w = json_begin_object(out);
    for (size_t i = 0; attributes[i]; i++) {
        struct slice value = attribute(item, attributes[i]);
        if (value.len > 0 && api_fields_has(fields, attributes[i]))
            json_string(&w, attributes[i], value);
    }
    json_end_object(&w);
}

static void answer_states(const struct request *request, struct reply *reply, void *detail)
{
    (void)detail;
    if (reply->err) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    struct collection c = {.name = "settings",
                           .ctx = reply->answer,
                           .count = reply->answer->state_count,
                           .item = state_at,
                           .render = render_state,
                           .is_always_objects = true,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, reply->answer);
}

static void get_states(const struct request *request)
{
    struct query query = {.kind = QUERY_AGENT_STATES, .user = request->x->user};
    api_ask(request, &query, answer_states, NULL);
}

/* --- groups --- */

static const struct group {
    const char *name;
    const char *display_name;
    const char *key; /* NULL: an object */
    void (*render)(const struct request *request, struct buf *out);
} groups[] = {
    {"general-settings", "General", NULL, render_general},
    {"agent-states", "Agent States", "operationName", NULL},
    {"voice", "Voice", "name", render_nothing},
    {"voice-operations", "Voice Operations", "operationName", render_nothing},
    {"dispositions", "Dispositions", "name", render_dispositions},
    {"interaction-workspace", "Interaction Workspace", "name", render_desktop},
};
#define GROUP_COUNT (sizeof groups / sizeof *groups)

static const void *group_at(const void *ctx, size_t i)
{
    (void)ctx;
    return &groups[i];
}

static void render_group(const struct request *request, const void *item,
                         const struct fields *fields, struct buf *out)
{
    const struct group *group = item;
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "name"))
        json_text(&w, "name", group->name);
    if (api_fields_has(fields, "displayName"))
        json_text(&w, "displayName", group->display_name);
    if (group->key && api_fields_has(fields, "key"))
        json_text(&w, "key", group->key);
    if (api_fields_has(fields, "uri")) {
        json_key(&w, "uri");
        buf_printf(out, "\"%s" GROUP "%s\"", request->api->root, group->name);
    }
    if (api_fields_has(fields, "path")) {
        json_key(&w, "path");
        buf_printf(out, "\"" GROUP "%s\"", group->name);
    }
    json_end_object(&w);
}

void v2_settings_get(const struct request *request)
{
    struct collection c = {.name = "settings",
                           .count = GROUP_COUNT,
                           .item = group_at,
                           .render = render_group,
                           .is_always_objects = true};
    api_answer_collection(request, &c, NULL);
}

void v2_settings_group_get(const struct request *request)
{
    const struct group *group = NULL;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (slice_is(request->id, groups[i].name))
            group = &groups[i];
    if (!group) {
        api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such group of settings"));
        return;
    }
    if (!group->render) {
        get_states(request);
        return;
    }
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "settings");
    group->render(request, &body);
    json_end_object(&w);
    api_answer(request->x, &body, NULL);
    buf_free(&body);
}

void api_render_user_settings(const struct request *request, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_key(&w, "general-settings");
    render_general(request, out);
    json_key(&w, "interaction-workspace");
    struct json_writer desktop = json_begin_object(out);
    if (request->api->directory->disposition_count > 0)
        json_text(&desktop, DISPOSITION_OPTION, API_DISPOSITIONS);
    json_end_object(&desktop);
    json_end_object(&w);
}

void v2_me_settings_get(const struct request *request)
{
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "settings");
    api_render_user_settings(request, &body);
    json_end_object(&w);
    api_answer(request->x, &body, NULL);
    buf_free(&body);
}
