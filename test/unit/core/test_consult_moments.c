/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What each event at each moment of a consult leads to. A talks to B and consults C; calls 1 and 2.
 * A row has events that all lead to the same picture, each played in a world of its own, whose end
 * is played as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define CONSULT    "A Dial B; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 C; "
#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

struct row {
    const char *events;
    const char *picture;
};

static const struct row dialling[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, sound"},
    {"A CompleteTransfer 1 1",
     "refused: invalid, A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound B~music"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2 | A "
     "CompleteConference 2 1 | A ClearCall 2 | A Retrieve 1 | A Retrieve 2 | A Hold 1 | A Hold 2 "
     "| A InitiateTransfer 2 D | A SingleStepTransfer 2 D",
     "refused: not in this state, A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound B~music"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Dialing C, sound"},
    {"A Hangup 2 | clock 40000", "A 1 Held B, B 1 Established A, sound B~music"},
    {"phone A hangup | phone A lost", "A 1 Ringing B, B 1 Established A, sound B~ringback"},
    {"C Hangup 2 | C ClearCall 2",
     "refused: not found, A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound B~music"},
    {"phone C lost", "A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound A~busy B~music"},
    {"A SwapCalls 2 1", "A 1 Established B, A 2/1 Dialing C, B 1 Established A, sound A<B B<A"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, A 3/1 Dialing D, B 1 Established A, sound B~music"},
    {"A SingleStepTransfer 1 D", "A 2/1 Dialing C, B 1 Established D, sound"},
    {"A SingleStepConference 1 D", "A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound B~music"},
};

static const struct row ringing[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, C 1 Ringing B, sound B~ringback"},
    {"A CompleteTransfer 1 1",
     "refused: invalid, A 1 Held B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound "
     "A~ringback B~music"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2 | A "
     "CompleteConference 2 1 | A ClearCall 2 | A Retrieve 1 | A Retrieve 2 | A Hold 1 | A Hold 2 "
     "| A InitiateTransfer 2 D | A SingleStepTransfer 2 D",
     "refused: not in this state, A 1 Held B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing "
     "A, sound A~ringback B~music"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Dialing C, C 2/1 Ringing A, sound A~ringback"},
    {"A Hangup 2 | C ClearCall 2 | clock 40000", "A 1 Held B, B 1 Established A, sound B~music"},
    {"phone A hangup | phone A lost", "A 1 Ringing B, B 1 Established A, sound B~ringback"},
    {"C Hangup 2 | phone C lost",
     "A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound A~busy B~music"},
    {"A SwapCalls 2 1",
     "A 1 Established B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound A<B B<A"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, A 3/1 Dialing D, B 1 Established A, C 2/1 Ringing A, sound "
     "B~music"},
    {"A SingleStepTransfer 1 D",
     "A 2/1 Dialing C, B 1 Established D, C 2/1 Ringing A, sound A~ringback"},
    {"A SingleStepConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound A~ringback B~music"},
};

static const struct row answered[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, C 1 Established B, sound B<C C<B"},
    {"A CompleteTransfer 1 1 | A CompleteConference 2 1",
     "refused: invalid, A 1 Held B, A 2/1 Established C, B 1 Established A, C 2/1 Established A, "
     "sound A<C B~music C<A"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2",
     "A 1 Established BC, B 1 Established AC, C 1 Established AB, sound A<BC B<AC C<AB"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Established C, C 2/1 Established A, sound A<C C<A"},
    {"A Hangup 2 | C Hangup 2 | phone C lost | A ClearCall 2 | C ClearCall 2",
     "A 1 Held B, B 1 Established A, sound B~music"},
    {"phone A hangup | phone A lost", "A 1 Ringing B, B 1 Established A, sound B~ringback"},
    {"A Retrieve 1 | A Retrieve 2 | A Hold 1",
     "refused: not in this state, A 1 Held B, A 2/1 Established C, B 1 Established A, C 2/1 "
     "Established A, sound A<C B~music C<A"},
    {"A Hold 2",
     "A 1 Held B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound B~music C~music"},
    {"A SwapCalls 2 1",
     "A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound A<B B<A "
     "C~music"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Held C, A 3/1 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A InitiateTransfer 2 D",
     "A 1 Held B, A 2/1 Held C, A 3/2 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A SingleStepTransfer 1 D",
     "A 2/1 Established C, B 1 Established D, C 2/1 Established A, sound A<C C<A"},
    {"A SingleStepTransfer 2 D",
     "A 1 Held B, B 1 Established A, C 2/1 Established D, sound B~music"},
    {"A SingleStepConference 1 D | clock 40000",
     "A 1 Held B, A 2/1 Established C, B 1 Established A, C 2/1 Established A, sound A<C B~music "
     "C<A"},
};

static const struct row swapped[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, C 1 Established B, sound B<C C<B"},
    {"A CompleteTransfer 1 1 | A CompleteConference 2 1",
     "refused: invalid, A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, "
     "sound A<B B<A C~music"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2",
     "A 1 Established BC, B 1 Established AC, C 1 Established AB, sound A<BC B<AC C<AB"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Held C, C 2/1 Established A, sound C~music"},
    {"A Hangup 2 | C Hangup 2 | phone C lost | A ClearCall 2 | C ClearCall 2",
     "A 1 Established B, B 1 Established A, sound A<B B<A"},
    {"phone A hangup | phone A lost", "A 2/1 Ringing C, C 2/1 Established A, sound C~ringback"},
    {"A Retrieve 1 | A Retrieve 2 | A Hold 2",
     "refused: not in this state, A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 "
     "Established A, sound A<B B<A C~music"},
    {"A Hold 1",
     "A 1 Held B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound B~music C~music"},
    {"A SwapCalls 2 1",
     "A 1 Held B, A 2/1 Established C, B 1 Established A, C 2/1 Established A, sound A<C B~music "
     "C<A"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Held C, A 3/1 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A InitiateTransfer 2 D",
     "A 1 Held B, A 2/1 Held C, A 3/2 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A SingleStepTransfer 1 D",
     "A 2/1 Held C, B 1 Established D, C 2/1 Established A, sound C~music"},
    {"A SingleStepTransfer 2 D",
     "A 1 Established B, B 1 Established A, C 2/1 Established D, sound A<B B<A"},
    {"A SingleStepConference 1 D | clock 40000",
     "A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound A<B B<A "
     "C~music"},
};

static const struct row busy[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2 | A CompleteTransfer 1 1 | A CompleteConference 1 | A CompleteConference 2 | A "
     "CompleteConference 2 2 | A CompleteConference 2 1 | A ClearCall 2 | A Retrieve 1 | A "
     "Retrieve 2 | A Hold 1 | A Hold 2 | A InitiateTransfer 2 D | A SingleStepTransfer 2 D",
     "refused: not in this state, A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound A~busy "
     "B~music"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Dialing C, sound A~busy"},
    {"A Hangup 2 | C ClearCall 2 | clock 40000", "A 1 Held B, B 1 Established A, sound B~music"},
    {"phone A hangup | phone A lost", "A 1 Ringing B, B 1 Established A, sound B~ringback"},
    {"C Hangup 2 | A SingleStepConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, B 1 Established A, sound A~busy B~music"},
    {"A SwapCalls 2 1", "A 1 Established B, A 2/1 Dialing C, B 1 Established A, sound A<B B<A"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, A 3/1 Dialing D, B 1 Established A, sound B~music"},
    {"A SingleStepTransfer 1 D", "A 2/1 Dialing C, B 1 Established D, sound A~busy"},
};

static const struct row resting[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, C 1 Ringing B, sound B~ringback"},
    {"A CompleteTransfer 1 1",
     "refused: invalid, A 1 Established B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, "
     "sound A<B B<A"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2 | A "
     "CompleteConference 2 1 | A ClearCall 2 | A Retrieve 1 | A Retrieve 2 | A Hold 2 | A "
     "InitiateTransfer 2 D | A SingleStepTransfer 2 D",
     "refused: not in this state, A 1 Established B, A 2/1 Dialing C, B 1 Established A, C 2/1 "
     "Ringing A, sound A<B B<A"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Dialing C, C 2/1 Ringing A, sound A~ringback"},
    {"A Hangup 2 | C ClearCall 2 | clock 40000",
     "A 1 Established B, B 1 Established A, sound A<B B<A"},
    {"phone A hangup | phone A lost", "sound"},
    {"C Hangup 2 | phone C lost",
     "A 1 Established B, A 2/1 Dialing C, B 1 Established A, sound A<B B<A"},
    {"A Hold 1", "A 1 Held B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound B~music"},
    {"A SwapCalls 2 1",
     "A 1 Held B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound A~ringback B~music"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Dialing C, A 3/1 Dialing D, B 1 Established A, C 2/1 Ringing A, sound "
     "B~music"},
    {"A SingleStepTransfer 1 D",
     "A 2/1 Dialing C, B 1 Established D, C 2/1 Ringing A, sound A~ringback"},
    {"A SingleStepConference 1 D",
     "A 1 Established B, A 2/1 Dialing C, B 1 Established A, C 2/1 Ringing A, sound A<B B<A"},
};

static const struct row rested[] = {
    {"A CompleteTransfer 1 | A CompleteTransfer 2 | A CompleteTransfer 1 2 | A CompleteTransfer "
     "2 2",
     "B 1 Established C, C 1 Established B, sound B<C C<B"},
    {"A CompleteTransfer 1 1 | A CompleteConference 2 1",
     "refused: invalid, A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, "
     "sound A<B B<A C~music"},
    {"A CompleteConference 1 | A CompleteConference 2 | A CompleteConference 2 2",
     "A 1 Established BC, B 1 Established AC, C 1 Established AB, sound A<BC B<AC C<AB"},
    {"A Hangup 1 | B Hangup 1 | phone B hangup | A ClearCall 1 | B ClearCall 1",
     "A 2/1 Held C, C 2/1 Established A, sound C~music"},
    {"A Hangup 2 | C Hangup 2 | phone C lost | A ClearCall 2 | C ClearCall 2",
     "A 1 Established B, B 1 Established A, sound A<B B<A"},
    {"phone A hangup | phone A lost", "A 2/1 Ringing C, C 2/1 Established A, sound C~ringback"},
    {"A Retrieve 1 | A Retrieve 2 | A Hold 2",
     "refused: not in this state, A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 "
     "Established A, sound A<B B<A C~music"},
    {"A Hold 1",
     "A 1 Held B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound B~music C~music"},
    {"A SwapCalls 2 1",
     "A 1 Held B, A 2/1 Established C, B 1 Established A, C 2/1 Established A, sound A<C B~music "
     "C<A"},
    {"A InitiateConference 1 D",
     "A 1 Held B, A 2/1 Held C, A 3/1 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A InitiateTransfer 2 D",
     "A 1 Held B, A 2/1 Held C, A 3/2 Dialing D, B 1 Established A, C 2/1 Established A, sound "
     "B~music C~music"},
    {"A SingleStepTransfer 1 D",
     "A 2/1 Held C, B 1 Established D, C 2/1 Established A, sound C~music"},
    {"A SingleStepTransfer 2 D",
     "A 1 Established B, B 1 Established A, C 2/1 Established D, sound A<B B<A"},
    {"A SingleStepConference 1 D | clock 40000",
     "A 1 Established B, A 2/1 Held C, B 1 Established A, C 2/1 Established A, sound A<B B<A "
     "C~music"},
};
static void play(const char *moment, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const char *event = rows[i].events; event;) {
            const char *next = strstr(event, " | ");
            char steps[400];
            snprintf(steps, sizeof steps, "%s%s%.*s", CONSULT, moment,
                     (int)(next ? (size_t)(next - event) : strlen(event)), event);
            stage_begin(NULL);
            stage_leads_to(steps, rows[i].picture);
            stage_finish(NULL);
            event = next ? next + 3 : NULL;
        }
}

static void while_it_is_dialled(void **state)
{
    (void)state;
    play("", ROWS(dialling));
}

static void while_it_rings(void **state)
{
    (void)state;
    play("phone C ring; ", ROWS(ringing));
}

static void after_the_answer(void **state)
{
    (void)state;
    play("phone C ring; phone C answer; ", ROWS(answered));
}

static void after_a_swap(void **state)
{
    (void)state;
    play("phone C ring; phone C answer; A SwapCalls 1 2; ", ROWS(swapped));
}

static void while_it_is_busy(void **state)
{
    (void)state;
    play("phone C ring; phone C decline; ", ROWS(busy));
}

static void while_it_rings_and_rests(void **state)
{
    (void)state;
    play("phone C ring; A SwapCalls 1 2; ", ROWS(resting));
}

static void when_it_was_answered_while_it_rested(void **state)
{
    (void)state;
    play("phone C ring; A SwapCalls 1 2; phone C answer; ", ROWS(rested));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_it_is_dialled),
        cmocka_unit_test(while_it_rings),
        cmocka_unit_test(after_the_answer),
        cmocka_unit_test(after_a_swap),
        cmocka_unit_test(while_it_is_busy),
        cmocka_unit_test(while_it_rings_and_rests),
        cmocka_unit_test(when_it_was_answered_while_it_rested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
