/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Where a direct call goes when its telephone forwards calls: as its user had us do before, or as
 * the telephone itself says when it is rung (SIP: 302). Both count as the same hops. */
#include "core/core_int.h"

struct forwarding forward_follow(const struct core *core, const char *dn, uint32_t hops)
{
    struct forwarding to = {.dn = dn, .hops = hops};
    for (;;) {
        to.device = device_find(core, number_slice(to.dn));
        if (!to.device || to.device->forward_to[0] == '\0')
            return to;
        if (to.hops == HOPS_MAX) {
            to.is_endless = true;
            return to;
        }
        to.by = to.device;
        to.dn = to.device->forward_to;
        to.hops++;
    }
}

/* Direct calls only, and not what rings its transferor or holder again: that would be lost. */
static bool can_redirect(const struct party *party)
{
    return party->device && !party->monitoring && !party->has_talked &&
           (party->state == PARTY_INVITED || party->state == PARTY_RINGING) &&
           !queue_waiting_party(party);
}

/* CAUSE_NONE: the number can be called instead. */
static enum cause check_redirection(const struct core *core, const struct party *party,
                                    struct slice written, struct number *out)
{
    if (written.len > NUMBER_MAX || number_dialled(core, written, out) == NUMBER_INVALID)
        return CAUSE_UNREACHABLE;
    if (out->kind == NUMBER_EMERGENCY ||
        (out->kind == NUMBER_OUTSIDE && !transit_is_free(party->user, party->call, party)))
        return CAUSE_UNREACHABLE;
    if (party->hops >= HOPS_MAX)
        return CAUSE_BUSY;
    return party->call->next_party < CALL_PARTIES_MAX ? CAUSE_NONE : CAUSE_FAILED;
}

/* The telephone has its part in the call, and its user may have been told that it rings: so whoever
 * is called instead gets a part of its own. */
static void call_instead(struct turn *turn, struct party *party, const struct number *to)
{
    struct call *call = party->call;
    struct party *next = party_create(turn, call, slice_of(to->digits), party_inviter(party));
    bool was_shown = party->is_shown;
    next->hops = party->hops + 1;
    memcpy(next->dnis, party->dnis, sizeof next->dnis);
    party_release(turn, party, CAUSE_TRANSFERRED);
    party->is_shown = false;
    next->is_shown = was_shown;
    if (to->kind == NUMBER_OUTSIDE)
        party_goes_outside(next);
    call_changed(call);
    party_call_told(turn, next);
    if (!call->is_over)
        call_mix(turn, call);
}

void telephone_redirects(struct turn *turn, struct leg *leg, struct slice written, enum cause cause)
{
    struct party *party = leg->party;
    struct number to;
    bool is_heard = party && can_redirect(party);
    if (is_heard)
        cause = check_redirection(turn->core, party, written, &to);
    else if (party && queue_waiting_party(party))
        cause = CAUSE_NO_ANSWER;
    if (!is_heard || cause != CAUSE_NONE) {
        telephone_is_gone(turn, leg, cause);
        return;
    }
    leg_free(turn->core, leg);
    device_touch(turn->core, party->device);
    call_instead(turn, party, &to);
}
