/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /groups and /groups/{id}: the dispositions as the one group there is (platform reference 7.6,
 * where the address is not told). */
#include "api/api_int.h"

#include "base/ids.h"

static void put_id(struct buf *out)
{
    char id[37];
    ids_guid_of_name(SLICE("group " API_DISPOSITIONS), id);
    buf_text(out, id);
}

static const void *group_at(const void *directory, size_t i)
{
    (void)i;
    return ((const struct directory *)directory)->disposition_count > 0 ? directory : NULL;
}

static const char *const attributes[] = {"type", "contains", "name", NULL};

static struct slice attribute(const void *item, const char *name)
{
    (void)item;
    return strcmp(name, "name") == 0 ? SLICE(API_DISPOSITIONS) : SLICE("dispositions");
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    (void)item;
    buf_printf(out, "\"%s/groups/", request->api->root);
    put_id(out);
    buf_char(out, '"');
}

static void render_dispositions(const struct directory *directory, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    for (size_t i = 0; i < directory->disposition_count; i++) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        json_text(&w, "name", directory->dispositions[i].name);
        json_text(&w, "displayName", directory->dispositions[i].display_name);
        json_end_object(&w);
    }
    json_end_array(&list);
}

static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "id")) {
        json_key(&w, "id");
        buf_char(out, '"');
        put_id(out);
        buf_char(out, '"');
    }
    if (api_fields_has(fields, "name"))
        json_text(&w, "name", API_DISPOSITIONS);
    if (api_fields_has(fields, "displayName"))
        json_text(&w, "displayName", "Dispositions");
    if (api_fields_has(fields, "type"))
        json_text(&w, "type", "dispositions");
    if (api_fields_has(fields, "contains"))
        json_text(&w, "contains", "dispositions");
    if (api_fields_has(fields, "defaultGroup"))
        json_bool(&w, "defaultGroup", true);
    if (api_fields_has(fields, "dispositions")) {
        json_key(&w, "dispositions");
        render_dispositions(item, out);
    }
    if (api_fields_has(fields, "uri")) {
        json_key(&w, "uri");
        render_uri(request, item, out);
    }
    json_end_object(&w);
}

void v2_groups_get(const struct request *request)
{
    struct collection c = {.name = "groups",
                           .ctx = request->api->directory,
                           .count = 1,
                           .item = group_at,
                           .uri = render_uri,
                           .render = render,
                           .attributes = attributes,
                           .attribute = attribute};
    api_answer_collection(request, &c, NULL);
}

void v2_group_get(const struct request *request)
{
    char id[37];
    ids_guid_of_name(SLICE("group " API_DISPOSITIONS), id);
    if (request->api->directory->disposition_count > 0 && slice_is(request->id, id))
        api_answer_one(request, "group", request->api->directory, render, NULL);
    else
        api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such group"));
}
