/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The one table of operations: name and parameters as clients know them, the states in which each
 * is offered, tolerated or refused, and the function. Capabilities are computed from it, requests
 * are judged by it, and nothing else knows these rules. To add an operation, add its enum op, a row
 * in each of the two tables, and its file. */
#include "core/core_int.h"

#define IN(state)  (1u << (state))
#define IN_TALKING (IN(PARTY_ESTABLISHED) | IN(PARTY_HELD))
#define IN_LIVING  (IN(PARTY_DIALING) | IN(PARTY_RINGING) | IN_TALKING)

#define OP_ON_AGENT (OP_ON_DEVICE | OP_ON_CHANNEL | OP_ON_USER)
#define TO_SOMEBODY (OP_PARAM_DESTINATION | OP_PARAM_USER_DATA | OP_PARAM_LOCATION)

static const struct op_row rows[OP_COUNT] = {
    [OP_DIAL] = {"Dial", OP_ON_DEVICE_CALLS,
                 OP_PARAM_DESTINATION | OP_PARAM_USER_DATA | OP_PARAM_LOCATION | OP_PARAM_CALLER_ID,
                 OP_PARAM_DESTINATION},
    [OP_ANSWER] = {"Answer", OP_ON_CALL, 0, 0},
    [OP_REJECT] = {"Reject", OP_ON_CALL, 0, 0},
    [OP_HANGUP] = {"Hangup", OP_ON_CALL, 0, 0},
    [OP_HOLD] = {"Hold", OP_ON_CALL, 0, 0},
    [OP_RETRIEVE] = {"Retrieve", OP_ON_CALL, 0, 0},
    [OP_MUTE_CALL] = {"MuteCall", OP_ON_CALL, 0, 0},
    [OP_UNMUTE_CALL] = {"UnmuteCall", OP_ON_CALL, 0, 0},
    [OP_CLEAR_CALL] = {"ClearCall", OP_ON_CALL, 0, 0},
    [OP_SWAP_CALLS] = {"SwapCalls", OP_ON_CALL, OP_PARAM_OTHER_CALL, OP_PARAM_OTHER_CALL},
    [OP_SINGLE_STEP_CONFERENCE] = {"SingleStepConference", OP_ON_CALL, TO_SOMEBODY,
                                   OP_PARAM_DESTINATION},
    [OP_SINGLE_STEP_TRANSFER] = {"SingleStepTransfer", OP_ON_CALL, TO_SOMEBODY,
                                 OP_PARAM_DESTINATION},
    [OP_INITIATE_TRANSFER] = {"InitiateTransfer", OP_ON_CALL, TO_SOMEBODY, OP_PARAM_DESTINATION},
    [OP_COMPLETE_TRANSFER] = {"CompleteTransfer", OP_ON_CALL, OP_PARAM_CONSULT_CALL, 0},
    [OP_INITIATE_CONFERENCE] = {"InitiateConference", OP_ON_CALL, TO_SOMEBODY,
                                OP_PARAM_DESTINATION},
    [OP_COMPLETE_CONFERENCE] = {"CompleteConference", OP_ON_CALL, OP_PARAM_CONSULT_CALL, 0},
    [OP_REMOVE_PARTICIPANT_FROM_CONFERENCE] = {"RemoveParticipantFromConference", OP_ON_CALL,
                                               OP_PARAM_PARTICIPANT, OP_PARAM_PARTICIPANT},
    [OP_SEND_DTMF] = {"SendDtmf", OP_ON_CALL, OP_PARAM_DIGITS, OP_PARAM_DIGITS},
    [OP_ATTACH_USER_DATA] = {"AttachUserData", OP_ON_CALL, OP_PARAM_USER_DATA, OP_PARAM_USER_DATA},
    [OP_UPDATE_USER_DATA] = {"UpdateUserData", OP_ON_CALL, OP_PARAM_USER_DATA, OP_PARAM_USER_DATA},
    [OP_DELETE_USER_DATA] = {"DeleteUserData", OP_ON_CALL, 0, 0},
    [OP_DELETE_USER_DATA_PAIR] = {"DeleteUserDataPair", OP_ON_CALL, OP_PARAM_KEY, OP_PARAM_KEY},
    [OP_START_CALL_RECORDING] = {"StartCallRecording", OP_ON_CALL, 0, 0},
    [OP_PAUSE_CALL_RECORDING] = {"PauseCallRecording", OP_ON_CALL, 0, 0},
    [OP_RESUME_CALL_RECORDING] = {"ResumeCallRecording", OP_ON_CALL, 0, 0},
    [OP_STOP_CALL_RECORDING] = {"StopCallRecording", OP_ON_CALL, 0, 0},
    [OP_SET_CALL_DISPOSITION] = {"SetCallDisposition", OP_ON_CALL | OP_ON_DEVICE,
                                 OP_PARAM_OF_CALL | OP_PARAM_DISPOSITION |
                                     OP_PARAM_DISPOSITION_KEY | OP_PARAM_USER_DATA,
                                 OP_PARAM_DISPOSITION},
    [OP_SWITCH_TO_LISTEN_IN] = {"SwitchToListenIn", OP_ON_CALL, 0, 0},
    [OP_SWITCH_TO_COACH] = {"SwitchToCoach", OP_ON_CALL, 0, 0},
    [OP_SWITCH_TO_BARGE_IN] = {"SwitchToBargeIn", OP_ON_CALL, 0, 0},
    [OP_MUTE_MONITORED_USER] = {"MuteMonitoredUser", OP_ON_CALL | OP_ON_DEVICE, 0, 0},
    [OP_UNMUTE_MONITORED_USER] = {"UnmuteMonitoredUser", OP_ON_CALL | OP_ON_DEVICE, 0, 0},
    [OP_LISTEN_IN] = {"ListenIn", OP_ON_DEVICE, OP_PARAM_TARGET_DEVICE | OP_PARAM_MONITORING,
                      OP_PARAM_TARGET_DEVICE},
    [OP_COACH] = {"Coach", OP_ON_DEVICE, OP_PARAM_TARGET_DEVICE | OP_PARAM_MONITORING,
                  OP_PARAM_TARGET_DEVICE},
    [OP_BARGE_IN] = {"BargeIn", OP_ON_DEVICE, OP_PARAM_TARGET_DEVICE | OP_PARAM_MONITORING,
                     OP_PARAM_TARGET_DEVICE},
    [OP_CANCEL_SUPERVISOR_MONITORING] = {"CancelSupervisorMonitoring", OP_ON_DEVICE, 0, 0},
    [OP_DO_NOT_DISTURB_ON] = {"DoNotDisturbOn", OP_ON_AGENT, 0, 0},
    [OP_DO_NOT_DISTURB_OFF] = {"DoNotDisturbOff", OP_ON_AGENT, 0, 0},
    [OP_FORWARD_CALLS_ON] = {"ForwardCallsOn", OP_ON_DEVICE, OP_PARAM_FORWARD_TO,
                             OP_PARAM_FORWARD_TO},
    [OP_FORWARD_CALLS_OFF] = {"ForwardCallsOff", OP_ON_DEVICE, 0, 0},
    [OP_READY] = {"Ready", OP_ON_AGENT, 0, 0},
    [OP_NOT_READY] = {"NotReady", OP_ON_AGENT, 0, 0},
    [OP_AFTER_CALL_WORK] = {"AfterCallWork", OP_ON_AGENT, 0, 0},
    [OP_AUX_WORK] = {"AuxWork", OP_ON_AGENT, 0, 0},
    [OP_AGENT_STATE] = {NULL, OP_ON_AGENT, 0, 0},
    [OP_START_CONTACT_CENTER_SESSION] = {"StartContactCenterSession", OP_ON_USER,
                                         OP_PARAM_CHANNELS | OP_PARAM_PLACE, OP_PARAM_CHANNELS},
    [OP_END_CONTACT_CENTER_SESSION] = {"EndContactCenterSession", OP_ON_USER, 0, 0},
    [OP_DESKTOP_GONE] = {NULL, OP_ON_USER, 0, 0},
    [OP_DESKTOP_BACK] = {NULL, OP_ON_USER, 0, 0},
};

