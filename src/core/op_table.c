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

static const struct op_row rows[OP_COUNT] = {
    [OP_DIAL] = {"Dial", OP_ON_DEVICE_CALLS, OP_PARAM_DESTINATION | OP_PARAM_USER_DATA,
                 OP_PARAM_DESTINATION},
    [OP_ANSWER] = {"Answer", OP_ON_CALL, 0, 0},
    [OP_HANGUP] = {"Hangup", OP_ON_CALL, 0, 0},
    [OP_HOLD] = {"Hold", OP_ON_CALL, 0, 0},
    [OP_RETRIEVE] = {"Retrieve", OP_ON_CALL, 0, 0},
    [OP_MUTE_CALL] = {"MuteCall", OP_ON_CALL, 0, 0},
    [OP_UNMUTE_CALL] = {"UnmuteCall", OP_ON_CALL, 0, 0},
    [OP_CLEAR_CALL] = {"ClearCall", OP_ON_CALL, 0, 0},
    [OP_SINGLE_STEP_CONFERENCE] = {"SingleStepConference", OP_ON_CALL,
                                   OP_PARAM_DESTINATION | OP_PARAM_USER_DATA, OP_PARAM_DESTINATION},
    [OP_SINGLE_STEP_TRANSFER] = {"SingleStepTransfer", OP_ON_CALL,
                                 OP_PARAM_DESTINATION | OP_PARAM_USER_DATA, OP_PARAM_DESTINATION},
    [OP_REMOVE_PARTICIPANT_FROM_CONFERENCE] = {"RemoveParticipantFromConference", OP_ON_CALL,
                                               OP_PARAM_PARTICIPANT, OP_PARAM_PARTICIPANT},
    [OP_SEND_DTMF] = {"SendDtmf", OP_ON_CALL, OP_PARAM_DIGITS, OP_PARAM_DIGITS},
    [OP_ATTACH_USER_DATA] = {"AttachUserData", OP_ON_CALL, OP_PARAM_USER_DATA, OP_PARAM_USER_DATA},
    [OP_UPDATE_USER_DATA] = {"UpdateUserData", OP_ON_CALL, OP_PARAM_USER_DATA, OP_PARAM_USER_DATA},
    [OP_DELETE_USER_DATA] = {"DeleteUserData", OP_ON_CALL, 0, 0},
    [OP_DELETE_USER_DATA_PAIR] = {"DeleteUserDataPair", OP_ON_CALL, OP_PARAM_KEY, OP_PARAM_KEY},
    [OP_START_CONTACT_CENTER_SESSION] = {"StartContactCenterSession", OP_ON_USER, OP_PARAM_CHANNELS,
                                         OP_PARAM_CHANNELS},
    [OP_END_CONTACT_CENTER_SESSION] = {"EndContactCenterSession", OP_ON_USER, 0, 0},
};

/* Whether the telephone can be made to go off hook by itself. */
static bool can_answer(const struct party *party)
{
    const struct device *device = party->device;
    if (!device || !party->leg || device->remote_answer == REMOTE_ANSWER_NONE)
        return false;
    return device->remote_answer == REMOTE_ANSWER_REINVITE || party->leg->talks || device->talks;
}

/* What a telephone holds by its own button is retrieved by it. */
static bool can_retrieve(const struct party *party)
{
    return !party->is_held_by_telephone;
}

static bool is_muted(const struct party *party)
{
    return party->is_muted;
}

static bool is_not_muted(const struct party *party)
{
    return !party->is_muted;
}

/* Whether somebody whom this party added can be removed and leave two behind. */
static bool has_added(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    if (party_was_added_by(LIST_OWNER(it, struct party, link), party))
        return true;
    return false;
}

/* Whether somebody is there to be transferred. */
static bool has_company(const struct party *party)
{
    return call_count(party->call, IN_TALKING) > 1;
}

static const struct op_rule rules[OP_COUNT] = {
    [OP_DIAL] = {0, 0, NULL, op_dial},
    [OP_ANSWER] = {IN(PARTY_RINGING), 0, can_answer, op_answer},
    /* Ringing: a desktop's "decline". Released: the hang-up that crossed the other side's. */
    [OP_HANGUP] = {IN(PARTY_DIALING) | IN_TALKING, IN(PARTY_RINGING) | IN(PARTY_RELEASED), NULL,
                   op_hangup},
    [OP_HOLD] = {IN(PARTY_ESTABLISHED), 0, NULL, op_hold},
    [OP_RETRIEVE] = {IN(PARTY_HELD), 0, can_retrieve, op_retrieve},
    [OP_MUTE_CALL] = {IN(PARTY_ESTABLISHED), 0, is_not_muted, op_mute_call},
    [OP_UNMUTE_CALL] = {IN(PARTY_ESTABLISHED), 0, is_muted, op_unmute_call},
    [OP_CLEAR_CALL] = {IN(PARTY_RINGING) | IN_TALKING, IN(PARTY_RELEASED), NULL, op_clear_call},
    [OP_SINGLE_STEP_CONFERENCE] = {IN_TALKING, 0, NULL, op_single_step_conference},
    [OP_SINGLE_STEP_TRANSFER] = {IN_TALKING, 0, has_company, op_single_step_transfer},
    [OP_REMOVE_PARTICIPANT_FROM_CONFERENCE] = {IN(PARTY_ESTABLISHED), 0, has_added,
                                               op_remove_participant_from_conference},
    [OP_SEND_DTMF] = {IN(PARTY_DIALING) | IN(PARTY_ESTABLISHED), 0, NULL, op_send_dtmf},
    [OP_ATTACH_USER_DATA] = {IN_LIVING, 0, NULL, op_attach_user_data},
    [OP_UPDATE_USER_DATA] = {IN_LIVING, 0, NULL, op_update_user_data},
    [OP_DELETE_USER_DATA] = {IN_LIVING, 0, NULL, op_delete_user_data},
    [OP_DELETE_USER_DATA_PAIR] = {IN_LIVING, 0, NULL, op_delete_user_data_pair},
    [OP_START_CONTACT_CENTER_SESSION] = {0, 0, NULL, op_start_contact_center_session},
    [OP_END_CONTACT_CENTER_SESSION] = {0, 0, NULL, op_end_contact_center_session},
};

const struct op_row *op_row(enum op op)
{
    return &rows[op];
}

enum op op_find(struct slice name)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (slice_is(name, rows[op].name))
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

uint64_t op_capabilities(const struct party *party)
{
    uint64_t bits = 0;
    for (int op = 0; op < OP_COUNT; op++)
        if (is_offered(&rules[op], party))
            bits |= UINT64_C(1) << op;
    return bits;
}

bool op_is_accepted(enum op op, const struct party *party)
{
    return is_offered(&rules[op], party) || (rules[op].tolerated & IN(party->state));
}
