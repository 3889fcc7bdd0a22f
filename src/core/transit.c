/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls that are left to outside numbers alone: they cost the site money, hold two of its channels
 * and nobody of the house hears how long. So who brings two outside numbers together and leaves, by
 * a transfer, by hanging up or by a telephone that forwards, needs a right to it; and such a call
 * is cleared when its time is over, whoever made it. What the site's own configuration sends on (a
 * queue's overflow, a trunk's numbers) needs no right, but has the same time. */
#include "core/core_int.h"

/* Without the party but somebody is in the call, and nobody of the house. The emergency service is
 * none of those who cost: whoever is put through to it talks as long as need be. */
static bool leaves_outside(const struct call *call, const struct party *but)
{
    bool is_any = false;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (!party_is_living(party) || !party_is_member(party) || party == but)
            continue;
        if (!party->is_outside || party->is_urgent)
            return false;
        is_any = true;
    }
    return is_any;
}

bool transit_is_free(const struct user *user, const struct call *call, const struct party *but)
{
    return (user && user->may_connect_outside) || !leaves_outside(call, but);
}

bool transit_may_join(const struct consult *consult)
{
    const struct user *user = consult->original->user;
    return (user && user->may_connect_outside) ||
           !leaves_outside(consult->original->call, consult->original) ||
           !leaves_outside(consult->party->call, consult->party);
}

enum err transit_refuse(struct turn *turn)
{
    return refuse(turn, ERR_PERMISSION,
                  "only outside numbers would be left in the call, and %.*s may not connect them",
                  (int)turn->user->card->name.len, turn->user->card->name.ptr);
}

bool transit_is_timed(const struct core *core, const struct call *call)
{
    return core->limits.transit_ms > 0 && call_living(call) > 1 && leaves_outside(call, NULL);
}

void transit_settle(struct turn *turn, struct call *call)
{
    if (call->is_over)
        return;
    struct heap *deadlines = &turn->core->deadlines;
    bool is_transit = transit_is_timed(turn->core, call);
    bool was_transit = call->deadline.node.index != 0;
    if (is_transit && !was_transit)
        heap_set(deadlines, &call->deadline.node, turn->now_ms + turn->core->limits.transit_ms,
                 call->serial << 16);
    else if (!is_transit && was_transit)
        heap_remove(deadlines, &call->deadline.node);
}
