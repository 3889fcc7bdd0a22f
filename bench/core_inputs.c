/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core alone, without I/O: inputs a second on one processor.
 *
 *     core_inputs [DEVICES [ROUNDS]]
 *
 * Half of the devices have a call with the other half, all calls at the same stage, so that no
 * stage finds its call in the cache. In one kind of round agents call each other, in the other
 * they have calls of a queue and pass them on. Processor time, by stage and as a whole. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core_world.h"

#define ROUNDS_MAX 1000

typedef void (*stage_fn)(struct world *w, struct pair_of *pair);

/* What all calls go through, one stage after the other: an operation of the caller or of the
 * callee, or something that a function does. The same name may stand there several times. */
struct stage {
    const char *name;
    stage_fn run; /* NULL: op */
    enum op op;
    size_t side;
};

static void caller_is_gone(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_GONE, pair->leg[CALLER]);
}

static void callee_is_gone(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_GONE, pair->leg[CALLEE]);
}

static void outside_is_gone(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_GONE, pair->leg[OUTSIDE]);
}

static void outside_is_up(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_ANSWERED, pair->leg[OUTSIDE]);
}

static void agent_rings(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_RINGING, pair->leg[CALLER]);
    const struct notice *notice = w->fx.notices[w->fx.notice_count - 1];
    memcpy(pair->call, notice->call.call->id, sizeof pair->call);
}

static void agent_answers(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_ANSWERED, pair->leg[CALLER]);
}

static const struct stage direct[] = {
    {"Dial", pair_dials, 0, 0},
    {"off hook", pair_picks_up, 0, 0},
    {"ringing", pair_rings, 0, 0},
    {"answered", pair_answers, 0, 0},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"Hold", NULL, OP_HOLD, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"Retrieve", NULL, OP_RETRIEVE, CALLER},
    {"MuteCall", NULL, OP_MUTE_CALL, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"UnmuteCall", NULL, OP_UNMUTE_CALL, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"SendDtmf", NULL, OP_SEND_DTMF, CALLER},
    {"Hangup", NULL, OP_HANGUP, CALLER},
    {"gone", caller_is_gone, 0, 0},
    {"gone", callee_is_gone, 0, 0},
};

static const struct stage queued[] = {
    {"incoming to a queue", pair_is_called, 0, 0},
    {"off hook", outside_is_up, 0, 0},
    {"ringing", agent_rings, 0, 0},
    {"answered", agent_answers, 0, 0},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"Hold", NULL, OP_HOLD, CALLER},
    {"Retrieve", NULL, OP_RETRIEVE, CALLER},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLER},
    {"InitiateTransfer", pair_consults, 0, 0},
    {"ringing", pair_rings, 0, 0},
    {"answered", pair_answers, 0, 0},
    {"CompleteTransfer", NULL, OP_COMPLETE_TRANSFER, CALLER},
    {"gone", caller_is_gone, 0, 0},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"UpdateUserData", NULL, OP_UPDATE_USER_DATA, CALLEE},
    {"Hangup", NULL, OP_HANGUP, CALLEE},
    {"gone", callee_is_gone, 0, 0},
    {"gone", outside_is_gone, 0, 0},
};

static double cpu_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One round of all calls; adds the time of each stage. Returns inputs a second. */
static double play(struct world *w, const struct stage *stages, size_t count, double *times)
{
    uint64_t first = w->inputs;
    double begin = cpu_s();
    double before = begin;
    for (size_t k = 0; k < count; k++) {
        const struct stage *stage = &stages[k];
        w->now_ms += 100;
        for (size_t i = 0; i < w->count; i++)
            if (stage->run)
                stage->run(w, &w->pairs[i]);
            else
                world_command(w, &w->pairs[i], stage->side, stage->op);
        double now = cpu_s();
        times[k] += now - before;
        before = now;
    }
    world_forget(w);
    double now = cpu_s();
    times[count] += now - before;
    return (double)(w->inputs - first) / (now - begin);
}

/* "Dial 1234, off hook 2345 ...": nanoseconds a call, stages of the same name together. */
static void tell_stages(const struct stage *stages, size_t count, const double *times, double calls)
{
    printf("| - nanoseconds each | | ");
    for (size_t k = 0; k < count; k++) {
        double sum = 0;
        size_t same = 0;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(stages[i].name, stages[k].name) != 0)
                continue;
            if (i < k)
                same = count;
            sum += times[i];
            same++;
        }
        if (same < count)
            printf("%s %.0f, ", stages[k].name, sum / (double)same / calls * 1e9);
    }
    printf("forgotten %.0f |\n", times[count] / calls * 1e9);
}

static void measure(struct world *w, const char *what, const char *goal, const struct stage *stages,
                    size_t count, size_t rounds)
{
    static double rates[ROUNDS_MAX];
    double times[64] = {0};
    play(w, stages, count, (double[64]){0}); /* memory that it needs is there now */
    for (size_t i = 0; i < rounds; i++)
        rates[i] = play(w, stages, count, times);
    qsort(rates, rounds, sizeof *rates, by_value);
    printf("| inputs/s of the core alone, %zu %s at a time | %s | median %.0f, min %.0f, max %.0f "
           "|\n",
           w->count, what, goal, rates[rounds / 2], rates[0], rates[rounds - 1]);
    tell_stages(stages, count, times, (double)(rounds * w->count));
}

int main(int argc, char **argv)
{
    size_t count = (argc > 1 ? strtoul(argv[1], NULL, 10) : 10000) / 2;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 21;
    if (count < 1 || rounds < 1 || rounds > ROUNDS_MAX)
        return 2;
    struct world w;
    world_begin(&w, count);
    measure(&w, "calls", "1,000,000 or more", direct, sizeof direct / sizeof *direct, rounds);
    measure(&w, "calls of queues, with a transfer each,", "", queued,
            sizeof queued / sizeof *queued, rounds);
    world_end(&w);
    return 0;
}
