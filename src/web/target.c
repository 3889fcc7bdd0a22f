/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The request target (RFC 9112, section 3.2): origin form, or absolute form, of which the authority
 * is dropped. The path is percent-decoded here, once, so that no room behind does it twice or not
 * at all; the query is left as it came, for its parts must be split before they are decoded. A
 * decoded NUL is refused: C code behind would see a shorter path than was checked. So is what is no
 * UTF-8: parts of a path appear in messages, which are JSON. Dot segments are not resolved: no
 * route gives them a meaning. */
#include "web/web_int.h"

#include "base/percent.h"
#include "base/utf8.h"

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
    enum err err = percent_decode((struct slice){at, path_len}, PERCENT_STRICT, at, &path_len);
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
