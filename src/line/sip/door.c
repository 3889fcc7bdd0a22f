/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Requests outside of dialogs come in here, before there is a transaction for them: a transaction
 * lives for 32 s, and whoever is not known shall not be able to make them. What is refused, and
 * OPTIONS, is answered without one; a repetition is simply answered again (RFC 3261 section 8.2.7).
 * So is the challenge to a request without credentials. Only a request that shows right
 * credentials, or comes from a trunk's peer, gets a transaction and goes on to registrar.c or
 * offer.c. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport_tag.h>
#include <limits.h>
#include <stdlib.h>

static const char *status_phrase(int status)
{
    return sip_status_phrase(status);
}

/* Takes msg. */
static void door_refuse(struct sip_line *sip, msg_t *msg, int status)
{
    nta_msg_treply(sip->agent, msg, status, status_phrase(status),
                   TAG_IF(status == 405 || status == 501, SIPTAG_ALLOW_STR(METHODS_ALLOWED)),
                   TAG_END());
}

/* Our own request has come back to us by way of somebody else. */
static bool door_is_loop(const struct sip_line *sip, const sip_t *msg)
{
    bool was_here = false;
    for (const sip_via_t *via = msg->sip_via->v_next; via && !was_here; via = via->v_next) {
        const char *port = via->v_port ? via->v_port : "5060";
        was_here =
            strcmp(via->v_host, line_sip_network_advertised(sip, slice_of(via->v_host))) == 0 &&
            (unsigned)strtoul(port, NULL, 10) == sip->port;
    }
    if (!was_here)
        return false;
    LIST_EACH(it, &sip->legs)
    {
        const struct leg *leg = LIST_OWNER(it, const struct leg, as_leg);
        LIST_EACH(at, &leg->dialogs)
        {
            const struct dialog *d = LIST_OWNER(at, const struct dialog, as_dialog);
            if (d->invite_cseq && strcmp(d->call_id, msg->sip_call_id->i_id) == 0)
                return true;
        }
    }
    return false;
}

/* The same INVITE has come already by another way (RFC 3261 section 8.2.2.2). */
static bool door_is_merged(const struct sip_line *sip, const sip_t *msg)
{
    const char *tag = msg->sip_from->a_tag ? msg->sip_from->a_tag : "";
    LIST_EACH(it, &sip->legs)
    {
        const struct leg *leg = LIST_OWNER(it, const struct leg, as_leg);
        const struct dialog *d = leg->dialog;
        if (leg->state == SIP_LEG_OFFERED && d && d->remote_cseq == msg->sip_cseq->cs_seq &&
            strcmp(d->call_id, msg->sip_call_id->i_id) == 0 && strcmp(d->remote_tag, tag) == 0)
            return true;
    }
    return false;
}

/* 0, or the status that refuses it whoever sent it. */
static int door_check(const struct sip_line *sip, const sip_t *msg)
{
    sip_method_t method = msg->sip_request->rq_method;
    enum url_type_e scheme = (enum url_type_e)msg->sip_request->rq_url->url_type;
    if (msg->sip_to->a_tag || method == sip_method_bye || method == sip_method_cancel ||
        method == sip_method_prack)
        return 481;
    if (scheme != url_sip && scheme != url_sips && scheme != url_tel)
        return 416;
    if (method == sip_method_subscribe || method == sip_method_notify ||
        method == sip_method_publish)
        return 489;
    if (method == sip_method_unknown)
        return 501;
    if (method != sip_method_invite && method != sip_method_register &&
        method != sip_method_options)
        return 405;
    if (method == sip_method_invite && msg->sip_max_forwards &&
        msg->sip_max_forwards->mf_count == 0)
        return 483;
    if (method == sip_method_invite && (door_is_loop(sip, msg) || door_is_merged(sip, msg)))
        return 482;
    return 0;
}

/* What nobody can be asked for outside of a call. Takes msg when it is so. */
static bool door_requires(struct sip_line *sip, msg_t *msg, const sip_t *object)
{
    if (object->sip_request->rq_method == sip_method_invite || !object->sip_require)
        return false;
    sip_unsupported_t *unsupported = sip_has_unsupported(msg_home(msg), NULL, object->sip_require);
    if (!unsupported)
        return false;
    line_sip_guard_count(&sip->guard, GUARD_REQUEST);
    nta_msg_treply(sip->agent, msg, SIP_420_BAD_EXTENSION, SIPTAG_UNSUPPORTED(unsupported),
                   TAG_END());
    return true;
}

static void door_options(struct sip_line *sip, msg_t *msg)
{
    nta_msg_treply(sip->agent, msg, SIP_200_OK, SIPTAG_ALLOW_STR(METHODS_ALLOWED),
                   SIPTAG_ACCEPT_STR(BODIES_ACCEPTED), SIPTAG_SUPPORTED_STR(EXTENSIONS_SUPPORTED),
                   TAG_END());
}

