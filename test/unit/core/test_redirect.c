/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A telephone that, when it is rung, wants another number to be called instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

static int begin(void **state)
{
    static const struct slice agents[] = {SLICE("u1")};
    stage_begin(state);
    stage_config((struct config_item){.kind = CONFIG_SITE,
                                      .country = SLICE("49"),
                                      .international = SLICE("00"),
                                      .national = SLICE("0")});
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("trunk"), .calls = 5});
    stage_config((struct config_item){
        .kind = CONFIG_QUEUE, .name = SLICE("900"), .members = agents, .member_count = 1});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void another_one_is_called(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring");
    stage_expect("phone B redirects C", "ring C from A\n"
                                        "B 1 Released A  transferred\n"
                                        "A 1 Participants Dialing C D6\n"
                                        "sound\n");
    stage_expect("phone C ring", "C 1 Ringing A R6\n"
                                 "sound A~ringback\n");
    stage_expect("phone C answer", "C 1 Established A E13\n"
                                   "A 1 Established C E13\n"
                                   "sound A<C C<A\n");
}

/* B was never seen to ring. */
static void at_once(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer");
    stage_expect("phone B redirects C", "ring C from A\n"
                                        "A 1 Participants Dialing C D6\n");
}

/* Whoever was told of C is told of D. */
static void to_a_number_that_is_forwarded(void **state)
{
    (void)state;
    stage_play("C ForwardCallsOn D; A Dial B; phone A answer; phone B answer; "
               "A SingleStepTransfer 1 E; phone E ring");
    stage_expect("phone E redirects C", "ring D from B\n"
                                        "E 1 Released B  transferred\n"
                                        "B 1 Participants Established C E13 -SingleStepTransfer\n"
                                        "B 1 Participants Established D E13 -SingleStepTransfer\n"
                                        "sound\n");
    stage_play("phone D answer; B Hangup 1");
    stage_config((struct config_item){
        .kind = CONFIG_QUEUE, .name = SLICE("900"), .max_wait_ms = 5000, .overflow = SLICE("102")});
    stage_play("A Dial B; phone A answer; phone B answer; A SingleStepTransfer 2 Q");
    stage_expect("clock 5000", "ring D from B\n"
                               "B 2 Participants Established C E13 -SingleStepTransfer business\n"
                               "B 2 Participants Established D E13 -SingleStepTransfer business\n"
                               "sound\n");
    stage_play("phone D answer; B Hangup 2");
}

static void outside(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring");
    stage_expect("phone B redirects +4930111", "ring X from A through trunk\n"
                                               "B 1 Released A  transferred\n"
                                               "A 1outA Participants Dialing X D6 business\n"
                                               "sound\n");
}

static void from_outside_only_with_the_right(void **state)
{
    (void)state;
    stage_config((struct config_item){.kind = CONFIG_USER, .name = SLICE("u1")});
    stage_play("outside X calls B; phone B ring");
    stage_expect("phone B redirects +4930222", "drop X unreachable\n"
                                               "B 1inX Released X  unreachable business\n"
                                               "sound\n");
    stage_play("outside X calls B; phone B ring");
    stage_expect("phone B redirects C", "ring C from X\n"
                                        "B 2inX Released X  transferred business\n"
                                        "sound\n");
    stage_config((struct config_item){
        .kind = CONFIG_USER, .name = SLICE("u1"), .may_connect_outside = true});
    stage_play("outside X calls B; phone B#3 ring");
    stage_expect("phone B#3 redirects +4930222", "ring Y from X through trunk\n"
                                                 "B 3inX Released X  transferred business\n"
                                                 "sound\n");
}

static void what_is_no_number_or_nobodys(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring");
    stage_expect("phone B redirects bob", "B 1 Released A  unreachable\n"
                                          "sound A~busy\n");
    stage_play("clock 3000; A Dial B; phone A answer; phone B ring");
    stage_expect("phone B redirects N", "B 2 Released A  transferred\n"
                                        "A 2 Participants Dialing N D6\n"
                                        "sound A~busy\n");
}

static void three_times_and_no_further(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B redirects C; phone C redirects D; "
               "phone D redirects B");
    stage_expect("phone B redirects C", "sound A~busy\n");
    stage_play("clock 3000; A Dial B; phone A answer");
    stage_expect("phone B redirects A", "A 2 Participants Dialing A D6\n"
                                        "sound A~busy\n");
}

