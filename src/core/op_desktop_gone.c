/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An agent's last desktop went without ending the session. Calls go on; the agent is NotReady when
 * they have ended, and logged out when nobody comes back for long. */
#include "core/core_int.h"

enum err op_desktop_gone(struct turn *turn)
{
    struct user *user = turn->user;
    uint64_t vanished_ms = turn->core->limits.vanished_ms;
    if (!user->has_session || user->is_vanished)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    user->is_vanished = true;
    if (vanished_ms > 0)
        heap_set(&turn->core->deadlines, &user->vanished.node, turn->now_ms + vanished_ms,
                 user_tie(user, DEADLINE_OF_VANISHED));
    if (!user_has_call(user))
        user_withdraw(turn, user);
    return ERR_OK;
}
