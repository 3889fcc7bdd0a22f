/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* POST /me/devices/{id or number}/calls: Dial (API reference 4.1). The reply never holds the new
 * call: it comes as the first notice. */
#include "api/api_int.h"

void v2_device_calls_post(const struct request *request)
{
    struct command command;
    const struct json *body;
    struct slice reason;
    enum err err = api_command_read(request, OP_ON_DEVICE_CALLS, &command, &body, &reason);
    if (err)
        api_refuse(request->x, err, reason);
    else
        api_do(request, &command, api_answer_done, NULL);
}
