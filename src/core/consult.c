/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Consult calls: a call of its own beside the one that its telephone holds, with a copy of its user
 * data, until it is completed: then everybody of the consult call comes into the parent, which
 * keeps its id (API reference 4.4; decisions: consult call, the consulted party on completion).
 *
 * Both parts of the consulting telephone are on one leg, and that is all that ties them together:
 * whoever leaves, at any moment, leaves two ordinary calls or one. */
#include "core/core_int.h"

#define BIT(state) (1u << (state))
#define TALKING    (BIT(PARTY_ESTABLISHED) | BIT(PARTY_HELD))

/* The living part of party's telephone in the other call, on the same leg; NULL. */
static struct party *part_in(const struct party *party, const struct call *call)
{
    if (!party->leg || !call)
        return NULL;
    LIST_EACH(it, &party->leg->parties)
    {
        struct party *other = LIST_OWNER(it, struct party, of_leg);
        if (other->call == call)
            return other;
    }
    return NULL;
}

static bool is_called(const struct call *call, struct slice id)
{
    return id.len == 0 || slice_is(id, call->id) || slice_is(id, call->conn_id);
}

/* Whether both are far enough for the one to become a part of the other. */
static bool is_pair(const struct party *original, const struct party *party)
{
    return original && party && (TALKING >> original->state & 1) &&
           ((TALKING | BIT(PARTY_DIALING)) >> party->state & 1);
}

struct consult consult_of(const struct party *party, struct slice id)
{
    for (struct list *it = party->call->consults.prev; it != &party->call->consults;
         it = it->prev) {
        struct call *call = LIST_OWNER(it, struct call, of_parent);
        struct party *part = part_in(party, call);
        if (is_called(call, id) && is_pair(party, part))
            return (struct consult){(struct party *)(uintptr_t)party, part};
    }
    struct party *original = part_in(party, party->call->parent);
    if (is_called(party->call, id) && is_pair(original, party))
        return (struct consult){original, (struct party *)(uintptr_t)party};
    return (struct consult){NULL, NULL};
}

static bool has_other(const struct party *party, unsigned states)
{
    LIST_EACH(it, &party->call->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, link);
        if (other != party && (states >> other->state & 1) && !party_is_silent(other))
            return true;
    }
    return false;
}

bool consult_is_answered(const struct consult *consult)
{
    return consult->original && has_other(consult->party, TALKING);
}

/* Who is called only, needs somebody to wait for it. */
bool consult_has_callee(const struct consult *consult)
{
    return consult_is_answered(consult) ||
           (consult->original && has_other(consult->original, TALKING) &&
            has_other(consult->party, BIT(PARTY_RINGING) | BIT(PARTY_INVITED)));
}

enum err consult_begin(struct turn *turn, bool is_for_conference)
{
    struct party *party = turn->party;
    struct user_data *data;
    enum err err = destination_check(turn, NULL, party->call->data, &data);
    if (err)
        return err;
    struct call *call = call_create(turn, CALL_TYPE_CONSULT);
    call_set_data(call, recording_leave_out(turn, data));
    call->inherited = user_data_ref(party->call->data);
    call->is_for_conference = is_for_conference;
    call_set_parent(call, party->call);
    struct leg *leg = party->leg;
    struct party *caller =
        call_open(turn, call, party->device, party->dn, slice_of(turn->number.digits));
    leg_join(leg, caller);
    bool was_talking = party->state == PARTY_ESTABLISHED;
    telephone_rests(turn, caller, (struct notice_extras){0});
    if (!was_talking)
        effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, (struct notice_extras){0});
    effects_call_notice(turn, caller, NOTICE_STATUS_CHANGE, WITH_EXTENSIONS);
    party_call(turn, LIST_OWNER(caller->link.next, struct party, link));
    if (!call->is_over)
        call_mix(turn, call);
    return ERR_OK;
}

/* --- completion --- */

struct move {
    struct party *from;
    struct party *to;
};

struct moves {
    struct move list[MIX_LEGS_MAX];
    size_t count;
};

