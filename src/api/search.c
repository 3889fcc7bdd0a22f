/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Searching the store: what the history of calls and the recordings have in common. One's own, or
 * for supervisors and administrators everybody's, between two times, newest first, in pages. */
#include "api/api_int.h"

#include "base/mem.h"

/* It outlives the exchange's arena by a moment. */
struct search_request {
    struct request request;
    struct fields fields;
    const struct api_listing *listing;
};

bool api_is_overseer(const struct request *request)
{
    return (directory_roles(request->api->directory, request->x->user) &
            (ROLE_SUPERVISOR | ROLE_ADMIN)) != 0;
}

static enum err read_times(const struct exchange *x, struct store_search *out, struct slice *reason)
{
    struct slice from = api_parameter(x, "from");
    struct slice to = api_parameter(x, "to");
    if ((!from.ptr || api_read_time(from, &out->from_ms)) &&
        (!to.ptr || api_read_time(to, &out->to_ms)))
        return ERR_OK;
    *reason = SLICE("from and to must be milliseconds since the epoch, or times such as "
                    "2024-05-06T07:08:09Z");
    return ERR_INVALID;
}

static enum err read_search(const struct request *request, struct slice user,
                            struct store_search *out, struct slice *reason)
{
    struct page page;
    if (!request->api->options.store)
        return ERR_NOT_FOUND;
    enum err err = page_read_bounds(request->x, &page, reason);
    if (err)
        return err;
    *out = (struct store_search){
        .user = user, .to_ms = UINT64_MAX, .offset = page.offset, .limit = page.limit};
    return read_times(request->x, out, reason);
}

static void render_page(const struct search_request *s, const struct store_found *found,
                        struct buf *body)
{
    struct json_writer w = json_begin_object(body);
    json_i64(&w, "statusCode", 0);
    json_u64(&w, "totalCount", found->total);
    json_key(&w, s->listing->key);
    struct json_writer list = json_begin_array(body);
    for (size_t i = 0; i < found->count; i++) {
        json_item(&list);
        s->listing->render(s->request.api->root, &found->calls[i], &s->fields, body);
    }
    json_end_array(&list);
    json_end_object(&w);
}

static void are_found(void *ctx, const struct store_found *found)
{
    struct search_request *s = ctx;
    struct buf body = {0};
    if (found->err) {
        api_refuse(s->request.x, found->err, SLICE_NONE);
    } else {
        render_page(s, found, &body);
        api_answer(s->request.x, &body, NULL);
    }
    buf_free(&body);
    mem_free(s);
}

static void search(const struct request *request, struct slice user,
                   const struct api_listing *listing)
{
    struct store_search what;
    struct slice reason = SLICE_NONE;
    enum err err = read_search(request, user, &what, &reason);
    if (err) {
        api_refuse(request->x, err, reason);
        return;
    }
    what.is_of_recordings = listing->is_of_recordings;
    struct search_request *s = mem_alloc(sizeof *s);
    s->request = *request;
    s->listing = listing;
    api_fields_read(request->x, "fields", &s->fields);
    store_search(request->api->options.store, &what, are_found, s);
}

void api_search_own(const struct request *request, const struct api_listing *listing)
{
    search(request, request->x->user, listing);
}

void api_search_all(const struct request *request, const struct api_listing *listing)
{
    if (api_is_overseer(request))
        search(request, api_parameter(request->x, "userName"), listing);
    else
        api_refuse(request->x, ERR_PERMISSION, slice_of(listing->for_whom));
}
