/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* StartContactCenterSession: logs the agent in for voice, on the own devices or at a place.
 * (Platform reference 3.1.) */
#include "core/core_int.h"

enum err op_start_contact_center_session(struct turn *turn)
{
    struct user *user = turn->user;
    if (!turn->command->voice)
        return refuse(turn, ERR_NOT_FOUND, "channels names no channel that exists here: voice");
    enum err err = place_enter(turn);
    if (err)
        return err;
    if (user->is_vanished)
        user_is_back(turn, user);
    if (user->has_session)
        return ERR_OK;
    user->has_session = true;
    user_set_intent(turn, user, state_of_mode(turn->core, AGENT_NOT_READY));
    return ERR_OK;
}
