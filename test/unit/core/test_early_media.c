/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A telephone that sounds before it answers: who hears it instead of our ring-back tone, and that
 * it hears nobody. */
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
                                      .national = SLICE("0")});
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("trunk"), .calls = 5});
    stage_config((struct config_item){.kind = CONFIG_QUEUE, .name = SLICE("900")});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void an_announcement_is_heard_instead_of_ring_back(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer");
    stage_expect("phone X ring", "sound A~ringback\n");
    stage_expect("phone X sounds", "sound A<X\n");
    stage_expect("phone X sounds", "refused: other\n");
    stage_expect("phone X ring", "sound A~ringback\n");
    stage_expect("phone X sounds", "sound A<X\n");
    stage_expect("phone X answer", "A 1outA Established X E13 business\n"
                                   "sound A<X X<A\n");
}

static void it_sounds_at_once(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer");
    stage_expect("phone X sounds", "sound A<X\n");
    stage_expect("phone X busy", "sound A~busy\n");
    stage_expect("clock 3000", "drop A busy\n"
                               "A 1outA Released X  busy business\n"
                               "sound\n");
}

/* The call's own leg is not answered yet: what is heard is early media on both sides. */
static void who_dialled_by_hand_hears_it_before_the_answer(void **state)
{
    (void)state;
    stage_play("phone A calls +4930111");
    stage_expect("phone X sounds", "sound A<X\n");
    stage_expect("phone X answer", "answer A\n"
                                   "A 1outA Established X E13 business\n"
                                   "sound A<X X<A\n");
}

static void a_telephone_of_ours_sounds_too(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer");
    stage_expect("phone B sounds", "B 1 Ringing A R6\n"
                                   "sound A<B\n");
    stage_expect("B Hangup 1", "drop B rejected\n"
                               "B 1 Released A  rejected\n"
                               "sound A~busy\n");
}

/* As with ring-back: only who has nobody to talk to hears it. */
static void who_is_transferred_hears_it_and_a_conference_does_not(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; phone B answer; "
               "A SingleStepConference 1 X");
    stage_expect("phone X sounds", "");
    stage_expect("A Hangup 1", "drop A answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up business\n"
                               "B 1 Participants Established  E13 -SingleStepTransfer business\n"
                               "sound B<X\n");
    stage_expect("phone X answer", "B 1 Participants Established X E13 business\n"
                                   "sound B<X X<B\n");
}

static void of_a_consult_it_is_for_who_consults(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B ring; phone B answer; A InitiateTransfer 1 X");
    stage_expect("phone X sounds", "sound A<X B~music\n");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released X  transferred business\n"
                                         "B 1 Participants Established X E13 "
                                         "-SingleStepTransfer business\n"
                                         "sound B<X\n");
}

static void who_waits_in_a_queue_hears_music(void **state)
{
    (void)state;
    stage_play("B StartContactCenterSession 1; B Ready 1; A Dial Q; phone A answer");
    stage_expect("phone B sounds", "B 1 Ringing A R6 +Reject -ClearCall business\n");
    stage_expect("phone B answer", "B 1 Established A E13 business\n"
                                   "A 1 Established B E13 business\n"
                                   "sound A<B B<A\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(an_announcement_is_heard_instead_of_ring_back),
        PLAYED(it_sounds_at_once),
        PLAYED(who_dialled_by_hand_hears_it_before_the_answer),
        PLAYED(a_telephone_of_ours_sounds_too),
        PLAYED(who_is_transferred_hears_it_and_a_conference_does_not),
        PLAYED(of_a_consult_it_is_for_who_consults),
        PLAYED(who_waits_in_a_queue_hears_music),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
