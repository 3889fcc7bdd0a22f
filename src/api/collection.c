/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The answer to a GET of a collection (platform reference 1.5): addresses, or with ?fields= objects
 * under the collection's name, filtered by attributes. What is listed is the resource's affair. */
#include "api/api_int.h"

/* {"statusCode":0,"queues":[...]} of those that pass. */
static void write_items(const struct request *request, const struct collection *c,
                        const struct fields *fields, struct buf *body)
{
    struct filters filters = {0};
    if (c->attributes)
        api_filters_read(request->x, c->attributes, &filters);
    struct json_writer list = json_begin_array(body);
    for (size_t i = 0; i < c->count; i++) {
        const void *item = c->item(c->ctx, i);
        if (!item || !api_filters_pass(&filters, item, c->attribute))
            continue;
        json_item(&list);
        if (fields)
            c->render(request, item, fields, body);
        else
            c->uri(request, item, body);
    }
    json_end_array(&list);
}

void api_answer_collection(const struct request *request, const struct collection *c,
                           const struct answer *answer)
{
    struct fields fields;
    api_fields_read(request->x, "fields", &fields);
    bool has_objects = fields.is_given || c->is_always_objects;
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    if (c->total_count)
        json_u64(&w, "totalCount", *c->total_count);
    if (!fields.is_given && c->uri) {
        json_key(&w, "uris");
        write_items(request, c, NULL, &body);
    }
    if (has_objects) {
        json_key(&w, c->name);
        write_items(request, c, &fields, &body);
    }
    json_end_object(&w);
    api_answer(request->x, &body, answer);
    buf_free(&body);
}

void api_answer_empty(const struct request *request, struct slice name)
{
    struct fields fields;
    api_fields_read(request->x, "fields", &fields);
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key_slice(&w, fields.is_given ? name : SLICE("uris"));
    buf_text(&body, "[]");
    json_end_object(&w);
    api_answer(request->x, &body, NULL);
    buf_free(&body);
}

void api_answer_one(const struct request *request, const char *name, const void *item,
                    void (*render)(const struct request *request, const void *item,
                                   const struct fields *fields, struct buf *out),
                    const struct answer *answer)
{
    struct fields fields;
    api_fields_read(request->x, "fields", &fields);
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, name);
    render(request, item, &fields, &body);
    json_end_object(&w);
    api_answer(request->x, &body, answer);
    buf_free(&body);
}
