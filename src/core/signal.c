/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What telephones do: each signal of a line driver, turned into what it means for the leg and its
 * call. A signal that changes nothing (a repeated one, one for a leg long gone) is refused, so that
 * it is not journalled. */
#include "core/core_int.h"

static enum err on_registered(struct turn *turn, struct device *device)
{
    bool is_registered = turn->input->signal.kind == SIGNAL_REGISTERED;
    bool talks = is_registered && turn->input->signal.talks;
    if (device->is_registered == is_registered && device->talks == talks)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    turn->core->stats.devices_registered += is_registered;
    turn->core->stats.devices_registered -= device->is_registered;
    device->is_registered = is_registered;
    device->talks = talks;
    device_touch(turn->core, device);
    if (device->owner)
        user_check_telephone(turn, device->owner);
    if (!is_registered)
        monitor_forget(turn, device);
    return ERR_OK;
}

static enum err on_incoming(struct turn *turn, struct device *device)
{
    const struct signal *signal = &turn->input->signal;
    struct leg *leg = leg_create(turn->core, signal->leg, device->dn);
    leg->is_offered = true;
    struct number number;
    enum number_kind kind = number_dialled(turn->core, signal->number, &number);
    leg->is_urgent = kind == NUMBER_EMERGENCY;
    leg->talks = signal->talks;
    if (signal->keep.ptr)
        leg_keep(turn, leg, turn->input->signal.keep);
    if (!device_may_dial(device) && kind != NUMBER_EMERGENCY) {
        leg_drop(turn, leg, CAUSE_BUSY);
        return ERR_OK;
    }
    if (kind == NUMBER_INVALID) {
        leg_drop(turn, leg, CAUSE_UNREACHABLE);
        return ERR_OK;
    }
    call_begin(turn, call_create(turn, CALL_TYPE_INTERNAL), device, leg, slice_of(number.digits));
    return ERR_OK;
}

/* Who rings already is told at the end of the input if it can now Answer; nobody is told of sound.
 */
static enum err on_ringing(struct turn *turn, struct leg *leg)
{
    const struct signal *signal = &turn->input->signal;
    struct party *party = leg->party;
    bool rings = party && !leg->is_up && !leg->is_offered && !leg->is_dropping;
    bool begins = rings && party->state == PARTY_INVITED;
    bool learned = signal->talks && !leg->talks;
    bool sounds = rings && signal->has_sound != leg->has_sound;
    if (!begins && !learned && !sounds)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    leg->talks |= signal->talks;
    if (sounds)
        leg->has_sound = signal->has_sound;
    if (party)
        call_touch(turn->core, party->call);
    if (begins)
        party_rings(turn, party);
    else if (sounds)
        call_mix(turn, party->call);
    return ERR_OK;
}

/* The caller's own telephone is off hook: now the destination is called. */
static void on_off_hook(struct turn *turn, struct party *caller)
{
    struct party *callee = LIST_OWNER(caller->link.next, struct party, link);
    party_wait_for(turn, caller, WAIT_NOTHING, 0);
    party_call(turn, callee);
}

static enum err on_answered(struct turn *turn, struct leg *leg)
{
    if (leg->is_up)
        return refuse(turn, ERR_EXISTS, "the leg is up already");
    leg->is_up = true;
    leg->is_offered = false;
    leg->is_answer_pending = false;
    leg->has_sound = false;
    struct party *party = leg->party;
    if (party && party->device)
        device_touch(turn->core, party->device);
    if (!party || leg->is_dropping)
        return ERR_OK; /* what was to stop ringing was answered: its drop order stands */
    if (party->wait == WAIT_PICK_UP)
        on_off_hook(turn, party);
    else if (party->state == PARTY_RINGING && party->has_talked)
        telephone_returns(turn, leg);
    else if (party->state == PARTY_INVITED || party->state == PARTY_RINGING)
        party_answers(turn, party);
    else
        call_mix(turn, party->call);
    return ERR_OK;
}

static enum err on_gone(struct turn *turn, struct leg *leg)
{
    const struct signal *signal = &turn->input->signal;
    uint64_t call = leg->party ? leg->party->call->serial : leg->last_call;
    uint32_t party = leg->party ? leg->party->number : leg->last_party;
    history_quality(turn, call, party, &signal->quality);
    enum cause cause = signal->cause == CAUSE_NONE ? CAUSE_FAILED : signal->cause;
    if (signal->number.len > 0 && !leg->is_up && !leg->is_offered)
        telephone_redirects(turn, leg, signal->number, cause);
    else
        telephone_is_gone(turn, leg, cause);
    return ERR_OK;
}

