/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the floor consists of changes: names, members, queues and users that come and go. That a
 * mirror of it misses nothing is looked at after each input, with everything else. */
#include "floor_picture.h"
#include "random.h"

static struct floor_mirror mirror;

void check_floor(const struct model *m)
{
    floor_mirror_follow(&mirror, m->w.core, SLICE("u0"), m->w.now_ms);
}

void forget_floor(void)
{
    floor_mirror_free(&mirror);
}

/* Also what changed since some inputs ago, in the same order. */
void check_floor_of_copy(const struct model *m, const struct core *copy)
{
    for (uint64_t back = 0; back < 4; back++) {
        struct buf first = {0};
        struct buf second = {0};
        floor_text(m->w.core, SLICE("u0"), mirror.version - back, 0, &first);
        floor_text(copy, SLICE("u0"), mirror.version - back, 0, &second);
        must(slice_equal(buf_view(&first), buf_view(&second)),
             "the floor is the same behind a restart");
        buf_free(&first);
        buf_free(&second);
    }
}

static void step_queue(struct model *m, uint32_t r)
{
    static const struct slice names[] = {SLICE("u0"), SLICE("u1"), SLICE("guest"), SLICE("u2"),
                                         SLICE("u2")};
    struct input queue = {.kind = INPUT_CONFIG,
                          .config = {.kind = r >> 8 & 3 ? CONFIG_QUEUE : CONFIG_REMOVE_QUEUE,
                                     .name = r >> 10 & 1 ? SLICE("900") : SLICE("901"),
                                     .first_name = r >> 11 & 1 ? SLICE("Sales") : SLICE("Support"),
                                     .members = names,
                                     .member_count = (r >> 12) % 6,
                                     .wrap_up_ms = 900,
                                     .no_answer_ms = 5000,
                                     .max_wait_ms = 4000,
                                     .max_waiting = 2,
                                     .overflow = r >> 10 & 1 ? SLICE("901") : SLICE("900")}};
    apply(m, &queue);
}

void step_floor(struct model *m, uint32_t r)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_USER,
                                     .name = SLICE("u2"),
                                     .first_name = r >> 8 & 1 ? SLICE("Una") : SLICE("Ulla"),
                                     .last_name = SLICE("Two"),
                                     .may_connect_outside = true}};
    switch (r & 7) {
    case 0:
        apply(m, &input);
        break;
    case 1:
        input.config.name = SLICE("guest");
        input.config.kind = r >> 9 & 1 ? CONFIG_USER : CONFIG_REMOVE_USER;
        apply(m, &input);
        break;
    case 2:
        input.config = (struct config_item){
            .kind = r >> 8 & 3 ? CONFIG_AGENT_STATE : CONFIG_REMOVE_AGENT_STATE,
            .name = SLICE("OutToLunch"),
            .first_name = r >> 10 & 1 ? SLICE("Lunch") : SLICE("Dinner"),
            .mode = r >> 11 & 1 ? AGENT_NOT_READY : AGENT_READY};
        apply(m, &input);
        break;
    default:
        step_queue(m, r);
        break;
    }
}
