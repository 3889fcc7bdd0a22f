/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The driver's side: taking orders. Each is done at once and answered by a signal at once, so a
 * simulated telephone needs no clock of its own. */
#include "base/mem.h"
#include "line/sim/sim_int.h"

static void is_gone(struct sim *sim, uint64_t leg, enum cause cause)
{
    sim_tell(sim, &(struct signal){.kind = SIGNAL_GONE, .leg = leg, .cause = cause});
}

/* Why it can't ring; CAUSE_NONE: it can. */
static enum cause hindrance(const struct sim_phone *phone, bool is_outside)
{
    if (!phone)
        return is_outside ? CAUSE_BUSY : CAUSE_UNREACHABLE;
    if (!phone->is_registered)
        return CAUSE_UNREACHABLE;
    return phone->mode == SIM_MODE_BUSY ? CAUSE_BUSY : CAUSE_NONE;
}

static bool obeys(const struct sim_phone *phone)
{
    return !phone->is_outside && (phone->mode == SIM_MODE_TALK || phone->mode == SIM_MODE_BUSY);
}

static void order_ring(struct sim *sim, const struct order *order)
{
    if (sim_leg_find(sim, order->leg))
        return;
    bool is_outside = order->trunk.len > 0;
    struct sim_phone *phone = sim_phone_get(sim, is_outside, order->dn);
    enum cause cause = hindrance(phone, is_outside);
    if (cause) {
        is_gone(sim, order->leg, cause);
        return;
    }
    struct sim_leg *leg = sim_leg_create(sim, phone, order->leg, SIM_RINGING, order->from);
    buf_slice(&leg->trunk, order->trunk);
    if (order->auto_answer && obeys(phone))
        sim_leg_answer(sim, leg);
    else
        sim_leg_ring(sim, leg);
}

static void order_answer(struct sim *sim, struct sim_leg *leg)
{
    if (leg->state == SIM_DIALLED || (leg->state == SIM_RINGING && obeys(leg->phone)))
        sim_leg_answer(sim, leg);
    else if (leg->state == SIM_HELD && obeys(leg->phone))
        sim_leg_retrieve(sim, leg);
    else if (leg->state == SIM_RINGING || leg->state == SIM_HELD)
        sim_tell(sim, &(struct signal){.kind = SIGNAL_REFUSED, .leg = leg->id});
}

static void order_hold(struct sim *sim, struct sim_leg *leg)
{
    if (leg->state == SIM_UP && obeys(leg->phone))
        sim_leg_hold(sim, leg);
}

static void order_drop(struct sim *sim, const struct order *order)
{
    struct sim_leg *leg = sim_leg_find(sim, order->leg);
    if (!leg) {
        is_gone(sim, order->leg, CAUSE_HANGUP);
        return;
    }
    struct sim_phone *phone = leg->phone;
    sim_leg_end(sim, leg, CAUSE_HANGUP);
    sim_phone_rest(sim, phone);
}

static void take_order(struct sim *sim, const struct order *order)
{
    struct sim_leg *leg = sim_leg_find(sim, order->leg);
    switch (order->kind) {
    case ORDER_RING:
        order_ring(sim, order);
        break;
    case ORDER_ANSWER:
        if (leg)
            order_answer(sim, leg);
        break;
    case ORDER_HOLD:
        if (leg)
            order_hold(sim, leg);
        break;
    case ORDER_TRANSFER: /* its legs are dropped by orders of their own */
        if (leg)
            leg->refused = order->cause;
        break;
    case ORDER_DROP:
        order_drop(sim, order);
        break;
    case ORDER_MIX:
        sim_mix(sim, order);
        break;
    case ORDER_DTMF:
        if (leg)
            sim_leg_take_digits(sim, leg, order->digits);
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

static enum err sim_start(void *self, const struct line_host *host, const struct line_leg *legs,
                          size_t leg_count)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    sim->host = *host;
    sim->is_started = true;
    for (size_t i = 0; i < leg_count; i++)
        sim_leg_take_up(sim, &legs[i]);
    LIST_EACH(it, &sim->devices)
    {
        const struct sim_phone *phone = LIST_OWNER(it, struct sim_phone, link);
        sim_tell(sim, &(struct signal){.kind = SIGNAL_REGISTERED,
                                       .dn = phone->number,
                                       .talks = sim_phone_talks(phone)});
    }
    pthread_mutex_unlock(&sim->lock);
    return ERR_OK;
}

static void sim_recorded(void *self, uint64_t tag)
{
    (void)self;
    (void)tag;
}

static void sim_devices(void *self, const struct line_device *devices, size_t count)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    sim_phone_set_devices(sim, devices, count);
    pthread_mutex_unlock(&sim->lock);
}

static void forget_trunks(struct sim *sim)
{
    for (size_t i = 0; i < sim->trunk_count; i++)
        buf_free(&sim->trunks[i]);
    mem_free(sim->trunks);
}

/* Of their names only: that is what calls come through. */
static void sim_trunks(void *self, const struct line_trunk *trunks, size_t count)
{
    struct sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    forget_trunks(sim);
    sim->trunks = mem_zalloc((count + 1) * sizeof *sim->trunks);
    sim->trunk_count = count;
    for (size_t i = 0; i < count; i++)
        buf_text(&sim->trunks[i], trunks[i].name);
    pthread_mutex_unlock(&sim->lock);
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
    list_init(&sim->devices);
    list_init(&sim->outside);
    sim_phone_set_devices(sim, devices, count);
    sim->driver = (struct line_driver){
        .name = "sim",
        .self = sim,
        .start = sim_start,
        .order = sim_order,
        .recorded = sim_recorded,
        .devices = sim_devices,
        .trunks = sim_trunks,
        .stop = sim_stop,
    };
    return &sim->driver;
}

void line_sim_destroy(struct line_driver *driver)
{
    struct sim *sim = driver->self;
    LIST_EACH_SAFE(it, &sim->devices)
    sim_phone_free(sim, LIST_OWNER(it, struct sim_phone, link));
    LIST_EACH_SAFE(it, &sim->outside)
    sim_phone_free(sim, LIST_OWNER(it, struct sim_phone, link));
    forget_trunks(sim);
    map_free(&sim->phone_by_dn);
    map_free(&sim->outside_by_number);
    map_free(&sim->leg_by_id);
    map_free(&sim->call_by_number);
    pthread_mutex_destroy(&sim->lock);
    mem_free(sim);
}
