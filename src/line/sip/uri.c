/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Numbers inside URIs (RFC 3261 section 25.1, RFC 3966), and small texts. A number is what a keypad
 * or a name can be: letters, digits and *#+-_. ; everything else is refused on the way in and
 * escaped on the way out. */
#include <ctype.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/percent.h"
#include "base/random.h"
#include "line/sip/sip_int.h"

#define URI_NUMBER_MAX 64

static bool is_number_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("*#+-_.", c));
}

/* What stands between scheme and host. */
static struct slice uri_user(struct slice uri)
{
    struct slice rest;
    struct slice scheme = slice_split(uri, ':', &rest);
    if (slice_equal_nocase(scheme, SLICE("tel")))
        return slice_split(rest, ';', &rest);
    if (!slice_equal_nocase(scheme, SLICE("sip")) && !slice_equal_nocase(scheme, SLICE("sips")))
        return SLICE_NONE;
    struct slice host;
    struct slice user = slice_split(rest, '@', &host);
    if (!host.ptr)
        return SLICE_NONE;
    user = slice_split(user, ':', &rest); /* a password is none of our business */
    return slice_split(user, ';', &rest);
}

enum err line_sip_uri_number(struct slice uri, struct buf *out)
{
    struct slice user = uri_user(uri);
    char number[3 * URI_NUMBER_MAX];
    size_t len = 0;
    if (user.len > sizeof number || percent_decode(user, PERCENT_STRICT, number, &len))
        return ERR_INVALID;
    for (size_t i = 0; i < len; i++)
        if (!is_number_char(number[i]))
            return ERR_INVALID;
    if (len == 0 || len > URI_NUMBER_MAX)
        return ERR_INVALID;
    buf_append(out, number, len);
    return ERR_OK;
}

void line_sip_uri_user(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (isalnum((unsigned char)c) || (c && strchr("*+-_.", c)))
            buf_char(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

char *line_sip_text(const char *format, ...)
{
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_char(&text, '\0');
    char *copy = mem_strdup(text.ptr);
    buf_free(&text);
    return copy;
}

void line_sip_random_hex(char *out, size_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[32];
    if (bytes > sizeof raw)
        log_abort("more than %zu random bytes at once", sizeof raw);
    random_fill(raw, bytes);
    for (size_t i = 0; i < bytes; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    out[2 * bytes] = '\0';
}
