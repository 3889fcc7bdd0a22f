/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What an agent is: a function of what the agent asked for last (the intent) and of the work after
 * calls. Nothing stores "in a call", so nobody can be stuck in a call that is over. */
#include "core/core_int.h"

struct agent_state *user_state(const struct core *core, const struct user *user)
{
    if (!user->has_session)
        return NULL;
    bool wraps_up = user->wrap_up.node.index != 0;
    return wraps_up ? state_of_mode(core, AGENT_AFTER_CALL_WORK) : user->intent;
}

void user_set_intent(struct turn *turn, struct user *user, struct agent_state *state)
{
    if (user->intent != state || user->wrap_up.node.index != 0)
        user->idle_since_ms = turn->now_ms;
    heap_remove(&turn->core->deadlines, &user->wrap_up.node);
    user->intent = state;
    user_touch(turn->core, user);
}

bool user_has_telephone(const struct user *user)
{
    LIST_EACH(it, &user->devices)
    if (LIST_OWNER(it, struct device, of_owner)->is_registered)
        return true;
    return false;
}

void user_withdraw(struct turn *turn, struct user *user)
{
    if (user->intent->card->mode == AGENT_READY)
        user_set_intent(turn, user, state_of_mode(turn->core, AGENT_NOT_READY));
}

bool user_has_call(const struct user *user)
{
    LIST_EACH(it, &user->parties)
    if (party_is_living(LIST_OWNER(it, struct party, of_user)))
        return true;
    return false;
}

/* It goes on in another call, as after a consult call that became part of its parent. */
static bool goes_on(const struct user *user, const struct party *party)
{
    LIST_EACH(it, &user->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, of_user);
        if (party_is_living(other) && strcmp(other->previous_id, party->call->id) == 0)
            return true;
    }
    return false;
}

void user_call_over(struct turn *turn, const struct party *party)
{
    struct user *user = party->user;
    if (!user || !user->has_session || goes_on(user, party))
        return;
    if (party->has_talked)
        user->idle_since_ms = turn->now_ms;
    uint64_t wrap_up_ms = party->queue ? party->queue->config.item.wrap_up_ms : 0;
    if (user->is_vanished && !user_has_call(user))
        user_withdraw(turn, user);
    else if (party->has_talked && wrap_up_ms > 0 && user->intent->card->mode == AGENT_READY)
        heap_set(&turn->core->deadlines, &user->wrap_up.node, turn->now_ms + wrap_up_ms,
                 user_tie(user, DEADLINE_OF_WRAP_UP));
}

void user_check_telephone(struct turn *turn, struct user *user)
{
    user_touch(turn->core, user);
    if (!user_has_telephone(user))
        user_withdraw(turn, user);
}

void user_is_back(struct turn *turn, struct user *user)
{
    user->is_vanished = false;
    heap_remove(&turn->core->deadlines, &user->vanished.node);
    user_touch(turn->core, user);
}

void user_log_out(struct turn *turn, struct user *user)
{
    user_is_back(turn, user);
    user_set_intent(turn, user, state_of_mode(turn->core, AGENT_NOT_READY));
    user->has_session = false;
    place_leave(turn, user);
}

enum err device_disturb(struct turn *turn, bool is_dnd)
{
    struct user *user = turn->user;
    if (list_is_empty(&user->devices))
        return refuse(turn, ERR_STATE, "%s is not possible: the user has no device",
                      op_row(turn->command->op)->name);
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        if (!turn->device || turn->device == device)
            device->is_dnd = is_dnd;
    }
    user_touch(turn->core, user);
    return ERR_OK;
}
