/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs that a telephone begins. Its INVITE is authenticated and becomes SIGNAL_INCOMING; the rest
 * is what the core orders: 180 for a ring-back tone, 200 for answer, a final failure for drop. The
 * leg counts as answered when the ACK is in. 100 is left to the stack, which sends it when nothing
 * else went out within 200 ms: a telephone that has it does not repeat its INVITE any more, and
 * until the leg is durable it must, should this process die.
 *
 * The INVITE itself is kept, as text: a new process makes its transaction anew and goes on as if it
 * had received it, so the caller hears nothing of the restart. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <stdlib.h>

static uint64_t random_leg(void)
{
    char hex[17];
    line_sip_random_hex(hex, 8);
    return strtoull(hex, NULL, 16) | LEG_OF_DRIVER;
}

static void offer_bind(struct dialog *d, nta_incoming_t *irq)
{
    d->request = irq;
    nta_incoming_tag(irq, d->local_tag);
    nta_incoming_bind(irq, line_sip_offer_ack, d);
}

static struct dialog *offer_dialog(struct leg *leg, const sip_t *msg)
{
    struct dialog *d = line_sip_dialog_create(leg);
    char tag[17];
    line_sip_random_hex(tag, 8);
    d->call_id = mem_strdup(msg->sip_call_id->i_id);
    d->branch = mem_strdup("");
    d->local = line_sip_agent_url(msg->sip_to->a_url);
    d->remote = line_sip_agent_url(msg->sip_from->a_url);
    d->local_tag = mem_strdup(tag);
    d->target = line_sip_agent_url(msg->sip_contact->m_url);
    d->hop = line_sip_agent_hop(msg, msg->sip_contact->m_url);
    d->cseq_reserve = CSEQ_RESERVE;
    d->remote_cseq = msg->sip_cseq->cs_seq;
    d->abilities = line_sip_abilities(msg);
    if (leg->device && leg->device->talks)
        d->abilities |= ABLE_TALK;
    line_sip_dialog_establish(d, msg->sip_from->a_tag ? msg->sip_from->a_tag : "", NULL,
                              msg->sip_record_route);
    return d;
}

static bool is_short_url(const url_t *url)
{
    char *text = line_sip_agent_url(url);
    bool is_short = *text;
    mem_free(text);
    return is_short;
}

/* What we must keep is no longer than we keep. */
static bool offer_has_bounds(const sip_t *msg)
{
    const char *tag = msg->sip_from->a_tag;
    return strlen(msg->sip_call_id->i_id) <= OUTSIDE_TEXT &&
           strlen(tag ? tag : "") <= OUTSIDE_TEXT && is_short_url(msg->sip_from->a_url) &&
           is_short_url(msg->sip_to->a_url) && is_short_url(msg->sip_contact->m_url);
}

/* 0, or the status that refuses it. */
int line_sip_offer_check(const sip_t *msg, struct buf *number, struct slice *body)
{
    if (!msg->sip_contact || !msg->sip_contact->m_url->url_host || !offer_has_bounds(msg))
        return 400;
    char *uri = line_sip_agent_url(msg->sip_request->rq_url);
    enum err err = line_sip_uri_number(slice_of(uri), number);
    mem_free(uri);
    if (err != ERR_OK)
        return 484;
    /* To take the place of a call in which we are is what REFER is for. */
    if (msg->sip_replaces)
        return 481;
    return line_sip_agent_body(msg, body) ? 0 : 415;
}

/* 0, or the status that refuses it; the leg is then no more. */
static int offer_open(struct leg *leg, nta_incoming_t *irq, struct slice body)
{
    struct sdp sdp;
    int status = 0;
    line_sip_leg_set_wish(leg, irq);
    if (body.ptr && !line_sip_leg_read_offer(leg, body, &sdp))
        status = 488;
    else if (media_open(leg->sip->media, leg->number, 0, &leg->port) != ERR_OK)
        status = 503;
    if (status) {
        leg->port = 0;
        line_sip_leg_free(leg);
    }
    return status;
}

struct leg *line_sip_offer_leg(struct sip_line *sip, struct device *device)
{
    struct leg *leg = line_sip_leg_create(sip, random_leg(), device);
    leg->state = SIP_LEG_OFFERED;
    return leg;
}

int line_sip_offer_begin(struct leg *leg, nta_incoming_t *irq, const sip_t *msg,
                         const struct signal *incoming, struct slice body)
{
    int status = offer_open(leg, irq, body);
    if (status)
        return status;
    leg->dialog = offer_dialog(leg, msg);
    offer_bind(leg->dialog, irq);
    line_sip_session_take(leg, msg);
    leg->is_reliable = sip_has_feature(msg->sip_require, "100rel");
    if (body.ptr)
        buf_slice(&leg->offer, body);
    line_sip_leg_signal(leg, *incoming);
    return 0;
}

int line_sip_offer_request(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg)
{
    int status = line_sip_inside_check_required(irq, msg);
    if (status == 0)
        status = line_sip_session_check(irq, msg);
    if (status)
        return status;
    struct trunk *trunk = line_sip_trunk_of_request(sip, irq);
    if (trunk)
        return line_sip_trunk_offer(trunk, irq, msg);
    struct device *device = line_sip_auth_check(sip, irq, msg);
    if (!device)
        return nta_incoming_status(irq);
    if (device->place_count == 0)
        return 403;
    struct buf number = {0};
    struct slice body;
    status = line_sip_offer_check(msg, &number, &body);
    struct signal incoming = {.kind = SIGNAL_INCOMING};
    if (status == 0) {
        incoming.dn = device->dn;
        incoming.number = buf_view(&number);
        status = line_sip_offer_begin(line_sip_offer_leg(sip, device), irq, msg, &incoming, body);
    }
    buf_free(&number);
    return status;
}

