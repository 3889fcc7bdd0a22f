/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs that we begin: an INVITE to each place where the device is registered, the first 200 wins.
 * The ACK to it waits until the leg is durable; meanwhile nta swallows repetitions of the 200.
 *
 * After a restart the ring order comes again. A leg that gave its dialogs to keep then sends the
 * very same INVITEs, branch included: for the telephone they are retransmissions, it answers as it
 * did before and goes on ringing, or repeats a 200 that we never acknowledged. Without something
 * kept the call is placed anew; the orphan ends by its Expires, and a 200 of it gets ACK and BYE.
 *
 * Answer: NOTIFY "Event: talk" inside the early dialog where the telephone said that it talks; for
 * devices set so, CANCEL and a new INVITE that asks for auto-answer, sent when the first has ended.
 * A 200 that crosses our CANCEL is a human's, and wins. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

/* How failures of several places add up: the one furthest down is told. */
static enum cause cause_of_status(int status)
{
    switch (status) {
    case 486:
    case 600:
        return CAUSE_BUSY;
    case 603:
        return CAUSE_REJECTED;
    case 408:
    case 480:
    case 487:
        return CAUSE_NO_ANSWER;
    case 404:
    case 410:
    case 484:
    case 503:
    case 604:
        return CAUSE_UNREACHABLE;
    default:
        return CAUSE_FAILED;
    }
}

static unsigned cause_weight(enum cause cause)
{
    static const enum cause order[] = {CAUSE_NONE,      CAUSE_UNREACHABLE, CAUSE_FAILED,
                                       CAUSE_NO_ANSWER, CAUSE_REJECTED,    CAUSE_BUSY};
    unsigned weight = 0;
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        weight = order[i] == cause ? i : weight;
    return weight;
}

static int ring_response(void *magic, nta_outgoing_t *orq, const sip_t *msg);

void line_sip_ring_invite(struct dialog *d, bool asks_to_answer)
{
    struct buf headers = {0}, description = {0};
    buf_printf(&headers, "Expires: %d\r\nAllow: %s\r\n", RINGING_EXPIRES, METHODS_ALLOWED);
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
    line_sip_leg_describe(d->leg, d, NULL, &description);
    d->invite = line_sip_dialog_send(d, SIP_METHOD_INVITE, ring_response, d->invite_cseq,
                                     headers.ptr, description.ptr);
    buf_free(&headers);
    buf_free(&description);
}

static struct dialog *ring_place(struct leg *leg, const char *contact, const char *hop,
                                 bool asks_to_answer)
{
    struct sip_line *sip = leg->sip;
    struct dialog *d = line_sip_dialog_create(leg);
    struct buf from = {0};
    char id[33], tag[17], branch[17];
    line_sip_random_hex(id, 16);
    line_sip_random_hex(tag, 8);
    line_sip_random_hex(branch, 8);
    line_sip_uri_user(&from, slice_of(leg->from));
    struct sip_peer peer = line_sip_network_peer(sip, hop ? hop : contact);
    d->call_id = line_sip_text("%s@%s", id, peer.advertised);
    d->local = line_sip_text("sip:%.*s@%s:%u", (int)from.len, from.ptr, peer.advertised, sip->port);
    d->local_tag = mem_strdup(tag);
    d->remote = line_sip_text("sip:%s@%s:%u", leg->device->config.dn, peer.advertised, sip->port);
    d->branch = line_sip_text("z9hG4bK%s", branch);
    d->target = mem_strdup(contact);
    d->hop = hop ? mem_strdup(hop) : NULL;
    d->cseq = d->invite_cseq = 1;
    d->cseq_reserve = CSEQ_RESERVE;
    buf_free(&from);
    line_sip_ring_invite(d, asks_to_answer);
    return d;
}

/* All places have failed: the second way of answering goes on, or the leg is over. */
static void ring_run_out(struct leg *leg)
{
    if (leg->was_asked && leg->again_contact) {
        char *contact = leg->again_contact;
        leg->again_contact = NULL;
        leg->is_dirty = true;
        struct dialog *d = ring_place(leg, contact, leg->again_hop, true);
        mem_free(contact);
        if (d->invite) {
            line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
            return;
        }
        line_sip_dialog_free(d);
    }
    line_sip_leg_gone(leg, leg->failure ? leg->failure : CAUSE_FAILED);
}

static void ring_failed(struct dialog *d, enum cause cause)
{
    struct leg *leg = d->leg;
    line_sip_dialog_free(d);
    if (!leg)
        return;
    /* Somebody declined as we asked the telephone to answer: so be it. */
    if (cause == CAUSE_BUSY || cause == CAUSE_REJECTED) {
        mem_free(leg->again_contact);
        leg->again_contact = NULL;
    }
    if (cause_weight(cause) > cause_weight(leg->failure))
        leg->failure = cause;
    if (leg->state == SIP_LEG_RINGING && list_is_empty(&leg->dialogs))
        ring_run_out(leg);
}

