/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the tests of GET /floor share: a clock, a supervisor, answers of the core. */
#ifndef API_FLOOR_DESK_H
#define API_FLOOR_DESK_H

#include "desk.h"

#define PATH     "/api/v2/floor"
#define CARD     "0123456789abcdef0123456789abcdef"
#define OVERSEER "the floor is for supervisors and administrators"

#define LOGGED_OUT                                                                                 \
    "{\"id\":\"" CARD "\",\"userName\":\"ada\",\"firstName\":\"Ada\",\"lastName\":\"\\\"A\\\"\","  \
    "\"path\":\"/users/" CARD "\",\"registered\":false,\"doNotDisturb\":\"Off\","                  \
    "\"userStateSince\":5,\"queues\":[],\"calls\":[]}"

extern uint64_t floor_now_ms;

/* alice is a supervisor in between. */
int floor_begin_test(void **state);
int floor_end_test(void **state);
#define FLOOR_TEST(name) cmocka_unit_test_setup_teardown(name, floor_begin_test, floor_end_test)

struct user_card *floor_card(const char *name); /* a reference */
struct answer *floor_answer(uint64_t version, bool is_whole);
/* LOGGED_OUT; the only one. */
void floor_add_agent(struct floor *floor);
/* The core's answer to the last request; it is released. */
void floor_reply(struct answer *answer);

#endif
