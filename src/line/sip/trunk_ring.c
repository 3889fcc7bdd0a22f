/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls to the outside: one INVITE at a time, to the trunk's targets in their order. The next one
 * is tried when a target says nothing for four seconds, can't be reached, or says 503 (RFC 3263
 * section 4.3); what any other one says is the call's answer. An attempt that is given up is
 * withdrawn, and a 200 of it that comes after all is ended at once.
 *
 * After a restart the ring order comes again: an attempt that rang is sent once more as it was, as
 * ring.c does for telephones. */
#include "line/sip/trunk.h"

#include "base/log.h"
#include "base/mem.h"

#define SILENCE_MS 4000
#define SHUN_MS    UINT64_C(60000)

static const char *call_domain(const struct trunk *t, const struct trunk_target *target, char *out,
                               size_t size)
{
    struct slice host = target->peer->host;
    if (t->config.from_domain)
        return t->config.from_domain;
    snprintf(out, size, "%.*s", (int)host.len, host.ptr);
    return out;
}

static void call_dialog(struct dialog *d, struct trunk_call *call)
{
    struct trunk *t = d->trunk;
    struct sip_line *sip = d->sip;
    const struct trunk_target *target = &t->targets[call->target];
    char host[256], id[33], tag[17], branch[17];
    const char *domain = call_domain(t, target, host, sizeof host);
    struct buf number = {0}, caller = {0};
    line_sip_random_hex(id, 16);
    line_sip_random_hex(tag, 8);
    line_sip_random_hex(branch, 8);
    line_sip_uri_user(&number, slice_of(call->number));
    line_sip_uri_user(&caller, slice_of(call->caller));
    d->call_id = line_sip_text("%s@%s", id, sip->advertised);
    if (call->hides_caller || caller.len == 0)
        d->local = mem_strdup("sip:anonymous@anonymous.invalid");
    else
        d->local = line_sip_text("sip:%.*s@%s", (int)caller.len, caller.ptr,
                                 t->config.from_domain ? domain : sip->advertised);
    d->local_tag = mem_strdup(tag);
    d->remote = line_sip_text("sip:%.*s@%s", (int)number.len, number.ptr, domain);
    d->branch = line_sip_text("z9hG4bK%s", branch);
    d->target =
        target->peer->port
            ? line_sip_text("sip:%.*s@%.*s:%u", (int)number.len, number.ptr,
                            (int)target->peer->host.len, target->peer->host.ptr, target->peer->port)
            : line_sip_text("sip:%.*s@%.*s", (int)number.len, number.ptr,
                            (int)target->peer->host.len, target->peer->host.ptr);
    d->hop = line_sip_trunk_hop(target);
    d->cseq = d->invite_cseq = 1;
    d->cseq_reserve = CSEQ_RESERVE;
    buf_free(&number);
    buf_free(&caller);
}

/* To the next target; false when there is none. */
static bool call_try(struct leg *leg)
{
    struct trunk_call *call = leg->outgoing;
    uint64_t now_ms = leg->sip->host.now_ms(leg->sip->host.ctx);
    for (;;) {
        call->target = line_sip_trunk_next_target(leg->trunk, call->tried, now_ms);
        if (call->target == TRUNK_TARGETS_MAX)
            return false;
        call->tried |= 1u << call->target;
        struct dialog *d = line_sip_dialog_create(leg);
        call_dialog(d, call);
        line_sip_ring_invite(d, false);
        if (d->invite) {
            leg->is_dirty = true;
            call->started_ms = now_ms;
            list_append(&leg->sip->attempts, &call->as_attempt);
            return true;
        }
        line_sip_dialog_free(d);
    }
}

void line_sip_trunk_headers(const struct leg *leg, struct buf *out)
{
    buf_text(out, leg->outgoing->headers);
}

static char *own_text(struct buf *text)
{
    char *copy = line_sip_text("%.*s", (int)text->len, text->ptr ? text->ptr : "");
    buf_free(text);
    return copy;
}

static char *number_text(const struct trunk *t, struct slice number, bool is_called)
{
    struct buf text = {0};
    line_sip_trunk_number(&t->config, number, is_called, &text);
    return own_text(&text);
}

