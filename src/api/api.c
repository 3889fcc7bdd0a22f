/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The table of resources. A route is the path below /api/v2/ or /internal-api/ cut at its slashes,
 * "*" standing for one identifier; slashes at the end do not count, since old clients write /me/
 * and /me/calls/ as they please. Which methods a resource has is which functions its row has, so a
 * wrong method gets its Allow line from the same table.
 *
 * /devices is the same as /me/devices: devices are told by addresses without /me (deviceUri), and
 * older clients dial there. */
#include "api/api_int.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>

#define SEGMENTS_MAX 4
#define NUMBERS_MAX  96 /* of the header lines with time and sequence number */
#define SHOWN_MAX    64

enum root { ROOT_API, ROOT_INTERNAL };

struct route {
    enum root root;
    const char *segments[SEGMENTS_MAX];
    void (*get)(const struct request *request);
    void (*post)(const struct request *request);
    bool is_public;
};

static const struct route routes[] = {
    {ROOT_API, {"me"}, v2_me_get, v2_me_post, false},
    {ROOT_API, {"me", "devices"}, v2_devices_get, NULL, false},
    {ROOT_API, {"me", "devices", "*"}, v2_device_get, v2_device_post, false},
    {ROOT_API, {"me", "devices", "*", "calls"}, NULL, v2_device_calls_post, false},
    {ROOT_API, {"me", "calls"}, v2_calls_get, NULL, false},
    {ROOT_API, {"me", "calls", "*"}, v2_call_get, v2_call_post, false},
    {ROOT_API, {"me", "history", "calls"}, v2_my_history_get, NULL, false},
    {ROOT_API, {"me", "recordings"}, v2_my_recordings_get, NULL, false},
    {ROOT_API, {"me", "recordings", "*"}, v2_recording_get, NULL, false},
    {ROOT_API, {"me", "recordings", "*", "audio"}, v2_recording_audio_get, NULL, false},
    {ROOT_API, {"history", "calls"}, v2_history_get, NULL, false},
    {ROOT_API, {"floor"}, v2_floor_get, NULL, false},
    {ROOT_API, {"recordings"}, v2_recordings_get, NULL, false},
    {ROOT_API, {"recordings", "*"}, v2_recording_get, NULL, false},
    {ROOT_API, {"recordings", "*", "audio"}, v2_recording_audio_get, NULL, false},
    {ROOT_API, {"me", "channels"}, v2_channels_get, NULL, false},
    {ROOT_API, {"me", "channels", "*"}, v2_channel_get, v2_channel_post, false},
    {ROOT_API, {"me", "settings"}, v2_me_settings_get, NULL, false},
    {ROOT_API, {"me", "features"}, v2_features_get, NULL, false},
    {ROOT_API, {"me", "groups"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "skills"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "workbins"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "interactions"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "chats"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "emails"}, v2_empty_get, NULL, false},
    {ROOT_API, {"me", "workitems"}, v2_empty_get, NULL, false},
    {ROOT_API, {"devices"}, v2_devices_get, NULL, false},
    {ROOT_API, {"devices", "*"}, v2_device_get, v2_device_post, false},
    {ROOT_API, {"devices", "*", "calls"}, NULL, v2_device_calls_post, false},
    {ROOT_API, {"contacts"}, v2_contacts_get, NULL, false},
    {ROOT_API, {"contacts", "*"}, v2_contact_get, NULL, false},
    {ROOT_API, {"users"}, v2_users_get, NULL, false},
    {ROOT_API, {"users", "*"}, v2_user_get, NULL, false},
    {ROOT_API, {"users", "*", "devices"}, v2_user_devices_get, NULL, false},
    {ROOT_API, {"users", "*", "skills"}, v2_user_skills_get, NULL, false},
    {ROOT_API, {"queues"}, v2_queues_get, NULL, false},
    {ROOT_API, {"queues", "*"}, v2_queue_get, NULL, false},
    {ROOT_API, {"groups"}, v2_groups_get, NULL, false},
    {ROOT_API, {"groups", "*"}, v2_group_get, NULL, false},
    {ROOT_API, {"skills"}, v2_empty_get, NULL, false},
    {ROOT_API, {"services"}, v2_empty_get, NULL, false},
    {ROOT_API, {"workbins"}, v2_empty_get, NULL, false},
    {ROOT_API, {"settings"}, v2_settings_get, NULL, false},
    {ROOT_API, {"settings", "*"}, v2_settings_group_get, NULL, false},
    {ROOT_API, {"features"}, v2_features_get, NULL, false},
    {ROOT_API, {"features", "*"}, v2_feature_get, NULL, false},
    {ROOT_API, {"system", "features"}, v2_system_features_get, NULL, false},
    {ROOT_API, {"diagnostics", "version"}, v2_version_get, NULL, true},
    {ROOT_INTERNAL, {"me", "settings"}, v2_me_settings_get, NULL, false},
    {ROOT_INTERNAL, {"contact-center"}, internal_center_get, NULL, false},
    {ROOT_INTERNAL, {"business-attributes"}, internal_attributes_get, NULL, false},
    {ROOT_INTERNAL, {"transactions"}, internal_transactions_get, NULL, false},
    {ROOT_INTERNAL, {"operations"}, internal_operations_get, NULL, false},
};