/* The first pair of a key takes the place of what was there, the others come beside it. */
static struct user_data *follow(struct turn *turn, const struct user_data *old, struct pair *pairs,
                                size_t count)
{
    struct arena *arena = &turn->fx->arena;
    struct pair *more = arena_alloc(arena, count * sizeof *more + 1);
    size_t firsts = 0;
    size_t others = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_first = true;
        for (size_t k = 0; k < firsts && is_first; k++)
            is_first = !slice_equal(pairs[k].key, pairs[i].key);
        if (is_first)
            pairs[firsts++] = pairs[i];
        else
            more[others++] = pairs[i];
    }
    struct user_data *updated = user_data_update(old, pairs, firsts, arena);
    if (others == 0)
        return updated;
    struct user_data *all = user_data_attach(updated, more, others, arena);
    user_data_unref(updated);
    return all;
}

/* Pairs that the consult added or changed; the parent's others stay. When all together would be
 * more than a call may have, the parent's stay as they are. */
static void merge_data(struct turn *turn, struct call *parent, const struct call *consult)
{
    const struct user_data *now = consult->data;
    const struct user_data *before = consult->inherited;
    if (!now)
        return;
    struct pair *pairs = arena_alloc(&turn->fx->arena, now->count * sizeof *pairs);
    size_t count = 0;
    for (uint32_t i = 0; i < now->count; i++) {
        bool is_known = false;
        for (uint32_t k = 0; before && k < before->count && !is_known; k++)
            is_known = slice_equal(before->pairs[k].key, now->pairs[i].key) &&
                       slice_equal(before->pairs[k].value, now->pairs[i].value);
        if (!is_known && !recording_owns(now->pairs[i].key))
            pairs[count++] = now->pairs[i];
    }
    struct user_data *data = follow(turn, parent->data, pairs, count);
    if (user_data_check_total(turn, data))
        user_data_unref(data);
    else
        call_set_data(parent, data);
    turn->fx->reason = SLICE_NONE;
}

static uint32_t moved_number(const struct moves *moves, uint32_t number, uint32_t otherwise)
{
    for (size_t i = 0; i < moves->count; i++)
        if (moves->list[i].from->number == number)
            return moves->list[i].to->number;
    return otherwise;
}

/* The same telephone, doing the same, in another call. */
static struct party *move_party(struct turn *turn, struct party *from, const struct party *inviter)
{
    struct call *call = inviter->call;
    struct party *to = party_create(turn, call, number_slice(from->dn), inviter);
    memcpy(to->dnis, from->dnis, sizeof to->dnis);
    memcpy(to->previous_id, from->call->id, sizeof to->previous_id);
    if (from->device)
        party_bind(to, from->device);
    if (from->leg)
        leg_hand_over(from, to);
    to->hops = from->hops;
    to->tried = from->tried;
    to->queue = from->queue;
    to->is_shown = from->is_shown;
    to->is_muted = from->is_muted;
    to->is_outside = from->is_outside;
    party_set_state(turn, to, from->state);
    to->has_talked = from->has_talked;
    if (!list_is_empty(&from->of_queue)) {
        queue_join_for(turn->core, to, from);
        to->since_ms = from->since_ms; /* it has waited so long already */
        queue_has_news(turn->core, to->queue);
    }
    if (from->wait != WAIT_NOTHING) {
        to->wait = from->wait;
        heap_set(&turn->core->deadlines, &to->deadline.node, from->deadline.node.at_ms,
                 party_tie(to));
        party_wait_for(turn, from, WAIT_NOTHING, 0);
    }
    return to;
}

static void move_all(struct turn *turn, const struct consult *consult, struct moves *moves)
{
    LIST_EACH(it, &consult->party->call->parties)
    {
        struct party *from = LIST_OWNER(it, struct party, link);
        if (from == consult->party || !party_is_living(from) || moves->count == MIX_LEGS_MAX ||
            (from->monitoring && !monitor_can_move(from)))
            continue;
        moves->list[moves->count++] =
            (struct move){from, move_party(turn, from, consult->original)};
    }
    for (size_t i = 0; i < moves->count; i++) {
        const struct party *from = moves->list[i].from;
        struct party *to = moves->list[i].to;
        to->inviter = moved_number(moves, from->inviter, to->inviter);
        if (from->monitoring)
            monitor_moved(moves->list[i].from, to,
                          moved_number(moves, from->monitors, consult->original->number));
        if (from->offer > 0)
            to->offer = moved_number(moves, from->offer - 1, UINT32_MAX) + 1;
    }
}

static bool is_moved(const struct moves *moves, const struct party *party)
{
    for (size_t i = 0; i < moves->count; i++)
        if (moves->list[i].to == party)
            return true;
    return false;
}

