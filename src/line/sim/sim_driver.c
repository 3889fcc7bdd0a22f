/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The driver's side: taking orders. Each is done at once and answered by a signal at once, so a
 * simulated telephone needs no clock of its own. What must survive a restart (who is on the other
 * end) is given to the core to keep and comes back in start. */
#include "base/codec.h"
#include "base/mem.h"
#include "line/sim/sim_int.h"

struct sim_phone *sim_phone_find(const struct sim *sim, struct slice dn)
{
    return map_get(&sim->phone_by_dn, dn);
}

struct sim_leg *sim_leg_find(const struct sim *sim, uint64_t id)
{
    return map_get(&sim->leg_by_id, map_key_u64(&id));
}

struct sim_leg *sim_leg_create(struct sim *sim, struct sim_phone *phone, uint64_t id,
                               enum sim_state state, struct slice other)
{
    struct sim_leg *leg = mem_zalloc(sizeof *leg);
    leg->id = id;
    leg->phone = phone;
    leg->state = state;
    size_t len = other.len < sizeof leg->other ? other.len : sizeof leg->other - 1;
    if (len > 0)
        memcpy(leg->other, other.ptr, len);
    list_append(&phone->legs, &leg->link);
    map_put(&sim->leg_by_id, map_key_u64(&leg->id), leg);
    return leg;
}

void sim_leg_free(struct sim *sim, struct sim_leg *leg)
{
    map_remove(&sim->leg_by_id, map_key_u64(&leg->id));
    list_remove(&leg->link);
    buf_free(&leg->dtmf);
    buf_free(&leg->hears);
    mem_free(leg);
}

void sim_leg_keep(const struct sim_leg *leg, struct buf *out)
{
    enc_bytes(out, slice_of(leg->other));
    enc_bytes(out, buf_view(&leg->dtmf));
}

static void tell(struct sim *sim, const struct signal *signal)
{
    sim->host.signal(sim->host.ctx, signal);
}

void sim_leg_answer(struct sim *sim, struct sim_leg *leg)
{
    struct buf keep = {0};
    leg->state = SIM_UP;
    sim_leg_keep(leg, &keep);
    tell(sim, &(struct signal){.kind = SIGNAL_ANSWERED, .leg = leg->id, .keep = buf_view(&keep)});
    buf_free(&keep);
}

void sim_leg_end(struct sim *sim, struct sim_leg *leg, enum cause cause)
{
    uint64_t id = leg->id;
    sim_leg_free(sim, leg);
    tell(sim, &(struct signal){.kind = SIGNAL_GONE, .leg = id, .cause = cause});
}

static void order_ring(struct sim *sim, const struct order *order)
{
    struct sim_phone *phone = sim_phone_find(sim, order->dn);
    if (!phone || !phone->is_registered) {
        tell(sim,
             &(struct signal){.kind = SIGNAL_GONE, .leg = order->leg, .cause = CAUSE_UNREACHABLE});
        return;
    }
    if (sim_leg_find(sim, order->leg))
        return;
    struct sim_leg *leg = sim_leg_create(sim, phone, order->leg, SIM_RINGING, order->from);
    if (order->auto_answer)
        sim_leg_answer(sim, leg);
    else
        tell(sim, &(struct signal){.kind = SIGNAL_RINGING, .leg = leg->id, .talks = true});
}

static void order_drop(struct sim *sim, const struct order *order)
{
    struct sim_leg *leg = sim_leg_find(sim, order->leg);
    if (leg)
        sim_leg_end(sim, leg, CAUSE_HANGUP);
    else
        tell(sim, &(struct signal){.kind = SIGNAL_GONE, .leg = order->leg, .cause = CAUSE_HANGUP});
}

static void order_mix(struct sim *sim, const struct order *order)
{
    for (size_t i = 0; i < order->leg_count; i++) {
        struct sim_leg *leg = sim_leg_find(sim, order->legs[i].leg);
        if (!leg)
            continue;
        leg->tone = order->legs[i].tone;
        buf_reset(&leg->hears);
        for (size_t k = 0; k < order->leg_count; k++) {
            const struct sim_leg *other = sim_leg_find(sim, order->legs[k].leg);
            if (other && order->legs[i].hears >> k & 1)
                buf_printf(&leg->hears, "%s\"%.*s\"", leg->hears.len > 0 ? "," : "",
                           (int)other->phone->dn.len, other->phone->dn.ptr);
        }
    }
}

