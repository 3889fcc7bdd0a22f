/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who hears whom: each leg remembers what the last table that named it said. A leg that has gone to
 * another call is in that one's table only, so a later table of its old call does not touch it; a
 * leg that the table of its own call names no more is silent. */
#include "base/json.h"
#include "base/mem.h"
#include "line/sim/sim_int.h"

void sim_mix_leave(struct sim *sim, struct sim_leg *leg)
{
    struct sim_call *call = leg->call;
    leg->call = NULL;
    leg->tone = TONE_NONE;
    buf_reset(&leg->hears);
    list_remove(&leg->of_call);
    if (!call || !list_is_empty(&call->legs))
        return;
    map_remove(&sim->call_by_number, map_key_u64(&call->number));
    buf_free(&call->id);
    mem_free(call);
}

static struct sim_call *call_get(struct sim *sim, uint64_t number)
{
    struct sim_call *call = map_get(&sim->call_by_number, map_key_u64(&number));
    if (call)
        return call;
    call = mem_zalloc(sizeof *call);
    call->number = number;
    list_init(&call->legs);
    map_put(&sim->call_by_number, map_key_u64(&call->number), call);
    return call;
}

static void join(struct sim *sim, struct sim_leg *leg, const struct order *order)
{
    sim_mix_leave(sim, leg);
    leg->call = call_get(sim, order->call);
    list_append(&leg->call->legs, &leg->of_call);
    leg->call->recording = order->recording;
    buf_reset(&leg->call->id);
    buf_slice(&leg->call->id, order->call_id);
}

static void hear(const struct sim *sim, struct sim_leg *leg, const struct order *order, size_t row)
{
    leg->tone = order->legs[row].tone;
    for (size_t k = 0; k < order->leg_count; k++) {
        const struct sim_leg *other = sim_leg_find(sim, order->legs[k].leg);
        if (!other || !(order->legs[row].hears >> k & 1))
            continue;
        if (leg->hears.len > 0)
            buf_char(&leg->hears, ',');
        json_write_string(&leg->hears, other->phone->number);
    }
}

void sim_mix(struct sim *sim, const struct order *order)
{
    struct sim_call *call = map_get(&sim->call_by_number, map_key_u64(&order->call));
    while (call) {
        struct list *first = call->legs.next;
        bool is_last = first->next == &call->legs; /* it takes the call with it */
        sim_mix_leave(sim, LIST_OWNER(first, struct sim_leg, of_call));
        if (is_last)
            call = NULL;
    }
    for (size_t i = 0; i < order->leg_count; i++) {
        struct sim_leg *leg = sim_leg_find(sim, order->legs[i].leg);
        if (!leg)
            continue;
        join(sim, leg, order);
        hear(sim, leg, order, i);
    }
}

void sim_mix_press(struct sim *sim, const struct sim_leg *leg, struct slice digits)
{
    if (!leg->call)
        return;
    struct buf number = {0};
    json_write_string(&number, leg->phone->number);
    LIST_EACH(it, &leg->call->legs)
    {
        struct sim_leg *other = LIST_OWNER(it, struct sim_leg, of_call);
        struct slice hears = buf_view(&other->hears);
        if (memmem(hears.ptr, hears.len, number.ptr, number.len))
            sim_leg_take_digits(sim, other, digits);
    }
    buf_free(&number);
}
