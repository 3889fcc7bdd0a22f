/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The telephone's own transfer button, to a number and between two lines: what everybody is told is
 * what the API's operation would tell, and what the API would refuse is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK  "A Dial B; phone A answer; phone B ring; phone B answer; "
#define LINES TALK "phone B hold; phone B calls C; phone C ring; phone C answer; phone B#2 answer; "

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

/* --- to a number --- */

static void to_a_number(void **state)
{
    (void)state;
    stage_play(TALK "phone B hold");
    stage_expect("phone B transfers C", "transfer B\n"
                                        "drop B transferred\n"
                                        "ring C from A\n"
                                        "B 1 Released A  transferred\n"
                                        "A 1 Participants Established C E13 "
                                        "-SingleStepTransfer\n"
                                        "sound\n");
    stage_expect("phone C ring", "C 1 Ringing A R6\n"
                                 "sound A~ringback\n");
    stage_expect("phone C answer", "C 1 Established A E13\n"
                                   "A 1 Participants Established C E13\n"
                                   "sound A<C C<A\n");
}

/* As from its keypad. */
static void the_number_is_read_by_the_plan(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B transfers 00(49)30-111", "transfer B\n"
                                                   "drop B transferred\n"
                                                   "ring X from A through trunk\n"
                                                   "B 1 Released A  transferred\n"
                                                   "A 1 Participants Established X E13 "
                                                   "-SingleStepTransfer business\n"
                                                   "sound\n");
}

static void nobody_is_there_and_the_telephone_is_rung_again(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B transfers N", "transfer B\n"
                                        "drop B transferred\n"
                                        "ring B from A\n"
                                        "B 1 Released A  transferred\n"
                                        "A 1 Participants Established B E13 "
                                        "-SingleStepTransfer\n"
                                        "sound\n");
}

static void what_is_no_number_or_no_call_is_refused(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B transfers bob", "transfer B refused: unreachable\n");
    stage_expect("phone B#1 transfers to B#1", "transfer B refused: rejected\n");
    stage_expect("phone A transfers C", "transfer A\n"
                                        "drop A transferred\n"
                                        "ring C from B\n"
                                        "A 1 Released B  transferred\n"
                                        "B 1 Participants Established C E13 "
                                        "-SingleStepTransfer\n"
                                        "sound\n");
    stage_expect("phone B transfers D", "transfer B refused: rejected\n"); /* A is gone */
    stage_expect("phone C transfers D", "transfer C refused: rejected\n"); /* it rings */
}

static void who_is_not_answered_yet_is_not_transferred(void **state)
{
    (void)state;
    stage_play("phone A calls B; phone B ring");
    stage_expect("phone A transfers C", "transfer A refused: rejected\n");
    stage_expect("phone A hangup", "drop B abandoned\n"
                                   "A 1 Released B  abandoned\n"
                                   "B 1 Released A  abandoned\n"
                                   "sound\n");
}

static void nobody_outside_transfers(void **state)
{
    (void)state;
    stage_play("outside X calls B; phone B ring; phone B answer; phone X answer");
    stage_expect("phone X transfers C", "transfer X refused: rejected\n");
}

static void out_of_a_conference(void **state)
{
    (void)state;
    stage_play(TALK "A SingleStepConference 1 C; phone C ring; phone C answer");
    stage_expect("phone B transfers D", "transfer B\n"
                                        "drop B transferred\n"
                                        "ring D from A\n"
                                        "B 1 Released AC  transferred\n"
                                        "A 1 Participants Established CD E13\n"
                                        "C 1 Participants Established AD E13\n"
                                        "sound A<C C<A\n");
}

/* The telephone shows one call, and that is the one that goes; the other rings it again. */
static void the_consult_of_a_borrowed_leg(void **state)
{
    (void)state;
    stage_play(TALK "B InitiateTransfer 1 C; phone C ring; phone C answer");
    stage_expect("phone B transfers D", "transfer B\n"
                                        "ring D from C\n"
                                        "drop B transferred\n"
                                        "ring B from A\n"
                                        "B 2/1 Released C  transferred\n"
                                        "C 2/1 Participants Established D E13 -SingleStepTransfer\n"
                                        "B 1 Ringing A R6 -Answer\n"
                                        "A 1 Established B E13 -SingleStepTransfer .\n"
                                        "sound A~ringback\n");
    stage_expect("phone B answer", "B 1 Established A E13\n"
                                   "A 1 Established B E13 .\n"
                                   "sound A<B B<A\n");
}

static void an_agents_call_of_a_queue(void **state)
{
    (void)state;
    stage_play("B StartContactCenterSession 1; B Ready 1; A Dial Q; phone A answer; phone B ring; "
               "phone B answer");
    stage_expect("phone B transfers Q",
                 "transfer B\n"
                 "drop B transferred\n"
                 "ring B from A\n"
                 "B 1 Released A  transferred business\n"
                 "A 1 Participants Established Q E13 -SingleStepTransfer business\n"
                 "A 1 Participants Established B E13 -SingleStepTransfer business\n"
                 "sound A~music\n");
}

