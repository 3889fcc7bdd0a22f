/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /contacts and /contacts/{id}: who can be called or transferred to (platform reference 7.2):
 * users, queues, and others of the configuration. A search is one walk over the directory; the core
 * is asked about the users on the page only. Always objects, whatever the fields. */
#include "api/api_int.h"

#define WORDS_MAX 16 /* of one list in a parameter */

struct words {
    bool is_given;
    size_t count;
    struct slice items[WORDS_MAX];
};

struct search {
    struct words names;
    struct words numbers;
    struct words channels;
    struct words types;
    struct words roles;
    struct words patterns;          /* folded */
    struct slice digits[WORDS_MAX]; /* of the patterns that may be meant as a number */
    struct page page;
    struct directory *directory; /* a reference: contacts of the page are in it */
    size_t presence;             /* while rendering: of the next user */
    size_t device;
    const struct answer *answer;
};

/* --- what is searched for --- */

static enum err read_words(const struct exchange *x, const char *name, struct words *out,
                           struct slice *reason)
{
    struct slice rest = api_parameter(x, name);
    *out = (struct words){.is_given = rest.ptr != NULL};
    while (rest.ptr) {
        struct slice word = slice_split(rest, ',', &rest);
        if (out->count == WORDS_MAX) {
            *reason = arena_printf(x->arena, "%s has more than %d items", name, WORDS_MAX);
            return ERR_RANGE;
        }
        if (word.len > 0)
            out->items[out->count++] = word;
    }
    return ERR_OK;
}

/* Digits and stars of what looks like a number; absent when it does not. */
static struct slice digits_of(struct arena *arena, struct slice text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c >= '0' && c <= '9') || c == '*')
            out[len++] = c;
        else if (!strchr(" +-./()", c) || c == '\0')
            return SLICE_NONE;
        digits += c >= '0' && c <= '9';
    }
    return digits > 0 ? (struct slice){out, len} : SLICE_NONE;
}

static enum err read_filter(const struct exchange *x, struct search *s, struct slice *reason)
{
    struct slice name = api_parameter(x, "filterName");
    enum err err = read_words(x, "filterParameters", &s->patterns, reason);
    if (err)
        return err;
    if (name.ptr && !slice_is(name, "NamesOrPhoneNumberMatches")) {
        *reason = SLICE("filterName must be NamesOrPhoneNumberMatches");
        return ERR_INVALID;
    }
    if ((name.ptr != NULL) != s->patterns.is_given) {
        *reason = name.ptr ? SLICE("filterParameters is missing: filterName needs it")
                           : SLICE("filterName is missing: filterParameters needs it");
        return ERR_MISSING;
    }
    for (size_t i = 0; i < s->patterns.count; i++) {
        char *out = arena_alloc(x->arena, s->patterns.items[i].len + 1);
        s->digits[i] = digits_of(x->arena, s->patterns.items[i]);
        text_fold(s->patterns.items[i], out);
        s->patterns.items[i].ptr = out;
    }
    return ERR_OK;
}

static enum err read_search(const struct exchange *x, struct search *s, struct slice *reason)
{
    enum err err = read_words(x, "name", &s->names, reason);
    if (!err)
        err = read_words(x, "phoneNumber", &s->numbers, reason);
    if (!err)
        err = read_words(x, "channel", &s->channels, reason);
    if (!err)
        err = read_words(x, "type", &s->types, reason);
    if (!err)
        err = read_words(x, "roles", &s->roles, reason);
    if (!err)
        err = read_filter(x, s, reason);
    return err ? err : page_read(x, &s->page, reason);
}

/* --- who is found --- */

static const char *type_text(enum contact_type type)
{
    static const char *const texts[] = {
        [CONTACT_USER] = "User", [CONTACT_QUEUE] = "Queue", [CONTACT_CUSTOM] = "Custom"};
    return texts[type];
}

static bool has_word(const struct words *words, struct slice value)
{
    for (size_t i = 0; i < words->count; i++)
        if (slice_equal(words->items[i], value))
            return true;
    return false;
}

static bool has_name(const struct words *words, const struct contact *contact)
{
    return !words->is_given || has_word(words, contact->name) ||
           (contact->user_name.len > 0 && has_word(words, contact->user_name));
}

