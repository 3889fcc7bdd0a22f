/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who waits for a reply of the engine. The tag given with a request is a pointer to a ticket (the
 * first member of what the waiting room keeps); the web thread calls done for each reply of a
 * release, before the release's notices go out. */
#ifndef ENGINE_TICKET_H
#define ENGINE_TICKET_H

#include "engine/engine.h"

struct ticket {
    void (*done)(struct ticket *ticket, struct reply *reply);
};

#endif
