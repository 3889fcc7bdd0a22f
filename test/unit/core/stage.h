/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Plays scenes of calls and writes down what everybody is told and hears, as text to compare with.
 * After each step all invariants are checked, also in a core restored from a snapshot.
 *
 * A, B, C ... are the users u0, u1, u2 ... with the telephones 100, 101, 102 ...; X is +4930111, Y
 * +4930222, Q the queue 900, N a number that nobody has, Z the emergency number 112, L the location
 * number +4930777. Calls are 1, 2, 3 ... in the order in
 * which they come up. Steps, several with "; " between:
 *
 *   A Dial B            A SwapCalls 1 2       A CompleteTransfer 1 [2]     A Hangup 1
 *   A InitiateTransfer 1 C [key=value]        A AttachUserData 1 key=value
 *   A Dial X showing:+4930111                 outboundCallerId
 *   phone B ring | answer | hangup | lost | busy | unanswered | decline | hold | retrieve
 *                                             (its newest leg)
 *   phone X sounds                            rings, and is heard before it answers
 *   phone B redirects C                       instead of answering
 *   phone A transfers D                       its newest leg, by its own button
 *   phone A#1 transfers to A#2                whom it talks to on the one line to the other
 *   phone B#2 hangup                          the second leg that it ever had
 *   phone A calls B     outside X calls A     phone A out, phone A in (registered)
 *   clock 3000
 *
 * What comes of it, a line each: orders to telephones, notices as "user call state others
 * capabilities", then "sound" with who hears whom when that changed. */
#ifndef TEST_CORE_STAGE_H
#define TEST_CORE_STAGE_H

#include "watch.h"
#include "world.h"

/* For cmocka's setup and teardown: an empty stage with five users; everything hung up, and nothing
 * left over. */
int stage_begin(void **state);
int stage_finish(void **state);

/* Each step must be accepted. */
void stage_play(const char *steps);
/* The last one's outcome is what is written, the others must be accepted. */
void stage_expect(const char *steps, const char *outcome);
/* A row: after the steps, who is in which call, and what is heard. */
void stage_leads_to(const char *steps, const char *picture);

struct world *stage_world(void);
const char *stage_id(unsigned call); /* 1, 2 ... */
void stage_config(struct config_item item);
/* The user's view of the call; release it. */
struct call_view stage_view(char user, unsigned call);

#endif
