/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Emergency numbers: a German site that dials 0 to get outside, with 112 and 110, two trunks of one
 * channel each, and the location number +49 30 777 for the telephones A, B and C. A and C are
 * nobody's who is logged in; what nobody owns is the desk, 104. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

#define HOUR_MS "3600000"

static void put_site(struct slice trunk, uint64_t callback_ms)
{
    static const struct slice numbers[] = {SLICE("112"), SLICE("110")};
    stage_config((struct config_item){.kind = CONFIG_SITE,
                                      .country = SLICE("49"),
                                      .international = SLICE("00"),
                                      .national = SLICE("0"),
                                      .outside = SLICE("0"),
                                      .main_number = SLICE("+4930555"),
                                      .members = numbers,
                                      .member_count = 2,
                                      .trunk = trunk,
                                      .callback_ms = callback_ms});
}

static void put_device(const char *dn, const char *owner, const char *location)
{
    stage_config((struct config_item){.kind = CONFIG_DEVICE,
                                      .name = slice_of(dn),
                                      .owner = slice_of(owner),
                                      .location = slice_of(location),
                                      .calls = 1,
                                      .remote_answer = REMOTE_ANSWER_TALK});
}

static int begin(void **state)
{
    stage_begin(state);
    put_site(SLICE(""), 7200000);
    put_device("100", "u0", "+4930777");
    put_device("101", "u1", "+4930777");
    put_device("104", "", "+4930777");
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("trunk"), .calls = 1});
    stage_config((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("two"), .calls = 1});
    return 0;
}

#define PLAYED(test) cmocka_unit_test_setup_teardown(test, begin, stage_finish)

static void by_dial(void **state)
{
    (void)state;
    stage_expect("A Dial Z", "ring A from Z urgently\n"
                             "A 1outL Dialing Z D6 business\n");
    stage_expect("phone A answer", "ring Z from L through trunk urgently\n");
    stage_expect("phone Z ring", "sound A~ringback\n");
    stage_expect("phone Z answer", "A 1outL Established Z E13 business\n"
                                   "sound A<Z Z<A\n");
    stage_expect("phone Z hangup", "drop A answered-and-hung-up\n"
                                   "A 1outL Released Z  answered-and-hung-up business\n"
                                   "sound\n");
}

static void by_the_keypad_of_a_telephone_that_is_nobody_s(void **state)
{
    (void)state;
    stage_expect("phone E calls Z", "ring Z from L through trunk urgently\n");
    stage_expect("phone Z answer", "answer E\n"
                                   "sound E<Z Z<E\n");
    stage_expect("phone E answer", "");
}

static void with_the_outside_prefix_and_without(void **state)
{
    (void)state;
    stage_expect("phone A calls 0112", "ring Z from L through trunk urgently\n"
                                       "A 1outL Dialing Z D6 business\n");
    stage_expect("phone B calls 1-1-2", "ring Z from L through two urgently\n"
                                        "B 2outL Dialing Z D6 business\n");
    stage_expect("phone C calls 1120", "drop C unreachable\n"
                                       "C 3 Dialing - D6\n"
                                       "C 3 Released -  unreachable\n");
    stage_expect("phone D calls 110", "ring - from D through trunk urgently\n"
                                      "D 4outD Dialing - D6 business\n");
}

static void whatever_the_telephone_does(void **state)
{
    (void)state;
    stage_play("A DoNotDisturbOn; A ForwardCallsOn B; A Dial B; phone A answer; phone B answer");
    stage_expect("phone A calls Z", "ring Z from L through trunk urgently\n"
                                    "A 1 Held B H11\n"
                                    "A 2outL Dialing Z D6 business\n"
                                    "sound B~music\n");
    stage_expect("phone Z answer", "answer A\n"
                                   "A 2outL Established Z E13 business\n"
                                   "sound B~music A<Z Z<A\n");
    stage_expect("B Dial Z", "ring Z from L through two urgently\n"
                             "B 1 Held A H11 +SwapCalls\n"
                             "B 3outL Dialing Z D6 business\n"
                             "sound A<Z Z<A\n");
    stage_expect("A ForwardCallsOn Z", "refused: invalid\n");
}

static void over_the_channels_of_a_trunk(void **state)
{
    (void)state;
    stage_play("A Dial X; phone A answer; B Dial Y; phone B answer");
    stage_expect("C Dial Y; phone C answer", "sound C~busy\n");
    stage_expect("phone E calls Z", "ring Z from L through trunk urgently\n");
}

static void through_the_trunk_that_is_configured(void **state)
{
    (void)state;
    put_site(SLICE("two"), 0);
    stage_play("A Dial X; phone A answer; B Dial Y; phone B answer");
    stage_expect("phone E calls Z", "ring Z from L through two urgently\n");
    stage_expect("phone Z lost", "ring Z from L through trunk urgently\n");
    stage_expect("phone Z busy", "drop E busy\n");
}

static void through_the_last_of_many_trunks(void **state)
{
    (void)state;
    char name[8];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "t%u", i);
        stage_config(
            (struct config_item){.kind = CONFIG_TRUNK, .name = slice_of(name), .calls = 1});
    }
    put_site(SLICE("t99"), 0);
    stage_expect("phone E calls Z", "ring Z from L through t99 urgently\n");
    stage_expect("phone Z lost", "ring Z from L through trunk urgently\n");
}

