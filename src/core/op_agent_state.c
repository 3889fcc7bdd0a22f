/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Ready, NotReady, AfterCallWork, AuxWork, and each state of the configuration by its own name:
 * what the agent asks for, on whichever address. The change itself is told by notices; asking for
 * what is already accepted tells nothing. (Platform reference 4.) */
#include "core/core_int.h"

static struct agent_state *wanted(const struct turn *turn)
{
    const char *name = op_row(turn->command->op)->name;
    return state_find(turn->core, name ? slice_of(name) : turn->command->text);
}

/* A telephone that is not there could not be rung by a queue. */
static enum err check_telephone(struct turn *turn, const struct agent_state *state)
{
    const struct user *user = turn->user;
    if (list_is_empty(&user->devices))
        return refuse(turn, ERR_STATE, "%.*s is not possible: the user has no device",
                      (int)state->card->operation_name.len, state->card->operation_name.ptr);
    if (user_has_telephone(user))
        return ERR_OK;
    const struct device *device =
        turn->device ? turn->device : LIST_OWNER(user->devices.next, struct device, of_owner);
    return refuse(turn, ERR_NOT_REGISTERED, "Device '%s' is not registered.", device->dn);
}

enum err op_agent_state(struct turn *turn)
{
    struct user *user = turn->user;
    struct agent_state *state = wanted(turn);
    if (!state)
        return refuse(turn, ERR_INVALID, "operationName '%s' is no operation and no agent state",
                      shown(turn, turn->command->text));
    if (!user->has_session)
        return refuse(turn, ERR_STATE,
                      "%.*s is not possible: there is no contact-center session; start one first",
                      (int)state->card->operation_name.len, state->card->operation_name.ptr);
    enum err err = state->card->mode == AGENT_READY ? check_telephone(turn, state) : ERR_OK;
    if (err)
        return err;
    if (user->is_vanished && state->card->mode == AGENT_READY)
        user_is_back(turn, user); /* whoever asks for calls is there */
    user_set_intent(turn, user, state);
    return ERR_OK;
}