static bool has_number(const struct words *words, const struct contact *contact)
{
    if (!words->is_given)
        return true;
    if (contact->number_count > 0 && has_word(words, SLICE("*")))
        return true;
    for (size_t i = 0; i < contact->number_count; i++)
        if (has_word(words, contact->digits[i]))
            return true;
    return false;
}

static bool has_role(const struct words *words, const struct contact *contact)
{
    if (!words->is_given)
        return true;
    return (contact->roles & ROLE_AGENT && has_word(words, SLICE("ROLE_AGENT"))) ||
           (contact->roles & ROLE_SUPERVISOR && has_word(words, SLICE("ROLE_SUPERVISOR"))) ||
           (contact->roles & ROLE_ADMIN && has_word(words, SLICE("ROLE_ADMIN")));
}

static bool has_match(const struct contact *contact, struct slice pattern, struct slice digits)
{
    for (int i = BY_NAME; i < BY_NUMBER; i++)
        if (contact->folded[i].len > 0 && text_matches(contact->folded[i], pattern))
            return true;
    for (size_t i = 0; digits.ptr && i < contact->number_count; i++)
        if (text_matches(contact->digits[i], digits))
            return true;
    return false;
}

static bool is_found(const struct contact *contact, const void *ctx)
{
    const struct search *s = ctx;
    if (s->types.is_given && !has_word(&s->types, slice_of(type_text(contact->type))))
        return false;
    if (s->channels.is_given &&
        !(contact->number_count > 0 && has_word(&s->channels, SLICE("voice"))))
        return false;
    if (!has_name(&s->names, contact) || !has_number(&s->numbers, contact) ||
        !has_role(&s->roles, contact))
        return false;
    for (size_t i = 0; i < s->patterns.count; i++)
        if (!has_match(contact, s->patterns.items[i], s->digits[i]))
            return false;
    return true;
}

/* --- what is said of them --- */

/* The first registered telephone, or else the first. */
static const struct device_view *device_of(const struct device_view *devices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (devices[i].is_registered)
            return &devices[i];
    return count > 0 ? &devices[0] : NULL;
}

/* "availability":{"channels":[...]}: available is who would be given a call by a queue. */
static void render_availability(const struct presence *presence, const struct device_view *device,
                                struct json_writer *w)
{
    json_key(w, "availability");
    struct json_writer availability = json_begin_object(w->out);
    json_key(&availability, "channels");
    struct json_writer channels = json_begin_array(w->out);
    if (device) {
        bool is_ready = presence->state && presence->state->mode == AGENT_READY;
        json_item(&channels);
        struct json_writer channel = json_begin_object(w->out);
        json_text(&channel, "channel", "voice");
        json_bool(&channel, "available", is_ready && !presence->has_call && device->is_registered);
        json_text(&channel, "phoneNumber", device->dn);
        json_text(&channel, "userActivity", presence->has_call ? "Busy" : "Idle");
        json_key(&channel, "userState");
        api_render_user_state(presence->state, w->out);
        json_end_object(&channel);
    }
    json_end_array(&channels);
    json_end_object(&availability);
}

static void render_numbers(const struct contact *contact, struct json_writer *w)
{
    json_key(w, "phoneNumbers");
    struct json_writer list = json_begin_array(w->out);
    for (size_t i = 0; i < contact->number_count; i++) {
        json_item(&list);
        struct json_writer number = json_begin_object(w->out);
        json_string(&number, "phoneNumber", contact->numbers[i]);
        json_text(&number, "description", "");
        json_text(&number, "switchName", "");
        json_end_object(&number);
    }
    json_end_array(&list);
}

static void render_user(const struct contact *contact, const struct fields *fields,
                        struct json_writer *w)
{
    if (api_fields_has(fields, "userName"))
        json_string(w, "userName", contact->user_name);
    if (api_fields_has(fields, "firstName"))
        json_string(w, "firstName", contact->first_name);
    if (api_fields_has(fields, "lastName"))
        json_string(w, "lastName", contact->last_name);
    if (contact->employee_id.len > 0 && api_fields_has(fields, "employeeId"))
        json_string(w, "employeeId", contact->employee_id);
    if (contact->email.len > 0 && api_fields_has(fields, "emailAddress"))
        json_string(w, "emailAddress", contact->email);
    if (api_fields_has(fields, "roles"))
        api_render_roles(contact->roles, w);
    if (api_fields_has(fields, "businessUnits"))
        json_raw(w, "businessUnits", SLICE("[]"));
}