/* Whether the telephone can be made to go off hook by itself. */
static bool can_answer(const struct party *party)
{
    const struct device *device = party->device;
    if (!device || !party->leg)
        return false;
    const struct leg *up = device_leg(device);
    if (up && !party->has_talked && leg_count(up) < LEG_PARTIES_MAX)
        return true; /* it is off hook */
    if (device->remote_answer == REMOTE_ANSWER_NONE)
        return false;
    return device->remote_answer == REMOTE_ANSWER_REINVITE || party->leg->talks || device->talks;
}

/* Direct calls are answered or left to ring. */
static bool can_reject(const struct party *party)
{
    return queue_waiting_party(party) != NULL;
}

/* Who made the call by hand listens already while our answer is on its way. */
static bool is_off_hook(const struct leg *leg)
{
    return leg->is_up || (leg->is_offered && leg->is_answer_pending);
}

/* What a telephone holds by its own button is retrieved by it. */
static bool can_use_telephone(const struct party *party)
{
    return party->leg && is_off_hook(party->leg) && !party->leg->is_held;
}

/* Beside a consult call that is to become a transfer, SwapCalls takes its place; but not where the
 * telephone's button holds both. */
static bool can_retrieve(const struct party *party)
{
    if (party_is_held_by_telephone(party))
        return party_is_retrievable(party);
    struct consult consult = consult_of(party, SLICE_NONE);
    return can_use_telephone(party) &&
           (!consult.original || consult.party->call->is_for_conference);
}

