/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Open addressing with linear probing in a power-of-two table, at most three quarters full. An
 * entry keeps its key's hash: a probe compares a word before it follows the key's pointer, and
 * growing never touches the keys. An entry without a value is free; with the mark it is a tomb that
 * a probe must pass. A removed entry becomes a tomb only when its right neighbour is in use,
 * otherwise it and the tombs left of it become free at once, so a map that comes and goes (calls,
 * connections) rarely has any; what is left of them goes when the table is built anew.
 *
 * The hash is seeded at random per process. Keys come from the network (SIP Call-IDs, names), and
 * a fixed seed would let a stranger choose ones that all fall into one place. Nothing can depend on
 * it: there is no iteration. */
#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_ENTRIES 16

struct map_entry {
    const char *key;
    size_t len;
    void *value;   /* NULL: free or a tomb */
    uint64_t hash; /* of a free entry 0, of a tomb 1 */
};

static uint64_t process_seed;

/* Before main, so that no map needs a lock or a check. Where there is no randomness yet, the seed
 * stays as it is: maps work with any. */
__attribute__((constructor)) static void choose_seed(void)
{
    if (getrandom(&process_seed, sizeof process_seed, GRND_NONBLOCK) < 0) {
        process_seed = 0;
    }
}

static inline uint64_t hash_of(struct slice key)
{
    return hash_bytes(process_seed, key.ptr, key.len);
}

static inline bool is_match(const struct map_entry *e, uint64_t hash, struct slice key)
{
    return e->hash == hash && e->value && e->len == key.len &&
           (key.len == 0 || memcmp(e->key, key.ptr, key.len) == 0);
}

static inline bool is_free(const struct map_entry *e)
{
    return !e->value && e->hash == 0;
}

static struct map_entry *find(const struct map *m, uint64_t hash, struct slice key)
{
    if (m->count == 0) {
        return NULL;
    }
    for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
        struct map_entry *e = &m->entries[i];
        if (is_match(e, hash, key)) {
            return e;
        }
        if (is_free(e)) {
            return NULL;
        }
    }
}

/* The first free place or tomb for a key that is not in the table. */
static struct map_entry *find_room(const struct map *m, uint64_t hash)
{
    size_t i = hash & (m->cap - 1);
    while (m->entries[i].value) {
        i = (i + 1) & (m->cap - 1);
    }
    return &m->entries[i];
}

/* Into a table of at least twice the entries, without tombs. */
static void rebuild(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap ? old.cap : FIRST_ENTRIES;
    while (m->cap < (m->count + 1) * 2) {
        m->cap *= 2;
    }
    m->tombs = 0;
    m->entries = mem_zalloc(m->cap * sizeof *m->entries);
    for (size_t i = 0; i < old.cap; i++) {
        if (old.entries[i].value) {
            *find_room(m, old.entries[i].hash) = old.entries[i];
        }
    }
    mem_free(old.entries);
}

void *map_get(const struct map *m, struct slice key)
{
    if (m->count == 0) {
        return NULL;
    }
    const struct map_entry *e = find(m, hash_of(key), key);
    return e ? e->value : NULL;
}

void map_put(struct map *m, struct slice key, void *value)
{
    uint64_t hash = hash_of(key);
    struct map_entry *e = find(m, hash, key);
    if (!e) {
        if ((m->count + m->tombs + 1) * 4 > m->cap * 3) {
            rebuild(m);
        }
        e = find_room(m, hash);
        m->tombs -= e->hash;
        m->count++;
    }
    *e = (struct map_entry){key.ptr, key.len, value, hash};
}

void *map_remove(struct map *m, struct slice key)
{
    struct map_entry *e = find(m, hash_of(key), key);
    if (!e) {
        return NULL;
    }
    void *value = e->value;
    *e = (struct map_entry){.hash = 1};
    m->count--;
    m->tombs++;
    size_t i = (size_t)(e - m->entries);
    if (is_free(&m->entries[(i + 1) & (m->cap - 1)])) {
        while (!m->entries[i].value && m->entries[i].hash == 1) {
            m->entries[i].hash = 0;
            m->tombs--;
            i = (i - 1) & (m->cap - 1);
        }
    }
    return value;
}

void map_free(struct map *m)
{
    mem_free(m->entries);
    *m = (struct map){0};
}
