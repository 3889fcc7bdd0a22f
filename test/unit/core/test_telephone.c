/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Several calls on one telephone, from every side: B's may have three. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK   "A Dial B; phone A answer; phone B ring; phone B answer; "
#define SECOND TALK "C Dial B; phone C answer; phone B ring; "

static int begin(void **state)
{
    stage_begin(state);
    stage_config((struct config_item){.kind = CONFIG_DEVICE,
                                      .name = SLICE("101"),
                                      .owner = SLICE("u1"),
                                      .calls = 3,
                                      .remote_answer = REMOTE_ANSWER_TALK});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void a_second_answer_borrows_the_leg_that_is_up(void **state)
{
    (void)state;
    stage_play(TALK "C Dial B; phone C answer");
    stage_expect("phone B ring", "B 2 Ringing C R6\n"
                                 "sound A<B B<A C~ringback\n");
    stage_expect("B Answer 2", "drop B answered-and-hung-up\n"
                               "B 1 Held A H11 +SwapCalls\n"
                               "B 2 Established C E13 +SwapCalls\n"
                               "C 2 Established B E13\n"
                               "sound A~music B<C C<B\n");
    stage_expect("phone B hangup", "drop C answered-and-hung-up\n"
                                   "ring B from A\n"
                                   "C 2 Released B  answered-and-hung-up\n"
                                   "B 2 Released C  answered-and-hung-up\n"
                                   "B 1 Ringing A R6 -Answer\n"
                                   "A 1 Established B E13 -SingleStepTransfer .\n"
                                   "sound A~ringback\n");
    stage_expect("phone B ring", "B 1 Ringing A R6 .\n");
    stage_expect("B Answer 1", "answer B\n");
    stage_expect("phone B answer", "B 1 Established A E13\n"
                                   "A 1 Established B E13 .\n"
                                   "sound A<B B<A\n");
}

static void two_calls_take_turns_by_retrieve(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2");
    stage_expect("B SwapCalls 1 2", "B 1 Established A E13 +SwapCalls\n"
                                    "B 2 Held C H11 +SwapCalls\n"
                                    "sound A<B B<A C~music\n");
    stage_expect("B Retrieve 2", "B 1 Held A H11 +SwapCalls\n"
                                 "B 2 Established C E13 +SwapCalls\n"
                                 "sound A~music B<C C<B\n");
    stage_expect("B Hold 2", "B 2 Held C H11 +SwapCalls\n"
                             "sound A~music C~music\n");
    stage_expect("B Retrieve 1", "B 1 Established A E13 +SwapCalls\n"
                                 "sound A<B B<A C~music\n");
    stage_expect("B Hangup 1", "drop A answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up\n"
                               "B 1 Released A  answered-and-hung-up\n"
                               "B 2 Held C H11 .\n"
                               "sound C~music\n");
    stage_expect("B Retrieve 2", "B 2 Established C E13\n"
                                 "sound B<C C<B\n");
}

static void a_human_answers_the_second_leg(void **state)
{
    (void)state;
    stage_play(TALK "C Dial B; phone C answer; phone B ring");
    stage_expect("phone B answer", "B 1 Held A H11\n"
                                   "B 2 Established C E13\n"
                                   "C 2 Established B E13\n"
                                   "sound A~music C<B B<C\n");
    stage_expect("phone B#1 retrieve", "refused: not in this state\n");
    stage_expect("phone B#1 hold", "B 1 Held A H11 -InitiateTransfer -InitiateConference .\n");
    stage_expect("phone B#2 retrieve", "refused: not in this state\n");
    stage_expect("B Hold 2", "B 2 Held C H11\n"
                             "sound A~music C~music\n");
    stage_expect("B Retrieve 1", "answer B\n"); /* its first line */
    stage_expect("phone B#2 hangup", "drop C answered-and-hung-up\n"
                                     "C 2 Released B  answered-and-hung-up\n"
                                     "B 2 Released C  answered-and-hung-up\n"
                                     "sound A~music\n");
}

static void the_telephones_own_hold_buttons(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B#1 hold", "B 1 Held A H11 -InitiateTransfer -InitiateConference\n"
                                   "sound A~music\n");
    stage_expect("C Dial B; phone C answer; phone B ring", "B 2 Ringing C R6\n"
                                                           "sound A~music C~ringback\n");
    stage_expect("phone B#2 answer", "B 2 Established C E13\n"
                                     "C 2 Established B E13\n"
                                     "sound A~music C<B B<C\n");
    stage_expect("phone B#2 hold", "B 2 Held C H11 -InitiateTransfer -InitiateConference\n"
                                   "sound A~music C~music\n");
    stage_expect("phone B#1 retrieve", "B 1 Established A E13\n"
                                       "sound A<B B<A C~music\n");
    stage_expect("phone B#1 hangup", "drop A answered-and-hung-up\n"
                                     "A 1 Released B  answered-and-hung-up\n"
                                     "B 1 Released A  answered-and-hung-up\n"
                                     "sound C~music\n");
    stage_expect("phone B#2 retrieve", "B 2 Established C E13\n"
                                       "sound C<B B<C\n");
}