static bool can_swap(const struct party *party)
{
    return can_use_telephone(party) && leg_count(party->leg) > 1;
}

static bool can_consult(const struct party *party)
{
    return can_use_telephone(party) && party->device && leg_count(party->leg) < LEG_PARTIES_MAX;
}

static bool can_complete_conference(const struct party *party)
{
    struct consult consult = consult_of(party, SLICE_NONE);
    return consult_is_answered(&consult);
}

/* Before the consulted one answers only where a transfer was meant. */
static bool can_complete_transfer(const struct party *party)
{
    struct consult consult = consult_of(party, SLICE_NONE);
    return consult_is_answered(&consult) ||
           (consult_has_callee(&consult) && !consult.party->call->is_for_conference);
}

static bool can_offer_transfer(const struct party *party)
{
    struct consult consult = consult_of(party, SLICE_NONE);
    return can_complete_transfer(party) && transit_may_join(&consult);
}

static bool has_callee(const struct party *party)
{
    struct consult consult = consult_of(party, SLICE_NONE);
    return consult_has_callee(&consult) && transit_may_join(&consult);
}

static bool is_muted(const struct party *party)
{
    return party->is_muted;
}

/* Who only listens is not heard anyway. */
static bool can_mute(const struct party *party)
{
    return !party->is_muted && party->monitoring != MONITORING_LISTEN_IN;
}

/* Not a supervisor whom not everybody hears; and whom a queue offers a call can give it back, but
 * not end it for the caller. */
static bool can_clear(const struct party *party)
{
    return !party_is_silent(party) &&
           (party->state != PARTY_RINGING || (!party->monitoring && !can_reject(party)));
}

/* Whether somebody is there whom this party may remove. */
static bool can_remove(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    if (party_can_be_removed_by(LIST_OWNER(it, struct party, link), party))
        return true;
    return false;
}

/* Whether somebody is there to be transferred. */
static bool has_company(const struct party *party)
{
    return call_count(party->call, IN_TALKING) > 1;
}

static bool has_recorder(const struct party *party)
{
    return party->device && party->device->may_record;
}

static bool can_start_recording(const struct party *party)
{
    return has_recorder(party) && !call_is_recorded(party->call);
}

static bool can_pause_recording(const struct party *party)
{
    return has_recorder(party) && party->call->recording == RECORDING_ON;
}

static bool can_resume_recording(const struct party *party)
{
    return has_recorder(party) && party->call->recording == RECORDING_PAUSED;
}

static bool can_stop_recording(const struct party *party)
{
    return has_recorder(party) && call_is_recorded(party->call);
}

static bool can_disturb(const struct device *device)
{
    return !device->is_dnd;
}

static bool is_dnd(const struct device *device)
{
    return device->is_dnd;
}

static bool is_not_forwarded(const struct device *device)
{
    return device->forward_to[0] == '\0';
}

