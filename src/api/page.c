/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A page of a long list: ?limit=, ?offset=, ?sortBy=, ?order=. Without a limit, and beyond it, a
 * page has PAGE_MAX, so that ten thousand desktops that ask for everything in the morning are
 * answered; totalCount tells who wants more that there is. */
#include "api/api_int.h"

static enum err read_number(const struct exchange *x, const char *name, size_t *out,
                            struct slice *reason)
{
    struct slice text = api_parameter(x, name);
    unsigned long long number = 0;
    if (!text.ptr)
        return ERR_OK;
    if (!slice_to_u64(text, 1u << 30, &number)) {
        *reason = arena_printf(x->arena, "%s must be a number from 0 to %u", name, 1u << 30);
        return ERR_RANGE;
    }
    *out = (size_t)number;
    return ERR_OK;
}

static enum err read_order(const struct exchange *x, struct page *page, struct slice *reason)
{
    static const char *const names[CONTACT_ORDER_COUNT] = {[BY_NAME] = "name",
                                                           [BY_USER_NAME] = "userName",
                                                           [BY_FIRST_NAME] = "firstName",
                                                           [BY_LAST_NAME] = "lastName",
                                                           [BY_NUMBER] = "phoneNumber"};
    struct slice by = api_parameter(x, "sortBy");
    struct slice order = api_parameter(x, "order");
    page->is_sorted = by.ptr != NULL;
    for (int i = 0; by.ptr && i < CONTACT_ORDER_COUNT; i++)
        if (slice_is(by, names[i])) {
            page->by = (enum contact_order)i;
            by = SLICE_NONE;
        }
    if (by.ptr) {
        *reason = SLICE("sortBy must be name, userName, firstName, lastName or phoneNumber");
        return ERR_INVALID;
    }
    page->is_descending = slice_equal_nocase(order, SLICE("Descending"));
    if (order.ptr && !page->is_descending && !slice_equal_nocase(order, SLICE("Ascending"))) {
        *reason = SLICE("order must be Ascending or Descending");
        return ERR_INVALID;
    }
    return ERR_OK;
}

enum err page_read_bounds(const struct exchange *x, struct page *out, struct slice *reason)
{
    *out = (struct page){.limit = PAGE_MAX};
    enum err err = read_number(x, "limit", &out->limit, reason);
    if (!err)
        err = read_number(x, "offset", &out->offset, reason);
    if (out->limit > PAGE_MAX)
        out->limit = PAGE_MAX;
    return err;
}

enum err page_read(const struct exchange *x, struct page *out, struct slice *reason)
{
    enum err err = page_read_bounds(x, out, reason);
    return err ? err : read_order(x, out, reason);
}

void page_fill(struct page *page, const struct directory *directory, struct arena *arena,
               bool (*is_wanted)(const struct contact *contact, const void *ctx), const void *ctx)
{
    size_t room = page->limit < directory->contact_count ? page->limit : directory->contact_count;
    page->items = arena_alloc(arena, (room + 1) * sizeof *page->items);
    for (size_t i = 0; i < directory->contact_count; i++) {
        size_t at = page->is_descending ? directory->contact_count - 1 - i : i;
        const struct contact *contact =
            page->is_sorted ? directory->sorted[page->by][at] : &directory->contacts[at];
        if (!is_wanted(contact, ctx))
            continue;
        if (page->total >= page->offset && page->count < room)
            page->items[page->count++] = contact;
        page->total++;
    }
}

struct query page_presence(const struct request *request, const struct page *page)
{
    struct buf names = {0};
    for (size_t i = 0; i < page->count; i++)
        if (page->items[i]->type == CONTACT_USER)
            enc_bytes(&names, page->items[i]->user_name);
    struct slice copy = arena_copy(request->x->arena, buf_view(&names));
    buf_free(&names);
    return (struct query){.kind = QUERY_PRESENCE, .user = request->x->user, .names = copy};
}
