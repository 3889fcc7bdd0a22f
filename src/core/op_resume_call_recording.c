/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* ResumeCallRecording: ends PauseCallRecording. Everybody on the call is told.
 * (API reference 6.) */
#include "core/core_int.h"

enum err op_resume_call_recording(struct turn *turn)
{
    call_record(turn, turn->party->call, RECORDING_ON);
    return ERR_OK;
}
