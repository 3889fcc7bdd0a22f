/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One ring of numbered notices per user, bounded in count and bytes, and cursors that read them.
 * A cursor is a position, not a queue of copies: any number of them share the ring, and a reader
 * that comes back late finds what is still kept or learns that it must read the picture anew.
 * Web thread only. Users without notices and cursors cost nothing. */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include "base/list.h"
#include "core/view.h"

struct hub;
struct hub_user;

struct hub_cursor {
    struct list link;
    struct hub_user *user;
    uint64_t next;                /* number of the first notice not yet read */
    void (*arrived)(void *owner); /* a notice came; called once per notice, must not block */
    void *owner;
};

/* Bounds of one ring, and of the bytes in all of them: over that one, who has something appended
 * gives up his own oldest for it, so no user costs another one his ring. */
struct hub *hub_create(size_t ring_notices, size_t ring_bytes, size_t rings_bytes);
void hub_destroy(struct hub *hub);

/* Takes over the reference. A ring keeps at least its newest notice, whatever its size. Numbers of
 * a user must follow each other; a gap drops what is in the ring, so cursors see a resync. */
void hub_append(struct hub *hub, struct notice *notice);

/* The user's newest notice is number last, wherever the ones up to it are: without effect where
 * that is known, else the ring is dropped and cursors see a resync. For each user after a replay,
 * and for notices that were dropped on their way here. */
void hub_seed(struct hub *hub, struct slice user, uint64_t last);

/* The number of the user's newest notice, 0 when there was none. */
uint64_t hub_last(const struct hub *hub, struct slice user);

/* Starts reading behind number after; HUB_NEWEST: behind the newest. arrived and owner are the
 * caller's to set. */
#define HUB_NEWEST UINT64_MAX
void hub_cursor_open(struct hub *hub, struct hub_cursor *cursor, struct slice user, uint64_t after);
void hub_cursor_close(struct hub *hub, struct hub_cursor *cursor);
/* How many are open on the user. */
size_t hub_user_cursors(const struct hub *hub, struct slice user);

/* The notice at cursor->next without moving: NULL when there is none yet. *lost is set when numbers
 * from next on are no longer kept: next has then been moved to the oldest that is. */
const struct notice *hub_cursor_peek(struct hub_cursor *cursor, bool *lost);
/* One with a given number at or after the oldest kept; NULL otherwise. */
const struct notice *hub_notice(const struct hub_cursor *cursor, uint64_t seq);
/* Of the oldest kept; with none, of the next that will come. */
uint64_t hub_oldest(const struct hub_cursor *cursor);

struct hub_stats {
    uint64_t notices;
    uint64_t bytes;
    uint64_t cursors;
};
void hub_stats(const struct hub *hub, struct hub_stats *out);

#endif
