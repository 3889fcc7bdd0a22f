/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* JSON in: a recursive descent over the text that leaves one node per value in the arena. Strict
 * after RFC 8259, because what a lenient reader lets through goes out again byte for byte to
 * clients that are strict. Nothing is converted that nobody asked for: a number stays its text, a
 * string is decoded only when it holds an escape, and each node keeps its raw bytes for those who
 * pass it on.
 *
 * Strings are most of the text. They are scanned eight bytes at a time for what ends or complicates
 * them; UTF-8 and escapes are checked when one is met. A string with escapes is decoded in a second
 * go, into as many bytes as it has, which is always enough.
 *
 * Depth is bounded by max_depth, which bounds the recursion too. An error names the first byte that
 * cannot be; of a bad or broken-off escape or UTF-8 sequence that is its first byte, of any other
 * text that breaks off its end. The byte at the end reads as NUL, which is no part of any JSON
 * text, so that looking at the next byte needs no second question. */
#include "base/json.h"

#include "base/percent.h"
#include "base/utf8.h"

#include <endian.h>
#include <string.h>

#define ONES 0x0101010101010101ULL
#define TOPS 0x8080808080808080ULL

struct reader {
    const char *at;
    const char *start;
    const char *end;
    struct arena *arena;
    struct json_error error;
};

static bool read_value(struct reader *r, struct json *value, unsigned room);

static inline char peek(const struct reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static bool fail(struct reader *r, const char *where, const char *what)
{
    r->error = (struct json_error){(size_t)(where - r->start), what};
    return false;
}

static bool fail_here(struct reader *r, const char *what)
{
    return fail(r, r->at, r->at < r->end ? what : "unexpected end");
}

static inline void skip_blanks(struct reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) {
        r->at++;
    }
}

/* The number in the \uXXXX at text; -1 when it is none. */
static long hex_escape(const char *text, const char *end)
{
    if (end - text < 6 || text[0] != '\\' || text[1] != 'u') {
        return -1;
    }
    long code = 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_value(text[i]);
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

/* Length of the escape at text, a pair of surrogates being one; 0 when it is none. */
static size_t escape_length(const char *text, const char *end)
{
    if (end - text < 2) {
        return 0;
    }
    if (text[1] != 'u') {
        return text[1] && strchr("\"\\/bfnrt", text[1]) ? 2 : 0;
    }
    long code = hex_escape(text, end);
    if (code < 0 || (code >= 0xdc00 && code <= 0xdfff)) {
        return 0;
    }
    if (code < 0xd800 || code > 0xdfff) {
        return 6;
    }
    long low = hex_escape(text + 6, end);
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

static char *put_utf8(char *to, unsigned long code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (code & 0x3f));
    return to;
}

/* Decodes a scanned string; escapes in it are known to be good. */
static struct slice decode(struct arena *arena, const char *from, const char *end)
{
    static const char meaning[128] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                      ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    char *text = arena_alloc(arena, (size_t)(end - from));
    char *to = text;
    while (from < end) {
        const char *escape = memchr(from, '\\', (size_t)(end - from));
        size_t plain = (size_t)((escape ? escape : end) - from);
        memcpy(to, from, plain);
        to += plain;
        from += plain;
        if (from == end) {
            break;
        }
        size_t len = escape_length(from, end);
        if (len == 2) {
            *to++ = meaning[(unsigned char)from[1]];
        } else {
            unsigned long code = (unsigned long)hex_escape(from, end);
            if (len == 12) {
                unsigned long low = (unsigned long)hex_escape(from + 6, end);
                code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
            }
            to = put_utf8(to, code);
        }
        from += len;
    }
    return (struct slice){text, (size_t)(to - text)};
}

/* Moves past bytes that need no second look: neither quote, backslash, control nor above 0x7f. */
static inline const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        uint64_t quote = word ^ ONES * '"';
        uint64_t backslash = word ^ ONES * '\\';
        uint64_t found = ((word - ONES * 0x20) | word | (quote - ONES) | (backslash - ONES)) & TOPS;
        if (found) {
            return at + __builtin_ctzll(found) / 8;
        }
        at += 8;
    }
    while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' &&
           *at != '\\') {
        at++;
    }
    return at;
}

/* At the opening quote. Leaves the decoded text in *text. */
static bool read_string(struct reader *r, struct slice *text)
{
    const char *first = r->at + 1;
    const char *at = first;
    bool has_escape = false;
    for (;;) {
        at = skip_plain(at, r->end);
        if (at == r->end) {
            return fail(r, at, "unexpected end");
        }
        unsigned char c = (unsigned char)*at;
        if (c == '"') {
            break;
        }
        size_t len = 0;
        const char *what = "control character in a string";
        if (c == '\\') {
            len = escape_length(at, r->end);
            has_escape = true;
            what = "bad escape";
        } else if (c >= 0x80) {
            len = utf8_sequence(at, r->end);
            what = "not UTF-8";
        }
        if (len == 0) {
            return fail(r, at, what);
        }
        at += len;
    }
    r->at = at + 1;
    *text = has_escape ? decode(r->arena, first, at) : (struct slice){first, (size_t)(at - first)};
    return true;
}