static void a_caller_who_waits_in_a_queue_stays(void **state)
{
    (void)state;
    stage_play("phone A calls Q; phone A answer");
    stage_expect("phone A transfers B", "transfer A refused: rejected\n");
}

/* --- between two lines --- */

static void between_two_lines(void **state)
{
    (void)state;
    stage_play(LINES);
    stage_expect("phone B#1 transfers to B#2", "transfer B\n"
                                               "drop B transferred\n"
                                               "drop B transferred\n"
                                               "B 1 Released A  transferred\n"
                                               "B 2 Released C  transferred\n"
                                               "A 1 Participants Established C E13\n"
                                               "C 1 Established A E13 out of 2\n"
                                               "C 2 Released B  transferred\n"
                                               "sound A<C C<A\n");
}

static void the_other_way_round(void **state)
{
    (void)state;
    stage_play(LINES);
    stage_expect("phone B#2 transfers to B#1", "transfer B\n"
                                               "drop B transferred\n"
                                               "drop B transferred\n"
                                               "B 2 Released C  transferred\n"
                                               "B 1 Released A  transferred\n"
                                               "C 2 Participants Established A E13\n"
                                               "A 2 Established C E13 out of 1\n"
                                               "A 1 Released B  transferred\n"
                                               "sound A<C C<A\n");
}

static void before_the_answer(void **state)
{
    (void)state;
    stage_play(TALK "phone B hold; phone B calls C; phone C ring");
    stage_expect("phone B#1 transfers to B#2", "transfer B\n"
                                               "drop B transferred\n"
                                               "drop B transferred\n"
                                               "B 1 Released A  transferred\n"
                                               "B 2 Released C  transferred\n"
                                               "A 1 Participants Established C E13 "
                                               "-SingleStepTransfer\n"
                                               "C 1 Ringing A R6 out of 2\n"
                                               "C 2 Released B  transferred\n"
                                               "sound A~ringback\n");
    stage_expect("phone C decline", "ring B from A\n"
                                    "C 1 Released A  out of 2 rejected\n"
                                    "A 1 Participants Established B E13 -SingleStepTransfer\n"
                                    "sound\n");
}

static void its_user_data_follows(void **state)
{
    (void)state;
    stage_play(LINES "B AttachUserData 1 k=1; B AttachUserData 1 a=1; B AttachUserData 2 k=2; "
                     "B AttachUserData 2 b=2");
    stage_expect("phone B#1 transfers to B#2", "transfer B\n"
                                               "drop B transferred\n"
                                               "drop B transferred\n"
                                               "B 1 Released A  transferred k=2 a=1 b=2\n"
                                               "B 2 Released C  transferred k=2 b=2\n"
                                               "A 1 Participants Established C E13 k=2 a=1 b=2\n"
                                               "C 1 Established A E13 out of 2 k=2 a=1 b=2\n"
                                               "C 2 Released B  transferred k=2 b=2\n"
                                               "sound A<C C<A\n");
}

static void to_a_queue_while_it_waits(void **state)
{
    (void)state;
    stage_play("D Dial C; phone D answer; phone C ring; phone C answer; phone C hold; "
               "phone C calls Q; phone C#2 answer");
    stage_expect("phone C#1 transfers to C#2",
                 "transfer C\n"
                 "drop C transferred\n"
                 "drop C transferred\n"
                 "C 1 Released D  transferred\n"
                 "C 2 Released Q  transferred business\n"
                 "D 1 Participants Established Q E13 -SingleStepTransfer business\n"
                 "sound D~music\n");
}

static void to_another_telephones_line_is_refused(void **state)
{
    (void)state;
    stage_play(LINES);
    stage_expect("phone B#1 transfers to C", "transfer B refused: rejected\n");
    stage_expect("phone A transfers to B#1", "transfer A refused: rejected\n");
}

static void the_consult_calls_about_it_go_along(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 D; phone D ring; phone D answer; "
                    "phone B hold; phone B calls C; phone C ring; phone C answer; "
                    "phone B#2 answer");
    stage_expect("phone B#2 transfers to B#1",
                 "transfer B\n"
                 "drop B transferred\n"
                 "drop B transferred\n"
                 "B 3 Released C  transferred\n"
                 "B 1 Released A  transferred\n"
                 "C 3 Participants Established A E13\n"
                 "A 3 Held C H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference "
                 "out of 1\n"
                 "A 1 Released B  transferred\n"
                 "A 2/3 Established D E13 +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "D 2/3 Established A E13 .\n"
                 "sound A<D D<A C~music\n");
    stage_expect("A CompleteTransfer 3", "drop A transferred\n"
                                         "A 3 Released C  out of 1 transferred\n"
                                         "A 2/3 Released D  transferred\n"
                                         "C 3 Participants Established D E13\n"
                                         "D 3 Established C E13 out of 2\n"
                                         "D 2/3 Released A  transferred\n"
                                         "sound D<C C<D\n");
}

