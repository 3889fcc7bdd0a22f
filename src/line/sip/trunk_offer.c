/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls from the outside: an INVITE from the address of a trunk's peer needs no credentials, for
 * peers have none. The number called stands in the request's URI, and in To where that URI is the
 * one with which we registered. */
#include "line/sip/trunk.h"

#include "base/mem.h"

static void called_number(const struct trunk *t, const sip_t *msg, struct buf *number)
{
    struct slice ours = slice_of(t->config.username);
    if (!ours.ptr || !slice_equal(buf_view(number), ours))
        return;
    char *uri = line_sip_agent_url(msg->sip_to->a_url);
    struct buf to = {0};
    if (line_sip_uri_number(slice_of(uri), &to) == ERR_OK) {
        buf_reset(number);
        buf_slice(number, buf_view(&to));
    }
    buf_free(&to);
    mem_free(uri);
}

static unsigned passes_left(const sip_t *msg)
{
    unsigned long left = msg->sip_max_forwards ? msg->sip_max_forwards->mf_count : 0;
    return left < PASSES_MAX ? (unsigned)left : PASSES_MAX;
}

int line_sip_trunk_offer(struct trunk *t, nta_incoming_t *irq, const sip_t *msg)
{
    struct buf number = {0}, caller = {0}, diverted = {0};
    struct arena arena = {0};
    struct slice body;
    int status = line_sip_offer_check(msg, &number, &body);
    if (status == 0) {
        called_number(t, msg, &number);
        line_sip_trunk_caller(msg, t->config.asserts_identity, &caller);
        line_sip_trunk_diverted(msg, &diverted);
        metric_add(t->calls_in, 1);
        struct pair pairs[CARRIED_PAIRS_MAX];
        struct signal incoming = {.kind = SIGNAL_INCOMING,
                                  .trunk = t->name,
                                  .number = buf_view(&number),
                                  .from = buf_view(&caller),
                                  .diverted = buf_view(&diverted),
                                  .passes = passes_left(msg),
                                  .pairs = pairs};
        incoming.pair_count = line_sip_trunk_carried(&t->config, msg, &arena, pairs);
        struct leg *leg = line_sip_offer_leg(t->sip, NULL);
        leg->trunk = line_sip_trunk_use(t);
        line_sip_leg_set_codecs(leg, t->config.codecs);
        status = line_sip_offer_begin(leg, irq, msg, &incoming, body);
    }
    buf_free(&number);
    buf_free(&caller);
    buf_free(&diverted);
    arena_free(&arena);
    return status;
}
