/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Until somebody answers: 18x, early media, and the several telephones that one INVITE may reach
 * when something between us and them forks it. Each such telephone is a dialog; those after the
 * first hang on the one that owns the INVITE, which becomes the one that answers.
 *
 * What is heard: the newest telephone that described its sound, until it rings without. 181 and 182
 * say nothing of sound. A reliable 18x (RFC 3262) is acknowledged by PRACK at once: what it says
 * needs not be durable, for a new process hears it again. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define FORKS_MAX 8

static size_t fork_count(const struct dialog *d)
{
    size_t count = 0;
    LIST_EACH(it, &d->forks)
    count++;
    return count;
}

struct dialog *line_sip_early_dialog(struct dialog *d, const sip_t *msg)
{
    const char *tag = msg->sip_to->a_tag;
    if (!tag || !d->remote_tag || strcmp(d->remote_tag, tag) == 0)
        return d;
    LIST_EACH(it, &d->forks)
    {
        struct dialog *fork = LIST_OWNER(it, struct dialog, as_dialog);
        if (fork->remote_tag && strcmp(fork->remote_tag, tag) == 0)
            return fork;
    }
    return fork_count(d) < FORKS_MAX ? line_sip_dialog_fork(d) : NULL;
}

/* False for a repetition, or one that is not the next. */
static bool early_acknowledge(struct dialog *d, const sip_t *msg)
{
    if (!msg->sip_rseq || !sip_has_feature(msg->sip_require, "100rel") || !d->remote_tag)
        return true;
    uint32_t rseq = (uint32_t)msg->sip_rseq->rs_response;
    if (d->rseq && rseq != d->rseq + 1)
        return false;
    d->rseq = rseq;
    char *headers = line_sip_text("RAck: %u %u INVITE\r\n", rseq, d->invite_cseq);
    struct request prack = {
        .method = SIP_METHOD_PRACK, .on_response = line_sip_dialog_forget, .headers = headers};
    line_sip_dialog_send(d, &prack);
    mem_free(headers);
    return true;
}

static void early_sound(struct dialog *d, int status, const sip_t *msg)
{
    struct leg *leg = d->leg;
    struct slice body;
    struct sdp sdp;
    bool is_described = line_sip_agent_body(msg, &body) && body.ptr &&
                        line_sip_leg_read_answer(leg, d->is_secure, body, &sdp);
    if (is_described) {
        d->has_early = true;
        d->early = line_sip_leg_far(leg, d, &sdp, EVENT_PAYLOAD);
        line_sip_leg_connect(leg, &d->early);
    }
    if (is_described && d->early.is_sending)
        leg->sounding = d;
    else if ((is_described || status == 180 || status == 183) && leg->sounding == d)
        leg->sounding = NULL;
}

void line_sip_early_progress(struct dialog *owner, int status, const sip_t *msg)
{
    struct leg *leg = owner->leg;
    struct dialog *d = leg && status > 100 ? line_sip_early_dialog(owner, msg) : NULL;
    if (!d)
        return;
    if (msg->sip_to->a_tag)
        line_sip_dialog_establish(d, msg->sip_to->a_tag, msg->sip_contact, msg->sip_record_route);
    if (!early_acknowledge(d, msg))
        return;
    d->abilities |= line_sip_abilities(msg);
    if (leg->device && leg->device->talks)
        d->abilities |= ABLE_TALK;
    early_sound(d, status, msg);
    bool talks = leg->told_talks || (d->abilities & ABLE_TALK);
    line_sip_leg_tell_ringing(leg, talks, leg->sounding != NULL);
    if (leg->wants_answer)
        line_sip_talk_answer(leg);
}

void line_sip_early_ended(struct leg *leg)
{
    if (leg->state == SIP_LEG_RINGING && leg->was_told_ringing)
        line_sip_leg_tell_ringing(leg, leg->told_talks, leg->sounding != NULL);
}