static void beyond_the_limit_it_is_busy_and_what_rests_rings_again(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; D Dial B; phone D answer; phone B ring; B Answer 3");
    stage_expect("E Dial B; phone E answer", "sound A~music B<D C~music D<B E~busy\n");
    stage_expect("clock 3000", "drop E busy\n"
                               "E 4 Released B  busy\n"
                               "sound A~music B<D C~music D<B\n");
    stage_expect("B SwapCalls 3 1", "B 1 Established A E13 +SwapCalls\n"
                                    "B 3 Held D H11 +SwapCalls\n"
                                    "sound A<B B<A C~music D~music\n");
    stage_expect("B SwapCalls 2 3", "B 3 Established D E13 +SwapCalls\n"
                                    "B 1 Held A H11 +SwapCalls\n"
                                    "sound A~music B<D C~music D<B\n");
    stage_expect("phone B lost", "drop D failed\n"
                                 "ring B from A\n"
                                 "D 3 Released B  failed\n"
                                 "B 3 Released D  failed\n"
                                 "B 1 Ringing A R6 -Answer\n"
                                 "B 2 Ringing C R6 -Answer\n"
                                 "C 2 Established B E13 -SingleStepTransfer .\n"
                                 "A 1 Established B E13 -SingleStepTransfer .\n"
                                 "sound A~ringback C~ringback\n");
    stage_expect("phone B ring", "B 2 Ringing C R6 .\n"
                                 "B 1 Ringing A R6 .\n");
    stage_expect("A Hangup 1", "drop A answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up\n"
                               "B 1 Released A  answered-and-hung-up\n"
                               "sound C~ringback\n");
    stage_expect("clock 30000", "drop C no-answer\n"
                                "drop B no-answer\n"
                                "C 2 Released B  no-answer\n"
                                "B 2 Released C  no-answer\n"
                                "sound\n");
}

static void what_rests_is_lost_with_a_telephone_that_is_not_registered(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B out");
    stage_expect("phone B lost", "drop C failed\n"
                                 "drop A failed\n"
                                 "C 2 Released B  failed\n"
                                 "B 2 Released C  failed\n"
                                 "A 1 Released B  failed\n"
                                 "B 1 Released A  failed\n"
                                 "sound\n");
}

static void a_telephone_that_rings_again_is_unplugged(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup; phone B ring");
    stage_expect("phone B out", "");
    stage_expect("phone B lost", "drop A failed\n"
                                 "A 1 Released B  failed\n"
                                 "B 1 Released A  failed\n"
                                 "sound\n");
}

static void who_rings_again_hangs_up_by_its_desktop(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup; phone B ring");
    stage_expect("B Hangup 1", "drop A rejected\n"
                               "drop B rejected\n"
                               "A 1 Released B  rejected\n"
                               "B 1 Released A  rejected\n"
                               "sound\n");
}

static void who_rings_again_declines(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup; phone B ring");
    stage_expect("phone B decline", "drop A rejected\n"
                                    "A 1 Released B  rejected\n"
                                    "B 1 Released A  rejected\n"
                                    "sound\n");
}

static void the_other_side_gives_up_while_it_rings_again(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup; phone B ring");
    stage_expect("A Hangup 1", "drop A answered-and-hung-up\n"
                               "drop B answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up\n"
                               "B 1 Released A  answered-and-hung-up\n"
                               "sound\n");
}

static void another_call_while_it_rings_again(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup; phone B ring");
    stage_expect("B Dial D", "ring B from D\n"
                             "B 3 Dialing D D6\n");
    stage_expect("phone B answer", "ring D from B\n");
    stage_expect("phone B#3 answer", "B 1 Established A E13\n"
                                     "A 1 Established B E13 .\n"
                                     "sound A<B B<A\n");
}