static void take_order(struct sim *sim, const struct order *order)
{
    struct sim_leg *leg = sim_leg_find(sim, order->leg);
    switch (order->kind) {
    case ORDER_RING:
        order_ring(sim, order);
        break;
    case ORDER_ANSWER:
        if (leg && leg->state != SIM_UP)
            sim_leg_answer(sim, leg);
        break;
    case ORDER_DROP:
        order_drop(sim, order);
        break;
    case ORDER_MIX:
        order_mix(sim, order);
        break;
    case ORDER_DTMF:
        if (leg)
            buf_slice(&leg->dtmf, order->digits);
        break;
    default: /* nothing of ours waits for ORDER_KEPT */
        break;
    }
}

static void sim_order(void *self, const struct order *orders, size_t count)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    for (size_t i = 0; i < count; i++)
        take_order(sim, &orders[i]);
    pthread_mutex_unlock(&sim->lock);
}

/* A leg that was being rung is rung anew by its order; the others are as they were. */
static void take_up(struct sim *sim, const struct line_leg *kept)
{
    struct sim_phone *phone = sim_phone_find(sim, kept->dn);
    if (kept->phase == LEG_CALLING || kept->phase == LEG_DROPPING)
        return;
    struct dec d = dec_of(kept->keep);
    struct slice other = dec_bytes(&d);
    struct slice dtmf = dec_bytes(&d);
    if (!phone || !dec_is_done(&d)) {
        tell(sim, &(struct signal){.kind = SIGNAL_GONE, .leg = kept->leg, .cause = CAUSE_FAILED});
        return;
    }
    struct sim_leg *leg =
        sim_leg_create(sim, phone, kept->leg, kept->phase == LEG_UP ? SIM_UP : SIM_DIALLED, other);
    buf_slice(&leg->dtmf, dtmf);
}

static enum err sim_start(void *self, const struct line_host *host, const struct line_leg *legs,
                          size_t leg_count)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    sim->host = *host;
    sim->is_started = true;
    for (size_t i = 0; i < leg_count; i++)
        take_up(sim, &legs[i]);
    for (size_t i = 0; i < sim->phone_count; i++)
        tell(sim,
             &(struct signal){.kind = SIGNAL_REGISTERED, .dn = sim->phones[i].dn, .talks = true});
    pthread_mutex_unlock(&sim->lock);
    return ERR_OK;
}

static void sim_recorded(void *self, uint64_t tag)
{
    (void)self;
    (void)tag;
}

static void sim_stop(void *self)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    sim->is_started = false;
    pthread_mutex_unlock(&sim->lock);
}

struct line_driver *line_sim_create(const struct line_device *devices, size_t count)
{
    struct sim *sim = mem_zalloc(sizeof *sim);
    pthread_mutex_init(&sim->lock, NULL);
    sim->phones = mem_zalloc((count + 1) * sizeof *sim->phones);
    sim->phone_count = count;
    for (size_t i = 0; i < count; i++) {
        struct sim_phone *phone = &sim->phones[i];
        phone->dn = slice_of(devices[i].dn);
        phone->is_registered = true;
        list_init(&phone->legs);
        map_put(&sim->phone_by_dn, phone->dn, phone);
    }
    sim->driver = (struct line_driver){
        .name = "sim",
        .self = sim,
        .start = sim_start,
        .order = sim_order,
        .recorded = sim_recorded,
        .stop = sim_stop,
    };
    return &sim->driver;
}

void line_sim_destroy(struct line_driver *driver)
{
    struct sim *sim = driver->self;
    for (size_t i = 0; i < sim->phone_count; i++)
        LIST_EACH_SAFE(it, &sim->phones[i].legs)
    sim_leg_free(sim, LIST_OWNER(it, struct sim_leg, link));
    map_free(&sim->phone_by_dn);
    map_free(&sim->leg_by_id);
    pthread_mutex_destroy(&sim->lock);
    mem_free(sim->phones);
    mem_free(sim);
}
