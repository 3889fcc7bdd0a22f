/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Intrusive binary heap of deadlines: the earliest first, equal times in the order of their
 * tie-breaking number. Used for the core's deadlines and for the web side's timers. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_node {
    uint64_t at_ms;
    uint64_t tie;
    size_t index; /* position + 1; 0 = not in a heap */
};

struct heap {
    struct heap_node **nodes;
    size_t count;
    size_t cap;
};

/* Adds the node, or moves it when it is already in. */
void heap_set(struct heap *h, struct heap_node *node, uint64_t at_ms, uint64_t tie);
/* Takes it out; nothing happens when it is not in. */
void heap_remove(struct heap *h, struct heap_node *node);
/* The earliest, or NULL. */
struct heap_node *heap_first(const struct heap *h);
void heap_free(struct heap *h);

#endif
