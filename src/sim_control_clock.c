/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Winding the clock. The answer waits until all that it caused is durable. */
#include "sim_control_int.h"

#include "base/list.h"
#include "base/mem.h"
#include "engine/ticket.h"

#define ADVANCE_MAX_MS (UINT64_C(366) * 86400 * 1000)

struct winding {
    struct ticket ticket;
    struct exchange *x;
};

static void winding_done(struct ticket *ticket, struct reply *reply)
{
    struct winding *winding = LIST_OWNER(ticket, struct winding, ticket);
    struct exchange *x = winding->x;
    mem_free(winding);
    if (reply->err)
        api_refuse(x, reply->err, reply->reason);
    else
        sim_control_answer(x, SLICE("{\"statusCode\":0}"));
}

void sim_control_clock(struct engine *engine, struct exchange *x)
{
    if (!slice_is(x->method, "POST")) {
        exchange_refuse_method(x, "POST");
        return;
    }
    const struct json *body = sim_control_body(x);
    if (!body)
        return;
    const struct json *advance = json_get(body, "advanceMs");
    unsigned long long ms;
    if (!json_is(advance, JSON_NUMBER) || !slice_to_u64(advance->raw, ADVANCE_MAX_MS, &ms)) {
        api_refuse(x, advance ? ERR_INVALID : ERR_MISSING,
                   arena_printf(x->arena, "advanceMs must be a whole number of 0 to %ju",
                                (uintmax_t)ADVANCE_MAX_MS));
        return;
    }
    struct winding *winding = mem_zalloc(sizeof *winding);
    *winding = (struct winding){{winding_done}, x};
    enum err err = engine_advance(engine, ms, &winding->ticket);
    if (err)
        winding_done(&winding->ticket, &(struct reply){.err = err});
}
