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

#define SIM_NUMBER_MAX 64
#define SIM_DTMF_MAX   1000 /* digits remembered of a leg, so that what is kept stays small */

enum sim_state {
    SIM_RINGING, /* we ring the telephone */
    SIM_DIALLED, /* the telephone dialled; not accepted yet */
    SIM_UP,      /* in use: at most one of a telephone */
    SIM_HELD     /* up, and on hold by the telephone's own button */
};

struct sim_phone {
    struct slice number; /* stands behind it */
    bool is_outside;
    bool is_registered; /* outside: can be reached */
    enum sim_mode mode;
    struct list legs; /* sim_leg.link, the oldest first */
    struct list link; /* sim.devices or sim.outside */
    bool is_listed;   /* while the devices change */
};

/* A call as its last table told of it; lives while a leg is in it. */
struct sim_call {
    uint64_t number;
    struct buf id;
    enum recording recording;
    struct list legs; /* sim_leg.of_call */
};

struct sim_leg {
    struct list link;
    uint64_t id;
    struct sim_phone *phone;
    enum sim_state state;
    struct buf trunk;               /* empty: a device's */
    char other[SIM_NUMBER_MAX + 1]; /* the number shown: who calls, or who was dialled */
    bool has_sound;                 /* rings, and is heard */
    enum cause refused;             /* why its last transfer was; none: it was not */
    struct buf dtmf;                /* digits heard */
    struct sim_call *call;          /* NULL: no table names it */
    struct list of_call;
    struct buf hears; /* JSON array's inside: the numbers of those heard */
    enum tone tone;
};

struct sim {
    struct line_driver driver;
    struct line_host host;
    pthread_mutex_t lock;
    struct list devices; /* sim_phone.link */
    struct map phone_by_dn;
    struct list outside; /* sim_phone.link */
    struct map outside_by_number;
    struct buf *trunks;
    size_t trunk_count;
    struct map leg_by_id;
    struct map call_by_number;
    bool is_started;
};

/* sim_phone.c */
struct sim_phone *sim_phone_find(const struct sim *sim, bool is_outside, struct slice number);
/* Makes an outside one when there is none yet. NULL: no such device, or too many outside. */
struct sim_phone *sim_phone_get(struct sim *sim, bool is_outside, struct slice number);
/* 1 to 64 of 0 to 9, * and #, with + before them or not. */
bool sim_phone_is_outside_number(struct slice number);
/* Forgets an outside telephone that has nothing to remember. Call it when done with a telephone. */
void sim_phone_rest(struct sim *sim, struct sim_phone *phone);
void sim_phone_free(struct sim *sim, struct sim_phone *phone);
/* Those of the devices, from now on. */
void sim_phone_set_devices(struct sim *sim, const struct line_device *devices, size_t count);
/* Whether it says that it goes off hook when asked to. */
bool sim_phone_talks(const struct sim_phone *phone);
/* The call in use is put on hold. */
void sim_phone_hold(struct sim *sim, const struct sim_phone *phone);

/* sim_leg.c */
void sim_tell(struct sim *sim, const struct signal *signal);
struct sim_leg *sim_leg_create(struct sim *sim, struct sim_phone *phone, uint64_t id,
                               enum sim_state state, struct slice other);
struct sim_leg *sim_leg_find(const struct sim *sim, uint64_t id);
void sim_leg_free(struct sim *sim, struct sim_leg *leg);
/* Tells it with what the core is to keep of the leg. */
void sim_leg_tell(struct sim *sim, const struct sim_leg *leg, struct signal signal);
/* Goes off hook, with whatever else is in use put on hold. */
void sim_leg_answer(struct sim *sim, struct sim_leg *leg);
void sim_leg_hold(struct sim *sim, struct sim_leg *leg);
void sim_leg_retrieve(struct sim *sim, struct sim_leg *leg);
void sim_leg_ring(struct sim *sim, const struct sim_leg *leg);
/* Digits come to its ear. */
void sim_leg_take_digits(struct sim *sim, struct sim_leg *leg, struct slice digits);
/* Ends the leg and says so. */
void sim_leg_end(struct sim *sim, struct sim_leg *leg, enum cause cause);
/* The same, with a number for who called. */
void sim_leg_redirect(struct sim *sim, struct sim_leg *leg, struct slice number);
/* After a restart: the leg as it was, from what the core kept. */
void sim_leg_take_up(struct sim *sim, const struct line_leg *kept);

/* sim_mix.c */
void sim_mix(struct sim *sim, const struct order *order);
/* Keys pressed there come to all who hear it. */
void sim_mix_press(struct sim *sim, const struct sim_leg *leg, struct slice digits);
/* No table names the leg any more. */
void sim_mix_leave(struct sim *sim, struct sim_leg *leg);

#endif
