/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who hears whom: one table for each call, made anew from the state whenever something in it
 * changed. Established parties hear each other, but for who is muted; who has hold of a call hears
 * nothing of it and is heard by nobody. Whoever would hear nobody hears a tone that says why: the
 * busy tone, ring-back while somebody is called, music while everybody else has the call on hold or
 * it waits in a queue. Supervisors hear everybody, and are heard as they chose.
 *
 * A called telephone that rings with sound of its own (an announcement, another network's
 * ring-back) is heard by whoever would hear our ring-back tone, instead of it. Until it answers it
 * hears nothing: whoever calls is not to be heard before. */
#include "core/core_int.h"

#define BIT(state) (1u << (state))

/* It is called, and sounds before it answers. */
static bool sounds_early(const struct party *party)
{
    return party->state == PARTY_RINGING && party->leg && party->leg->party == party &&
           party->leg->has_sound && party_is_member(party);
}

static bool is_in_mix(const struct party *party)
{
    return party->leg && party->leg->party == party &&
           (party->leg->is_up || party->leg->is_offered || sounds_early(party));
}

bool party_reaches(const struct party *from, const struct party *to)
{
    if (from->is_muted_by_supervisor)
        return to->monitoring && to->monitors == from->number;
    if (from->monitoring == MONITORING_COACH)
        return to->number == from->monitors;
    return from->monitoring != MONITORING_LISTEN_IN;
}

static bool hears(const struct party *listener, const struct party *talker)
{
    return listener != talker && listener->state == PARTY_ESTABLISHED &&
           talker->state == PARTY_ESTABLISHED && !talker->is_muted &&
           party_reaches(talker, listener);
}

static bool has_early_sound(const struct call *call)
{
    LIST_EACH(it, &call->parties)
    if (sounds_early(LIST_OWNER(it, struct party, link)))
        return true;
    return false;
}

/* What the state asks for, whoever sounds by itself. */
static enum tone tone_for(const struct party *party)
{
    const struct call *call = party->call;
    size_t ringing = call_count(call, BIT(PARTY_RINGING));
    if (party->wait == WAIT_TONE)
        return TONE_BUSY;
    bool is_queued = call_is_queued(call);
    if (party->state == PARTY_DIALING && !is_queued)
        return ringing > 0 ? TONE_RINGBACK : TONE_NONE;
    if (party->state == PARTY_DIALING)
        return TONE_MUSIC;
    if (party->state != PARTY_ESTABLISHED ||
        call_count(call, BIT(PARTY_ESTABLISHED)) > party_is_member(party))
        return TONE_NONE;
    if (is_queued || call_count(call, BIT(PARTY_HELD)) > 0)
        return TONE_MUSIC;
    return ringing > 0 ? TONE_RINGBACK : TONE_NONE;
}

/* Whose call it is, as far as a recording goes: who began it, while it is in the call, else the
 * first who may. */
static const struct party *recorder_of(const struct call *call)
{
    const struct party *best = NULL;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        const struct device *device = party->device;
        if (!party_is_living(party) || !device)
            continue;
        if (party->number + 1 == call->recorder)
            return party;
        if (party->monitoring)
            continue;
        if (!best || (device->may_record && !best->device->may_record))
            best = party;
    }
    return best;
}

/* The agent is on the left, or, while its telephone is in another call, nobody. */
static uint64_t left_leg(const struct call *call)
{
    const struct party *party = call_is_recorded(call) ? recorder_of(call) : NULL;
    return party && is_in_mix(party) ? party->leg->id : 0;
}

void call_mix(struct turn *turn, struct call *call)
{
    const struct party *of[MIX_LEGS_MAX];
    size_t count = 0;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (is_in_mix(party) && count < MIX_LEGS_MAX)
            of[count++] = party;
    }
    if (count == 0 && (!call->is_over || call->recording == RECORDING_NONE))
        return;
    bool is_early = has_early_sound(call);
    struct mix_leg *legs = arena_zalloc(&turn->fx->arena, count * sizeof *legs);
    for (size_t i = 0; i < count; i++) {
        enum tone tone = tone_for(of[i]);
        bool hears_early = is_early && tone == TONE_RINGBACK;
        legs[i].leg = of[i]->leg->id;
        legs[i].tone = hears_early ? TONE_NONE : tone;
        for (size_t k = 0; k < count; k++)
            if (hears(of[i], of[k]) || (hears_early && sounds_early(of[k])))
                legs[i].hears |= 1u << k;
    }
    struct order *order = effects_order(turn, ORDER_MIX, 0);
    order->call = call->serial;
    order->is_urgent = call->is_urgent;
    order->call_id = arena_copy(&turn->fx->arena, slice_of(call->id));
    order->recording = call->is_over ? RECORDING_STOPPED : call->recording;
    order->left_leg = left_leg(call);
    order->legs = legs;
    order->leg_count = count;
    effects_order_done(turn, order);
}
