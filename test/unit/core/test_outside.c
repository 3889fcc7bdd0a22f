/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls from and to the outside: a German site whose main number is +49 30 555, one trunk with
 * three channels. X is +49 30 111, Y +49 30 222. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

static int begin(void **state)
{
    stage_begin(state);
    stage_config((struct config_item){.kind = CONFIG_SITE,
                                      .country = SLICE("49"),
                                      .international = SLICE("00"),
                                      .national = SLICE("0"),
                                      .area = SLICE("30"),
                                      .main_number = SLICE("+4930555")});
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("trunk"), .calls = 3});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void a_call_from_outside(void **state)
{
    (void)state;
    stage_expect("outside X calls A", "ring A from X\n");
    stage_expect("phone A ring", "A 1inX Ringing X R6 business\n"
                                 "sound X~ringback\n");
    stage_expect("phone A answer", "answer X\n"
                                   "A 1inX Established X E13 business\n"
                                   "sound X<A A<X\n");
    stage_expect("phone X answer", "");
    stage_expect("A Hold 1", "A 1inX Held X H11 business\n"
                             "sound X~music\n");
    stage_expect("A Retrieve 1", "A 1inX Established X E13 business\n"
                                 "sound X<A A<X\n");
    stage_expect("A SendDtmf 1 12", "dtmf X 12\n"
                                    "A 1inX DtmfSent Established X E13 business\n");
    stage_expect("phone X hangup", "drop A answered-and-hung-up\n"
                                   "A 1inX Released X  answered-and-hung-up business\n"
                                   "sound\n");
}

static void a_call_to_the_outside(void **state)
{
    (void)state;
    stage_expect("A Dial +4930111", "ring A from X\n"
                                    "A 1outA Dialing X D6 business\n");
    stage_expect("phone A answer", "ring X from A through trunk\n");
    stage_expect("phone X ring", "sound A~ringback\n");
    stage_expect("phone X answer", "A 1outA Established X E13 business\n"
                                   "sound A<X X<A\n");
    stage_expect("phone X lost", "drop A failed\n"
                                 "A 1outA Released X  failed business\n"
                                 "sound\n");
}

static void a_call_to_the_outside_fails(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; phone X ring");
    stage_expect("phone X busy", "sound A~busy\n");
    stage_expect("clock 3000", "drop A busy\n"
                               "A 1outA Released X  busy business\n"
                               "sound\n");
    stage_expect("A Dial X; phone A answer; phone X lost", "sound A~busy\n");
}

static void who_can_be_called_from_outside(void **state)
{
    (void)state;
    stage_expect("outside ? calls A", "ring A from ?\n");
    stage_expect("phone A answer", "answer ?\n"
                                   "A 1in? Ringing ? R6 business\n"
                                   "A 1in? Established ? E13 business\n"
                                   "sound ?<A A<?\n");
    stage_expect("outside X calls N", "drop X unreachable\n");
    stage_expect("outside X calls Y", "drop X unreachable\n");
    stage_expect("outside X calls +4930555101", "ring B from X\n");
    stage_expect("outside Y calls 101", "drop Y busy\n");
    stage_expect("outside Y calls C", "ring C from Y\n");
}