static void offer_accept(struct dialog *d)
{
    struct leg *leg = d->leg;
    struct buf description = {0};
    if (!line_sip_offer_agree(leg, &description))
        line_sip_leg_offer(leg, d, leg->wish.takes_secure && !leg->wish.takes_plain, &description);
    d->is_accepted = true;
    line_sip_change_reply(d, d->request, description.ptr);
    buf_free(&description);
}

void line_sip_offer_answer(struct leg *leg)
{
    if (leg->dialog->request && !leg->dialog->is_accepted)
        offer_accept(leg->dialog);
}

static void offer_refuse_with(struct dialog *d, int status)
{
    nta_incoming_t *irq = d->request;
    d->request = NULL;
    nta_incoming_treply(irq, status, NULL, TAG_END());
    nta_incoming_destroy(irq);
}

void line_sip_offer_refuse(struct leg *leg, enum cause cause)
{
    if (leg->dialog->is_accepted) /* a BYE must wait for the ACK */
        line_sip_dialog_orphan(leg->dialog);
    else
        offer_refuse_with(leg->dialog, line_sip_cause_status(cause));
    line_sip_leg_gone(leg, cause);
}

/* The answer to an offer of ours came in the ACK. False when there is no speaking with it. */
static bool offer_take_answer(struct leg *leg, const sip_t *msg)
{
    struct slice body;
    struct sdp sdp;
    if (leg->offer.len > 0)
        return true;
    bool was_secure = leg->state == SIP_LEG_UP ? leg->far.cipher != MEDIA_PLAIN
                                               : leg->wish.takes_secure && !leg->wish.takes_plain;
    if (!line_sip_agent_body(msg, &body) || !body.ptr ||
        !line_sip_leg_read_answer(leg, was_secure, body, &sdp))
        return false;
    struct media_far far = line_sip_leg_far(leg, leg->dialog, &sdp, EVENT_PAYLOAD);
    line_sip_leg_connect(leg, &far);
    return true;
}

static void offer_acknowledged(struct dialog *d, const sip_t *msg)
{
    struct leg *leg = d->leg;
    bool is_first = leg->state == SIP_LEG_OFFERED;
    bool is_good = msg && offer_take_answer(leg, msg);
    if (!is_good) {
        line_sip_dialog_bye(d);
        line_sip_leg_gone(leg, CAUSE_FAILED);
        return;
    }
    leg->state = SIP_LEG_UP;
    buf_free(&leg->answer);
    if (is_first) {
        line_sip_session_begin(leg);
        leg->told_held = HELD_NO;
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_ANSWERED});
    } else if (leg->is_dirty) {
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    }
    line_sip_leg_tell_held(leg);
}

/* Before our 200: it took the INVITE back, or did not acknowledge a 18x that it wanted reliable. */
static void offer_given_up(struct dialog *d, bool is_cancel)
{
    struct leg *leg = d->leg;
    line_sip_change_forget(d);
    offer_refuse_with(d, is_cancel ? 487 : 504);
    if (!leg)
        return;
    if (leg->state == SIP_LEG_OFFERED) {
        line_sip_leg_gone(leg, is_cancel ? CAUSE_ABANDONED : CAUSE_FAILED);
        return;
    }
    leg->waits = LEG_WAITS_FOR_NOTHING;
    if (leg->is_dirty)
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
}

int line_sip_offer_ack(void *magic, nta_incoming_t *irq, const sip_t *msg)
{
    struct dialog *d = magic;
    if (nta_incoming_method(irq) != sip_method_invite)
        return 0;
    bool is_cancel = msg && msg->sip_request->rq_method == sip_method_cancel;
    if (nta_incoming_status(irq) < 200) {
        offer_given_up(d, is_cancel);
        return 0;
    }
    if (is_cancel) /* too late to change anything */
        return 0;
    d->request = NULL;
    d->is_accepted = false;
    nta_incoming_destroy(irq);
    if (d->leg)
        offer_acknowledged(d, msg);
    else
        line_sip_dialog_bye(d);
    return 0;
}

enum err line_sip_offer_restore(struct leg *leg, struct slice invite)
{
    struct sip_line *sip = leg->sip;
    msg_t *msg =
        msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, invite.ptr, (ssize_t)invite.len);
    sip_t *object = msg ? sip_object(msg) : NULL;
    bool is_good = object && object->sip_request && object->sip_via && object->sip_cseq &&
                   object->sip_call_id && object->sip_from && object->sip_to;
    if (!is_good) {
        if (msg)
            msg_destroy(msg);
        return ERR_CORRUPT;
    }
    struct slice body;
    if (line_sip_agent_body(object, &body) && body.ptr)
        buf_slice(&leg->offer, body);
    leg->is_reliable = sip_has_feature(object->sip_require, "100rel");
    tport_t *transport = line_sip_agent_transport(sip, object->sip_via);
    nta_incoming_t *irq =
        nta_incoming_create(sip->agent, NULL, msg, object, NTATAG_TPORT(transport), TAG_END());
    if (!irq)
        return ERR_CORRUPT;
    offer_bind(leg->dialog, irq);
    return ERR_OK;
}