static void nobody_comes_to_talk_to_itself(void **state)
{
    (void)state;
    stage_config((struct config_item){.kind = CONFIG_DEVICE,
                                      .name = SLICE("100"),
                                      .owner = SLICE("u0"),
                                      .calls = 2,
                                      .remote_answer = REMOTE_ANSWER_TALK});
    stage_play(TALK "phone B hold; phone B calls A; phone A#2 ring; phone A#2 answer; "
                    "phone B#2 answer");
    stage_expect("phone B#1 transfers to B#2", "transfer B refused: rejected\n");
}

static void what_rests_on_a_line_rings_again(void **state)
{
    (void)state;
    stage_play(LINES "B InitiateTransfer 2 D; phone D ring; phone D answer");
    stage_expect("phone B#1 transfers to B#2", "transfer B\n"
                                               "drop B transferred\n"
                                               "drop B transferred\n"
                                               "ring B from C\n"
                                               "B 1 Released A  transferred\n"
                                               "B 3/2 Released D  transferred\n"
                                               "A 1 Participants Established D E13\n"
                                               "D 1 Established A E13 out of 3\n"
                                               "D 3/2 Released B  transferred\n"
                                               "B 2 Ringing C R6 -Answer\n"
                                               "C 2 Established B E13 -SingleStepTransfer .\n"
                                               "sound A<D C~ringback D<A\n");
}

/* B is rung again, and C rings: with A gone, too, nobody would be there. */
static void whoever_is_left_has_somebody(void **state)
{
    (void)state;
    stage_play(TALK "phone B transfers N; A InitiateTransfer 1 C; phone C ring");
    stage_expect("A CompleteTransfer 1", "refused: not in this state\n");
    stage_play("phone C answer");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released C  transferred\n"
                                         "C 1 Established B E13 -SingleStepTransfer out of 2\n"
                                         "C 2/1 Released A  transferred\n"
                                         "sound\n");
}

/* --- supervisors --- */

static void begin_supervision(const char *how)
{
    char steps[256];
    stage_config(
        (struct config_item){.kind = CONFIG_USER, .name = SLICE("u3"), .roles = ROLE_SUPERVISOR});
    snprintf(steps, sizeof steps, "D %s B; " TALK "phone D ring; phone D answer", how);
    stage_play(steps);
}

/* Nobody but the one whom it coaches hears it: there is nobody whom it could put through. */
static void a_supervisor_who_is_not_heard_by_all_transfers_nobody(void **state)
{
    (void)state;
    begin_supervision("Coach");
    stage_expect("phone D transfers C", "transfer D refused: rejected\n");
    stage_play("phone D hold; phone D calls C; phone C ring; phone C answer; phone D#2 answer");
    stage_expect("phone D#1 transfers to D#2", "transfer D refused: rejected\n");
    stage_expect("phone D#2 transfers to D#1", "transfer D refused: rejected\n");
}

static void who_barged_in_does(void **state)
{
    (void)state;
    begin_supervision("BargeIn");
    stage_expect("phone D transfers C", "transfer D\n"
                                        "drop D transferred\n"
                                        "ring C from A\n"
                                        "D 1 Released AB  transferred monitoring\n"
                                        "A 1 Participants Established BC E13\n"
                                        "B 1 Participants Established AC E13\n"
                                        "sound A<B B<A\n");
}

/* --- dialling for it --- */

/* The device takes one call at a time; but who holds it may consult by hand. */
static void who_holds_dials_by_hand(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("phone B calls C", "drop B busy\n");
    stage_expect("phone B#1 hold", "B 1 Held A H11 -InitiateTransfer -InitiateConference\n"
                                   "sound A~music\n");
    stage_expect("phone B calls C", "ring C from B\n"
                                    "B 2 Dialing C D6\n");
    stage_expect("phone B calls D", "drop B busy\n");
    stage_expect("E Dial B; phone E answer", "sound A~music E~busy\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(to_a_number),
        PLAYED(the_number_is_read_by_the_plan),
        PLAYED(nobody_is_there_and_the_telephone_is_rung_again),
        PLAYED(what_is_no_number_or_no_call_is_refused),
        PLAYED(who_is_not_answered_yet_is_not_transferred),
        PLAYED(nobody_outside_transfers),
        PLAYED(out_of_a_conference),
        PLAYED(the_consult_of_a_borrowed_leg),
        PLAYED(an_agents_call_of_a_queue),
        PLAYED(a_caller_who_waits_in_a_queue_stays),
        PLAYED(between_two_lines),
        PLAYED(the_other_way_round),
        PLAYED(before_the_answer),
        PLAYED(its_user_data_follows),
        PLAYED(to_a_queue_while_it_waits),
        PLAYED(to_another_telephones_line_is_refused),
        PLAYED(the_consult_calls_about_it_go_along),
        PLAYED(nobody_comes_to_talk_to_itself),
        PLAYED(what_rests_on_a_line_rings_again),
        PLAYED(whoever_is_left_has_somebody),
        PLAYED(a_supervisor_who_is_not_heard_by_all_transfers_nobody),
        PLAYED(who_barged_in_does),
        PLAYED(who_holds_dials_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
