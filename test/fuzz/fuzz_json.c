/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Any bytes into the JSON reader, with cJSON as the second opinion. cJSON is lenient where we are
 * strict, so the two are held together in both directions:
 *
 * - what we accept, cJSON accepts, and both trees say the same: types, order, keys, texts, numbers;
 * - what we refuse and cJSON accepts is one of cJSON's known leniencies, shown by the very byte we
 *   named as wrong: so a refusal without ground is a finding too, and so is a wrong offset.
 *
 * What we accept is clean UTF-8, in which cJSON takes no interest. Then the reader is held against
 * itself: every value's own text parses to the same value alone, depth and count are those of the
 * children, and what the writer makes of a text is read back as that text, by cJSON as well.
 *
 * A finding is an abort. Inputs that found something belong into corpus/json, where every run
 * starts. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some versions of cJSON read no more of a number than this and trip over the rest. */
#define CJSON_NUMBER_BYTES 63

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_long_number(const struct json *value)
{
    if (value->type == JSON_NUMBER && value->raw.len > CJSON_NUMBER_BYTES) {
        return true;
    }
    for (const struct json *child = value->child; child; child = child->next) {
        if (has_long_number(child)) {
            return true;
        }
    }
    return false;
}

/* cJSON ends its texts with a NUL; ours may hold one, and then its text goes on behind it. */
static void expect_same_text(const char *theirs, struct slice ours)
{
    EXPECT(theirs && ours.ptr);
    EXPECT(memcmp(theirs, ours.ptr, ours.len) == 0 && theirs[ours.len] == '\0');
}

static void expect_same_number(double theirs, struct slice raw)
{
    struct arena arena = {0};
    const char *text = arena_string(&arena, raw);
    char *end = NULL;
    double ours = strtod(text, &end);
    EXPECT(end == text + raw.len);
    EXPECT(ours == theirs);
    arena_free(&arena);
}

static void expect_same(const struct json *ours, const cJSON *theirs)
{
    static const int types[] = {
        [JSON_NULL] = cJSON_NULL,     [JSON_FALSE] = cJSON_False,   [JSON_TRUE] = cJSON_True,
        [JSON_NUMBER] = cJSON_Number, [JSON_STRING] = cJSON_String, [JSON_ARRAY] = cJSON_Array,
        [JSON_OBJECT] = cJSON_Object};
    EXPECT((theirs->type & 0xff) == types[ours->type]);
    if (ours->type == JSON_STRING) {
        expect_same_text(theirs->valuestring, ours->text);
    }
    if (ours->type == JSON_NUMBER) {
        expect_same_number(theirs->valuedouble, ours->raw);
    }
    const cJSON *other = theirs->child;
    for (const struct json *child = ours->child; child; child = child->next) {
        EXPECT(other != NULL);
        if (ours->type == JSON_OBJECT) {
            expect_same_text(other->string, child->key);
        }
        expect_same(child, other);
        other = other->next;
    }
    EXPECT(other == NULL);
}

static bool is_number_byte(char c)
{
    return c != '\0' && strchr("0123456789+-.eE", c) != NULL;
}

/* Whether wrong is in or right behind what may be part of a number and is none after RFC 8259:
 * cJSON leaves numbers to strtod, which takes 01, 1. and the like. */
static bool is_bad_number(const char *bytes, const char *wrong)
{
    static regex_t number;
    static bool is_compiled;
    const char *first = wrong;
    while (first > bytes && is_number_byte(first[-1])) {
        first--;
    }
    regmatch_t token = {0, 0};
    while (is_number_byte(first[token.rm_eo])) {
        token.rm_eo++;
    }
    if (!is_compiled) {
        EXPECT(regcomp(&number, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$",
                       REG_EXTENDED) == 0);
        is_compiled = true;
    }
    return token.rm_eo > 0 && regexec(&number, first, 1, &token, REG_STARTEND) != 0;
}

static bool is_utf8_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Whether the bytes at text are no well-formed UTF-8 sequence, decided by its number. */
static bool is_bad_utf8(const char *text, size_t left)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = (unsigned char)*text;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc0 || lead >= 0xf8 || left < len) {
        return true;
    }
    unsigned long code = lead & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (!is_utf8_tail(text[i])) {
            return true;
        }
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
}

