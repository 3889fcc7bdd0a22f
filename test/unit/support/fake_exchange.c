/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The fake stays when it is answered, unlike a real exchange, so that the test can look at it; but
 * its arena is freed at once, so that whoever still uses it is found by the address sanitizer. */
#include "fake_exchange.h"

#include "base/buf.h"
#include "base/mem.h"

static char *text_of(struct slice s)
{
    char *text = mem_alloc(s.len + 1);
    if (s.len > 0)
        memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    return text;
}

static struct slice header(const struct exchange *x, const char *name)
{
    const struct fake *f = (const struct fake *)x;
    for (size_t i = 0; i < f->header_count; i++)
        if (strcmp(f->names[i], name) == 0)
            return slice_of(f->values[i]);
    return SLICE_NONE;
}

static void answer(struct exchange *x, const struct exchange_answer *a)
{
    struct fake *f = (struct fake *)x;
    f->answers++;
    f->status = a->status;
    f->type = a->content_type;
    mem_free(f->body);
    mem_free(f->headers);
    f->body = text_of(a->body);
    struct buf lines = {0};
    buf_slice(&lines, a->headers);
    buf_slice(&lines, x->set_cookie);
    f->headers = text_of(buf_view(&lines));
    buf_free(&lines);
    arena_free(&f->arena);
}

static void forget(struct exchange *x)
{
    arena_free(x->arena);
}

static void abandon(struct exchange *x)
{
    ((struct fake *)x)->answers++;
    arena_free(x->arena);
}

static bool is_gone(const struct exchange *x)
{
    return ((const struct fake *)x)->is_gone;
}

static const struct exchange_verbs verbs = {header, answer, forget, abandon, is_gone};

struct fake *fake_new(const char *method, const char *path, const char *body)
{
    struct fake *f = mem_zalloc(sizeof *f);
    f->x = (struct exchange){.verbs = &verbs, .arena = &f->arena, .peer = SLICE("127.0.0.1:9")};
    f->x.method = slice_of(method);
    f->x.path = slice_split(slice_of(path), '?', &f->x.query);
    f->x.body = slice_of(body ? body : "");
    return f;
}

void fake_header(struct fake *f, const char *name, const char *value)
{
    f->names[f->header_count] = name;
    f->values[f->header_count++] = value;
}

void fake_free(struct fake *f)
{
    arena_free(&f->arena);
    mem_free(f->body);
    mem_free(f->headers);
    mem_free(f);
}
