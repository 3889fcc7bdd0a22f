/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The request target (RFC 9112, section 3.2): origin form, or absolute form, of which the authority
 * is dropped. The path is percent-decoded here, once, so that no room behind does it twice or not
 * at all; the query is left as it came, for its parts must be split before they are decoded. A
 * decoded NUL is refused: C code behind would see a shorter path than was checked. So is what is no
 * UTF-8: parts of a path appear in messages, which are JSON. Dot segments are not resolved: no
 * route gives them a meaning. */
#include "web/web_int.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* Decodes in place. */
static enum err decode(char *text, size_t len, size_t *out_len)
{
    const char *first = memchr(text, '%', len);
    if (!first) {
        *out_len = len;
        return ERR_OK;
    }
    size_t to = (size_t)(first - text);
    for (size_t from = to; from < len; from++) {
        char c = text[from];
        if (c == '%') {
            if (len - from < 3) {
                return ERR_INVALID;
            }
            int high = hex_value(text[from + 1]);
            int low = hex_value(text[from + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) {
                return ERR_INVALID;
            }
            c = (char)(high * 16 + low);
            from += 2;
        }
        text[to++] = c;
    }
    *out_len = to;
    return ERR_OK;
}

enum err target_split(char *target, size_t len, struct slice *path, struct slice *query)
{
    char *at = target;
    char *end = target + len;
    struct slice whole = {target, len};
    if (slice_starts_with(whole, SLICE("http://")) || slice_starts_with(whole, SLICE("https://"))) {
        at = memchr(target, ':', len);
        at += 3;
        while (at < end && *at != '/' && *at != '?') {
            at++;
        }
        if (at == end || *at == '?') {
            /* No path: "/" is meant. The byte before is of the authority, which nobody needs. */
            *--at = '/';
        }
    }
    if (at == end || *at != '/' || memchr(at, '#', (size_t)(end - at))) {
        return ERR_INVALID;
    }
    char *mark = memchr(at, '?', (size_t)(end - at));
    size_t path_len = (size_t)((mark ? mark : end) - at);
    enum err err = decode(at, path_len, &path_len);
    if (err) {
        return err;
    }
    struct slice decoded = {at, path_len};
    if (!utf8_is_valid(decoded)) {
        return ERR_INVALID;
    }
    *path = decoded;
    *query = mark ? (struct slice){mark + 1, (size_t)(end - mark - 1)} : SLICE_NONE;
    return ERR_OK;
}
