/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A slot for each value up to 128, then 128 slots for every doubling: any time from a nanosecond to
 * centuries fits, adding is a few instructions, and a quantile is off by less than 1 %. */
#include "histogram.h"

#include <stdio.h>

#define SUB (1u << HISTOGRAM_SUB_BITS)

static size_t slot_of(uint64_t ns)
{
    if (ns < SUB)
        return (size_t)ns;
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
    return ((size_t)(shift + 1) << HISTOGRAM_SUB_BITS) + (size_t)((ns >> shift) - SUB);
}

/* The largest value that falls into the slot. */
static uint64_t slot_top(size_t slot)
{
    if (slot < SUB)
        return slot;
    unsigned shift = (unsigned)(slot >> HISTOGRAM_SUB_BITS) - 1;
    return (((uint64_t)(slot % SUB) + SUB + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t ns)
{
    h->slots[slot_of(ns)]++;
    h->count++;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

double histogram_ms(const struct histogram *h, double share)
{
    uint64_t rank = (uint64_t)((double)h->count * share);
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_SLOTS; i++) {
        seen += h->slots[i];
        if (seen > rank) {
            uint64_t top = slot_top(i);
            return (double)(top < h->max_ns ? top : h->max_ns) / 1e6;
        }
    }
    return (double)h->max_ns / 1e6;
}

const char *histogram_text(const struct histogram *h, char *out, size_t size)
{
    snprintf(out, size, "p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f ms", histogram_ms(h, 0.5),
             histogram_ms(h, 0.99), histogram_ms(h, 0.999), (double)h->max_ns / 1e6);
    return out;
}
