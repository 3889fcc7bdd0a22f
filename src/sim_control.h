/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hands on the simulated telephones and on their clock, as resources below /sim/v1. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "base/exchange.h"
#include "engine/engine.h"

/* Answers the exchange. clock: the engine if its clock is manual, else NULL: no such resource.
 *
 *   GET  /sim/v1/lines/{dn}    what the telephone shows (line_sim.h)
 *   POST /sim/v1/lines/{dn}    {"do":"answer"|"hangup"|"register"|"unregister"}
 *                              {"do":"dial","number":"15001"}, {"do":"press","digits":"12"}
 *   POST /sim/v1/clock         {"advanceMs":N}; answered when all that it caused is durable */
void sim_control_handle(struct line_driver *sim, struct engine *clock, struct exchange *x);

#endif