/* Answers who could not show that he is somebody. Takes msg. */
static void door_challenge(struct sip_line *sip, msg_t *msg, const sip_t *object,
                           struct in_addr source, enum auth_result result)
{
    static const enum guard_reason reasons[] = {
        [AUTH_WRONG] = GUARD_CREDENTIALS, [AUTH_NOT_THIS] = GUARD_CREDENTIALS};
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    if (result == AUTH_WRONG || result == AUTH_NOT_THIS) {
        line_sip_guard_refused(sip, source, reasons[result], now_ms);
        door_refuse(sip, msg, result == AUTH_WRONG ? 403 : 400);
        return;
    }
    if (!line_sip_auth_claimed(sip, object))
        line_sip_guard_refused(sip, source, GUARD_DEVICE, now_ms);
    struct auth_challenge c = line_sip_auth_challenge(sip, object, source, result == AUTH_STALE);
    nta_msg_treply(sip->agent, msg, SIP_401_UNAUTHORIZED,
                   TAG_IF(c.sha256, SIPTAG_WWW_AUTHENTICATE_STR(c.sha256)),
                   TAG_IF(c.md5, SIPTAG_WWW_AUTHENTICATE_STR(c.md5)), TAG_END());
    line_sip_auth_challenge_free(&c);
}

/* Gives it a transaction, and lets registrar or offer do the rest. Takes msg. */
static void door_enter(struct sip_line *sip, msg_t *msg, sip_t *object)
{
    nta_incoming_t *irq = nta_incoming_create(sip->agent, NULL, msg, object, TAG_END());
    if (!irq)
        return;
    int status = object->sip_request->rq_method == sip_method_register
                     ? line_sip_registrar_request(sip, irq, object)
                     : line_sip_offer_request(sip, irq, object);
    if (status == 0 && object->sip_request->rq_method == sip_method_invite)
        line_sip_meters_call(&sip->meters, false);
    if (status == 0)
        return;
    if (nta_incoming_status(irq) < 200)
        nta_incoming_treply(irq, status, NULL, TAG_END());
    if (status >= 400 && status != 401)
        line_sip_guard_count(&sip->guard, GUARD_REQUEST);
    nta_incoming_destroy(irq);
}

/* Over a connection: it may be idle from now on, where a stranger's is closed. */
static void door_trust(struct sip_line *sip, const msg_t *msg)
{
    tport_t *transport = tport_delivered_by(nta_agent_tports(sip->agent), msg);
    if (transport && tport_is_secondary(transport))
        tport_set_params(transport, TPTAG_IDLE(UINT_MAX), TAG_END());
}

static void door_register_or_invite(struct sip_line *sip, msg_t *msg, sip_t *object,
                                    struct in_addr source)
{
    bool is_invite = object->sip_request->rq_method == sip_method_invite;
    bool is_peer = is_invite && line_sip_guard_is_peer(sip, source);
    enum auth_result result = line_sip_auth_find(sip, object, source, &sip->asker);
    if (result == AUTH_GOOD)
        line_sip_guard_proved(&sip->guard, source, sip->host.now_ms(sip->host.ctx), 0);
    if (result == AUTH_GOOD || is_peer)
        door_trust(sip, msg);
    bool is_absent = is_invite && sip->asker && sip->asker->place_count == 0;
    if (is_absent && !is_peer) {
        line_sip_guard_count(&sip->guard, GUARD_NOT_REGISTERED);
        door_refuse(sip, msg, 403);
    } else if (result == AUTH_GOOD || is_peer)
        door_enter(sip, msg, object);
    else
        door_challenge(sip, msg, object, source, result);
    sip->asker = NULL;
}

void line_sip_door_request(struct sip_line *sip, msg_t *msg, sip_t *object)
{
    su_sockaddr_t *from = msg_addr(msg);
    struct in_addr source = from->su_sin.sin_addr;
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    sip_method_t method = object->sip_request->rq_method;
    /* An ACK of nothing is not answered; nor is who asks too often. */
    if (from->su_family != AF_INET || method == sip_method_ack ||
        !line_sip_guard_hears(sip, source, now_ms)) {
        nta_msg_discard(sip->agent, msg);
        return;
    }
    int status = door_check(sip, object);
    if (status) {
        bool is_strange = status != 481 && status != 489 && status != 405;
        if (is_strange)
            line_sip_guard_refused(sip, source, GUARD_REQUEST, now_ms);
        else
            line_sip_guard_count(&sip->guard, GUARD_REQUEST);
        door_refuse(sip, msg, status);
        return;
    }
    if (door_requires(sip, msg, object))
        return;
    if (method == sip_method_options)
        door_options(sip, msg);
    else
        door_register_or_invite(sip, msg, object, source);
}
