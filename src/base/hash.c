/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A 64-bit hash after wyhash (Wang Yi, public domain): words are mixed by multiplying them to 128
 * bits and folding the halves. It reads 48 bytes a round on three independent lanes and keys of up
 * to 16 bytes without a loop, several bytes a nanosecond; FNV and the like go byte by byte, and
 * SipHash would pay for a resistance that digests do not need.
 *
 * Words are read little-endian whatever the machine is, for digests go into the journal. The
 * length is mixed in last, so that bytes and the same bytes behind zeros differ. The constants are
 * wyhash's: odd, with half their bits set in each byte. Changing anything here changes every digest
 * that was ever stored, so test/unit/base pins the values. */
#include "base/hash.h"

#include <endian.h>
#include <string.h>

#define SECRET_0 0xa0761d6478bd642fULL
#define SECRET_1 0xe7037ed1a0b428dbULL
#define SECRET_2 0x8ebc6af09c88c6e3ULL
#define SECRET_3 0x589965cc75374cc3ULL

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t read_8(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return le64toh(word);
}

static inline uint64_t read_4(const unsigned char *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return le32toh(word);
}

static inline uint64_t finish(uint64_t seed, uint64_t a, uint64_t b, size_t len)
{
    wide product = (wide)(a ^ SECRET_1) * (b ^ seed);
    return fold((uint64_t)product ^ SECRET_0 ^ len, (uint64_t)(product >> 64) ^ SECRET_1);
}

/* Up to 16 bytes: two words that overlap where there are fewer. */
static inline uint64_t hash_short(uint64_t seed, const unsigned char *p, size_t len)
{
    uint64_t a = 0;
    uint64_t b = 0;
    if (len >= 4) {
        size_t middle = len >> 3 << 2;
        a = read_4(p) << 32 | read_4(p + middle);
        b = read_4(p + len - 4) << 32 | read_4(p + len - 4 - middle);
    } else if (len > 0) {
        a = (uint64_t)p[0] << 16 | (uint64_t)p[len >> 1] << 8 | p[len - 1];
    }
    return finish(seed, a, b, len);
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    seed ^= fold(seed ^ SECRET_0, SECRET_1);
    if (len <= 16) {
        return hash_short(seed, p, len);
    }
    size_t left = len;
    if (left > 48) {
        uint64_t lane_1 = seed;
        uint64_t lane_2 = seed;
        do {
            seed = fold(read_8(p) ^ SECRET_1, read_8(p + 8) ^ seed);
            lane_1 = fold(read_8(p + 16) ^ SECRET_2, read_8(p + 24) ^ lane_1);
            lane_2 = fold(read_8(p + 32) ^ SECRET_3, read_8(p + 40) ^ lane_2);
            p += 48;
            left -= 48;
        } while (left > 48);
        seed ^= lane_1 ^ lane_2;
    }
    while (left > 16) {
        seed = fold(read_8(p) ^ SECRET_1, read_8(p + 8) ^ seed);
        p += 16;
        left -= 16;
    }
    return finish(seed, read_8(p + left - 16), read_8(p + left - 8), len);
}

uint64_t hash_u64(uint64_t seed, uint64_t value)
{
    wide product = (wide)(value ^ SECRET_0) * (seed ^ SECRET_1);
    return fold((uint64_t)product ^ SECRET_0, (uint64_t)(product >> 64) ^ SECRET_1);
}