static bool is_forwarded(const struct device *device)
{
    return device->forward_to[0] != '\0';
}

/* Whether the call goes on without this supervisor as one of its members. */
static bool can_fall_silent(const struct party *party)
{
    size_t talking = call_count(party->call, IN_TALKING) - party_is_member(party);
    size_t expected = call_count(party->call, IN(PARTY_RINGING) | IN(PARTY_INVITED));
    return party->monitoring && talking > 0 && talking + expected > 1;
}

static bool can_listen_in(const struct party *party)
{
    return party->monitoring != MONITORING_LISTEN_IN && can_fall_silent(party);
}

static bool can_coach(const struct party *party)
{
    return party->monitoring != MONITORING_COACH && can_fall_silent(party);
}

static bool can_barge_in(const struct party *party)
{
    return party_is_silent(party);
}

static bool can_supervise(const struct device *device)
{
    return device->owner && (device->owner->card->roles & ROLE_SUPERVISOR) && device->is_registered;
}

static bool is_armed(const struct device *device)
{
    return device->monitoring != MONITORING_NONE;
}

static bool to_anybody(const struct party *party)
{
    (void)party;
    return true;
}

static bool to_members(const struct party *party)
{
    return !party->monitoring;
}

/* What would have to be true: the reason of a refusal where the state is not. */
#define NEEDS_TELEPHONE                                                                            \
    "your telephone would have to hold no call by its own button, and be in fewer than 8"
#define NEEDS_SUPERVISOR                                                                           \
    "you would have to supervise it in another way, and others would have to be left in it"
#define NEEDS_MONITORED "you would have to supervise it, with whom you monitor in it"

