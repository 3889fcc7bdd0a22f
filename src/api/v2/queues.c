/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /queues and /queues/{id or number} (platform reference 7.4). */
#include "api/api_int.h"

static const void *queue_at(const void *directory, size_t i)
{
    const struct directory *d = directory;
    return &d->contacts[d->user_count + i];
}

static const char *const attributes[] = {"id", "name", "channel", "phoneNumber", NULL};

static struct slice attribute(const void *item, const char *name)
{
    const struct contact *queue = item;
    if (strcmp(name, "id") == 0)
        return slice_of(queue->guid);
    if (strcmp(name, "name") == 0)
        return queue->name;
    return strcmp(name, "channel") == 0 ? SLICE("voice") : queue->numbers[0];
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    buf_printf(out, "\"%s/queues/%s\"", request->api->root, ((const struct contact *)item)->guid);
}

static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    for (size_t i = 0; attributes[i]; i++)
        if (api_fields_has(fields, attributes[i]))
            json_string(&w, attributes[i], attribute(item, attributes[i]));
    if (api_fields_has(fields, "uri")) {
        json_key(&w, "uri");
        render_uri(request, item, out);
    }
    if (api_fields_has(fields, "path")) {
        json_key(&w, "path");
        buf_printf(out, "\"/queues/%s\"", ((const struct contact *)item)->guid);
    }
    json_end_object(&w);
}

void v2_queues_get(const struct request *request)
{
    struct collection c = {.name = "queues",
                           .ctx = request->api->directory,
                           .count = request->api->directory->queue_count,
                           .item = queue_at,
                           .uri = render_uri,
                           .render = render,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, NULL);
}

void v2_queue_get(const struct request *request)
{
    const struct directory *d = request->api->directory;
    for (size_t i = 0; i < d->queue_count; i++) {
        const struct contact *queue = queue_at(d, i);
        if (!slice_is(request->id, queue->guid) && !slice_equal(request->id, queue->numbers[0]))
            continue;
        api_answer_one(request, "queue", queue, render, NULL);
        return;
    }
    api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such queue"));
}
