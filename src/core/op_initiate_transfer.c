/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* InitiateTransfer: the call is held, and a consult call to the destination begins on the same
 * telephone. (API reference 4.4.) */
#include "core/core_int.h"

enum err op_initiate_transfer(struct turn *turn)
{
    return consult_begin(turn, false);
}
