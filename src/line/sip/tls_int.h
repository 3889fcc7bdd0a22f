/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to what the driver does with OpenSSL behind the stack's back. Only of its own thread. */
#ifndef LINE_SIP_TLS_INT_H
#define LINE_SIP_TLS_INT_H

#include <sys/types.h>

#include "line/sip/sip_int.h"

/* OpenSSL has a type of the name of one of our errors. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/err.h>
#include <openssl/ssl.h>
#undef ERR_STATE

/* A TLS connection of the stack's. */
struct tls_object {
    struct list as_object; /* sip->tls_objects */
    SSL *ssl;
    bool has_file; /* device and inode of its socket are known */
    dev_t device;
    ino_t inode;
    unsigned gone_s; /* for how long the socket has not been there */
};

/* tls_verify.c: between the two the stack makes its context for TLS; from end on we judge the
 * certificates that are shown to it. False when that can't be. */
bool line_sip_tls_verify_begin(struct sip_line *sip);
bool line_sip_tls_verify_end(struct sip_line *sip);

#endif
