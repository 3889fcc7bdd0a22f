/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the random test share: the core under test, what is known of its telephones,
 * and the steps that one sequence is made of. */
#ifndef TEST_CORE_RANDOM_H
#define TEST_CORE_RANDOM_H

#include "watch.h"
#include "world.h"

#define USERS          4
#define SEQUENCE_STEPS 250
#define LEGS_MAX       512

struct known_leg {
    uint64_t id;
    bool is_ring_out, is_answer_out, is_drop_out, is_up;
};

struct model {
    struct world w;
    struct known_leg legs[LEGS_MAX]; /* that live */
    size_t leg_count;
    uint64_t seq[USERS];
    uint64_t released[4096]; /* hash of (user, call) of each Released notice */
    size_t released_count;
    uint64_t incoming;
    char last_call[USERS][33];
};

/* random_model.c: one input, and all that must be true after it */
void must(bool holds, const char *sentence);
struct known_leg *leg_of(struct model *m, uint64_t id);
void forget_leg(struct model *m, uint64_t id);
extern struct watch watch;
extern uint32_t *accepted; /* how often each operation was, and behind them transfers by telephones;
                              sequences share it */
enum err apply(struct model *m, struct input *input);
void tick(struct model *m, uint64_t ms);

/* random_site.c: what is configured */
void give_role(struct model *m, unsigned u, unsigned roles);
void give_recorders(struct model *m);
void give_desk(struct model *m, struct slice owner);
void begin_agents(struct model *m);
void give_trunks(struct world *w);
void step_outside(struct model *m, uint32_t r);
void give_two_calls(struct world *w, const char *dn, const char *owner);

/* random_steps.c: one step each; r is random */
struct command command_for(enum op op, const char *user, const char *target, uint32_t r);
void step_offered(struct model *m, uint32_t r);
void step_obedient(struct model *m, uint32_t r);
void step_command(struct model *m, uint32_t r);
void step_disposition(struct model *m, uint32_t r);
void step_supervise(struct model *m, uint32_t r);
void step_signal(struct model *m, uint32_t r);
void step_telephone(struct model *m, uint32_t r);
void step_emergency(struct model *m, uint32_t r);
void step_agent(struct model *m, uint32_t r);

/* random_floor.c */
void step_floor(struct model *m, uint32_t r);
void check_floor(const struct model *m);
void check_floor_of_copy(const struct model *m, const struct core *copy);
void forget_floor(void);

/* random_checks.c: what costs too much after each input */
void check_snapshot(struct model *m);
void check_offers(struct model *m, unsigned which);
void check_supervisors_offers(const struct model *m);
void check_replay(struct model *m);

#endif
