/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The operations: the rules of the table, and the function of each; private to src/core. */
#ifndef CORE_OP_RULE_H
#define CORE_OP_RULE_H

#include "core/core_state.h"

struct turn;

/* op_table.c */
struct op_rule {
    unsigned offered;   /* states, 1u << enum party_state: in capabilities, and accepted */
    unsigned tolerated; /* accepted though not offered: real clients send it */
    bool (*offered_if)(const struct party *party); /* further condition, NULL: none */
    const char *needs; /* what the two ask for, in words: "it would have to be muted" */
    bool (*tolerated_if)(const struct party *party);    /* the same */
    bool (*device_offers)(const struct device *device); /* NULL: never a device's capability */
    bool finds_call; /* on a call that may be gone: finds it itself */
    /* None of the API's samples shows it to such a party: not shown where they are the measure.
     * NULL: a sample does. */
    bool (*is_extra)(const struct party *party);
    enum err (*run)(struct turn *turn);
};
const struct op_rule *op_rule(enum op op);
/* Which operations may be offered in a state at all; bit per enum op, from the table. */
void op_states_begin(uint64_t offered_in[PARTY_RELEASED + 1]);
/* Bit per enum op. */
uint64_t op_capabilities(const struct core *core, const struct party *party);
uint64_t op_device_capabilities(const struct device *device);
bool op_is_accepted(enum op op, const struct party *party);

enum err op_dial(struct turn *turn);
enum err op_answer(struct turn *turn);
enum err op_hangup(struct turn *turn);
enum err op_send_dtmf(struct turn *turn);
enum err op_hold(struct turn *turn);
enum err op_retrieve(struct turn *turn);
enum err op_mute_call(struct turn *turn);
enum err op_unmute_call(struct turn *turn);
enum err op_clear_call(struct turn *turn);
enum err op_single_step_conference(struct turn *turn);
enum err op_single_step_transfer(struct turn *turn);
enum err op_remove_participant_from_conference(struct turn *turn);
enum err op_attach_user_data(struct turn *turn);
enum err op_update_user_data(struct turn *turn);
enum err op_delete_user_data(struct turn *turn);
enum err op_delete_user_data_pair(struct turn *turn);
enum err op_start_contact_center_session(struct turn *turn);
enum err op_end_contact_center_session(struct turn *turn);
enum err op_reject(struct turn *turn);
enum err op_swap_calls(struct turn *turn);
enum err op_initiate_transfer(struct turn *turn);
enum err op_initiate_conference(struct turn *turn);
enum err op_complete_transfer(struct turn *turn);
enum err op_complete_conference(struct turn *turn);
enum err op_start_call_recording(struct turn *turn);
enum err op_pause_call_recording(struct turn *turn);
enum err op_resume_call_recording(struct turn *turn);
enum err op_stop_call_recording(struct turn *turn);
enum err op_set_call_disposition(struct turn *turn);
enum err op_switch_to_listen_in(struct turn *turn);
enum err op_switch_to_coach(struct turn *turn);
enum err op_switch_to_barge_in(struct turn *turn);
enum err op_mute_monitored_user(struct turn *turn);
enum err op_unmute_monitored_user(struct turn *turn);
enum err op_listen_in(struct turn *turn);
enum err op_coach(struct turn *turn);
enum err op_barge_in(struct turn *turn);
enum err op_cancel_supervisor_monitoring(struct turn *turn);
enum err op_do_not_disturb_on(struct turn *turn);
enum err op_do_not_disturb_off(struct turn *turn);
enum err op_forward_calls_on(struct turn *turn);
enum err op_forward_calls_off(struct turn *turn);
enum err op_agent_state(struct turn *turn); /* Ready, NotReady, ... and the configured ones */
enum err op_desktop_gone(struct turn *turn);
enum err op_desktop_back(struct turn *turn);

#endif
