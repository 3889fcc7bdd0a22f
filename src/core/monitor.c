/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Supervision. A supervisor's device is armed with another device to monitor; whenever that one
 * begins to talk in a call, the supervisor's telephone is rung into the call, as a party that has a
 * part of its own but, until it barges in, is no member: it is not shown, it is heard by nobody or
 * by the monitored party only, and the call neither waits for it nor goes on for it.
 *
 * Arming and supervising are two things: who is in a call stays in it when the device is armed
 * anew, or no more; its party knows what it was armed with. (API reference 5; platform reference
 * 5.3.) */
#include "core/core_int.h"

#define BIT(state) (1u << (state))
#define TALKING    (BIT(PARTY_ESTABLISHED) | BIT(PARTY_HELD))

static bool talks(const struct party *party)
{
    return party && (TALKING >> party->state & 1);
}

/* --- arming --- */

void monitor_unlink(struct core *core, struct device *device)
{
    struct device *target = device->monitors;
    if (target && target->owner)
        floor_touch(core, &target->owner->floor);
    if (target)
        target->monitored_by = NULL;
    device->monitors = NULL;
    device->monitoring = MONITORING_NONE;
    device->scope = MONITOR_CALL;
    device->span = MONITOR_ALL_CALLS;
}

void monitor_disarm(struct turn *turn, struct device *device)
{
    LIST_EACH(it, &device->parties)
    LIST_OWNER(it, struct party, of_device)->ends_monitoring = false;
    if (!device->monitoring)
        return;
    monitor_unlink(turn->core, device);
    if (device->owner)
        user_touch(turn->core, device->owner);
}

void monitor_forget(struct turn *turn, struct device *device)
{
    struct device *by = device->monitored_by;
    monitor_disarm(turn, device);
    if (!by)
        return;
    monitor_disarm(turn, by);
    effects_device_error(turn, by, "the monitored device is gone: monitoring was cancelled");
}

void monitor_forbid(struct turn *turn, struct user *user)
{
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        monitor_disarm(turn, device);
        LIST_EACH(pt, &device->parties)
        {
            struct party *party = LIST_OWNER(pt, struct party, of_device);
            if (party->monitoring)
                party_leaves(turn, party, CAUSE_CLEARED);
        }
    }
}

static enum err check_target(struct turn *turn, const struct device *target)
{
    if (!target)
        return refuse(turn, ERR_NOT_FOUND, "targetDeviceUri: device '%s' is not there",
                      shown(turn, turn->command->text));
    if (target->owner == turn->user)
        return refuse(turn, ERR_INVALID, "targetDeviceUri is a device of your own");
    if (target->monitored_by && target->monitored_by != turn->device)
        return refuse(turn, ERR_IN_USE, "device '%s' is monitored by another supervisor",
                      target->dn);
    return ERR_OK;
}

enum err monitor_arm(struct turn *turn, enum monitoring monitoring)
{
    struct device *device = turn->device;
    if (!(turn->user->card->roles & ROLE_SUPERVISOR))
        return refuse(turn, ERR_PERMISSION, "%s needs the role of a supervisor",
                      op_row(turn->command->op)->name);
    struct device *target = device_find(turn->core, turn->command->text);
    enum err err = check_target(turn, target);
    if (err)
        return err;
    if (!device->is_registered)
        return refuse(turn, ERR_NOT_REGISTERED, "Device '%s' is not registered.", device->dn);
    monitor_disarm(turn, device);
    device->monitoring = monitoring;
    device->scope = turn->command->scope;
    device->span = turn->command->span;
    device->monitors = target;
    target->monitored_by = device;
    if (target->owner)
        floor_touch(turn->core, &target->owner->floor);
    user_touch(turn->core, turn->user);
    return ERR_OK;
}

/* --- a call --- */

/* The living part that the device or another one of its owner has in the call. */
static struct party *part_of(const struct device *device, const struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party_is_living(party) &&
            (party->device == device || (party->user && party->user == device->owner)))
            return party;
    }
    return NULL;
}

static void ring(struct turn *turn, const struct party *monitored, struct device *device)
{
    device_forget_call(turn, device);
    struct party *party = party_create(turn, monitored->call, number_slice(device->dn), monitored);
    party->monitoring = device->monitoring;
    party->monitors = monitored->number;
    party->leaves_with_monitored = device->scope == MONITOR_AGENT;
    party->ends_monitoring = device->span == MONITOR_NEXT_CALL;
    memcpy(party->dnis, monitored->dnis, sizeof party->dnis);
    party_bind(party, device);
    leg_ring(turn, party, monitored->dn, true);
    party_wait_for(turn, party, WAIT_NO_ANSWER, turn->core->limits.no_answer_ms);
}

static void tell_muted(struct turn *turn, struct party *supervisor)
{
    effects_call_notice(turn, supervisor, NOTICE_MONITORED_USER_MUTED,
                        (struct notice_extras){.has_extensions = true, .has_wrap_up = true});
}

/* Tells whoever else supervises it: one who came after another was disarmed. */
static void set_muted(struct turn *turn, struct party *monitored, bool is_muted,
                      const struct party *by)
{
    if (monitored->is_muted_by_supervisor == is_muted)
        return;
    monitored->is_muted_by_supervisor = is_muted;
    LIST_EACH(it, &monitored->call->parties)
    {
        struct party *other = LIST_OWNER(it, struct party, link);
        if (other != by && other->monitoring && other->monitors == monitored->number &&
            party_is_living(other))
            tell_muted(turn, other);
    }
}

