/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A core with users u0, u1 ... owning devices 100, 101 ..., all registered, and short ways to put
 * inputs in and to look at what came out. */
#ifndef TEST_CORE_WORLD_H
#define TEST_CORE_WORLD_H

#include "core/core.h"

#define WORLD_START_MS UINT64_C(1700000000000)

struct world {
    struct core *core;
    struct effects fx; /* of the last input only */
    uint64_t now_ms;
    uint64_t inputs;    /* also what randomness is made of */
    struct buf journal; /* accepted inputs, as the engine would write them */
    uint64_t digest;    /* of all effects */
};

void world_init(struct world *w, unsigned users);
void world_free(struct world *w);
/* Stamps and applies it; the effects are in w->fx until the next. */
enum err world_apply(struct world *w, struct input *input);
enum err world_command(struct world *w, const char *user, enum op op, const char *target,
                       const char *text);
enum err world_data(struct world *w, const char *user, enum op op, const char *target,
                    const struct pair *pairs, size_t count);
enum err world_signal(struct world *w, enum signal_kind kind, uint64_t leg, enum cause cause);
/* Moves the clock, firing each deadline that comes due; effects are those of the last one, none
 * when nothing fired. */
void world_wait(struct world *w, uint64_t ms);

/* The one order of that kind among the last effects, or NULL. */
const struct order *world_order(const struct world *w, enum order_kind kind);
/* The one notice for that user among the last effects, or NULL. */
const struct notice *world_notice(const struct world *w, const char *user);
/* The id of the user's only call; "" when there is none. */
void world_call_id(struct world *w, const char *user, char id[33]);
/* Of several, in order; n wraps around. */
void world_nth_call_id(struct world *w, const char *user, size_t n, char id[33]);

#endif
