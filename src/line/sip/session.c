/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whether anybody is still there. Session timers (RFC 4028) where the telephone asks for them: the
 * party that refreshes does so in time, by UPDATE where the telephone takes it, else by re-INVITE;
 * a session that the telephone should have refreshed and did not ends. And where no sound comes
 * from one that should send some, OPTIONS in the dialog: any answer but "I know no such dialog"
 * shows that it lives. Times are of the host's clock, so a timer goes on after a restart. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sodium.h>

#define UNHEARD_MS 40000

/* After a refresh that met one of the telephone's (RFC 3261 section 14.1). */
static uint64_t session_retry_ms(const struct dialog *d)
{
    return d->invite_cseq ? 2100 + randombytes_uniform(1900) : randombytes_uniform(2000);
}

static uint64_t session_now(const struct leg *leg)
{
    return leg->sip->host.now_ms(leg->sip->host.ctx);
}

/* Half-way for who refreshes; else shortly before the end (RFC 4028 section 10). */
static uint64_t session_wait_ms(const struct session *s)
{
    uint32_t margin_s = s->interval_s / 3 < 32 ? s->interval_s / 3 : 32;
    return UINT64_C(1000) * (s->is_ours ? s->interval_s / 2 : s->interval_s - margin_s);
}

/* It runs from the answer on. */
static void session_arm(struct leg *leg)
{
    if (leg->session.interval_s && leg->state == SIP_LEG_UP)
        heap_set(&leg->sip->timers, &leg->timer, leg->session.at_ms, leg->number);
    else
        heap_remove(&leg->sip->timers, &leg->timer);
}

static void session_set(struct leg *leg, unsigned long interval_s, bool is_ours)
{
    if (interval_s < SESSION_MIN_S) /* nobody may agree to less (RFC 4028 section 9) */
        interval_s = SESSION_MIN_S;
    leg->session =
        (struct session){.interval_s = interval_s > UINT32_MAX ? UINT32_MAX : (uint32_t)interval_s,
                         .is_ours = is_ours};
    line_sip_session_begin(leg);
}

void line_sip_session_begin(struct leg *leg)
{
    leg->session.at_ms = session_now(leg) + session_wait_ms(&leg->session);
    leg->is_dirty = true;
    session_arm(leg);
}

int line_sip_session_check(nta_incoming_t *irq, const sip_t *msg)
{
    if (!msg->sip_session_expires || msg->sip_session_expires->x_delta >= SESSION_MIN_S)
        return 0;
    char *least = line_sip_text("%d", SESSION_MIN_S);
    nta_incoming_treply(irq, SIP_422_SESSION_TIMER_TOO_SMALL, SIPTAG_MIN_SE_STR(least), TAG_END());
    mem_free(least);
    return 422;
}

void line_sip_session_take(struct leg *leg, const sip_t *msg)
{
    const sip_session_expires_t *x = msg->sip_session_expires;
    bool knows =
        sip_has_feature(msg->sip_supported, "timer") || sip_has_feature(msg->sip_require, "timer");
    if (!x) {
        leg->is_dirty = leg->is_dirty || leg->session.interval_s;
        leg->session = (struct session){0};
        session_arm(leg);
        return;
    }
    bool asks_us = x->x_refresher && strcasecmp(x->x_refresher, "uas") == 0;
    session_set(leg, x->x_delta, asks_us || !knows);
}

char *line_sip_session_header(const struct leg *leg)
{
    const struct session *s = &leg->session;
    if (!s->interval_s)
        return NULL;
    return line_sip_text("%u;refresher=%s", s->interval_s, s->is_ours ? "uas" : "uac");
}

void line_sip_session_agreed(struct leg *leg, const sip_t *msg)
{
    const sip_session_expires_t *x = msg->sip_session_expires;
    if (!x || x->x_delta == 0) {
        leg->is_dirty = leg->is_dirty || leg->session.interval_s;
        leg->session = (struct session){0};
        session_arm(leg);
        return;
    }
    session_set(leg, x->x_delta, !x->x_refresher || strcasecmp(x->x_refresher, "uas") != 0);
}

/* A refresh that met nobody, for this process was not there yet, is repeated for 32 s. */
void line_sip_session_go_on(struct leg *leg)
{
    uint64_t fair_ms = session_now(leg) + UNHEARD_MS;
    if (!leg->session.is_ours && leg->session.at_ms < fair_ms)
        leg->session.at_ms = fair_ms;
    session_arm(leg);
}

static void session_lost(struct leg *leg, const char *why)
{
    log_line(LOG_INFO, "sip.telephone_lost", "leg=%llu why=%s", (unsigned long long)leg->number,
             why);
    line_sip_order_drop_leg(leg, CAUSE_FAILED);
}

/* The telephone knows nothing of the dialog, or is not there (RFC 5057). */
static bool session_is_over(int status)
{
    return status == 408 || status == 481;
}

static void session_again(struct leg *leg, uint64_t wait_ms)
{
    leg->session.at_ms = session_now(leg) + wait_ms;
    session_arm(leg);
}

static void session_change_by_200(struct dialog *d, const sip_t *msg, bool was_invite)
{
    struct leg *leg = d->leg;
    struct slice body;
    struct sdp sdp;
    bool is_secure = leg->far.cipher != MEDIA_PLAIN;
    line_sip_dialog_establish(d, NULL, msg->sip_contact, NULL);
    line_sip_session_agreed(leg, msg);
    d->was_proven = false; /* the next one may be asked anew */
    if (was_invite && line_sip_agent_body(msg, &body) && body.ptr &&
        line_sip_leg_read_answer(leg, is_secure, body, &sdp)) {
        struct media_far far = line_sip_leg_far(leg, d, &sdp, EVENT_PAYLOAD);
        line_sip_leg_connect(leg, &far);
    }
    line_sip_leg_tell_held(leg);
    if (leg->is_dirty)
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
}

