/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The telephones obey at once. What a stage needs of the effects (numbers of legs, ids of calls) is
 * taken from those of its own last input, so that nothing here looks anything up in the core. */
#include "core_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH       32
#define FIRST_DN    100000
#define FIRST_QUEUE 9000
#define TRUNK       "carrier"

static void stop(const char *what, struct slice why)
{
    fprintf(stderr, "core_world: %s%.*s\n", what, (int)why.len, why.ptr);
    exit(1);
}

void world_drop_effects(struct world *w)
{
    effects_free(&w->fx);
    w->batch = 0;
}

void world_apply(struct world *w, struct input *input)
{
    if (w->batch++ % BATCH == 0)
        effects_reset(&w->fx);
    input->time_ms = w->now_ms;
    for (size_t i = 0; i < 2; i++) {
        w->random_word = w->random_word * 6364136223846793005u + 1442695040888963407u;
        memcpy(input->random + 8 * i, &w->random_word, 8);
    }
    if (core_apply(w->core, input, &w->fx))
        stop("refused: ", w->fx.reason);
    w->inputs++;
}

void world_signal(struct world *w, enum signal_kind kind, uint64_t leg)
{
    struct input input = {
        .kind = INPUT_SIGNAL,
        .signal = {.kind = kind, .leg = leg, .cause = CAUSE_HANGUP, .talks = true}};
    if (kind == SIGNAL_ANSWERED)
        input.signal.keep = SLICE("kept by the driver");
    world_apply(w, &input);
}

void world_command(struct world *w, const struct pair_of *pair, size_t side, enum op op)
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
    if (op == OP_INITIATE_TRANSFER)
        input.command.text = slice_of(pair->dn[CALLEE]);
    if (op == OP_DIAL) {
        input.command.target = slice_of(pair->dn[CALLER]);
        input.command.text = slice_of(pair->dn[CALLEE]);
    }
    if (op == OP_START_CONTACT_CENTER_SESSION || op == OP_READY) {
        input.command.at = OP_ON_USER;
        input.command.voice = true;
    }
    world_apply(w, &input);
}

/* --- configuration --- */

static void configure(struct world *w, const struct config_item *item)
{
    struct input input = {.kind = INPUT_CONFIG, .config = *item};
    world_apply(w, &input);
}

static void configure_agent(struct world *w, struct pair_of *pair, size_t side)
{
    struct slice user = slice_of(pair->user[side]);
    struct slice dn = slice_of(pair->dn[side]);
    configure(w, &(struct config_item){
                     .kind = CONFIG_USER, .name = user, .first_name = user, .last_name = user});
    configure(w, &(struct config_item){.kind = CONFIG_DEVICE,
                                       .name = dn,
                                       .owner = user,
                                       .calls = 1,
                                       .remote_answer = REMOTE_ANSWER_TALK});
    world_apply(w, &(struct input){.kind = INPUT_SIGNAL,
                                   .signal = {.kind = SIGNAL_REGISTERED, .dn = dn, .talks = true}});
    world_command(w, pair, side, OP_START_CONTACT_CENTER_SESSION);
    if (side == CALLER)
        world_command(w, pair, side, OP_READY);
}

static void configure_queue(struct world *w, size_t first, size_t count)
{
    char number[32];
    struct slice members[QUEUE_OF];
    snprintf(number, sizeof number, "%zu", FIRST_QUEUE + first / QUEUE_OF);
    for (size_t i = 0; i < count; i++)
        members[i] = slice_of(w->pairs[first + i].user[CALLER]);
    configure(w, &(struct config_item){.kind = CONFIG_QUEUE,
                                       .name = slice_of(number),
                                       .members = members,
                                       .member_count = count,
                                       .wrap_up_ms = WRAP_UP_MS});
}

