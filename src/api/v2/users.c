/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /users, /users/{id}, /users/{id}/devices and /users/{id}/skills (platform reference 7.1).
 * Everybody may see who is there, with which telephones and in which state: a supervisor needs the
 * addresses of devices, and an agent somebody to ask. Calls and settings are one's own. */
#include "api/api_int.h"

struct user_list {
    struct page page;
    struct fields subresources;
    struct directory *directory; /* a reference: contacts of the page are in it */
    size_t presence;             /* while rendering: of the next user */
    size_t device;
    const struct answer *answer; /* NULL: not asked for */
};

static const void *user_at(const void *ctx, size_t i)
{
    return ((const struct user_list *)ctx)->page.items[i];
}

static void render_uri(const struct request *request, const void *item, struct buf *out)
{
    buf_printf(out, "\"%s/users/%s\"", request->api->root, ((const struct contact *)item)->id);
}

/* Users are rendered in the order in which they were asked for. */
static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    struct user_list *list = request->detail;
    struct person person;
    person_of_contact(item, &person);
    struct json_writer w = json_begin_object(out);
    api_render_user(request->api, &person, fields, &w);
    if (list->answer) {
        const struct presence *presence = &list->answer->presences[list->presence++];
        struct subresources of = {.roles = person.roles,
                                  .voice = {presence->state, presence->state_since_ms},
                                  .devices = list->answer->devices + list->device,
                                  .device_count = presence->device_count};
        list->device += presence->device_count;
        api_render_subresources(request, &of, &list->subresources, &w);
    }
    json_end_object(&w);
}

static void answer_list(const struct request *request, struct user_list *list,
                        const struct answer *answer)
{
    struct request with_list = *request;
    with_list.detail = list;
    list->answer = answer;
    struct collection c = {.name = "users",
                           .ctx = list,
                           .count = list->page.count,
                           .item = user_at,
                           .uri = list->subresources.is_given ? NULL : render_uri,
                           .render = render,
                           .is_always_objects = list->subresources.is_given,
                           .total_count = &list->page.total};
    api_answer_collection(&with_list, &c, answer);
}

static void answer_users(const struct request *request, struct reply *reply, void *detail)
{
    struct user_list *list = detail;
    struct directory *directory = list->directory;
    if (reply->err)
        api_refuse(request->x, reply->err, reply->reason);
    else
        answer_list(request, list, reply->answer);
    directory_unref(directory);
}

static const char *const attributes[] = {"id",           "userName", "firstName", "lastName",
                                         "emailAddress", "enabled",  NULL};

static struct slice attribute(const void *item, const char *name)
{
    const struct contact *user = item;
    if (strcmp(name, "id") == 0)
        return slice_of(user->id);
    if (strcmp(name, "userName") == 0)
        return user->user_name;
    if (strcmp(name, "firstName") == 0)
        return user->first_name;
    if (strcmp(name, "lastName") == 0)
        return user->last_name;
    return strcmp(name, "emailAddress") == 0 ? user->email : SLICE("true");
}

static bool is_wanted(const struct contact *contact, const void *filters)
{
    return contact->type == CONTACT_USER && api_filters_pass(filters, contact, attribute);
}

void v2_users_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct user_list *list = arena_zalloc(x->arena, sizeof *list);
    struct slice reason = SLICE_NONE;
    enum err err = page_read(x, &list->page, &reason);
    if (err) {
        api_refuse(x, err, reason);
        return;
    }
    struct filters filters;
    api_filters_read(x, attributes, &filters);
    page_fill(&list->page, request->api->directory, x->arena, is_wanted, &filters);
    api_fields_read(x, "subresources", &list->subresources);
    if (!list->subresources.is_given) {
        answer_list(request, list, NULL);
        return;
    }
    list->directory = directory_ref(request->api->directory);
    struct query query = page_presence(request, &list->page);
    api_ask(request, &query, answer_users, list);
}

/* --- one --- */

struct one {
    struct fields fields;
    struct fields subresources;
};

static void answer_user(const struct request *request, struct reply *reply, void *detail)
{
    const struct one *one = detail;
    const struct answer *answer = reply->answer;
    /* The core knows nobody of that name: no longer configured. */
    bool is_gone = reply->err == ERR_NO_ACCESS;
    if (reply->err && !is_gone) {
        api_refuse(request->x, reply->err, reply->reason);
        return;
    }
    if (is_gone || !answer->user || !slice_is(request->id, answer->user->id)) {
        api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such user"));
        return;
    }
    struct person person;
    person_of_card(request->api, answer->user, &person);
    bool is_own = slice_equal(answer->user->name, request->x->user);
    struct subresources of = {.roles = person.roles,
                              .voice = {answer->state, answer->state_since_ms},
                              .devices = answer->devices,
                              .device_count = answer->device_count,
                              .own = is_own ? answer : NULL};
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "user");
    struct json_writer user = json_begin_object(&body);
    api_render_user(request->api, &person, &one->fields, &user);
    api_render_subresources(request, &of, &one->subresources, &user);
    json_end_object(&user);
    json_end_object(&w);
    api_answer(request->x, &body, is_own ? answer : NULL);
    buf_free(&body);
}

/* Who is not in the directory may still be the one who asks. */
static struct slice name_of(const struct request *request)
{
    const struct contact *user = directory_contact(request->api->directory, request->id);
    return user && user->type == CONTACT_USER ? user->user_name : request->x->user;
}

void v2_user_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct one *one = arena_alloc(x->arena, sizeof *one);
    api_fields_read(x, "fields", &one->fields);
    api_fields_read(x, "subresources", &one->subresources);
    struct query query = {.kind = QUERY_USER, .user = name_of(request)};
    api_ask(request, &query, answer_user, one);
}

/* The user of the address; NULL when it was answered that there is none. */
static const struct contact *user_of(const struct request *request)
{
    const struct contact *user = directory_contact(request->api->directory, request->id);
    if (user && user->type == CONTACT_USER)
        return user;
    api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such user"));
    return NULL;
}

void v2_user_devices_get(const struct request *request)
{
    const struct contact *user = user_of(request);
    if (user)
        api_answer_devices_of(request, user->user_name);
}

void v2_user_skills_get(const struct request *request)
{
    if (user_of(request))
        api_answer_empty(request, SLICE("skills"));
}
