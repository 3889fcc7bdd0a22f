/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What one does with borrowed bytes besides comparing them for equality, which is inline in the
 * header. All of it is for protocols, so letters mean ASCII and no function looks at the locale:
 * the C library's strcasecmp, strtoul and isspace do, take signs and blanks that no grammar of
 * ours allows, and need a NUL that slices do not have.
 *
 * An absent slice may be given everywhere and behaves like an empty one. */
#include "base/slice.h"

static unsigned char lower(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool slice_starts_with(struct slice a, struct slice prefix)
{
    return a.len >= prefix.len && slice_equal((struct slice){a.ptr, prefix.len}, prefix);
}

struct slice slice_split(struct slice whole, char separator, struct slice *rest)
{
    const char *found = whole.len ? memchr(whole.ptr, separator, whole.len) : NULL;
    if (!found) {
        *rest = SLICE_NONE;
        return whole;
    }
    size_t before = (size_t)(found - whole.ptr);
    *rest = (struct slice){found + 1, whole.len - before - 1};
    return (struct slice){whole.ptr, before};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice a)
{
    while (a.len && is_blank(a.ptr[a.len - 1])) {
        a.len--;
    }
    while (a.len && is_blank(*a.ptr)) {
        a.ptr++;
        a.len--;
    }
    return a;
}

bool slice_to_u64(struct slice a, unsigned long long max, unsigned long long *out)
{
    unsigned long long value = 0;
    for (size_t i = 0; i < a.len; i++) {
        if (a.ptr[i] < '0' || a.ptr[i] > '9') {
            return false;
        }
        unsigned digit = (unsigned)(a.ptr[i] - '0');
        if (value > max / 10 || value * 10 > max - digit) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (a.len == 0) {
        return false;
    }
    *out = value;
    return true;
}
