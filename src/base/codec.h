/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The binary form of inputs, records and snapshots: little-endian base-128 numbers and counted
 * bytes. Reading never fails loudly: a reader that ran out or met nonsense has failed set, returns
 * zeros from then on, and its user checks once at the end. */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

void enc_u64(struct buf *out, uint64_t value);
void enc_bytes(struct buf *out, struct slice bytes);
/* Without a count: exactly len bytes. */
void enc_fixed(struct buf *out, const void *bytes, size_t len);

struct dec {
    const char *at;
    const char *end;
    bool failed;
};

struct dec dec_of(struct slice bytes);
uint64_t dec_u64(struct dec *d);
/* A number of at most max, else failed. */
uint64_t dec_u64_max(struct dec *d, uint64_t max);
/* Borrowed from what is read. An empty one is {non-NULL, 0}. */
struct slice dec_bytes(struct dec *d);
void dec_fixed(struct dec *d, void *out, size_t len);
/* All read, nothing wrong. */
bool dec_is_done(const struct dec *d);

#endif
