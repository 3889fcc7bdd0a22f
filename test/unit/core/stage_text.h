/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The words of stage.h: names of telephones and calls, and what is told and heard as text. */
#ifndef TEST_CORE_STAGE_TEXT_H
#define TEST_CORE_STAGE_TEXT_H

#include "stage.h"

#define STAGE_USERS    5
#define STAGE_LEGS_MAX 64

struct stage_leg {
    uint64_t id;
    char of; /* A, X ... */
    bool is_dropping;
    bool is_gone;
};

const char *stage_number(char name); /* "" when nobody has that name */
char stage_name(struct slice number);
void stage_forget_calls(void);
const char *stage_refusal(enum err err);
void stage_write_notice(struct buf *out, const struct notice *notice);
/* "A<B C~music": A hears B, C hears music. */
void stage_write_sound(struct buf *out, const struct watch *watch, const struct stage_leg *legs,
                       size_t leg_count);
/* All calls that the user has. */
void stage_write_calls(struct buf *out, const struct world *w, char user);

#endif
