/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Counts of times, each with an error below 1 %. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_SLOTS    ((64 - HISTOGRAM_SUB_BITS) << HISTOGRAM_SUB_BITS)

struct histogram {
    uint64_t count;
    uint64_t max_ns;
    uint64_t slots[HISTOGRAM_SLOTS];
};

void histogram_add(struct histogram *h, uint64_t ns);
/* In milliseconds; share from 0 to 1. */
double histogram_ms(const struct histogram *h, double share);
/* "p50 0.51, p99 1.20, p99.9 3.10, max 4.05 ms" */
const char *histogram_text(const struct histogram *h, char *out, size_t size);

#endif
