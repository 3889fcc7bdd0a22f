/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hands on the simulated telephones and on their clock, as resources below /sim/v1. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "base/exchange.h"
#include "engine/engine.h"

struct sim_control {
    struct line_driver *sim; /* NULL: no simulated telephones, and nothing of this may be called */
    struct engine *engine;
    bool is_manual; /* the clock */
};

/* Answers the exchange. Pages of other origins than the server's own are refused.
 *
 *   GET  /sim/v1                   {"statusCode":0,"clock":{"kind":"real"|"manual","nowMs":N},
 *                                  "trunks":["outside"],"lineCount":11}
 *   GET  /sim/v1/lines?offset=&limit=
 *                                  {"statusCode":0,"lines":[...],"totalCount":11}
 *   GET  /sim/v1/outside           {"statusCode":0,"telephones":[...]}: those that there are
 *   GET  /sim/v1/lines/{dn}        what the telephone shows (line_sim.h)
 *   POST /sim/v1/lines/{dn}        {"do":"answer"|"hangup"|"hold"|"retrieve"|"failRecording"}
 *                                  {"do":"dial","number":"15001"}, {"do":"press","digits":"12"}
 *                                  {"do":"register"|"unregister"|"unplug"}
 *                                  {"do":"mode","mode":"talk"|"no-talk"|"refuse"|"busy"}
 *   GET, POST /sim/v1/outside/{number}
 *                                  the same with a telephone beyond a trunk; its dial may name the
 *                                  "trunk", and "from": the number shown instead of its own
 *
 * With "leg" (its place in what is shown, from 0, or the number at its other end) an act means that
 * call, without it the one that fits.
 *
 *   POST /sim/v1/clock             {"advanceMs":N}; answered when all that it caused is durable */
void sim_control_handle(const struct sim_control *control, struct exchange *x);

#endif
