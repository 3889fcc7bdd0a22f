/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Consult calls in company: with a supervisor (E), while the call is recorded, muted or held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define TALK "A Dial B; phone A answer; phone B ring; phone B answer; "

static int begin(void **state)
{
    stage_begin(state);
    stage_config((struct config_item){
        .kind = CONFIG_USER, .name = SLICE("u4"), .roles = ROLE_AGENT | ROLE_SUPERVISOR});
    stage_config((struct config_item){.kind = CONFIG_DEVICE,
                                      .name = SLICE("100"),
                                      .owner = SLICE("u0"),
                                      .calls = 1,
                                      .may_record = true,
                                      .remote_answer = REMOTE_ANSWER_TALK});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void the_supervisor_of_the_transferor_follows_the_call(void **state)
{
    (void)state;
    stage_play("E ListenIn A");
    stage_expect("A Dial B; phone A answer; phone B answer",
                 "ring E from A\n"
                 "B 1 Ringing A R6\n"
                 "B 1 Established A E13\n"
                 "A 1 Established B E13 +StartCallRecording\n"
                 "sound A<B B<A\n");
    stage_expect("phone E answer",
                 "E 1 Ringing AB R6 -ClearCall muted monitoring\n"
                 "E 1 Established AB E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
                 "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
                 "A 1 Established B E13 +StartCallRecording listened to .\n"
                 "sound A<B B<A E<AB\n");
    stage_expect("A InitiateTransfer 1 C",
                 "ring C from A\n"
                 "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer listened to .\n"
                 "A 2/1 Dialing C D6\n"
                 "sound B~music E<B\n");
    stage_expect(
        "phone C answer",
        "C 2/1 Ringing A R6\n"
        "C 2/1 Established A E13\n"
        "A 2/1 Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
        "+StartCallRecording\n"
        "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference listened to .\n"
        "sound A<C B~music E<B C<A\n");
    stage_expect(
        "A CompleteTransfer 1",
        "drop A transferred\n"
        "A 1 Released B  transferred listened to\n"
        "A 2/1 Released C  transferred\n"
        "B 1 Participants Established C E13\n"
        "E 1 Participants Established BC E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
        "C 1 Established B E13 out of 2\n"
        "C 2/1 Released A  transferred\n"
        "C 1 Established B E13 out of 2 listened to .\n"
        "sound B<C E<BC C<B\n");
    stage_expect("E SwitchToBargeIn 1", "E 1 Established BC E13 +RemoveParticipantFromConference "
                                        "+SwitchToListenIn +SwitchToCoach monitoring\n"
                                        "B 1 Participants Established EC E13\n"
                                        "C 1 Participants Established BE E13 out of 2\n"
                                        "sound B<EC E<BC C<BE\n");
    stage_expect("E Hangup 1", "drop E answered-and-hung-up\n"
                               "E 1 Released BC  answered-and-hung-up monitoring\n"
                               "B 1 Participants Established C E13\n"
                               "C 1 Participants Established B E13 out of 2\n"
                               "sound B<C C<B\n");
}

static void the_coach_of_the_consulted_comes_along(void **state)
{
    (void)state;
    stage_play("E Coach C; " TALK "A InitiateTransfer 1 C");
    stage_expect("phone C answer",
                 "ring E from C\n"
                 "C 2/1 Ringing A R6\n"
                 "C 2/1 Established A E13\n"
                 "A 2/1 Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
                 "+StartCallRecording\n"
                 "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference .\n"
                 "sound A<C B~music C<A\n");
    stage_expect("phone E answer",
                 "E 2/1 Ringing AC R6 -ClearCall monitoring\n"
                 "E 2/1 Established AC E13 -ClearCall +RemoveParticipantFromConference "
                 "+SwitchToListenIn +SwitchToBargeIn monitoring\n"
                 "C 2/1 Established A E13 listened to .\n"
                 "sound A<C B~music C<AE E<AC\n");
    stage_expect("A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1 Released B  transferred\n"
                 "A 2/1 Released C  transferred\n"
                 "B 1 Participants Established C E13\n"
                 "C 1 Established B E13 out of 2 listened to\n"
                 "E 1 Established BC E13 -ClearCall +RemoveParticipantFromConference "
                 "+SwitchToListenIn +SwitchToBargeIn out of 2 monitoring\n"
                 "C 2/1 Released A  transferred listened to\n"
                 "E 2/1 Released AC  transferred monitoring\n"
                 "sound B<C C<BE E<BC\n");
    stage_expect("C Hangup 1", "drop B answered-and-hung-up\n"
                               "drop C answered-and-hung-up\n"
                               "drop E answered-and-hung-up\n"
                               "B 1 Released C  answered-and-hung-up\n"
                               "C 1 Released B  out of 2 answered-and-hung-up listened to\n"
                               "E 1 Released BC  out of 2 answered-and-hung-up monitoring\n"
                               "sound\n");
}

static void a_supervisor_who_barged_in_comes_along(void **state)
{
    (void)state;
    stage_play("E BargeIn C; " TALK "A InitiateTransfer 1 C; phone C answer; phone E answer");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released CE  conferenced\n"
                 "A 1 Established BCE E13 +RemoveParticipantFromConference +StartCallRecording\n"
                 "B 1 Participants Established ACE E13\n"
                 "C 1 Established ABE E13 out of 2\n"
                 "E 1 Established ABC E13 +RemoveParticipantFromConference +SwitchToListenIn "
                 "+SwitchToCoach out of 2 monitoring\n"
                 "C 2/1 Released AE  conferenced\n"
                 "E 2/1 Released AC  conferenced monitoring\n"
                 "sound A<BCE B<ACE C<ABE E<ABC\n");
    stage_expect(
        "C Hangup 1",
        "drop C answered-and-hung-up\n"
        "C 1 Released ABE  out of 2 answered-and-hung-up\n"
        "A 1 Participants Established BE E13 +RemoveParticipantFromConference +StartCallRecording\n"
        "B 1 Participants Established AE E13\n"
        "E 1 Participants Established AB E13 +RemoveParticipantFromConference +SwitchToListenIn "
        "+SwitchToCoach out of 2 monitoring\n"
        "sound A<BE B<AE E<AB\n");
    stage_expect(
        "B Hangup 1",
        "drop B answered-and-hung-up\n"
        "B 1 Released AE  answered-and-hung-up\n"
        "A 1 Participants Established E E13 +StartCallRecording\n"
        "E 1 Participants Established A E13 +RemoveParticipantFromConference out of 2 monitoring\n"
        "sound A<E E<A\n");
}

