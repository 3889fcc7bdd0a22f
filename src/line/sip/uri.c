/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Numbers inside URIs (RFC 3261 section 25.1, RFC 3966), and small texts. A number is what a keypad
 * or a name can be: letters, digits and *#+-_. ; everything else is refused on the way in and
 * escaped on the way out. */
#include <ctype.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define NUMBER_MAX 64

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

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
    char number[NUMBER_MAX];
    size_t len = 0;
    for (size_t i = 0; i < user.len; i++) {
        char c = user.ptr[i];
        if (c == '%') {
            if (i + 2 >= user.len)
                return ERR_INVALID;
            int high = hex_value(user.ptr[i + 1]), low = hex_value(user.ptr[i + 2]);
            if (high < 0 || low < 0)
                return ERR_INVALID;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (!is_number_char(c) || len == sizeof number)
            return ERR_INVALID;
        number[len++] = c;
    }
    if (len == 0)
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
    if (bytes > sizeof raw || getrandom(raw, bytes, 0) != (ssize_t)bytes)
        log_abort("getrandom failed");
    for (size_t i = 0; i < bytes; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    out[2 * bytes] = '\0';
}
