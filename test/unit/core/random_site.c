/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The site of the random test: recorders, places, queues, a trunk. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

/* A role comes or goes; who has none may leave calls to outside numbers alone. */
void give_role(struct model *m, unsigned u, unsigned roles)
{
    char user[3] = {'u', (char)('0' + u), '\0'};
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_USER,
                                     .name = slice_of(user),
                                     .roles = roles,
                                     .may_connect_outside = roles == 0}};
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

static struct input site_of(bool has_emergency)
{
    static const struct slice emergency = SLICE("112");
    return (struct input){.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_SITE,
                                     .country = SLICE("49"),
                                     .international = SLICE("00"),
                                     .members = &emergency,
                                     .member_count = has_emergency,
                                     .callback_ms = 60000}};
}

static struct input trunk_of(struct slice name, uint64_t calls)
{
    static const struct slice keys[] = {SLICE("a"), SLICE("none")};
    return (struct input){.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_TRUNK,
                                     .name = name,
                                     .calls = calls,
                                     .members = keys,
                                     .member_count = 2}};
}

void give_trunks(struct world *w)
{
    struct input input = site_of(true);
    world_apply(w, &input);
    input = trunk_of(SLICE("outside"), 2);
    world_apply(w, &input);
    input = trunk_of(SLICE("other"), 1);
    world_apply(w, &input);
}
/* What is between calls and the outside changes, or is as it was. */
void step_outside(struct model *m, uint32_t r)
{
    struct input input = trunk_of(SLICE("other"), r >> 4 & 1);
    switch (r % 4) {
    case 0:
        apply(m, &input);
        break;
    case 1:
        input.config.kind = CONFIG_REMOVE_TRUNK;
        apply(m, &input);
        break;
    case 2:
        input = (struct input){.kind = INPUT_CONFIG,
                               .config = {.kind = CONFIG_LIMITS,
                                          .limits = {.pick_up_ms = 20000,
                                                     .no_answer_ms = 30000,
                                                     .tone_ms = 3000,
                                                     .keep_ms = 60000,
                                                     .key_bytes = 255,
                                                     .value_bytes = 16384,
                                                     .call_bytes = 65536,
                                                     .pairs = 1000,
                                                     .disposition_ms = 86400000,
                                                     .vanished_ms = 300000,
                                                     .transit_ms = (uint64_t)(r >> 4) % 4 * 1500}}};
        apply(m, &input);
        break;
    default:
        input = site_of(r >> 4 & 3);
        apply(m, &input);
        break;
    }
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
