/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls that are left to outside numbers alone: who may do that, and for how long. The site of
 * test_outside.c, where A may and B may not. */
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
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("trunk"), .calls = 5});
    stage_config((struct config_item){.kind = CONFIG_USER, .name = SLICE("u1")});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void a_transfer_outside_needs_the_right(void **state)
{
    (void)state;
    stage_play("outside X calls B; phone B answer; phone X answer");
    stage_expect("B SingleStepTransfer 1 Y", "refused: other\n");
    stage_expect("phone B transfers Y", "transfer B refused: rejected\n");
    /* To a colleague, or a conference, it may. */
    stage_expect("B SingleStepConference 1 Y", "ring Y from B through trunk\n");
}

static void a_consult_outside_can_not_be_completed(void **state)
{
    (void)state;
    stage_play("outside X calls B; phone B answer; phone X answer");
    stage_play("B InitiateTransfer 1 Y");
    stage_expect("phone Y answer",
                 "B 2/1 Established Y E13 +SwapCalls +CompleteConference business\n"
                 "B 1inX Held X H11 -Retrieve +SwapCalls +CompleteConference .\n"
                 "sound X~music B<Y Y<B\n");
    stage_expect("B CompleteTransfer 1", "refused: not in this state\n");
    stage_expect("B CompleteTransfer 1 2", "refused: not in this state\n");
    stage_config((struct config_item){
        .kind = CONFIG_USER, .name = SLICE("u1"), .may_connect_outside = true});
    stage_expect("B CompleteTransfer 1", "drop B transferred\n"
                                         "B 1inX Released X  transferred business\n"
                                         "B 2/1 Released Y  transferred business\n"
                                         "sound X<Y Y<X\n");
}

static void who_hangs_up_a_conference_ends_it(void **state)
{
    (void)state;
    stage_play("outside X calls B; phone B answer; phone X answer");
    stage_play("B SingleStepConference 1 Y; phone Y answer");
    stage_expect("phone B hangup", "drop X answered-and-hung-up\n"
                                   "drop Y answered-and-hung-up\n"
                                   "B 1inX Released XY  answered-and-hung-up business\n"
                                   "sound\n");
    stage_play("outside X calls A; phone A answer; phone X answer");
    stage_play("A SingleStepConference 2 Y; phone Y answer");
    stage_expect("phone A hangup", "A 2inX Released XY  answered-and-hung-up business\n"
                                   "sound X<Y Y<X\n");
}

static void a_telephone_that_forwards_outside(void **state)
{
    (void)state;
    stage_play("B ForwardCallsOn Y; A ForwardCallsOn Y");
    stage_expect("outside X calls B", "drop X unreachable\n");
    stage_expect("outside X calls A", "ring Y from X through trunk\n");
    stage_play("phone Y hangup");
    /* For a call of the house no right is needed. */
    stage_play("C Dial B");
    stage_expect("phone C answer", "ring Y from C through trunk\n"
                                   "C 1outC Participants Dialing Y D6 business\n");
}

static void its_time_is_over(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; phone X answer; clock 10000000");
    stage_play("A SingleStepTransfer 1 Y; phone Y answer; clock 7199999");
    stage_expect("clock 1", "drop X cleared\n"
                            "drop Y cleared\n"
                            "sound\n");
}

static void somebody_of_the_house_comes_back(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; phone X answer");
    stage_play("A SingleStepTransfer 1 Y; clock 20000; phone Y decline; phone A answer");
    stage_expect("clock 10000000", "");
    stage_expect("phone A hangup", "drop X answered-and-hung-up\n"
                                   "A 1inX Released X  answered-and-hung-up business\n"
                                   "sound\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(a_transfer_outside_needs_the_right),
        PLAYED(a_consult_outside_can_not_be_completed),
        PLAYED(who_hangs_up_a_conference_ends_it),
        PLAYED(a_telephone_that_forwards_outside),
        PLAYED(its_time_is_over),
        PLAYED(somebody_of_the_house_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
