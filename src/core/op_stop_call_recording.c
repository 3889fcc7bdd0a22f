/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* StopCallRecording: ends the recording; StartCallRecording may begin another. Everybody on the
 * call is told. (API reference 6.) */
#include "core/core_int.h"

enum err op_stop_call_recording(struct turn *turn)
{
    call_record(turn, turn->party->call, RECORDING_STOPPED);
    return ERR_OK;
}
