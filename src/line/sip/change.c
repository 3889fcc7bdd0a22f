/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The session changes by the telephone's re-INVITE or UPDATE: hold, retrieve, another codec,
 * another address, or nothing but a sign of life. What it asks for is looked at at once, kept, and
 * in force with our 200, which waits until it is durable, as every 200 to an INVITE does; a
 * re-INVITE that is cancelled before that has changed nothing. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

void line_sip_change_forget(struct dialog *d)
{
    mem_free(d->next_target);
    mem_free(d->next_hop);
    d->next_target = d->next_hop = NULL;
    if (!d->leg)
        return;
    d->leg->is_dirty = d->leg->is_dirty || d->leg->has_next;
    d->leg->has_next = false;
}

/* 0, or the status that refuses it. */
static int change_check(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    struct leg *leg = d->leg;
    bool is_invite = nta_incoming_method(irq) == sip_method_invite;
    if (leg->state != SIP_LEG_UP)
        return is_invite ? 491 : 0;
    if (d->request) { /* RFC 3261 section 14.2 */
        nta_incoming_treply(irq, SIP_500_INTERNAL_SERVER_ERROR, SIPTAG_RETRY_AFTER_STR("2"),
                            TAG_END());
        return 500;
    }
    bool is_ours_pending = d->refresh && nta_outgoing_method(d->refresh) == sip_method_invite;
    if (leg->waits != LEG_WAITS_FOR_NOTHING || is_ours_pending)
        return 491;
    return line_sip_session_check(irq, msg);
}

static void change_note_target(struct dialog *d, const sip_t *msg)
{
    if (!msg->sip_contact)
        return;
    char *url = line_sip_agent_url(msg->sip_contact->m_url);
    mem_free(d->next_target);
    mem_free(d->next_hop);
    d->next_target = d->next_hop = NULL;
    if (!*url) {
        mem_free(url);
        return;
    }
    d->next_target = url;
    d->next_hop = line_sip_agent_hop(msg, msg->sip_contact->m_url);
}

static void change_take_target(struct dialog *d)
{
    if (!d->next_target)
        return;
    mem_free(d->target);
    mem_free(d->hop);
    d->target = d->next_target;
    d->hop = d->next_hop;
    d->next_target = d->next_hop = NULL;
}

void line_sip_change_reply(struct dialog *d, nta_incoming_t *irq, const char *description)
{
    char *session = line_sip_session_header(d->leg);
    char *contact = line_sip_dialog_contact(d);
    bool is_timed = session != NULL;
    nta_incoming_treply(irq, SIP_200_OK, SIPTAG_CONTACT_STR(contact),
                        SIPTAG_ALLOW_STR(METHODS_ALLOWED),
                        SIPTAG_SUPPORTED_STR(EXTENSIONS_SUPPORTED), SIPTAG_SERVER_STR(OUR_NAME),
                        TAG_IF(is_timed, SIPTAG_SESSION_EXPIRES_STR(session)),
                        TAG_IF(is_timed && !d->leg->session.is_ours, SIPTAG_REQUIRE_STR("timer")),
                        TAG_IF(description, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
                        TAG_IF(description, SIPTAG_PAYLOAD_STR(description)), TAG_END());
    mem_free(contact);
    mem_free(session);
}

/* An UPDATE before the 200. It may offer anew only where a reliable 18x has answered our offer
 * (RFC 3311 section 5.1); else it changes nothing but the way to the telephone. */
static int change_early(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    struct leg *leg = d->leg;
    struct slice body;
    struct sdp sdp;
    struct buf description = {0};
    if (!line_sip_agent_body(msg, &body))
        return 415;
    if (body.ptr && !(leg->state == SIP_LEG_RINGING && d->has_early && d->rseq))
        return 491;
    if (body.ptr && !line_sip_leg_read_offer(leg, body, &sdp))
        return 488;
    change_note_target(d, msg);
    change_take_target(d);
    if (body.ptr) {
        d->early = line_sip_leg_far(leg, d, &sdp, sdp.event_payload);
        line_sip_leg_connect(leg, &d->early);
        line_sip_leg_answer(leg, d, &sdp, &description);
    }
    line_sip_change_reply(d, irq, description.ptr);
    buf_free(&description);
    return 200;
}

int line_sip_change_request(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    struct leg *leg = d->leg;
    struct slice body;
    struct sdp sdp;
    if (!leg)
        return 481;
    int status = change_check(d, irq, msg);
    if (status)
        return status;
    if (leg->state != SIP_LEG_UP)
        return change_early(d, irq, msg);
    line_sip_leg_set_wish(leg, irq);
    if (!line_sip_agent_body(msg, &body))
        return 415;
    if (body.ptr && !line_sip_leg_read_offer(leg, body, &sdp))
        return 488;
    nta_incoming_bind(irq, line_sip_offer_ack, d);
    d->request = irq;
    d->remote_cseq = msg->sip_cseq->cs_seq;
    d->abilities |= line_sip_abilities(msg);
    change_note_target(d, msg);
    line_sip_session_take(leg, msg);
    buf_reset(&leg->offer);
    if (body.ptr) {
        buf_slice(&leg->offer, body);
        leg->next = line_sip_leg_far(leg, d, &sdp, sdp.event_payload);
        leg->has_next = true;
    }
    leg->is_dirty = true;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    line_sip_leg_wait(leg, LEG_WAITS_TO_ACCEPT);
    return 0;
}

void line_sip_change_accept(struct leg *leg)
{
    struct dialog *d = leg->dialog;
    struct buf description = {0};
    struct sdp offer;
    if (!d->request || d->is_accepted)
        return;
    bool is_invite = nta_incoming_method(d->request) == sip_method_invite;
    change_take_target(d);
    if (leg->has_next && line_sip_sdp_read(buf_view(&leg->offer), &leg->wish, &offer) == ERR_OK) {
        line_sip_leg_connect(leg, &leg->next);
        line_sip_leg_answer(leg, d, &offer, &description);
    } else if (is_invite) {
        line_sip_leg_offer(leg, d, leg->far.cipher != MEDIA_PLAIN, &description);
    }
    leg->has_next = false;
    line_sip_change_reply(d, d->request, description.ptr);
    buf_free(&description);
    if (is_invite) {
        d->is_accepted = true;
    } else {
        nta_incoming_destroy(d->request);
        d->request = NULL;
    }
    line_sip_leg_tell_held(leg);
}
