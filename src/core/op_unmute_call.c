/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* UnmuteCall: ends MuteCall. (API reference 4.1 UnmuteCall.) */
#include "core/core_int.h"

enum err op_unmute_call(struct turn *turn)
{
    turn->party->is_muted = false;
    party_changes(turn, turn->party, turn->party->state);
    return ERR_OK;
}
