/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* MuteCall: nobody hears the requester until UnmuteCall. Told by a StatusChange whose state is
 * unchanged. (API reference 4.1 MuteCall.) */
#include "core/core_int.h"

enum err op_mute_call(struct turn *turn)
{
    turn->party->is_muted = true;
    party_changes(turn, turn->party, turn->party->state);
    return ERR_OK;
}