static void render_address(const struct request *request, const struct contact *contact,
                           const struct fields *fields, struct json_writer *w)
{
    if (api_fields_has(fields, "uri")) {
        json_key(w, "uri");
        buf_printf(w->out, "\"%s/contacts/%s\"", request->api->root, contact->id);
    }
    if (api_fields_has(fields, "path")) {
        json_key(w, "path");
        buf_printf(w->out, "\"/contacts/%s\"", contact->id);
    }
}

/* Users come in the order in which they were asked for. */
static void render(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out)
{
    struct search *s = request->detail;
    const struct contact *contact = item;
    struct json_writer w = json_begin_object(out);
    if (api_fields_has(fields, "id"))
        json_text(&w, "id", contact->id);
    if (api_fields_has(fields, "name"))
        json_string(&w, "name", contact->name);
    if (api_fields_has(fields, "type"))
        json_text(&w, "type", type_text(contact->type));
    render_address(request, contact, fields, &w);
    if (contact->type == CONTACT_USER)
        render_user(contact, fields, &w);
    else if (api_fields_has(fields, "phoneNumber"))
        json_string(&w, "phoneNumber", contact->numbers[0]);
    if (api_fields_has(fields, "phoneNumbers"))
        render_numbers(contact, &w);
    if (contact->type == CONTACT_USER && s->answer) {
        const struct presence *presence = &s->answer->presences[s->presence++];
        const struct device_view *devices = s->answer->devices + s->device;
        s->device += presence->device_count;
        if (api_fields_has(fields, "availability"))
            render_availability(presence, device_of(devices, presence->device_count), &w);
    }
    json_end_object(&w);
}

static const void *contact_at(const void *ctx, size_t i)
{
    return ((const struct search *)ctx)->page.items[i];
}

static void answer_contacts(const struct request *request, struct reply *reply, void *detail)
{
    struct search *s = detail;
    struct directory *directory = s->directory;
    struct request with_search = *request;
    with_search.detail = s;
    s->answer = reply->answer;
    struct collection c = {.name = "contacts",
                           .ctx = s,
                           .count = s->page.count,
                           .item = contact_at,
                           .render = render,
                           .is_always_objects = true,
                           .total_count = &s->page.total};
    if (reply->err)
        api_refuse(request->x, reply->err, reply->reason);
    else
        api_answer_collection(&with_search, &c, NULL);
    directory_unref(directory);
}

static void ask(const struct request *request, struct search *s,
                void (*answered)(const struct request *, struct reply *, void *))
{
    s->directory = directory_ref(request->api->directory);
    struct query query = page_presence(request, &s->page);
    api_ask(request, &query, answered, s);
}

void v2_contacts_get(const struct request *request)
{
    struct exchange *x = request->x;
    struct search *s = arena_zalloc(x->arena, sizeof *s);
    struct slice reason = SLICE_NONE;
    enum err err = read_search(x, s, &reason);
    if (err) {
        api_refuse(x, err, reason);
        return;
    }
    page_fill(&s->page, request->api->directory, x->arena, is_found, s);
    ask(request, s, answer_contacts);
}

/* --- one --- */

static void answer_contact(const struct request *request, struct reply *reply, void *detail)
{
    struct search *s = detail;
    struct directory *directory = s->directory;
    struct request with_search = *request;
    with_search.detail = s;
    s->answer = reply->answer;
    if (reply->err)
        api_refuse(request->x, reply->err, reply->reason);
    else
        api_answer_one(&with_search, "contact", s->page.items[0], render, NULL);
    directory_unref(directory);
}

void v2_contact_get(const struct request *request)
{
    struct arena *arena = request->x->arena;
    const struct contact *contact = directory_contact(request->api->directory, request->id);
    if (!contact) {
        api_refuse(request->x, ERR_NOT_FOUND, SLICE("there is no such contact"));
        return;
    }
    struct search *s = arena_zalloc(arena, sizeof *s);
    s->page.items = arena_alloc(arena, sizeof *s->page.items);
    s->page.items[0] = contact;
    s->page.count = 1;
    ask(request, s, answer_contact);
}
