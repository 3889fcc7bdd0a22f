/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The way of the engine's releases from the core thread to the web thread: replies to their
 * tickets, notices to the hub, in order, replies of a release first. Bounded in notices: while more
 * than so many wait, those of further releases are dropped, and of each user concerned only the
 * number of the newest one is kept, by which the hub tells his readers to read anew. Replies are
 * never dropped; there can be no more of them than the web side asked for. */
#ifndef RELEASES_H
#define RELEASES_H

#include "engine/engine.h"
#include "hub/hub.h"

struct releases;

/* wake is called on the core thread when there is something to deliver. */
struct releases *releases_create(struct hub *hub, size_t notices_max, void (*wake)(void *ctx),
                                 void *ctx);
/* What was not delivered is let go. */
void releases_destroy(struct releases *r);
/* Core thread. Takes the release over. */
void releases_put(struct releases *r, struct release *release);
/* Web thread: delivers all that is there. after, if any, is called behind each release. */
void releases_deliver(struct releases *r, void (*after)(void *ctx));
/* The version of the floor as of what was delivered; 0: not known yet. */
uint64_t releases_floor(const struct releases *r);
/* Replies and notices of one, at once; lets it go. */
void release_deliver(struct hub *hub, struct release *release);

#endif
