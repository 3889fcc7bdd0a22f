/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See world.h. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

enum err world_apply(struct world *w, struct input *input)
{
    input->time_ms = w->now_ms;
    memset(input->random, 0, sizeof input->random);
    w->inputs++;
    memcpy(input->random, &w->inputs, sizeof w->inputs);
    effects_reset(&w->fx);
    enum err err = core_apply(w->core, input, &w->fx);
    if (!err) {
        enc_u64(&w->journal, input->time_ms);
        enc_fixed(&w->journal, input->random, sizeof input->random);
        input_encode(input, &w->journal);
        w->digest = hash_u64(w->digest, w->fx.digest);
    }
    return err;
}

void world_init(struct world *w, unsigned users)
{
    *w = (struct world){.core = core_create(), .now_ms = WORLD_START_MS};
    for (unsigned i = 0; i < users; i++) {
        char name[24];
        char dn[24];
        snprintf(name, sizeof name, "u%u", i);
        snprintf(dn, sizeof dn, "%u", 100 + i);
        struct input input = {
            .kind = INPUT_CONFIG,
            .config = {.kind = CONFIG_USER, .name = slice_of(name), .may_connect_outside = true}};
        world_apply(w, &input);
        input.config = (struct config_item){.kind = CONFIG_DEVICE,
                                            .name = slice_of(dn),
                                            .owner = slice_of(name),
                                            .calls = 1,
                                            .remote_answer = REMOTE_ANSWER_TALK};
        world_apply(w, &input);
        input = (struct input){.kind = INPUT_SIGNAL,
                               .signal = {.kind = SIGNAL_REGISTERED, .dn = slice_of(dn)}};
        world_apply(w, &input);
    }
}

void world_free(struct world *w)
{
    effects_free(&w->fx);
    buf_free(&w->journal);
    core_destroy(w->core);
}

enum err world_command(struct world *w, const char *user, enum op op, const char *target,
                       const char *text)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = op,
                                      .user = slice_of(user),
                                      .target = slice_of(target),
                                      .text = slice_of(text),
                                      .voice = true}};
    return world_apply(w, &input);
}

enum err world_data(struct world *w, const char *user, enum op op, const char *target,
                    const struct pair *pairs, size_t count)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = op,
                                      .user = slice_of(user),
                                      .target = slice_of(target),
                                      .pairs = pairs,
                                      .pair_count = count}};
    return world_apply(w, &input);
}

enum err world_signal(struct world *w, enum signal_kind kind, uint64_t leg, enum cause cause)
{
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = kind, .leg = leg, .cause = cause, .talks = true}};
    if (kind == SIGNAL_ANSWERED)
        input.signal.keep = SLICE("kept");
    return world_apply(w, &input);
}

void world_wait(struct world *w, uint64_t ms)
{
    uint64_t until_ms = w->now_ms + ms;
    effects_reset(&w->fx);
    while (core_next_deadline(w->core) <= until_ms) {
        w->now_ms = core_next_deadline(w->core);
        struct input input = {.kind = INPUT_DEADLINE};
        world_apply(w, &input);
    }
    w->now_ms = until_ms;
}

const struct order *world_order(const struct world *w, enum order_kind kind)
{
    for (size_t i = 0; i < w->fx.order_count; i++)
        if (w->fx.orders[i].kind == kind)
            return &w->fx.orders[i];
    return NULL;
}

const struct notice *world_notice(const struct world *w, const char *user)
{
    for (size_t i = 0; i < w->fx.notice_count; i++)
        if (slice_is(w->fx.notices[i]->user->name, user))
            return w->fx.notices[i];
    return NULL;
}

void world_call_id(struct world *w, const char *user, char id[33])
{
    world_nth_call_id(w, user, 0, id);
}

void world_nth_call_id(struct world *w, const char *user, size_t n, char id[33])
{
    struct answer answer;
    struct query query = {.kind = QUERY_CALLS, .user = slice_of(user)};
    core_query(w->core, &query, w->now_ms, &answer);
    id[0] = '\0';
    if (answer.call_count > 0)
        memcpy(id, answer.calls[n % answer.call_count].call->id, 33);
    answer_release(&answer);
}
