/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What happens in a call: telephones go off hook, destinations are called, ring, answer or fail,
 * somebody leaves. Who is called is a party from the start, as invited, so that everybody sees who
 * is called; who called it is its inviter.
 *
 * Each step first changes the state, then orders what the telephones are to do, then tells the
 * users, so that every notice shows the state after the step. */
#include "core/core_int.h"

#define BIT(state) (1u << (state))

static void tell(struct turn *turn, struct party *party, struct notice_extras extras)
{
    effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, extras);
}

void party_tell_others(struct turn *turn, const struct party *about)
{
    LIST_EACH(it, &about->call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party != about && party_is_living(party))
            effects_call_notice(turn, party, NOTICE_PARTICIPANTS_UPDATED, WITH_EXTENSIONS);
    }
}

struct party *call_open(struct turn *turn, struct call *call, struct device *device, const char *dn,
                        struct slice destination)
{
    if (device)
        device_forget_call(turn, device);
    struct party *caller = party_create(turn, call, number_slice(dn), NULL);
    struct party *callee = party_create(turn, call, destination, caller);
    caller->is_shown = callee->is_shown = true;
    if (device)
        party_bind(caller, device);
    else
        caller->is_outside = true;
    party_set_state(turn, caller, PARTY_DIALING);
    number_copy(caller->dnis, destination);
    number_copy(callee->dnis, destination);
    if (callee->is_urgent ||
        (number_is_outside(destination) && !device_find(turn->core, destination)))
        party_goes_outside(callee); /* as its first notice says already */
    else
        call->is_business |= call_queue_find(turn->core, destination) != NULL;
    return caller;
}

void call_begin(struct turn *turn, struct call *call, struct device *device, struct leg *leg,
                struct slice destination)
{
    struct party *caller =
        call_open(turn, call, device, device ? device->dn : leg->dn, destination);
    struct party *callee = LIST_OWNER(caller->link.next, struct party, link);
    if (leg) {
        leg_join(leg, caller);
        telephone_rests(turn, caller, WITH_EXTENSIONS);
    } else {
        leg_ring(turn, caller, callee->dn, true);
        party_wait_for(turn, caller, WAIT_PICK_UP, turn->core->limits.pick_up_ms);
    }
    tell(turn, caller, WITH_EXTENSIONS);
    if (leg)
        party_call(turn, callee);
    if (leg && leg->is_up && !call->is_over)
        call_mix(turn, call); /* it hears this call now, and no other one */
}

void call_add(struct turn *turn, struct call *call, const struct party *inviter,
              struct slice destination, bool is_shown)
{
    struct party *party = party_create(turn, call, destination, inviter);
    party->is_shown = is_shown;
    number_copy(party->dnis, destination);
    party_call(turn, party);
}

/* It gets back what it transferred. */
static bool is_recall(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    if (party->number > 0 && LIST_OWNER(it, struct party, link)->recall == party->number)
        return true;
    return false;
}

/* Who called it was told another number. */
static void party_is_forwarded(struct turn *turn, struct party *party, const struct forwarding *to)
{
    struct party *inviter = party_inviter(party);
    number_copy(party->dn, number_slice(to->dn));
    party->hops = to->hops;
    if (!to->device && number_is_outside(slice_of(to->dn)))
        party_goes_outside(party);
    call_changed(party->call);
    if (inviter->state == PARTY_DIALING)
        effects_call_notice(turn, inviter, NOTICE_PARTICIPANTS_UPDATED, WITH_EXTENSIONS);
}

void party_ring(struct turn *turn, struct party *party, struct device *device,
                uint64_t no_answer_ms)
{
    const struct party *from = party_inviter(party);
    if (!party_is_living(from))
        from = party_talking(party->call);
    if (!from)
        from = party;
    device_forget_call(turn, device);
    party->is_outside = false; /* where a device got the number while the call began */
    party_bind(party, device);
    leg_ring(turn, party, from->dn, false);
    party_wait_for(turn, party, WAIT_NO_ANSWER, no_answer_ms);
}

/* Calls an invited party: a telephone of ours, if it can be had, a queue or somebody outside. Who
 * gets back what it transferred is called whatever else it does, for else the call is lost. */
