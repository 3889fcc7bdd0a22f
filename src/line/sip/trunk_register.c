/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Registers a trunk with its peer (RFC 3261 section 10.2), so that calls in find the way. Done anew
 * when four fifths of the time are over; after a failure at the next target, and when all failed
 * again after 5, 10, 20 ... 300 seconds, each cut by up to half, so that the trunks of many sites
 * do not come all at once to a peer that is back. */
#include "line/sip/trunk.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

#define RETRY_MS      UINT64_C(5000)
#define RETRY_MAX_MS  UINT64_C(300000)
#define PROOFS_MAX    2
#define EXPIRES_MIN_S 5
#define EXPIRES_MAX_S 86400

static void set_registered(struct trunk *t, bool is_registered, const char *reason)
{
    struct trunk_registration *r = &t->registration;
    if (r->is_registered != is_registered)
        log_line(is_registered ? LOG_INFO : LOG_WARN,
                 is_registered ? "sip.trunk_registered" : "sip.trunk_unregistered",
                 "trunk=%s expires_s=%u reason=%s", t->text, r->expires_s, reason);
    r->is_registered = is_registered;
    metric_set(t->registered, is_registered);
}

static int register_answered(void *magic, nta_outgoing_t *orq, const sip_t *msg);

static void register_headers(struct trunk *t, unsigned expires_s, const char *uri, struct buf *out)
{
    static const char *const transports[] = {
        [LINE_UDP] = "", [LINE_TCP] = ";transport=tcp", [LINE_TLS] = ";transport=tls"};
    struct sip_peer peer = line_sip_network_peer(t->sip, t->registration.hop);
    buf_text(out, "Contact: <sip:");
    line_sip_uri_user(out, slice_of(t->config.username));
    buf_printf(out, "@%s:%u%s>\r\nExpires: %u\r\n", peer.advertised, peer.our_port,
               transports[t->config.transport], expires_s);
    line_sip_trunk_prove(t, "REGISTER", uri, out);
    buf_char(out, '\0');
}

static void register_send(struct trunk *t, unsigned expires_s)
{
    struct trunk_registration *r = &t->registration;
    struct buf headers = {0}, user = {0};
    char *uri = line_sip_text("sip:%s", r->domain);
    line_sip_uri_user(&user, slice_of(t->config.username));
    register_headers(t, expires_s, uri, &headers);
    char *from = line_sip_text("<sip:%.*s@%s>;tag=%s", (int)user.len, user.ptr, r->domain, r->tag);
    char *to = line_sip_text("<sip:%.*s@%s>", (int)user.len, user.ptr, r->domain);
    char *cseq = line_sip_text("%u REGISTER", ++r->cseq);
    char *via = line_sip_network_via(t->sip, r->hop);
    line_sip_tls_verify_way(t->sip, r->hop);
    r->request = nta_outgoing_tcreate(
        t->sip->default_leg, register_answered, t, (url_string_t *)r->hop, SIP_METHOD_REGISTER,
        (url_string_t *)uri, SIPTAG_FROM_STR(from), SIPTAG_TO_STR(to),
        SIPTAG_CALL_ID_STR(r->call_id), SIPTAG_CSEQ_STR(cseq), SIPTAG_HEADER_STR(headers.ptr),
        TAG_IF(via, SIPTAG_VIA_STR(via)), TAG_IF(via, NTATAG_USER_VIA(1)), TAG_END());
    if (r->request)
        line_sip_trunk_use(t);
    mem_free(uri);
    mem_free(from);
    mem_free(to);
    mem_free(cseq);
    mem_free(via);
    buf_free(&headers);
    buf_free(&user);
}

static uint64_t register_pause_ms(unsigned rounds)
{
    uint32_t chance;
    uint64_t ms = RETRY_MS << (rounds < 6 ? rounds : 6);
    if (ms > RETRY_MAX_MS)
        ms = RETRY_MAX_MS;
    random_fill(&chance, sizeof chance);
    return ms / 2 + chance % (ms / 2);
}

static void register_failed(struct trunk *t, const char *reason)
{
    struct trunk_registration *r = &t->registration;
    uint64_t now_ms = t->sip->host.now_ms(t->sip->host.ctx);
    unsigned targets = t->target_count ? (unsigned)t->target_count : 1;
    set_registered(t, false, reason);
    log_line(LOG_WARN, "sip.trunk_register_failed", "trunk=%s hop=%s reason=%s", t->text, r->hop,
             reason);
    line_sip_trunk_count_failure(t, reason);
    line_sip_trunk_shun(t, r->address, r->port, now_ms);
    r->failures++;
    bool is_round_over = r->failures % targets == 0;
    r->next_ms = is_round_over ? now_ms + register_pause_ms(r->failures / targets - 1) : now_ms;
}

