/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs that we begin: an INVITE to each place where the device is registered, the first 200 wins.
 * The ACK to it waits until the leg is durable; meanwhile nta swallows repetitions of the 200.
 *
 * After a restart the ring order comes again. A leg that gave its dialogs to keep then sends the
 * very same INVITEs, branch included: for the telephone they are retransmissions, it answers as it
 * did before and goes on ringing, or repeats a 200 that we never acknowledged. Without something
 * kept the call is placed anew; the orphan ends by its Expires, and a 200 of it gets ACK and BYE.
 */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define ELSEWHERE "SIP;cause=200;text=\"Call completed elsewhere\""

static int ring_response(void *magic, nta_outgoing_t *orq, const sip_t *msg);

void line_sip_ring_invite(struct dialog *d, bool asks_to_answer)
{
    struct buf headers = {0}, description = {0};
    buf_printf(&headers, "Expires: %d\r\nAllow: %s\r\nSupported: %s\r\n", RINGING_EXPIRES,
               METHODS_ALLOWED, EXTENSIONS_SUPPORTED);
    d->asks_to_answer = asks_to_answer;
    /* The three ways in use; each telephone knows at most some. */
    if (asks_to_answer)
        buf_printf(&headers,
                   "Call-Info: <sip:%s>;answer-after=0\r\n"
                   "Alert-Info: <http://%s>;info=alert-autoanswer;delay=0\r\n"
                   "Answer-Mode: Auto\r\n",
                   line_sip_dialog_advertised(d), line_sip_dialog_advertised(d));
    if (d->leg->outgoing)
        line_sip_trunk_headers(d->leg, &headers);
    buf_char(&headers, '\0');
    line_sip_leg_offer(d->leg, d, d->is_secure, &description);
    struct request invite = {.method = SIP_METHOD_INVITE,
                             .on_response = ring_response,
                             .cseq = d->invite_cseq,
                             .headers = headers.ptr,
                             .body = description.ptr,
                             .branch = d->branch,
                             .passes = line_sip_trunk_passes(d->leg),
                             .is_outside = true};
    d->invite = line_sip_dialog_send(d, &invite);
    buf_free(&headers);
    buf_free(&description);
}

static struct dialog *ring_dialog(struct leg *leg, const char *contact, const char *hop)
{
    struct sip_line *sip = leg->sip;
    struct dialog *d = line_sip_dialog_create(leg);
    struct buf from = {0};
    char id[33], tag[17];
    line_sip_random_hex(id, 16);
    line_sip_random_hex(tag, 8);
    line_sip_uri_user(&from, slice_of(leg->from));
    struct sip_peer peer = line_sip_network_peer(sip, hop ? hop : contact);
    d->call_id = line_sip_text("%s@%s", id, peer.advertised);
    d->local = line_sip_text("sip:%.*s@%s:%u", (int)from.len, from.ptr, peer.advertised, sip->port);
    d->local_tag = mem_strdup(tag);
    d->remote = line_sip_text("sip:%s@%s:%u", leg->device->config.dn, peer.advertised, sip->port);
    d->branch = line_sip_branch(sip->secret);
    d->target = mem_strdup(contact);
    d->hop = hop ? mem_strdup(hop) : NULL;
    d->cseq = d->invite_cseq = 1;
    d->cseq_reserve = CSEQ_RESERVE;
    buf_free(&from);
    return d;
}

static struct dialog *ring_place_so(struct leg *leg, const char *contact, const char *hop,
                                    bool asks_to_answer, bool is_secure)
{
    struct dialog *d = ring_dialog(leg, contact, hop);
    d->is_secure = is_secure;
    line_sip_ring_invite(d, asks_to_answer);
    if (d->invite)
        return d;
    line_sip_dialog_free(d);
    return NULL;
}

struct dialog *line_sip_ring_place(struct leg *leg, const char *contact, const char *hop,
                                   bool asks_to_answer)
{
    enum line_srtp srtp = leg->device->config.srtp;
    bool is_private =
        line_sip_network_peer(leg->sip, hop ? hop : contact).transport == SIP_TRANSPORT_TLS;
    if (srtp == LINE_SRTP_REQUIRED && !is_private) {
        log_line(LOG_WARN, "sip.srtp_without_tls", "dn=%s", leg->device->config.dn);
        return NULL;
    }
    return ring_place_so(leg, contact, hop, asks_to_answer, is_private && srtp != LINE_SRTP_OFF);
}

