/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who sent a request: 401 with our challenges, or the device whose secret the credentials show.
 *
 * A device that has both hashes is challenged twice over, SHA-256 first (RFC 8760 section 2.3).
 * Phones built on libre before its version 3 give up on a challenge that they do not know, even
 * beside one that they do; known ones, by their User-Agent, get MD5 alone; for others a
 * device can be configured with its MD5 hash only. */
#include <sodium.h>

#include "base/mem.h"
#include "base/log.h"
#include "line/sip/sip_int.h"

static const char *const md5_only_agents[] = {"baresip v0.", "baresip v1.", "baresip v2."};

static struct slice auth_param(const msg_auth_t *auth, const char *name)
{
    const char *value = msg_header_find_param(auth->au_common, name);
    if (!value)
        return SLICE_NONE;
    size_t len = strlen(value);
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
        return (struct slice){value + 1, len - 2};
    return (struct slice){value, len};
}

static struct digest auth_read(const msg_auth_t *auth)
{
    return (struct digest){.username = auth_param(auth, "username="),
                           .realm = auth_param(auth, "realm="),
                           .nonce = auth_param(auth, "nonce="),
                           .uri = auth_param(auth, "uri="),
                           .response = auth_param(auth, "response="),
                           .algorithm = auth_param(auth, "algorithm="),
                           .cnonce = auth_param(auth, "cnonce="),
                           .nc = auth_param(auth, "nc="),
                           .qop = auth_param(auth, "qop=")};
}

static bool auth_is_right(const struct device *device, const struct digest *d, struct slice method)
{
    enum digest_algorithm algorithm = line_sip_digest_algorithm(d);
    const char *ha1 =
        algorithm == DIGEST_SHA256 ? device->config.ha1_sha256 : device->config.ha1_md5;
    bool is_complete =
        d->uri.ptr && d->response.ptr && (!d->qop.ptr || (d->nc.ptr && d->cnonce.ptr));
    if (algorithm == DIGEST_UNKNOWN || !*ha1 || !is_complete ||
        (d->qop.ptr && !slice_is(d->qop, "auth")))
        return false;
    char right[65];
    line_sip_digest_response(d, method, ha1, right);
    return d->response.len == strlen(right) &&
           sodium_memcmp(d->response.ptr, right, d->response.len) == 0;
}

/* Who it says it is; only to choose the challenges. */
static struct device *auth_claimed(struct sip_line *sip, const sip_t *msg)
{
    const char *user = msg->sip_from->a_url->url_user;
    return user ? map_get(&sip->by_dn, slice_of(user)) : NULL;
}

static bool auth_offers_sha256(struct device *device, const sip_t *msg)
{
    if (device && !*device->config.ha1_md5)
        return true;
    const char *agent = msg->sip_user_agent ? msg->sip_user_agent->g_string : NULL;
    for (size_t i = 0; agent && i < sizeof md5_only_agents / sizeof *md5_only_agents; i++) {
        if (slice_starts_with(slice_of(agent), slice_of(md5_only_agents[i])))
            return false;
    }
    return !device || *device->config.ha1_sha256;
}

static void auth_challenge(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg,
                           bool is_stale)
{
    char nonce[NONCE_MAX];
    struct device *device = auth_claimed(sip, msg);
    bool offers_sha256 = auth_offers_sha256(device, msg);
    bool offers_md5 = !device || *device->config.ha1_md5;
    line_sip_nonce_write(sip->secret, sip->host.now_ms(sip->host.ctx), nonce);
    const char *format = "Digest realm=\"%s\", nonce=\"%s\", algorithm=%s, qop=\"auth\"%s";
    const char *stale = is_stale ? ", stale=true" : "";
    char *sha256 = line_sip_text(format, sip->realm, nonce, "SHA-256", stale);
    char *md5 = line_sip_text(format, sip->realm, nonce, "MD5", stale);
    nta_incoming_treply(irq, SIP_401_UNAUTHORIZED,
                        TAG_IF(offers_sha256, SIPTAG_WWW_AUTHENTICATE_STR(sha256)),
                        TAG_IF(offers_md5, SIPTAG_WWW_AUTHENTICATE_STR(md5)), TAG_END());
    mem_free(sha256);
    mem_free(md5);
}

struct device *line_sip_auth_check(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    bool is_wrong = false, is_stale = false;
    for (const msg_auth_t *a = msg->sip_authorization; a; a = a->au_next) {
        struct digest d = auth_read(a);
        if (!slice_equal_nocase(slice_of(a->au_scheme), SLICE("Digest")) ||
            !slice_is(d.realm, sip->realm) || !d.nonce.ptr)
            continue;
        enum nonce_state nonce = line_sip_nonce_check(sip->secret, d.nonce, now_ms);
        if (nonce == NONCE_FOREIGN)
            continue;
        struct device *device = d.username.ptr ? map_get(&sip->by_dn, d.username) : NULL;
        struct slice method = slice_of(msg->sip_request->rq_method_name);
        if (!device || !auth_is_right(device, &d, method)) {
            is_wrong = true;
            log_line(LOG_WARN, "sip.wrong_credentials", "dn=%s", device ? device->config.dn : "?");
        } else if (nonce == NONCE_STALE) {
            is_stale = true;
        } else {
            return device;
        }
    }
    if (is_wrong && !is_stale)
        nta_incoming_treply(irq, SIP_403_FORBIDDEN, TAG_END());
    else
        auth_challenge(sip, irq, msg, is_stale);
    return NULL;
}
