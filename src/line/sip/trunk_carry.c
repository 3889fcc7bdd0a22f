/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* User data between a trunk's peer and us: as User-to-User (RFC 7433, with the protocol
 * discriminator of RFC 7434 in front) or as one X- header for each key. Only the configured keys
 * travel. Values are JSON inside and text outside: a string is its text, a number or truth value is
 * as JSON writes it; nothing else goes out, and strings come in.
 *
 * With one key the value is all that User-to-User holds, as most peers have it; with several it is
 * key=value&key=value, percent-encoded. All of it is bounded, so that an INVITE still fits into a
 * datagram, but for a long proof of who we are; what does not fit or can't be read is left out, and
 * never costs the call. */
#include "line/sip/trunk.h"

#include <ctype.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/percent.h"
#include "base/utf8.h"

#define UUI_MAX           128  /* bytes, without the discriminator */
#define UUI_DISCRIMINATOR 0x04 /* IA5 characters (ITU-T Q.931, 4.5.30) */
#define HEADERS_MAX       300  /* bytes of all X- headers of a request */
#define TEXT_MAX          1024

static void left_out(const struct line_trunk *t, struct slice key, const char *reason)
{
    char text[80];
    log_line(LOG_WARN, "sip.user_data_left_out", "trunk=%s key=%s reason=%s", t->name,
             log_quote(text, sizeof text, key), reason);
    metric_add(metric_register(METRIC_COUNTER, "cordboard_user_data_left_out_total",
                               "reason=\"trunk\"", "user data left out of calls"),
               1);
}

static bool is_text(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
            return false;
    return utf8_is_valid(text);
}

/* The text of a JSON value; absent when it has none that can travel. */
static struct slice text_of_value(struct arena *arena, struct slice value)
{
    struct json_error error;
    const struct json *json = json_parse(arena, value, 1, &error);
    if (!json || json->type == JSON_NULL || json->depth > 0)
        return SLICE_NONE;
    struct slice text = json->type == JSON_STRING ? json->text : json->raw;
    return is_text(text) ? text : SLICE_NONE;
}