/* A telephone that refused SRTP, and need not have it, gets plain sound. */
static bool ring_plainly(const struct dialog *d, int status)
{
    struct leg *leg = d->leg;
    bool is_refusal = status == 488 || status == 606 || status == 415;
    if (!is_refusal || !d->is_secure || d->is_cancelled || !leg->device ||
        leg->device->config.srtp != LINE_SRTP_OPTIONAL)
        return false;
    leg->is_dirty = true;
    if (!ring_place_so(leg, d->target, d->hop, d->asks_to_answer, false))
        return false;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    return true;
}

/* The number that a 3xx names, or NULL; one's own. */
static char *ring_redirect(int status, const sip_t *msg)
{
    if (status / 100 != 3 || !msg->sip_contact)
        return NULL;
    struct buf number = {0};
    char *uri = line_sip_agent_url(msg->sip_contact->m_url);
    bool is_good = line_sip_uri_number(slice_of(uri), &number) == ERR_OK;
    char *text = is_good ? line_sip_text("%.*s", (int)number.len, number.ptr) : NULL;
    mem_free(uri);
    buf_free(&number);
    return text;
}

/* It speaks for all places: a 6xx, or a redirection. */
static void ring_stop_others(struct leg *leg, const struct dialog *d, const char *reason)
{
    LIST_EACH_SAFE(it, &leg->dialogs)
    {
        struct dialog *other = LIST_OWNER(it, struct dialog, as_dialog);
        if (other != d)
            line_sip_dialog_cancel(other, reason);
    }
}

static void ring_count_failure(struct leg *leg, enum cause cause)
{
    /* Somebody declined as we asked the telephone to answer: so be it. */
    if (cause == CAUSE_BUSY || cause == CAUSE_REJECTED) {
        mem_free(leg->again_contact);
        leg->again_contact = NULL;
    }
    if (line_sip_cause_weight(cause) > line_sip_cause_weight(leg->failure))
        leg->failure = cause;
}

static void ring_over(struct dialog *d)
{
    struct leg *leg = d->leg;
    line_sip_dialog_free(d);
    if (!leg || leg->state != SIP_LEG_RINGING)
        return;
    line_sip_early_ended(leg);
    if (list_is_empty(&leg->dialogs) && !line_sip_talk_again(leg))
        line_sip_leg_gone(leg, leg->failure ? leg->failure : CAUSE_FAILED);
}

static void ring_failed(struct dialog *d, int status, const sip_t *msg)
{
    struct leg *leg = d->leg;
    if (leg && leg->state == SIP_LEG_RINGING && !ring_plainly(d, status)) {
        char *redirect = ring_redirect(status, msg);
        ring_count_failure(leg, redirect ? CAUSE_BUSY : line_sip_cause_of(status));
        if (redirect || status >= 600)
            ring_stop_others(leg, d, NULL);
        if (redirect) {
            mem_free(leg->redirect);
            leg->redirect = redirect;
        }
    }
    ring_over(d);
}

/* A 200 that nobody wants any more, or whose session nobody can have. */
static void ring_hang_up(struct dialog *d)
{
    line_sip_dialog_ack(d);
    line_sip_dialog_bye(d);
}

/* What was agreed: by the 200, or before by a 18x. */
static bool ring_agreed(struct dialog *d, const sip_t *msg, struct media_far *far)
{
    struct slice body;
    struct sdp sdp;
    if (!line_sip_agent_body(msg, &body))
        return false;
    if (!body.ptr && d->has_early)
        *far = d->early;
    if (!body.ptr)
        return d->has_early;
    if (!line_sip_leg_read_answer(d->leg, d->is_secure, body, &sdp))
        return false;
    *far = line_sip_leg_far(d->leg, d, &sdp, EVENT_PAYLOAD);
    return true;
}

