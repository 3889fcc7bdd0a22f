/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A fast 64-bit hash, the same on every machine and in every run: for maps and for the digests of
 * state and effects. Not for secrets. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Continues from seed; hash_bytes(hash_bytes(0,a),b) depends on both and on their order. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
uint64_t hash_u64(uint64_t seed, uint64_t value);

static inline uint64_t hash_slice(uint64_t seed, struct slice s)
{
    return hash_bytes(hash_u64(seed, s.len), s.ptr, s.len);
}

#endif