static void a_caller_is_transferred_and_meets_another(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A ring; phone A answer");
    stage_expect("A InitiateTransfer 1 B",
                 "ring B from A\n"
                 "A 1inX Held X H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "A 2/1 Dialing B D6\n"
                 "sound X~music\n");
    stage_expect("phone B ring", "B 2/1 Ringing A R6\n"
                                 "sound X~music A~ringback\n");
    stage_expect("phone B answer",
                 "B 2/1 Established A E13\n"
                 "A 2/1 Established B E13 +SwapCalls +CompleteTransfer +CompleteConference\n"
                 "A 1inX Held X H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound X~music A<B B<A\n");
    stage_expect("A CompleteTransfer 2", "drop A transferred\n"
                                         "A 1inX Released X  transferred business\n"
                                         "A 2/1 Released B  transferred\n"
                                         "B 1inX Established X E13 out of 2 business\n"
                                         "B 2/1 Released A  transferred\n"
                                         "sound X<B B<X\n");
    stage_expect("B InitiateConference 1 Y", "ring Y from B through trunk\n"
                                             "B 1inX Held X H11 +SwapCalls out of 2 .\n"
                                             "B 3/1 Dialing Y D6 business\n"
                                             "sound X~music\n");
    stage_expect("phone Y ring", "sound X~music B~ringback\n");
    stage_expect(
        "phone Y answer",
        "B 3/1 Established Y E13 +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "B 1inX Held X H11 +SwapCalls +CompleteTransfer +CompleteConference out of 2 .\n"
        "sound X~music B<Y Y<B\n");
    stage_expect("B CompleteConference 1",
                 "B 3/1 Released Y  conferenced business\n"
                 "B 1inX Established XY E13 +RemoveParticipantFromConference out of 2 business\n"
                 "sound X<BY B<XY Y<XB\n");
    stage_expect("B RemoveParticipantFromConference 1 X", "refused: invalid\n");
    stage_expect("B RemoveParticipantFromConference 1 Y",
                 "drop Y cleared\n"
                 "B 1inX Participants Established X E13 out of 2 business\n"
                 "sound X<B B<X\n");
    stage_expect("phone B hangup", "drop X answered-and-hung-up\n"
                                   "B 1inX Released X  out of 2 answered-and-hung-up business\n"
                                   "sound\n");
}

static void an_internal_call_goes_outside(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B answer");
    stage_expect("A InitiateTransfer 1 X",
                 "ring X from A through trunk\n"
                 "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "A 2/1 Dialing X D6 business\n"
                 "sound B~music\n");
    stage_expect(
        "phone X answer",
        "A 2/1 Established X E13 +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "sound A<X B~music X<A\n");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released X  transferred business\n"
                                         "B 1 Participants Established X E13 business\n"
                                         "sound B<X X<B\n");
    stage_expect("B SingleStepTransfer 1 Y", "drop B transferred\n"
                                             "ring Y from X through trunk\n"
                                             "B 1 Released X  transferred business\n"
                                             "sound\n");
    stage_expect("phone Y answer", "sound X<Y Y<X\n");
    stage_expect("phone Y hangup", "drop X answered-and-hung-up\n"
                                   "sound\n");
}

static void a_transfer_to_the_outside_fails_and_others_join(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; phone X answer");
    stage_expect("A SingleStepTransfer 1 Y", "drop A transferred\n"
                                             "ring Y from X through trunk\n"
                                             "A 1outA Released X  transferred business\n"
                                             "sound\n");
    stage_expect("phone Y ring", "sound X~ringback\n");
    stage_expect("phone Y decline", "ring A from X\n"
                                    "sound\n");
    stage_expect("phone A answer", "A 1outA Ringing X R6 business\n"
                                   "A 1outA Established X E13 business\n"
                                   "sound X<A A<X\n");
    stage_expect("A SingleStepConference 1 Y", "ring Y from A through trunk\n");
    stage_expect("phone Y ring", "");
    stage_expect("phone Y busy", "A 1outA Error Established X E13 'the destination is busy' .\n");
    stage_expect("A SingleStepConference 1 B", "ring B from A\n");
    stage_expect(
        "phone B answer",
        "B 1outA Ringing XA R6 business\n"
        "B 1outA Established XA E13 business\n"
        "A 1outA Participants Established XB E13 +RemoveParticipantFromConference business\n"
        "sound X<AB A<XB B<XA\n");
    stage_expect("A Hangup 1", "drop A answered-and-hung-up\n"
                               "A 1outA Released XB  answered-and-hung-up business\n"
                               "B 1outA Participants Established X E13 business\n"
                               "sound X<B B<X\n");
    stage_expect("B Hangup 1", "drop X answered-and-hung-up\n"
                               "drop B answered-and-hung-up\n"
                               "B 1outA Released X  answered-and-hung-up business\n"
                               "sound\n");
}

static void forwarded_to_the_outside(void **state)
{
    (void)state;
    stage_play("B ForwardCallsOn X");
    stage_expect("A Dial B", "ring A from B\n"
                             "A 1 Dialing B D6\n");
    stage_expect("phone A answer", "ring X from A through trunk\n"
                                   "A 1outA Participants Dialing X D6 business\n");
    stage_expect("phone X ring", "sound A~ringback\n");
    stage_expect("phone X answer", "A 1outA Established X E13 business\n"
                                   "sound A<X X<A\n");
}