static const struct op_rule rules[OP_COUNT] = {
    [OP_DIAL] = {.run = op_dial},
    [OP_ANSWER] = {.offered = IN(PARTY_RINGING),
                   .offered_if = can_answer,
                   .needs = "the telephone would have to go off hook when it is asked to",
                   .run = op_answer},
    [OP_REJECT] = {.offered = IN(PARTY_RINGING),
                   .offered_if = can_reject,
                   .needs =
                       "a queue would have to offer it; direct calls are answered or left to ring",
                   .run = op_reject},
    /* Ringing: a desktop's "decline". Released: the hang-up that crossed the other side's. */
    [OP_HANGUP] = {.offered = IN(PARTY_DIALING) | IN_TALKING,
                   .tolerated = IN(PARTY_RINGING) | IN(PARTY_RELEASED),
                   .run = op_hangup},
    [OP_HOLD] = {.offered = IN(PARTY_ESTABLISHED), .run = op_hold},
    [OP_RETRIEVE] = {.offered = IN(PARTY_HELD),
                     .offered_if = can_retrieve,
                     .needs =
                         "the telephone would have to hold no call by its own button, unless it "
                         "takes this one back when it is asked to, and have no consult call "
                         "beside it, for which SwapCalls is",
                     .run = op_retrieve},
    [OP_MUTE_CALL] = {.offered = IN(PARTY_ESTABLISHED),
                      .offered_if = can_mute,
                      .is_extra = to_anybody,
                      .needs = "it would have to be heard",
                      .run = op_mute_call},
    [OP_UNMUTE_CALL] = {.offered = IN(PARTY_ESTABLISHED),
                        .offered_if = is_muted,
                        .needs = "it would have to be muted",
                        .run = op_unmute_call},
    [OP_CLEAR_CALL] = {.offered = IN(PARTY_RINGING) | IN_TALKING,
                       .tolerated = IN(PARTY_RELEASED),
                       .offered_if = can_clear,
                       .is_extra = to_anybody,
                       .needs = "you would have to be heard in the call, or called directly",
                       .run = op_clear_call},
    [OP_SINGLE_STEP_CONFERENCE] = {.offered = IN_TALKING, .run = op_single_step_conference},
    [OP_SINGLE_STEP_TRANSFER] = {.offered = IN_TALKING,
                                 .offered_if = has_company,
                                 .needs = "somebody else would have to be in the call",
                                 .run = op_single_step_transfer},
    [OP_SWAP_CALLS] =
        {.offered = IN_TALKING,
         .tolerated = IN(PARTY_DIALING),
         .offered_if = can_swap,
         .tolerated_if = can_swap,
         .needs = "your telephone would have to have another call, and hold none by its own button",
         .run = op_swap_calls},
    [OP_INITIATE_TRANSFER] = {.offered = IN_TALKING,
                              .offered_if = can_consult,
                              .needs = NEEDS_TELEPHONE,
                              .run = op_initiate_transfer},
    [OP_INITIATE_CONFERENCE] = {.offered = IN_TALKING,
                                .offered_if = can_consult,
                                .needs = NEEDS_TELEPHONE,
                                .run = op_initiate_conference},
    [OP_COMPLETE_TRANSFER] =
        {.offered = IN_TALKING,
         .tolerated = IN(PARTY_DIALING) | IN_TALKING,
         .offered_if = can_offer_transfer,
         .tolerated_if = has_callee,
         .needs = "there would have to be a consult call of it with somebody called, and the right "
                  "may_connect_outside where only outside numbers would be left",
         .run = op_complete_transfer},
    [OP_COMPLETE_CONFERENCE] = {.offered = IN_TALKING,
                                .offered_if = can_complete_conference,
                                .needs =
                                    "there would have to be a consult call of it that is answered",
                                .run = op_complete_conference},
    [OP_REMOVE_PARTICIPANT_FROM_CONFERENCE] =
        {.offered = IN(PARTY_ESTABLISHED),
         .offered_if = can_remove,
         .is_extra = to_members,
         .needs = "you would have to have added somebody to it, or to supervise it, and two would "
                  "have to be left",
         .run = op_remove_participant_from_conference},
    [OP_SEND_DTMF] = {.offered = IN(PARTY_DIALING) | IN(PARTY_ESTABLISHED), .run = op_send_dtmf},
    [OP_ATTACH_USER_DATA] = {.offered = IN_LIVING, .run = op_attach_user_data},
    [OP_UPDATE_USER_DATA] = {.offered = IN_LIVING, .run = op_update_user_data},
    [OP_DELETE_USER_DATA] = {.offered = IN_LIVING, .run = op_delete_user_data},
    [OP_DELETE_USER_DATA_PAIR] = {.offered = IN_LIVING, .run = op_delete_user_data_pair},
    [OP_START_CALL_RECORDING] =
        {.offered = IN(PARTY_ESTABLISHED),
         .offered_if = can_start_recording,
         .needs = "the device would have to be one that may record, and the call not recorded",
         .run = op_start_call_recording},
    [OP_PAUSE_CALL_RECORDING] = {.offered = IN(PARTY_ESTABLISHED),
                                 .offered_if = can_pause_recording,
                                 .needs = "it would have to be recorded, by a device that may",
                                 .run = op_pause_call_recording},
    [OP_RESUME_CALL_RECORDING] =
        {.offered = IN(PARTY_ESTABLISHED),
         .offered_if = can_resume_recording,
         .needs = "its recording would have to be paused, by a device that may record",
         .run = op_resume_call_recording},
    [OP_STOP_CALL_RECORDING] = {.offered = IN(PARTY_ESTABLISHED),
                                .offered_if = can_stop_recording,
                                .needs = "it would have to be recorded, by a device that may",
                                .run = op_stop_call_recording},
    [OP_SET_CALL_DISPOSITION] = {.tolerated = IN_LIVING | IN(PARTY_RELEASED),
                                 .finds_call = true,
                                 .run = op_set_call_disposition},
    [OP_SWITCH_TO_LISTEN_IN] = {.offered = IN(PARTY_ESTABLISHED),
                                .offered_if = can_listen_in,
                                .needs = NEEDS_SUPERVISOR,
                                .run = op_switch_to_listen_in},
    [OP_SWITCH_TO_COACH] = {.offered = IN(PARTY_ESTABLISHED),
                            .offered_if = can_coach,
                            .is_extra = to_anybody,
                            .needs = NEEDS_SUPERVISOR,
                            .run = op_switch_to_coach},
    [OP_SWITCH_TO_BARGE_IN] = {.offered = IN(PARTY_ESTABLISHED),
                               .offered_if = can_barge_in,
                               .needs = "you would have to supervise it without being heard by all",
                               .run = op_switch_to_barge_in},
    [OP_MUTE_MONITORED_USER] = {.tolerated = IN_TALKING,
                                .tolerated_if = monitor_can_mute,
                                .needs = NEEDS_MONITORED,
                                .run = op_mute_monitored_user},
    [OP_UNMUTE_MONITORED_USER] = {.tolerated = IN_TALKING,
                                  .tolerated_if = monitor_can_mute,
                                  .needs = NEEDS_MONITORED,
                                  .run = op_unmute_monitored_user},
    [OP_LISTEN_IN] = {.device_offers = can_supervise, .run = op_listen_in},
    [OP_COACH] = {.device_offers = can_supervise, .run = op_coach},
    [OP_BARGE_IN] = {.device_offers = can_supervise, .run = op_barge_in},
    [OP_CANCEL_SUPERVISOR_MONITORING] = {.device_offers = is_armed,
                                         .run = op_cancel_supervisor_monitoring},
    [OP_DO_NOT_DISTURB_ON] = {.device_offers = can_disturb, .run = op_do_not_disturb_on},
    [OP_DO_NOT_DISTURB_OFF] = {.device_offers = is_dnd, .run = op_do_not_disturb_off},
    [OP_FORWARD_CALLS_ON] = {.device_offers = is_not_forwarded, .run = op_forward_calls_on},
    [OP_FORWARD_CALLS_OFF] = {.device_offers = is_forwarded, .run = op_forward_calls_off},
    [OP_READY] = {.run = op_agent_state},
    [OP_NOT_READY] = {.run = op_agent_state},
    [OP_AFTER_CALL_WORK] = {.run = op_agent_state},
    [OP_AUX_WORK] = {.run = op_agent_state},
    [OP_AGENT_STATE] = {.run = op_agent_state},
    [OP_START_CONTACT_CENTER_SESSION] = {.run = op_start_contact_center_session},
    [OP_END_CONTACT_CENTER_SESSION] = {.run = op_end_contact_center_session},
    [OP_DESKTOP_GONE] = {.run = op_desktop_gone},
    [OP_DESKTOP_BACK] = {.run = op_desktop_back},
};

