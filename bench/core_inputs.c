/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core alone, without I/O: inputs a second on one processor, and the memory of a call.
 *
 *     core_inputs [DEVICES [ROUNDS]]
 *
 * A life of a call is 22 inputs: Dial, both telephones, ringing and answer, eight UpdateUserData,
 * Hold, Retrieve, MuteCall, UnmuteCall, SendDtmf, Hangup, both telephones gone, and the deadline
 * that forgets it. Half of the devices call the other half, all calls at the same stage, so that no
 * stage finds its call in the cache; a batch of effects is thrown away after each 32 inputs, as the
 * engine does. Prints one row of the table for each figure. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/core.h"

#define BATCH 32

struct pair_of {
    char user[2][32];
    char dn[2][32];
    char call[33];
    uint64_t leg[2];
};

static struct core *core;
static struct effects fx;
static unsigned batch;
static uint64_t now_ms = 1800000000000;
static uint64_t inputs;
static uint64_t random_word = 1;

static void apply(struct input *input)
{
    if (batch++ % BATCH == 0)
        effects_reset(&fx);
    input->time_ms = now_ms;
    for (size_t i = 0; i < 2; i++) {
        random_word = random_word * 6364136223846793005u + 1442695040888963407u;
        memcpy(input->random + 8 * i, &random_word, 8);
    }
    enum err err = core_apply(core, input, &fx);
    if (err) {
        fprintf(stderr, "core_inputs: refused: %.*s\n", (int)fx.reason.len, fx.reason.ptr);
        exit(1);
    }
    inputs++;
}

static void configure(struct pair_of *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 2; k++) {
            struct pair_of *pair = &pairs[i];
            snprintf(pair->user[k], sizeof pair->user[k], "agent%zu", 2 * i + k);
            snprintf(pair->dn[k], sizeof pair->dn[k], "%zu", 100000 + 2 * i + k);
            struct input input = {.kind = INPUT_CONFIG,
                                  .config = {.kind = CONFIG_USER, .name = slice_of(pair->user[k])}};
            apply(&input);
            input.config = (struct config_item){.kind = CONFIG_DEVICE,
                                                .name = slice_of(pair->dn[k]),
                                                .owner = slice_of(pair->user[k]),
                                                .calls = 1,
                                                .remote_answer = REMOTE_ANSWER_TALK};
            apply(&input);
            input = (struct input){
                .kind = INPUT_SIGNAL,
                .signal = {.kind = SIGNAL_REGISTERED, .dn = slice_of(pair->dn[k]), .talks = true}};
            apply(&input);
        }
}

static void signal_of(uint64_t leg, enum signal_kind kind)
{
    struct input input = {
        .kind = INPUT_SIGNAL,
        .signal = {.kind = kind, .leg = leg, .cause = CAUSE_HANGUP, .talks = true}};
    if (kind == SIGNAL_ANSWERED)
        input.signal.keep = SLICE("kept by the driver");
    apply(&input);
}

static void command_of(const struct pair_of *pair, size_t side, enum op op)
{
    static const struct pair data[] = {{SLICE("AccountNumber"), SLICE("\"0123456789\"")},
                                       {SLICE("Segment"), SLICE("\"gold\"")}};
    struct input input = {
        .kind = INPUT_COMMAND,
        .command = {.op = op, .user = slice_of(pair->user[side]), .target = slice_of(pair->call)}};
    if (op == OP_UPDATE_USER_DATA) {
        input.command.pairs = data;
        input.command.pair_count = 2;
    }
    if (op == OP_SEND_DTMF)
        input.command.text = SLICE("12");
    apply(&input);
}

static uint64_t ring_order(void)
{
    for (size_t i = fx.order_count; i-- > 0;)
        if (fx.orders[i].kind == ORDER_RING)
            return fx.orders[i].leg;
    fprintf(stderr, "core_inputs: no telephone was rung\n");
    exit(1);
}

