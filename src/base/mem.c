/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The only callers of malloc, calloc and realloc in the tree are here. They never return NULL: a
 * server that has run out of memory cannot keep its promises by limping on through paths nobody
 * ever ran, while its journal makes a restart lossless. So the process says what it could not get
 * and ends. Zero bytes are given as one, so that a result is always a pointer one may free.
 *
 * mem_grow doubles, which makes appending one by one linear in total; it starts at eight elements,
 * because most of our arrays (parties of a call, devices of a user) never need more. */
#include "base/mem.h"

#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ELEMENTS 8

static void *or_die(void *ptr, size_t size_bytes)
{
    if (!ptr) {
        log_abort("out of memory: %zu bytes", size_bytes);
    }
    return ptr;
}

void *mem_alloc(size_t size_bytes)
{
    return or_die(malloc(size_bytes ? size_bytes : 1), size_bytes);
}

void *mem_zalloc(size_t size_bytes)
{
    return or_die(calloc(1, size_bytes ? size_bytes : 1), size_bytes);
}

void *mem_realloc(void *ptr, size_t size_bytes)
{
    return or_die(realloc(ptr, size_bytes ? size_bytes : 1), size_bytes);
}

void *mem_grow(void *array, size_t *cap, size_t need, size_t element_size)
{
    if (need <= *cap) {
        return array;
    }
    size_t grown = *cap < FIRST_ELEMENTS / 2 ? FIRST_ELEMENTS : *cap * 2;
    if (grown < need) {
        grown = need;
    }
    size_t size_bytes;
    if (grown < *cap || __builtin_mul_overflow(grown, element_size, &size_bytes)) {
        log_abort("out of memory: %zu elements of %zu bytes", need, element_size);
    }
    array = mem_realloc(array, size_bytes);
    *cap = grown;
    return array;
}

char *mem_strdup(const char *text)
{
    size_t size_bytes = strlen(text) + 1;
    return memcpy(mem_alloc(size_bytes), text, size_bytes);
}

void mem_free(void *ptr)
{
    free(ptr);
}
