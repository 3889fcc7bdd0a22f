/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SIP over TLS. The stack reads certificate and key from one file of a fixed name in a directory,
 * and only the certificate's own; what is between it and its root it sends when it finds them among
 * those that it trusts. So for as long as the stack takes to read it there is a directory with two
 * links to a file in memory that has everything. Telephones are not asked for certificates: they
 * show who they are by digest. Of what shows us one, tls_verify.c judges. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "line/sip/tls_int.h"

#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport_tag.h>

#define CHAIN_MAX 9 /* certificates between a peer's and its root */

/* Makes it and writes its name; false when there is no such place. */
static bool make_directory(char *out, size_t size)
{
    const char *const places[] = {getenv("TMPDIR"), "/tmp", "/dev/shm", "/run"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!places[i])
            continue;
        snprintf(out, size, "%s/cordboard-XXXXXX", places[i]);
        if (mkdtemp(out))
            return true;
    }
    return false;
}

static bool append_file(int to, const char *path)
{
    char bytes[4096];
    ssize_t count = -1;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return false;
    while ((count = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, (size_t)count) != count)
            break;
    close(from);
    explicit_bzero(bytes, sizeof bytes);
    return count == 0 && write(to, "\n", 1) == 1;
}

static int no_password(char *out, int size, int is_for_writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)is_for_writing;
    (void)ctx;
    return -1;
}

/* The stack would listen with a key that does not fit, and no telephone would get through. */
static bool is_usable(const char *certificate, const char *key)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx)
        return false;
    SSL_CTX_set_default_passwd_cb(ctx, no_password);
    bool is_good = SSL_CTX_use_certificate_chain_file(ctx, certificate) == 1 &&
                   SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
                   SSL_CTX_check_private_key(ctx) == 1;
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    if (!is_good)
        log_line(LOG_ERROR, "sip.tls_failed", "reason=\"%s\"", reason ? reason : "unreadable");
    ERR_clear_error();
    SSL_CTX_free(ctx);
    return is_good;
}

static int add_transport(struct sip_line *sip, const char *directory, const char *target)
{
    static const char *const names[] = {"agent.pem", "cafile.pem"};
    bool is_good = true;
    for (size_t i = 0; i < 2; i++) {
        char *path = line_sip_text("%s/%s", directory, names[i]);
        is_good = is_good && symlink(target, path) == 0;
        mem_free(path);
    }
    char *url = line_sip_text("sips:%s:%s%s%s;transport=tls", sip->advertised, sip->tls_bind_port,
                              ";maddr=", sip->tls_address);
    int result = is_good
                     ? nta_agent_add_tport(
                           sip->agent, (url_string_t *)url, TPTAG_CERTIFICATE(directory),
                           TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_OUT),
                           TPTAG_TLS_VERIFY_DEPTH(CHAIN_MAX), TPTAG_TIMEOUT(SIP_STREAM_MESSAGE_MS),
                           TPTAG_IDLE((unsigned)sip->guard.options.idle_s * 1000), TAG_END())
                     : -1;
    mem_free(url);
    for (size_t i = 0; i < 2; i++) {
        char *path = line_sip_text("%s/%s", directory, names[i]);
        unlink(path);
        mem_free(path);
    }
    return result;
}

static unsigned bound_port(const struct sip_line *sip)
{
    tport_t *found = tport_by_protocol(tport_primaries(nta_agent_tports(sip->agent)), "tls");
    const tp_name_t *name = found ? tport_name(found) : NULL;
    return name && name->tpn_port ? (unsigned)strtoul(name->tpn_port, NULL, 10) : 0;
}

enum err line_sip_tls_open(struct sip_line *sip)
{
    char directory[256], target[64];
    int result = -1;
    if (!is_usable(sip->tls_certificate, sip->tls_key))
        return ERR_IO;
    line_sip_tls_reclaim_open(sip);
    int file = memfd_create("sip-tls", MFD_CLOEXEC);
    snprintf(target, sizeof target, "/proc/self/fd/%d", file);
    bool is_whole =
        file >= 0 && append_file(file, sip->tls_key) && append_file(file, sip->tls_certificate);
    if (!is_whole || !make_directory(directory, sizeof directory)) {
        log_line(LOG_ERROR, "sip.tls_failed", "reason=files");
    } else {
        bool is_judged = line_sip_tls_verify_begin(sip);
        result = add_transport(sip, directory, target);
        is_judged = line_sip_tls_verify_end(sip) && is_judged;
        result = is_judged ? result : -1;
        rmdir(directory);
    }
    if (file >= 0)
        close(file);
    if (result < 0)
        return ERR_IO;
    sip->tls_port = bound_port(sip);
    log_line(LOG_INFO, "sip.tls", "port=%u", sip->tls_port);
    return ERR_OK;
}
