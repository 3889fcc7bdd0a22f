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

#define DEVICE_PAST_CALLS_MAX 50

void device_forget_call(struct turn *turn, struct device *device)
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
    if (count > DEVICE_PAST_CALLS_MAX && oldest)
        call_forget(turn, oldest);
}

bool device_is_busy(const struct device *device)
{
    uint64_t calls = 0;
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        calls += party_is_living(party) && party->call->type != CALL_TYPE_CONSULT;
    }
    return calls >= device->calls_max;
}

bool device_is_in(const struct device *device, const struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (party->device == device && party_is_living(party))
            return true;
    }
    return false;
}

bool device_may_dial(const struct device *device)
{
    size_t held = 0;
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        if (party_is_living(party) && party->state != PARTY_HELD)
            return !device_is_busy(device);
        held += party_is_living(party);
    }
    return held < LEG_PARTIES_MAX || !device_is_busy(device);
}

bool device_is_idle(const struct device *device)
{
    LIST_EACH(it, &device->parties)
    if (party_is_living(LIST_OWNER(it, struct party, of_device)))
        return false;
    return true;
}

static struct slice place(char **at, struct slice text)
{
    char *start = *at;
    if (text.len > 0)
        memcpy(start, text.ptr, text.len);
    *at += text.len;
    return (struct slice){start, text.len};
}

static struct user_card *card_create(const struct config_item *item)
{
    struct user_card *card =
        mem_zalloc(sizeof *card + item->name.len + item->first_name.len + item->last_name.len);
    atomic_init(&card->refs, 1);
    char *at = (char *)(card + 1);
    card->name = place(&at, item->name);
    card->first_name = place(&at, item->first_name);
    card->last_name = place(&at, item->last_name);
    card->roles = item->roles;
    if (item->id.len > 0 && item->id.len < sizeof card->id)
        memcpy(card->id, item->id.ptr, item->id.len);
    else
        ids_hex_of_name(item->name, card->id);
    return card;
}

struct user *user_create(struct core *core, const struct config_item *item)
{
    struct user *user = mem_zalloc(sizeof *user);
    user->card = card_create(item);
    user->may_connect_outside = item->may_connect_outside;
    user->serial = core->next_user++;
    user->intent = state_of_mode(core, AGENT_NOT_READY);
    user->wrap_up.kind = DEADLINE_OF_WRAP_UP;
    user->vanished.kind = DEADLINE_OF_VANISHED;
    list_init(&user->parties);
    list_init(&user->devices);
    list_init(&user->touched);
    list_append(&core->users, &user->link);
    map_put(&core->user_by_name, user->card->name, user);
    core->stats.users++;
    floor_add(core, &user->floor, false);
    return user;
}

uint64_t user_tie(const struct user *user, enum deadline_kind kind)
{
    return UINT64_C(1) << 63 | user->serial << 1 | (kind == DEADLINE_OF_VANISHED);
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
    list_init(&device->of_emergency);
    device->serial = core->next_device++;
    device->calls_max = 1;
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
    list_remove(&user->touched);
    heap_remove(&core->deadlines, &user->wrap_up.node);
    heap_remove(&core->deadlines, &user->vanished.node);
    user_card_unref(user->card);
    state_card_unref(user->told_state);
    floor_forget(core, &user->floor);
    mem_free(user->queues);
    mem_free(user->past);
    core->stats.users--;
    mem_free(user);
}

