/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* JSON out: text appended to a buffer, no tree in between. What we send has a known shape, so
 * building a tree of it first would only cost an allocation per value (and did, in every library
 * measured: ten times the time).
 *
 * A string is copied and examined in one go, eight bytes at a time: a word is stored first and
 * looked at then, and only when a byte in it must be escaped does it matter where. The buffer
 * always has room for the rest of the text and the longest escape, so stores need no check each.
 * U+2028 and U+2029 are escaped because scripts that still evaluate JSON as JavaScript break at
 * them; other text goes out as it is and must be UTF-8, as everything is that came through the
 * reader.
 *
 * Keys are escaped like any string: nearly free, and nobody has to know who chose a key. */
#include "base/json.h"

#include <endian.h>
#include <string.h>

#define ONES 0x0101010101010101ULL
#define TOPS 0x8080808080808080ULL

/* Room for an escape of six, the word that is stored beyond the end, quotes, comma and colon. */
#define SLACK 20

/* The top bit of each byte of the word that may need an escape. Exact for the lowest such byte;
 * 0xe2 is where U+2028 and U+2029 begin. */
static inline uint64_t suspects(uint64_t word)
{
    uint64_t quote = word ^ ONES * '"';
    uint64_t backslash = word ^ ONES * '\\';
    uint64_t separator = word ^ ONES * 0xe2;
    return (((word - ONES * 0x20) & ~word) | ((quote - ONES) & ~quote) |
            ((backslash - ONES) & ~backslash) | ((separator - ONES) & ~separator)) &
           TOPS;
}

static inline bool is_suspect(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0xe2;
}

/* Copies bytes up to the next that may need an escape or the end. */
static inline char *copy_plain(char *to, const char **from, const char *end)
{
    const char *at = *from;
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        memcpy(to, &word, sizeof word);
        uint64_t found = suspects(le64toh(word));
        if (found) {
            unsigned plain = (unsigned)__builtin_ctzll(found) / 8;
            *from = at + plain;
            return to + plain;
        }
        at += 8;
        to += 8;
    }
    while (at < end && !is_suspect((unsigned char)*at)) {
        *to++ = *at++;
    }
    *from = at;
    return to;
}

/* Writes the suspect at *from, escaped if it must be. */
static char *write_suspect(char *to, const char **from, const char *end)
{
    static const char digits[17] = "0123456789abcdef";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    unsigned char c = (unsigned char)*(*from)++;
    if (c == 0xe2) {
        if (end - *from >= 2 && (unsigned char)(*from)[0] == 0x80 &&
            ((unsigned char)(*from)[1] & 0xfe) == 0xa8) {
            struct slice escape =
                (unsigned char)(*from)[1] == 0xa8 ? SLICE("\\u2028") : SLICE("\\u2029");
            memcpy(to, escape.ptr, escape.len);
            *from += 2;
            return to + escape.len;
        }
        *to++ = (char)c;
        return to;
    }
    *to++ = '\\';
    if (c >= 0x20) {
        *to++ = (char)c;
    } else if (letters[c]) {
        *to++ = letters[c];
    } else {
        *to++ = 'u';
        *to++ = '0';
        *to++ = '0';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

/* Appends before (0 for none), the quoted text, and after (0 for none). */
static inline void write_quoted(struct buf *out, char before, struct slice text, char after)
{
    buf_reserve(out, text.len + SLACK);
    char *to = out->ptr + out->len;
    if (before) {
        *to++ = before;
    }
    *to++ = '"';
    const char *from = text.ptr;
    const char *end = from + text.len;
    while (from < end) {
        to = copy_plain(to, &from, end);
        if (from == end) {
            break;
        }
        to = write_suspect(to, &from, end);
        out->len = (size_t)(to - out->ptr);
        buf_reserve(out, (size_t)(end - from) + SLACK);
        to = out->ptr + out->len;
    }
    *to++ = '"';
    if (after) {
        *to++ = after;
    }
    out->len = (size_t)(to - out->ptr);
}

void json_write_string(struct buf *out, struct slice text)
{
    write_quoted(out, 0, text, 0);
}

struct json_writer json_begin_object(struct buf *out)
{
    buf_char(out, '{');
    return (struct json_writer){out, false};
}

struct json_writer json_begin_array(struct buf *out)
{
    buf_char(out, '[');
    return (struct json_writer){out, false};
}

void json_end_object(struct json_writer *w)
{
    buf_char(w->out, '}');
}

void json_end_array(struct json_writer *w)
{
    buf_char(w->out, ']');
}

void json_key_slice(struct json_writer *w, struct slice key)
{
    write_quoted(w->out, w->has_item ? ',' : 0, key, ':');
    w->has_item = true;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_slice(w, slice_of(key));
}

void json_item(struct json_writer *w)
{
    if (w->has_item) {
        buf_char(w->out, ',');
    }
    w->has_item = true;
}

void json_string(struct json_writer *w, const char *key, struct slice text)
{
    json_key(w, key);
    write_quoted(w->out, 0, text, 0);
}

void json_text(struct json_writer *w, const char *key, const char *text)
{
    json_string(w, key, slice_of(text));
}

void json_u64(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    buf_u64(w->out, value);
}

void json_i64(struct json_writer *w, const char *key, int64_t value)
{
    json_key(w, key);
    if (value < 0) {
        buf_char(w->out, '-');
    }
    buf_u64(w->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
    json_key(w, key);
    buf_slice(w->out, value ? SLICE("true") : SLICE("false"));
}

void json_raw(struct json_writer *w, const char *key, struct slice raw)
{
    json_key(w, key);
    buf_slice(w->out, raw);
}
