/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls to the outside: one INVITE at a time, to the trunk's targets in their order. The next one
 * is tried when a target says nothing for four seconds, can't be reached, or says 503 (RFC 3263
 * section 4.3); what any other one says is the call's answer. An attempt that is given up is
 * withdrawn, and a 200 of it that comes after all is ended at once.
 *
 * After a restart the ring order comes again: an attempt is sent once more as it was, as ring.c
 * does for telephones. It is kept as soon as it is out, for it takes seconds until a telephone
 * outside rings, and then it would be busy for another one. */
#include "line/sip/trunk.h"

#include "base/log.h"
#include "base/mem.h"

#define SILENCE_MS 4000
#define PROOFS_MAX 2 /* the second for a nonce that was too old */

static char *own_text(struct buf *text)
{
    char *copy = line_sip_text("%.*s", (int)text->len, text->ptr ? text->ptr : "");
    buf_free(text);
    return copy;
}

static char *uri_of(const char *user, const char *host, unsigned port)
{
    struct buf uri = {0};
    buf_text(&uri, "sip:");
    line_sip_uri_user(&uri, slice_of(user));
    buf_printf(&uri, "@%s", host);
    if (port)
        buf_printf(&uri, ":%u", port);
    return own_text(&uri);
}

static void call_dialog(struct dialog *d, const struct trunk_call *call,
                        const struct trunk_target *target)
{
    struct trunk *t = d->trunk;
    const struct trunk_peer *peer = &t->peers[target->peer];
    char id[33], tag[17];
    line_sip_random_hex(id, 16);
    line_sip_random_hex(tag, 8);
    d->hop = line_sip_trunk_hop(t, target);
    d->target = uri_of(call->number, peer->host, peer->port);
    d->remote = uri_of(call->number, line_sip_trunk_domain(t, target), 0);
    const char *ours = line_sip_network_peer(d->sip, d->hop).advertised;
    const char *caller = t->config.from_user ? t->config.from_user : call->caller;
    if (call->hides_caller || !*caller)
        d->local = mem_strdup("sip:anonymous@anonymous.invalid");
    else
        d->local = uri_of(caller, t->config.from_domain ? t->config.from_domain : ours, 0);
    d->call_id = line_sip_text("%s@%s", id, ours);
    d->local_tag = mem_strdup(tag);
    d->branch = line_sip_branch(d->sip->secret);
    d->cseq = d->invite_cseq = 1;
    d->cseq_reserve = CSEQ_RESERVE;
}

/* The attempt waits for a first word. */
static void call_watch(struct trunk_call *call)
{
    struct sip_line *sip = call->leg->sip;
    call->is_hopeless = false;
    call->started_ms = sip->host.now_ms(sip->host.ctx);
    list_remove(&call->as_attempt);
    list_append(&sip->attempts, &call->as_attempt);
}

/* To the next target; false when there is none. */
static bool call_try(struct leg *leg)
{
    struct trunk_call *call = leg->outgoing;
    uint64_t now_ms = leg->sip->host.now_ms(leg->sip->host.ctx);
    while (call->tried_count < TRUNK_TARGETS_MAX) {
        const struct trunk_target *target =
            line_sip_trunk_next_target(leg->trunk, call->tried, call->tried_count, now_ms);
        if (!target)
            return false;
        call->tried[call->tried_count++] = *target;
        call->proofs = 0;
        struct dialog *d = line_sip_dialog_create(leg);
        call_dialog(d, call, target);
        line_sip_ring_invite(d, false);
        if (d->invite) {
            leg->is_dirty = true;
            call_watch(call);
            return true;
        }
        line_sip_dialog_free(d);
    }
    return false;
}

void line_sip_trunk_headers(const struct leg *leg, struct buf *out)
{
    buf_text(out, leg->outgoing->headers);
}

