/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The directory: a copy of what the configuration says, with all orders it is ever asked in sorted
 * once, so that a search among ten thousand is one walk. It changes as a whole or not at all: who
 * was answered from the old one has been answered. */
#include "api/api_int.h"

#include "base/ids.h"
#include "base/mem.h"

#include <stdlib.h>

static struct slice copy(struct directory *d, const char *text)
{
    return text && text[0] ? arena_copy(&d->arena, slice_of(text)) : SLICE_NONE;
}

static struct slice folded(struct directory *d, struct slice text)
{
    char *out = arena_alloc(&d->arena, text.len + 1);
    text_fold(text, out);
    return (struct slice){out, text.len};
}

static void put_id(char out[37], const char *id, struct slice name,
                   void (*derive)(struct slice, char *))
{
    size_t len = id ? strlen(id) : 0;
    if (len > 0 && len < 37)
        memcpy(out, id, len + 1);
    else
        derive(name, out);
}

static void put_numbers(struct directory *d, struct contact *contact, const char *const *numbers,
                        size_t count)
{
    struct slice *copies = arena_alloc(&d->arena, (count + 1) * sizeof *copies);
    struct slice *digits = arena_alloc(&d->arena, (count + 1) * sizeof *digits);
    for (size_t i = 0; i < count; i++) {
        copies[i] = arena_copy(&d->arena, slice_of(numbers[i]));
        char *out = arena_alloc(&d->arena, copies[i].len + 1);
        size_t len = 0;
        for (size_t k = 0; k < copies[i].len; k++)
            if (copies[i].ptr[k] >= '0' && copies[i].ptr[k] <= '9')
                out[len++] = copies[i].ptr[k];
        digits[i] = (struct slice){out, len};
    }
    contact->numbers = copies;
    contact->digits = digits;
    contact->number_count = count;
}

static void fold(struct directory *d, struct contact *contact)
{
    contact->folded[BY_NAME] = folded(d, contact->name);
    contact->folded[BY_USER_NAME] = folded(d, contact->user_name);
    contact->folded[BY_FIRST_NAME] = folded(d, contact->first_name);
    contact->folded[BY_LAST_NAME] = folded(d, contact->last_name);
    contact->folded[BY_NUMBER] = contact->number_count > 0 ? contact->digits[0] : SLICE_NONE;
}

/* "Ada Lovelace"; who has no names is shown by his user name. */
static struct slice name_of(struct directory *d, const struct contact *user)
{
    if (user->first_name.len == 0 && user->last_name.len == 0)
        return user->user_name;
    if (user->first_name.len == 0 || user->last_name.len == 0)
        return user->first_name.len ? user->first_name : user->last_name;
    return arena_printf(&d->arena, "%.*s %.*s", (int)user->first_name.len, user->first_name.ptr,
                        (int)user->last_name.len, user->last_name.ptr);
}

static void add_user(struct directory *d, struct contact *out, const struct api_user *from)
{
    *out = (struct contact){.type = CONTACT_USER,
                            .roles = from->roles ? from->roles : ROLE_AGENT,
                            .compat = from->compat ? *from->compat : d->compat,
                            .user_name = copy(d, from->name),
                            .first_name = copy(d, from->first_name),
                            .last_name = copy(d, from->last_name),
                            .email = copy(d, from->email),
                            .employee_id = copy(d, from->employee_id)};
    put_id(out->id, from->id, out->user_name, ids_hex_of_name);
    out->name = name_of(d, out);
    put_numbers(d, out, from->numbers, from->number_count);
    fold(d, out);
    map_put(&d->by_user_name, out->user_name, out);
}

static void add_queue(struct directory *d, struct contact *out, const struct api_queue *from)
{
    struct slice number = slice_of(from->number);
    *out = (struct contact){.type = CONTACT_QUEUE,
                            .name = copy(d, from->name ? from->name : from->number)};
    put_id(out->guid, from->id, number, ids_guid_of_name);
    ids_hex_of_name(arena_printf(&d->arena, "queue %s", from->number), out->id);
    put_numbers(d, out, &from->number, 1);
    fold(d, out);
}

