/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/history/calls and GET /history/calls: calls that are over, and those that are not but in
 * which somebody's part is; our addition. Newest first, in pages; the store is asked, and not the
 * core. */
#include "api/api_int.h"

#include "base/mem.h"

/* It outlives the exchange's arena by a moment. */
struct history_request {
    struct request request;
    struct fields fields;
};

static void render_page(const struct history_request *h, const struct store_found *found,
                        struct buf *body)
{
    struct json_writer w = json_begin_object(body);
    json_i64(&w, "statusCode", 0);
    json_u64(&w, "totalCount", found->total);
    json_key(&w, "calls");
    struct json_writer list = json_begin_array(body);
    for (size_t i = 0; i < found->count; i++) {
        json_item(&list);
        api_render_past_call(h->request.api->root, &found->calls[i], &h->fields, body);
    }
    json_end_array(&list);
    json_end_object(&w);
}

static void is_found(void *ctx, const struct store_found *found)
{
    struct history_request *h = ctx;
    struct buf body = {0};
    if (found->err) {
        api_refuse(h->request.x, found->err, SLICE_NONE);
    } else {
        render_page(h, found, &body);
        api_answer(h->request.x, &body, NULL);
    }
    buf_free(&body);
    mem_free(h);
}

static void ask(const struct request *request, struct slice user)
{
    struct store_search search;
    struct slice reason = SLICE_NONE;
    enum err err = api_read_search(request, user, &search, &reason);
    if (err) {
        api_refuse(request->x, err, reason);
        return;
    }
    struct history_request *h = mem_alloc(sizeof *h);
    h->request = *request;
    api_fields_read(request->x, "fields", &h->fields);
    store_search(request->api->options.store, &search, is_found, h);
}

void v2_my_history_get(const struct request *request)
{
    ask(request, request->x->user);
}

void v2_history_get(const struct request *request)
{
    if (api_is_overseer(request))
        ask(request, api_parameter(request->x, "userName"));
    else
        api_refuse(request->x, ERR_PERMISSION,
                   SLICE("the history of all calls is for supervisors and administrators"));
}
