/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Consult calls step by step, from every side: A talks to B and consults C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK    "A Dial B; phone A answer; phone B ring; phone B answer; "
#define CONSULT TALK "A InitiateTransfer 1 C; phone C ring; phone C answer; "

static void a_consult_about_a_consult_goes_on_about_the_parent(void **state)
{
    (void)state;
    stage_play(CONSULT "C InitiateTransfer 2 D; phone D ring");
    stage_expect("phone D answer",
                 "D 3/2 Established C E13\n"
                 "C 3/2 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "C 2/1 Held A H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A~music B~music C<D D<C\n");
    stage_expect(
        "A CompleteTransfer 1",
        "drop A transferred\n"
        "A 1 Released B  transferred\n"
        "A 2/1 Released C  transferred\n"
        "B 1 Participants Established C E13\n"
        "C 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference out of 2\n"
        "C 2/1 Released A  transferred\n"
        "C 3/1 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "D 3/1 Established C E13 .\n"
        "sound B~music C<D D<C\n");
    stage_expect("C CompleteTransfer 1", "drop C transferred\n"
                                         "C 1 Released B  out of 2 transferred\n"
                                         "C 3/1 Released D  transferred\n"
                                         "B 1 Participants Established D E13\n"
                                         "D 1 Established B E13 out of 3\n"
                                         "D 3/1 Released C  transferred\n"
                                         "sound B<D D<B\n");
}

static void a_conference_consults_and_grows(void **state)
{
    (void)state;
    stage_play(CONSULT "A CompleteConference 2");
    stage_expect("A InitiateConference 1 D", "ring D from A\n"
                                             "A 1 Held BC H11 +SwapCalls .\n"
                                             "A 3/1 Dialing D D6\n"
                                             "sound B<C C<B\n");
    stage_expect("phone D answer",
                 "D 3/1 Ringing A R6\n"
                 "D 3/1 Established A E13\n"
                 "A 3/1 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "A 1 Held BC H11 +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A<D B<C C<B D<A\n");
    stage_expect("A CompleteConference 1",
                 "A 3/1 Released D  conferenced\n"
                 "A 1 Established BCD E13 +RemoveParticipantFromConference\n"
                 "B 1 Participants Established ACD E13\n"
                 "C 1 Participants Established ABD E13 out of 2\n"
                 "D 1 Established ABC E13 out of 3\n"
                 "D 3/1 Released A  conferenced\n"
                 "sound A<BCD B<ACD C<ABD D<ABC\n");
    stage_expect("A RemoveParticipantFromConference 1 C",
                 "drop C cleared\n"
                 "C 1 Released ABD  out of 2 cleared\n"
                 "A 1 Participants Established BD E13 +RemoveParticipantFromConference\n"
                 "B 1 Participants Established AD E13\n"
                 "D 1 Participants Established AB E13 out of 3\n"
                 "sound A<BD B<AD D<AB\n");
    stage_expect("phone A hangup", "A 1 Released BD  answered-and-hung-up\n"
                                   "B 1 Participants Established D E13\n"
                                   "D 1 Participants Established B E13 out of 3\n"
                                   "sound B<D D<B\n");
}

static void who_consults_about_its_consult_completes_it_alone(void **state)
{
    (void)state;
    stage_play(CONSULT "A InitiateTransfer 2 D; phone D ring");
    stage_expect("phone D answer",
                 "D 3/2 Established A E13\n"
                 "A 3/2 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "A 2/1 Held C H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A<D B~music C~music D<A\n");
    stage_expect("A CompleteTransfer 3", "A 2/1 Released C  transferred\n"
                                         "A 3/2 Released D  transferred\n"
                                         "C 2/1 Participants Established D E13\n"
                                         "D 2/1 Established C E13 out of 3\n"
                                         "D 3/2 Released A  transferred\n"
                                         "A 1 Held B H11 .\n"
                                         "sound B~music C<D D<C\n");
}

static void three_calls_of_one_telephone_become_one(void **state)
{
    (void)state;
    stage_play(CONSULT "A InitiateTransfer 2 D; phone D ring; phone D answer");
    stage_expect("A CompleteConference 2", "A 3/2 Released D  conferenced\n"
                                           "A 2/1 Established CD E13 +SwapCalls +CompleteTransfer "
                                           "+CompleteConference +RemoveParticipantFromConference\n"
                                           "C 2/1 Participants Established AD E13\n"
                                           "D 2/1 Established AC E13 out of 3\n"
                                           "D 3/2 Released A  conferenced\n"
                                           "sound A<CD B~music C<AD D<AC\n");
    stage_expect("A CompleteConference 2",
                 "A 2/1 Released CD  conferenced\n"
                 "A 1 Established BCD E13 +RemoveParticipantFromConference\n"
                 "B 1 Participants Established ACD E13\n"
                 "C 1 Established ABD E13 out of 2\n"
                 "D 1 Established ABC E13 out of 2\n"
                 "C 2/1 Released AD  conferenced\n"
                 "D 2/1 Released AC  out of 3 conferenced\n"
                 "sound A<BCD B<ACD C<ABD D<ABC\n");
}

static void of_two_consults_the_named_one_is_completed(void **state)
{
    (void)state;
    stage_play(CONSULT "A InitiateTransfer 1 D; phone D ring; phone D answer");
    stage_expect("A CompleteTransfer 1 2", "A 1 Released B  transferred\n"
                                           "A 2/1 Released C  transferred\n"
                                           "B 1 Participants Established C E13\n"
                                           "C 1 Established B E13 out of 2\n"
                                           "C 2/1 Released A  transferred\n"
                                           "A 3/1 Established D E13 .\n"
                                           "sound A<D B<C C<B D<A\n");
    stage_expect("phone A hangup", "drop D answered-and-hung-up\n"
                                   "A 3/1 Released D  answered-and-hung-up\n"
                                   "D 3/1 Released A  answered-and-hung-up\n"
                                   "sound B<C C<B\n");
}

static void the_consult_about_a_completed_consult_stays(void **state)
{
    (void)state;
    stage_play(CONSULT "A InitiateTransfer 2 D; phone D ring; phone D answer");
    stage_expect("A CompleteTransfer 1", "A 1 Released B  transferred\n"
                                         "A 2/1 Released C  transferred\n"
                                         "B 1 Participants Established C E13\n"
                                         "C 1 Established B E13 out of 2\n"
                                         "C 2/1 Released A  transferred\n"
                                         "A 3/1 Established D E13 .\n"
                                         "D 3/1 Established A E13 .\n"
                                         "sound A<D B<C C<B D<A\n");
}

static void a_telephone_that_hangs_up_is_rung_with_all_that_rested(void **state)
{
    (void)state;
    stage_play(CONSULT "A InitiateTransfer 2 D; phone D ring; phone D answer");
    stage_expect("phone A hangup", "drop D answered-and-hung-up\n"
                                   "ring A from B\n"
                                   "A 3/2 Released D  answered-and-hung-up\n"
                                   "D 3/2 Released A  answered-and-hung-up\n"
                                   "A 1 Ringing B R6 -Answer\n"
                                   "A 2/1 Ringing C R6 -Answer\n"
                                   "C 2/1 Established A E13 -SingleStepTransfer .\n"
                                   "B 1 Established A E13 -SingleStepTransfer .\n"
                                   "sound B~ringback C~ringback\n");
    stage_expect("phone A ring", "A 2/1 Ringing C R6 .\n"
                                 "A 1 Ringing B R6 .\n");
    stage_expect("phone A answer",
                 "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "A 2/1 Established C E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "B 1 Established A E13 .\n"
                 "C 2/1 Established A E13 .\n"
                 "sound B~music C<A A<C\n");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference\n"
                 "B 1 Participants Established AC E13\n"
                 "C 1 Established AB E13 out of 2\n"
                 "C 2/1 Released A  conferenced\n"
                 "sound B<CA C<BA A<BC\n");
}

static void what_the_consult_changed_in_the_user_data_wins(void **state)
{
    (void)state;
    stage_play("A Dial B k=old; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 "
               "C why=x; phone C answer");
    stage_expect(
        "B UpdateUserData 1 k=new",
        "A 1 Data Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference k=new\n"
        "B 1 Data Established A E13 k=new\n");
    stage_expect("C UpdateUserData 2 k=consult",
                 "A 2/1 Data Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
                 "k=consult why=x\n"
                 "C 2/1 Data Established A E13 k=consult why=x\n");
    stage_expect("C AttachUserData 2 more=1",
                 "A 2/1 Data Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
                 "k=consult why=x more=1\n"
                 "C 2/1 Data Established A E13 k=consult why=x more=1\n");
    stage_expect(
        "B AttachUserData 1 b=1",
        "A 1 Data Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference k=new b=1\n"
        "B 1 Data Established A E13 k=new b=1\n");
    stage_expect("A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1 Released B  transferred k=consult b=1 why=x more=1\n"
                 "A 2/1 Released C  transferred k=consult why=x more=1\n"
                 "B 1 Participants Established C E13 k=consult b=1 why=x more=1\n"
                 "C 1 Established B E13 out of 2 k=consult b=1 why=x more=1\n"
                 "C 2/1 Released A  transferred k=consult why=x more=1\n"
                 "sound B<C C<B\n");
}

static void what_the_consult_deleted_stays_in_the_parent(void **state)
{
    (void)state;
    stage_play("A Dial B k=old; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 "
               "C; phone C answer");
    stage_expect("C DeleteUserData 2",
                 "A 2/1 Data Established C E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "C 2/1 Data Established A E13\n");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference k=old\n"
                 "B 1 Participants Established AC E13 k=old\n"
                 "C 1 Established AB E13 out of 2 k=old\n"
                 "C 2/1 Released A  conferenced\n"
                 "sound A<BC B<AC C<AB\n");
}

static void a_transfer_that_nobody_takes_rings_the_transferor_again(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C ring; A CompleteTransfer 2");
    stage_expect("clock 30000", "drop C no-answer\n"
                                "ring A from B\n"
                                "C 1 Released B  out of 2 no-answer\n"
                                "B 1 Participants Established A E13 -SingleStepTransfer\n"
                                "sound\n");
    stage_expect("phone A ring", "A 1 Ringing B R6\n"
                                 "sound B~ringback\n");
    stage_expect("clock 30000", "drop A no-answer\n"
                                "drop B no-answer\n"
                                "A 1 Released B  no-answer\n"
                                "B 1 Released A  no-answer\n"
                                "sound\n");
}

static void a_transfer_before_the_telephone_rang(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; A CompleteTransfer 2");
    stage_expect("phone C ring", "C 1 Ringing B R6 out of 2\n"
                                 "sound B~ringback\n");
    stage_expect("phone C answer", "C 1 Established B E13 out of 2\n"
                                   "B 1 Participants Established C E13\n"
                                   "sound B<C C<B\n");
}

static void the_far_party_leaves_while_its_transfer_rings(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; A CompleteTransfer 2; phone C ring");
    stage_expect("B Hangup 1", "drop B answered-and-hung-up\n"
                               "drop C answered-and-hung-up\n"
                               "B 1 Released C  answered-and-hung-up\n"
                               "C 1 Released B  out of 2 answered-and-hung-up\n"
                               "sound\n");
}

static void a_transfer_fails_and_the_transferor_is_gone(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C ring; A CompleteTransfer 2; phone A out");
    stage_expect("phone C decline", "drop B unreachable\n"
                                    "C 1 Released B  out of 2 rejected\n"
                                    "B 1 Released A  unreachable\n"
                                    "sound\n");
}

static void a_transfer_fails_while_the_transferor_has_another_call(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C ring; A CompleteTransfer 2");
    stage_expect("A Dial D", "ring A from D\n"
                             "A 3 Dialing D D6\n");
    stage_expect("phone C decline", "ring A from B\n"
                                    "C 1 Released B  out of 2 rejected\n"
                                    "B 1 Participants Established A E13 -SingleStepTransfer\n"
                                    "sound\n");
}

static void assert_duration(char user, unsigned call, uint32_t seconds)
{
    struct call_view view = stage_view(user, call);
    assert_int_equal(view.duration_s, seconds);
    call_view_release(&view);
}

static void durations_count_from_each_partys_first_notice(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; clock 2000; phone B ring; clock 3000; phone B answer; "
               "clock 10000; A InitiateTransfer 1 C; phone C ring; clock 4000; phone C answer; "
               "clock 6000");
    assert_duration('A', 1, 25);
    assert_duration('B', 1, 23);
    assert_duration('A', 2, 10);
    assert_duration('C', 2, 10);
    stage_play("A CompleteTransfer 2; clock 7000");
    assert_duration('A', 1, 25);
    assert_duration('A', 2, 10);
    assert_duration('B', 1, 30);
    assert_duration('C', 2, 10);
    assert_duration('C', 1, 7);
}

static void a_released_consult_still_names_its_parent(void **state)
{
    (void)state;
    stage_play(CONSULT "A CompleteConference 1");
    struct call_view view = stage_view('C', 2);
    assert_int_equal(view.state, PARTY_RELEASED);
    assert_string_equal(view.call->parent_id, stage_id(1));
    call_view_release(&view);
    view = stage_view('C', 1);
    assert_string_equal(view.previous_id, stage_id(2));
    assert_string_equal(view.call->parent_id, "");
    assert_string_equal(view.dnis, "102");
    call_view_release(&view);
}

static void who_consults_is_told_when_its_parent_is_forgotten(void **state)
{
    (void)state;
    stage_play(CONSULT "B Hangup 1");
    stage_expect("clock 59999", "");
    stage_expect("clock 1", "A 2/0 Established C E13 .\n"
                            "C 2/0 Established A E13 .\n");
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, stage_begin, stage_finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_consult_about_a_consult_goes_on_about_the_parent),
        PLAYED(a_conference_consults_and_grows),
        PLAYED(who_consults_about_its_consult_completes_it_alone),
        PLAYED(three_calls_of_one_telephone_become_one),
        PLAYED(of_two_consults_the_named_one_is_completed),
        PLAYED(the_consult_about_a_completed_consult_stays),
        PLAYED(a_telephone_that_hangs_up_is_rung_with_all_that_rested),
        PLAYED(what_the_consult_changed_in_the_user_data_wins),
        PLAYED(what_the_consult_deleted_stays_in_the_parent),
        PLAYED(a_transfer_that_nobody_takes_rings_the_transferor_again),
        PLAYED(a_transfer_before_the_telephone_rang),
        PLAYED(the_far_party_leaves_while_its_transfer_rings),
        PLAYED(a_transfer_fails_and_the_transferor_is_gone),
        PLAYED(a_transfer_fails_while_the_transferor_has_another_call),
        PLAYED(durations_count_from_each_partys_first_notice),
        PLAYED(a_released_consult_still_names_its_parent),
        PLAYED(who_consults_is_told_when_its_parent_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
