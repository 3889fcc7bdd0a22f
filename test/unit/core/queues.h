/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A world for the tests of queues: u0's telephone calls the queue 900, whose agents are u1, u2 and
 * u3; u4 is no member. The helpers assert. */
#ifndef TEST_CORE_QUEUES_H
#define TEST_CORE_QUEUES_H

#include "world.h"

#define USERS   5
#define BIT(op) (UINT64_C(1) << (op))

static const struct slice members[] = {SLICE("u1"), SLICE("u2"), SLICE("u3"), SLICE("nobody")};

static inline struct config_item queue_900(void)
{
    return (struct config_item){.kind = CONFIG_QUEUE,
                                .name = SLICE("900"),
                                .members = members,
                                .member_count = 4,
                                .wrap_up_ms = 20000,
                                .no_answer_ms = 10000,
                                .max_wait_ms = 60000,
                                .max_waiting = 2};
}

static inline enum err put(struct world *w, struct config_item item)
{
    return world_apply(w, &(struct input){.kind = INPUT_CONFIG, .config = item});
}

static inline void begin(struct world *w)
{
    world_init(w, USERS);
    assert_int_equal(put(w, queue_900()), ERR_OK);
    for (unsigned i = 0; i < USERS; i++) {
        char user[24];
        snprintf(user, sizeof user, "u%u", i);
        world_command(w, user, OP_START_CONTACT_CENTER_SESSION, "", "");
    }
}

static inline void ready(struct world *w, const char *user)
{
    w->now_ms += 10;
    assert_int_equal(world_command(w, user, OP_READY, "", ""), ERR_OK);
}

static inline void end(struct world *w)
{
    core_check(w->core);
    world_free(w);
}

/* A device's telephone calls; the leg. */
static inline uint64_t call_from(struct world *w, const char *dn, const char *number)
{
    static uint64_t count;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | ++count,
                                     .dn = slice_of(dn),
                                     .number = slice_of(number)}};
    assert_int_equal(world_apply(w, &input), ERR_OK);
    core_check(w->core);
    return input.signal.leg;
}

static inline bool state_is(const struct world *w, const char *user, const char *name)
{
    struct answer answer;
    core_query(w->core, &(struct query){.kind = QUERY_USER, .user = slice_of(user)}, w->now_ms,
               &answer);
    bool is = slice_is(answer.state ? answer.state->operation_name : SLICE(""), name);
    answer_release(&answer);
    return is;
}

static inline enum err put_state(struct world *w, const char *user, enum op op)
{
    return world_command(w, user, op, "", "");
}

/* The telephone that is rung; the leg. */
static inline uint64_t rung(const struct world *w, const char *dn)
{
    const struct order *order = world_order(w, ORDER_RING);
    assert_non_null(order);
    assert_true(slice_is(order->dn, dn));
    return order->leg;
}

static inline const struct notice *last_notice(const struct world *w, const char *user,
                                               enum notice_kind kind)
{
    const struct notice *found = NULL;
    for (size_t i = 0; i < w->fx.notice_count; i++)
        if (slice_is(w->fx.notices[i]->user->name, user) && w->fx.notices[i]->kind == kind)
            found = w->fx.notices[i];
    return found;
}

static inline void answer(struct world *w, uint64_t leg)
{
    assert_int_equal(world_signal(w, SIGNAL_ANSWERED, leg, CAUSE_NONE), ERR_OK);
}

static uint64_t agent_leg, caller_leg;

/* u0 waits and u1 is rung. */
static inline void begin_offered(struct world *w)
{
    begin(w);
    ready(w, "u1");
    caller_leg = call_from(w, "100", "900");
    agent_leg = rung(w, "101");
    world_signal(w, SIGNAL_RINGING, agent_leg, CAUSE_NONE);
}

#endif
