/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /features, /features/{id} and /system/features (platform reference 1.9). The first two have
 * what the user may do, the last what there is at all. What belongs to a feature that a user does
 * not have is absent for him. */
#include "api/api_int.h"

static const struct feature {
    const char *id;
    const char *name;
    unsigned roles; /* who has it */
} features[] = {
    {"api-voice", "Voice API", ROLE_AGENT | ROLE_SUPERVISOR | ROLE_ADMIN},
    {"api-voice-recording", "Voice API Recording", ROLE_AGENT | ROLE_SUPERVISOR | ROLE_ADMIN},
    {"api-supervisor-monitoring", "Voice API Supervisor Monitoring", ROLE_SUPERVISOR},
};
#define FEATURE_COUNT (sizeof features / sizeof *features)

static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    const struct feature *feature = item;
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "id"))
        json_text(&w, "id", feature->id);
    if (api_fields_has(fields, "displayName"))
        json_text(&w, "displayName", feature->name);
    if (api_fields_has(fields, "uri")) {
        json_key(&w, "uri");
        buf_printf(out, "\"%s/features/%s\"", request->api->root, feature->id);
    }
    if (api_fields_has(fields, "path")) {
        json_key(&w, "path");
        buf_printf(out, "\"/features/%s\"", feature->id);
    }
    json_end_object(&w);
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    buf_printf(out, "\"%s/features/%s\"", request->api->root, ((const struct feature *)item)->id);
}

static const char *const attributes[] = {"id", NULL};

static struct slice attribute(const void *item, const char *name)
{
    (void)name;
    return slice_of(((const struct feature *)item)->id);
}

static const void *feature_at(const void *roles, size_t i)
{
    return features[i].roles & *(const unsigned *)roles ? &features[i] : NULL;
}

static void answer(const struct request *request, unsigned roles)
{
    struct collection c = {.name = "features",
                           .ctx = &roles,
                           .count = FEATURE_COUNT,
                           .item = feature_at,
                           .uri = render_uri,
                           .render = render,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, NULL);
}

void api_render_features(const struct request *request, unsigned roles, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (!(features[i].roles & roles))
            continue;
        json_item(&list);
        render(request, &features[i], NULL, out);
    }
    json_end_array(&list);
}

static unsigned roles_of(const struct request *request)
{
    return directory_roles(request->api->directory, request->x->user);
}

void v2_features_get(const struct request *request)
{
    answer(request, roles_of(request));
}

void v2_system_features_get(const struct request *request)
{
    answer(request, ~0u);
}

void v2_feature_get(const struct request *request)
{
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (!slice_is(request->id, features[i].id) || !(features[i].roles & roles_of(request)))
            continue;
        api_answer_one(request, "feature", &features[i], render, NULL);
        return;
    }
    api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such feature"));
}
