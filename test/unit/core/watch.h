/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Follows what a core tells its users and its telephones, input by input, and compares it with what
 * is: what a user would see by asking is what it was told last, nobody is told the same twice, and
 * each telephone hears what a table made anew would let it hear. For tests; aborts with a sentence
 * when something does not hold. */
#ifndef TEST_CORE_WATCH_H
#define TEST_CORE_WATCH_H

#include "core/core.h"

#define WATCH_ROWS_MAX 512
#define WATCH_TOLD_MAX 4096

/* What one leg hears, by the last table in which it was. */
struct watch_row {
    uint64_t leg;
    uint64_t call; /* of the order */
    enum tone tone;
    uint64_t hears[MIX_LEGS_MAX];
    size_t count;
};

/* What a user was told last of its part in a call. */
struct watch_told {
    char user[24];
    char call[33];
    uint32_t party;
    uint64_t follows; /* of the watch, when it was told */
    struct buf picture;
};

struct watch {
    struct watch_row rows[WATCH_ROWS_MAX];
    size_t row_count;
    struct watch_told told[WATCH_TOLD_MAX]; /* of parts that live */
    size_t told_count;
    uint64_t follows; /* inputs so far */
};

void watch_free(struct watch *watch);
/* After each input, with its effects only. */
void watch_follow(struct watch *watch, const struct effects *fx);
/* The telephone is gone. */
void watch_gone(struct watch *watch, uint64_t leg);
/* Of the users u0, u1, ... */
void watch_check(const struct watch *watch, const struct core *core, unsigned users,
                 uint64_t now_ms);
/* What a user sees of its part, but for the duration. */
void watch_picture(const struct call_view *view, struct buf *out);

#endif
