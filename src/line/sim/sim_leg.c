/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs: a telephone's ends of calls. What must survive a restart (whose leg it is, who is on the
 * other end, whether its button holds it) is given to the core to keep with each signal that
 * changes it, and comes back in start. The number is kept, too: an outside caller may have shown
 * another one, or none. */
#include "base/codec.h"
#include "base/mem.h"
#include "line/sim/sim_int.h"

#define KEEP_VERSION 2

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
    size_t len = other.len <= SIM_NUMBER_MAX ? other.len : SIM_NUMBER_MAX;
    if (len > 0)
        memcpy(leg->other, other.ptr, len);
    list_append(&phone->legs, &leg->link);
    list_init(&leg->of_call);
    map_put(&sim->leg_by_id, map_key_u64(&leg->id), leg);
    return leg;
}

void sim_leg_free(struct sim *sim, struct sim_leg *leg)
{
    sim_mix_leave(sim, leg);
    map_remove(&sim->leg_by_id, map_key_u64(&leg->id));
    list_remove(&leg->link);
    buf_free(&leg->trunk);
    buf_free(&leg->dtmf);
    buf_free(&leg->hears);
    mem_free(leg);
}

void sim_tell(struct sim *sim, const struct signal *signal)
{
    sim->host.signal(sim->host.ctx, signal);
}

void sim_leg_tell(struct sim *sim, const struct sim_leg *leg, struct signal signal)
{
    struct buf keep = {0};
    enc_u64(&keep, KEEP_VERSION);
    enc_u64(&keep, leg->phone->is_outside);
    enc_bytes(&keep, leg->phone->number);
    enc_bytes(&keep, buf_view(&leg->trunk));
    enc_bytes(&keep, slice_of(leg->other));
    enc_u64(&keep, leg->state == SIM_HELD);
    enc_bytes(&keep, buf_view(&leg->dtmf));
    signal.leg = leg->id;
    signal.keep = buf_view(&keep);
    sim_tell(sim, &signal);
    buf_free(&keep);
}

void sim_leg_answer(struct sim *sim, struct sim_leg *leg)
{
    sim_phone_hold(sim, leg->phone);
    leg->state = SIM_UP;
    sim_leg_tell(sim, leg, (struct signal){.kind = SIGNAL_ANSWERED});
}

void sim_leg_hold(struct sim *sim, struct sim_leg *leg)
{
    leg->state = SIM_HELD;
    sim_leg_tell(sim, leg, (struct signal){.kind = SIGNAL_HELD});
}

void sim_leg_retrieve(struct sim *sim, struct sim_leg *leg)
{
    sim_phone_hold(sim, leg->phone);
    leg->state = SIM_UP;
    sim_leg_tell(sim, leg, (struct signal){.kind = SIGNAL_RETRIEVED});
}

/* They are sent once only, so what came is kept. */
void sim_leg_take_digits(struct sim *sim, struct sim_leg *leg, struct slice digits)
{
    buf_slice(&leg->dtmf, digits);
    if (leg->dtmf.len > SIM_DTMF_MAX)
        buf_consume(&leg->dtmf, leg->dtmf.len - SIM_DTMF_MAX);
    sim_leg_tell(sim, leg, (struct signal){.kind = SIGNAL_KEEP});
}

void sim_leg_ring(struct sim *sim, const struct sim_leg *leg)
{
    sim_tell(sim, &(struct signal){.kind = SIGNAL_RINGING,
                                   .leg = leg->id,
                                   .talks = sim_phone_talks(leg->phone),
                                   .has_sound = leg->has_sound});
}

static void leave(struct sim *sim, struct sim_leg *leg, enum cause cause, struct slice number)
{
    uint64_t id = leg->id;
    sim_leg_free(sim, leg);
    sim_tell(sim,
             &(struct signal){.kind = SIGNAL_GONE, .leg = id, .cause = cause, .number = number});
}

void sim_leg_end(struct sim *sim, struct sim_leg *leg, enum cause cause)
{
    leave(sim, leg, cause, SLICE_NONE);
}

void sim_leg_redirect(struct sim *sim, struct sim_leg *leg, struct slice number)
{
    leave(sim, leg, CAUSE_REJECTED, number);
}

/* A leg that was being rung is rung anew by its order; the others are as they were. */
void sim_leg_take_up(struct sim *sim, const struct line_leg *kept)
{
    if (kept->phase == LEG_CALLING || kept->phase == LEG_DROPPING)
        return;
    struct dec d = dec_of(kept->keep);
    uint64_t version = dec_u64(&d);
    bool is_outside = dec_u64_max(&d, 1);
    struct slice number = dec_bytes(&d);
    struct slice trunk = dec_bytes(&d);
    struct slice other = dec_bytes(&d);
    bool is_held = dec_u64_max(&d, 1);
    struct slice dtmf = dec_bytes(&d);
    struct sim_phone *phone =
        version == KEEP_VERSION && dec_is_done(&d) ? sim_phone_get(sim, is_outside, number) : NULL;
    if (!phone) {
        sim_tell(sim,
                 &(struct signal){.kind = SIGNAL_GONE, .leg = kept->leg, .cause = CAUSE_FAILED});
        return;
    }
    enum sim_state state = kept->phase != LEG_UP ? SIM_DIALLED : is_held ? SIM_HELD : SIM_UP;
    struct sim_leg *leg = sim_leg_create(sim, phone, kept->leg, state, other);
    buf_slice(&leg->trunk, trunk);
    buf_slice(&leg->dtmf, dtmf);
}