static void ring_up(struct dialog *d, const struct media_far *far, const sip_t *msg)
{
    struct leg *leg = d->leg;
    leg->dialog = d;
    leg->sounding = NULL;
    ring_stop_others(leg, d, ELSEWHERE);
    leg->state = SIP_LEG_UP;
    leg->is_dirty = true;
    line_sip_trunk_follow(d);
    line_sip_leg_connect(leg, far);
    line_sip_session_agreed(leg, msg);
    leg->told_held = HELD_NO;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_ANSWERED});
    line_sip_leg_wait(leg, LEG_WAITS_TO_ACK);
    line_sip_leg_tell_held(leg); /* a telephone may answer on hold */
}

static void ring_answered(struct dialog *d, const sip_t *msg)
{
    struct leg *leg = d->leg;
    struct dialog *fork = leg ? line_sip_early_dialog(d, msg) : NULL;
    if (fork && fork != d)
        line_sip_dialog_take_fork(d, fork);
    else
        line_sip_dialog_free_forks(d);
    line_sip_dialog_establish(d, msg->sip_to->a_tag ? msg->sip_to->a_tag : "", msg->sip_contact,
                              msg->sip_record_route);
    d->abilities |= line_sip_abilities(msg);
    if (!leg || leg->dialog) {
        ring_hang_up(d);
        return;
    }
    struct media_far far;
    if (ring_agreed(d, msg, &far)) {
        ring_up(d, &far, msg);
        return;
    }
    log_line(LOG_WARN, "sip.no_common_codec", "%s=%s", leg->trunk ? "trunk" : "dn",
             leg->trunk ? line_sip_trunk_name(leg->trunk) : leg->device->config.dn);
    ring_hang_up(d);
    leg->failure = CAUSE_FAILED;
    line_sip_early_ended(leg);
    if (list_is_empty(&leg->dialogs) && !line_sip_talk_again(leg))
        line_sip_leg_gone(leg, CAUSE_FAILED);
}

static int ring_response(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    int status = nta_outgoing_status(orq);
    if (d->leg && d->leg->outgoing && line_sip_trunk_response(d, status, msg))
        return 0;
    if (!msg)
        return 0;
    if (status < 200)
        line_sip_early_progress(d, status, msg);
    else if (status < 300)
        ring_answered(d, msg);
    else
        ring_failed(d, status, msg);
    return 0;
}

void line_sip_ring_again(struct leg *leg)
{
    leg->state = SIP_LEG_RINGING;
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        list_remove(&d->as_lost);
        line_sip_ring_invite(d, leg->is_auto_answer);
    }
}

static void ring_all_places(struct leg *leg)
{
    uint64_t now_ms = leg->sip->host.now_ms(leg->sip->host.ctx);
    struct device *device = leg->device;
    leg->state = SIP_LEG_RINGING;
    for (size_t i = 0; i < device->place_count; i++) {
        const struct place *p = &device->places[i];
        if (p->expires_ms > now_ms)
            line_sip_ring_place(leg, p->contact, p->hop, leg->is_auto_answer);
    }
}

void line_sip_ring_order(struct sip_line *sip, const struct order *order)
{
    struct leg *leg = line_sip_leg_find(sip, order->leg);
    if (leg && leg->state != SIP_LEG_LOST)
        return;
    if (order->trunk.len > 0) {
        line_sip_trunk_ring(sip, leg, order);
        return;
    }
    struct device *device = map_get(&sip->by_dn, order->dn);
    if (!leg)
        leg = line_sip_leg_create(sip, order->leg, device);
    leg->failure = CAUSE_UNREACHABLE;
    mem_free(leg->from);
    leg->from = line_sip_text("%.*s", (int)order->from.len, order->from.ptr);
    leg->is_auto_answer = order->auto_answer;
    if (device && !leg->port && media_open(sip->media, leg->number, 0, &leg->port) != ERR_OK) {
        log_line(LOG_ERROR, "sip.no_media_port", "leg=%llu", (unsigned long long)leg->number);
        leg->port = 0;
        leg->failure = CAUSE_FAILED;
        device = NULL;
    }
    if (device && list_is_empty(&leg->dialogs))
        ring_all_places(leg);
    else if (device)
        line_sip_ring_again(leg);
    LIST_EACH_SAFE(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        if (!d->invite)
            line_sip_dialog_free(d);
    }
    if (list_is_empty(&leg->dialogs))
        line_sip_leg_gone(leg, leg->failure);
}
