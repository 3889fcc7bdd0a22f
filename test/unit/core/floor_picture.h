/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The floor as text, and a mirror of it, as a supervisor's desktop keeps one: it asks for what
 * changed since the version that it has, and puts that over what it knew. */
#ifndef TEST_CORE_FLOOR_PICTURE_H
#define TEST_CORE_FLOOR_PICTURE_H

#include "core/core.h"

#define FLOOR_MIRROR_MAX 64
#define FLOOR_PARTS_MAX  32

struct floor_part { /* of a user, in a call */
    char call[33];
    uint32_t party;
    enum party_state state;
    uint64_t since_ms;
};

struct floor_entry {
    char name[48]; /* of a user, or the number of a queue */
    bool is_queue;
    struct buf text;
    char state[48]; /* of a user; empty: logged out */
    uint64_t state_since_ms;
    struct floor_part parts[FLOOR_PARTS_MAX]; /* of a user */
    size_t part_count;
};

struct floor_mirror {
    uint64_t version;
    struct floor_entry entries[FLOOR_MIRROR_MAX];
    size_t count;
};

/* One line each, with a zero byte behind the last: "u0 Ready since 5 at 100 ...". Times are those
 * since epoch_ms. */
void floor_agent_text(const struct floor_agent *agent, uint64_t epoch_ms, struct buf *out);
void floor_queue_text(const struct floor_queue *queue, uint64_t epoch_ms, struct buf *out);
/* What changed since, in order; the reader is any user that there is. */
void floor_text(const struct core *core, struct slice reader, uint64_t since, uint64_t epoch_ms,
                struct buf *out);

/* Brings the mirror up to date, and aborts unless it then equals the whole floor. */
void floor_mirror_follow(struct floor_mirror *mirror, const struct core *core, struct slice reader,
                         uint64_t now_ms);
void floor_mirror_free(struct floor_mirror *mirror);

#endif
