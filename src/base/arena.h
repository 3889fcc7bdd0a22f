/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Memory that is freed all at once: one arena per request or batch. Zero-initialised is valid. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *newest;
    size_t used_bytes; /* of the newest block */
};

/* Aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t size_bytes);
void *arena_zalloc(struct arena *a, size_t size_bytes);
struct slice arena_copy(struct arena *a, struct slice s);
/* NUL-terminated copy. */
char *arena_string(struct arena *a, struct slice s);
struct slice arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Frees all blocks but the first and starts anew. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