static void ring_progress(struct dialog *d, int status, const sip_t *msg)
{
    struct leg *leg = d->leg;
    if (!leg || status <= 100)
        return;
    if (msg->sip_to->a_tag)
        line_sip_dialog_establish(d, msg->sip_to->a_tag, msg->sip_contact, msg->sip_record_route);
    d->talks = d->talks || line_sip_agent_talks(msg) || (leg->device && leg->device->talks);
    if (!leg->was_told_ringing) {
        leg->was_told_ringing = true;
        leg->is_dirty = true;
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_RINGING, .talks = d->talks});
    }
    if (leg->wants_answer)
        line_sip_ring_answer(leg);
}

/* A 200 that nobody wants any more, or whose session nobody can have. */
static void ring_hang_up(struct dialog *d)
{
    line_sip_dialog_ack(d);
    line_sip_dialog_bye(d);
}

static void ring_answered(struct dialog *d, const sip_t *msg)
{
    struct leg *leg = d->leg;
    line_sip_dialog_establish(d, msg->sip_to->a_tag ? msg->sip_to->a_tag : "", msg->sip_contact,
                              msg->sip_record_route);
    if (!leg || leg->dialog) {
        ring_hang_up(d);
        return;
    }
    struct sdp sdp;
    struct slice text = SLICE_NONE;
    if (msg->sip_payload)
        text = (struct slice){msg->sip_payload->pl_data, msg->sip_payload->pl_len};
    if (line_sip_sdp_read(text, &sdp) != ERR_OK || !line_sip_sdp_is_usable(&sdp)) {
        log_line(LOG_WARN, "sip.no_common_codec", "%s=%s", leg->trunk ? "trunk" : "dn",
                 leg->trunk ? line_sip_trunk_name(leg->trunk) : leg->device->config.dn);
        ring_hang_up(d);
        leg->failure = CAUSE_FAILED;
        if (list_is_empty(&leg->dialogs))
            ring_run_out(leg);
        return;
    }
    leg->dialog = d;
    LIST_EACH_SAFE(it, &leg->dialogs)
    {
        struct dialog *other = LIST_OWNER(it, struct dialog, as_dialog);
        if (other != d)
            line_sip_dialog_cancel(other);
    }
    leg->state = SIP_LEG_UP;
    leg->is_dirty = true;
    line_sip_leg_connect(leg, &sdp, EVENT_PAYLOAD);
    leg->told_held = HELD_NO;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_ANSWERED});
    line_sip_leg_wait(leg, LEG_WAITS_TO_ACK);
    line_sip_leg_tell_held(leg); /* a telephone may answer on hold */
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
        ring_progress(d, status, msg);
    else if (status < 300)
        ring_answered(d, msg);
    else
        ring_failed(d, cause_of_status(status));
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
            ring_place(leg, p->contact, p->hop, leg->is_auto_answer);
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

/* The telephone will not go off hook by our asking; it rings on. */
static void ring_refused(struct leg *leg)
{
    leg->wants_answer = leg->was_asked = false;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_REFUSED});
}

static int ring_notified(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    (void)msg;
    int status = nta_outgoing_status(orq);
    if (status < 200)
        return 0;
    nta_outgoing_destroy(d->notify);
    d->notify = NULL;
    if (status < 300)
        return 0;
    log_line(LOG_WARN, "sip.talk_refused", "status=%d", status);
    d->talks = false;
    if (d->leg && d->leg->state == SIP_LEG_RINGING) {
        d->leg->was_asked = false;
        line_sip_ring_answer(d->leg);
    }
    return 0;
}

/* The place that talks; else the one that rings, for the second way. */
static struct dialog *ring_choose(const struct leg *leg, bool must_talk)
{
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        if (d->remote_tag && d->nta && (d->talks || !must_talk))
            return d;
    }
    return NULL;
}

/* Withdraws all INVITEs; when they have ended, the place of d gets a new one. */
static void ring_answer_by_invite(struct leg *leg, const struct dialog *d)
{
    leg->was_asked = true;
    leg->again_contact = mem_strdup(d->target);
    leg->again_hop = d->hop ? mem_strdup(d->hop) : NULL;
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *other = LIST_OWNER(it, struct dialog, as_dialog);
        nta_outgoing_tcancel(other->invite, NULL, NULL, TAG_END());
        other->is_cancelled = true;
    }
}

void line_sip_ring_answer(struct leg *leg)
{
    leg->wants_answer = true;
    if (leg->was_asked || leg->is_auto_answer || leg->state != SIP_LEG_RINGING)
        return;
    struct dialog *talking = ring_choose(leg, true), *ringing = ring_choose(leg, false);
    if (!ringing)
        return; /* asked as soon as it rings */
    if (talking) {
        leg->was_asked = true;
        talking->notify =
            line_sip_dialog_send(talking, SIP_METHOD_NOTIFY, ring_notified, 0,
                                 "Event: talk\r\nSubscription-State: active\r\n", NULL);
        if (talking->notify)
            return;
    }
    if (leg->device && leg->device->config.answers_by_reinvite)
        ring_answer_by_invite(leg, ringing);
    else
        ring_refused(leg);
}