static const char *name_of(enum op op)
{
    if (op == OP_AGENT_STATE)
        return "AgentState";
    return op_row(op)->name ? op_row(op)->name : "none";
}

struct api *api_create(const struct api_options *options)
{
    struct api *api = mem_zalloc(sizeof *api);
    api->options = *options;
    struct buf root = {0};
    buf_printf(&root, "%s/api/v2", options->public_url);
    buf_char(&root, '\0');
    api->root = root.ptr;
    static const struct api_directory nobody;
    api->directory = directory_create(options->directory ? options->directory : &nobody);
    api->options.directory = NULL;
    floor_begin(api);
    for (int op = 0; op < OP_COUNT; op++) {
        char labels[96];
        snprintf(labels, sizeof labels, "operation=\"%s\",result=\"accepted\"",
                 name_of((enum op)op));
        api->accepted[op] = metric_register(METRIC_COUNTER, "cordboard_operations_total", labels,
                                            "Operations asked for over the API.");
        snprintf(labels, sizeof labels, "operation=\"%s\",result=\"refused\"",
                 name_of((enum op)op));
        api->refused[op] = metric_register(METRIC_COUNTER, "cordboard_operations_total", labels,
                                           "Operations asked for over the API.");
    }
    return api;
}

void api_destroy(struct api *api)
{
    if (!api)
        return;
    floor_end(api);
    directory_unref(api->directory);
    mem_free(api->root);
    mem_free(api);
}

void api_set_directory(struct api *api, const struct api_directory *directory)
{
    directory_unref(api->directory);
    api->directory = directory_create(directory);
}

/* What is behind the root, or absent when the path is elsewhere. */
static struct slice below(struct slice path, struct slice root)
{
    if (!slice_starts_with(path, root) || (path.len > root.len && path.ptr[root.len] != '/'))
        return SLICE_NONE;
    struct slice rest = {path.ptr + root.len, path.len - root.len};
    while (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    if (rest.len > 0)
        rest = (struct slice){rest.ptr + 1, rest.len - 1};
    return rest;
}

static bool matches(const struct route *route, struct slice path, struct slice *id)
{
    struct slice rest = path;
    for (size_t i = 0; i < SEGMENTS_MAX && route->segments[i]; i++) {
        if (!rest.ptr)
            return false;
        struct slice segment = slice_split(rest, '/', &rest);
        bool is_any = route->segments[i][0] == '*';
        if (is_any ? segment.len == 0 : !slice_is(segment, route->segments[i]))
            return false;
        if (is_any)
            *id = segment;
    }
    return !rest.ptr;
}

static const struct route *find(struct slice path, struct slice *id)
{
    struct slice rests[] = {[ROOT_API] = below(path, SLICE("/api/v2")),
                            [ROOT_INTERNAL] = below(path, SLICE("/internal-api"))};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (rests[routes[i].root].ptr && matches(&routes[i], rests[routes[i].root], id))
            return &routes[i];
    return NULL;
}

bool api_is_public(struct slice path)
{
    struct slice id;
    const struct route *route = find(path, &id);
    return route && route->is_public;
}

static void refuse_method(struct exchange *x, const struct route *route)
{
    exchange_refuse_method(x, route->get && route->post ? "GET, POST"
                              : route->get              ? "GET"
                                                        : "POST");
}

void api_handle(struct api *api, struct exchange *x)
{
    struct request request = {.api = api, .x = x};
    const struct route *route = find(x->path, &request.id);
    if (!route) {
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
        return;
    }
    void (*handle)(const struct request *) = slice_is(x->method, "GET")    ? route->get
                                             : slice_is(x->method, "POST") ? route->post
                                                                           : NULL;
    if (!handle)
        refuse_method(x, route);
    else if (!route->is_public && x->user.len == 0)
        api_refuse(x, ERR_NO_ACCESS, SLICE("Access denied"));
    else
        handle(&request);
}

void api_refuse(struct exchange *x, enum err err, struct slice reason)
{
    exchange_refuse(x, err, reason, SLICE_NONE);
}

struct slice api_shown(struct slice text)
{
    if (text.len <= SHOWN_MAX)
        return text;
    size_t len = SHOWN_MAX;
    while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return (struct slice){text.ptr, len};
}

void api_answer(struct exchange *x, const struct buf *body, const struct answer *answer)
{
    char numbers[NUMBERS_MAX] = "";
    if (answer)
        snprintf(numbers, sizeof numbers,
                 "X-Cordboard-Time: %" PRIu64 "\r\nX-Cordboard-Sequence: %" PRIu64 "\r\n",
                 answer->time_ms, answer->seq);
    struct exchange_answer a = {.status = 200,
                                .content_type = API_JSON,
                                .headers = answer ? slice_of(numbers) : SLICE_NONE,
                                .body = buf_view(body)};
    x->verbs->answer(x, &a);
}

void api_answer_ok(struct exchange *x)
{
    struct exchange_answer a = {
        .status = 200, .content_type = API_JSON, .body = SLICE("{\"statusCode\":0}")};
    x->verbs->answer(x, &a);
}