void world_begin(struct world *w, size_t pairs)
{
    *w = (struct world){.core = core_create(),
                        .now_ms = 1800000000000,
                        .random_word = 1,
                        .pairs = calloc(pairs, sizeof *w->pairs),
                        .count = pairs};
    configure(w, &(struct config_item){.kind = CONFIG_TRUNK, .name = SLICE(TRUNK), .calls = pairs});
    for (size_t i = 0; i < pairs; i++)
        for (size_t side = 0; side < 2; side++) {
            struct pair_of *pair = &w->pairs[i];
            snprintf(pair->user[side], sizeof pair->user[side], "agent%zu", 2 * i + side);
            snprintf(pair->dn[side], sizeof pair->dn[side], "%zu", FIRST_DN + 2 * i + side);
            configure_agent(w, pair, side);
        }
    for (size_t i = 0; i < pairs; i += QUEUE_OF)
        configure_queue(w, i, pairs - i < QUEUE_OF ? pairs - i : QUEUE_OF);
}

void world_end(struct world *w)
{
    effects_free(&w->fx);
    core_destroy(w->core);
    free(w->pairs);
}

/* --- stages --- */

static const struct order *ring_order(const struct world *w)
{
    for (size_t i = w->fx.order_count; i-- > 0;)
        if (w->fx.orders[i].kind == ORDER_RING)
            return &w->fx.orders[i];
    stop("no telephone was rung", SLICE_NONE);
    return NULL;
}

/* Of the newest call that a notice was about and that is not the other one. */
static void take_call_id(const struct world *w, char out[33], const char *other)
{
    for (size_t i = w->fx.notice_count; i-- > 0;) {
        const struct notice *notice = w->fx.notices[i];
        if (notice_channel(notice->kind) == NOTICE_ON_CALLS &&
            strcmp(notice->call.call->id, other) != 0) {
            memcpy(out, notice->call.call->id, 33);
            return;
        }
    }
    stop("nobody was told of a call", SLICE_NONE);
}

void pair_dials(struct world *w, struct pair_of *pair)
{
    world_command(w, pair, CALLER, OP_DIAL);
    pair->leg[CALLER] = ring_order(w)->leg;
    take_call_id(w, pair->call, "");
}

void pair_picks_up(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_ANSWERED, pair->leg[CALLER]);
    pair->leg[CALLEE] = ring_order(w)->leg;
}

void pair_rings(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_RINGING, pair->leg[CALLEE]);
}

void pair_answers(struct world *w, struct pair_of *pair)
{
    world_signal(w, SIGNAL_ANSWERED, pair->leg[CALLEE]);
}

void pair_consults(struct world *w, struct pair_of *pair)
{
    world_command(w, pair, CALLER, OP_INITIATE_TRANSFER);
    pair->leg[CALLEE] = ring_order(w)->leg;
    take_call_id(w, pair->consult, pair->call);
}

void pair_is_called(struct world *w, struct pair_of *pair)
{
    char number[32];
    uint64_t leg = LEG_OF_DRIVER | w->inputs;
    snprintf(number, sizeof number, "%zu", FIRST_QUEUE + (size_t)(pair - w->pairs) / QUEUE_OF);
    world_apply(w, &(struct input){.kind = INPUT_SIGNAL,
                                   .signal = {.kind = SIGNAL_INCOMING,
                                              .leg = leg,
                                              .trunk = SLICE(TRUNK),
                                              .from = SLICE("+4930123456"),
                                              .number = slice_of(number)}});
    const struct order *ring = ring_order(w);
    char dn[32];
    snprintf(dn, sizeof dn, "%.*s", (int)ring->dn.len, ring->dn.ptr);
    pair = &w->pairs[(strtoul(dn, NULL, 10) - FIRST_DN) / 2];
    pair->leg[OUTSIDE] = leg;
    pair->leg[CALLER] = ring->leg;
}

void world_establish(struct world *w, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        pair_dials(w, &w->pairs[i]);
        pair_picks_up(w, &w->pairs[i]);
        pair_rings(w, &w->pairs[i]);
        pair_answers(w, &w->pairs[i]);
    }
}

void world_release(struct world *w, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        world_command(w, &w->pairs[i], CALLER, OP_HANGUP);
        world_signal(w, SIGNAL_GONE, w->pairs[i].leg[CALLER]);
        world_signal(w, SIGNAL_GONE, w->pairs[i].leg[CALLEE]);
    }
}

void world_forget(struct world *w)
{
    w->now_ms += 70000;
    while (core_next_deadline(w->core) <= w->now_ms)
        world_apply(w, &(struct input){.kind = INPUT_DEADLINE});
}