/* First who was in the call, then who came into it. */
static void tell_all(struct turn *turn, const struct party *original, const struct moves *moves)
{
    LIST_EACH(it, &original->call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party != original && party_is_living(party) && !is_moved(moves, party))
            effects_call_notice(turn, party, NOTICE_PARTICIPANTS_UPDATED, WITH_EXTENSIONS);
    }
    for (size_t i = 0; i < moves->count; i++)
        effects_call_notice(turn, moves->list[i].to, NOTICE_STATUS_CHANGE, WITH_EXTENSIONS);
}

/* What one call hands on to another. */
struct handed_on {
    struct call **calls;
    size_t count;
};

/* The call is a consult call about what comes out of other, however far. */
static bool comes_out_of(const struct call *call, const struct call *other)
{
    while (call && call != other)
        call = call->parent;
    return call != NULL;
}

/* Consult calls about what became a part of to are about that from now on; but if to itself came
 * out of one, that is about nothing any more. */
static struct handed_on hand_on_consults(struct turn *turn, struct call *from, struct call *to)
{
    struct handed_on handed = {0};
    size_t count = 0;
    LIST_EACH(it, &from->consults)
    count++;
    handed.calls = arena_alloc(&turn->fx->arena, count * sizeof *handed.calls + 1);
    LIST_EACH_SAFE(it, &from->consults)
    {
        struct call *consult = LIST_OWNER(it, struct call, of_parent);
        if (consult->is_over)
            continue;
        call_set_parent(consult, comes_out_of(to, consult) ? NULL : to);
        if (consult != to)
            handed.calls[handed.count++] = consult;
    }
    return handed;
}

static void tell_handed_on(struct turn *turn, const struct handed_on *handed)
{
    for (size_t i = 0; i < handed->count; i++)
        LIST_EACH(it, &handed->calls[i]->parties)
        {
            struct party *party = LIST_OWNER(it, struct party, link);
            if (party_is_living(party))
                effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, (struct notice_extras){0});
        }
}

bool consult_has_room(const struct consult *consult, enum cause cause)
{
    size_t leaving = cause == CAUSE_CONFERENCED ? 1 : 2;
    return call_living(consult->original->call) + call_living(consult->party->call) <=
           MIX_LEGS_MAX + leaving;
}

void consult_join(struct turn *turn, const struct consult *consult, enum cause cause)
{
    struct moves moves = {0};
    struct party *original = consult->original;
    struct call *parent = original->call;
    struct call *call = consult->party->call;
    merge_data(turn, parent, call);
    if (cause == CAUSE_TRANSFERRED) { /* before the others come: it sees whom it leaves */
        party_release(turn, original, cause);
        original->is_shown = false;
    }
    move_all(turn, consult, &moves);
    parent->is_business |= call->is_business;
    call_changed(parent);
    party_release(turn, consult->party, cause);
    if (cause == CAUSE_CONFERENCED) {
        telephone_takes(turn, original);
        party_set_state(turn, original, original->leg->is_held ? PARTY_HELD : PARTY_ESTABLISHED);
    }
    call_mix(turn, parent);
    if (cause == CAUSE_CONFERENCED)
        effects_call_notice(turn, original, NOTICE_STATUS_CHANGE, WITH_EXTENSIONS);
    struct handed_on handed = hand_on_consults(turn, call, parent);
    tell_all(turn, original, &moves);
    call_end(turn, call, cause);
    tell_handed_on(turn, &handed);
}

enum err consult_complete(struct turn *turn, enum cause cause)
{
    struct consult consult = consult_of(turn->party, turn->command->call);
    if (!consult.original || !(cause == CAUSE_CONFERENCED ? consult_is_answered(&consult)
                                                          : consult_has_callee(&consult)))
        return refuse(turn, ERR_INVALID,
                      "consultCallUri is no consult call of this call that can "
                      "be completed; leave it out to complete the newest");
    if (cause == CAUSE_TRANSFERRED && !transit_may_join(&consult))
        return transit_refuse(turn);
    if (!consult_has_room(&consult, cause))
        return refuse(turn, ERR_RANGE, "a call has at most %d parties at a time", MIX_LEGS_MAX);
    consult_join(turn, &consult, cause);
    return ERR_OK;
}
