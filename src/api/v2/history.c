/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/history/calls and GET /history/calls: calls that are over, and those that are not but in
 * which somebody's part is; our addition. The store is asked, and not the core. */
#include "api/api_int.h"

static const struct api_listing history = {
    .key = "calls",
    .render = api_render_past_call,
    .for_whom = "the history of all calls is for supervisors and administrators",
};

void v2_my_history_get(const struct request *request)
{
    api_search_own(request, &history);
}

void v2_history_get(const struct request *request)
{
    api_search_all(request, &history);
}
