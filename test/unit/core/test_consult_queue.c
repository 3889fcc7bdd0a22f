/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Consult calls and queues: 900 is one whose agents are C and D. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK "A Dial B; phone A answer; phone B ring; phone B answer; "

static int begin(void **state)
{
    static const struct slice members[] = {SLICE("u2"), SLICE("u3")};
    stage_begin(state);
    stage_config((struct config_item){.kind = CONFIG_QUEUE,
                                      .name = SLICE("900"),
                                      .members = members,
                                      .member_count = 2,
                                      .wrap_up_ms = 20000,
                                      .no_answer_ms = 10000,
                                      .max_wait_ms = 60000});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void a_queue_is_consulted(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("A InitiateTransfer 1 Q",
                 "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "A 2/1 Dialing Q D6 business\n"
                 "sound A~music B~music\n");
    stage_expect("C StartContactCenterSession", "");
    stage_expect("C Ready", "ring C from A\n"
                            "A 2/1 Participants Dialing C D6 business\n");
    stage_expect("phone C ring", "C 2/1 Ringing A R6 +Reject -ClearCall business\n");
    stage_expect(
        "phone C answer",
        "C 2/1 Established A E13 business\n"
        "A 2/1 Established C E13 +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "sound A<C B~music C<A\n");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released C  transferred business\n"
                                         "B 1 Participants Established C E13 business\n"
                                         "C 1 Established B E13 out of 2 business\n"
                                         "C 2/1 Released A  transferred business\n"
                                         "sound B<C C<B\n");
    stage_expect("C Hangup 1", "drop B answered-and-hung-up\n"
                               "drop C answered-and-hung-up\n"
                               "B 1 Released C  answered-and-hung-up business\n"
                               "C 1 Released B  out of 2 answered-and-hung-up business\n"
                               "sound\n");
}

static void a_transfer_to_a_queue_before_the_offer(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 Q");
    stage_expect("A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1 Released B  transferred\n"
                 "A 2/1 Released Q  transferred business\n"
                 "B 1 Participants Established Q E13 -SingleStepTransfer business\n"
                 "sound B~music\n");
    stage_expect("C StartContactCenterSession; C Ready",
                 "ring C from B\n"
                 "B 1 Participants Established C E13 -SingleStepTransfer business\n");
    stage_expect("phone C ring", "C 1 Ringing B R6 +Reject -ClearCall business\n");
    stage_expect("C Reject 1", "drop C rejected\n"
                               "C 1 Released B  rejected business\n"
                               "B 1 Participants Established Q E13 -SingleStepTransfer business\n");
    stage_expect("D StartContactCenterSession; D Ready; phone D ring",
                 "D 1 Ringing B R6 +Reject -ClearCall business\n");
    stage_expect("phone D answer", "D 1 Established B E13 business\n"
                                   "B 1 Participants Established D E13 business\n"
                                   "sound B<D D<B\n");
}

static void a_transfer_to_a_queue_while_an_agent_is_rung(void **state)
{
    (void)state;
    stage_play("C StartContactCenterSession; C Ready; " TALK "A InitiateTransfer 1 Q");
    stage_expect("phone C ring", "C 2/1 Ringing A R6 +Reject -ClearCall business\n");
    stage_expect("A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1 Released B  transferred\n"
                 "A 2/1 Released C  transferred business\n"
                 "B 1 Participants Established C E13 -SingleStepTransfer business\n"
                 "C 1 Ringing B R6 +Reject -ClearCall out of 2 business\n"
                 "C 2/1 Released A  transferred business\n"
                 "sound B~music\n");
    stage_expect("phone C answer", "C 1 Established B E13 out of 2 business\n"
                                   "B 1 Participants Established C E13 business\n"
                                   "sound B<C C<B\n");
}

static void a_transfer_to_a_queue_that_nobody_takes(void **state)
{
    (void)state;
    stage_play("C StartContactCenterSession; C Ready; " TALK
               "A InitiateTransfer 1 Q; phone C ring; A CompleteTransfer 2");
    stage_expect("clock 10000",
                 "drop C no-answer\n"
                 "C 1 Released B  out of 2 no-answer business\n"
                 "B 1 Participants Established Q E13 -SingleStepTransfer business\n");
    stage_expect("clock 50000", "ring A from B\n"
                                "B 1 Participants Established A E13 -SingleStepTransfer business\n"
                                "sound\n");
    stage_expect("phone A answer", "A 1 Ringing B R6 business\n"
                                   "A 1 Established B E13 business\n"
                                   "B 1 Participants Established A E13 business\n"
                                   "sound B<A A<B\n");
}

static void a_consult_waits_in_a_queue_and_rests(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 Q");
    stage_expect("A SwapCalls 1 2", "A 1 Established B E13 +SwapCalls +CompleteTransfer\n"
                                    "A 2/1 Dialing Q D6 business\n"
                                    "sound A<B B<A\n");
    stage_expect(
        "C StartContactCenterSession; C Ready; phone C answer",
        "C 2/1 Ringing A R6 business\n"
        "C 2/1 Established A E13 business\n"
        "A 2/1 Held C H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "A 1 Established B E13 +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "sound A<B B<A C~music\n");
    stage_expect("A CompleteConference 2",
                 "A 2/1 Released C  conferenced business\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference business\n"
                 "B 1 Participants Established AC E13 business\n"
                 "C 1 Established AB E13 out of 2 business\n"
                 "C 2/1 Released A  conferenced business\n"
                 "sound A<BC B<AC C<AB\n");
}

static void an_agent_of_a_queue_transfers(void **state)
{
    (void)state;
    stage_play("C StartContactCenterSession; C Ready; A Dial Q; phone A answer; phone C answer");
    stage_expect("C InitiateTransfer 1 D",
                 "ring D from C\n"
                 "C 1 Held A H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "C 2/1 Dialing D D6\n"
                 "sound A~music\n");
    stage_expect("phone D answer",
                 "D 2/1 Ringing C R6\n"
                 "D 2/1 Established C E13\n"
                 "C 2/1 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "C 1 Held A H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A~music C<D D<C\n");
    stage_expect("C CompleteTransfer 2", "drop C transferred\n"
                                         "C 1 Released A  transferred business\n"
                                         "C 2/1 Released D  transferred\n"
                                         "A 1 Participants Established D E13 business\n"
                                         "D 1 Established A E13 out of 2 business\n"
                                         "D 2/1 Released C  transferred\n"
                                         "sound A<D D<A\n");
    stage_expect("clock 5000", "");
}

static void the_call_ends_while_its_consult_waits(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 Q");
    stage_expect("A Hangup 1", "drop B answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up\n"
                               "B 1 Released A  answered-and-hung-up\n"
                               "sound A~music\n");
    stage_expect("phone A hangup", "A 2/1 Released Q  abandoned business\n"
                                   "sound\n");
}

static void the_queue_gives_the_consult_up(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 Q");
    stage_expect("clock 60000", "A 1 Held B H11 -Retrieve +SwapCalls .\n"
                                "sound A~busy B~music\n");
    stage_expect("clock 3000", "A 2/1 Released Q  no-answer business\n"
                               "A 1 Held B H11 .\n"
                               "sound B~music\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_queue_is_consulted),
        PLAYED(a_transfer_to_a_queue_before_the_offer),
        PLAYED(a_transfer_to_a_queue_while_an_agent_is_rung),
        PLAYED(a_transfer_to_a_queue_that_nobody_takes),
        PLAYED(a_consult_waits_in_a_queue_and_rests),
        PLAYED(an_agent_of_a_queue_transfers),
        PLAYED(the_call_ends_while_its_consult_waits),
        PLAYED(the_queue_gives_the_consult_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
