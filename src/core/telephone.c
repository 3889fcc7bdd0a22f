/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One telephone, several calls. A consult, a swap or an Answer while a call is up borrows the leg
 * that is up: the telephone keeps its one dialog, and who is heard on it changes. The others of the
 * leg rest: they hold, or wait for somebody to answer. When the telephone hangs up, what is heard
 * ends, and what rests rings it again: nobody is lost (decisions: one telephone, several calls). */
#include "core/core_int.h"

bool party_is_held_by_telephone(const struct party *party)
{
    return party->leg && party->leg->party == party && party->leg->is_held;
}

bool party_is_retrievable(const struct party *party)
{
    const struct device *device = party->device;
    return device && party->leg && device->remote_answer != REMOTE_ANSWER_NONE &&
           (party->leg->talks || device->talks);
}

struct leg *device_leg(const struct device *device)
{
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        if (party->leg && party->leg->is_up && !party->leg->is_held)
            return party->leg;
    }
    return NULL;
}

static void tell(struct turn *turn, struct party *party)
{
    effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, WITH_EXTENSIONS);
}

void telephone_rests(struct turn *turn, const struct party *but, struct notice_extras extras)
{
    if (!but->device)
        return;
    LIST_EACH(it, &but->device->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, of_device);
        if (party == but || party->state != PARTY_ESTABLISHED)
            continue;
        party_set_state(turn, party, PARTY_HELD);
        call_mix(turn, party->call);
        effects_call_notice(turn, party, NOTICE_STATUS_CHANGE, extras);
    }
}

void telephone_takes(struct turn *turn, struct party *party)
{
    telephone_rests(turn, party, WITH_EXTENSIONS);
    party->leg->party = party;
    call_touch(turn->core, party->call);
}

void telephone_borrows(struct turn *turn, struct party *party, struct leg *leg)
{
    struct leg *ringing = party->leg;
    leg_leave(turn->core, party);
    if (!ringing->party)
        leg_drop(turn, ringing, CAUSE_HANGUP);
    leg_join(leg, party);
    party_answers(turn, party);
}

/* What the loss of a leg means, by what its party was doing. */
static enum cause cause_of_loss(const struct party *party, bool was_up, enum cause cause)
{
    switch (party->state) {
    case PARTY_INVITED:
    case PARTY_RINGING:
        return cause == CAUSE_HANGUP ? CAUSE_REJECTED : cause;
    case PARTY_DIALING:
        return was_up || cause == CAUSE_HANGUP ? CAUSE_ABANDONED : cause;
    default:
        return cause == CAUSE_FAILED ? CAUSE_FAILED : CAUSE_HANGUP;
    }
}

/* Who holds rings its telephone again; several of them with one leg. */
static void ring_again(struct turn *turn, struct party *party, struct leg **leg)
{
    const struct party *from = party;
    LIST_EACH(it, &party->call->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, link);
        if (from == party && other != party && party_is_living(other))
            from = other;
    }
    if (*leg)
        leg_join(*leg, party);
    else
        *leg = leg_ring(turn, party, from->dn, false);
    party_set_state(turn, party, PARTY_RINGING);
    party_wait_for(turn, party, WAIT_NO_ANSWER, turn->core->limits.no_answer_ms);
    call_mix(turn, party->call);
    tell(turn, party);
}

struct resting {
    struct party *list[LEG_PARTIES_MAX];
    size_t count;
};

static void take_resting(const struct leg *leg, const struct party *but, struct resting *out)
{
    out->count = 0;
    LIST_EACH(it, &leg->parties)
    if (LIST_OWNER(it, struct party, of_leg) != but && out->count < LEG_PARTIES_MAX)
        out->list[out->count++] = LIST_OWNER(it, struct party, of_leg);
}

/* They have no leg any more. */
static void ring_all_again(struct turn *turn, const struct resting *resting, bool was_up,
                           enum cause cause)
{
    struct leg *again = NULL;
    for (size_t i = 0; i < resting->count; i++) {
        struct party *party = resting->list[i];
        if (was_up && party->state == PARTY_HELD && party->device && party->device->is_registered)
            ring_again(turn, party, &again);
        else
            party_quits(turn, party, cause_of_loss(party, was_up, cause));
    }
}

void telephone_is_gone(struct turn *turn, struct leg *leg, enum cause cause)
{
    struct resting resting;
    struct party *heard = leg->party;
    bool was_up = leg->is_up || leg->is_offered;
    take_resting(leg, heard, &resting);
    leg_free(turn->core, leg);
    if (heard && heard->device)
        device_touch(turn->core, heard->device);
    if (heard)
        party_quits(turn, heard, cause_of_loss(heard, was_up, cause));
    ring_all_again(turn, &resting, was_up, cause);
}

void telephone_lets_go(struct turn *turn, struct leg *leg)
{
    struct resting resting;
    if (!leg->party)
        return; /* nothing rests on it: it is being dropped already */
    take_resting(leg, NULL, &resting);
    device_touch(turn->core, leg->party->device);
    leg_drop(turn, leg, CAUSE_TRANSFERRED);
    ring_all_again(turn, &resting, true, CAUSE_HANGUP);
}

void telephone_refuses(struct turn *turn, struct leg *leg)
{
    struct party *party = leg->party;
    leg->is_answer_pending = false;
    if (party->wait == WAIT_RETRIEVE)
        party_wait_for(turn, party, WAIT_NOTHING, 0);
    call_touch(turn->core, party->call);
    effects_call_notice(
        turn, party, NOTICE_CALL_ERROR,
        (struct notice_extras){
            .error = ERR_INTERNAL,
            .error_text = leg->is_up ? "Retrieve failed: the telephone did not take the call back"
                                     : "Answer failed: the telephone did not go off hook",
        });
}

void telephone_returns(struct turn *turn, struct leg *leg)
{
    telephone_rests(turn, leg->party, WITH_EXTENSIONS);
    LIST_EACH(it, &leg->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, of_leg);
        party_wait_for(turn, party, WAIT_NOTHING, 0);
        party_set_state(turn, party, party == leg->party ? PARTY_ESTABLISHED : PARTY_HELD);
        call_mix(turn, party->call);
    }
    LIST_EACH(it, &leg->parties)
    tell(turn, LIST_OWNER(it, struct party, of_leg));
}