/* What is accepted is UTF-8 without control characters, wherever cJSON would look away. */
static void expect_clean(struct slice input)
{
    for (size_t i = 0; i < input.len;) {
        unsigned char byte = (unsigned char)input.ptr[i];
        EXPECT(byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r');
        EXPECT(byte < 0x80 || !is_bad_utf8(input.ptr + i, input.len - i));
        i += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    }
}

/* cJSON takes four bytes that are no hex digits for U+0000. */
static bool is_bad_hex(const char *text, size_t left)
{
    return left >= 6 && text[1] == 'u' && strspn(text + 2, "0123456789abcdefABCDEF") < 4;
}

/* Whether the byte that we named is a known reason for cJSON to be content. bytes end in a NUL. */
static bool is_known_leniency(const char *bytes, size_t size, struct json_error error)
{
    EXPECT(error.offset <= size);
    const char *wrong = bytes + error.offset;
    size_t left = size - error.offset;
    if ((unsigned char)*wrong < 0x20) {
        return true; /* blanks are all up to 0x20 for it, and texts hold any byte */
    }
    if (error.offset == 0 && memcmp(bytes, "\xef\xbb\xbf", left < 3 ? left : 3) == 0) {
        return true; /* a byte order mark */
    }
    if (strcmp(error.what, "nested too deep") == 0) {
        return *wrong == '[' || *wrong == '{';
    }
    if ((unsigned char)*wrong >= 0x80) {
        return is_bad_utf8(wrong, left);
    }
    if (*wrong == '\\') {
        return is_bad_hex(wrong, left) || (left >= 12 && is_bad_hex(wrong + 6, left - 6));
    }
    return is_bad_number(bytes, wrong);
}

static void expect_sound(struct arena *arena, const struct json *value)
{
    struct json_error error;
    const struct json *alone = json_parse(arena, value->raw, JSON_MAX_DEPTH, &error);
    EXPECT(alone && alone->type == value->type && slice_equal(alone->raw, value->raw));
    EXPECT(alone->count == value->count && alone->depth == value->depth);
    EXPECT((value->text.ptr != NULL) == (value->type == JSON_STRING));
    uint32_t count = 0;
    uint32_t depth = 0;
    for (const struct json *child = value->child; child; child = child->next) {
        EXPECT((child->key.ptr != NULL) == (value->type == JSON_OBJECT));
        EXPECT(child->raw.ptr > value->raw.ptr);
        EXPECT(child->raw.ptr + child->raw.len < value->raw.ptr + value->raw.len);
        depth = child->depth > depth ? child->depth : depth;
        count++;
    }
    bool is_nest = value->type == JSON_ARRAY || value->type == JSON_OBJECT;
    EXPECT(value->count == count && value->depth == (is_nest ? depth + 1 : 0));
}

static void expect_text_survives(struct arena *arena, struct slice text)
{
    struct buf out = {0};
    struct json_error error;
    json_write_string(&out, text);
    const struct json *read = json_parse(arena, buf_view(&out), 0, &error);
    EXPECT(json_is(read, JSON_STRING) && slice_equal(read->text, text));
    cJSON *theirs = cJSON_ParseWithLength(out.ptr, out.len);
    EXPECT(theirs != NULL);
    expect_same_text(theirs->valuestring, text);
    cJSON_Delete(theirs);
    buf_free(&out);
}

static void expect_consistent(struct arena *arena, const struct json *value)
{
    expect_sound(arena, value);
    if (value->key.ptr) {
        expect_text_survives(arena, value->key);
    }
    if (value->type == JSON_STRING) {
        expect_text_survives(arena, value->text);
    }
    for (const struct json *child = value->child; child; child = child->next) {
        expect_consistent(arena, child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct json_error error = {SIZE_MAX, NULL};
    struct slice input = {(const char *)data, size};
    const struct json *ours = json_parse(&arena, input, JSON_MAX_DEPTH, &error);
    const char *bytes = arena_string(&arena, input);
    cJSON *theirs = cJSON_ParseWithLengthOpts(bytes, size + 1, NULL, 1);
    if (ours) {
        expect_clean(input);
        EXPECT(theirs || has_long_number(ours));
        if (theirs) {
            expect_same(ours, theirs);
        }
        expect_consistent(&arena, ours);
    } else {
        EXPECT(error.what && error.offset <= size);
        EXPECT(!theirs || is_known_leniency(bytes, size, error));
    }
    cJSON_Delete(theirs);
    arena_free(&arena);
    return 0;
}
