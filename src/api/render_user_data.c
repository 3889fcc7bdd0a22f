/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* User data may hold a key more than once, an object may not: it then shows the newest value at the
 * place of the first, and only then "userDataPairs" beside it has all of them in order. Values go
 * out byte for byte as they came in. */
#include "api/api_int.h"

#include "base/map.h"

static void render_value_of(struct json_writer *w, const struct pair *pair)
{
    json_key_slice(w, pair->key);
    buf_slice(w->out, pair->value);
}

static void render_distinct(const struct pair *pairs, size_t count, struct buf *out)
{
    struct map newest = {0};
    for (size_t i = 0; i < count; i++)
        map_put(&newest, pairs[i].key, (void *)(uintptr_t)&pairs[i]);
    struct json_writer w = json_begin_object(out);
    for (size_t i = 0; i < count; i++) {
        /* Taken out when shown: the key's later pairs find nothing any more. */
        const struct pair *pair = map_remove(&newest, pairs[i].key);
        if (pair)
            render_value_of(&w, pair);
    }
    json_end_object(&w);
    map_free(&newest);
}

static void render_pairs(const struct pair *pairs, size_t count, struct buf *out)
{
    struct json_writer list = json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_item(&list);
        struct json_writer w = json_begin_object(out);
        json_string(&w, "key", pairs[i].key);
        json_raw(&w, "value", pairs[i].value);
        json_end_object(&w);
    }
    json_end_array(&list);
}

void api_render_user_data(const struct pair *pairs, size_t count, bool repeats, struct buf *out)
{
    buf_text(out, "\"userData\":");
    if (repeats) {
        render_distinct(pairs, count, out);
        buf_text(out, ",\"userDataPairs\":");
        render_pairs(pairs, count, out);
        return;
    }
    struct json_writer w = json_begin_object(out);
    for (size_t i = 0; i < count; i++)
        render_value_of(&w, &pairs[i]);
    json_end_object(&w);
}
