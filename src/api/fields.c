/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which attributes and which subresources a GET asks for (platform reference 1.4): nothing, "*", or
 * names with commas. Names nobody has are no error: old clients ask for what newer servers dropped.
 * Blanks and line feeds around a name are not part of it. Names that are no UTF-8 are left out,
 * since names come back in answers, which are JSON. */
#include "api/api_int.h"

#include "base/percent.h"
#include "base/utf8.h"

static struct slice decode(struct arena *arena, struct slice text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    (void)percent_decode(text, PERCENT_LENIENT, out, &len);
    return (struct slice){out, len};
}

static struct slice trim(struct slice s)
{
    while (s.len > 0 && strchr(" \t\r\n", s.ptr[0]) && s.ptr[0])
        s = (struct slice){s.ptr + 1, s.len - 1};
    while (s.len > 0 && strchr(" \t\r\n", s.ptr[s.len - 1]) && s.ptr[s.len - 1])
        s.len--;
    return s;
}

static void read_names(struct slice value, struct fields *out)
{
    for (struct slice rest = value; rest.ptr && out->count < FIELDS_MAX;) {
        struct slice name = trim(slice_split(rest, ',', &rest));
        if (slice_is(name, "*"))
            out->is_all = true;
        else if (name.len > 0 && utf8_is_valid(name))
            out->names[out->count++] = name;
    }
}

void api_fields_read(const struct exchange *x, const char *parameter, struct fields *out)
{
    *out = (struct fields){0};
    for (struct slice rest = x->query; rest.len > 0;) {
        struct slice value;
        struct slice name = slice_split(slice_split(rest, '&', &rest), '=', &value);
        if (!slice_is(decode(x->arena, name), parameter))
            continue;
        out->is_given = true;
        if (value.ptr)
            read_names(decode(x->arena, value), out);
    }
}

struct slice api_parameter(const struct exchange *x, const char *name)
{
    for (struct slice rest = x->query; rest.len > 0;) {
        struct slice value;
        struct slice key = slice_split(slice_split(rest, '&', &rest), '=', &value);
        if (slice_is(decode(x->arena, key), name))
            return decode(x->arena, value.ptr ? value : SLICE(""));
    }
    return SLICE_NONE;
}

bool api_fields_has(const struct fields *fields, const char *name)
{
    if (!fields || !fields->is_given || fields->is_all)
        return true;
    for (size_t i = 0; i < fields->count; i++)
        if (slice_is(fields->names[i], name))
            return true;
    return false;
}
