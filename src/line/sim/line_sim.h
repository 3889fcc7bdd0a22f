/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Simulated telephones: one per device, all registered, and beyond the trunks one for any number
 * that is called or that somebody wants to call from; driven through a small control interface.
 *
 * A telephone goes off hook at once when told to (a Dial's own leg), rings for others until
 * somebody answers, and keeps its calls over a restart through the core's kept bytes; how it was
 * set (mode, plugged in or not) it forgets. It has one ear: a call that is taken up puts the one in
 * use on hold, as the telephone's own button does. It runs on the core thread, inside the calls it
 * gets, so that a test with the manual clock is deterministic. What is done to a telephone is
 * posted as signals; nothing waits.
 *
 * A trunk is but a name here: it carries any number of calls, and an order's trunk is always known.
 * An outside telephone exists while it has a call or is set to something unusual. */
#ifndef LINE_SIM_LINE_SIM_H
#define LINE_SIM_LINE_SIM_H

#include "base/buf.h"
#include "line/line.h"

#define SIM_OUTSIDE_MAX 10000 /* outside telephones at a time; over it everybody is busy */

struct line_driver *line_sim_create(const struct line_device *devices, size_t count);
void line_sim_destroy(struct line_driver *driver);
/* Outside telephones call through the trunks that it was given; while there are none, every name
 * will do and has to be given. */

enum sim_act {
    SIM_ANSWER,
    SIM_HANGUP,
    SIM_DIAL,
    SIM_PRESS,
    SIM_HOLD,
    SIM_RETRIEVE,
    SIM_SOUND,    /* what rings is heard by who calls, before it is answered */
    SIM_SILENCE,  /* not any more */
    SIM_TRANSFER, /* its call to a number; without one, what it holds to its other call */
    SIM_REDIRECT, /* who calls is to call another number */
    SIM_REGISTER,
    SIM_UNREGISTER,    /* its calls stay, as they do when a registration runs out */
    SIM_UNPLUG,        /* its calls are lost, and so is its registration */
    SIM_MODE,          /* how it behaves from now on */
    SIM_FAIL_RECORDING /* the recording of its call fails, disk full or so */
};

enum sim_mode {
    SIM_MODE_TALK,    /* answers when asked to, and says that it can */
    SIM_MODE_NO_TALK, /* says that it can't, and does not */
    SIM_MODE_REFUSE,  /* says that it can, and does not */
    SIM_MODE_BUSY,    /* do-not-disturb at the telephone: busy to who calls it */
    SIM_MODE_COUNT
};

const char *line_sim_mode_text(enum sim_mode mode);

/* A hand on a telephone. */
struct sim_request {
    enum sim_act act;
    bool is_outside;
    struct slice number; /* whose telephone: a device's DN, or an outside number */
    struct slice text;   /* dial, transfer, redirect: the number; press: the digits */
    enum sim_mode mode;  /* of SIM_MODE */
    /* Outside, dial: */
    struct slice trunk; /* absent: the first one */
    struct slice from;  /* what is shown of the caller; absent: its number; empty: withheld */
    /* Which call is meant; said neither way, the one that fits: in use if there is one, or else the
     * oldest. */
    size_t leg;         /* 1 is the oldest; 0: not said */
    struct slice other; /* the number at its other end; absent: not said */
};

/* Any thread. ERR_STATE: the telephone can't do it now; ERR_NOT_FOUND: no such telephone or trunk;
 * ERR_INVALID, ERR_RANGE. *why gets a static text on failure. */
enum err line_sim_act(struct line_driver *driver, const struct sim_request *request,
                      const char **why);

/* What the telephone shows, as JSON:
 * {"dn":"15001","registered":true,"mode":"talk","legs":[{"state":
 * "ringing","other":"15000","call":"...","recording":"none","hears":["15000"],"tone":"none",
 * "dtmf":"12","transferRefused":""}]}; outside with "number" for "dn", and each leg with its
 * "trunk". call, recording, hears and tone are of the last table that named the leg. ERR_NOT_FOUND;
 * an outside number that nobody uses shows an idle telephone. */
enum err line_sim_show(struct line_driver *driver, bool is_outside, struct slice number,
                       struct buf *out);
/* Such objects, with commas between: of the devices' telephones in the order of their making, or of
 * those outside that there are, those from offset on, at most limit. Returns how many there are. */
size_t line_sim_list(struct line_driver *driver, bool is_outside, size_t offset, size_t limit,
                     struct buf *out);
/* The names of the trunks, as a JSON array. */
void line_sim_trunks(struct line_driver *driver, struct buf *out);

#endif
