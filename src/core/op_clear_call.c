/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ClearCall: releases every party of the call. Clearing what was released a moment ago does
 * nothing. (API reference 4.1 ClearCall.) */
#include "core/core_int.h"

enum err op_clear_call(struct turn *turn)
{
    call_end(turn, turn->party->call, CAUSE_CLEARED);
    return ERR_OK;
}
