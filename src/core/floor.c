/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which users and queues changed, and when. They are in one list in order of their last change,
 * each with the version that the floor had then; so what changed since a version is the list's end,
 * and nothing has to be kept for those who ask. (decisions: the floor as state.)
 *
 * A change is noted where it is made, by moving the item to the end, and is given its version when
 * the input is over. To note one that changes nothing to be seen is harmless; so every user and
 * queue of a call that was touched is noted, and every user who was touched or told of a call.
 *
 * The first version is the time of the first input, so that who knows a version of an earlier state
 * of this server, which was thrown away, is not taken for one who knows this one. */
#include "core/core_int.h"

#include "base/codec.h"
#include "base/mem.h"

static struct floor_item *item_of(struct list *link)
{
    return LIST_OWNER(link, struct floor_item, link);
}

void floor_add(struct core *core, struct floor_item *item, bool is_queue)
{
    item->is_queue = is_queue;
    item->is_changed = true;
    list_append(&core->floor, &item->link);
}

void floor_touch(struct core *core, struct floor_item *item)
{
    if (item->is_changed)
        return;
    item->is_changed = true;
    list_remove(&item->link);
    list_append(&core->floor, &item->link);
}

void floor_forget(struct core *core, struct floor_item *item)
{
    list_remove(&item->link);
    core->floor_has_loss = true;
}

void floor_touch_call(struct core *core, const struct call *call)
{
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (party->user && party_is_living(party))
            floor_touch(core, &party->user->floor);
        if (!list_is_empty(&party->of_queue))
            floor_touch(core, &party->queue->floor);
    }
}

void floor_settle(struct turn *turn)
{
    struct core *core = turn->core;
    bool is_first = core->floor_version == 0;
    bool is_changed = !list_is_empty(&core->floor) && item_of(core->floor.prev)->is_changed;
    if (!is_changed && !core->floor_has_loss)
        return;
    core->floor_version = is_first ? turn->now_ms + 1 : core->floor_version + 1;
    if (is_first || core->floor_has_loss)
        core->floor_whole = core->floor_version;
    core->floor_has_loss = false;
    for (struct list *it = core->floor.prev; it != &core->floor && item_of(it)->is_changed;
         it = it->prev) {
        item_of(it)->is_changed = false;
        item_of(it)->version = core->floor_version;
    }
}

/* --- in the snapshot --- */

void floor_write(const struct core *core, struct buf *out)
{
    enc_u64(out, core->floor_version);
    enc_u64(out, core->floor_whole);
    LIST_EACH(it, &core->floor)
    {
        const struct floor_item *item = item_of(it);
        enc_u64(out, item->version << 1 | item->is_queue);
        enc_bytes(out, item->is_queue ? LIST_OWNER(item, struct call_queue, floor)->config.item.name
                                      : LIST_OWNER(item, struct user, floor)->card->name);
    }
}

static struct floor_item *find(const struct core *core, bool is_queue, struct slice name)
{
    struct user *user = is_queue ? NULL : user_find(core, name);
    struct call_queue *queue = is_queue ? call_queue_find(core, name) : NULL;
    return user ? &user->floor : queue ? &queue->floor : NULL;
}

/* They are all in the list, as they were made. */
void floor_read(struct core *core, struct dec *d)
{
    uint64_t before = 0;
    size_t count = 0;
    LIST_EACH(it, &core->floor)
    {
        item_of(it)->is_changed = true;
        count++;
    }
    core->floor_version = dec_u64(d);
    core->floor_whole = dec_u64_max(d, core->floor_version);
    for (size_t i = 0; i < count && !d->failed; i++) {
        uint64_t how = dec_u64(d);
        struct floor_item *item = find(core, how & 1, dec_bytes(d));
        if (!item || !item->is_changed || how >> 1 < before || how >> 1 > core->floor_version) {
            d->failed = true;
            return;
        }
        before = item->version = how >> 1;
        item->is_changed = false;
        list_remove(&item->link);
        list_append(&core->floor, &item->link);
    }
}
