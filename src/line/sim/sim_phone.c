/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Telephones: the devices' own, made once, and those outside, made when a number is called or
 * called from and forgotten when they are idle, so that many numbers cost nothing. */
#include "base/mem.h"
#include "line/sim/sim_int.h"

struct sim_phone *sim_phone_find(const struct sim *sim, bool is_outside, struct slice number)
{
    return map_get(is_outside ? &sim->outside_by_number : &sim->phone_by_dn, number);
}

struct sim_phone *sim_phone_get(struct sim *sim, bool is_outside, struct slice number)
{
    struct sim_phone *phone = sim_phone_find(sim, is_outside, number);
    if (phone || !is_outside || number.len == 0 || number.len > SIM_NUMBER_MAX ||
        sim->outside_by_number.count >= SIM_OUTSIDE_MAX)
        return phone;
    phone = mem_zalloc(sizeof *phone + number.len);
    char *own = (char *)(phone + 1);
    memcpy(own, number.ptr, number.len);
    phone->number = (struct slice){own, number.len};
    phone->is_outside = true;
    phone->is_registered = true;
    list_init(&phone->legs);
    list_append(&sim->outside, &phone->link);
    map_put(&sim->outside_by_number, phone->number, phone);
    return phone;
}

bool sim_phone_is_outside_number(struct slice number)
{
    size_t plus = number.len > 0 && number.ptr[0] == '+';
    bool is_good = number.len > plus && number.len <= SIM_NUMBER_MAX;
    for (size_t i = plus; is_good && i < number.len; i++)
        is_good = number.ptr[i] && strchr("0123456789*#", number.ptr[i]);
    return is_good;
}

void sim_phone_free(struct sim *sim, struct sim_phone *phone)
{
    LIST_EACH_SAFE(it, &phone->legs)
    sim_leg_free(sim, LIST_OWNER(it, struct sim_leg, link));
    if (!phone->is_outside)
        return;
    map_remove(&sim->outside_by_number, phone->number);
    list_remove(&phone->link);
    mem_free(phone);
}

void sim_phone_rest(struct sim *sim, struct sim_phone *phone)
{
    if (phone->is_outside && list_is_empty(&phone->legs) && phone->is_registered &&
        phone->mode == SIM_MODE_TALK)
        sim_phone_free(sim, phone);
}

bool sim_phone_talks(const struct sim_phone *phone)
{
    return phone->is_registered && !phone->is_outside && phone->mode != SIM_MODE_NO_TALK;
}

void sim_phone_hold(struct sim *sim, const struct sim_phone *phone)
{
    LIST_EACH(it, &phone->legs)
    {
        struct sim_leg *leg = LIST_OWNER(it, struct sim_leg, link);
        if (leg->state == SIM_UP)
            sim_leg_hold(sim, leg);
    }
}
