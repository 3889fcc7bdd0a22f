/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digest authentication (RFC 7616, RFC 8760), the client's half. What a peer asked for is kept with
 * the trunk, and each further request proves it unasked, with the next nonce count: so a call takes
 * one challenge at most, and its BYE none. Of several challenges the first that we know counts. */
#include "line/sip/trunk.h"

#include "base/mem.h"

static struct slice challenge_param(const msg_auth_t *auth, const char *name)
{
    const char *value = msg_header_find_param(auth->au_common, name);
    if (!value)
        return SLICE_NONE;
    size_t len = strlen(value);
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
        return (struct slice){value + 1, len - 2};
    return (struct slice){value, len};
}

/* Can be put between quotes again. */
static bool is_quotable(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == '"')
            return false;
    return text.len <= OUTSIDE_TEXT;
}

/* qop="auth,auth-int": whether one of them is auth. */
static bool has_auth(struct slice qop)
{
    while (qop.ptr)
        if (slice_equal_nocase(slice_trim(slice_split(qop, ',', &qop)), SLICE("auth")))
            return true;
    return false;
}

static char *own(struct slice text)
{
    return text.ptr ? line_sip_text("%.*s", (int)text.len, text.ptr) : NULL;
}

static void challenge_forget(struct trunk_challenge *c)
{
    mem_free(c->realm);
    mem_free(c->nonce);
    mem_free(c->opaque);
    mem_free(c->algorithm);
    *c = (struct trunk_challenge){0};
}

void line_sip_trunk_forget_challenges(struct trunk *t)
{
    challenge_forget(&t->challenges[0]);
    challenge_forget(&t->challenges[1]);
}

/* Whether we know what it asks for. */
static bool challenge_is_known(const msg_auth_t *auth)
{
    struct digest d = {.algorithm = challenge_param(auth, "algorithm=")};
    struct slice realm = challenge_param(auth, "realm=");
    struct slice nonce = challenge_param(auth, "nonce=");
    struct slice qop = challenge_param(auth, "qop=");
    return slice_equal_nocase(slice_of(auth->au_scheme), SLICE("Digest")) && realm.ptr &&
           nonce.ptr && line_sip_digest_algorithm(&d) != DIGEST_UNKNOWN &&
           (!qop.ptr || has_auth(qop)) && is_quotable(realm) && is_quotable(nonce) &&
           is_quotable(challenge_param(auth, "opaque="));
}

/* False for one that was proven with no success. */
static bool challenge_take(struct trunk_challenge *c, const msg_auth_t *auth)
{
    struct slice realm = challenge_param(auth, "realm=");
    struct slice nonce = challenge_param(auth, "nonce=");
    if (c->realm && slice_is(realm, c->realm) && slice_is(nonce, c->nonce) && c->count > 0)
        return false;
    challenge_forget(c);
    c->realm = own(realm);
    c->nonce = own(nonce);
    c->opaque = own(challenge_param(auth, "opaque="));
    c->algorithm = own(challenge_param(auth, "algorithm="));
    c->has_qop = challenge_param(auth, "qop=").ptr != NULL;
    return true;
}

bool line_sip_trunk_challenged(struct trunk *t, const sip_t *msg)
{
    const msg_auth_t *lists[] = {msg->sip_www_authenticate, msg->sip_proxy_authenticate};
    bool is_taken = false;
    for (size_t i = 0; t->config.username && i < 2; i++) {
        const msg_auth_t *a = lists[i];
        while (a && !challenge_is_known(a))
            a = a->au_next;
        is_taken |= a && challenge_take(&t->challenges[i], a);
    }
    return is_taken;
}

static void prove(const struct line_trunk *config, struct trunk_challenge *c, const char *name,
                  const char *method, const char *uri, struct buf *out)
{
    char cnonce[17], count[9], ha1[65], response[65];
    line_sip_random_hex(cnonce, 8);
    snprintf(count, sizeof count, "%08x", ++c->count);
    struct digest d = {.username = slice_of(config->username),
                       .realm = slice_of(c->realm),
                       .nonce = slice_of(c->nonce),
                       .uri = slice_of(uri),
                       .algorithm = c->algorithm ? slice_of(c->algorithm) : SLICE_NONE};
    if (c->has_qop) {
        d.qop = SLICE("auth");
        d.nc = slice_of(count);
        d.cnonce = slice_of(cnonce);
    }
    line_sip_digest_ha1(&d, slice_of(config->secret), ha1);
    line_sip_digest_response(&d, slice_of(method), ha1, response);
    buf_printf(out,
               "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
               "response=\"%s\"",
               name, config->username, c->realm, c->nonce, uri, response);
    if (c->algorithm)
        buf_printf(out, ", algorithm=%s", c->algorithm);
    if (c->opaque)
        buf_printf(out, ", opaque=\"%s\"", c->opaque);
    if (c->has_qop)
        buf_printf(out, ", qop=auth, nc=%s, cnonce=\"%s\"", count, cnonce);
    buf_text(out, "\r\n");
}

void line_sip_trunk_prove(struct trunk *t, const char *method, const char *uri, struct buf *out)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization"};
    for (size_t i = 0; i < 2; i++)
        if (t->challenges[i].realm && t->config.username)
            prove(&t->config, &t->challenges[i], names[i], method, uri, out);
}

bool line_sip_trunk_proves_again(struct dialog *d, int status, const sip_t *msg)
{
    if (!d->trunk || d->was_proven || !msg || (status != 401 && status != 407))
        return false;
    d->was_proven = true;
    return line_sip_trunk_challenged(d->trunk, msg);
}

/* ACK and CANCEL are never asked (RFC 3261 section 22.1). */
char *line_sip_trunk_request_headers(struct dialog *d, const struct request *request)
{
    struct buf text = {0};
    if (d->trunk && request->method != sip_method_ack && request->method != sip_method_cancel)
        line_sip_trunk_prove(d->trunk, request->name, d->target, &text);
    if (request->headers)
        buf_text(&text, request->headers);
    char *copy = text.len > 0 ? line_sip_text("%.*s", (int)text.len, text.ptr) : NULL;
    buf_free(&text);
    return copy;
}
