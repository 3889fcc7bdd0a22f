/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hash map from bytes to a pointer, open addressing. The map borrows the keys: they must live, and
 * stay unchanged, as long as their entry. There is no iteration on purpose: an order that depends
 * on hashes must never reach a result. Zero-initialised is empty and valid. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdint.h>

#include "base/slice.h"

struct map_entry;

struct map {
    struct map_entry *entries;
    size_t cap; /* 0 or a power of two */
    size_t count;
    size_t tombs;
};

/* NULL when absent. */
void *map_get(const struct map *m, struct slice key);
/* Inserts or replaces (the entry then borrows the new key). value must not be NULL. */
void map_put(struct map *m, struct slice key, void *value);
/* Returns the value that was there, or NULL. */
void *map_remove(struct map *m, struct slice key);
void map_free(struct map *m);

/* The same with a 64-bit number as key: the number must live where key points. */
static inline struct slice map_key_u64(const uint64_t *key)
{
    return (struct slice){(const char *)key, sizeof *key};
}

#endif
