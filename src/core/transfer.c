/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Transfers at one stroke, and what the telephone's own transfer button means: to a number what
 * SingleStepTransfer of that call would be, between two lines of the telephone what
 * CompleteTransfer would be if the one were a consult call about the other. So everybody is told
 * the same, whoever did it. What the API would refuse is refused to the button, too, and then
 * nothing is changed.
 *
 * After it the telephone is let go. What rests on one of its lines rings it again, as when it hangs
 * up there. (decisions: a transfer whose target fails.) */
#include "core/core_int.h"

#define TALKING (1u << PARTY_ESTABLISHED | 1u << PARTY_HELD)

void party_transfers(struct turn *turn, struct party *party, struct slice destination)
{
    struct call *call = party->call;
    party_release(turn, party, CAUSE_TRANSFERRED);
    party->is_shown = false;
    call_add(turn, call, party, destination, true);
    if (call->is_over || party->recall != 0) /* it failed at once, and they were told */
        return;
    call_mix(turn, call);
    party_tell_others(turn, party);
}

/* --- by the telephone's button --- */

static void order_transfer(struct turn *turn, const struct leg *leg, enum cause cause)
{
    struct order *order = effects_order(turn, ORDER_TRANSFER, leg->id);
    order->is_urgent = leg->is_urgent;
    order->cause = cause;
    effects_order_done(turn, order);
}

/* Nobody outside transfers, and no supervisor whom not everybody hears: it talks to nobody. */
static bool is_transferor(const struct leg *leg)
{
    const struct party *party = leg->party;
    return leg->is_up && party && party->device && !party_is_silent(party) &&
           op_is_accepted(OP_SINGLE_STEP_TRANSFER, party);
}

static enum cause to_number(struct turn *turn, struct leg *leg)
{
    struct slice dialled = turn->input->signal.number;
    struct party *party = leg->party;
    struct number number;
    if (!is_transferor(leg))
        return CAUSE_REJECTED;
    if (dialled.len > NUMBER_MAX || number_dialled(turn->core, dialled, &number) == NUMBER_INVALID)
        return CAUSE_UNREACHABLE;
    if (number.kind == NUMBER_OUTSIDE && !transit_is_free(party->user, party->call, party))
        return CAUSE_REJECTED;
    if (call_is_full(party->call))
        return CAUSE_FAILED;
    order_transfer(turn, leg, CAUSE_NONE);
    party_transfers(turn, party, slice_of(number.digits));
    telephone_lets_go(turn, leg);
    return CAUSE_NONE;
}

/* Somebody is in both calls, and would talk to itself. */
static bool share_a_telephone(const struct call *call, const struct call *other,
                              const struct device *but)
{
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (party_is_living(party) && party->device && party->device != but &&
            device_is_in(party->device, other))
            return true;
    }
    return false;
}

static enum cause to_line(struct turn *turn, struct leg *leg, struct leg *other)
{
    struct consult pair = {leg->party, other ? other->party : NULL};
    if (!is_transferor(leg) || !pair.party || pair.party->device != pair.original->device ||
        pair.party->call == pair.original->call || party_is_silent(pair.party) ||
        !((TALKING | 1u << PARTY_DIALING) >> pair.party->state & 1) || !consult_has_callee(&pair) ||
        share_a_telephone(pair.party->call, pair.original->call, pair.party->device) ||
        !transit_may_join(&pair))
        return CAUSE_REJECTED;
    if (!consult_has_room(&pair, CAUSE_TRANSFERRED))
        return CAUSE_FAILED;
    order_transfer(turn, leg, CAUSE_NONE);
    consult_join(turn, &pair, CAUSE_TRANSFERRED);
    telephone_lets_go(turn, leg);
    telephone_lets_go(turn, other);
    return CAUSE_NONE;
}

enum err transfer_by_telephone(struct turn *turn, struct leg *leg)
{
    uint64_t other = turn->input->signal.other;
    enum cause cause =
        other != 0 ? to_line(turn, leg, leg_find(turn->core, other)) : to_number(turn, leg);
    if (cause != CAUSE_NONE)
        order_transfer(turn, leg, cause);
    return ERR_OK; /* also when it was refused: the telephone is to hear so */
}