static void a_forwarding_counts_with_it(void **state)
{
    (void)state;
    stage_play("C ForwardCallsOn D; B ForwardCallsOn C; A Dial B; phone A answer; "
               "phone D redirects E");
    stage_expect("phone E redirects B", "sound A~busy\n");
}

static void of_a_transfer(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; phone B answer; "
               "A SingleStepTransfer 1 C; phone C ring");
    stage_expect("phone C redirects D", "ring D from B\n"
                                        "C 1 Released B  transferred\n"
                                        "B 1 Participants Established D E13 -SingleStepTransfer\n"
                                        "sound\n");
    stage_expect("phone D busy", "ring A from B\n"
                                 "B 1 Participants Established A E13 -SingleStepTransfer\n");
    stage_expect("phone A ring", "A 1 Ringing B R6\n"
                                 "sound B~ringback\n");
    stage_expect("phone A redirects E", "ring E from B\n" /* who gets it back leads it on */
                                        "A 1 Released B  transferred\n"
                                        "B 1 Participants Established E E13 -SingleStepTransfer\n"
                                        "sound\n");
}

static void of_a_consult_and_a_conference(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 C");
    stage_expect("phone C redirects D", "ring D from A\n"
                                        "A 2/1 Participants Dialing D D6\n");
    stage_expect("phone D answer; A CompleteConference 2",
                 "A 2/1 Released D  conferenced\n"
                 "A 1 Established BD E13 +RemoveParticipantFromConference\n"
                 "B 1 Participants Established AD E13\n"
                 "D 1 Established AB E13 out of 2\n"
                 "D 2/1 Released A  conferenced\n"
                 "sound A<BD B<AD D<AB\n");
    stage_play("B SingleStepConference 1 C");
    stage_expect("phone C redirects E", "ring E from B\n");
    stage_expect("phone E busy", "B 1 Error Established AD E13 'the destination is busy' .\n");
}

/* No answer: the agent is Ready no more, and the call waits on. */
static void a_queues_offer_is_not_led_on(void **state)
{
    (void)state;
    stage_play("B StartContactCenterSession 1; B Ready 1; A Dial Q; phone A answer; phone B ring");
    stage_expect("phone B redirects C", "B 1 Released A  no-answer business\n"
                                        "A 1 Participants Dialing Q D6 business\n");
    stage_expect("B Ready 1", "ring B from A\n"
                              "A 1 Participants Dialing B D6 business\n");
    stage_expect("phone B busy", "A 1 Participants Dialing Q D6 business\n");
    stage_expect("B Ready 1; phone B ring", "B 1 Ringing A R6 +Reject -ClearCall business\n");
}

static void a_supervisors_telephone_leads_nobody_in(void **state)
{
    (void)state;
    stage_config(
        (struct config_item){.kind = CONFIG_USER, .name = SLICE("u3"), .roles = ROLE_SUPERVISOR});
    stage_play("D ListenIn B; A Dial B; phone A answer; phone B ring; phone B answer");
    stage_expect("phone D redirects C", "");
}

/* Its user has the call already. */
static void what_rings_again_is_not_led_on(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 C; "
               "phone C ring; phone C answer; phone A hangup; phone A ring");
    stage_expect("phone A redirects D", "drop B rejected\n"
                                        "A 1 Released B  rejected\n"
                                        "B 1 Released A  rejected\n"
                                        "sound\n");
}

static void a_trunk_leads_nobody_anywhere(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer");
    stage_expect("phone X redirects +4930222", "sound A~busy\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(another_one_is_called),
        PLAYED(at_once),
        PLAYED(to_a_number_that_is_forwarded),
        PLAYED(outside),
        PLAYED(from_outside_only_with_the_right),
        PLAYED(what_is_no_number_or_nobodys),
        PLAYED(three_times_and_no_further),
        PLAYED(a_forwarding_counts_with_it),
        PLAYED(of_a_transfer),
        PLAYED(of_a_consult_and_a_conference),
        PLAYED(a_queues_offer_is_not_led_on),
        PLAYED(a_supervisors_telephone_leads_nobody_in),
        PLAYED(what_rings_again_is_not_led_on),
        PLAYED(a_trunk_leads_nobody_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
