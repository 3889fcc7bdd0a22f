/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Telephones: the devices' own, made when the device is configured, and those outside, made when a
 * number is called or called from and forgotten when they are idle, so that many numbers cost
 * nothing. */
#include "base/mem.h"
#include "line/sim/sim_int.h"

struct sim_phone *sim_phone_find(const struct sim *sim, bool is_outside, struct slice number)
{
    return map_get(is_outside ? &sim->outside_by_number : &sim->phone_by_dn, number);
}

static struct sim_phone *phone_make(struct sim *sim, bool is_outside, struct slice number)
{
    struct sim_phone *phone = mem_zalloc(sizeof *phone + number.len);
    char *own = (char *)(phone + 1);
    if (number.len > 0)
        memcpy(own, number.ptr, number.len);
    phone->number = (struct slice){own, number.len};
    phone->is_outside = is_outside;
    phone->is_registered = true;
    list_init(&phone->legs);
    list_append(is_outside ? &sim->outside : &sim->devices, &phone->link);
    map_put(is_outside ? &sim->outside_by_number : &sim->phone_by_dn, phone->number, phone);
    return phone;
}

struct sim_phone *sim_phone_get(struct sim *sim, bool is_outside, struct slice number)
{
    struct sim_phone *phone = sim_phone_find(sim, is_outside, number);
    if (phone || !is_outside || number.len == 0 || number.len > SIM_NUMBER_MAX ||
        sim->outside_by_number.count >= SIM_OUTSIDE_MAX)
        return phone;
    return phone_make(sim, true, number);
}

/* Calls that a telephone still has when its device goes, the core has given up already. */
void sim_phone_set_devices(struct sim *sim, const struct line_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sim_phone *phone = sim_phone_find(sim, false, slice_of(devices[i].dn));
        bool is_new = !phone;
        if (is_new)
            phone = phone_make(sim, false, slice_of(devices[i].dn));
        phone->is_listed = true;
        if (is_new && sim->is_started)
            sim_tell(sim, &(struct signal){.kind = SIGNAL_REGISTERED,
                                           .dn = phone->number,
                                           .talks = sim_phone_talks(phone)});
    }
    LIST_EACH_SAFE(it, &sim->devices)
    {
        struct sim_phone *phone = LIST_OWNER(it, struct sim_phone, link);
        bool is_gone = !phone->is_listed;
        phone->is_listed = false;
        if (!is_gone)
            continue;
        LIST_EACH_SAFE(lt, &phone->legs)
        sim_leg_end(sim, LIST_OWNER(lt, struct sim_leg, link), CAUSE_FAILED);
        sim_phone_free(sim, phone);
    }
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
    map_remove(phone->is_outside ? &sim->outside_by_number : &sim->phone_by_dn, phone->number);
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
