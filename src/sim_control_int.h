/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of the hand on simulated telephones share. */
#ifndef SIM_CONTROL_INT_H
#define SIM_CONTROL_INT_H

#include "sim_control.h"

#include "api/api.h"
#include "base/json.h"
#include "line/sim/line_sim.h"

/* sim_control.c */
void sim_control_answer(struct exchange *x, struct slice body);
/* The body's object; NULL when there is none: x has been answered then. */
const struct json *sim_control_body(struct exchange *x);

/* sim_control_act.c: what the body asks of that telephone. */
void sim_control_act(struct line_driver *sim, bool is_outside, struct slice number,
                     struct exchange *x);

/* sim_control_clock.c */
void sim_control_clock(struct engine *engine, struct exchange *x);

#endif
