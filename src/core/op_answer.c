/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Answer: asks the ringing telephone to go off hook by itself. The state changes when the telephone
 * has done so; asking again meanwhile is accepted and asks nothing new. (API reference 4.1.) */
#include "core/core_int.h"

enum err op_answer(struct turn *turn)
{
    leg_answer(turn, turn->party->leg);
    return ERR_OK;
}
