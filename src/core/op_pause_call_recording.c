/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* PauseCallRecording: leaves out of the recording what is said until ResumeCallRecording. Everybody
 * on the call is told. (API reference 6.) */
#include "core/core_int.h"

enum err op_pause_call_recording(struct turn *turn)
{
    call_record(turn, turn->party->call, RECORDING_PAUSED);
    return ERR_OK;
}
