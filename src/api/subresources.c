/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ?subresources= of a user. Those that we do not have are empty collections: a desktop asks for all
 * that it knows in one request, and gives up when one is missing. */
#include "api/api_int.h"

static void render_devices(const struct request *request, const struct subresources *of,
                           struct buf *out)
{
    enum api_compat compat = api_compat_of(request->api, request->x->user);
    struct json_writer w = json_begin_array(out);
    for (size_t i = 0; i < of->device_count; i++) {
        json_item(&w);
        api_render_device(request->api, compat, &of->devices[i], NULL, out);
    }
    json_end_array(&w);
}

static void render_one(const struct request *request, const struct subresources *of,
                       struct slice name, struct json_writer *w)
{
    json_key_slice(w, name);
    if (slice_is(name, "devices"))
        render_devices(request, of, w->out);
    else if (slice_is(name, "calls") && of->own)
        api_render_calls(request->api, api_compat_of(request->api, request->x->user), of->own, NULL,
                         w->out);
    else if (slice_is(name, "channels"))
        api_render_channels(&of->voice, NULL, w->out);
    else if (slice_is(name, "features"))
        api_render_features(request, of->roles, w->out);
    else if (slice_is(name, "settings") && of->own)
        api_render_user_settings(request, w->out);
    else
        buf_text(w->out, slice_is(name, "settings") ? "{}" : "[]");
}

void api_render_subresources(const struct request *request, const struct subresources *of,
                             const struct fields *wanted, struct json_writer *w)
{
    static const char *const all[] = {"devices",  "skills",   "calls",
                                      "channels", "settings", "features"};
    for (size_t i = 0; wanted->is_all && i < sizeof all / sizeof *all; i++)
        render_one(request, of, slice_of(all[i]), w);
    for (size_t i = 0; !wanted->is_all && i < wanted->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < i; k++)
            is_known = is_known || slice_equal(wanted->names[k], wanted->names[i]);
        if (!is_known)
            render_one(request, of, wanted->names[i], w);
    }
}
