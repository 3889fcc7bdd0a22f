/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Is it UTF-8 (RFC 3629)? Texts of clients must be; nearly all are ASCII, so eight bytes are looked
 * at together until one is not. Overlong forms, surrogates and what is over U+10FFFF are not UTF-8:
 * that is decided by the range of the second byte. */
#include "base/utf8.h"

#include <stdint.h>

#define HIGH_BITS 0x8080808080808080u

struct lead {
    unsigned char first;
    unsigned char last;
    unsigned char second_first;
    unsigned char second_last;
    unsigned char more; /* bytes behind the second */
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1}, {0xe1, 0xec, 0x80, 0xbf, 1},
    {0xed, 0xed, 0x80, 0x9f, 1}, {0xee, 0xef, 0x80, 0xbf, 1}, {0xf0, 0xf0, 0x90, 0xbf, 2},
    {0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2},
};

size_t utf8_sequence(const char *at, const char *end_of_text)
{
    const unsigned char *p = (const unsigned char *)at;
    const unsigned char *end = (const unsigned char *)end_of_text;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        const struct lead *l = &leads[i];
        if (*p < l->first || *p > l->last) {
            continue;
        }
        size_t len = 2u + l->more;
        if ((size_t)(end - p) < len || p[1] < l->second_first || p[1] > l->second_last) {
            return 0;
        }
        for (size_t byte = 2; byte < len; byte++) {
            if ((p[byte] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return len;
    }
    return 0;
}

bool utf8_is_valid(struct slice text)
{
    const char *p = text.ptr ? text.ptr : "";
    const char *end = p + text.len;
    while (p < end) {
        uint64_t eight;
        if ((size_t)(end - p) >= sizeof eight) {
            memcpy(&eight, p, sizeof eight);
            if (!(eight & HIGH_BITS)) {
                p += sizeof eight;
                continue;
            }
        }
        size_t len = (unsigned char)*p < 0x80 ? 1 : utf8_sequence(p, end);
        if (len == 0) {
            return false;
        }
        p += len;
    }
    return true;
}
