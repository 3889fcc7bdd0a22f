/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /api/v2/diagnostics/version (platform reference 1.8). Needs no credentials: clients ask it
 * first, to find out whether somebody is there. "demo" is ours: the page then says with what to log
 * in. */
#include "api/api_int.h"

void v2_version_get(const struct request *request)
{
    struct buf body = {0};
    struct json_writer w = json_begin_object(&body);
    json_i64(&w, "statusCode", 0);
    json_text(&w, "version", request->api->options.version);
    if (request->api->options.is_demo)
        json_bool(&w, "demo", true);
    json_end_object(&w);
    api_answer(request->x, &body, NULL);
    buf_free(&body);
}
