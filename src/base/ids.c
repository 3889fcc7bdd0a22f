/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Identifiers out of randomness or out of a name. Both are made by SipHash-2-4 (Aumasson and
 * Bernstein, 2012): a keyed function of 30 lines, so that base needs no crypto library.
 *
 * ids_expand runs it in counter mode with the input's 16 random bytes as the key: whoever sees one
 * identifier learns nothing of another that came from the same input. Salt and length are in the
 * message, so each use of one seed gets bytes of its own.
 *
 * Of a name it is taken twice under fixed keys: 128 bits that differ for different names as far as
 * chance goes. They are names, not proof of anything; who may choose names may, with effort, choose
 * two that meet. The GUID carries version 8 (RFC 9562: made our own way), for it is none of the
 * others. Changing anything here renames what is stored, so test/unit/base pins the values. */
#include "base/ids.h"

#include <endian.h>
#include <string.h>

struct sip_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(struct sip_state *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip_state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    sip_round(s);
    s->v0 ^= word;
}

static inline uint64_t read_8(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

static uint64_t sip_hash(const uint8_t key[16], const void *message, size_t len)
{
    uint64_t k0 = read_8(key);
    uint64_t k1 = read_8(key + 8);
    struct sip_state s = {k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL,
                          k0 ^ 0x6c7967656e657261ULL, k1 ^ 0x7465646279746573ULL};
    const uint8_t *p = message;
    size_t left = len;
    for (; left >= 8; p += 8, left -= 8) {
        sip_word(&s, read_8(p));
    }
    uint64_t last = (uint64_t)len << 56;
    for (size_t i = 0; i < left; i++) {
        last |= (uint64_t)p[i] << (8 * i);
    }
    sip_word(&s, last);
    s.v2 ^= 0xff;
    for (int i = 0; i < 4; i++) {
        sip_round(&s);
    }
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void ids_expand(const uint8_t seed[16], uint64_t salt, uint8_t *out, size_t len)
{
    uint64_t message[3] = {htole64(salt), htole64(len), 0};
    for (uint64_t counter = 0; len > 0; counter++) {
        message[2] = htole64(counter);
        uint64_t word = htole64(sip_hash(seed, message, sizeof message));
        size_t n = len < sizeof word ? len : sizeof word;
        memcpy(out, &word, n);
        out += n;
        len -= n;
    }
}

void ids_base32(const uint8_t bytes[20], char out[33])
{
    static const char alphabet[33] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t group = 0; group < 4; group++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 5; i++) {
            bits = bits << 8 | bytes[group * 5 + i];
        }
        for (size_t i = 0; i < 8; i++) {
            out[group * 8 + i] = alphabet[bits >> (35 - 5 * i) & 31];
        }
    }
    out[32] = '\0';
}

void ids_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[17] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

/* use tells apart what is made of one name for different uses. */
static void bytes_of_name(struct slice name, char use, uint8_t out[16])
{
    for (size_t half = 0; half < 2; half++) {
        uint8_t key[16] = "cordboard name ";
        key[14] = (uint8_t)use;
        key[15] = (uint8_t)half;
        uint64_t word = htole64(sip_hash(key, name.ptr, name.len));
        memcpy(out + half * 8, &word, sizeof word);
    }
}

void ids_guid_of_name(struct slice name, char out[37])
{
    uint8_t bytes[16];
    bytes_of_name(name, 'g', bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x80);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    static const size_t groups[] = {4, 2, 2, 2, 6};
    const uint8_t *from = bytes;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        ids_hex(from, groups[i], out);
        from += groups[i];
        out += 2 * groups[i];
        *out++ = '-';
    }
    out[-1] = '\0';
}

void ids_hex_of_name(struct slice name, char out[33])
{
    uint8_t bytes[16];
    bytes_of_name(name, 'h', bytes);
    ids_hex(bytes, sizeof bytes, out);
}
