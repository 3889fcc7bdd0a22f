/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An arena is a chain of blocks, the newest first; a request's or a batch's allocations are cut off
 * the newest one after another and go away together. Nothing is remembered of a single allocation,
 * so it costs an addition and a comparison, and forgetting to free one is not possible.
 *
 * The first block is a page and outlives arena_reset, so that an arena that serves one request
 * after another settles at no calls to malloc at all. Each further block is twice its predecessor
 * up to a megabyte: a request's memory is proportional to what it used, however it grew. What is
 * left over in a block that was too small for the next allocation is not used again; looking for it
 * would cost every allocation more than it is worth. */
#include "base/arena.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ALIGNMENT         _Alignof(max_align_t)
#define FIRST_BLOCK_BYTES 4096
#define MAX_BLOCK_BYTES   ((size_t)1024 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t cap;
    _Alignas(max_align_t) char bytes[];
};

static __attribute__((noinline)) void add_block(struct arena *a, size_t at_least)
{
    size_t size_bytes = FIRST_BLOCK_BYTES;
    if (a->newest) {
        size_bytes = (a->newest->cap + sizeof(struct arena_block)) * 2;
        if (size_bytes > MAX_BLOCK_BYTES) {
            size_bytes = MAX_BLOCK_BYTES;
        }
    }
    if (size_bytes < at_least + sizeof(struct arena_block)) {
        size_bytes = at_least + sizeof(struct arena_block);
    }
    struct arena_block *block = mem_alloc(size_bytes);
    block->older = a->newest;
    block->cap = size_bytes - sizeof(struct arena_block);
    a->newest = block;
    a->used_bytes = 0;
}

static inline size_t left_bytes(const struct arena *a)
{
    return a->newest ? a->newest->cap - a->used_bytes : 0;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
    if (size_bytes > PTRDIFF_MAX) {
        log_abort("out of memory: %zu bytes in an arena", size_bytes);
    }
    size_t rounded = (size_bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (!a->newest || left_bytes(a) < rounded) {
        add_block(a, rounded);
    }
    void *ptr = a->newest->bytes + a->used_bytes;
    a->used_bytes += rounded;
    return ptr;
}

void *arena_zalloc(struct arena *a, size_t size_bytes)
{
    return memset(arena_alloc(a, size_bytes), 0, size_bytes);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    if (!s.ptr) {
        return SLICE_NONE;
    }
    return (struct slice){memcpy(arena_alloc(a, s.len), s.ptr, s.len), s.len};
}

char *arena_string(struct arena *a, struct slice s)
{
    char *text = arena_alloc(a, s.len + 1);
    if (s.len) {
        memcpy(text, s.ptr, s.len);
    }
    text[s.len] = '\0';
    return text;
}

/* Prints into what is left of the newest block and, when that was too little, once more. */
struct slice arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    size_t room = left_bytes(a);
    char *text = room ? a->newest->bytes + a->used_bytes : NULL;
    va_start(args, format);
    int printed = vsnprintf(text, room, format, args);
    va_end(args);
    if (printed < 0) {
        log_abort("a format that cannot be printed: %s", format);
    }
    size_t len = (size_t)printed;
    char *result = arena_alloc(a, len + 1);
    if (len >= room) {
        va_start(args, format);
        vsnprintf(result, len + 1, format, args);
        va_end(args);
    }
    return (struct slice){result, len};
}

void arena_reset(struct arena *a)
{
    while (a->newest && a->newest->older) {
        struct arena_block *block = a->newest;
        a->newest = block->older;
        mem_free(block);
    }
    a->used_bytes = 0;
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    mem_free(a->newest);
    a->newest = NULL;
}