static void a_supervisor_who_is_rung_comes_along(void **state)
{
    (void)state;
    stage_play("E ListenIn C; " TALK "A InitiateTransfer 1 C; phone C answer");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released C  transferred\n"
                                         "B 1 Participants Established C E13\n"
                                         "C 1 Established B E13 out of 2\n"
                                         "C 2/1 Released A  transferred\n"
                                         "sound B<C C<B\n");
    stage_expect("phone E answer",
                 "E 1 Ringing BC R6 -ClearCall out of 2 muted monitoring\n"
                 "E 1 Established BC E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
                 "+SwitchToCoach +SwitchToBargeIn out of 2 muted monitoring\n"
                 "C 1 Established B E13 out of 2 listened to .\n"
                 "sound B<C C<B E<BC\n");
}

static void the_supervisor_of_the_far_party_goes_with_it(void **state)
{
    (void)state;
    stage_play("E ListenIn B; " TALK "phone E answer; A InitiateTransfer 1 C; phone C answer");
    stage_expect("B Hangup 1", "drop B answered-and-hung-up\n"
                               "drop E answered-and-hung-up\n"
                               "A 1 Released B  answered-and-hung-up\n"
                               "B 1 Released A  answered-and-hung-up listened to\n"
                               "E 1 Released AB  answered-and-hung-up muted monitoring\n"
                               "A 2/1 Established C E13 +StartCallRecording .\n"
                               "sound A<C C<A\n");
}

