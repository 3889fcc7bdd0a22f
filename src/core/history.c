/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is to be remembered of calls. A party is written once, when its part is over; the call with
 * it, as it is at the end of the input, so that two who hang up together cost one item. All is
 * encoded here, where it is decided: whoever keeps it copies bytes. */
#include "base/hash.h"
#include "base/mem.h"
#include "core/core_int.h"

static struct history *add(struct turn *turn, enum history_kind kind, uint64_t call)
{
    struct effects *fx = turn->fx;
    fx->histories =
        mem_grow(fx->histories, &fx->history_cap, fx->history_count + 1, sizeof *fx->histories);
    struct history *history = &fx->histories[fx->history_count++];
    *history = (struct history){.kind = kind, .call = call};
    return history;
}

/* Takes the buffer's bytes into the arena. */
static struct slice settled(struct turn *turn, struct buf *bytes)
{
    struct slice copy = arena_copy(&turn->fx->arena, buf_view(bytes));
    buf_free(bytes);
    return copy;
}

static void digest(struct turn *turn, const struct history *history)
{
    uint64_t h = hash_u64(turn->fx->digest, history->call << 2 | (uint64_t)history->kind);
    h = hash_u64(h, (uint64_t)history->party << 2 | (uint64_t)history->is_recorded << 1 |
                        (uint64_t)history->is_over);
    h = hash_slice(hash_slice(h, history->bytes), history->parties);
    for (size_t i = 0; i < history->user_count; i++)
        h = hash_u64(hash_slice(h, history->users[i].name), history->users[i].may_listen);
    turn->fx->digest = h;
}

/* --- a call and those whose part in it is over --- */

static void put_pairs(struct buf *out, const struct pair *pairs, size_t count)
{
    enc_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        enc_bytes(out, pairs[i].key);
        enc_bytes(out, pairs[i].value);
    }
}

static struct slice call_bytes(struct turn *turn, const struct call *call)
{
    struct buf out = {0};
    const struct user_data *data = call->data;
    buf_reserve(&out, 160 + (data ? data->bytes + (size_t)4 * data->count : 0));
    enc_u64(&out, call->begun_ms);
    enc_u64(&out, call->is_over ? turn->now_ms : 0);
    enc_u64(&out, (uint64_t)call->type);
    enc_bytes(&out, slice_of(call->id));
    enc_bytes(&out, slice_of(call->conn_id));
    enc_bytes(&out, slice_of(call->parent ? call->parent->id : ""));
    enc_bytes(&out, number_slice(call->ani));
    enc_bytes(&out, number_slice(LIST_OWNER(call->parties.next, struct party, link)->dnis));
    enc_u64(&out, call->span_count);
    for (size_t i = 0; i < call->span_count; i++) {
        enc_u64(&out, call->spans[i].from_ms);
        enc_u64(&out, call->spans[i].to_ms);
    }
    put_pairs(&out, data ? data->pairs : NULL, data ? data->count : 0);
    return settled(turn, &out);
}

static void put_party(struct buf *out, const struct party *party)
{
    const struct user_card *card = party->user ? party->user->card : NULL;
    enc_u64(out, party->number);
    enc_u64(out, party->inviter);
    enc_u64(out, (uint64_t)party->is_outside | (uint64_t)(party->offer > 0) << 1);
    enc_u64(out, (uint64_t)party->monitoring);
    enc_u64(out, (uint64_t)party->cause);
    enc_u64(out, party->joined_ms);
    enc_u64(out, party->answered_ms);
    enc_u64(out, party->ended_ms);
    enc_bytes(out, number_slice(party->dn));
    enc_bytes(out, party->queue ? party->queue->config.item.name : SLICE(""));
    enc_bytes(out, card ? card->name : SLICE(""));
    enc_bytes(out, slice_of(card ? card->id : ""));
    enc_bytes(out, card ? card->first_name : SLICE(""));
    enc_bytes(out, card ? card->last_name : SLICE(""));
}

