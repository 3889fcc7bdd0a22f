/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Configuration as inputs: limits, users and devices, put and removed. What changes nothing is
 * refused, so that an unchanged configuration file adds nothing to the journal at start. */
#include "base/ids.h"
#include "base/mem.h"
#include "core/core_int.h"

struct user *user_find(const struct core *core, struct slice name)
{
    return map_get(&core->user_by_name, name);
}

struct device *device_find(const struct core *core, struct slice dn_or_id)
{
    struct device *device = map_get(&core->device_by_dn, dn_or_id);
    return device ? device : map_get(&core->device_by_id, dn_or_id);
}

#define PAST_CALLS_MAX 50

void device_forget_call(struct core *core, struct device *device)
{
    struct call *oldest = NULL;
    size_t count = 0;
    LIST_EACH(it, &device->parties)
    {
        struct call *call = LIST_OWNER(it, struct party, of_device)->call;
        if (!oldest && call->is_over)
            oldest = call;
        count++;
    }
    if (count > PAST_CALLS_MAX && oldest)
        call_free(core, oldest);
}

bool device_is_busy(const struct device *device)
{
    LIST_EACH(it, &device->parties)
    if (party_is_living(LIST_OWNER(it, struct party, of_device)))
        return true;
    return false;
}

static struct slice place(char **at, struct slice text)
{
    char *start = *at;
    if (text.len > 0)
        memcpy(start, text.ptr, text.len);
    *at += text.len;
    return (struct slice){start, text.len};
}

static struct user_card *card_create(struct slice name, struct slice id, struct slice first,
                                     struct slice last)
{
    struct user_card *card = mem_zalloc(sizeof *card + name.len + first.len + last.len);
    atomic_init(&card->refs, 1);
    char *at = (char *)(card + 1);
    card->name = place(&at, name);
    card->first_name = place(&at, first);
    card->last_name = place(&at, last);
    if (id.len > 0 && id.len < sizeof card->id)
        memcpy(card->id, id.ptr, id.len);
    else
        ids_hex_of_name(name, card->id);
    return card;
}

struct user *user_create(struct core *core, struct slice name, struct slice id, struct slice first,
                         struct slice last)
{
    struct user *user = mem_zalloc(sizeof *user);
    user->card = card_create(name, id, first, last);
    list_init(&user->parties);
    list_init(&user->devices);
    list_append(&core->users, &user->link);
    map_put(&core->user_by_name, user->card->name, user);
    core->stats.users++;
    return user;
}

struct device *device_create(struct core *core, struct slice dn, struct slice id)
{
    struct device *device = mem_zalloc(sizeof *device);
    number_copy(device->dn, dn);
    if (id.len > 0 && id.len < sizeof device->id)
        memcpy(device->id, id.ptr, id.len);
    else
        ids_guid_of_name(dn, device->id);
    list_init(&device->parties);
    list_init(&device->of_owner);
    device->serial = core->next_device++;
    list_append(&core->devices, &device->link);
    map_put(&core->device_by_dn, slice_of(device->dn), device);
    map_put(&core->device_by_id, slice_of(device->id), device);
    core->stats.devices++;
    return device;
}

void user_free(struct core *core, struct user *user)
{
    map_remove(&core->user_by_name, user->card->name);
    list_remove(&user->link);
    user_card_unref(user->card);
    core->stats.users--;
    mem_free(user);
}

void device_free(struct core *core, struct device *device)
{
    map_remove(&core->device_by_dn, slice_of(device->dn));
    map_remove(&core->device_by_id, slice_of(device->id));
    list_remove(&device->link);
    list_remove(&device->of_owner);
    core->stats.devices--;
    core->stats.devices_registered -= device->is_registered;
    mem_free(device);
}

void user_tell_devices(struct turn *turn, struct user *user)
{
    struct device *first = NULL;
    LIST_EACH(it, &user->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, of_owner);
        effects_device_notice(turn, device, NOTICE_DEVICE_STATE_CHANGE);
        first = first ? first : device;
    }
    if (first)
        effects_device_notice(turn, first, NOTICE_CHANNEL_STATE_CHANGE);
}