/* What the answer says of our contact, or of all of them. */
static unsigned granted_s(const struct trunk *t, const sip_t *msg)
{
    unsigned long granted = msg->sip_expires ? msg->sip_expires->ex_delta : t->config.expires_s;
    for (const sip_contact_t *c = msg->sip_contact; c; c = c->m_next) {
        const char *user = c->m_url->url_user;
        if (user && strcmp(user, t->config.username) == 0 && c->m_expires)
            granted = strtoul(c->m_expires, NULL, 10);
    }
    if (granted < EXPIRES_MIN_S)
        return EXPIRES_MIN_S;
    return granted > EXPIRES_MAX_S ? EXPIRES_MAX_S : (unsigned)granted;
}

static void register_granted(struct trunk *t, const sip_t *msg)
{
    struct trunk_registration *r = &t->registration;
    r->expires_s = granted_s(t, msg);
    r->failures = r->proofs = 0;
    r->next_ms = t->sip->host.now_ms(t->sip->host.ctx) + r->expires_s * UINT64_C(800);
    set_registered(t, true, "registered");
}

static const char *failure_reason(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return "forbidden";
    case 408:
        return "timeout";
    case 503:
        return "unavailable";
    default:
        return "refused";
    }
}

static void register_again(struct trunk *t)
{
    register_send(t, t->registration.expires_s);
    if (!t->registration.request)
        register_failed(t, "not_sent");
}

static void register_judge(struct trunk *t, int status, const sip_t *msg)
{
    struct trunk_registration *r = &t->registration;
    bool may_retry = msg && r->proofs < PROOFS_MAX;
    bool asks = status == 401 || status == 407;
    r->proofs++;
    if (status / 100 == 2 && msg) {
        register_granted(t, msg);
    } else if (asks && may_retry && line_sip_trunk_challenged(t, msg)) {
        register_again(t);
    } else if (status == 423 && may_retry && msg->sip_min_expires) {
        unsigned long least = msg->sip_min_expires->me_delta;
        r->expires_s = least < EXPIRES_MAX_S ? (unsigned)least : EXPIRES_MAX_S;
        register_again(t);
    } else {
        register_failed(t, failure_reason(status));
    }
}

static int register_answered(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct trunk *t = magic;
    struct trunk_registration *r = &t->registration;
    int status = nta_outgoing_status(orq);
    if (status < 200)
        return 0;
    r->request = NULL;
    bool was_ending = r->is_ending;
    r->is_ending = false;
    if (!was_ending)
        register_judge(t, status, msg);
    nta_outgoing_destroy(orq); /* and msg with it */
    line_sip_trunk_release(t);
    return 0;
}

void line_sip_trunk_register(struct trunk *t, uint64_t now_ms)
{
    struct trunk_registration *r = &t->registration;
    const struct trunk_target *target = line_sip_trunk_next_target(t, NULL, 0, now_ms);
    if (!t->config.registers || r->request || now_ms < r->next_ms || !target)
        return; /* no target: its name is being looked up */
    if (!r->call_id) {
        char id[33], tag[17];
        line_sip_random_hex(id, 16);
        line_sip_random_hex(tag, 8);
        r->call_id = line_sip_text("%s@%s", id, t->sip->advertised);
        r->tag = mem_strdup(tag);
    }
    mem_free(r->hop);
    mem_free(r->domain);
    r->hop = line_sip_trunk_hop(t, target);
    r->domain = mem_strdup(line_sip_trunk_domain(t, target));
    r->address = target->address;
    r->port = target->port;
    r->proofs = 0;
    r->expires_s = t->config.expires_s;
    register_again(t);
}

void line_sip_trunk_unregister(struct trunk *t)
{
    struct trunk_registration *r = &t->registration;
    bool was_registered = r->is_registered;
    line_sip_trunk_use(t);
    line_sip_trunk_registration_stop(t);
    r->next_ms = 0;
    r->failures = 0;
    if (was_registered) {
        set_registered(t, false, "configured otherwise");
        r->is_ending = true;
        register_send(t, 0);
    }
    line_sip_trunk_release(t);
}

void line_sip_trunk_registration_stop(struct trunk *t)
{
    struct trunk_registration *r = &t->registration;
    if (!r->request)
        return;
    nta_outgoing_destroy(r->request);
    r->request = NULL;
    line_sip_trunk_release(t);
}

void line_sip_trunk_registration_free(struct trunk *t)
{
    struct trunk_registration *r = &t->registration;
    mem_free(r->call_id);
    mem_free(r->tag);
    mem_free(r->hop);
    mem_free(r->domain);
    *r = (struct trunk_registration){0};
}
