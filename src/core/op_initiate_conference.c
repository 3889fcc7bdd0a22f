/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* InitiateConference: as InitiateTransfer; the held call can be retrieved meanwhile. Either may be
 * completed as the other. (API reference 4.4.) */
#include "core/core_int.h"

enum err op_initiate_conference(struct turn *turn)
{
    return consult_begin(turn, true);
}
