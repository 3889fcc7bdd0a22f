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
    heap_remove(&turn->core->deadlines, &user->wrap_up.node);
    if (user->intent != state)
        user->idle_since_ms = turn->now_ms;
    user->intent = state;
    user_touch(turn->core, user);
}