static void session_refused(struct dialog *d, int status, const sip_t *msg, bool was_invite)
{
    struct leg *leg = d->leg;
    if (line_sip_trunk_proves_again(d, status, msg)) {
        session_again(leg, 0);
    } else if (status == 422 && msg->sip_min_se &&
               msg->sip_min_se->min_delta > leg->session.interval_s) {
        session_set(leg, msg->sip_min_se->min_delta, true);
        session_again(leg, 0);
    } else if (!was_invite && (status == 405 || status == 501)) {
        d->abilities &= ~(unsigned)ABLE_UPDATE;
        session_again(leg, 0);
    } else if (status == 491 || status == 500) {
        session_again(leg, session_retry_ms(d));
    } else { /* it lives, and wants no more of this */
        session_again(leg, session_wait_ms(&leg->session));
    }
}

static void session_refreshed(struct dialog *d, int status, const sip_t *msg, bool was_invite)
{
    if (session_is_over(status))
        session_lost(d->leg, "refresh");
    else if (status < 300 && msg)
        session_change_by_200(d, msg, was_invite);
    else
        session_refused(d, status, msg, was_invite);
}

static int session_response(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    int status = nta_outgoing_status(orq);
    bool was_invite = nta_outgoing_method(orq) == sip_method_invite;
    if (status < 200)
        return 0;
    if (was_invite && status < 300)
        line_sip_dialog_ack_as(d, d->refresh_cseq, d->branch);
    d->refresh = NULL;
    if (d->leg && d->leg->state == SIP_LEG_UP)
        session_refreshed(d, status, msg, was_invite);
    nta_outgoing_destroy(orq); /* and msg with it */
    return 0;
}

static void session_refresh(struct leg *leg)
{
    struct dialog *d = leg->dialog;
    if (d->refresh || d->request || leg->waits != LEG_WAITS_FOR_NOTHING) {
        session_again(leg, session_retry_ms(d));
        return;
    }
    session_again(leg, session_wait_ms(&leg->session));
    char *headers =
        line_sip_text("Supported: %s\r\nAllow: %s\r\nSession-Expires: %u;refresher=uac\r\n",
                      EXTENSIONS_SUPPORTED, METHODS_ALLOWED, leg->session.interval_s);
    struct request update = {
        .method = SIP_METHOD_UPDATE, .on_response = session_response, .headers = headers};
    struct request invite = {
        .method = SIP_METHOD_INVITE, .on_response = session_response, .headers = headers};
    struct buf description = {0};
    bool is_update = (d->abilities & ABLE_UPDATE) != 0;
    if (!is_update) {
        line_sip_leg_offer(leg, d, leg->far.cipher != MEDIA_PLAIN, &description);
        mem_free(d->branch);
        d->branch = line_sip_branch(d->sip->secret);
        invite.branch = d->branch;
        invite.body = description.ptr;
    }
    d->refresh = line_sip_dialog_send(d, is_update ? &update : &invite);
    d->refresh_cseq = d->cseq;
    mem_free(headers);
    buf_free(&description);
}

static int probe_response(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    int status = nta_outgoing_status(orq);
    if (status < 200)
        return 0;
    /* It can't be reached. It may be once it has connected again, so that alone is not the end. */
    bool is_cut_off = status == 503 && (!msg || nta_sip_is_internal(msg));
    struct leg *leg = d->leg;
    d->probe = NULL;
    if (leg && leg->state == SIP_LEG_UP &&
        (session_is_over(status) || (is_cut_off && leg->is_silent)))
        session_lost(leg, "probe");
    nta_outgoing_destroy(orq);
    return 0;
}

void line_sip_probe(struct leg *leg)
{
    struct dialog *d = leg->dialog;
    struct request options = {.method = SIP_METHOD_OPTIONS, .on_response = probe_response};
    if (!d->probe)
        d->probe = line_sip_dialog_send(d, &options);
}

/* Whoever is not heard is asked, and again as long as nothing comes; also a telephone that holds,
 * which is silent by right, and could be gone all the same. */
static void silence_ask(struct leg *leg, uint64_t now_ms)
{
    bool is_heard = !leg->is_silent && leg->told_held != HELD_YES;
    if (is_heard || leg->sip->silence_ms == 0 || leg->state != SIP_LEG_UP ||
        leg->asks_at_ms > now_ms)
        return;
    leg->asks_at_ms = now_ms + leg->sip->silence_ms;
    line_sip_probe(leg);
}

void line_sip_silence_told(struct leg *leg, bool is_silent)
{
    leg->is_silent = is_silent;
    leg->asks_at_ms = 0;
    silence_ask(leg, session_now(leg));
}

void line_sip_session_second(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    struct heap_node *first;
    while ((first = heap_first(&sip->timers)) && first->at_ms <= now_ms) {
        struct leg *leg = LIST_OWNER(first, struct leg, timer);
        if (leg->session.is_ours)
            session_refresh(leg);
        else
            session_lost(leg, "session_timer");
    }
    LIST_EACH(it, &sip->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        silence_ask(leg, now_ms);
        line_sip_talk_second(leg, now_ms);
    }
}
