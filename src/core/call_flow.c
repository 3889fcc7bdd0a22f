/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What happens in a call of two: the caller's telephone goes off hook, the destination is called,
 * rings, answers or fails, somebody hangs up. The caller is the first party, the called one the
 * second; it is there from the start, as invited, so that everybody sees who is called.
 *
 * Each step first changes the state, then orders what the telephones are to do, then tells the
 * users, so that every notice shows the state after the step. */
#include "core/core_int.h"

static const struct notice_extras with_extensions = {.has_extensions = true};

void call_mix(struct turn *turn, struct call *call)
{
    struct mix_leg *legs = arena_zalloc(&turn->fx->arena, MIX_LEGS_MAX * sizeof *legs);
    const struct party *of[MIX_LEGS_MAX];
    size_t count = 0;
    bool is_ringing = false;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        is_ringing |= party->state == PARTY_RINGING;
        if (!party->leg || !(party->leg->is_up || party->leg->is_offered) || count == MIX_LEGS_MAX)
            continue;
        legs[count].leg = party->leg->id;
        of[count++] = party;
    }
    for (size_t i = 0; i < count; i++) {
        if (of[i]->state == PARTY_DIALING && call->wait == WAIT_TONE)
            legs[i].tone = TONE_BUSY;
        else if (of[i]->state == PARTY_DIALING && is_ringing)
            legs[i].tone = TONE_RINGBACK;
        for (size_t k = 0; k < count; k++)
            if (k != i && of[i]->state == PARTY_ESTABLISHED && of[k]->state == PARTY_ESTABLISHED)
                legs[i].hears |= 1u << k;
    }
    if (count == 0)
        return;
    struct order *order = effects_order(turn, ORDER_MIX, 0);
    order->legs = legs;
    order->leg_count = count;
    effects_order_done(turn, order);
}

void call_begin(struct turn *turn, struct call *call, struct device *device, struct leg *leg,
                struct slice destination)
{
    struct party *caller = call_add_party(turn, call, number_slice(device->dn));
    struct party *callee = call_add_party(turn, call, destination);
    party_bind(caller, device);
    party_set_state(turn, caller, PARTY_DIALING);
    number_copy(caller->dnis, destination);
    number_copy(callee->dnis, destination);
    if (leg) {
        leg->party = caller;
        caller->leg = leg;
    } else {
        leg_ring(turn, caller, callee->dn, true);
        call_wait_for(turn, call, WAIT_PICK_UP, turn->core->limits.pick_up_ms);
    }
    effects_call_notice(turn, caller, NOTICE_STATUS_CHANGE, with_extensions);
    if (leg)
        call_caller_is_up(turn, call);
}

/* The caller's telephone is off hook: now the destination is called. */
void call_caller_is_up(struct turn *turn, struct call *call)
{
    struct party *callee = call_callee(call);
    struct device *device = device_find(turn->core, number_slice(callee->dn));
    call_wait_for(turn, call, WAIT_NOTHING, 0);
    if (!device || !device->is_registered) {
        call_callee_fails(turn, call, CAUSE_UNREACHABLE);
    } else if (device_is_busy(device)) {
        call_callee_fails(turn, call, CAUSE_BUSY);
    } else {
        party_bind(callee, device);
        leg_ring(turn, callee, call_caller(call)->dn, false);
        call_wait_for(turn, call, WAIT_NO_ANSWER, turn->core->limits.no_answer_ms);
    }
}

void call_callee_rings(struct turn *turn, struct call *call)
{
    struct party *callee = call_callee(call);
    party_set_state(turn, callee, PARTY_RINGING);
    effects_call_notice(turn, callee, NOTICE_STATUS_CHANGE, with_extensions);
    call_mix(turn, call);
}

void call_callee_answers(struct turn *turn, struct call *call)
{
    struct party *caller = call_caller(call);
    struct party *callee = call_callee(call);
    if (callee->state == PARTY_INVITED)
        call_callee_rings(turn, call); /* the telephone was quicker than its own ringing */
    call_wait_for(turn, call, WAIT_NOTHING, 0);
    party_set_state(turn, caller, PARTY_ESTABLISHED);
    party_set_state(turn, callee, PARTY_ESTABLISHED);
    if (caller->leg && caller->leg->is_offered)
        leg_answer(turn, caller->leg);
    call_mix(turn, call);
    struct notice_extras extras = {.has_extensions = true, .has_wrap_up = true};
    effects_call_notice(turn, callee, NOTICE_STATUS_CHANGE, extras);
    effects_call_notice(turn, caller, NOTICE_STATUS_CHANGE, extras);
}

static void party_release(struct turn *turn, struct party *party, enum cause cause)
{
    if (!party_is_living(party))
        return;
    bool was_seen = party->state != PARTY_INVITED;
    party_set_state(turn, party, PARTY_RELEASED);
    party->cause = cause;
    if (party->leg)
        leg_drop(turn, party->leg, cause);
    if (was_seen)
        effects_call_notice(
            turn, party, NOTICE_STATUS_CHANGE,
            (struct notice_extras){.has_extensions = true, .release_reason = cause});
}

/* The destination can't be had: the caller hears the busy tone for a while, where the caller's
 * telephone is off hook already; a telephone that waits for our answer gets the failure itself. */
void call_callee_fails(struct turn *turn, struct call *call, enum cause cause)
{
    struct party *caller = call_caller(call);
    party_release(turn, call_callee(call), cause);
    if (!caller->leg || !caller->leg->is_up || turn->core->limits.tone_ms == 0) {
        call_end(turn, call, cause);
        return;
    }
    call->fail_cause = cause;
    call_wait_for(turn, call, WAIT_TONE, turn->core->limits.tone_ms);
    call_mix(turn, call);
}

void call_end(struct turn *turn, struct call *call, enum cause cause)
{
    LIST_EACH(it, &call->parties)
    party_release(turn, LIST_OWNER(it, struct party, link), cause);
    call_wait_for(turn, call, WAIT_FORGET, turn->core->limits.keep_ms);
}