static void a_call_from_outside_is_forwarded_there(void **state)
{
    (void)state;
    stage_play("B ForwardCallsOn Y");
    stage_expect("outside X calls B", "ring Y from X through trunk\n");
    stage_expect("phone Y answer", "answer X\n"
                                   "sound X<Y Y<X\n");
    stage_expect("phone X answer", "");
    stage_expect("phone X hangup", "drop Y answered-and-hung-up\n"
                                   "sound\n");
}

static void a_consult_is_forwarded_to_the_outside(void **state)
{
    (void)state;
    stage_play("B ForwardCallsOn Y; C Dial D; phone C answer; phone D answer");
    stage_expect("C InitiateTransfer 1 B",
                 "ring Y from C through trunk\n"
                 "C 1 Held D H11 -Retrieve +SwapCalls +CompleteTransfer .\n"
                 "C 2/1 Dialing B D6\n"
                 "C 2/1 Participants Dialing Y D6 business\n"
                 "sound D~music\n");
    stage_expect(
        "phone Y answer",
        "C 2/1 Established Y E13 +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "C 1 Held D H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "sound C<Y D~music Y<C\n");
    stage_expect("C CompleteConference 1",
                 "C 2/1 Released Y  conferenced business\n"
                 "C 1 Established DY E13 +RemoveParticipantFromConference business\n"
                 "D 1 Participants Established CY E13 business\n"
                 "sound C<DY D<CY Y<CD\n");
}

static void no_channel_is_free(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; B Dial Y; phone B answer; C Dial X; phone C answer");
    stage_expect("D Dial Y", "ring D from Y\n"
                             "D 4outD Dialing Y D6 business\n");
    stage_expect("phone D answer", "sound D~busy\n");
    stage_expect("outside Y calls E", "drop Y busy\n");
    stage_expect("phone X hangup", "sound C~busy D~busy\n");
    stage_expect("clock 3000", "drop C rejected\n"
                               "C 3outC Released X  rejected business\n"
                               "drop D busy\n"
                               "D 4outD Released Y  busy business\n"
                               "sound\n");
    stage_expect("outside Y calls E", "ring E from Y\n");
}

static void a_call_from_outside_that_nobody_takes(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A ring");
    stage_expect("phone X hangup", "drop A abandoned\n"
                                   "A 1inX Released X  abandoned business\n"
                                   "sound\n");
    stage_expect("outside X calls A; phone A ring; A Hangup 2",
                 "drop A rejected\n"
                 "drop X rejected\n"
                 "A 2inX Released X  rejected business\n"
                 "sound\n");
    stage_expect("outside X calls A; phone A ring; clock 30000",
                 "drop A no-answer\n"
                 "drop X no-answer\n"
                 "A 3inX Released X  no-answer business\n"
                 "sound\n");
    stage_expect("outside X calls A; phone A out; phone A lost", "drop X failed\n");
}

static void a_transfer_of_an_outside_party_fails(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; phone X answer");
    stage_expect("A InitiateTransfer 1 B; phone B ring; A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1outA Released X  transferred business\n"
                 "A 2/1 Released B  transferred\n"
                 "B 1outA Ringing X R6 out of 2 business\n"
                 "B 2/1 Released A  transferred\n"
                 "sound X~ringback\n");
    stage_expect("phone B decline", "ring A from X\n"
                                    "B 1outA Released X  out of 2 rejected business\n"
                                    "sound\n");
    stage_expect("phone A ring", "A 1outA Ringing X R6 business\n"
                                 "sound X~ringback\n");
    stage_expect("phone A answer", "A 1outA Established X E13 business\n"
                                   "sound X<A A<X\n");
}

static void two_outside_parties_are_left(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; phone X answer; A InitiateTransfer 1 Y; phone Y answer");
    stage_expect("A CompleteTransfer 2", "drop A transferred\n"
                                         "A 1outA Released X  transferred business\n"
                                         "A 2/1 Released Y  transferred business\n"
                                         "sound X<Y Y<X\n");
    stage_expect("phone Y hangup", "drop X answered-and-hung-up\n"
                                   "sound\n");
}