unsigned line_sip_trunk_passes(const struct leg *leg)
{
    return leg->outgoing ? leg->outgoing->passes : 0;
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
    call->passes = order->passes;
    char *diverted = number_text(t, order->diverted, false);
    struct buf headers = {0};
    struct trunk_identity identity = {.domain = t->config.from_domain ? t->config.from_domain
                                                                      : leg->sip->advertised,
                                      .caller = slice_of(call->caller),
                                      .diverted = slice_of(diverted),
                                      .hides_caller = order->hides_number,
                                      .asserts = t->config.asserts_identity};
    line_sip_trunk_write_identity(&headers, &identity);
    line_sip_trunk_carry(&t->config, order->pairs, order->pair_count, &headers);
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

static void call_has_no_target(const struct trunk *t)
{
    log_line(LOG_WARN, "sip.trunk_no_target", "trunk=%s", t->text);
    line_sip_trunk_count_failure(t, "no_target");
}

void line_sip_trunk_ring(struct sip_line *sip, struct leg *leg, const struct order *order)
{
    if (!leg) {
        leg = line_sip_leg_create(sip, order->leg, NULL);
        leg->trunk = line_sip_trunk_use(line_sip_trunk_of_before(sip, order->trunk));
        line_sip_leg_set_codecs(leg, leg->trunk->config.codecs);
    }
    leg->failure = CAUSE_UNREACHABLE;
    leg->state = SIP_LEG_RINGING;
    call_begin(leg, order);
    metric_add(leg->trunk->calls_out, 1);
    bool goes_out = call_has_media(leg);
    if (goes_out && !list_is_empty(&leg->dialogs))
        line_sip_ring_again(leg);
    else if (goes_out && !call_try(leg))
        call_has_no_target(leg->trunk);
    if (list_is_empty(&leg->dialogs))
        line_sip_leg_gone(leg, leg->failure);
    else if (leg->is_dirty)
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
}

/* The target of the dialog is not to be had: the next one, or the call has failed. */
static void call_next(struct dialog *d, bool is_over, const char *reason)
{
    struct leg *leg = d->leg;
    struct trunk_call *call = leg->outgoing;
    list_remove(&call->as_attempt);
    log_line(LOG_WARN, "sip.trunk_target_failed", "trunk=%s hop=%s reason=%s", leg->trunk->text,
             d->hop ? d->hop : "", reason);
    line_sip_trunk_count_failure(leg->trunk, reason);
    if (call->tried_count > 0) {
        const struct trunk_target *last = &call->tried[call->tried_count - 1];
        line_sip_trunk_shun(leg->trunk, last->address, last->port,
                            leg->sip->host.now_ms(leg->sip->host.ctx));
    }
    if (is_over)
        line_sip_dialog_free(d);
    else
        line_sip_dialog_cancel(d, NULL);
    if (call_try(leg))
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    else
        line_sip_leg_gone(leg, CAUSE_UNREACHABLE);
}

/* The same INVITE once more, with the proof that was asked for: a new request in what will be the
 * same dialog (RFC 3261 section 22.2). */
static void call_prove(struct dialog *d)
{
    nta_outgoing_destroy(d->invite);
    mem_free(d->branch);
    mem_free(d->remote_tag);
    d->remote_tag = NULL;
    d->branch = line_sip_branch(d->sip->secret);
    d->invite_cseq = ++d->cseq;
    d->leg->is_dirty = true;
    line_sip_ring_invite(d, false);
    if (!d->invite) {
        call_next(d, true, "not_sent");
        return;
    }
    call_watch(d->leg->outgoing);
    line_sip_leg_signal(d->leg, (struct signal){.kind = SIGNAL_KEEP});
}

bool line_sip_trunk_response(struct dialog *d, int status, const sip_t *msg)
{
    struct leg *leg = d->leg;
    struct trunk_call *call = leg->outgoing;
    bool asks = status == 401 || status == 407;
    list_remove(&call->as_attempt);
    if (leg->state != SIP_LEG_RINGING || status < 300)
        return false;
    if (asks && msg && call->proofs++ < PROOFS_MAX && line_sip_trunk_challenged(leg->trunk, msg)) {
        call_prove(d);
        return true;
    }
    if (status == 503 || (status == 408 && !msg)) {
        call_next(d, true, status == 503 ? "unavailable" : "timeout");
        return true;
    }
    line_sip_trunk_count_failure(leg->trunk, asks || status == 403 ? "forbidden" : "refused");
    return false;
}

void line_sip_trunk_follow(struct dialog *d)
{
    struct address address;
    if (!d->trunk || !d->hop)
        return;
    struct sip_peer target = line_sip_network_peer(d->sip, d->target);
    struct sip_peer hop = line_sip_network_peer(d->sip, d->hop);
    /* The same place, of which it does not say how: as before. */
    bool is_same = !target.has_transport && slice_equal(target.host, hop.host) &&
                   slice_equal(target.port, hop.port);
    if (is_same || !address_parse(target.host, &address, NULL))
        return;
    mem_free(d->hop);
    d->hop = NULL;
}

void line_sip_trunk_give_up(struct trunk *t, struct in_addr address, unsigned port)
{
    line_sip_trunk_shun(t, address, port, t->sip->host.now_ms(t->sip->host.ctx));
    LIST_EACH(it, &t->sip->attempts)
    {
        struct trunk_call *call = LIST_OWNER(it, struct trunk_call, as_attempt);
        const struct trunk_target *last = call->tried + call->tried_count;
        if (call->leg->trunk == t && call->tried_count > 0)
            call->is_hopeless |= last[-1].address.s_addr == address.s_addr && last[-1].port == port;
    }
}

static void watch_attempts(struct sip_line *sip, uint64_t now_ms)
{
    LIST_EACH_SAFE(it, &sip->attempts)
    {
        struct trunk_call *call = LIST_OWNER(it, struct trunk_call, as_attempt);
        if (now_ms < call->started_ms + SILENCE_MS && !call->is_hopeless)
            continue;
        struct dialog *d = LIST_OWNER(call->leg->dialogs.prev, struct dialog, as_dialog);
        if (nta_outgoing_status(d->invite) >= 100) /* a 100, which the stack keeps to itself */
            list_remove(&call->as_attempt);
        else
            call_next(d, false, "silent");
    }
}

void line_sip_trunks_second(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    watch_attempts(sip, now_ms);
    LIST_EACH_SAFE(it, &sip->trunks)
    {
        struct trunk *t = LIST_OWNER(it, struct trunk, as_trunk);
        if (t->is_removed)
            continue;
        line_sip_trunk_ask(t, now_ms);
        line_sip_trunk_register(t, now_ms);
    }
}
