/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A user's calls that are over: for a while a disposition is taken for them, long after the call
 * itself is forgotten. */
#include "base/mem.h"
#include "core/core_int.h"

static void forget(struct user *user, size_t index)
{
    user->past_count--;
    memmove(&user->past[index], &user->past[index + 1],
            (user->past_count - index) * sizeof *user->past);
}

static size_t index_of(const struct user *user, struct slice id)
{
    size_t i = 0;
    while (i < user->past_count && !slice_is(id, user->past[i].id))
        i++;
    return i;
}

void past_add(struct turn *turn, struct user *user, const struct call *call)
{
    size_t known = index_of(user, slice_of(call->id));
    if (known < user->past_count)
        forget(user, known);
    else if (user->past_count == PAST_CALLS_MAX)
        forget(user, 0);
    user->past = mem_grow(user->past, &user->past_cap, user->past_count + 1, sizeof *user->past);
    struct past_call *past = &user->past[user->past_count++];
    *past = (struct past_call){.ended_ms = turn->now_ms};
    memcpy(past->id, call->id, sizeof past->id);
}

bool past_has(const struct turn *turn, const struct user *user, struct slice id)
{
    size_t i = index_of(user, id);
    return i < user->past_count &&
           turn->now_ms < user->past[i].ended_ms + turn->core->limits.disposition_ms;
}
