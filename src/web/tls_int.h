/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the two files of TLS share: tls_server.c has the certificate, tls.c the connections. */
#ifndef WEB_TLS_INT_H
#define WEB_TLS_INT_H

#include "web/web_int.h"

/* OpenSSL has a type of the name of one of our errors. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#undef ERR_STATE

#define TLS_RECORD_BYTES 16384

struct tls_server {
    SSL_CTX *context;   /* of new connections; old ones hold their own */
    BIO_METHOD *method; /* tls.c */
    const char *certificate;
    const char *key;
    char text[TLS_RECORD_BYTES]; /* what tls_next found; the loop's */
};

/* tls.c: how OpenSSL reads and writes our bytes. */
BIO_METHOD *tls_bio_method(void);

#endif
