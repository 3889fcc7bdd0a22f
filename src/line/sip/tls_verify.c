/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whether the other end of a TLS connection is the trunk's peer that it should be. The stack knows
 * one policy for all connections, and compares names with the address that it connects to; so it is
 * only told to heed what OpenSSL found, and the finding is ours: of a connection that we open to a
 * target of trunks, the certificate must lead to a root that we trust and be made out to the peer
 * as it is configured, for each trunk that has that target and verifies. Any other connection is
 * let through, as telephones show who they are by digest.
 *
 * The stack sends over whatever connection it has with an address. One that was not opened by us,
 * or before the trunk had that target, shows nothing; it is cut off before anything of a trunk goes
 * over it.
 *
 * OpenSSL's context of the stack is had from OpenSSL, which tells of each one that is made to
 * whoever reserves a place in them. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/log.h"
#include "line/sip/tls_int.h"
#include "line/sip/trunk.h"

#include <openssl/x509v3.h>

static __thread SSL_CTX **made; /* where the next context is noted; NULL: not now */
static int trusted_index = -1;  /* of a connection's certificate that leads to a root; or NULL */

static void note(void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
    (void)ptr, (void)data, (void)index, (void)argl, (void)argp;
    if (made)
        *made = parent;
}

static void forget(void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
    (void)parent, (void)data, (void)index, (void)argl, (void)argp;
    X509_free(ptr);
}

static void reserve(void)
{
    (void)SSL_CTX_get_ex_new_index(0, NULL, note, NULL, NULL);
    trusted_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, forget);
}

/* False when it has none. */
static bool far_end(const SSL *ssl, struct in_addr *address, unsigned *port)
{
    struct sockaddr_in far = {0};
    socklen_t len = sizeof far;
    if (getpeername(SSL_get_fd(ssl), (struct sockaddr *)&far, &len) != 0 ||
        far.sin_family != AF_INET)
        return false;
    *address = far.sin_addr;
    *port = ntohs(far.sin_port);
    return true;
}

static bool is_made_out_to(X509 *certificate, const struct trunk_peer *peer)
{
    return peer->is_address ? X509_check_ip_asc(certificate, peer->host, 0) == 1
                            : X509_check_host(certificate, peer->host, 0, 0, NULL) == 1;
}

/* The trunk that does not take it for its peer's; NULL: each does, or there is none to ask.
 * certificate: NULL when none leads to a root. */
static struct trunk *who_refuses(struct sip_line *sip, X509 *certificate, struct in_addr address,
                                 unsigned port)
{
    LIST_EACH(it, &sip->trunks)
    {
        struct trunk *t = LIST_OWNER(it, struct trunk, as_trunk);
        if (t->config.transport != LINE_TLS || !t->config.verifies_peer)
            continue;
        for (size_t i = 0; i < t->target_count; i++) {
            const struct trunk_target *target = &t->targets[i];
            bool is_there = target->address.s_addr == address.s_addr && target->port == port;
            if (is_there && (!certificate || !is_made_out_to(certificate, &t->peers[target->peer])))
                return t;
        }
    }
    return NULL;
}

/* The stack's own would look at errors that are not there. */
static int keep_finding(int is_good, X509_STORE_CTX *store)
{
    (void)store;
    return is_good;
}

/* The stack reads the alternative names of whoever it connects to, for nothing, and never frees
 * them. So it finds none; we keep a copy that has them. */
static void hide_names(X509 *certificate)
{
    int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
    if (at >= 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, at));
}

static void refused(struct trunk *t, struct in_addr address, unsigned port, int error)
{
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address, text, sizeof text);
    log_line(LOG_WARN, "sip.trunk_certificate", "trunk=%s address=%s port=%u reason=\"%s\"",
             line_sip_trunk_name(t), text, port, X509_verify_cert_error_string(error));
    line_sip_trunk_count_failure(t, "certificate");
    line_sip_trunk_give_up(t, address, port);
}

static int judge(X509_STORE_CTX *store, void *ctx)
{
    struct sip_line *sip = ctx;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *shown = X509_STORE_CTX_get0_cert(store);
    struct in_addr address;
    unsigned port;
    X509_STORE_CTX_set_verify_cb(store, keep_finding);
    bool is_trusted = X509_verify_cert(store) == 1;
    X509 *trusted = is_trusted ? X509_dup(shown) : NULL;
    int error = trusted ? X509_V_ERR_HOSTNAME_MISMATCH : X509_STORE_CTX_get_error(store);
    SSL_set_ex_data(ssl, trusted_index, trusted);
    hide_names(shown);
    struct trunk *t =
        far_end(ssl, &address, &port) ? who_refuses(sip, trusted, address, port) : NULL;
    X509_STORE_CTX_set_error(store, t ? error : X509_V_OK);
    if (t)
        refused(t, address, port, error);
    return !t;
}

static bool trust(SSL_CTX *context, const char *file)
{
    X509_STORE *roots = X509_STORE_new();
    bool is_good = roots && (file ? X509_STORE_load_file(roots, file)
                                  : X509_STORE_set_default_paths(roots)) == 1;
    is_good = is_good && SSL_CTX_set1_verify_cert_store(context, roots) == 1;
    X509_STORE_free(roots);
    if (!is_good)
        log_line(LOG_ERROR, "sip.tls_failed", "file=%s reason=roots", file ? file : "");
    ERR_clear_error();
    return is_good;
}

bool line_sip_tls_verify_begin(struct sip_line *sip)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, reserve);
    made = &sip->tls_context;
    return trusted_index >= 0;
}

bool line_sip_tls_verify_end(struct sip_line *sip)
{
    SSL_CTX *context = sip->tls_context;
    made = NULL;
    if (!context || !trust(context, sip->tls_ca))
        return false;
    SSL_CTX_set_cert_verify_callback(context, judge, sip);
    return true;
}

/* Whether what we send may go over it. One whose handshake goes on is judged in it. */
static bool is_proven(struct sip_line *sip, SSL *ssl, struct in_addr address, unsigned port)
{
    if (!SSL_is_server(ssl) && !SSL_is_init_finished(ssl))
        return true;
    return !who_refuses(sip, SSL_get_ex_data(ssl, trusted_index), address, port);
}

void line_sip_tls_verify_way(struct sip_line *sip, const char *uri)
{
    struct sip_peer peer = line_sip_network_peer(sip, uri);
    struct address wanted;
    unsigned long long wanted_port = 5061;
    if (peer.transport != SIP_TRANSPORT_TLS || !address_parse(peer.host, &wanted, NULL) ||
        (peer.port.ptr && !slice_to_u64(peer.port, 65535, &wanted_port)))
        return;
    LIST_EACH(it, &sip->tls_objects)
    {
        SSL *ssl = LIST_OWNER(it, struct tls_object, as_object)->ssl;
        struct in_addr address;
        unsigned port;
        if (SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN || !far_end(ssl, &address, &port) ||
            port != wanted_port || memcmp(&address, wanted.bytes + 12, sizeof address) != 0 ||
            is_proven(sip, ssl, address, port))
            continue;
        log_line(LOG_WARN, "sip.tls_cut_off", "uri=%s", uri);
        shutdown(SSL_get_fd(ssl), SHUT_RDWR);
    }
}
