/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Deadlines as a binary heap in an array of pointers. Each node knows its place, so moving or
 * taking out a deadline costs the same few steps as adding one and nobody keeps dead entries in the
 * heap to skip later; a call's timers are set anew far more often than they fire. A sorted list
 * collapses at thousands of timers, and a wheel cannot say which is the earliest, which is what the
 * core is asked after every batch.
 *
 * Equal times leave in the order of their tie-breaking number, never of their place in memory:
 * the order of deadlines is part of the core's result. */
#include "base/heap.h"

#include "base/mem.h"

#include <stdbool.h>

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->tie < b->tie;
}

static void place(struct heap *h, size_t position, struct heap_node *node)
{
    h->nodes[position] = node;
    node->index = position + 1;
}

/* Moves the hole at position up until node fits into it; returns where that is. */
static size_t sift_up(struct heap *h, size_t position, const struct heap_node *node)
{
    while (position > 0) {
        size_t parent = (position - 1) / 2;
        if (!is_before(node, h->nodes[parent])) {
            break;
        }
        place(h, position, h->nodes[parent]);
        position = parent;
    }
    return position;
}

static size_t sift_down(struct heap *h, size_t position, const struct heap_node *node)
{
    for (;;) {
        size_t child = position * 2 + 1;
        if (child >= h->count) {
            return position;
        }
        if (child + 1 < h->count && is_before(h->nodes[child + 1], h->nodes[child])) {
            child++;
        }
        if (!is_before(h->nodes[child], node)) {
            return position;
        }
        place(h, position, h->nodes[child]);
        position = child;
    }
}

static void settle(struct heap *h, size_t position, struct heap_node *node)
{
    size_t up = sift_up(h, position, node);
    place(h, up == position ? sift_down(h, position, node) : up, node);
}

void heap_set(struct heap *h, struct heap_node *node, uint64_t at_ms, uint64_t tie)
{
    node->at_ms = at_ms;
    node->tie = tie;
    if (!node->index) {
        h->nodes = mem_grow(h->nodes, &h->cap, h->count + 1, sizeof(struct heap_node *));
        node->index = ++h->count;
    }
    settle(h, node->index - 1, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
    if (!node->index) {
        return;
    }
    size_t hole = node->index - 1;
    node->index = 0;
    struct heap_node *last = h->nodes[--h->count];
    if (last != node) {
        settle(h, hole, last);
    }
}

struct heap_node *heap_first(const struct heap *h)
{
    return h->count ? h->nodes[0] : NULL;
}

void heap_free(struct heap *h)
{
    for (size_t i = 0; i < h->count; i++) {
        h->nodes[i]->index = 0;
    }
    mem_free(h->nodes);
    *h = (struct heap){0};
}