void device_set_owner(struct device *device, struct user *owner)
{
    list_remove(&device->of_owner);
    device->owner = owner;
    if (!owner)
        return;
    struct list *before = owner->devices.prev;
    while (before != &owner->devices &&
           LIST_OWNER(before, struct device, of_owner)->serial > device->serial)
        before = before->prev;
    list_append(before->next, &device->of_owner);
}

/* Ends what the device has and takes its past calls from its owner. */
static void device_detach(struct turn *turn, struct device *device)
{
    LIST_EACH_SAFE(it, &device->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, of_device);
        party_quits(turn, party, CAUSE_FAILED);
        if (party_is_living(party)) /* it would have heard the busy tone */
            call_end(turn, party->call, CAUSE_FAILED);
        list_remove(&party->of_device);
        list_remove(&party->of_user);
        party->device = NULL;
        party->user = NULL;
    }
}

static enum err put_limits(struct turn *turn)
{
    const struct config_limits *limits = &turn->input->config.limits;
    if (memcmp(limits, &turn->core->limits, sizeof *limits) == 0)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    turn->core->limits = *limits;
    return ERR_OK;
}

static enum err put_user(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    struct user *user = user_find(turn->core, item->name);
    if (item->name.len == 0)
        return refuse(turn, ERR_INVALID, "a user needs a name");
    if (!user) {
        user_create(turn->core, item->name, item->id, item->first_name, item->last_name);
        return ERR_OK;
    }
    if (slice_equal(user->card->first_name, item->first_name) &&
        slice_equal(user->card->last_name, item->last_name) &&
        (item->id.len == 0 || slice_is(item->id, user->card->id)))
        return refuse(turn, ERR_EXISTS, "nothing changed");
    struct user_card *old = user->card;
    user->card = card_create(item->name, item->id, item->first_name, item->last_name);
    map_put(&turn->core->user_by_name, user->card->name, user);
    user_card_unref(old);
    return ERR_OK;
}

static void set_owner(struct turn *turn, struct device *device, struct user *owner)
{
    if (device->owner == owner)
        return;
    device_detach(turn, device);
    device_set_owner(device, owner);
}

static enum err put_device(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    struct user *owner = item->owner.len > 0 ? user_find(turn->core, item->owner) : NULL;
    if (item->owner.len > 0 && !owner)
        return refuse(turn, ERR_NOT_FOUND, "device '%.*s' names a user that is not there",
                      (int)item->name.len, item->name.ptr);
    if (item->name.len == 0 || item->name.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "a directory number has 1 to %d characters", NUMBER_MAX);
    struct device *device = device_find(turn->core, item->name);
    if (device && device->owner == owner && device->remote_answer == item->remote_answer)
        return refuse(turn, ERR_EXISTS, "nothing changed");
    if (!device)
        device = device_create(turn->core, item->name, item->id);
    device->remote_answer = item->remote_answer;
    set_owner(turn, device, owner);
    return ERR_OK;
}

static enum err remove_user(struct turn *turn)
{
    struct user *user = user_find(turn->core, turn->input->config.name);
    if (!user)
        return refuse(turn, ERR_NOT_FOUND, "no such user");
    if (!list_is_empty(&user->devices))
        return refuse(turn, ERR_IN_USE, "the user has a device");
    user_free(turn->core, user);
    return ERR_OK;
}

static enum err remove_device(struct turn *turn)
{
    struct device *device = device_find(turn->core, turn->input->config.name);
    if (!device)
        return refuse(turn, ERR_NOT_FOUND, "no such device");
    set_owner(turn, device, NULL);
    device_detach(turn, device);
    device_free(turn->core, device);
    return ERR_OK;
}

enum err apply_config(struct turn *turn)
{
    switch (turn->input->config.kind) {
    case CONFIG_LIMITS:
        return put_limits(turn);
    case CONFIG_USER:
        return put_user(turn);
    case CONFIG_DEVICE:
        return put_device(turn);
    case CONFIG_REMOVE_USER:
        return remove_user(turn);
    case CONFIG_REMOVE_DEVICE:
        return remove_device(turn);
    default:
        return refuse(turn, ERR_INVALID, "no such kind of configuration");
    }
}
