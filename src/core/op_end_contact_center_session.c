/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* EndContactCenterSession: logs the agent out of voice. A call that is up stays up.
 * (Platform reference 3.2.) */
#include "core/core_int.h"

enum err op_end_contact_center_session(struct turn *turn)
{
    if (turn->user->has_session)
        user_log_out(turn, turn->user);
    return ERR_OK;
}