static void the_first_call_ends_while_the_second_rings(void **state)
{
    (void)state;
    stage_play(SECOND);
    stage_expect("phone B#1 hangup", "drop A answered-and-hung-up\n"
                                     "A 1 Released B  answered-and-hung-up\n"
                                     "B 1 Released A  answered-and-hung-up\n"
                                     "sound C~ringback\n");
    stage_expect("B Answer 2", "answer B\n");
    stage_expect("phone B refuses",
                 "B 2 Error Ringing C R6 'Answer failed: the telephone did not go off hook' .\n");
    stage_expect("phone B answer", "B 2 Established C E13\n"
                                   "C 2 Established B E13\n"
                                   "sound C<B B<C\n");
}

static void the_first_call_is_transferred_while_the_second_rings(void **state)
{
    (void)state;
    stage_play(SECOND);
    stage_expect("B SingleStepTransfer 1 D",
                 "drop B transferred\n"
                 "ring D from A\n"
                 "B 1 Released A  transferred\n"
                 "A 1 Participants Established D E13 -SingleStepTransfer\n"
                 "sound C~ringback\n");
    stage_expect("phone B answer", "B 2 Established C E13\n"
                                   "C 2 Established B E13\n"
                                   "sound C<B B<C\n");
}

static void dial_beside_a_call(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("B Dial C", "ring C from B\n"
                             "B 1 Held A H11 +SwapCalls\n"
                             "B 2 Dialing C D6\n"
                             "sound A~music\n");
    stage_expect("phone C ring", "C 2 Ringing B R6\n"
                                 "sound A~music B~ringback\n");
    stage_expect("B SwapCalls 2 1", "B 1 Established A E13 +SwapCalls\n"
                                    "B 2 Dialing C D6\n"
                                    "sound A<B B<A\n");
    stage_expect("phone C answer", "C 2 Established B E13\n"
                                   "B 2 Held C H11 +SwapCalls\n"
                                   "sound A<B B<A C~music\n");
    stage_expect("B CompleteTransfer 1", "refused: not in this state\n");
    stage_expect("B SwapCalls 2 1", "B 2 Established C E13 +SwapCalls\n"
                                    "B 1 Held A H11 +SwapCalls\n"
                                    "sound A~music B<C C<B\n");
    stage_expect("B Hangup 2", "drop C answered-and-hung-up\n"
                               "B 2 Released C  answered-and-hung-up\n"
                               "C 2 Released B  answered-and-hung-up\n"
                               "B 1 Held A H11 .\n"
                               "sound A~music\n");
}

static void a_call_by_the_keypad_beside_one(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B calls C", "ring C from B\n"
                                    "B 1 Held A H11\n"
                                    "B 2 Dialing C D6\n"
                                    "sound A~music\n");
    stage_expect("phone C ring", "C 2 Ringing B R6\n"
                                 "sound A~music B~ringback\n");
    stage_expect("phone C answer", "answer B\n"
                                   "C 2 Established B E13\n"
                                   "B 2 Established C E13\n"
                                   "sound A~music B<C C<B\n");
    stage_expect("phone B#2 answer", "");
    stage_expect("B Retrieve 1", "B 2 Held C H11\n"
                                 "B 1 Established A E13\n"
                                 "sound A<B B<A C~music\n");
    stage_expect("B InitiateTransfer 1 D",
                 "ring D from B\n"
                 "B 1 Held A H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "B 3/1 Dialing D D6\n"
                 "sound A~music C~music\n");
    stage_expect("phone D answer",
                 "D 3/1 Ringing B R6\n"
                 "D 3/1 Established B E13\n"
                 "B 3/1 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "B 1 Held A H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A~music B<D C~music D<B\n");
    stage_expect("B CompleteTransfer 3", "drop B transferred\n"
                                         "B 1 Released A  transferred\n"
                                         "B 3/1 Released D  transferred\n"
                                         "A 1 Participants Established D E13\n"
                                         "D 1 Established A E13 out of 3\n"
                                         "D 3/1 Released B  transferred\n"
                                         "sound A<D C~music D<A\n");
    stage_expect("B Retrieve 2", "B 2 Established C E13\n"
                                 "sound A<D B<C C<B D<A\n");
}

static void two_calls_by_the_keypad(void **state)
{
    (void)state;
    stage_play("phone B calls A; phone A ring");
    stage_expect("phone B calls C", "ring C from B\n"
                                    "B 2 Dialing C D6\n");
    stage_expect("phone A answer", "answer B\n"
                                   "A 1 Established B E13\n"
                                   "B 1 Established A E13\n"
                                   "sound B<A A<B\n");
    stage_expect("phone B#1 answer", "");
    stage_expect("phone C ring; phone C answer", "answer B\n"
                                                 "C 2 Established B E13\n"
                                                 "B 2 Established C E13\n"
                                                 "sound B<A A<B B<C C<B\n");
    stage_expect("phone B#2 hangup", "drop C answered-and-hung-up\n"
                                     "B 2 Released C  answered-and-hung-up\n"
                                     "C 2 Released B  answered-and-hung-up\n"
                                     "sound B<A A<B\n");
}