static void another_trunk_is_tried(void **state)
{
    (void)state;
    stage_expect("phone A calls Z; phone Z ring; phone Z lost",
                 "ring Z from L through two urgently\n");
    stage_expect("phone Z answer", "answer A\n"
                                   "A 1outL Established Z E13 business\n"
                                   "sound A<Z Z<A\n");
    stage_expect("phone A hangup", "drop Z answered-and-hung-up\n"
                                   "A 1outL Released Z  answered-and-hung-up business\n"
                                   "sound\n");
    stage_expect("phone B calls Z; phone Z unanswered", "ring Z from L through two urgently\n");
    stage_play("phone B hangup");
    stage_expect("phone A calls Z; phone Z decline", "drop A rejected\n"
                                                     "A 3outL Released Z  rejected business\n");
}

/* The first one sounded, and the other one does not. */
static void another_trunk_is_heard(void **state)
{
    (void)state;
    stage_play("A Dial Z; phone A answer");
    stage_expect("phone Z sounds", "sound A<Z\n");
    stage_expect("phone Z lost", "ring Z from L through two urgently\n"
                                 "sound A~ringback\n");
}

/* The one that it rang through is not tried once more when it has come into the caller's call. */
static void another_trunk_is_tried_for_whom_it_was_put_through(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; A InitiateTransfer 1 Z; phone Z ring");
    stage_play("A CompleteTransfer 1");
    stage_expect("phone Z lost", "ring Z from X through trunk urgently\n");
    stage_expect("phone Z lost", "ring A from X urgently\n"
                                 "sound\n");
}

static void it_may_ring_for_long(void **state)
{
    (void)state;
    stage_play("phone A calls Z; phone Z ring");
    stage_expect("clock 600000", "");
}

static void who_is_called_back(void **state)
{
    (void)state;
    stage_expect("outside X calls L", "ring A from X\n");
    stage_play("phone X hangup");
    stage_play("phone A calls Z; phone A hangup; A DoNotDisturbOn; A ForwardCallsOn C");
    stage_expect("outside X calls L", "ring A from X urgently\n");
    stage_expect("phone A answer", "answer X\n"
                                   "A 2inX Ringing X R6 business\n"
                                   "A 2inX Established X E13 business\n"
                                   "sound X<A A<X\n");
    stage_expect("outside Y calls L", "ring A from Y urgently\n");
    stage_expect("phone Y hangup; phone E calls Z; phone E hangup; outside Y calls 004930777",
                 "ring E from Y urgently\n");
    stage_play("phone Y hangup; phone X hangup; phone E out");
    stage_expect("outside X calls L", "ring A from X urgently\n");
    stage_play("phone X hangup; clock 7200001");
    stage_expect("outside X calls L", "ring C from X\n");
}

static void an_agent_brings_it_into_a_call(void **state)
{
    (void)state;
    stage_play("A Dial B; phone A answer; phone B answer");
    stage_expect("A SingleStepConference 1 Z", "ring Z from L through trunk urgently\n");
    stage_expect("phone Z answer",
                 "A 1 Participants Established BZ E13 +RemoveParticipantFromConference business\n"
                 "B 1 Participants Established AZ E13 business\n"
                 "sound A<BZ B<AZ Z<AB\n");
}

/* Which else needs a right, as only outside numbers are left. */
static void an_agent_puts_a_caller_through_to_it(void **state)
{
    (void)state;
    stage_play("outside X calls A; phone A answer; A InitiateTransfer 1 Z; phone Z answer");
    stage_play("A CompleteTransfer 1");
    stage_leads_to("clock 86400000", "sound X<Z Z<X");
}

/* An emergency call is no way round the right once the emergency service is out of it. */
static void who_was_in_it_is_no_emergency(void **state)
{
    (void)state;
    stage_config((struct config_item){.kind = CONFIG_USER, .name = SLICE("u0")});
    stage_play("outside X calls A; phone A answer; A SingleStepConference 1 Z; phone Z answer");
    stage_play("phone Z hangup");
    stage_expect("A SingleStepTransfer 1 Y", "refused: other\n");
    stage_play("A Hangup 1; outside X calls L; phone A answer");
    stage_expect("A SingleStepTransfer 2 Y", "refused: other\n");
    stage_play("A SingleStepTransfer 2 Z; phone Z answer; phone Z hangup");
}

static void nobody_calls_it_from_outside(void **state)
{
    (void)state;
    stage_expect("outside X calls Z", "drop X unreachable\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAYED(by_dial),
        PLAYED(by_the_keypad_of_a_telephone_that_is_nobody_s),
        PLAYED(with_the_outside_prefix_and_without),
        PLAYED(whatever_the_telephone_does),
        PLAYED(over_the_channels_of_a_trunk),
        PLAYED(through_the_trunk_that_is_configured),
        PLAYED(through_the_last_of_many_trunks),
        PLAYED(another_trunk_is_tried),
        PLAYED(another_trunk_is_heard),
        PLAYED(another_trunk_is_tried_for_whom_it_was_put_through),
        PLAYED(it_may_ring_for_long),
        PLAYED(who_is_called_back),
        PLAYED(an_agent_brings_it_into_a_call),
        PLAYED(an_agent_puts_a_caller_through_to_it),
        PLAYED(who_was_in_it_is_no_emergency),
        PLAYED(nobody_calls_it_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