void device_free(struct core *core, struct device *device)
{
    monitor_unlink(core, device);
    if (device->monitored_by)
        monitor_unlink(core, device->monitored_by);
    map_remove(&core->device_by_dn, slice_of(device->dn));
    map_remove(&core->device_by_id, slice_of(device->id));
    list_remove(&device->link);
    list_remove(&device->of_owner);
    list_remove(&device->of_emergency);
    core->stats.devices--;
    core->stats.devices_registered -= device->is_registered;
    mem_free(device);
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
    monitor_forget(turn, device);
    while (!list_is_empty(&device->parties)) { /* others may come and go with each that quits */
        struct party *party = LIST_OWNER(device->parties.next, struct party, of_device);
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
    LIST_EACH(it, &turn->core->calls)
    call_touch(turn->core, LIST_OWNER(it, struct call, link)); /* another set of capabilities */
    return ERR_OK;
}

static enum err put_user(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    struct user *user = user_find(turn->core, item->name);
    if (item->name.len == 0)
        return refuse(turn, ERR_INVALID, "a user needs a name");
    if (!user) {
        user = user_create(turn->core, item);
        user->state_since_ms = turn->now_ms;
        member_comes(turn->core, user);
        return ERR_OK;
    }
    if (slice_equal(user->card->first_name, item->first_name) &&
        slice_equal(user->card->last_name, item->last_name) && user->card->roles == item->roles &&
        user->may_connect_outside == item->may_connect_outside &&
        (item->id.len == 0 || slice_is(item->id, user->card->id)))
        return refuse(turn, ERR_EXISTS, "nothing changed");
    user->may_connect_outside = item->may_connect_outside;
    LIST_EACH(it, &user->parties) /* what it may do in them */
    call_touch(turn->core, LIST_OWNER(it, struct party, of_user)->call);
    struct user_card *old = user->card;
    user->card = card_create(item);
    map_put(&turn->core->user_by_name, user->card->name, user);
    user_card_unref(old);
    user_touch(turn->core, user); /* a role may have come or gone */
    if (!(user->card->roles & ROLE_SUPERVISOR))
        monitor_forbid(turn, user);
    return ERR_OK;
}

void device_give(struct turn *turn, struct device *device, struct user *owner)
{
    if (device->owner == owner)
        return;
    device_detach(turn, device);
    struct user *before = device->owner;
    device_set_owner(device, owner);
    if (before)
        user_check_telephone(turn, before);
    device->told = device_digest(turn->core, device);
    if (owner)
        user_touch(turn->core, owner);
}

static bool is_as_configured(const struct device *device, const struct config_item *item,
                             const struct user *owner)
{
    return device->configured == owner && device->remote_answer == item->remote_answer &&
           device->calls_max == item->calls && device->may_record == item->may_record &&
           device->shows_hold == item->shows_hold && slice_is(item->location, device->location);
}

/* Has no call that somebody would miss. */
static bool only_supervises(const struct device *device)
{
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        if (party_is_living(party) && !party->monitoring)
            return false;
    }
    return true;
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
    if (item->location.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "a location number has at most %d characters", NUMBER_MAX);
    if (call_queue_find(turn->core, item->name))
        return refuse(turn, ERR_IN_USE, "device '%.*s' has the number of a queue",
                      (int)item->name.len, item->name.ptr);
    struct device *device = device_find(turn->core, item->name);
    if (device && is_as_configured(device, item, owner))
        return refuse(turn, ERR_EXISTS, "nothing changed");
    if (!device)
        device = device_create(turn->core, item->name, item->id);
    device->remote_answer = item->remote_answer;
    device->calls_max = item->calls;
    device->may_record = item->may_record;
    device->shows_hold = item->shows_hold;
    number_copy(device->location, item->location);
    LIST_EACH(it, &device->parties)
    call_touch(turn->core, LIST_OWNER(it, struct party, of_device)->call);
    if (device->configured != owner) {
        device->configured = owner;
        if (only_supervises(device))
            device_give(turn, device, device_rightful_owner(device));
        else /* it changes hands when its call is over */
            turn->core->has_guests = true;
    }
    device->told = device_digest(turn->core, device);
    if (device->owner) /* its limit of calls may be another */
        user_touch(turn->core, device->owner);
    return ERR_OK;
}

/* By the configuration, or in a call. */
static bool has_device(const struct core *core, const struct user *user)
{
    LIST_EACH(it, &core->devices)
    {
        const struct device *device = LIST_OWNER(it, struct device, link);
        if (device->configured == user || (device->owner == user && !device_is_idle(device)))
            return true;
    }
    return false;
}

static enum err remove_user(struct turn *turn)
{
    struct user *user = user_find(turn->core, turn->input->config.name);
    if (!user)
        return refuse(turn, ERR_NOT_FOUND, "no such user");
    if (has_device(turn->core, user))
        return refuse(turn, ERR_IN_USE, "the user has a device");
    user_log_out(turn, user);
    while (!list_is_empty(&user->devices)) {
        struct device *device = LIST_OWNER(user->devices.next, struct device, of_owner);
        device_give(turn, device, device_rightful_owner(device));
    }
    member_goes(turn->core, user);
    user_free(turn->core, user);
    return ERR_OK;
}

static enum err remove_device(struct turn *turn)
{
    struct device *device = device_find(turn->core, turn->input->config.name);
    if (!device)
        return refuse(turn, ERR_NOT_FOUND, "no such device");
    if (device->is_by_place) /* without it its owner may have the own ones again */
        turn->core->has_place_news = true;
    device_give(turn, device, NULL);
    device_detach(turn, device);
    device_free(turn->core, device);
    return ERR_OK;
}

enum err apply_config(struct turn *turn)
{
    switch (turn->input->config.kind) {
    case CONFIG_LIMITS:
        return put_limits(turn);
    case CONFIG_SITE:
        return site_put(turn);
    case CONFIG_AGENT_STATE:
        return state_put(turn);
    case CONFIG_PLACE:
        return place_put(turn);
    case CONFIG_QUEUE:
        return call_queue_put(turn);
    case CONFIG_TRUNK:
        return trunk_put(turn);
    case CONFIG_REMOVE_AGENT_STATE:
        return state_remove(turn);
    case CONFIG_REMOVE_PLACE:
        return place_remove(turn);
    case CONFIG_REMOVE_QUEUE:
        return call_queue_remove(turn);
    case CONFIG_REMOVE_TRUNK:
        return trunk_remove(turn);
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
