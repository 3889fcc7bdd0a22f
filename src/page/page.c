/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The files are kept compressed only: nearly every browser takes them so, and for who does not they
 * are expanded anew each time, as that is a matter of a millisecond.
 *
 * Names of assets have a hash of their content, so a browser may keep them for ever; index.html
 * names them, and is asked for anew each time. The content-security policy lets the page load from
 * and speak to its own server only, and run no script but its files. Trusted types are demanded and
 * none can be made: no text becomes markup or script. */
#include "page/page_int.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16)

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'self'";

static const char fixed_lines[] =
    "Vary: Accept-Encoding\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), "
    "usb=()\r\n";

const char *page_absence(void)
{
    return page_why_absent[0] ? page_why_absent : NULL;
}

static const struct page_file *find(struct slice path)
{
    for (size_t i = 0; i < page_file_count; i++)
        if (slice_is(path, page_files[i].path))
            return &page_files[i];
    return NULL;
}

/* Whether a weight (RFC 9110, 12.4.2) is 0; absent: 1. */
static bool is_refused(struct slice parameters)
{
    struct slice value;
    struct slice name = slice_trim(slice_split(parameters, '=', &value));
    value = slice_trim(value);
    if (!slice_equal_nocase(name, SLICE("q")) || value.len == 0)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] != '0' && value.ptr[i] != '.')
            return false;
    return true;
}

static bool takes_gzip(const struct exchange *x)
{
    bool takes_any = false;
    for (struct slice rest = x->verbs->header(x, "accept-encoding"); rest.len > 0;) {
        struct slice parameters;
        struct slice one = slice_split(rest, ',', &rest);
        struct slice coding = slice_trim(slice_split(one, ';', &parameters));
        if (slice_equal_nocase(coding, SLICE("gzip")))
            return !is_refused(parameters);
        if (slice_is(coding, "*"))
            takes_any = !is_refused(parameters);
    }
    return takes_any;
}

static struct slice without_weakness(struct slice etag)
{
    if (slice_starts_with(etag, SLICE("W/")))
        return (struct slice){etag.ptr + 2, etag.len - 2};
    return etag;
}

static bool has_it(const struct exchange *x, const struct page_file *file)
{
    struct slice ours = slice_of(file->etag);
    for (struct slice rest = x->verbs->header(x, "if-none-match"); rest.len > 0;) {
        struct slice one = slice_trim(slice_split(rest, ',', &rest));
        if (slice_is(one, "*") || slice_equal(without_weakness(one), ours))
            return true;
    }
    return false;
}

static struct slice expanded(struct exchange *x, const struct page_file *file)
{
    char *plain = arena_alloc(x->arena, file->plain_bytes + 1);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)file->gzip,
                  .avail_in = (unsigned)file->gzip_bytes,
                  .next_out = (unsigned char *)plain,
                  .avail_out = (unsigned)file->plain_bytes + 1};
    bool is_good = inflateInit2(&z, GZIP_WINDOW) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END &&
                   z.total_out == file->plain_bytes;
    inflateEnd(&z);
    return is_good ? (struct slice){plain, file->plain_bytes} : SLICE_NONE;
}

static struct slice header_lines(const struct page *page, struct exchange *x,
                                 const struct page_file *file, bool is_packed)
{
    struct buf lines = {0};
    buf_printf(&lines, "ETag: W/%s\r\nCache-Control: %s\r\nContent-Security-Policy: %s", file->etag,
               file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache", policy);
    for (size_t i = 0; i < page->origin_count; i++) {
        buf_char(&lines, ' ');
        buf_text(&lines, page->origins[i]);
    }
    buf_text(&lines, "\r\n");
    buf_text(&lines, fixed_lines);
    if (is_packed)
        buf_text(&lines, "Content-Encoding: gzip\r\n");
    struct slice copy = arena_copy(x->arena, buf_view(&lines));
    buf_free(&lines);
    return copy;
}

bool page_handle(const struct page *page, struct exchange *x)
{
    const struct page_file *file = find(x->path);
    if (!file)
        return false;
    if (!slice_is(x->method, "GET") && !slice_is(x->method, "HEAD")) {
        exchange_refuse_method(x, "GET, HEAD");
        return true;
    }
    bool is_known = has_it(x, file);
    bool is_packed = !is_known && takes_gzip(x);
    struct exchange_answer answer = {.status = is_known ? 304 : 200,
                                     .content_type = file->content_type,
                                     .headers = header_lines(page, x, file, is_packed)};
    if (is_packed)
        answer.body = (struct slice){(const char *)file->gzip, file->gzip_bytes};
    else if (!is_known)
        answer.body = expanded(x, file);
    if (!is_known && !answer.body.ptr)
        exchange_refuse(x, ERR_INTERNAL, SLICE_NONE, SLICE_NONE);
    else
        x->verbs->answer(x, &answer);
    return true;
}
