/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a site has besides users and devices, as it was configured: its number plan, queues, trunks
 * and places. */
#include "base/ids.h"
#include "base/mem.h"
#include "core/core_int.h"

#define MEMBERS_MAX 100000

static enum err unchanged(struct turn *turn)
{
    return refuse(turn, ERR_EXISTS, "nothing changed");
}

static enum err check_item(struct turn *turn, const char *what)
{
    const struct config_item *item = &turn->input->config;
    if (item->name.len == 0 || item->name.len > NUMBER_MAX)
        return refuse(turn, ERR_RANGE, "the name of a %s has 1 to %d characters", what, NUMBER_MAX);
    if (item->overflow.len > NUMBER_MAX || item->member_count > MEMBERS_MAX)
        return refuse(turn, ERR_RANGE,
                      "a %s has at most %d members, and a number at most %d digits", what,
                      MEMBERS_MAX, NUMBER_MAX);
    return ERR_OK;
}

enum err site_put(struct turn *turn)
{
    if (!held_item_set(&turn->core->site, &turn->input->config))
        return unchanged(turn);
    plan_of_site(&turn->core->site.item, &turn->core->plan);
    return ERR_OK;
}

/* --- queues --- */

struct call_queue *call_queue_find(const struct core *core, struct slice number)
{
    return map_get(&core->queue_by_number, number);
}

struct call_queue *call_queue_create(struct core *core, const struct config_item *item)
{
    struct call_queue *queue = mem_zalloc(sizeof *queue);
    (void)held_item_set(&queue->config, item);
    if (item->id.len > 0 && item->id.len < sizeof queue->id)
        memcpy(queue->id, item->id.ptr, item->id.len);
    else
        ids_guid_of_name(item->name, queue->id);
    queue_sort_members(queue);
    list_init(&queue->waiting);
    list_init(&queue->of_open);
    list_init(&queue->of_all);
    queue->serial = core->next_queue++;
    floor_add(core, &queue->floor, true);
    list_append(&core->queues, &queue->link);
    map_put(&core->queue_by_number, queue->config.item.name, queue);
    return queue;
}

void call_queue_free(struct core *core, struct call_queue *queue)
{
    map_remove(&core->queue_by_number, queue->config.item.name);
    list_remove(&queue->link);
    list_remove(&queue->of_open);
    list_remove(&queue->of_all);
    floor_forget(core, &queue->floor);
    held_item_free(&queue->config);
    mem_free(queue);
}

enum err call_queue_put(struct turn *turn)
{
    struct core *core = turn->core;
    const struct config_item *item = &turn->input->config;
    enum err err = check_item(turn, "queue");
    if (err)
        return err;
    if (map_get(&core->device_by_dn, item->name))
        return refuse(turn, ERR_IN_USE, "queue '%.*s' has the number of a device",
                      (int)item->name.len, item->name.ptr);
    struct call_queue *queue = call_queue_find(core, item->name);
    if (!queue) {
        members_enlist(core, call_queue_create(core, item));
        return ERR_OK;
    }
    map_remove(&core->queue_by_number, queue->config.item.name);
    bool is_new = held_item_set(&queue->config, item);
    map_put(&core->queue_by_number, queue->config.item.name, queue);
    if (!is_new)
        return unchanged(turn);
    members_strike(core, queue);
    queue_sort_members(queue);
    members_enlist(core, queue);
    queue_has_news(core, queue);
    return ERR_OK;
}

/* Who waits in it is released; a call that it brought goes on. */
enum err call_queue_remove(struct turn *turn)
{
    struct call_queue *queue = call_queue_find(turn->core, turn->input->config.name);
    if (!queue)
        return refuse(turn, ERR_NOT_FOUND, "no such queue");
    while (!list_is_empty(&queue->waiting))
        party_quits(turn, LIST_OWNER(queue->waiting.next, struct party, of_queue), CAUSE_FAILED);
    LIST_EACH(it, &turn->core->calls)
    LIST_EACH(pt, &LIST_OWNER(it, struct call, link)->parties)
    {
        struct party *party = LIST_OWNER(pt, struct party, link);
        if (party->queue == queue)
            party->queue = NULL;
    }
    members_strike(turn->core, queue);
    call_queue_free(turn->core, queue);
    return ERR_OK;
}

/* --- trunks --- */

struct trunk *trunk_find(const struct core *core, struct slice name)
{
    LIST_EACH(it, &core->trunks)
    {
        struct trunk *trunk = LIST_OWNER(it, struct trunk, link);
        if (slice_equal(trunk->config.item.name, name))
            return trunk;
    }
    return NULL;
}

uint64_t trunk_count_legs(const struct core *core, const struct trunk *trunk)
{
    uint64_t count = 0;
    LIST_EACH(it, &core->legs)
    count += slice_equal(LIST_OWNER(it, struct leg, link)->trunk, trunk->config.item.name);
    return count;
}

struct trunk *trunk_create(struct core *core, const struct config_item *item)
{
    struct trunk *trunk = mem_zalloc(sizeof *trunk);
    (void)held_item_set(&trunk->config, item);
    list_append(&core->trunks, &trunk->link);
    trunk->in_use = trunk_count_legs(core, trunk); /* there are some when it is put again */
    return trunk;
}

void trunk_free(struct trunk *trunk)
{
    list_remove(&trunk->link);
    held_item_free(&trunk->config);
    mem_free(trunk);
}

enum err trunk_put(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    enum err err = check_item(turn, "trunk");
    if (err)
        return err;
    struct trunk *trunk = trunk_find(turn->core, item->name);
    if (trunk)
        return held_item_set(&trunk->config, item) ? ERR_OK : unchanged(turn);
    trunk_create(turn->core, item);
    return ERR_OK;
}

enum err trunk_remove(struct turn *turn)
{
    struct trunk *trunk = trunk_find(turn->core, turn->input->config.name);
    if (!trunk)
        return refuse(turn, ERR_NOT_FOUND, "no such trunk");
    trunk_free(trunk);
    return ERR_OK;
}

/* --- places --- */

struct place *place_find(const struct core *core, struct slice name)
{
    LIST_EACH(it, &core->places)
    {
        struct place *place = LIST_OWNER(it, struct place, link);
        if (slice_equal(place->config.item.name, name))
            return place;
    }
    return NULL;
}

struct place *place_create(struct core *core, const struct config_item *item)
{
    struct place *place = mem_zalloc(sizeof *place);
    (void)held_item_set(&place->config, item);
    list_append(&core->places, &place->link);
    return place;
}

void place_free(struct place *place)
{
    list_remove(&place->link);
    held_item_free(&place->config);
    mem_free(place);
}

enum err place_put(struct turn *turn)
{
    const struct config_item *item = &turn->input->config;
    enum err err = check_item(turn, "place");
    if (err)
        return err;
    struct place *place = place_find(turn->core, item->name);
    if (place)
        return held_item_set(&place->config, item) ? ERR_OK : unchanged(turn);
    place_create(turn->core, item);
    return ERR_OK;
}

enum err place_remove(struct turn *turn)
{
    struct place *place = place_find(turn->core, turn->input->config.name);
    if (!place)
        return refuse(turn, ERR_NOT_FOUND, "no such place");
    place_free(place);
    return ERR_OK;
}