static void call_begin(struct leg *leg, const struct order *order)
{
    struct trunk *t = leg->trunk;
    struct trunk_call *call = mem_zalloc(sizeof *call);
    list_init(&call->as_attempt);
    call->leg = leg;
    leg->outgoing = call;
    call->number = number_text(t, order->dn, true);
    call->caller = number_text(t, order->from, false);
    call->hides_caller = order->hides_number;
    char *diverted = number_text(t, order->diverted, false);
    struct buf headers = {0};
    struct trunk_identity identity = {.domain = t->config.from_domain ? t->config.from_domain
                                                                      : leg->sip->advertised,
                                      .caller = slice_of(call->caller),
                                      .diverted = slice_of(diverted),
                                      .hides_caller = order->hides_number,
                                      .asserts = t->config.asserts_identity};
    line_sip_trunk_write_identity(&headers, &identity);
    call->headers = own_text(&headers);
    mem_free(diverted);
}

void line_sip_trunk_call_free(struct leg *leg)
{
    struct trunk_call *call = leg->outgoing;
    if (!call)
        return;
    list_remove(&call->as_attempt);
    mem_free(call->number);
    mem_free(call->caller);
    mem_free(call->headers);
    mem_free(call);
    leg->outgoing = NULL;
}

static bool call_has_media(struct leg *leg)
{
    if (leg->port || media_open(leg->sip->media, leg->number, 0, &leg->port) == ERR_OK)
        return true;
    log_line(LOG_ERROR, "sip.no_media_port", "leg=%llu", (unsigned long long)leg->number);
    leg->port = 0;
    leg->failure = CAUSE_FAILED;
    return false;
}

void line_sip_trunk_ring(struct sip_line *sip, struct leg *leg, const struct order *order)
{
    if (!leg) {
        leg = line_sip_leg_create(sip, order->leg, NULL);
        leg->trunk = line_sip_trunk_use(line_sip_trunk_of_before(sip, order->trunk));
    }
    leg->failure = CAUSE_UNREACHABLE;
    leg->state = SIP_LEG_RINGING;
    call_begin(leg, order);
    metric_add(leg->trunk->calls_out, 1);
    bool goes_out = call_has_media(leg);
    if (goes_out && !list_is_empty(&leg->dialogs))
        line_sip_ring_again(leg);
    else if (goes_out && !call_try(leg))
        log_line(LOG_WARN, "sip.trunk_no_target", "trunk=%s", leg->trunk->text);
    if (list_is_empty(&leg->dialogs))
        line_sip_leg_gone(leg, leg->failure);
}

/* The target of the dialog is not to be had: the next one, or the call has failed. */
static void call_next(struct dialog *d, bool is_over, const char *reason)
{
    struct leg *leg = d->leg;
    struct trunk *t = leg->trunk;
    uint64_t now_ms = leg->sip->host.now_ms(leg->sip->host.ctx);
    list_remove(&leg->outgoing->as_attempt);
    log_line(LOG_WARN, "sip.trunk_target_failed", "trunk=%s hop=%s reason=%s", t->text, d->hop,
             reason);
    if (leg->outgoing->target < t->target_count)
        t->targets[leg->outgoing->target].shunned_until_ms = now_ms + SHUN_MS;
    if (is_over)
        line_sip_dialog_free(d);
    else
        line_sip_dialog_cancel(d, NULL);
    if (call_try(leg))
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    else
        line_sip_leg_gone(leg, CAUSE_UNREACHABLE);
}

bool line_sip_trunk_response(struct dialog *d, int status, const sip_t *msg)
{
    struct leg *leg = d->leg;
    (void)msg;
    list_remove(&leg->outgoing->as_attempt);
    if (leg->state != SIP_LEG_RINGING || (status != 503 && !(status == 408 && !d->remote_tag)))
        return false;
    call_next(d, true, status == 503 ? "unavailable" : "timeout");
    return true;
}

void line_sip_trunks_second(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    LIST_EACH_SAFE(it, &sip->attempts)
    {
        struct trunk_call *call = LIST_OWNER(it, struct trunk_call, as_attempt);
        if (now_ms < call->started_ms + SILENCE_MS)
            continue;
        struct leg *leg = call->leg;
        call_next(LIST_OWNER(leg->dialogs.prev, struct dialog, as_dialog), false, "silent");
    }
}
