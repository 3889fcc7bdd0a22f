/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* StartCallRecording: records the call from now on, until it ends or somebody stops it. Everybody
 * on the call is told. (API reference 6.) */
#include "core/core_int.h"

enum err op_start_call_recording(struct turn *turn)
{
    call_record(turn, turn->party->call, RECORDING_ON);
    return ERR_OK;
}