const struct op_row *op_row(enum op op)
{
    return &rows[op];
}

enum op op_find(struct slice name, enum op_target target)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (rows[op].name && rules[op].run && (rows[op].targets & target) &&
            slice_is(name, rows[op].name))
            return (enum op)op;
    return OP_COUNT;
}

const struct op_rule *op_rule(enum op op)
{
    return &rules[op];
}

static bool is_offered(const struct op_rule *rule, const struct party *party)
{
    return (rule->offered & IN(party->state)) && (!rule->offered_if || rule->offered_if(party));
}

static bool is_tolerated(const struct op_rule *rule, const struct party *party)
{
    return (rule->tolerated & IN(party->state)) &&
           (!rule->tolerated_if || rule->tolerated_if(party));
}

void op_states_begin(uint64_t offered_in[PARTY_RELEASED + 1])
{
    for (int op = 0; op < OP_COUNT; op++)
        for (int state = 0; state <= PARTY_RELEASED; state++)
            if (rules[op].offered >> state & 1)
                offered_in[state] |= UINT64_C(1) << op;
}

uint64_t op_capabilities(const struct core *core, const struct party *party)
{
    uint64_t bits = 0;
    for (uint64_t left = core->offered_in[party->state]; left != 0; left &= left - 1) {
        const struct op_rule *rule = &rules[__builtin_ctzll(left)];
        if ((!rule->offered_if || rule->offered_if(party)) &&
            !(core->limits.is_documented && rule->is_extra && rule->is_extra(party)))
            bits |= left & -left;
    }
    return bits;
}

uint64_t op_device_capabilities(const struct device *device)
{
    uint64_t bits = 0;
    for (int op = 0; op < OP_COUNT; op++)
        if (rules[op].device_offers && rules[op].device_offers(device))
            bits |= UINT64_C(1) << op;
    return bits;
}

bool op_is_accepted(enum op op, const struct party *party)
{
    return is_offered(&rules[op], party) || is_tolerated(&rules[op], party);
}
