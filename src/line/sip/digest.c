/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digest authentication (RFC 7616; SHA-256 in SIP by RFC 8760), the server's half. A nonce is a
 * time and a keyed hash of it, so nothing is stored and any process with the same secret knows its
 * own nonces; one that is too old is answered with stale=true, and the telephone comes back without
 * asking anybody for a password. The cost: within its life a nonce may be used again. */
#include "line/sip/sip_int.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>
#include <sofia-sip/su_md5.h>

#define NONCE_LIFE_MS  UINT64_C(300000)
#define NONCE_MAC_SIZE 16
#define NONCE_LEN      48 /* hex digits of time and hash */

enum digest_algorithm line_sip_digest_algorithm(const struct digest *d)
{
    if (!d->algorithm.ptr || slice_equal_nocase(d->algorithm, SLICE("MD5")))
        return DIGEST_MD5;
    return slice_equal_nocase(d->algorithm, SLICE("SHA-256")) ? DIGEST_SHA256 : DIGEST_UNKNOWN;
}

/* Hex of the hash of the parts with colons between. */
static void hash_parts(enum digest_algorithm algorithm, const struct slice *parts, size_t count,
                       char out[65])
{
    uint8_t raw[crypto_hash_sha256_BYTES];
    su_md5_t md5;
    crypto_hash_sha256_state sha256;
    su_md5_init(&md5);
    crypto_hash_sha256_init(&sha256);
    for (size_t i = 0; i < count; i++) {
        struct slice pieces[] = {SLICE(":"), parts[i]};
        for (size_t k = i == 0 ? 1 : 0; k < 2; k++) {
            su_md5_update(&md5, pieces[k].ptr, (usize_t)pieces[k].len);
            crypto_hash_sha256_update(&sha256, (const uint8_t *)pieces[k].ptr, pieces[k].len);
        }
    }
    if (algorithm == DIGEST_SHA256)
        crypto_hash_sha256_final(&sha256, raw);
    else
        su_md5_digest(&md5, raw);
    sodium_bin2hex(out, 65, raw, algorithm == DIGEST_SHA256 ? sizeof raw : SU_MD5_DIGEST_SIZE);
}

void line_sip_digest_response(const struct digest *d, struct slice method, const char *ha1,
                              char out[65])
{
    enum digest_algorithm hash = line_sip_digest_algorithm(d);
    char ha2[65];
    hash_parts(hash, (struct slice[]){method, d->uri}, 2, ha2);
    if (d->qop.ptr) {
        struct slice parts[] = {slice_of(ha1), d->nonce, d->nc, d->cnonce, d->qop, slice_of(ha2)};
        hash_parts(hash, parts, 6, out);
    } else {
        hash_parts(hash, (struct slice[]){slice_of(ha1), d->nonce, slice_of(ha2)}, 3, out);
    }
}

/* 16 hex digits of time, 32 of its keyed hash. */
void line_sip_nonce_write(const uint8_t secret[32], uint64_t now_ms, char out[NONCE_MAX])
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    size_t time_len = (size_t)sprintf(out, "%016llx", (unsigned long long)now_ms);
    crypto_auth_hmacsha256(mac, (const uint8_t *)out, time_len, secret);
    sodium_bin2hex(out + time_len, NONCE_MAX - time_len, mac, NONCE_MAC_SIZE);
}

enum nonce_state line_sip_nonce_check(const uint8_t secret[32], struct slice nonce, uint64_t now_ms)
{
    char text[NONCE_MAX] = "", good[NONCE_MAX];
    if (nonce.len != NONCE_LEN)
        return NONCE_FOREIGN;
    memcpy(text, nonce.ptr, 16);
    char *end;
    uint64_t made_ms = strtoull(text, &end, 16);
    if (end != text + 16)
        return NONCE_FOREIGN;
    line_sip_nonce_write(secret, made_ms, good);
    if (sodium_memcmp(good, nonce.ptr, nonce.len) != 0)
        return NONCE_FOREIGN;
    bool is_fresh = made_ms <= now_ms && now_ms - made_ms <= NONCE_LIFE_MS;
    return is_fresh ? NONCE_GOOD : NONCE_STALE;
}
