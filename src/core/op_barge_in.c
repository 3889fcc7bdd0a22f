/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* BargeIn: arms a supervisor's device: it is rung into the calls of the monitored one, from the one
 * that is up now, and takes part like everybody. (API reference 5.1.) */
#include "core/core_int.h"

enum err op_barge_in(struct turn *turn)
{
    enum err err = monitor_arm(turn, MONITORING_BARGE_IN);
    if (!err)
        monitor_begin_now(turn, turn->device->monitors);
    return err;
}
