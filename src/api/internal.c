/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is below /internal-api (platform reference 1.1, 7.6): not meant for others by its name, but
 * what desktops read when they start. Read all at once, never singly. */
#include "api/api_int.h"

#include "base/ids.h"

static void answer_list(const struct request *request, const char *name,
                        void (*render)(const struct request *request, struct buf *out))
{
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, name);
    if (render)
        render(request, &body);
    else
        buf_text(&body, "[]");
    json_end_object(&w);
    api_answer(request->x, &body, NULL);
    buf_free(&body);
}

/* An attribute and its values have one shape. */
static void begin_attribute(struct json_writer *w, const char *name, const char *display_name)
{
    json_text(w, "name", name);
    json_text(w, "displayName", display_name);
    json_text(w, "description", "");
    json_bool(w, "default", false);
    json_raw(w, "userProperties", SLICE("[]"));
}

static void render_attributes(const struct request *request, struct buf *out)
{
    const struct directory *d = request->api->directory;
    struct json_writer list = json_begin_array(out);
    if (d->disposition_count > 0) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        begin_attribute(&w, API_DISPOSITIONS, "Dispositions");
        json_key(&w, "values");
        struct json_writer values = json_begin_array(out);
        for (size_t i = 0; i < d->disposition_count; i++) {
            json_item(&values);
            struct json_writer value = json_begin_object(out);
            begin_attribute(&value, d->dispositions[i].name, d->dispositions[i].display_name);
            json_raw(&value, "values", SLICE("[]"));
            json_end_object(&value);
        }
        json_end_array(&values);
        json_end_object(&w);
    }
    json_end_array(&list);
}

void internal_attributes_get(const struct request *request)
{
    answer_list(request, "businessAttributes", render_attributes);
}

void internal_transactions_get(const struct request *request)
{
    answer_list(request, "transactions", NULL);
}

void internal_operations_get(const struct request *request)
{
    answer_list(request, "operations", NULL);
}

void api_contact_center_id(char out[37])
{
    ids_guid_of_name(SLICE("contact center"), out);
}

static void render_center(const struct request *request, struct buf *out)
{
    (void)request;
    char id[37];
    api_contact_center_id(id);
    struct json_writer w = json_begin_object(out);
    json_text(&w, "id", id);
    json_text(&w, "name", "Cordboard");
    json_end_object(&w);
}

void internal_center_get(const struct request *request)
{
    answer_list(request, "contactCenter", render_center);
}
