/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* CancelSupervisorMonitoring: no further call is monitored. The one in which the supervisor is goes
 * on until the supervisor hangs up. (API reference 5.1.) */
#include "core/core_int.h"

enum err op_cancel_supervisor_monitoring(struct turn *turn)
{
    if (!turn->device->monitoring)
        return refuse(turn, ERR_STATE,
                      "CancelSupervisorMonitoring is not possible: the device monitors nobody");
    monitor_disarm(turn, turn->device);
    return ERR_OK;
}
