/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who sent a request: the device whose secret the credentials show; else what to ask for.
 *
 * A device that has both hashes is challenged twice over, SHA-256 first (RFC 8760 section 2.3).
 * Phones built on libre before its version 3 give up on a challenge that they do not know, even
 * beside one that they do; known ones, by their User-Agent, get MD5 alone; for others a
 * device can be configured with its MD5 hash only.
 *
 * The URI in the credentials must be that of the request (RFC 7616 section 3.4.6), so that
 * what was meant for one number can't be turned to another; some phones name the server alone. */
#include <sodium.h>

#include "base/mem.h"
#include "base/log.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/msg_addr.h>

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

static bool auth_is_for_this(struct slice said, const url_t *asked)
{
    char *text = line_sip_text("%.*s", (int)said.len, said.ptr);
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    url_t *url = url_hdup(home, (url_t *)(void *)text);
    bool is_same = url && url->url_host && asked->url_host &&
                   strcasecmp(url->url_host, asked->url_host) == 0 &&
                   strcmp(url_port_default(url->url_type), url_port_default(asked->url_type)) == 0;
    if (is_same) {
        const char *port = url->url_port ? url->url_port : url_port_default(url->url_type);
        const char *asked_port =
            asked->url_port ? asked->url_port : url_port_default(asked->url_type);
        is_same = strcmp(port, asked_port) == 0;
    }
    if (is_same && url->url_user && *url->url_user)
        is_same = asked->url_user && strcmp(url->url_user, asked->url_user) == 0;
    if (!is_same && asked->url_type == url_tel) /* these have no host */
        is_same = url && url->url_type == url_tel;
    su_home_deinit(home);
    mem_free(text);
    return is_same;
}

/* The count of the nonce's use; 1 without qop: such credentials count once. */
static uint32_t auth_count(const struct digest *d)
{
    uint32_t count = 0;
    if (!d->qop.ptr)
        return 1;
    if (d->nc.len != 8)
        return 0;
    for (size_t i = 0; i < d->nc.len; i++) {
        const char *digits = "0123456789abcdef";
        char c = d->nc.ptr[i];
        const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c);
        if (!c || !at)
            return 0;
        count = count << 4 | (uint32_t)(at - digits);
    }
    return count;
}

struct device *line_sip_auth_claimed(const struct sip_line *sip, const sip_t *msg)
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

struct auth_challenge line_sip_auth_challenge(struct sip_line *sip, const sip_t *msg,
                                              struct in_addr source, bool is_stale)
{
    char nonce[NONCE_MAX];
    struct auth_challenge c = {0};
    struct device *device = line_sip_auth_claimed(sip, msg);
    line_sip_nonce_write(sip->secret, sip->host.now_ms(sip->host.ctx), source, nonce);
    const char *format = "Digest realm=\"%s\", nonce=\"%s\", algorithm=%s, qop=\"auth\"%s";
    const char *stale = is_stale ? ", stale=true" : "";
    if (auth_offers_sha256(device, msg))
        c.sha256 = line_sip_text(format, sip->realm, nonce, "SHA-256", stale);
    if (!device || *device->config.ha1_md5)
        c.md5 = line_sip_text(format, sip->realm, nonce, "MD5", stale);
    return c;
}

void line_sip_auth_challenge_free(struct auth_challenge *c)
{
    mem_free(c->sha256);
    mem_free(c->md5);
}

static enum auth_result auth_judge(struct sip_line *sip, const struct digest *d, const sip_t *msg,
                                   struct in_addr source, struct device **out)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    enum nonce_state nonce = line_sip_nonce_check(sip->secret, d->nonce, source, now_ms);
    if (nonce == NONCE_FOREIGN)
        return AUTH_NONE;
    struct device *device = d->username.ptr ? map_get(&sip->by_dn, d->username) : NULL;
    if (!device || !auth_is_right(device, d, slice_of(msg->sip_request->rq_method_name))) {
        log_line(LOG_WARN, "sip.wrong_credentials", "dn=%s", device ? device->config.dn : "?");
        return AUTH_WRONG;
    }
    if (!auth_is_for_this(d->uri, msg->sip_request->rq_url))
        return AUTH_NOT_THIS;
    if (nonce == NONCE_STALE || !line_sip_nonces_use(&sip->nonces, d->nonce, auth_count(d), now_ms))
        return AUTH_STALE;
    *out = device;
    return AUTH_GOOD;
}

enum auth_result line_sip_auth_find(struct sip_line *sip, const sip_t *msg, struct in_addr source,
                                    struct device **out)
{
    enum auth_result best = AUTH_NONE;
    *out = NULL;
    for (const msg_auth_t *a = msg->sip_authorization; a && best != AUTH_GOOD; a = a->au_next) {
        struct digest d = auth_read(a);
        if (!slice_equal_nocase(slice_of(a->au_scheme), SLICE("Digest")) ||
            !slice_is(d.realm, sip->realm) || !d.nonce.ptr)
            continue;
        enum auth_result result = auth_judge(sip, &d, msg, source, out);
        best = result > best ? result : best;
    }
    return best;
}

struct device *line_sip_auth_check(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg)
{
    if (sip->asker)
        return sip->asker;
    msg_t *request = nta_incoming_getrequest(irq);
    struct in_addr source = msg_addr(request)->su_sin.sin_addr;
    msg_destroy(request);
    struct auth_challenge c = line_sip_auth_challenge(sip, msg, source, false);
    nta_incoming_treply(irq, SIP_401_UNAUTHORIZED,
                        TAG_IF(c.sha256, SIPTAG_WWW_AUTHENTICATE_STR(c.sha256)),
                        TAG_IF(c.md5, SIPTAG_WWW_AUTHENTICATE_STR(c.md5)), TAG_END());
    line_sip_auth_challenge_free(&c);
    return NULL;
}
