/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The telephone's own hold button, where the telephone takes a call back when it is asked to (B
 * does; A dialled and never said so), and Hold that the telephone shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK "A Dial B; phone A answer; phone B ring; phone B answer; "

static struct config_item device_b(void)
{
    return (struct config_item){.kind = CONFIG_DEVICE,
                                .name = SLICE("101"),
                                .owner = SLICE("u1"),
                                .calls = 2,
                                .remote_answer = REMOTE_ANSWER_TALK};
}

static int begin(void **state)
{
    stage_begin(state);
    stage_config(device_b());
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void it_is_asked_to_take_the_call_back(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B hold", "B 1 Held A H11 -InitiateTransfer -InitiateConference\n"
                                 "sound A~music\n");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("B Retrieve 1", ""); /* it was asked already */
    stage_expect("phone B retrieve", "B 1 Established A E13\n"
                                     "sound A<B B<A\n");
    stage_expect("phone B hold; B Retrieve 1", "answer B\n");
}

static void it_does_not_do_it(void **state)
{
    (void)state;
    stage_play(TALK "phone B hold; B Retrieve 1");
    stage_expect("phone B refuses", "B 1 Error Held A H11 -InitiateTransfer -InitiateConference "
                                    "'Retrieve failed: the telephone did not take the call back' "
                                    ".\n");
    stage_expect("phone B refuses", "refused: not in this state\n");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("phone B hangup", "drop A answered-and-hung-up\n"
                                   "A 1 Released B  answered-and-hung-up\n"
                                   "B 1 Released A  answered-and-hung-up\n"
                                   "sound\n");
}

static void it_says_nothing(void **state)
{
    (void)state;
    stage_play(TALK "phone B hold; B Retrieve 1; clock 10000; B Retrieve 1");
    stage_expect("clock 9999", "");
    stage_expect("clock 1", "B 1 Error Held A H11 -InitiateTransfer -InitiateConference "
                            "'Retrieve failed: the telephone did not take the call back' .\n");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_play("phone B retrieve");
    stage_expect("clock 20000", "");
}

/* It was asked for the call that is gone. */
static void the_call_ends_before_it_does_it(void **state)
{
    (void)state;
    stage_play(TALK "C Dial B; phone C answer; phone B ring; B Answer 2; phone B hold; "
                    "B Retrieve 2; C Hangup 2");
    stage_expect("clock 20000", "");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("phone B retrieve", "B 1 Established A E13\n"
                                     "sound A<B B<A\n");
}

static void one_that_never_said_so_is_not_asked(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone A hold", "A 1 Held B H11 -Retrieve -InitiateTransfer -InitiateConference\n"
                                 "sound B~music\n");
    stage_expect("A Retrieve 1", "refused: not in this state\n");
    stage_expect("A SwapCalls 1 1", "refused: not in this state\n");
}

static void one_that_is_never_to_be_asked_is_not(void **state)
{
    (void)state;
    struct config_item device = device_b();
    device.remote_answer = REMOTE_ANSWER_NONE;
    stage_config(device);
    stage_play(TALK);
    stage_expect("phone B hold", "B 1 Held A H11 -Retrieve -InitiateTransfer -InitiateConference\n"
                                 "sound A~music\n");
}

/* Nothing of what rests on the leg is heard before the telephone is off hold. */
static void what_rests_stays_where_the_button_holds(void **state)
{
    (void)state;
    stage_play(TALK "C Dial B; phone C answer; phone B ring; B Answer 2; phone B hold");
    stage_expect("B Retrieve 1", "refused: not in this state\n");
    stage_expect("B Hangup 2", "drop C answered-and-hung-up\n"
                               "C 2 Released B  answered-and-hung-up\n"
                               "B 2 Released C  answered-and-hung-up\n"
                               "B 1 Held A H11 -InitiateTransfer -InitiateConference .\n"
                               "sound A~music\n");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("phone B retrieve", "B 1 Established A E13\n"
                                     "sound A<B B<A\n");
}

static void a_conference_is_held_with_the_consult(void **state)
{
    (void)state;
    stage_play(TALK "B InitiateConference 1 C; phone C ring; phone C answer");
    stage_expect("phone B hold",
                 "B 2/1 Held C H11 -InitiateTransfer +CompleteTransfer -InitiateConference "
                 "+CompleteConference\n"
                 "B 1 Held A H11 -Retrieve -InitiateTransfer +CompleteTransfer "
                 "-InitiateConference +CompleteConference .\n"
                 "sound A~music C~music\n");
    stage_expect("B CompleteConference 1",
                 "B 2/1 Released C  conferenced\n"
                 "B 1 Held AC H11 -InitiateTransfer -InitiateConference\n"
                 "A 1 Participants Established BC E13 +RemoveParticipantFromConference\n"
                 "C 1 Established AB E13 out of 2\n"
                 "C 2/1 Released B  conferenced\n"
                 "sound A<C C<A\n");
    stage_expect("phone B retrieve", "B 1 Established AC E13 +RemoveParticipantFromConference\n"
                                     "sound A<BC B<AC C<AB\n");
}

static void the_other_line_is_held_by_the_telephone_itself(void **state)
{
    (void)state;
    stage_play(TALK "phone B#1 hold; C Dial B; phone C answer; phone B ring; phone B#2 answer");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("phone B#2 hold", "B 2 Held C H11 -InitiateTransfer -InitiateConference\n"
                                   "sound A~music C~music\n");
    stage_expect("phone B#1 retrieve", "B 1 Established A E13\n"
                                       "sound A<B B<A C~music\n");
}

static void hold_is_shown_on_the_telephone(void **state)
{
    (void)state;
    struct config_item device = device_b();
    device.shows_hold = true;
    stage_config(device);
    stage_play(TALK);
    stage_expect("B Hold 1", "hold B\n"
                             "B 1 Held A H11\n"
                             "sound A~music\n");
    stage_expect("phone B hold", "B 1 Held A H11 -InitiateTransfer -InitiateConference .\n");
    stage_expect("B Retrieve 1", "answer B\n");
    stage_expect("phone B retrieve", "B 1 Established A E13\n"
                                     "sound A<B B<A\n");
    stage_expect("B Hold 1", "hold B\n"
                             "B 1 Held A H11\n"
                             "sound A~music\n");
    stage_expect("B Retrieve 1", "B 1 Established A E13\n" /* it did not do it */
                                 "sound A<B B<A\n");
}

/* For its own hold button would be the only way back. */
static void hold_is_not_shown_where_retrieve_would_not_be_heard(void **state)
{
    (void)state;
    stage_config((struct config_item){.kind = CONFIG_DEVICE,
                                      .name = SLICE("100"),
                                      .owner = SLICE("u0"),
                                      .calls = 1,
                                      .shows_hold = true,
                                      .remote_answer = REMOTE_ANSWER_TALK});
    stage_play(TALK);
    stage_expect("A Hold 1", "A 1 Held B H11\n"
                             "sound B~music\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(it_is_asked_to_take_the_call_back),
        PLAYED(it_does_not_do_it),
        PLAYED(it_says_nothing),
        PLAYED(the_call_ends_before_it_does_it),
        PLAYED(one_that_never_said_so_is_not_asked),
        PLAYED(one_that_is_never_to_be_asked_is_not),
        PLAYED(what_rests_stays_where_the_button_holds),
        PLAYED(a_conference_is_held_with_the_consult),
        PLAYED(the_other_line_is_held_by_the_telephone_itself),
        PLAYED(hold_is_shown_on_the_telephone),
        PLAYED(hold_is_not_shown_where_retrieve_would_not_be_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
