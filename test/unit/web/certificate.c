/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A certificate and its key, made anew for each run. It is in a file of its own since OpenSSL has a
 * type of the name of one of our errors. */
#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static FILE *make_file(char path[CERTIFICATE_PATH_SIZE])
{
    snprintf(path, CERTIFICATE_PATH_SIZE, "/tmp/cordboard-test-XXXXXX");
    int fd = mkstemp(path);
    return fd >= 0 ? fdopen(fd, "w") : NULL;
}

int certificate_make(char certificate[CERTIFICATE_PATH_SIZE], char key[CERTIFICATE_PATH_SIZE])
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    FILE *certificate_file = make_file(certificate);
    FILE *key_file = make_file(key);
    if (!pair || !x || !certificate_file || !key_file) {
        return 0;
    }
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"desk", -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, pair);
    int is_made = X509_sign(x, pair, EVP_sha256()) > 0 &&
                  PEM_write_X509(certificate_file, x) == 1 &&
                  PEM_write_PrivateKey(key_file, pair, NULL, NULL, 0, NULL, NULL) == 1;
    is_made = fclose(certificate_file) == 0 && is_made;
    is_made = fclose(key_file) == 0 && is_made;
    X509_free(x);
    EVP_PKEY_free(pair);
    return is_made;
}

void certificate_remove(const char *certificate, const char *key)
{
    unlink(certificate);
    unlink(key);
}
