/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What all who answer requests need: a refusal in the one form that clients of the API read, the
 * object in a body, a cookie. It is here and not in a room, since web, auth, api and bayeux refuse
 * alike and know nothing of each other. */
#include "base/exchange.h"

#include "base/json.h"

void exchange_refusal_write(struct buf *out, enum err err, struct slice reason)
{
    const struct err_row *row = err_row(err);
    struct json_writer w = json_begin_object(out);
    json_i64(&w, "statusCode", row->status_code);
    json_string(&w, "statusMessage", reason.len > 0 ? reason : slice_of(row->text));
    json_end_object(&w);
}

void exchange_refuse(struct exchange *x, enum err err, struct slice reason, struct slice headers)
{
    struct buf body = {0};
    exchange_refusal_write(&body, err, reason);
    struct exchange_answer answer = {.status = err_row(err)->http_status,
                                     .content_type = EXCHANGE_JSON,
                                     .headers = headers,
                                     .body = buf_view(&body)};
    x->verbs->answer(x, &answer);
    buf_free(&body);
}

const char *exchange_cookie_attributes(bool is_https, bool is_shared)
{
    if (!is_https)
        return "; Path=/; HttpOnly; SameSite=Lax";
    return is_shared ? "; Path=/; HttpOnly; Secure; SameSite=None"
                     : "; Path=/; HttpOnly; Secure; SameSite=Lax";
}

void exchange_refuse_method(struct exchange *x, const char *allowed)
{
    exchange_refuse(
        x, ERR_METHOD,
        arena_printf(x->arena, "this resource has no such method; allowed: %s", allowed),
        arena_printf(x->arena, "Allow: %s\r\n", allowed));
}

enum err exchange_object(const struct exchange *x, const struct json **out, struct slice *reason)
{
    struct json_error error;
    const struct json *value = json_parse(x->arena, x->body, JSON_MAX_DEPTH, &error);
    if (!value) {
        *reason = arena_printf(x->arena, "the body is not JSON: %s at offset %zu", error.what,
                               error.offset);
        return ERR_JSON;
    }
    if (!json_is(value, JSON_OBJECT)) {
        *reason = SLICE("the body must be a JSON object");
        return ERR_INVALID;
    }
    *out = value;
    return ERR_OK;
}

struct slice exchange_cookie_next(struct slice *cookies, const char *name)
{
    while (cookies->len > 0) {
        struct slice value;
        struct slice pair = slice_trim(slice_split(*cookies, ';', cookies));
        if (slice_is(slice_split(pair, '=', &value), name) && value.ptr) {
            return value;
        }
    }
    return SLICE_NONE;
}
