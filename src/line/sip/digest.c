/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digest authentication (RFC 7616; SHA-256 in SIP by RFC 8760), the server's half: the response
 * that fits. Which nonces count is nonce.c's. */
#include "line/sip/sip_int.h"

#include <sodium.h>
#include <sofia-sip/su_md5.h>

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

void line_sip_digest_ha1(const struct digest *d, struct slice secret, char out[65])
{
    hash_parts(line_sip_digest_algorithm(d), (struct slice[]){d->username, d->realm, secret}, 3,
               out);
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