static void who_a_supervisor_muted_stays_muted(void **state)
{
    (void)state;
    stage_play("E ListenIn C; " TALK "A InitiateTransfer 1 C; phone C answer; phone E answer");
    stage_expect(
        "E MuteMonitoredUser 2",
        "E 2/1 UserMuted Established AC E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
        "sound B~music C<A E<AC\n");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference +StartCallRecording\n"
                 "B 1 Participants Established AC E13\n"
                 "C 1 Established AB E13 out of 2 listened to\n"
                 "E 1 Established ABC E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
                 "+SwitchToCoach +SwitchToBargeIn out of 2 muted monitoring\n"
                 "C 2/1 Released A  conferenced listened to\n"
                 "E 2/1 Released AC  conferenced muted monitoring\n"
                 "sound A<B B<A C<AB E<ABC\n");
    stage_expect(
        "E UnmuteMonitoredUser 1",
        "E 1 UserMuted Established ABC E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn out of 2 muted monitoring\n"
        "sound A<BC B<AC C<AB E<ABC\n");
}

static void a_recorded_call_is_transferred(void **state)
{
    (void)state;
    stage_play(TALK);
    stage_expect("A StartCallRecording 1",
                 "A 1 Recording Established B E13 +PauseCallRecording +StopCallRecording "
                 "GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n"
                 "B 1 Recording Established A E13 GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n");
    stage_expect(
        "A InitiateTransfer 1 C",
        "ring C from A\n"
        "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n"
        "A 2/1 Dialing C D6\n"
        "sound B~music\n");
    stage_expect("phone C answer", "C 2/1 Ringing A R6\n"
                                   "C 2/1 Established A E13\n"
                                   "A 2/1 Established C E13 +SwapCalls +CompleteTransfer "
                                   "+CompleteConference +StartCallRecording\n"
                                   "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer "
                                   "+CompleteConference GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n"
                                   "sound A<C B~music C<A\n");
    stage_expect(
        "A StartCallRecording 2",
        "A 2/1 Recording Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
        "+PauseCallRecording +StopCallRecording GSIP_RECORD=ON GSIP_REC_FN=2.wav .\n"
        "C 2/1 Recording Established A E13 GSIP_RECORD=ON GSIP_REC_FN=2.wav .\n");
    stage_expect("A CompleteTransfer 1",
                 "drop A transferred\n"
                 "A 1 Released B  transferred GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "A 2/1 Released C  transferred GSIP_RECORD=ON GSIP_REC_FN=2.wav\n"
                 "B 1 Participants Established C E13 GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "C 1 Established B E13 out of 2 GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "C 2/1 Released A  transferred GSIP_RECORD=ON GSIP_REC_FN=2.wav\n"
                 "sound B<C C<B\n");
}

static void a_recorded_consult_becomes_a_conference(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C answer");
    stage_expect(
        "A StartCallRecording 2",
        "A 2/1 Recording Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
        "+PauseCallRecording +StopCallRecording GSIP_RECORD=ON GSIP_REC_FN=2.wav .\n"
        "C 2/1 Recording Established A E13 GSIP_RECORD=ON GSIP_REC_FN=2.wav .\n");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced GSIP_RECORD=ON GSIP_REC_FN=2.wav\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference +StartCallRecording\n"
                 "B 1 Participants Established AC E13\n"
                 "C 1 Established AB E13 out of 2\n"
                 "C 2/1 Released A  conferenced GSIP_RECORD=ON GSIP_REC_FN=2.wav\n"
                 "sound A<BC B<AC C<AB\n");
    stage_expect("A StartCallRecording 1",
                 "A 1 Recording Established BC E13 +RemoveParticipantFromConference "
                 "+PauseCallRecording +StopCallRecording GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n"
                 "B 1 Recording Established AC E13 GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n"
                 "C 1 Recording Established AB E13 out of 2 GSIP_RECORD=ON GSIP_REC_FN=1.wav .\n");
    stage_expect("A Hangup 1",
                 "drop A answered-and-hung-up\n"
                 "A 1 Released BC  answered-and-hung-up GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "B 1 Participants Established C E13 GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "C 1 Participants Established B E13 out of 2 GSIP_RECORD=ON GSIP_REC_FN=1.wav\n"
                 "sound B<C C<B\n");
}

