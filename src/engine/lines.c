/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Starting the line driver: first the legs that lived, then every order that no signal had
 * confirmed. What the driver finds different from that it says in signals, which queue meanwhile.
 * On the core thread, between two batches, so that what the core lends stays as it is. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"

struct legs {
    struct line_leg *legs;
    size_t count;
    size_t cap;
};

static void add_leg(void *ctx, const struct core_leg *leg)
{
    struct legs *l = ctx;
    enum leg_phase phase = leg->is_dropping  ? LEG_DROPPING
                           : leg->is_up      ? LEG_UP
                           : leg->is_offered ? LEG_OFFERED
                                             : LEG_CALLING;
    l->legs = mem_grow(l->legs, &l->cap, l->count + 1, sizeof *l->legs);
    l->legs[l->count++] = (struct line_leg){
        .leg = leg->leg, .phase = phase, .dn = leg->dn, .trunk = leg->trunk, .keep = leg->keep};
}

enum err engine_start_line(struct engine *e)
{
    const struct line_driver *line = e->options.line;
    struct legs l = {0};
    struct line_host host;
    engine_host(e, &host);
    core_each_leg(e->core, add_leg, &l);
    enum err err = line->start(line->self, &host, l.legs, l.count);
    log_line(err == ERR_OK ? LOG_INFO : LOG_ERROR, "engine.line", "driver=%s legs=%zu result=%s",
             line->name, l.count, err_row(err)->symbol);
    mem_free(l.legs);
    if (err != ERR_OK)
        return err;
    e->is_line_started = true;
    struct effects fx = {0};
    core_unconfirmed_orders(e->core, &fx);
    if (fx.order_count > 0)
        line->order(line->self, fx.orders, fx.order_count);
    effects_free(&fx);
    return ERR_OK;
}
