/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Places: an agent who logs in at one has its devices instead of the own ones, until it logs out;
 * then everybody has what is configured. A device in a call changes hands when the call is over, so
 * whose it should be is asked at the end of every input. (Platform reference 3.1.) */
#include "core/core_int.h"

static bool is_at_place(const struct user *user)
{
    if (!user->has_session)
        return false;
    LIST_EACH(it, &user->devices)
    if (LIST_OWNER(it, struct device, of_owner)->is_by_place)
        return true;
    return false;
}

struct user *device_rightful_owner(const struct device *device)
{
    struct user *configured = device->configured;
    if (device->is_by_place)
        return device->owner;
    return configured && is_at_place(configured) ? NULL : configured;
}

static void give_back(struct turn *turn, struct device *device)
{
    struct user *owner = device_rightful_owner(device);
    if (device->owner == owner || !device_is_idle(device))
        return;
    device_give(turn, device, owner);
    if (owner)
        device->told = ~device->told; /* it is told of the device */
}

void places_settle(struct turn *turn)
{
    struct core *core = turn->core;
    if (!core->has_place_news && !core->has_guests)
        return;
    LIST_EACH(it, &core->touched_calls)
    LIST_EACH(pt, &LIST_OWNER(it, struct call, touched)->parties)
    {
        struct party *party = LIST_OWNER(pt, struct party, link);
        if (party->device)
            give_back(turn, party->device);
    }
    if (!core->has_place_news)
        return;
    core->has_place_news = false;
    LIST_EACH(it, &core->devices)
    give_back(turn, LIST_OWNER(it, struct device, link));
    places_count(core);
}

void places_count(struct core *core)
{
    core->has_guests = false;
    LIST_EACH(it, &core->devices)
    {
        const struct device *device = LIST_OWNER(it, struct device, link);
        core->has_guests |= device->owner != device_rightful_owner(device);
    }
}

void place_leave(struct turn *turn, struct user *user)
{
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        turn->core->has_place_news |= device->is_by_place;
        device->is_by_place = false;
    }
}

static enum err check_device(struct turn *turn, struct slice dn)
{
    const struct device *device = device_find(turn->core, dn);
    if (!device)
        return refuse(turn, ERR_NOT_FOUND, "device '%s' of the place is not there",
                      shown(turn, dn));
    if (device->owner == turn->user)
        return ERR_OK;
    if (device->owner)
        return refuse(turn, ERR_IN_USE, "device '%s' belongs to another user", device->dn);
    if (!device_is_idle(device))
        return refuse(turn, ERR_IN_USE, "device '%s' has a call", device->dn);
    return ERR_OK;
}

static bool has_member(const struct config_item *place, const struct device *device)
{
    for (size_t i = 0; device && i < place->member_count; i++)
        if (slice_is(place->members[i], device->dn))
            return true;
    return false;
}

/* Of several devices the one that is meant has to be named; only that one comes with the place. */
static enum err check_choice(struct turn *turn, const struct config_item *place)
{
    struct slice named = turn->command->device;
    if (place->member_count == 0)
        return refuse(turn, ERR_STATE, "place '%s' has no device", shown(turn, place->name));
    if (named.len > 0 && !has_member(place, device_find(turn->core, named)))
        return refuse(turn, ERR_INVALID, "devicePath names no device of place '%s'",
                      shown(turn, place->name));
    if (named.len == 0 && place->member_count > 1)
        return refuse(turn, ERR_INVALID,
                      "place '%s' has several devices: devicePath has to name one of them",
                      shown(turn, place->name));
    return ERR_OK;
}

/* The own devices need no place. */
static enum err check_own(struct turn *turn)
{
    struct slice named = turn->command->device;
    const struct device *device = device_find(turn->core, named);
    if (list_is_empty(&turn->user->devices))
        return refuse(turn, ERR_STATE, "user has no device to log in on");
    if (named.len == 0 || (device && device->owner == turn->user))
        return ERR_OK;
    if (device && device->owner)
        return refuse(turn, ERR_IN_USE, "device '%s' belongs to another user", device->dn);
    return refuse(turn, ERR_NOT_FOUND, "devicePath names no device of yours; name its place");
}

static struct device *chosen_device(const struct turn *turn, const struct config_item *place)
{
    struct slice named = turn->command->device;
    return device_find(turn->core, named.len > 0 ? named : place->members[0]);
}

enum err place_enter(struct turn *turn)
{
    struct slice name = turn->command->place;
    if (name.len == 0)
        return check_own(turn);
    const struct place *place = place_find(turn->core, name);
    if (!place)
        return refuse(turn, ERR_NOT_FOUND, "place '%s' is not there", shown(turn, name));
    const struct config_item *item = &place->config.item;
    enum err err = check_choice(turn, item);
    for (size_t i = 0; !err && i < item->member_count; i++)
        err = check_device(turn, item->members[i]);
    if (err)
        return err;
    struct device *device = chosen_device(turn, item);
    if (turn->user->has_session)
        return device->owner == turn->user
                   ? ERR_OK
                   : refuse(turn, ERR_STATE,
                            "you are logged in elsewhere: end that contact-center session first");
    device_give(turn, device, turn->user);
    device->is_by_place = true;
    turn->core->has_place_news = true;
    return ERR_OK;
}