static void dial(struct pair_of *pair)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_DIAL,
                                      .user = slice_of(pair->user[0]),
                                      .target = slice_of(pair->dn[0]),
                                      .text = slice_of(pair->dn[1])}};
    apply(&input);
    pair->leg[0] = ring_order();
    memcpy(pair->call, fx.notices[fx.notice_count - 1]->call.call->id, sizeof pair->call);
}

static void establish(struct pair_of *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        dial(&pairs[i]);
    for (size_t i = 0; i < count; i++) {
        signal_of(pairs[i].leg[0], SIGNAL_ANSWERED);
        pairs[i].leg[1] = ring_order();
    }
    for (size_t i = 0; i < count; i++)
        signal_of(pairs[i].leg[1], SIGNAL_RINGING);
    for (size_t i = 0; i < count; i++)
        signal_of(pairs[i].leg[1], SIGNAL_ANSWERED);
}

static void live(struct pair_of *pairs, size_t count)
{
    static const enum op ops[] = {OP_UPDATE_USER_DATA,
                                  OP_UPDATE_USER_DATA,
                                  OP_HOLD,
                                  OP_UPDATE_USER_DATA,
                                  OP_UPDATE_USER_DATA,
                                  OP_RETRIEVE,
                                  OP_MUTE_CALL,
                                  OP_UPDATE_USER_DATA,
                                  OP_UPDATE_USER_DATA,
                                  OP_UNMUTE_CALL,
                                  OP_UPDATE_USER_DATA,
                                  OP_UPDATE_USER_DATA,
                                  OP_SEND_DTMF,
                                  OP_HANGUP};
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
        now_ms += 100;
        for (size_t i = 0; i < count; i++)
            command_of(&pairs[i], k % 2 && ops[k] == OP_UPDATE_USER_DATA, ops[k]);
    }
}

static void end(struct pair_of *pairs, size_t count)
{
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < count; i++)
            signal_of(pairs[i].leg[k], SIGNAL_GONE);
    now_ms += 70000;
    while (core_next_deadline(core) <= now_ms)
        apply(&(struct input){.kind = INPUT_DEADLINE});
}

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

/* Heap of established calls, from half of them to all: what telephones, users and tables take
 * anyway is in both. */
static void measure_memory(struct pair_of *pairs, size_t count)
{
    size_t half = count / 2;
    establish(pairs, half);
    effects_free(&fx);
    batch = 0;
    size_t before = mallinfo2().uordblks;
    establish(pairs + half, count - half);
    effects_free(&fx);
    batch = 0;
    size_t after = mallinfo2().uordblks;
    printf("| memory of a call beside its user data | 2 kB or less | %zu bytes |\n",
           (after - before) / (count - half));
    live(pairs, count);
    end(pairs, count);
}

int main(int argc, char **argv)
{
    size_t count = (argc > 1 ? strtoul(argv[1], NULL, 10) : 10000) / 2;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 21;
    if (count < 2 || rounds < 1 || rounds > 1000)
        return 2;
    struct pair_of *pairs = calloc(count, sizeof *pairs);
    double *rates = calloc(rounds, sizeof *rates);
    core = core_create();
    configure(pairs, count);
    measure_memory(pairs, count);
    for (size_t i = 0; i < rounds; i++) {
        uint64_t first = inputs;
        double begin = cpu_s();
        establish(pairs, count);
        live(pairs, count);
        end(pairs, count);
        rates[i] = (double)(inputs - first) / (cpu_s() - begin);
    }
    qsort(rates, rounds, sizeof *rates, by_value);
    printf("| inputs/s of the core alone, %zu calls at a time | 1,000,000 or more | "
           "median %.0f (min %.0f, max %.0f) |\n",
           count, rates[rounds / 2], rates[0], rates[rounds - 1]);
    effects_free(&fx);
    core_destroy(core);
    free(pairs);
    free(rates);
    return 0;
}
