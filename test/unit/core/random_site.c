/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The site of the random test: recorders, places, queues, a trunk. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

/* A role comes or goes. */
void give_role(struct model *m, unsigned u, unsigned roles)
{
    char user[3] = {'u', (char)('0' + u), '\0'};
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_USER, .name = slice_of(user), .roles = roles}};
    apply(m, &input);
}

/* u0 and u2 may record. */
void give_recorders(struct model *m)
{
    for (int u = 0; u < USERS; u += 2) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        char dn[4] = {'1', '0', (char)('0' + u), '\0'};
        struct input input = {.kind = INPUT_CONFIG,
                              .config = {.kind = CONFIG_DEVICE,
                                         .name = slice_of(dn),
                                         .owner = slice_of(user),
                                         .calls = 1,
                                         .may_record = true,
                                         .shows_hold = true,
                                         .remote_answer = REMOTE_ANSWER_TALK}};
        apply(m, &input);
    }
}

/* 104 stands on a desk, and is the owner's when nobody is logged in there. */
void give_desk(struct model *m, struct slice owner)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = SLICE("104"),
                                     .owner = owner,
                                     .location = SLICE("+4930777"),
                                     .calls = 1,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    apply(m, &input);
}

/* Two places, a state of the configuration, and two queues: 900 has three members and overflows to
 * 901, which asks everybody and overflows back. */
void begin_agents(struct model *m)
{
    static const struct slice devices[] = {SLICE("104"), SLICE("103")};
    give_desk(m, SLICE(""));
    apply(m, &(struct input){.kind = INPUT_SIGNAL,
                             .signal = {.kind = SIGNAL_REGISTERED, .dn = devices[0]}});
    struct input place = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_PLACE, .members = devices}};
    for (size_t i = 0; i < 2; i++) {
        place.config.name = i == 0 ? SLICE("desk") : SLICE("home");
        place.config.member_count = i + 1;
        apply(m, &place);
    }
    static const struct slice members[] = {SLICE("u0"), SLICE("u1"), SLICE("u2")};
    struct input queue = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_QUEUE,
                                     .name = SLICE("900"),
                                     .members = members,
                                     .member_count = 3,
                                     .wrap_up_ms = 900,
                                     .no_answer_ms = 5000,
                                     .max_wait_ms = 4000,
                                     .max_waiting = 2,
                                     .overflow = SLICE("901")}};
    apply(m, &queue);
    queue.config = (struct config_item){
        .kind = CONFIG_QUEUE, .name = SLICE("901"), .overflow = SLICE("900"), .max_waiting = 1};
    apply(m, &queue);
    for (int u = 0; u < USERS; u++) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        struct input input = {.kind = INPUT_COMMAND,
                              .command = command_for(OP_START_CONTACT_CENTER_SESSION, user, "", 1)};
        apply(m, &input);
        input.command = command_for(OP_READY, user, "", 0);
        apply(m, &input);
    }
    struct input lunch = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_AGENT_STATE,
                                     .name = SLICE("OutToLunch"),
                                     .mode = AGENT_NOT_READY}};
    apply(m, &lunch);
}

void give_trunk(struct world *w)
{
    static const struct slice emergency = SLICE("112");
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_SITE,
                                     .country = SLICE("49"),
                                     .international = SLICE("00"),
                                     .members = &emergency,
                                     .member_count = 1,
                                     .callback_ms = 60000}};
    world_apply(w, &input);
    input.config = (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("outside"), .calls = 2};
    world_apply(w, &input);
}

void give_two_calls(struct world *w, const char *dn, const char *owner)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = slice_of(dn),
                                     .owner = slice_of(owner),
                                     .calls = 2,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    world_apply(w, &input);
}
