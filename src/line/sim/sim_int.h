/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The simulator's own structures; private to src/line/sim. Everything is guarded by sim.lock, for
 * orders come on the core thread and hands on telephones from another. */
#ifndef LINE_SIM_SIM_INT_H
#define LINE_SIM_SIM_INT_H

#include <pthread.h>

#include "base/list.h"
#include "base/map.h"
#include "line/sim/line_sim.h"

enum sim_state {
    SIM_RINGING, /* we ring the telephone */
    SIM_DIALLED, /* the telephone dialled; not accepted yet */
    SIM_UP
};

struct sim_phone {
    struct slice dn; /* borrowed from the configuration */
    bool is_registered;
    struct list legs; /* sim_leg.link, the oldest first */
};

struct sim_leg {
    struct list link;
    uint64_t id;
    struct sim_phone *phone;
    enum sim_state state;
    char other[65];   /* the number shown: who calls, or who was dialled */
    struct buf dtmf;  /* digits heard */
    struct buf hears; /* JSON array's inside: the numbers of those heard */
    enum tone tone;
};

struct sim {
    struct line_driver driver;
    struct line_host host;
    pthread_mutex_t lock;
    struct sim_phone *phones;
    size_t phone_count;
    struct map phone_by_dn;
    struct map leg_by_id;
    bool is_started;
};

struct sim_phone *sim_phone_find(const struct sim *sim, struct slice dn);
struct sim_leg *sim_leg_create(struct sim *sim, struct sim_phone *phone, uint64_t id,
                               enum sim_state state, struct slice other);
struct sim_leg *sim_leg_find(const struct sim *sim, uint64_t id);
void sim_leg_free(struct sim *sim, struct sim_leg *leg);
/* Goes off hook and says so, giving the core what to keep. */
void sim_leg_answer(struct sim *sim, struct sim_leg *leg);
/* Ends the leg and says so. */
void sim_leg_end(struct sim *sim, struct sim_leg *leg, enum cause cause);
/* What the leg gives the core to keep. */
void sim_leg_keep(const struct sim_leg *leg, struct buf *out);

#endif
