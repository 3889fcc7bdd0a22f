/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The user object (platform reference 7.1). Who one is is told by the core, which decides on roles,
 * or for many users at once by the directory. */
#include "api/api_int.h"

static void render_roles(unsigned roles, struct buf *out)
{
    static const struct {
        unsigned bit;
        const char *name;
    } rows[] = {{ROLE_AGENT, "ROLE_AGENT"},
                {ROLE_SUPERVISOR, "ROLE_SUPERVISOR"},
                {ROLE_ADMIN, "ROLE_ADMIN"}};
    struct json_writer w = json_begin_array(out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(roles & rows[i].bit))
            continue;
        json_item(&w);
        json_write_string(out, slice_of(rows[i].name));
    }
    json_end_array(&w);
}

void api_render_roles(unsigned roles, struct json_writer *w)
{
    json_key(w, "roles");
    render_roles(roles ? roles : ROLE_AGENT, w->out);
}

static void put_address(const struct api *api, const struct person *user,
                        const struct fields *fields, struct json_writer *w)
{
    if (api_fields_has(fields, "uri")) {
        json_key(w, "uri");
        buf_printf(w->out, "\"%s/users/%s\"", api->root, user->id);
    }
    if (api_fields_has(fields, "path")) {
        json_key(w, "path");
        buf_printf(w->out, "\"/users/%s\"", user->id);
    }
}

void api_render_user(const struct api *api, const struct person *user, const struct fields *fields,
                     struct json_writer *w)
{
    if (api_fields_has(fields, "id"))
        json_text(w, "id", user->id);
    if (api_fields_has(fields, "userName"))
        json_string(w, "userName", user->user_name);
    if (api_fields_has(fields, "firstName"))
        json_string(w, "firstName", user->first_name);
    if (api_fields_has(fields, "lastName"))
        json_string(w, "lastName", user->last_name);
    if (api_fields_has(fields, "emailAddress"))
        json_string(w, "emailAddress", user->email);
    if (user->employee_id.len > 0 && api_fields_has(fields, "employeeId"))
        json_string(w, "employeeId", user->employee_id);
    if (api_fields_has(fields, "roles"))
        api_render_roles(user->roles, w);
    if (api_fields_has(fields, "enabled"))
        json_bool(w, "enabled", true);
    if (api_fields_has(fields, "changePasswordOnFirstLogin"))
        json_bool(w, "changePasswordOnFirstLogin", false);
    if (api_fields_has(fields, "contactCenterId")) {
        char center[37];
        api_contact_center_id(center);
        json_text(w, "contactCenterId", center);
    }
    put_address(api, user, fields, w);
}

void person_of_contact(const struct contact *contact, struct person *out)
{
    *out = (struct person){.id = contact->id,
                           .user_name = contact->user_name,
                           .first_name = contact->first_name,
                           .last_name = contact->last_name,
                           .email = contact->email,
                           .employee_id = contact->employee_id,
                           .roles = contact->roles};
}

void person_of_card(const struct api *api, const struct user_card *card, struct person *out)
{
    const struct contact *contact = directory_user(api->directory, card->name);
    *out = (struct person){.id = card->id,
                           .user_name = card->name,
                           .first_name = card->first_name,
                           .last_name = card->last_name,
                           .email = contact ? contact->email : SLICE_NONE,
                           .employee_id = contact ? contact->employee_id : SLICE_NONE,
                           .roles = card->roles ? card->roles : ROLE_AGENT};
}
