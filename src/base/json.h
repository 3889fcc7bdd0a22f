/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A strict JSON reader (RFC 8259) that keeps what it read: every value knows its own text, so that
 * user data goes out byte for byte as it came, with repeated keys, order and 64-bit numbers. And an
 * append-only writer. The input must be UTF-8; unpaired surrogate escapes are refused. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    enum json_type type;
    struct slice raw;   /* the value's own text, borrowed from the input, no blanks around it */
    struct slice key;   /* decoded; of an object's member, else absent */
    struct slice text;  /* decoded; of a string, else absent. May hold NUL bytes */
    struct json *child; /* first element or member */
    struct json *next;  /* next sibling */
    uint32_t count;     /* of elements or members */
    uint32_t depth;     /* 0 for a scalar, else 1 + the deepest child */
};

struct json_error {
    size_t offset;    /* in bytes, of the first byte that is wrong */
    const char *what; /* static text */
};

#define JSON_MAX_DEPTH 128

/* Parses one value with blanks around it. Nodes are in the arena; texts borrow from input where
 * nothing had to be decoded. Returns NULL and fills *error when it is not JSON or is nested deeper
 * than max_depth (at most JSON_MAX_DEPTH). */
struct json *json_parse(struct arena *arena, struct slice input, unsigned max_depth,
                        struct json_error *error);

/* The last member with that key, or NULL; also NULL when object is NULL or no object. */
struct json *json_get(const struct json *object, const char *key);

static inline bool json_is(const struct json *value, enum json_type type)
{
    return value && value->type == type;
}

/* Writes a quoted string; escapes what must be, and U+2028/U+2029. */
void json_write_string(struct buf *out, struct slice text);

/* An object or array in the making: puts the commas. Nest by giving each level its own writer. */
struct json_writer {
    struct buf *out;
    bool has_item;
};

struct json_writer json_begin_object(struct buf *out);
struct json_writer json_begin_array(struct buf *out);
void json_end_object(struct json_writer *w);
void json_end_array(struct json_writer *w);
/* Comma if needed and the key with its colon; the caller then writes the value to out. */
void json_key(struct json_writer *w, const char *key);
void json_key_slice(struct json_writer *w, struct slice key);
/* Comma if needed, before an array's element. */
void json_item(struct json_writer *w);
void json_string(struct json_writer *w, const char *key, struct slice text);
void json_text(struct json_writer *w, const char *key, const char *text);
void json_u64(struct json_writer *w, const char *key, uint64_t value);
void json_i64(struct json_writer *w, const char *key, int64_t value);
void json_bool(struct json_writer *w, const char *key, bool value);
/* raw is JSON already. */
void json_raw(struct json_writer *w, const char *key, struct slice raw);

#endif
