/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One decoder for all who read percent-encoding. They differ in what they do with text that is not
 * encoded rightly: a path or a SIP number decides what happens and is refused; a query or a form of
 * an old client is taken as it was meant. A NUL is refused where it is strict, because C code
 * behind would see a shorter text than was checked. */
#include "base/percent.h"

int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the three at text stand for; -1: none. */
static int code_value(const char *text, size_t len)
{
    int high = len >= 3 ? hex_value(text[1]) : -1;
    int low = high >= 0 ? hex_value(text[2]) : -1;
    return low >= 0 ? high * 16 + low : -1;
}

enum err percent_decode(struct slice text, enum percent_way way, char *out, size_t *out_len)
{
    size_t to = 0;
    for (size_t from = 0; from < text.len; from++) {
        char c = text.ptr[from];
        if (c == '%') {
            int code = code_value(text.ptr + from, text.len - from);
            if (way == PERCENT_STRICT && code <= 0) {
                return ERR_INVALID;
            }
            if (code >= 0) {
                c = (char)code;
                from += 2;
            }
        } else if (c == '+' && way == PERCENT_FORM) {
            c = ' ';
        }
        out[to++] = c;
    }
    *out_len = to;
    return ERR_OK;
}
