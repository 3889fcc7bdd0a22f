/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One input of the random test, and what is looked at after it. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

void must(bool holds, const char *sentence)
{
    if (!holds)
        log_abort("broken: %s", sentence);
}

struct known_leg *leg_of(struct model *m, uint64_t id)
{
    for (size_t i = 0; i < m->leg_count; i++)
        if (m->legs[i].id == id)
            return &m->legs[i];
    must(m->leg_count < LEGS_MAX, "the model has room");
    m->legs[m->leg_count] = (struct known_leg){.id = id};
    return &m->legs[m->leg_count++];
}

void forget_leg(struct model *m, uint64_t id)
{
    struct known_leg *leg = leg_of(m, id);
    *leg = m->legs[--m->leg_count];
}

/* Legs whose answer order is unconfirmed, before an input. A telephone that does not retrieve is
 * given up by time, so nobody but the core knows. */
static uint64_t pending[LEGS_MAX];
static size_t pending_count;

static void find_pending(const struct model *m)
{
    struct effects fx = {0};
    core_unconfirmed_orders(m->w.core, &fx);
    pending_count = 0;
    for (size_t i = 0; i < fx.order_count; i++)
        if (fx.orders[i].kind == ORDER_ANSWER && pending_count < LEGS_MAX)
            pending[pending_count++] = fx.orders[i].leg;
    effects_free(&fx);
}

static bool is_pending(uint64_t leg)
{
    for (size_t i = 0; i < pending_count; i++)
        if (pending[i] == leg)
            return true;
    return false;
}

static void watch_orders(struct model *m)
{
    for (size_t i = 0; i < m->w.fx.order_count; i++) {
        const struct order *order = &m->w.fx.orders[i];
        if (order->kind == ORDER_MIX)
            continue;
        struct known_leg *leg = leg_of(m, order->leg);
        if (order->kind == ORDER_RING) {
            must(!leg->is_ring_out, "no second ring order while one is unconfirmed");
            leg->is_ring_out = true;
        } else if (order->kind == ORDER_ANSWER) {
            must(!is_pending(order->leg), "no second answer order while one is unconfirmed");
            leg->is_answer_out = true;
        } else if (order->kind == ORDER_DROP) {
            leg->is_drop_out = true;
        }
    }
}

static void watch_notices(struct model *m)
{
    for (size_t i = 0; i < m->w.fx.notice_count; i++) {
        const struct notice *n = m->w.fx.notices[i];
        unsigned user = (unsigned)(n->user->name.ptr[1] - '0');
        must(n->seq == ++m->seq[user], "a user's notices are numbered without a gap");
        if (notice_channel(n->kind) != NOTICE_ON_CALLS || n->call.state != PARTY_RELEASED)
            continue;
        uint64_t key = hash_u64(hash_slice(user, slice_of(n->call.call->id)), n->call.party);
        for (size_t k = 0; k < m->released_count; k++)
            must(m->released[k] != key, "one Released notice per party");
        must(m->released_count < 4096, "the model has room");
        m->released[m->released_count++] = key;
        must(n->release_reason != CAUSE_NONE, "a Released notice says why");
    }
}

/* A telephone that wants to transfer is told whether it may, and only then anything happens. */
static void check_transfer(const struct model *m, bool is_changed)
{
    const struct order *first = m->w.fx.order_count > 0 ? &m->w.fx.orders[0] : NULL;
    must(first && first->kind == ORDER_TRANSFER, "who wants to transfer is answered first");
    if (first->cause == CAUSE_NONE)
        accepted[OP_COUNT]++;
    for (size_t i = 1; i < m->w.fx.order_count; i++)
        must(m->w.fx.orders[i].kind != ORDER_TRANSFER, "who wants to transfer is answered once");
    must(first->cause == CAUSE_NONE ||
             (!is_changed && m->w.fx.order_count == 1 && m->w.fx.notice_count == 0),
         "a transfer that is refused changes nothing");
}

struct watch watch;

/* Over all sequences, whose processes share it: what was ever accepted. */
uint32_t *accepted;

enum err apply(struct model *m, struct input *input)
{
    uint64_t before = core_digest(m->w.core);
    find_pending(m);
    enum err err = world_apply(&m->w, input);
    if (!err && input->kind == INPUT_COMMAND)
        accepted[input->command.op]++;
    if (err) {
        must(core_digest(m->w.core) == before, "a refused input changes nothing");
        must(m->w.fx.reason.len > 0, "a refusal has a reason");
        must(m->w.fx.order_count == 0 && m->w.fx.notice_count == 0, "a refusal has no effects");
    }
    if (!err && input->kind == INPUT_SIGNAL && input->signal.kind == SIGNAL_TRANSFER)
        check_transfer(m, core_digest(m->w.core) != before);
    core_check(m->w.core);
    watch_orders(m);
    watch_notices(m);
    if (input->kind == INPUT_SIGNAL && input->signal.kind == SIGNAL_GONE)
        watch_gone(&watch, input->signal.leg);
    watch_follow(&watch, &m->w.fx);
    watch_check(&watch, m->w.core, USERS, m->w.now_ms);
    check_floor(m);
    return err;
}

void tick(struct model *m, uint64_t ms)
{
    uint64_t until_ms = m->w.now_ms + ms;
    while (core_next_deadline(m->w.core) <= until_ms) {
        m->w.now_ms = core_next_deadline(m->w.core);
        must(apply(m, &(struct input){.kind = INPUT_DEADLINE}) == ERR_OK, "a due deadline fires");
    }
    m->w.now_ms = until_ms;
}
