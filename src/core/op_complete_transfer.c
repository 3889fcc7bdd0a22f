/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* CompleteTransfer: the requester leaves both calls, and who was consulted comes into the original;
 * also before it answered. (API reference 4.4.) */
#include "core/core_int.h"

enum err op_complete_transfer(struct turn *turn)
{
    return consult_complete(turn, CAUSE_TRANSFERRED);
}