static void write_escaped(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (isalnum((unsigned char)c) || (c && strchr("-_.~", c)))
            buf_char(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

static bool has_one_key(const struct line_trunk *t)
{
    return t->keys && !strchr(t->keys, ',');
}

static void write_uui(struct slice text, struct buf *out)
{
    buf_printf(out, "User-to-User: %02x", UUI_DISCRIMINATOR);
    for (size_t i = 0; i < text.len; i++)
        buf_printf(out, "%02x", (unsigned char)text.ptr[i]);
    buf_text(out, ";encoding=hex;purpose=isdn-uui\r\n");
}

static void carry_uui(const struct line_trunk *t, const struct pair *pairs, size_t count,
                      struct buf *out)
{
    struct arena arena = {0};
    struct buf all = {0}, one = {0};
    for (size_t i = 0; i < count; i++) {
        struct slice text = text_of_value(&arena, pairs[i].value);
        buf_reset(&one);
        if (has_one_key(t)) {
            buf_slice(&one, text);
        } else {
            buf_text(&one, all.len > 0 ? "&" : "");
            write_escaped(&one, pairs[i].key);
            buf_char(&one, '=');
            write_escaped(&one, text);
        }
        if (!text.ptr)
            left_out(t, pairs[i].key, "no text");
        else if (all.len + one.len > UUI_MAX)
            left_out(t, pairs[i].key, "too long");
        else
            buf_slice(&all, buf_view(&one));
    }
    if (all.len > 0)
        write_uui(buf_view(&all), out);
    buf_free(&all);
    buf_free(&one);
    arena_free(&arena);
}

static void carry_headers(const struct line_trunk *t, const struct pair *pairs, size_t count,
                          struct buf *out)
{
    struct arena arena = {0};
    size_t begin = out->len;
    for (size_t i = 0; i < count; i++) {
        struct slice text = text_of_value(&arena, pairs[i].value);
        size_t more = pairs[i].key.len + text.len + sizeof "X-: \r\n";
        if (!text.ptr) {
            left_out(t, pairs[i].key, "no text");
        } else if (out->len - begin + more > HEADERS_MAX) {
            left_out(t, pairs[i].key, "too long");
        } else {
            buf_text(out, "X-");
            buf_slice(out, pairs[i].key);
            buf_text(out, ": ");
            buf_slice(out, text);
            buf_text(out, "\r\n");
        }
    }
    arena_free(&arena);
}

void line_sip_trunk_carry(const struct line_trunk *t, const struct pair *pairs, size_t count,
                          struct buf *out)
{
    if (t->carriage == LINE_CARRY_UUI)
        carry_uui(t, pairs, count, out);
    else if (t->carriage == LINE_CARRY_HEADERS)
        carry_headers(t, pairs, count, out);
}

/* --- what comes in --- */

struct carried {
    const struct line_trunk *trunk;
    struct arena *arena;
    struct pair *pairs;
    size_t count;
};

static void take(struct carried *c, struct slice key, struct slice text)
{
    struct buf value = {0};
    if (!is_text(text) || text.len > TEXT_MAX) {
        left_out(c->trunk, key, "no text");
        return;
    }
    if (c->count == CARRIED_PAIRS_MAX) {
        left_out(c->trunk, key, "too many");
        return;
    }
    json_write_string(&value, text);
    c->pairs[c->count++] =
        (struct pair){arena_copy(c->arena, key), arena_copy(c->arena, buf_view(&value))};
    buf_free(&value);
}

/* As it is configured; absent when it is not. */
static struct slice known_key(const struct line_trunk *t, struct slice key)
{
    for (struct slice rest = slice_of(t->keys); rest.ptr;) {
        struct slice one = slice_trim(slice_split(rest, ',', &rest));
        if (slice_equal(one, key))
            return one;
    }
    return SLICE_NONE;
}

static struct slice param_value(struct slice params, const char *name)
{
    while (params.ptr) {
        struct slice value;
        struct slice key = slice_trim(slice_split(slice_split(params, ';', &params), '=', &value));
        if (slice_equal_nocase(key, slice_of(name)))
            return slice_trim(value);
    }
    return SLICE_NONE;
}

/* The bytes that hex digits stand for; false when they are none. */
static bool decode_hex(struct slice digits, struct buf *out)
{
    for (size_t i = 0; i < digits.len; i += 2) {
        int high = hex_value(digits.ptr[i]);
        int low = i + 1 < digits.len ? hex_value(digits.ptr[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        buf_char(out, (char)(high << 4 | low));
    }
    return digits.len > 0;
}

/* False when it can't be read. Text that is not in hex is a token or in quotes. */
static bool read_uui(struct slice value, struct buf *out)
{
    struct slice params, data = slice_trim(slice_split(value, ';', &params));
    struct slice encoding = param_value(params, "encoding");
    bool is_quoted = data.len >= 2 && data.ptr[0] == '"' && data.ptr[data.len - 1] == '"';
    if (encoding.ptr && !slice_equal_nocase(encoding, SLICE("hex")))
        return false;
    if (is_quoted) {
        buf_append(out, data.ptr + 1, data.len - 2);
        return true;
    }
    if (decode_hex(data, out))
        return true;
    if (data.len > 0 && data.ptr[0] == '"') /* it holds what we split at */
        return false;
    buf_reset(out);
    buf_slice(out, data);
    return !encoding.ptr && data.len > 0;
}

static void take_form(struct carried *c, struct slice text)
{
    while (text.ptr && text.len > 0) {
        struct slice value, key = slice_split(slice_split(text, '&', &text), '=', &value);
        size_t len = 0;
        char *decoded = arena_alloc(c->arena, key.len + value.len + 1);
        if (percent_decode(key, PERCENT_STRICT, decoded, &len))
            continue;
        struct slice known = known_key(c->trunk, (struct slice){decoded, len});
        if (known.ptr && value.ptr && !percent_decode(value, PERCENT_STRICT, decoded, &len))
            take(c, known, (struct slice){decoded, len});
    }
}

static void read_carried_uui(struct carried *c, const char *header)
{
    struct buf data = {0};
    struct slice first = slice_split(slice_of(header), ',', &(struct slice){0});
    if (!read_uui(first, &data) || data.len > UUI_MAX + 1) {
        left_out(c->trunk, SLICE("User-to-User"), "can't be read");
        buf_free(&data);
        return;
    }
    /* Text does not begin so: it is a discriminator. */
    struct slice text = buf_view(&data);
    if (text.len > 0 && (unsigned char)text.ptr[0] < ' ')
        text = (struct slice){text.ptr + 1, text.len - 1};
    if (has_one_key(c->trunk))
        take(c, slice_trim(slice_of(c->trunk->keys)), text);
    else
        take_form(c, text);
    buf_free(&data);
}

static void read_carried_headers(struct carried *c, const sip_t *msg)
{
    for (struct slice rest = slice_of(c->trunk->keys); rest.ptr;) {
        struct slice key = slice_trim(slice_split(rest, ',', &rest));
        char *name = line_sip_text("X-%.*s", (int)key.len, key.ptr);
        const char *value = line_sip_trunk_header(msg, name, false);
        if (value)
            take(c, key, slice_trim(slice_of(value)));
        mem_free(name);
    }
}

size_t line_sip_trunk_carried(const struct line_trunk *t, const sip_t *msg, struct arena *arena,
                              struct pair out[CARRIED_PAIRS_MAX])
{
    struct carried c = {.trunk = t, .arena = arena, .pairs = out};
    const char *uui =
        t->carriage == LINE_CARRY_UUI ? line_sip_trunk_header(msg, "User-to-User", false) : NULL;
    if (uui)
        read_carried_uui(&c, uui);
    else if (t->carriage == LINE_CARRY_HEADERS)
        read_carried_headers(&c, msg);
    return c.count;
}