static void add_other(struct directory *d, struct contact *out, const struct api_contact *from)
{
    *out = (struct contact){.type = CONTACT_CUSTOM, .name = copy(d, from->name)};
    ids_hex_of_name(arena_printf(&d->arena, "contact %s", from->name), out->id);
    put_numbers(d, out, &from->number, 1);
    fold(d, out);
}

/* --- orders --- */

static int compare(const void *a, const void *b, void *by)
{
    const struct contact *left = *(const struct contact *const *)a;
    const struct contact *right = *(const struct contact *const *)b;
    struct slice l = left->folded[*(const enum contact_order *)by];
    struct slice r = right->folded[*(const enum contact_order *)by];
    size_t shorter = l.len < r.len ? l.len : r.len;
    int order = shorter > 0 ? memcmp(l.ptr, r.ptr, shorter) : 0;
    if (order == 0 && l.len != r.len)
        order = l.len < r.len ? -1 : 1;
    return order ? order : (left > right) - (left < right); /* As configured. */
}

static void sort(struct directory *d, enum contact_order by)
{
    d->sorted[by] = arena_alloc(&d->arena, (d->contact_count + 1) * sizeof(struct contact *));
    for (size_t i = 0; i < d->contact_count; i++)
        d->sorted[by][i] = &d->contacts[i];
    qsort_r(d->sorted[by], d->contact_count, sizeof(struct contact *), compare, &by);
}

static void copy_dispositions(struct directory *d, const struct api_directory *from)
{
    d->dispositions =
        arena_alloc(&d->arena, (from->disposition_count + 1) * sizeof *d->dispositions);
    for (size_t i = 0; i < from->disposition_count; i++) {
        const struct api_disposition *one = &from->dispositions[i];
        const char *shown = one->display_name ? one->display_name : one->name;
        d->dispositions[i] = (struct api_disposition){arena_string(&d->arena, slice_of(one->name)),
                                                      arena_string(&d->arena, slice_of(shown))};
    }
    d->disposition_count = from->disposition_count;
}

struct directory *directory_create(const struct api_directory *from)
{
    struct directory *d = mem_zalloc(sizeof *d);
    d->refs = 1;
    d->compat = from->compat;
    d->country = from->country ? arena_string(&d->arena, slice_of(from->country)) : NULL;
    size_t all = from->user_count + from->queue_count + from->contact_count;
    d->contacts = arena_alloc(&d->arena, (all + 1) * sizeof *d->contacts);
    d->user_count = from->user_count;
    d->queue_count = from->queue_count;
    struct contact *at = d->contacts;
    for (size_t i = 0; i < from->user_count; i++)
        add_user(d, at++, &from->users[i]);
    for (size_t i = 0; i < from->queue_count; i++)
        add_queue(d, at++, &from->queues[i]);
    for (size_t i = 0; i < from->contact_count; i++)
        add_other(d, at++, &from->contacts[i]);
    d->contact_count = all;
    for (size_t i = 0; i < all; i++)
        map_put(&d->by_id, slice_of(d->contacts[i].id), &d->contacts[i]);
    for (int by = 0; by < CONTACT_ORDER_COUNT; by++)
        sort(d, (enum contact_order)by);
    copy_dispositions(d, from);
    return d;
}

struct directory *directory_ref(struct directory *directory)
{
    directory->refs++;
    return directory;
}

void directory_unref(struct directory *directory)
{
    if (--directory->refs > 0)
        return;
    map_free(&directory->by_id);
    map_free(&directory->by_user_name);
    arena_free(&directory->arena);
    mem_free(directory);
}

const struct contact *directory_user(const struct directory *directory, struct slice name)
{
    return map_get(&directory->by_user_name, name);
}

unsigned directory_roles(const struct directory *directory, struct slice user)
{
    const struct contact *contact = directory_user(directory, user);
    return contact ? contact->roles : ROLE_AGENT;
}

const struct contact *directory_contact(const struct directory *directory, struct slice id)
{
    return map_get(&directory->by_id, id);
}

enum api_compat api_compat_of(const struct api *api, struct slice user)
{
    const struct contact *found = user.len > 0 ? directory_user(api->directory, user) : NULL;
    return found ? found->compat : api->directory->compat;
}
