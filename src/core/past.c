/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A user's calls that are over: for a while a disposition is taken for them, long after the call
 * itself is forgotten. */
#include "base/mem.h"
#include "core/core_int.h"

static void forget(struct user *user, size_t index)
{
    user->past_count--;
    for (size_t i = index; i < user->past_count; i++)
        user->past[i] = user->past[i + 1];
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
    struct past_call past = {.serial = call->serial, .ended_ms = turn->now_ms};
    memcpy(past.id, call->id, sizeof past.id);
    size_t known = index_of(user, slice_of(past.id));
    if (known < user->past_count)
        forget(user, known);
    else if (user->past_count == PAST_CALLS_MAX)
        forget(user, 0);
    user->past = mem_grow(user->past, &user->past_cap, user->past_count + 1, sizeof *user->past);
    user->past[user->past_count++] = past;
}

const struct past_call *past_find(const struct turn *turn, const struct user *user, struct slice id)
{
    size_t i = index_of(user, id);
    bool is_taken = i < user->past_count &&
                    turn->now_ms < user->past[i].ended_ms + turn->core->limits.disposition_ms;
    return is_taken ? &user->past[i] : NULL;
}