static void mute_belongs_to_one_call(void **state)
{
    (void)state;
    stage_play(TALK "A MuteCall 1");
    stage_expect(
        "A InitiateTransfer 1 C; phone C answer",
        "C 2/1 Ringing A R6\n"
        "C 2/1 Established A E13\n"
        "A 2/1 Established C E13 +SwapCalls +CompleteTransfer +CompleteConference "
        "+StartCallRecording\n"
        "A 1 Held B H11 -Retrieve +SwapCalls +CompleteTransfer +CompleteConference muted .\n"
        "sound A<C B~music C<A\n");
    stage_expect("C MuteCall 2", "C 2/1 Established A E13 -MuteCall +UnmuteCall muted\n"
                                 "sound B~music C<A\n");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced\n"
                 "A 1 Established BC E13 -MuteCall +UnmuteCall +RemoveParticipantFromConference "
                 "+StartCallRecording muted\n"
                 "B 1 Participants Established AC E13\n"
                 "C 1 Established AB E13 -MuteCall +UnmuteCall out of 2 muted\n"
                 "C 2/1 Released A  conferenced muted\n"
                 "sound A<B C<B\n");
}

static void everybody_holds(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C answer; C Hold 2; B Hold 1");
    stage_expect("A CompleteTransfer 1", "drop A transferred\n"
                                         "A 1 Released B  transferred\n"
                                         "A 2/1 Released C  transferred\n"
                                         "B 1 Participants Held C H11\n"
                                         "C 1 Held B H11 out of 2\n"
                                         "C 2/1 Released A  transferred\n"
                                         "sound\n");
    stage_expect("C Retrieve 1", "C 1 Established B E13 out of 2\n"
                                 "sound C~music\n");
    stage_expect("B Retrieve 1", "B 1 Established C E13\n"
                                 "sound B<C C<B\n");
}

static void who_holds_by_its_button_is_conferenced(void **state)
{
    (void)state;
    stage_play(TALK "A InitiateTransfer 1 C; phone C answer; phone C hold");
    stage_expect("A CompleteConference 1",
                 "A 2/1 Released C  conferenced\n"
                 "A 1 Established BC E13 +RemoveParticipantFromConference +StartCallRecording\n"
                 "B 1 Participants Established AC E13\n"
                 "C 1 Held AB H11 -Retrieve -InitiateTransfer -InitiateConference out of 2\n"
                 "C 2/1 Released A  conferenced\n"
                 "sound A<B B<A\n");
    stage_expect("phone C retrieve", "C 1 Established AB E13 out of 2\n"
                                     "sound A<BC B<AC C<AB\n");
}

static void two_supervisors_see_who_is_muted(void **state)
{
    (void)state;
    stage_config((struct config_item){
        .kind = CONFIG_USER, .name = SLICE("u3"), .roles = ROLE_AGENT | ROLE_SUPERVISOR});
    stage_play("E ListenIn B; " TALK "phone E answer; E CancelSupervisorMonitoring");
    stage_play("D BargeIn B; phone D answer");
    stage_expect(
        "D MuteMonitoredUser 1",
        "E 1 UserMuted Established ABD E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
        "D 1 UserMuted Established AB E13 +RemoveParticipantFromConference +SwitchToListenIn "
        "+SwitchToCoach monitoring\n"
        "sound A<D B<AD E<ABD D<AB\n");
    stage_expect(
        "D Hangup 1",
        "drop D answered-and-hung-up\n"
        "E 1 UserMuted Established ABD E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
        "D 1 Released AB  answered-and-hung-up monitoring\n"
        "A 1 Participants Established B E13 +StartCallRecording\n"
        "B 1 Participants Established A E13 listened to\n"
        "E 1 Participants Established AB E13 -MuteCall -ClearCall +RemoveParticipantFromConference "
        "+SwitchToCoach +SwitchToBargeIn muted monitoring\n"
        "sound A<B B<A E<AB\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(the_supervisor_of_the_transferor_follows_the_call),
        PLAYED(the_coach_of_the_consulted_comes_along),
        PLAYED(a_supervisor_who_barged_in_comes_along),
        PLAYED(a_supervisor_who_is_rung_comes_along),
        PLAYED(the_supervisor_of_the_far_party_goes_with_it),
        PLAYED(who_a_supervisor_muted_stays_muted),
        PLAYED(a_recorded_call_is_transferred),
        PLAYED(a_recorded_consult_becomes_a_conference),
        PLAYED(mute_belongs_to_one_call),
        PLAYED(everybody_holds),
        PLAYED(who_holds_by_its_button_is_conferenced),
        PLAYED(two_supervisors_see_who_is_muted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