void party_call(struct turn *turn, struct party *party)
{
    bool is_direct = !is_recall(party) && !party_is_called_back(party);
    struct forwarding to = {.device = device_find(turn->core, number_slice(party->dn))};
    if (is_direct)
        to = forward_follow(turn->core, party->dn, party->hops);
    if (to.device && device_is_in(to.device, party->call))
        to.is_endless = true; /* to somebody who is in the call */
    bool goes_out = to.by && !to.device && number_is_outside(slice_of(to.dn));
    if (goes_out && !transit_is_free(to.by->owner, party->call, party)) {
        party_fails(turn, party, CAUSE_UNREACHABLE);
        return;
    }
    if (to.hops > party->hops && !to.is_endless)
        party_is_forwarded(turn, party, &to);
    struct device *device = to.device;
    struct call_queue *queue = device ? NULL : call_queue_find(turn->core, slice_of(party->dn));
    if (party->is_urgent)
        emergency_call(turn, party);
    else if (queue)
        queue_enter(turn, party, queue);
    else if (!device && number_is_outside(slice_of(party->dn)))
        party_call_outside(turn, party);
    else if (!to.is_endless && (!device || !device->is_registered))
        party_fails(turn, party, CAUSE_UNREACHABLE);
    else if (to.is_endless || (is_direct && (device_is_busy(device) || device->is_dnd)))
        party_fails(turn, party, CAUSE_BUSY);
    else
        party_ring(turn, party, device, turn->core->limits.no_answer_ms);
}

void party_call_told(struct turn *turn, struct party *party)
{
    char told[NUMBER_MAX + 1];
    memcpy(told, party->dn, sizeof told);
    if (party->is_shown)
        party_tell_others(turn, party);
    party_call(turn, party);
    if (party->is_shown && party_is_living(party) && strcmp(party->dn, told) != 0 &&
        party_inviter(party)->state != PARTY_DIALING) /* that one was told as it was forwarded */
        party_tell_others(turn, party);
}

void party_rings(struct turn *turn, struct party *party)
{
    party_set_state(turn, party, PARTY_RINGING);
    tell(turn, party, WITH_EXTENSIONS);
    call_mix(turn, party->call);
}

void party_answers(struct turn *turn, struct party *party)
{
    struct party *inviter = party_inviter(party);
    struct notice_extras extras = {.has_extensions = true, .has_wrap_up = true};
    queue_answered(turn, party);
    if (party->state == PARTY_INVITED)
        party_rings(turn, party); /* the telephone was quicker than its own ringing */
    bool is_first = inviter->state == PARTY_DIALING && !party->monitoring;
    party_wait_for(turn, party, WAIT_NOTHING, 0);
    party_set_state(turn, party, PARTY_ESTABLISHED);
    if (!party->is_shown && !party_is_silent(party)) {
        party->is_shown = true;
        call_changed(party->call);
    }
    telephone_rests(turn, party, WITH_EXTENSIONS);
    if (is_first) {
        bool is_heard = !inviter->leg || (inviter->leg->party == inviter && !inviter->leg->is_held);
        party_set_state(turn, inviter, is_heard ? PARTY_ESTABLISHED : PARTY_HELD);
        if (inviter->leg && inviter->leg->is_offered)
            leg_answer(turn, inviter->leg);
    }
    call_mix(turn, party->call);
    tell(turn, party, extras);
    if (is_first)
        tell(turn, inviter, extras);
    else if (party->is_shown)
        party_tell_others(turn, party);
}

void party_release(struct turn *turn, struct party *party, enum cause cause)
{
    if (!party_is_living(party))
        return;
    bool was_seen = party->state != PARTY_INVITED;
    party_wait_for(turn, party, WAIT_NOTHING, 0);
    party_set_state(turn, party, PARTY_RELEASED);
    party->cause = cause;
    history_party_ended(party);
    queue_leave(turn->core, party);
    user_call_over(turn, party);
    struct leg *leg = party->leg;
    if (leg && party->device)
        device_touch(turn->core, party->device);
    if (leg)
        leg_leave(turn->core, party);
    if (leg && !leg->party)
        leg_drop(turn, leg, cause);
    else if (leg)
        call_mix(turn, leg->party->call);
    if (party->monitoring)
        monitor_released(turn, party);
    if (was_seen && party->user)
        past_add(turn, party->user, party->call);
    if (was_seen)
        tell(turn, party,
             (struct notice_extras){.has_extensions = true,
                                    .has_wrap_up = party->offer > 0 && !party->has_talked,
                                    .release_reason = cause});
}

/* What the inviter of somebody who can't be had is told. */
static const char *error_text(enum cause cause)
{
    switch (cause) {
    case CAUSE_BUSY:
        return "the destination is busy";
    case CAUSE_NO_ANSWER:
        return "the destination does not answer";
    case CAUSE_REJECTED:
        return "the destination declined";
    case CAUSE_UNREACHABLE:
        return "the destination can't be reached";
    default:
        return "the destination could not be called";
    }
}

/* Who began the call hears the busy tone for a while, where its telephone is off hook already; a
 * telephone that waits for our answer gets the failure itself. */
