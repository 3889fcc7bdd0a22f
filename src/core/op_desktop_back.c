/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The agent has a desktop again. Whether it is Ready is for the agent to say, unless it never
 * ceased to be. */
#include "core/core_int.h"

enum err op_desktop_back(struct turn *turn)
{
    struct user *user = turn->user;
    if (!user->has_session || !user->is_vanished)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    user_is_back(turn, user);
    return ERR_OK;
}
