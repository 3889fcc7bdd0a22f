/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Envelopes in HTTP: a JSON body, a form with message fields, or a GET with message and jsonp
 * (callback-polling); the browser cookie; and the answer in the form that fits.
 *
 * A body in another charset than UTF-8 is read as if every byte over 127 were a question mark: all
 * that we use of a client's messages (channels, ids, numbers) is ASCII, and free text of a client
 * goes nowhere, so tables of characters would serve nothing.
 *
 * The answer of callback-polling is a script. It begins with an empty comment and is marked as a
 * download that is not to be sniffed, so that nobody can make a browser take it for something else;
 * line separators of old JavaScript are escaped in it. */
#include "bayeux/bayeux_int.h"

#include "base/percent.h"

#include <stdio.h>

#define COOKIE_NAME "BAYEUX_BROWSER"

bool bayeux_cookie_is_valid(struct slice cookie)
{
    if (cookie.len < 16 || cookie.len > COOKIE_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < cookie.len; i++) {
        char c = cookie.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return true;
}

struct slice bayeux_browser_cookie(struct slice cookies)
{
    for (struct slice value = exchange_cookie_next(&cookies, COOKIE_NAME); value.ptr;
         value = exchange_cookie_next(&cookies, COOKIE_NAME)) {
        if (bayeux_cookie_is_valid(value)) {
            return value;
        }
    }
    return SLICE_NONE;
}

static struct slice form_decode(struct arena *arena, struct slice text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    (void)percent_decode(text, PERCENT_FORM, out, &len);
    return (struct slice){out, len};
}

static enum err callback_read(struct envelope *env, struct slice name, const char **why)
{
    bool is_valid = name.len > 0 && name.len <= CALLBACK_BYTES_MAX;
    for (size_t i = 0; is_valid && i < name.len; i++) {
        char c = name.ptr[i];
        is_valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '_' || c == '-';
    }
    if (!is_valid) {
        *why = "jsonp must be 1 to 64 letters, digits, '.', '_' or '-'";
        return ERR_INVALID;
    }
    memcpy(env->callback, name.ptr, name.len);
    env->callback[name.len] = '\0';
    return ERR_OK;
}

/* A form, of a body or a query: each message field is an object or an array. */
static enum err form_read(struct envelope *env, struct slice form, const char **why)
{
    enum err err = ERR_OK;
    while (form.ptr && err == ERR_OK) {
        struct slice value;
        struct slice field = slice_split(form, '&', &form);
        struct slice name = slice_split(field, '=', &value);
        if (slice_equal(name, SLICE("message"))) {
            err = bayeux_envelope_read(env, form_decode(env->arena, value), why);
        } else if (slice_equal(name, SLICE("jsonp")) && env->transport == TRANSPORT_CALLBACK) {
            err = callback_read(env, form_decode(env->arena, value), why);
        }
    }
    if (err == ERR_OK && env->message_count == 0) {
        *why = "parameter 'message' is missing";
        err = ERR_MISSING;
    }
    return err;
}

static struct slice charset_of(struct slice parameters)
{
    while (parameters.ptr) {
        struct slice value;
        struct slice one = slice_trim(slice_split(parameters, ';', &parameters));
        struct slice name = slice_split(one, '=', &value);
        if (value.ptr && slice_equal_nocase(name, SLICE("charset"))) {
            if (value.len >= 2 && value.ptr[0] == '"') {
                value = (struct slice){value.ptr + 1, value.len - 2};
            }
            return value;
        }
    }
    return SLICE_NONE;
}

static enum err body_read(struct envelope *env, const char **why)
{
    const struct exchange *x = env->x;
    struct slice parameters = SLICE_NONE;
    struct slice header = x->verbs->header(x, "content-type");
    struct slice type = header.ptr ? slice_trim(slice_split(header, ';', &parameters)) : SLICE_NONE;
    struct slice charset = charset_of(parameters);
    struct slice body = x->body;
    if (charset.ptr && !slice_equal_nocase(charset, SLICE("utf-8")) &&
        !slice_equal_nocase(charset, SLICE("utf8"))) {
        body = arena_copy(env->arena, body);
        for (size_t i = 0; i < body.len; i++) {
            if ((unsigned char)body.ptr[i] > 127) {
                ((char *)body.ptr)[i] = '?';
            }
        }
    }
    /* curl calls everything a form that it is not told to call otherwise; no form begins so. */
    bool looks_like_json = body.len > 0 && (body.ptr[0] == '[' || body.ptr[0] == '{');
    if (slice_equal_nocase(type, SLICE("application/x-www-form-urlencoded")) && !looks_like_json) {
        return form_read(env, body, why);
    }
    return bayeux_envelope_read(env, body, why);
}

enum err bayeux_http_read(struct envelope *env, const char **why)
{
    const struct exchange *x = env->x;
    if (slice_equal(x->method, SLICE("POST"))) {
        env->transport = TRANSPORT_LONG_POLLING;
        if (x->body.len > env->b->options.message_bytes_max) {
            *why = "the envelope is longer than this server takes";
            return ERR_RANGE;
        }
        return body_read(env, why);
    }
    if (slice_equal(x->method, SLICE("GET"))) {
        env->transport = TRANSPORT_CALLBACK;
        strcpy(env->callback, "jsonpcallback");
        return form_read(env, x->query, why);
    }
    *why = "only POST and GET carry messages";
    return ERR_METHOD;
}

static void wrap(struct buf *out, struct slice callback, struct slice body)
{
    buf_reset(out);
    buf_text(out, "/**/");
    buf_slice(out, callback);
    buf_char(out, '(');
    const char *end = body.ptr + body.len;
    for (const char *at = body.ptr; at < end;) {
        const char *next = memchr(at, 0xe2, (size_t)(end - at));
        bool is_separator = next && end - next >= 3 && (unsigned char)next[1] == 0x80 &&
                            ((unsigned char)next[2] & 0xfe) == 0xa8;
        const char *stop = !next ? end : is_separator ? next : next + 1;
        buf_append(out, at, (size_t)(stop - at));
        if (is_separator) {
            buf_text(out, (unsigned char)next[2] == 0xa8 ? "\\u2028" : "\\u2029");
            stop += 3;
        }
        at = stop;
    }
    buf_text(out, ");");
}

void bayeux_http_answer(struct bayeux *b, struct exchange *x, struct slice callback,
                        struct slice body, const char *new_cookie)
{
    char headers[320];
    int len = 0;
    struct exchange_answer answer = {.status = 200, .content_type = EXCHANGE_JSON, .body = body};
    if (new_cookie && *new_cookie) {
        len = snprintf(headers, sizeof headers, "Set-Cookie: " COOKIE_NAME "=%s%s\r\n", new_cookie,
                       exchange_cookie_attributes(x->is_https || b->options.is_https,
                                                  b->options.has_other_origins));
    }
    if (callback.ptr) {
        wrap(&b->wrapped, callback, body);
        answer.content_type = "text/javascript;charset=UTF-8";
        answer.body = buf_view(&b->wrapped);
        len += snprintf(headers + len, sizeof headers - (size_t)len,
                        "X-Content-Type-Options: nosniff\r\n"
                        "Content-Disposition: attachment; filename=f.txt\r\n"
                        "Cache-Control: no-store\r\n");
    }
    if (len) {
        answer.headers = (struct slice){headers, (size_t)len};
    }
    x->closed = NULL;
    x->verbs->answer(x, &answer);
}

void bayeux_http_refuse(struct exchange *x, enum err err, const char *why)
{
    x->closed = NULL;
    exchange_refuse(x, err, slice_of(why),
                    err == ERR_METHOD ? SLICE("Allow: GET, POST\r\n") : SLICE_NONE);
}
