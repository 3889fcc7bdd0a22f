/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* CompleteConference: the consult call ends, and who was consulted comes into the original beside
 * the requester. (API reference 4.4.) */
#include "core/core_int.h"

enum err op_complete_conference(struct turn *turn)
{
    return consult_complete(turn, CAUSE_CONFERENCED);
}
