/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The certificate: loaded at the start, and again when somebody asks. A new one is read where it
 * was asked for, since files may be slow, and put in place by the loop; a connection keeps the one
 * it began with. One that can't be used changes nothing.
 *
 * TLS 1.2 and 1.3 with the library's own choice of ciphers, which the system's policy may narrow. A
 * session is resumed by a ticket, so nothing is kept here for clients that are away; renegotiation,
 * which only costs, is refused. An encrypted key is one that can't be used: nobody is there to be
 * asked for its password. */
#include "web/tls_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>

#define REASON_SIZE 160

static int no_password(char *out, int size, int is_for_writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)is_for_writing;
    (void)ctx;
    return -1;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned offered_len, void *ctx)
{
    static const char wanted[] = "http/1.1";
    (void)ssl;
    (void)ctx;
    for (unsigned at = 0; at < offered_len; at += 1u + offered[at]) {
        if (offered[at] == sizeof wanted - 1 && offered_len - at > offered[at] &&
            memcmp(offered + at + 1, wanted, sizeof wanted - 1) == 0) {
            *out = offered + at + 1;
            *out_len = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

static enum err explain(const char *option, const char *file, char *why, size_t why_size)
{
    char reason[REASON_SIZE];
    unsigned long code = ERR_peek_error();
    FILE *f = fopen(file, "re");
    if (!f) {
        snprintf(reason, sizeof reason, "%s", strerror(errno));
    } else {
        const char *text = ERR_reason_error_string(code);
        snprintf(reason, sizeof reason, "%s", text ? text : "it can't be read");
        (void)fclose(f);
    }
    snprintf(why, why_size, "%s: %s: %s", option, file, reason);
    ERR_clear_error();
    return ERR_INVALID;
}

static enum err load(const char *certificate, const char *key, SSL_CTX **out, char *why,
                     size_t why_size)
{
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) {
        log_abort("out of memory: OpenSSL");
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    enum err err = ERR_OK;
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        err = explain("[server] tls_certificate", certificate, why, why_size);
    } else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        err = explain("[server] tls_key", key, why, why_size);
    }
    if (err) {
        SSL_CTX_free(context);
        return err;
    }
    *out = context;
    return ERR_OK;
}

static void announce(const struct tls_server *s)
{
    char file[256];
    char until[40] = "-";
    struct tm parts;
    const ASN1_TIME *end = X509_get0_notAfter(SSL_CTX_get0_certificate(s->context));
    if (ASN1_TIME_to_tm(end, &parts)) {
        strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    bool is_over = X509_cmp_current_time(end) < 0;
    log_line(is_over ? LOG_WARN : LOG_INFO, is_over ? "tls.certificate_expired" : "tls.certificate",
             "file=%s until=%s", log_quote(file, sizeof file, slice_of(s->certificate)), until);
}

enum err tls_server_create(const struct web_options *options, struct tls_server **out, char *why,
                           size_t why_size)
{
    SSL_CTX *context;
    enum err err = load(options->tls_certificate, options->tls_key, &context, why, why_size);
    if (err) {
        return err;
    }
    struct tls_server *s = mem_zalloc(sizeof *s);
    s->context = context;
    s->method = tls_bio_method();
    s->certificate = options->tls_certificate;
    s->key = options->tls_key;
    announce(s);
    *out = s;
    return ERR_OK;
}

void tls_server_destroy(struct tls_server *s)
{
    if (s) {
        SSL_CTX_free(s->context);
        BIO_meth_free(s->method);
        mem_free(s);
    }
}

enum err web_check_certificate(const char *certificate, const char *key, char *why, size_t why_size)
{
    SSL_CTX *context;
    enum err err = load(certificate, key, &context, why, why_size);
    if (!err) {
        SSL_CTX_free(context);
    }
    return err;
}

struct renewal {
    struct tls_server *server;
    SSL_CTX *context;
};

static void put_in_place(void *arg)
{
    struct renewal *renewal = arg;
    SSL_CTX_free(renewal->server->context);
    renewal->server->context = renewal->context;
    announce(renewal->server);
    mem_free(renewal);
}

void web_reload_certificate(struct web *w)
{
    char why[512];
    char quoted[512];
    SSL_CTX *context;
    if (!w->tls) {
        log_line(LOG_INFO, "tls.none", "reloaded=nothing");
        return;
    }
    if (load(w->tls->certificate, w->tls->key, &context, why, sizeof why)) {
        log_line(LOG_ERROR, "tls.certificate_kept", "why=%s",
                 log_quote(quoted, sizeof quoted, slice_of(why)));
        return;
    }
    struct renewal *renewal = mem_alloc(sizeof *renewal);
    *renewal = (struct renewal){w->tls, context};
    struct poster poster = web_poster(w);
    poster.post(poster.ctx, put_in_place, renewal);
}
