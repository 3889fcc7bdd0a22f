/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Simulated telephones: one per device, all registered, driven through a small control interface.
 * A telephone goes off hook at once when told to (a Dial's own leg), rings for others until
 * somebody answers, and keeps its calls over a restart through the core's kept bytes. It runs on
 * the core thread, inside the calls it gets, so that a test with the manual clock is deterministic.
 * What is done to a telephone is posted as signals; nothing waits. */
#ifndef LINE_SIM_LINE_SIM_H
#define LINE_SIM_LINE_SIM_H

#include "base/buf.h"
#include "line/line.h"

struct line_driver *line_sim_create(const struct line_device *devices, size_t count);
void line_sim_destroy(struct line_driver *driver);

enum sim_act { SIM_ANSWER, SIM_HANGUP, SIM_DIAL, SIM_PRESS, SIM_REGISTER, SIM_UNREGISTER };

/* A hand on the telephone; any thread. text: the number to dial, or the digits to press. The result
 * says whether the telephone could do it (ERR_STATE: nothing rings, nothing is up, not registered;
 * ERR_NOT_FOUND: no such telephone); the oldest leg that fits is taken. *why gets a static text. */
enum err line_sim_act(struct line_driver *driver, struct slice dn, enum sim_act act,
                      struct slice text, const char **why);

/* What the telephone shows, as JSON: {"dn":"15001","registered":true,"legs":[{"state":"ringing",
 * "other":"15000","hears":["15000"],"tone":"none","dtmf":"12"}]}. ERR_NOT_FOUND. */
enum err line_sim_show(struct line_driver *driver, struct slice dn, struct buf *out);

#endif
