/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* POST /me/devices/{id or number}/calls: Dial (API reference 4.1). The reply never holds the new
 * call: it comes as the first notice. */
#include "api/api_int.h"

void v2_device_calls_post(const struct request *request)
{
    api_operate(request, OP_ON_DEVICE_CALLS);
}
