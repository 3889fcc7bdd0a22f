/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Borrowed bytes: a pointer and a length. A slice owns nothing; whoever hands one out says until
 * when it is good. Not NUL-terminated. {NULL, 0} is "absent", {non-NULL, 0} is "empty". */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *ptr;
    size_t len;
};

#define SLICE_NONE ((struct slice){NULL, 0})
/* A slice of a string literal. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equal(a, slice_of(text));
}

/* Equal but for ASCII case; for HTTP and SIP names. */
bool slice_equal_nocase(struct slice a, struct slice b);

bool slice_starts_with(struct slice a, struct slice prefix);

/* Splits at the first separator: returns what is before it and leaves the rest in *rest (absent
 * when there was no separator). */
struct slice slice_split(struct slice whole, char separator, struct slice *rest);

/* Strips spaces and tabs at both ends. */
struct slice slice_trim(struct slice a);

/* Decimal digits only, no sign; false when empty, not a number or over max. */
bool slice_to_u64(struct slice a, unsigned long long max, unsigned long long *out);

#endif
