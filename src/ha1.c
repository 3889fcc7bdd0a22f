/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hashes of telephones' secrets, by OpenSSL, in a file of their own: its headers claim names
 * that are ours elsewhere. MD5 is here because telephones still ask for it; who has the hash has
 * the telephone, so both hashes are as secret as the secret. */
#include "ha1.h"

#include "base/buf.h"
#include "base/ids.h"
#include "base/log.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

static void ha1(const EVP_MD *md, const char *dn, const char *realm, const char *secret, char *out)
{
    struct buf text = {0};
    buf_printf(&text, "%s:%s:%s", dn, realm, secret);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (!EVP_Digest(text.ptr, text.len, digest, &len, md, NULL))
        log_abort("OpenSSL has no MD5 or no SHA-256");
    ids_hex(digest, len, out);
    OPENSSL_cleanse(text.ptr, text.len);
    buf_free(&text);
}

void ha1_md5(const char *dn, const char *realm, const char *secret, char out[33])
{
    ha1(EVP_md5(), dn, realm, secret, out);
}

void ha1_sha256(const char *dn, const char *realm, const char *secret, char out[65])
{
    ha1(EVP_sha256(), dn, realm, secret, out);
}