static bool read_digits(struct reader *r)
{
    const char *first = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    return r->at > first || fail_here(r, "expected a digit");
}

static bool read_number(struct reader *r, struct json *value)
{
    value->type = JSON_NUMBER;
    if (peek(r) == '-') {
        r->at++;
    }
    if (peek(r) == '0') {
        r->at++;
    } else if (!read_digits(r)) {
        return false;
    }
    if (peek(r) == '.') {
        r->at++;
        if (!read_digits(r)) {
            return false;
        }
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->at++;
        if (peek(r) == '+' || peek(r) == '-') {
            r->at++;
        }
        return read_digits(r);
    }
    return true;
}

static bool read_word(struct reader *r, struct json *value, enum json_type type, const char *word)
{
    value->type = type;
    for (; *word; word++, r->at++) {
        if (peek(r) != *word) {
            return fail_here(r, "unexpected character");
        }
    }
    return true;
}

static bool read_key(struct reader *r, struct json *member)
{
    if (peek(r) != '"') {
        return fail_here(r, "expected a key");
    }
    if (!read_string(r, &member->key)) {
        return false;
    }
    skip_blanks(r);
    if (peek(r) != ':') {
        return fail_here(r, "expected a colon");
    }
    r->at++;
    skip_blanks(r);
    return true;
}

/* At the opening bracket of an object or array. */
static bool read_items(struct reader *r, struct json *parent, enum json_type type, unsigned room)
{
    const char close = type == JSON_OBJECT ? '}' : ']';
    struct json **tail = &parent->child;
    uint32_t depth = 0;
    if (room == 0) {
        return fail_here(r, "nested too deep");
    }
    parent->type = type;
    r->at++;
    skip_blanks(r);
    if (peek(r) == close) {
        r->at++;
        parent->depth = 1;
        return true;
    }
    for (;;) {
        struct json *item = arena_zalloc(r->arena, sizeof *item);
        if ((type == JSON_OBJECT && !read_key(r, item)) || !read_value(r, item, room - 1)) {
            return false;
        }
        *tail = item;
        tail = &item->next;
        parent->count++;
        depth = item->depth > depth ? item->depth : depth;
        skip_blanks(r);
        char c = peek(r);
        if (c != ',' && c != close) {
            return fail_here(r, "expected a comma or the closing bracket");
        }
        r->at++;
        if (c == close) {
            parent->depth = depth + 1;
            return true;
        }
        skip_blanks(r);
    }
}

/* Blanks before are skipped already. */
static bool read_value(struct reader *r, struct json *value, unsigned room)
{
    const char *first = r->at;
    bool is_good;
    switch (peek(r)) {
    case '"':
        value->type = JSON_STRING;
        is_good = read_string(r, &value->text);
        break;
    case '{':
        is_good = read_items(r, value, JSON_OBJECT, room);
        break;
    case '[':
        is_good = read_items(r, value, JSON_ARRAY, room);
        break;
    case 't':
        is_good = read_word(r, value, JSON_TRUE, "true");
        break;
    case 'f':
        is_good = read_word(r, value, JSON_FALSE, "false");
        break;
    case 'n':
        is_good = read_word(r, value, JSON_NULL, "null");
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        is_good = read_number(r, value);
        break;
    default:
        return fail_here(r, "expected a value");
    }
    value->raw = (struct slice){first, (size_t)(r->at - first)};
    return is_good;
}

struct json *json_parse(struct arena *arena, struct slice input, unsigned max_depth,
                        struct json_error *error)
{
    const char *start = input.ptr ? input.ptr : "";
    struct reader r = {.at = start, .start = start, .end = start + input.len, .arena = arena};
    struct json *root = arena_zalloc(arena, sizeof *root);
    skip_blanks(&r);
    bool is_good = read_value(&r, root, max_depth < JSON_MAX_DEPTH ? max_depth : JSON_MAX_DEPTH);
    if (is_good) {
        skip_blanks(&r);
        is_good = r.at == r.end || fail_here(&r, "something behind the value");
    }
    if (!is_good) {
        *error = r.error;
        return NULL;
    }
    return root;
}

struct json *json_get(const struct json *object, const char *key)
{
    if (!json_is(object, JSON_OBJECT)) {
        return NULL;
    }
    struct slice wanted = slice_of(key);
    struct json *found = NULL;
    for (struct json *member = object->child; member; member = member->next) {
        if (slice_equal(member->key, wanted)) {
            found = member;
        }
    }
    return found;
}
