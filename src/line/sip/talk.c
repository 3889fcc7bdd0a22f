/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A telephone is asked to do what its buttons do, by NOTIFY in its dialog: "Event: talk" makes it
 * go off hook, or retrieve, and "Event: hold" makes it hold. What it does then comes as it does
 * from its buttons.
 *
 * To one that rings and does not talk there is a second way, for devices set so: CANCEL and a new
 * INVITE that asks for auto-answer, sent when the first has ended. A 200 that crosses our CANCEL is
 * a human's, and wins. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define RETRIEVE_MS 5000

/* It will not do it by our asking; it goes on as it was. */
static void talk_refused(struct leg *leg)
{
    leg->wants_answer = leg->was_asked = false;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_REFUSED});
}

/* Whoever rings goes off hook in its own time; who holds is to retrieve now. */
static void talk_agreed(struct dialog *d)
{
    struct leg *leg = d->leg;
    if (leg && leg->state == SIP_LEG_UP && leg->told_held != HELD_NO)
        leg->retrieves_by_ms = leg->sip->host.now_ms(leg->sip->host.ctx) + RETRIEVE_MS;
}

void line_sip_talk_second(struct leg *leg, uint64_t now_ms)
{
    if (!leg->retrieves_by_ms || (leg->told_held != HELD_NO && now_ms < leg->retrieves_by_ms))
        return;
    leg->retrieves_by_ms = 0;
    if (leg->told_held != HELD_NO && leg->state == SIP_LEG_UP)
        talk_refused(leg);
}

static int talk_notified(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    (void)msg;
    int status = nta_outgoing_status(orq);
    if (status < 200)
        return 0;
    nta_outgoing_destroy(d->notify);
    d->notify = NULL;
    if (status < 300) {
        talk_agreed(d);
        return 0;
    }
    log_line(LOG_WARN, "sip.talk_refused", "status=%d", status);
    d->abilities &= ~(unsigned)ABLE_TALK;
    if (d->leg && d->leg->state == SIP_LEG_RINGING) {
        d->leg->was_asked = false;
        line_sip_talk_answer(d->leg);
    } else if (d->leg && d->leg->state == SIP_LEG_UP) {
        talk_refused(d->leg);
    }
    return 0;
}

/* Whether it shows that it holds is its own affair. */
static int talk_hold_notified(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    (void)msg;
    if (nta_outgoing_status(orq) < 200)
        return 0;
    nta_outgoing_destroy(d->notify);
    d->notify = NULL;
    return 0;
}

/* False when it can't be sent. */
static bool talk_notify(struct dialog *d, const char *event, nta_response_f *on_response)
{
    char *headers = line_sip_text("Event: %s\r\nSubscription-State: active\r\n", event);
    struct request notify = {
        .method = SIP_METHOD_NOTIFY, .on_response = on_response, .headers = headers};
    d->notify = line_sip_dialog_send(d, &notify);
    mem_free(headers);
    return d->notify != NULL;
}

static bool talk_is_possible(const struct dialog *d, bool must_talk)
{
    return d->remote_tag && d->nta && ((d->abilities & ABLE_TALK) || !must_talk);
}

/* The place that talks; else the one that rings, for the second way. */
static struct dialog *talk_choose(const struct leg *leg, bool must_talk)
{
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_dialog);
        if (talk_is_possible(d, must_talk))
            return d;
        LIST_EACH(at, &d->forks)
        {
            struct dialog *fork = LIST_OWNER(at, struct dialog, as_dialog);
            if (talk_is_possible(fork, must_talk))
                return fork;
        }
    }
    return NULL;
}

/* Withdraws all INVITEs; when they have ended, the place of d gets a new one. */
static void talk_by_invite(struct leg *leg, const struct dialog *d)
{
    const struct dialog *rung = d->origin ? d->origin : d; /* not where its 180 points */
    leg->was_asked = true;
    leg->again_contact = line_sip_agent_url(nta_outgoing_request_uri(rung->invite));
    leg->again_hop = d->hop ? mem_strdup(d->hop) : NULL;
    LIST_EACH(it, &leg->dialogs)
    {
        struct dialog *other = LIST_OWNER(it, struct dialog, as_dialog);
        nta_outgoing_tcancel(other->invite, NULL, NULL, TAG_END());
        other->is_cancelled = true;
    }
}

void line_sip_talk_answer(struct leg *leg)
{
    leg->wants_answer = true;
    if (leg->was_asked || leg->is_auto_answer || leg->state != SIP_LEG_RINGING)
        return;
    struct dialog *talking = talk_choose(leg, true), *ringing = talk_choose(leg, false);
    if (!ringing)
        return; /* asked as soon as it rings */
    if (talking) {
        leg->was_asked = true;
        if (talk_notify(talking, "talk", talk_notified))
            return;
    }
    if (leg->device && leg->device->config.answers_by_reinvite)
        talk_by_invite(leg, ringing);
    else
        talk_refused(leg);
}

bool line_sip_talk_again(struct leg *leg)
{
    if (!leg->was_asked || !leg->again_contact)
        return false;
    char *contact = leg->again_contact;
    leg->again_contact = NULL;
    leg->is_dirty = true;
    struct dialog *d = line_sip_ring_place(leg, contact, leg->again_hop, true);
    mem_free(contact);
    if (!d)
        return false;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    return true;
}

void line_sip_talk_retrieve(struct leg *leg)
{
    struct dialog *d = leg->dialog;
    if (leg->told_held == HELD_NO || d->notify)
        return;
    if (!(d->abilities & ABLE_TALK) || !talk_notify(d, "talk", talk_notified))
        talk_refused(leg);
}

void line_sip_talk_hold(struct leg *leg)
{
    struct dialog *d = leg->dialog;
    if (leg->told_held == HELD_NO && (d->abilities & ABLE_HOLD) && !d->notify)
        talk_notify(d, "hold", talk_hold_notified);
}