static void the_forms_of_numbers(void **state)
{
    (void)state;
    stage_expect("A Dial 00493011", "ring A from -\n"
                                    "A 1outA Dialing - D6 business\n");
    stage_expect("A Dial 0301119", "refused: not in this state\n");
    stage_expect("B Dial +4930555100", "ring B from A\n"
                                       "B 2 Dialing A D6\n");
    stage_expect("C Dial tel:+49-30-111", "ring C from X\n"
                                          "C 3outC Dialing X D6 business\n");
    stage_expect("D Dial *55", "ring D from -\n"
                               "D 4 Dialing - D6\n");
    stage_expect("phone D answer", "sound D~busy\n");
    stage_expect("E Dial 12x", "refused: invalid\n");
}

static void a_call_to_the_outside_by_the_keypad(void **state)
{
    (void)state;
    stage_play("phone A calls X");
    stage_expect("phone X ring", "sound A~ringback\n");
    stage_expect("phone X answer", "answer A\n"
                                   "A 1outA Established X E13 business\n"
                                   "sound A<X X<A\n");
    stage_expect("phone A answer", "");
}

static void a_caller_is_sent_outside(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; phone X answer");
    stage_expect("A SingleStepTransfer 1 Y", "drop A transferred\n"
                                             "ring Y from X through trunk\n"
                                             "A 1inX Released X  transferred business\n"
                                             "sound\n");
    stage_expect("phone Y answer", "sound X<Y Y<X\n");
    stage_expect("clock 1000", "");
    stage_expect("phone X hangup", "drop Y answered-and-hung-up\n"
                                   "sound\n");
}

static void an_outside_party_during_a_consult(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; phone X answer; A InitiateTransfer 1 B; phone B "
               "ring; phone B answer");
    stage_expect("phone X hold", "sound A<B B<A\n");
    stage_expect("phone X retrieve", "sound X~music A<B B<A\n");
    stage_expect("phone X hangup", "A 1inX Released X  answered-and-hung-up business\n"
                                   "A 2/1 Established B E13 .\n"
                                   "sound A<B B<A\n");
    stage_expect("phone A hangup", "drop B answered-and-hung-up\n"
                                   "A 2/1 Released B  answered-and-hung-up\n"
                                   "B 2/1 Released A  answered-and-hung-up\n"
                                   "sound\n");
}

static void the_number_that_is_shown(void **state)
{
    (void)state;
    stage_expect("A Dial X showing:030-222", "ring A from X\n"
                                             "A 1outY Dialing X D6 business\n");
    stage_expect("phone A answer", "ring X from Y through trunk\n");
    stage_expect("phone X answer", "A 1outY Established X E13 business\n"
                                   "sound A<X X<A\n");
    stage_expect(
        "A InitiateTransfer 1 X; phone X answer",
        "A 2/1 Established X E13 +SwapCalls +CompleteTransfer +CompleteConference business\n"
        "A 1outY Held X H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
        "sound A<X X~music X<A\n");
    stage_expect("A SingleStepTransfer 1 Y", "ring Y from Y through trunk\n"
                                             "A 1outY Released X  transferred business\n"
                                             "A 2/1 Established X E13 .\n"
                                             "sound A<X X<A\n");
    stage_expect("B Dial X showing:12x", "refused: invalid\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_call_from_outside),
        PLAYED(a_call_to_the_outside),
        PLAYED(a_call_to_the_outside_fails),
        PLAYED(who_can_be_called_from_outside),
        PLAYED(a_caller_is_transferred_and_meets_another),
        PLAYED(an_internal_call_goes_outside),
        PLAYED(a_transfer_to_the_outside_fails_and_others_join),
        PLAYED(forwarded_to_the_outside),
        PLAYED(a_call_from_outside_is_forwarded_there),
        PLAYED(a_consult_is_forwarded_to_the_outside),
        PLAYED(no_channel_is_free),
        PLAYED(a_call_from_outside_that_nobody_takes),
        PLAYED(a_transfer_of_an_outside_party_fails),
        PLAYED(two_outside_parties_are_left),
        PLAYED(the_forms_of_numbers),
        PLAYED(a_call_to_the_outside_by_the_keypad),
        PLAYED(a_caller_is_sent_outside),
        PLAYED(an_outside_party_during_a_consult),
        PLAYED(the_number_that_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