static void caller_is_failed(struct turn *turn, struct party *caller, enum cause cause)
{
    if (!caller->leg || !caller->leg->is_up || turn->core->limits.tone_ms == 0) {
        call_end(turn, caller->call, cause);
        return;
    }
    caller->fail_cause = cause;
    party_wait_for(turn, caller, WAIT_TONE, turn->core->limits.tone_ms);
    call_mix(turn, caller->call);
}

/* A called party can't be had. Who began the call for it hears so. Who transferred the call is rung
 * again with it. Who wanted a conference is told, and the call goes on, unless nobody is left to
 * talk to. */
void party_fails(struct turn *turn, struct party *party, enum cause cause)
{
    struct call *call = party->call;
    struct party *inviter = party_inviter(party);
    if (party->monitoring) {
        monitor_fails(turn, party, cause);
        return;
    }
    if (party->has_talked) { /* it was rung again */
        party_leaves(turn, party, cause);
        return;
    }
    if (queue_takes_back(turn, party, cause) || emergency_goes_on(turn, party, cause))
        return;
    party_release(turn, party, cause);
    if (inviter->state == PARTY_DIALING) {
        caller_is_failed(turn, inviter, cause);
        return;
    }
    bool was_shown = party->is_shown;
    party->is_shown = false;
    call_changed(call);
    if (inviter->cause == CAUSE_TRANSFERRED && inviter->recall == 0 && !inviter->monitoring) {
        inviter->recall = call->next_party;
        call_add(turn, call, party_talking(call), number_slice(inviter->dn), true);
        if (call->is_over)
            return;
        call_mix(turn, call);
        party_tell_others(turn, party);
    } else if (call_count(call, BIT(PARTY_ESTABLISHED) | BIT(PARTY_HELD)) +
                   call_count(call, BIT(PARTY_RINGING) | BIT(PARTY_INVITED)) <
               2) {
        party->is_shown = was_shown; /* who is left sees whom it lost */
        call_end(turn, call, cause);
    } else {
        call_mix(turn, call);
        if (was_shown)
            party_tell_others(turn, party);
        if (party_is_living(inviter))
            effects_call_notice(
                turn, inviter, NOTICE_CALL_ERROR,
                (struct notice_extras){.error = ERR_STATE, .error_text = error_text(cause)});
    }
}

/* Somebody goes; a call in which two members are left, and one of them talks, goes on. Whether it
 * does is no question of who is no member. */
void party_leaves(struct turn *turn, struct party *party, enum cause cause)
{
    struct call *call = party->call;
    unsigned in_call = BIT(PARTY_ESTABLISHED) | BIT(PARTY_HELD);
    unsigned ringing = BIT(PARTY_RINGING) | BIT(PARTY_INVITED);
    size_t talking = call_count(call, in_call) - (in_call >> party->state & 1);
    size_t expected = call_count(call, ringing) - (ringing >> party->state & 1);
    bool is_free = !party->device || transit_is_free(party->user, call, party);
    if (party_is_member(party) && (talking == 0 || talking + expected < 2 || !is_free)) {
        call_end(turn, call, cause);
        return;
    }
    party_release(turn, party, cause);
    bool was_shown = party->is_shown;
    party->is_shown = false;
    call_changed(call);
    call_mix(turn, call);
    if (was_shown)
        party_tell_others(turn, party);
}

void party_quits(struct turn *turn, struct party *party, enum cause cause)
{
    switch (party->state) {
    case PARTY_INVITED:
    case PARTY_RINGING:
        party_fails(turn, party, cause);
        break;
    case PARTY_DIALING:
        call_end(turn, party->call, party->wait == WAIT_TONE ? party->fail_cause : cause);
        break;
    case PARTY_ESTABLISHED:
    case PARTY_HELD:
        party_leaves(turn, party, cause);
        break;
    case PARTY_RELEASED:
        break;
    }
}

/* A change of state in which nothing else happens: hold and retrieve. */
void party_changes(struct turn *turn, struct party *party, enum party_state state)
{
    party_set_state(turn, party, state);
    call_mix(turn, party->call);
    tell(turn, party, WITH_EXTENSIONS);
}

void call_end(struct turn *turn, struct call *call, enum cause cause)
{
    if (call->is_over)
        return;
    recording_ends(turn, call);
    LIST_EACH(it, &call->parties)
    party_release(turn, LIST_OWNER(it, struct party, link), cause);
    call->is_over = true;
    if (call->recording != RECORDING_NONE)
        call_mix(turn, call);
    heap_set(&turn->core->deadlines, &call->deadline.node,
             turn->now_ms + turn->core->limits.keep_ms, call->serial << 16);
}
