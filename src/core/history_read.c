/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What history.c writes, read again. */
#include "core/history.h"

static const void *read_pairs(struct dec *d, struct arena *arena, size_t *count)
{
    size_t many = (size_t)dec_u64_max(d, (uint64_t)(d->end - d->at));
    struct pair *pairs = arena_alloc(arena, many * sizeof *pairs + 1);
    for (size_t i = 0; i < many && !d->failed; i++) {
        pairs[i].key = dec_bytes(d);
        pairs[i].value = dec_bytes(d);
    }
    *count = many;
    return pairs;
}

enum err history_call_read(struct slice bytes, struct arena *arena, struct history_call *out)
{
    struct dec d = dec_of(bytes);
    struct history_call call = {.begun_ms = dec_u64(&d)};
    call.ended_ms = dec_u64(&d);
    call.type = (enum call_type)dec_u64_max(&d, CALL_TYPE_CONSULT);
    call.id = dec_bytes(&d);
    call.conn_id = dec_bytes(&d);
    call.parent_id = dec_bytes(&d);
    call.ani = dec_bytes(&d);
    call.dnis = dec_bytes(&d);
    call.span_count = (size_t)dec_u64_max(&d, HISTORY_SPANS_MAX);
    struct history_span *spans = arena_alloc(arena, call.span_count * sizeof *spans + 1);
    for (size_t i = 0; i < call.span_count && !d.failed; i++) {
        spans[i].from_ms = dec_u64(&d);
        spans[i].to_ms = dec_u64(&d);
    }
    call.spans = spans;
    call.pairs = read_pairs(&d, arena, &call.pair_count);
    if (!dec_is_done(&d))
        return ERR_CORRUPT;
    *out = call;
    return ERR_OK;
}

enum err history_disposition_read(struct slice bytes, struct arena *arena,
                                  struct history_disposition *out)
{
    struct dec d = dec_of(bytes);
    struct history_disposition disposition = {.set_ms = dec_u64(&d)};
    disposition.user_name = dec_bytes(&d);
    disposition.pairs = read_pairs(&d, arena, &disposition.pair_count);
    if (!dec_is_done(&d) || disposition.pair_count == 0)
        return ERR_CORRUPT;
    *out = disposition;
    return ERR_OK;
}

enum err history_quality_read(struct slice bytes, struct quality *out)
{
    struct dec d = dec_of(bytes);
    struct quality quality = {.packets = dec_u64(&d)};
    quality.lost = dec_u64(&d);
    quality.jitter_us = dec_u64(&d);
    quality.score = dec_u64(&d);
    if (!dec_is_done(&d))
        return ERR_CORRUPT;
    *out = quality;
    return ERR_OK;
}

bool history_party_read(struct dec *d, struct history_party *out)
{
    if (d->at >= d->end || d->failed)
        return false;
    struct history_party party = {.number = (uint32_t)dec_u64_max(d, UINT32_MAX)};
    party.inviter = (uint32_t)dec_u64_max(d, UINT32_MAX);
    uint64_t flags = dec_u64_max(d, 3);
    party.is_outside = flags & 1;
    party.is_offered = flags >> 1 & 1;
    party.monitoring = (enum monitoring)dec_u64_max(d, MONITORING_BARGE_IN);
    party.cause = (enum cause)dec_u64_max(d, CAUSE_COUNT - 1);
    party.joined_ms = dec_u64(d);
    party.answered_ms = dec_u64(d);
    party.ended_ms = dec_u64(d);
    party.dn = dec_bytes(d);
    party.queue = dec_bytes(d);
    party.user_name = dec_bytes(d);
    party.user_id = dec_bytes(d);
    party.first_name = dec_bytes(d);
    party.last_name = dec_bytes(d);
    *out = party;
    return !d->failed;
}
