/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The end of every input. What a user sees of calls and devices follows from the whole state: what
 * one party does may change what another may do, on another call too. So whatever changes is only
 * touched while an input is applied, and here each picture that is no longer what its user was told
 * last is told: a StatusChange with unchanged state for capabilities (decisions: whenever
 * capabilities change without another notice), a DeviceStateChange for a device. */
#include "base/hash.h"
#include "core/core_int.h"

void call_touch(struct core *core, struct call *call)
{
    if (call->is_touched)
        return;
    call->is_touched = true;
    list_append(&core->touched_calls, &call->touched);
}

void user_touch(struct core *core, struct user *user)
{
    if (user->is_touched)
        return;
    user->is_touched = true;
    list_append(&core->touched_users, &user->touched);
}

void device_touch(struct core *core, struct device *device)
{
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        if (party_is_living(party))
            call_touch(core, party->call);
    }
    if (device->owner)
        user_touch(core, device->owner);
}

static void settle_party(struct turn *turn, struct party *party)
{
    if (!party->user || !party_is_living(party) || party->state == PARTY_INVITED)
        return;
    if (party_picture(turn->core, party) != party->told)
        effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, (struct notice_extras){0});
}

/* Also who shares a telephone with somebody of the call. */
static void settle_call(struct turn *turn, struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        settle_party(turn, party);
        if (!party->leg)
            continue;
        LIST_EACH(lt, &party->leg->parties)
        if (LIST_OWNER(lt, struct party, of_leg) != party)
            settle_party(turn, LIST_OWNER(lt, struct party, of_leg));
    }
}

static struct state_card *card_of(const struct core *core, const struct user *user)
{
    const struct agent_state *state = user_state(core, user);
    return state ? state->card : NULL;
}

uint64_t device_digest(const struct core *core, const struct device *device)
{
    const struct user *owner = device->owner;
    const struct state_card *state = owner ? card_of(core, owner) : NULL;
    uint64_t h = hash_u64(op_device_capabilities(device), state ? state->hash : 0);
    if (device->forward_to[0])
        h = hash_slice(h, slice_of(device->forward_to));
    if (device->monitors)
        h = hash_slice(h, slice_of(device->monitors->id));
    return hash_u64(h, (uint64_t)device->monitoring << 5 | (uint64_t)device->scope << 4 |
                           (uint64_t)device->span << 3 | (uint64_t)device->is_dnd << 2 |
                           (uint64_t)(owner && owner->has_session) << 1);
}

static void tell_state(struct user *user, struct state_card *card)
{
    state_card_unref(user->told_state);
    user->told_state = state_card_ref(card);
}

/* A state that was only configured anew is the same one. */
static bool is_same_state(const struct state_card *a, const struct state_card *b)
{
    return a == b || (a && b && slice_equal(a->operation_name, b->operation_name));
}

static void settle_user(struct turn *turn, struct user *user)
{
    struct state_card *card = card_of(turn->core, user);
    if (!is_same_state(card, user->told_state))
        user->state_since_ms = turn->now_ms;
    member_is_ready(turn->core, user, card && card->mode == AGENT_READY);
    floor_touch(turn->core, &user->floor);
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        uint64_t digest = device_digest(turn->core, device);
        if (digest == device->told)
            continue;
        device->told = digest;
        effects_device_notice(turn, device, NOTICE_DEVICE_STATE_CHANGE);
    }
    if (card == user->told_state)
        return;
    tell_state(user, card);
    if (!list_is_empty(&user->devices))
        effects_device_notice(turn, LIST_OWNER(user->devices.next, struct device, of_owner),
                              NOTICE_CHANNEL_STATE_CHANGE);
}

void settle(struct turn *turn)
{
    struct core *core = turn->core;
    LIST_EACH(it, &core->touched_calls)
    monitor_settle(turn, LIST_OWNER(it, struct call, touched));
    places_settle(turn);
    queues_distribute(turn);
    while (!list_is_empty(&core->touched_calls)) {
        struct call *call = LIST_OWNER(core->touched_calls.next, struct call, touched);
        transit_settle(turn, call);
        history_settle(turn, call);
        floor_touch_call(core, call);
        settle_call(turn, call); /* still touched, for nothing else is known of it */
        list_remove(&call->touched);
        call->is_touched = false;
    }
    while (!list_is_empty(&core->touched_users)) {
        struct user *user = LIST_OWNER(core->touched_users.next, struct user, touched);
        list_remove(&user->touched);
        user->is_touched = false;
        settle_user(turn, user);
    }
    floor_settle(turn);
}

void settle_told(struct core *core)
{
    LIST_EACH(it, &core->calls)
    LIST_EACH(pt, &LIST_OWNER(it, struct call, link)->parties)
    {
        struct party *party = LIST_OWNER(pt, struct party, link);
        party->told = party_picture(core, party);
    }
    LIST_EACH(it, &core->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, link);
        device->told = device_digest(core, device);
    }
    LIST_EACH(it, &core->users)
    {
        struct user *user = LIST_OWNER(it, struct user, link);
        struct state_card *card = card_of(core, user);
        tell_state(user, card);
        member_is_ready(core, user, card && card->mode == AGENT_READY);
    }
}
