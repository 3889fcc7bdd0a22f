/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A core in this process, its agents and their telephones, and short ways to put inputs in. Agents
 * are in pairs; pair i is agents 2i and 2i+1, each with a telephone of its own. */
#ifndef BENCH_CORE_WORLD_H
#define BENCH_CORE_WORLD_H

#include "core/core.h"

#define CALLER     0 /* sides of a pair */
#define CALLEE     1
#define OUTSIDE    2 /* who calls the pair's queue */
#define QUEUE_OF   25
#define CALLS_STEP ((size_t)2 * QUEUE_OF) /* half of so many calls fill queues, too */
#define WRAP_UP_MS 10000

struct pair_of {
    char user[2][32];
    char dn[2][32];
    char call[33]; /* id of the call, and of its consult call */
    char consult[33];
    uint64_t leg[3];
};

struct world {
    struct core *core;
    struct effects fx; /* of up to 32 inputs: an engine under load commits about as many at once */
    unsigned batch;
    uint64_t now_ms;
    uint64_t inputs;
    uint64_t random_word;
    struct pair_of *pairs;
    size_t count; /* of pairs */
};

/* Logged in and, the caller of each pair, Ready; a queue for each 25 of them. */
void world_begin(struct world *w, size_t pairs);
void world_end(struct world *w);
/* Ends the program when it is refused. */
void world_apply(struct world *w, struct input *input);
void world_signal(struct world *w, enum signal_kind kind, uint64_t leg);
void world_command(struct world *w, const struct pair_of *pair, size_t side, enum op op);
/* Throws away the effects that are left. */
void world_drop_effects(struct world *w);

/* The stages of a call, for one pair each; they must come in this order. */
void pair_dials(struct world *w, struct pair_of *pair);
void pair_picks_up(struct world *w, struct pair_of *pair); /* the caller's telephone */
void pair_rings(struct world *w, struct pair_of *pair);
void pair_answers(struct world *w, struct pair_of *pair);
void pair_consults(struct world *w, struct pair_of *pair); /* the caller calls the callee */
/* A call from outside comes to the queue, and some pair's caller is rung. */
void pair_is_called(struct world *w, struct pair_of *pair);

/* Two parties that talk. */
void world_establish(struct world *w, size_t first, size_t count);
/* The caller hangs up and everybody's telephone is gone; the calls stay readable. */
void world_release(struct world *w, size_t first, size_t count);
/* Long enough that nothing is readable any more. */
void world_forget(struct world *w);

#endif