/* Talked between the recording's begin and its end; pauses count as part of it. */
static bool was_there(const struct party *party)
{
    const struct call *call = party->call;
    const struct history_span *first = call->spans, *last = &call->spans[call->span_count - 1];
    return party->has_talked && (party->ended_ms == 0 || party->ended_ms >= first->from_ms) &&
           (last->to_ms == 0 || call_is_recorded(call) || party->answered_ms <= last->to_ms);
}

/* Whatever his other parts in the call were. */
static bool may_listen(const struct call *call, const struct user *user)
{
    if (call->recording == RECORDING_NONE)
        return false;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (party->user == user && was_there(party))
            return true;
    }
    return false;
}

static void add_user(struct turn *turn, struct history_user *users, size_t *count,
                     const struct party *party)
{
    struct slice name = party->user->card->name;
    for (size_t i = 0; i < *count; i++)
        if (slice_equal(users[i].name, name))
            return;
    users[(*count)++] = (struct history_user){.name = arena_copy(&turn->fx->arena, name),
                                              .may_listen = may_listen(party->call, party->user)};
}

/* Nobody's part is over where a call ends that nobody was in any more. */
static void put_parties(struct turn *turn, struct call *call, struct history *history)
{
    struct buf out = {0};
    size_t news = 0;
    LIST_EACH(it, &call->parties)
    news += LIST_OWNER(it, struct party, link)->has_ended;
    struct history_user *users = arena_alloc(&turn->fx->arena, news * sizeof *users + 1);
    size_t user_count = 0;
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (!party->has_ended)
            continue;
        party->has_ended = false;
        if (out.len == 0)
            history->party = party->number;
        put_party(&out, party);
        if (party->user)
            add_user(turn, users, &user_count, party);
    }
    history->parties = settled(turn, &out);
    history->users = users;
    history->user_count = user_count;
}

void history_party_ended(struct party *party)
{
    party->has_ended = true;
    party->call->has_history = true;
}

void history_settle(struct turn *turn, struct call *call)
{
    if (!call->has_history)
        return;
    call->has_history = false;
    struct history *history = add(turn, HISTORY_CALL, call->serial);
    history->is_over = call->is_over;
    history->is_recorded = call->recording != RECORDING_NONE;
    history->call_id = arena_copy(&turn->fx->arena, slice_of(call->id));
    history->bytes = call_bytes(turn, call);
    put_parties(turn, call, history);
    digest(turn, history);
}

/* --- what comes later --- */

void history_disposition(struct turn *turn, uint64_t call, const struct pair *pairs, size_t count)
{
    struct history *history = add(turn, HISTORY_DISPOSITION, call);
    struct buf out = {0};
    enc_u64(&out, turn->now_ms);
    enc_bytes(&out, turn->user->card->name);
    put_pairs(&out, pairs, count);
    history->bytes = settled(turn, &out);
    digest(turn, history);
}

void history_quality(struct turn *turn, uint64_t call, uint32_t party,
                     const struct quality *quality)
{
    if (call == 0 || (quality->packets == 0 && quality->score == 0))
        return;
    struct history *history = add(turn, HISTORY_QUALITY, call);
    struct buf out = {0};
    history->party = party;
    enc_u64(&out, quality->packets);
    enc_u64(&out, quality->lost);
    enc_u64(&out, quality->jitter_us);
    enc_u64(&out, quality->score);
    history->bytes = settled(turn, &out);
    digest(turn, history);
}

/* --- recording --- */

void history_records(struct turn *turn, struct call *call, bool is_on)
{
    struct history_span *last = call->span_count > 0 ? &call->spans[call->span_count - 1] : NULL;
    bool was_on = last && last->to_ms == 0;
    if (was_on == is_on)
        return;
    if (was_on) {
        last->to_ms = turn->now_ms;
    } else if (last && call->span_count == HISTORY_SPANS_MAX) {
        last->to_ms = 0;
    } else {
        call->spans =
            mem_grow(call->spans, &call->span_cap, call->span_count + 1, sizeof *call->spans);
        call->spans[call->span_count++] = (struct history_span){.from_ms = turn->now_ms};
    }
}
