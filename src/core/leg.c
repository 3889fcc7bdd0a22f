/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs: what the core wants of each telephone. An order stays in the leg's flags until a signal
 * confirms it, so that it can be given again after a restart; no order is given twice while it
 * waits. */
#include "base/mem.h"
#include "core/core_int.h"

struct leg *leg_create(struct core *core, uint64_t id, const char *dn)
{
    struct leg *leg = mem_zalloc(sizeof *leg);
    leg->id = id;
    number_copy(leg->dn, number_slice(dn));
    list_init(&leg->parties);
    list_append(&core->legs, &leg->link);
    map_put(&core->leg_by_id, map_key_u64(&leg->id), leg);
    return leg;
}

static void leg_leave_trunk(struct core *core, struct leg *leg)
{
    struct trunk *trunk = trunk_find(core, leg->trunk);
    if (trunk) /* it is still configured */
        trunk->in_use--;
    mem_free((char *)(uintptr_t)leg->trunk.ptr);
}

void leg_free(struct core *core, struct leg *leg)
{
    map_remove(&core->leg_by_id, map_key_u64(&leg->id));
    list_remove(&leg->link);
    while (!list_is_empty(&leg->parties))
        leg_leave(core, LIST_OWNER(leg->parties.next, struct party, of_leg));
    if (leg->trunk.ptr)
        leg_leave_trunk(core, leg);
    buf_free(&leg->keep);
    mem_free(leg);
}

void leg_join(struct leg *leg, struct party *party)
{
    list_append(&leg->parties, &party->of_leg);
    party->leg = leg;
    leg->party = party;
    leg->is_urgent |= party->call->is_urgent;
}

void leg_leave(struct core *core, struct party *party)
{
    struct leg *leg = party->leg;
    if (!leg)
        return;
    list_remove(&party->of_leg);
    party->leg = NULL;
    if (leg->party == party) {
        leg->last_call = party->call->serial;
        leg->last_party = party->number;
        leg->is_answer_pending &= !leg->is_up; /* to retrieve: that was for the party's call */
    }
    if (leg->party == party)
        leg->party = list_is_empty(&leg->parties)
                         ? NULL
                         : LIST_OWNER(leg->parties.prev, struct party, of_leg);
    LIST_EACH(it, &leg->parties)
    call_touch(core, LIST_OWNER(it, struct party, of_leg)->call);
}

void leg_hand_over(struct party *from, struct party *to)
{
    struct leg *leg = from->leg;
    list_append(&from->of_leg, &to->of_leg); /* right before it */
    list_remove(&from->of_leg);
    from->leg = NULL;
    to->leg = leg;
    leg->is_urgent |= to->call->is_urgent;
    if (leg->party == from)
        leg->party = to;
}

size_t leg_count(const struct leg *leg)
{
    size_t count = 0;
    LIST_EACH(it, &leg->parties)
    count++;
    return count;
}

void leg_set_trunk(struct core *core, struct leg *leg, struct slice trunk)
{
    struct trunk *through = trunk_find(core, trunk);
    if (through)
        through->in_use++;
    char *copy = mem_alloc(trunk.len + 1);
    memcpy(copy, trunk.ptr, trunk.len);
    leg->trunk = (struct slice){copy, trunk.len};
}

struct leg *leg_find(const struct core *core, uint64_t id)
{
    return map_get(&core->leg_by_id, map_key_u64(&id));
}

static struct order *leg_order(struct turn *turn, enum order_kind kind, const struct leg *leg)
{
    struct order *order = effects_order(turn, kind, leg->id);
    order->is_urgent = leg->is_urgent;
    return order;
}

void leg_order_ring(struct turn *turn, const struct leg *leg)
{
    struct order *order = leg_order(turn, ORDER_RING, leg);
    order->dn = arena_copy(&turn->fx->arena, number_slice(leg->dn));
    order->from = arena_copy(&turn->fx->arena, number_slice(leg->from));
    if (leg->trunk.len > 0)
        outside_fill_order(turn, leg, order);
    order->auto_answer = leg->auto_answer;
    effects_order_done(turn, order);
}

void leg_order_answer(struct turn *turn, const struct leg *leg)
{
    effects_order_done(turn, leg_order(turn, ORDER_ANSWER, leg));
}

void leg_order_drop(struct turn *turn, const struct leg *leg)
{
    struct order *order = leg_order(turn, ORDER_DROP, leg);
    order->cause = leg->drop_cause;
    effects_order_done(turn, order);
}

void leg_ring_outside(struct turn *turn, struct party *party, struct slice trunk, const char *from,
                      bool hides_number)
{
    struct leg *leg = leg_create(turn->core, turn->core->next_leg++, party->dn);
    number_copy(leg->from, number_slice(from));
    leg->hides_number = hides_number;
    leg_set_trunk(turn->core, leg, trunk);
    leg_join(leg, party);
    leg_order_ring(turn, leg);
}

void leg_keep(struct turn *turn, struct leg *leg, struct slice bytes)
{
    buf_reset(&leg->keep);
    buf_slice(&leg->keep, bytes);
    effects_order_done(turn, leg_order(turn, ORDER_KEPT, leg));
}

struct leg *leg_ring(struct turn *turn, struct party *party, const char *from, bool auto_answer)
{
    struct leg *leg = leg_create(turn->core, turn->core->next_leg++, party->device->dn);
    number_copy(leg->from, number_slice(from));
    leg->auto_answer = auto_answer;
    leg_join(leg, party);
    leg_order_ring(turn, leg);
    return leg;
}

void leg_answer(struct turn *turn, struct leg *leg)
{
    if ((leg->is_up && !leg->is_held) || leg->is_dropping || leg->is_answer_pending)
        return;
    leg->is_answer_pending = true;
    leg_order_answer(turn, leg);
}

void leg_drop(struct turn *turn, struct leg *leg, enum cause cause)
{
    while (!list_is_empty(&leg->parties))
        leg_leave(turn->core, LIST_OWNER(leg->parties.next, struct party, of_leg));
    if (leg->is_dropping)
        return;
    leg->is_dropping = true;
    leg->is_answer_pending = false;
    leg->drop_cause = cause;
    leg_order_drop(turn, leg);
}