/* The telephone's own hold button; also for what its user held before, or while somebody is called:
 * then the call is Held once it is answered. */
static enum err on_held(struct turn *turn, struct leg *leg)
{
    bool is_held = turn->input->signal.kind == SIGNAL_HELD;
    struct party *party = leg->party;
    bool can_be = party && leg->is_up &&
                  (party->state == PARTY_HELD || party->state == PARTY_DIALING ||
                   (is_held && party->state == PARTY_ESTABLISHED));
    if (!can_be)
        return refuse(turn, ERR_STATE, "the leg's party can't be held or retrieved now");
    if (leg->is_held == is_held)
        return refuse(turn, ERR_STATE,
                      is_held ? "it is held already"
                              : "the call is held by its user, not by its telephone");
    if (party->device) /* what else rings there can be answered on the leg, or can't any more */
        device_touch(turn->core, party->device);
    call_touch(turn->core, party->call);
    leg->is_held = is_held; /* first: the notice says what that leaves to do */
    leg->is_answer_pending = false;
    if (party->wait == WAIT_RETRIEVE)
        party_wait_for(turn, party, WAIT_NOTHING, 0);
    if (is_held && party->state == PARTY_ESTABLISHED) {
        party_changes(turn, party, PARTY_HELD);
    } else if (!is_held && party->state == PARTY_HELD) {
        telephone_takes(turn, party);
        party_changes(turn, party, PARTY_ESTABLISHED);
    }
    return ERR_OK;
}

static enum err on_refused(struct turn *turn, struct leg *leg)
{
    if (!leg->is_answer_pending || !leg->party)
        return refuse(turn, ERR_STATE, "no answer is pending on the leg");
    telephone_refuses(turn, leg);
    return ERR_OK;
}

static enum err on_leg(struct turn *turn, struct leg *leg)
{
    switch (turn->input->signal.kind) {
    case SIGNAL_RINGING:
        return on_ringing(turn, leg);
    case SIGNAL_ANSWERED:
        return on_answered(turn, leg);
    case SIGNAL_GONE:
        return on_gone(turn, leg);
    case SIGNAL_HELD:
    case SIGNAL_RETRIEVED:
        return on_held(turn, leg);
    case SIGNAL_KEEP: /* that was all */
        return turn->input->signal.keep.ptr ? ERR_OK : refuse(turn, ERR_MISSING, "nothing to keep");
    case SIGNAL_REFUSED:
        return on_refused(turn, leg);
    case SIGNAL_RECORDING_FAILED:
        return recording_failed(turn, leg);
    case SIGNAL_TRANSFER:
        return transfer_by_telephone(turn, leg);
    default:
        return refuse(turn, ERR_STATE, "nothing uses this signal");
    }
}

/* What is to be kept is kept whatever else the signal means by now: the driver waits for it. */
static enum err apply_to_leg(struct turn *turn, struct leg *leg)
{
    bool keeps = turn->input->signal.keep.ptr != NULL;
    if (keeps)
        leg_keep(turn, leg, turn->input->signal.keep);
    enum err err = on_leg(turn, leg);
    if (!keeps)
        return err;
    turn->fx->reason = SLICE_NONE;
    return ERR_OK;
}

enum err apply_signal(struct turn *turn)
{
    const struct signal *signal = &turn->input->signal;
    if (signal->keep.len > SIGNAL_KEEP_MAX)
        return refuse(turn, ERR_RANGE, "a leg keeps at most %d bytes", SIGNAL_KEEP_MAX);
    if (signal->kind == SIGNAL_INCOMING &&
        (!(signal->leg & LEG_OF_DRIVER) || leg_find(turn->core, signal->leg)))
        return refuse(turn, ERR_EXISTS, "the leg is there already");
    if (signal->kind == SIGNAL_INCOMING && signal->trunk.len > 0)
        return outside_incoming(turn);
    if (signal->kind <= SIGNAL_INCOMING) {
        struct device *device = device_find(turn->core, signal->dn);
        if (!device)
            return refuse(turn, ERR_NOT_FOUND, "no such device");
        return signal->kind == SIGNAL_INCOMING ? on_incoming(turn, device)
                                               : on_registered(turn, device);
    }
    struct leg *leg = leg_find(turn->core, signal->leg);
    if (!leg)
        return refuse(turn, ERR_NOT_FOUND, "no such leg");
    return apply_to_leg(turn, leg);
}