static void two_answers_before_the_telephone_is_up(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; C Dial B; phone C answer; phone B ring");
    stage_expect("B Answer 1; B Answer 2", "answer B\n");
    stage_expect("phone B#1 answer", "B 1 Established A E13\n"
                                     "A 1 Established B E13\n"
                                     "sound A<B B<A C~ringback\n");
    stage_expect("phone B#2 answer", "B 1 Held A H11\n"
                                     "B 2 Established C E13\n"
                                     "C 2 Established B E13\n"
                                     "sound A~music C<B B<C\n");
    stage_expect("B Hangup 2", "drop C answered-and-hung-up\n"
                               "drop B answered-and-hung-up\n"
                               "C 2 Released B  answered-and-hung-up\n"
                               "B 2 Released C  answered-and-hung-up\n"
                               "sound A~music\n");
}

static void a_call_by_the_keypad_while_it_rings_again(void **state)
{
    (void)state;
    stage_play(SECOND "B Answer 2; phone B hangup");
    stage_expect("phone B calls D", "ring D from B\n"
                                    "B 3 Dialing D D6\n");
    stage_expect("phone D answer", "answer B\n"
                                   "D 3 Ringing B R6\n"
                                   "D 3 Established B E13\n"
                                   "B 3 Established D E13\n"
                                   "sound A~ringback B<D D<B\n");
    stage_expect("clock 30000", "drop A no-answer\n"
                                "drop B no-answer\n"
                                "A 1 Released B  no-answer\n"
                                "B 1 Released A  no-answer\n"
                                "sound B<D D<B\n");
}

static void answer_while_the_other_is_held(void **state)
{
    (void)state;
    stage_play(SECOND "B Hold 1");
    stage_expect("B Answer 2", "drop B answered-and-hung-up\n"
                               "B 2 Established C E13 +SwapCalls\n"
                               "C 2 Established B E13\n"
                               "B 1 Held A H11 +SwapCalls .\n"
                               "sound A~music B<C C<B\n");
    stage_expect("B SingleStepConference 2 A",
                 "B 2 Error Established C E13 +SwapCalls 'the destination is busy' .\n");
    stage_expect("clock 1", "");
}

static void one_telephone_dials_no_more_calls_than_its_leg_holds(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    struct input device = {
        .kind = INPUT_CONFIG,
        .config = {
            .kind = CONFIG_DEVICE, .name = SLICE("100"), .owner = SLICE("u0"), .calls = 100}};
    assert_int_equal(world_apply(&w, &device), ERR_OK);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    uint64_t leg = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, leg, CAUSE_NONE);
    for (int i = 1; i < 8; i++) /* 101 is busy: each hears the tone */
        assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_RANGE);
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    core_check(w.core);
    struct core_stats stats;
    core_stats(w.core, &stats);
    assert_int_equal(stats.calls_by_state[PARTY_DIALING], 0); /* none is forgotten */
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_second_answer_borrows_the_leg_that_is_up),
        cmocka_unit_test(one_telephone_dials_no_more_calls_than_its_leg_holds),
        PLAYED(two_calls_take_turns_by_retrieve),
        PLAYED(a_human_answers_the_second_leg),
        PLAYED(the_telephones_own_hold_buttons),
        PLAYED(beyond_the_limit_it_is_busy_and_what_rests_rings_again),
        PLAYED(what_rests_is_lost_with_a_telephone_that_is_not_registered),
        PLAYED(a_telephone_that_rings_again_is_unplugged),
        PLAYED(who_rings_again_hangs_up_by_its_desktop),
        PLAYED(who_rings_again_declines),
        PLAYED(the_other_side_gives_up_while_it_rings_again),
        PLAYED(another_call_while_it_rings_again),
        PLAYED(the_first_call_ends_while_the_second_rings),
        PLAYED(the_first_call_is_transferred_while_the_second_rings),
        PLAYED(dial_beside_a_call),
        PLAYED(a_call_by_the_keypad_beside_one),
        PLAYED(two_calls_by_the_keypad),
        PLAYED(two_answers_before_the_telephone_is_up),
        PLAYED(a_call_by_the_keypad_while_it_rings_again),
        PLAYED(answer_while_the_other_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