static void turn_to(struct turn *turn, struct party *supervisor, const struct party *to)
{
    struct call *call = supervisor->call;
    struct party *before = party_find(call, supervisor->monitors);
    bool was_muted = before->is_muted_by_supervisor;
    set_muted(turn, before, false, supervisor);
    supervisor->monitors = to->number;
    call_touch(turn->core, call);
    call_mix(turn, call);
    if (was_muted != to->is_muted_by_supervisor)
        tell_muted(turn, supervisor);
}

static bool is_supervised(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, link);
        if (other->monitoring && other->monitors == party->number && party_is_living(other))
            return true;
    }
    return false;
}

/* Who follows the call goes on with the agent who came last, once the monitored one has left and
 * nobody is awaited any more. */
static void follow(struct turn *turn, struct party *supervisor)
{
    const struct party *next = NULL;
    if (call_count(supervisor->call, 1u << PARTY_RINGING | 1u << PARTY_INVITED) > 0)
        return;
    LIST_EACH(it, &supervisor->call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (talks(party) && party->device && !party->monitoring && !is_supervised(party) &&
            party->device->owner != supervisor->user)
            next = party;
    }
    if (next)
        turn_to(turn, supervisor, next);
}

/* A supervisor who has another call misses this one. A consult call is heard from the side that is
 * consulted: to who began it, it is a part of the call that is monitored already. */
static void begin(struct turn *turn, const struct party *monitored)
{
    struct device *by = monitored->device ? monitored->device->monitored_by : NULL;
    struct call *call = monitored->call;
    if (!by || monitored->monitoring ||
        (call->type == CALL_TYPE_CONSULT && monitored->inviter == monitored->number))
        return;
    struct party *there = part_of(by, call);
    if (there) {
        struct party *before = party_find(call, there->monitors);
        if (there->monitoring && (!party_is_living(before) || before->device != by->monitors))
            turn_to(turn, there, monitored); /* it came back */
        return;
    }
    if (device_is_idle(by) && !call_is_full(call))
        ring(turn, monitored, by);
}

void monitor_begin_now(struct turn *turn, const struct device *device)
{
    const struct party *found = NULL;
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        if (talks(party) && (!found || party->state == PARTY_ESTABLISHED))
            found = party;
    }
    if (found)
        begin(turn, found);
}

void monitor_settle(struct turn *turn, struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        bool begins = party->begins;
        party->begins = false;
        if (begins && talks(party))
            begin(turn, party);
        if (!party->monitoring || !party_is_living(party))
            continue;
        const struct party *monitored = party_find(call, party->monitors);
        if (party_is_living(monitored))
            continue;
        if (party->leaves_with_monitored)
            party_leaves(turn, party, monitored->cause);
        else
            follow(turn, party);
    }
}

/* Who does not want it, or is busy, misses this call; a telephone that can't be had is no use for
 * the next one either. */
void monitor_fails(struct turn *turn, struct party *party, enum cause cause)
{
    struct device *device = party->device;
    bool is_first = !party->has_talked;
    party_leaves(turn, party, cause);
    if (!is_first || !device->monitoring ||
        (cause != CAUSE_NO_ANSWER && cause != CAUSE_UNREACHABLE && cause != CAUSE_FAILED))
        return;
    monitor_disarm(turn, device);
    effects_device_error(turn, device,
                         "the supervisor's telephone can't be had: monitoring was cancelled");
}

void monitor_released(struct turn *turn, struct party *party)
{
    set_muted(turn, party_find(party->call, party->monitors), false, party);
    if (party->ends_monitoring)
        monitor_disarm(turn, party->device);
}

bool monitor_can_move(const struct party *party)
{
    return party_is_living(party_find(party->call, party->monitors));
}

void monitor_moved(struct party *from, struct party *to, uint32_t monitors)
{
    to->monitoring = from->monitoring;
    to->monitors = monitors;
    to->leaves_with_monitored = from->leaves_with_monitored;
    to->ends_monitoring = from->ends_monitoring;
    from->ends_monitoring = false;
    party_find(to->call, monitors)->is_muted_by_supervisor =
        party_find(from->call, from->monitors)->is_muted_by_supervisor;
}

/* --- operations in the call --- */

/* Who is in the call hears of it when the supervisor becomes one of the participants, or is no
 * longer; the monitored one sees at the end of the input whether it is listened to. */
void monitor_switch(struct turn *turn, enum monitoring monitoring)
{
    struct party *party = turn->party;
    party->monitoring = monitoring;
    party->is_muted = false;
    bool was_shown = party->is_shown;
    party->is_shown = !party_is_silent(party);
    call_changed(party->call);
    call_touch(turn->core, party->call);
    call_mix(turn, party->call);
    effects_call_notice(turn, party, NOTICE_STATUS_CHANGE,
                        (struct notice_extras){.has_extensions = true, .has_wrap_up = true});
    if (party->is_shown != was_shown)
        party_tell_others(turn, party);
}

bool monitor_can_mute(const struct party *party)
{
    return party->monitoring && talks(party_find(party->call, party->monitors));
}

/* On a device's address: the call in which it supervises. */
static struct party *supervising(const struct turn *turn)
{
    if (turn->at == OP_ON_CALL || !turn->device)
        return turn->party;
    LIST_EACH(it, &turn->device->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, of_device);
        if (op_is_accepted(turn->command->op, party))
            return party;
    }
    return NULL;
}

enum err monitor_mute(struct turn *turn, bool is_muted)
{
    struct party *party = supervising(turn);
    if (!party)
        return refuse(turn, ERR_STATE, "%s is not possible: the device supervises nobody who talks",
                      op_row(turn->command->op)->name);
    set_muted(turn, party_find(party->call, party->monitors), is_muted, party);
    call_mix(turn, party->call);
    tell_muted(turn, party);
    return ERR_OK;
}
