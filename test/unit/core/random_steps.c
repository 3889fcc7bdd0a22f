/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The steps of the random test: each takes a random number and does something in the state it
 * meets. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

static void choose_for_agent(struct command *command, uint32_t r)
{
    static const char *const numbers[] = {"100", "101", "102", "103", "900", "bob"};
    static const char *const states[] = {"OutToLunch", "Ready", "Nap"};
    static const enum op_target targets[] = {OP_ON_USER, OP_ON_CHANNEL, OP_ON_DEVICE};
    static const char *const places[] = {"", "", "desk", "home"};
    if (op_row(command->op)->takes & OP_PARAM_PLACE) {
        command->place = slice_of(places[(r >> 8) % 4]);
        command->device = (r >> 8) % 4 == 3 ? SLICE("104") : SLICE("");
    }
    if (op_row(command->op)->takes & OP_PARAM_FORWARD_TO)
        command->text = slice_of(numbers[r % 6]);
    if (command->op == OP_AGENT_STATE)
        command->text = slice_of(states[r % 3]);
    if ((op_row(command->op)->targets & (OP_ON_DEVICE | OP_ON_USER)) == (OP_ON_DEVICE | OP_ON_USER))
        command->at = targets[(r >> 4) % 3];
}

struct command command_for(enum op op, const char *user, const char *target, uint32_t r)
{
    static const char *const numbers[] = {"100", "101", "102", "103",       "101", "103",
                                          "102", "900", "999", "+49 30 12", "901", "112"};
    static const char *const participants[] = {"100",      "101",       "102", "103", "+493012",
                                               "+4930999", "anonymous", "104", "112"};
    static const struct pair pairs[] = {
        {SLICE("a"), SLICE("1")}, {SLICE("b"), SLICE("\"x\"")}, {SLICE("a"), SLICE("null")}};
    struct command command = {
        .op = op, .user = slice_of(user), .target = slice_of(target), .voice = r % 5 != 0};
    if (op_row(op)->takes & OP_PARAM_DESTINATION)
        command.text = slice_of(numbers[r % 12]);
    else if (op_row(op)->takes & OP_PARAM_PARTICIPANT)
        command.text = slice_of(participants[r % 9]);
    else if (op == OP_SEND_DTMF)
        command.text = r % 4 ? SLICE("12#") : SLICE("");
    else if (op == OP_DELETE_USER_DATA_PAIR)
        command.text = SLICE("a");
    if ((op_row(op)->targets & (OP_ON_CALL | OP_ON_DEVICE)) == (OP_ON_CALL | OP_ON_DEVICE))
        command.at = OP_ON_CALL;
    if (op_row(op)->takes & OP_PARAM_USER_DATA) {
        command.pairs = pairs;
        command.pair_count = r % 4;
    }
    choose_for_agent(&command, r);
    return command;
}

/* One of the operations that are offered to the user now; OP_COUNT when there is none. */
static enum op offered_op(struct model *m, const char *user, uint32_t r, char id[33])
{
    enum op found = OP_COUNT;
    struct answer answer;
    struct query query = {.kind = QUERY_CALLS, .user = slice_of(user)};
    core_query(m->w.core, &query, m->w.now_ms, &answer);
    if (answer.call_count > 0) {
        const struct call_view *call = &answer.calls[r % answer.call_count];
        memcpy(id, call->call->id, 33);
        unsigned nth = (r >> 4) % 16;
        for (int round = 0; call->capabilities && found == OP_COUNT && round < 16; round++)
            for (int op = 0; op < OP_COUNT && found == OP_COUNT; op++)
                if (call->capabilities >> op & 1 && nth-- == 0)
                    found = (enum op)op;
    }
    answer_release(&answer);
    return found;
}

void step_offered(struct model *m, uint32_t r)
{
    char user[3] = {'u', (char)('0' + r % USERS), '\0'};
    char id[33] = "";
    char other[33];
    enum op op = offered_op(m, user, r >> 4, id);
    if (op == OP_COUNT || op == OP_CLEAR_CALL || (op == OP_HANGUP && r % 3))
        return; /* they would end what others need */
    world_nth_call_id(&m->w, user, r >> 20, other);
    struct input input = {.kind = INPUT_COMMAND, .command = command_for(op, user, id, r >> 12)};
    if (op_row(op)->needs & OP_PARAM_OTHER_CALL)
        input.command.call = slice_of(other);
    apply(m, &input);
}

/* A telephone does what it was asked to. */
void step_obedient(struct model *m, uint32_t r)
{
    for (size_t i = 0; i < m->leg_count; i++) {
        struct known_leg *leg = &m->legs[(i + (r >> 4)) % m->leg_count];
        struct input input = {.kind = INPUT_SIGNAL, .signal = {.leg = leg->id, .talks = true}};
        if (leg->is_drop_out) {
            input.signal.kind = SIGNAL_GONE;
            input.signal.cause = CAUSE_HANGUP;
            forget_leg(m, leg->id);
        } else if (leg->is_answer_out || (leg->is_ring_out && r % 3)) {
            input.signal.kind = leg->is_up ? SIGNAL_RETRIEVED : SIGNAL_ANSWERED;
            leg->is_ring_out = leg->is_answer_out = false;
            leg->is_up = true;
        } else if (leg->is_ring_out) {
            input.signal.kind = SIGNAL_RINGING;
        } else {
            continue;
        }
        apply(m, &input);
        return;
    }
}

void step_command(struct model *m, uint32_t r)
{
    char user[3] = {'u', (char)('0' + r % USERS), '\0'};
    char own[4] = {'1', '0', (char)('0' + r % USERS), '\0'};
    char id[33];
    char whose[3] = {'u', (char)('0' + (r >> 8) % USERS), '\0'};
    char other[33];
    world_nth_call_id(&m->w, (r >> 4) % 8 ? user : whose, r >> 24, id);
    world_nth_call_id(&m->w, user, r >> 26, other);
    enum op op = (enum op)((r >> 12) % OP_COUNT);
    const char *target = op_row(op)->targets & OP_ON_CALL ? id : own;
    struct input input = {.kind = INPUT_COMMAND, .command = command_for(op, user, target, r >> 16)};
    if (op_row(op)->takes & (OP_PARAM_OTHER_CALL | OP_PARAM_CONSULT_CALL) && (r >> 20) % 4)
        input.command.call = slice_of(other);
    apply(m, &input);
}

/* On the device's address, for the call that the user had last, or somebody else's. */
void step_disposition(struct model *m, uint32_t r)
{
    unsigned u = r % USERS;
    unsigned whose = (r >> 4) % 4 ? u : (r >> 8) % USERS;
    char user[3] = {'u', (char)('0' + u), '\0'};
    char own[4] = {'1', '0', (char)('0' + u), '\0'};
    char id[33];
    world_call_id(&m->w, user, id);
    if (id[0] != '\0')
        memcpy(m->last_call[u], id, sizeof id);
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_SET_CALL_DISPOSITION,
                                      .at = OP_ON_DEVICE,
                                      .user = slice_of(user),
                                      .target = slice_of(own),
                                      .call = slice_of(m->last_call[whose]),
                                      .key = r & 1024 ? SLICE("k") : SLICE_NONE,
                                      .text = SLICE("sold \"it\"")}};
    apply(m, &input);
}

/* What a supervisor does in a call. */
static void step_in_supervised_call(struct model *m, const char *user, const char *id, uint32_t r)
{
    static const enum op ops[8] = {OP_SWITCH_TO_LISTEN_IN,
                                   OP_SWITCH_TO_COACH,
                                   OP_SWITCH_TO_BARGE_IN,
                                   OP_MUTE_MONITORED_USER,
                                   OP_UNMUTE_MONITORED_USER,
                                   OP_SINGLE_STEP_TRANSFER,
                                   OP_REMOVE_PARTICIPANT_FROM_CONFERENCE,
                                   OP_HANGUP};
    struct input input = {.kind = INPUT_COMMAND,
                          .command = command_for(ops[r % 8], user, id, r >> 4)};
    apply(m, &input);
}

/* On a device's address; u1 and u3 are supervisors. */
void step_supervise(struct model *m, uint32_t r)
{
    static const enum op ops[8] = {OP_LISTEN_IN,
                                   OP_LISTEN_IN,
                                   OP_COACH,
                                   OP_COACH,
                                   OP_BARGE_IN,
                                   OP_CANCEL_SUPERVISOR_MONITORING,
                                   OP_MUTE_MONITORED_USER,
                                   OP_UNMUTE_MONITORED_USER};
    unsigned u = r % 8 ? (r & 2) + 1 : 0;
    char user[3] = {'u', (char)('0' + u), '\0'};
    char own[4] = {'1', '0', (char)('0' + u), '\0'};
    char target[4] = {'1', '0', (char)('0' + (r >> 4) % USERS), '\0'};
    char id[33];
    world_call_id(&m->w, user, id);
    if (id[0] != '\0' && (r >> 18 & 1)) {
        step_in_supervised_call(m, user, id, r >> 8);
        return;
    }
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = ops[(r >> 8) % 8],
                                      .at = OP_ON_DEVICE,
                                      .user = slice_of(user),
                                      .target = slice_of(own),
                                      .text = slice_of(target),
                                      .scope = r >> 16 & 1 ? MONITOR_AGENT : MONITOR_CALL,
                                      .span = r >> 17 & 1 ? MONITOR_NEXT_CALL : MONITOR_ALL_CALLS}};
    apply(m, &input);
}

/* Few legs are two of one telephone: tries some. */
static void transfer_between_lines(struct model *m, struct input input, uint32_t r)
{
    uint32_t before = accepted[OP_COUNT];
    for (size_t i = 0; i < m->leg_count && i < 16 && accepted[OP_COUNT] == before; i++) {
        input.signal.other = m->legs[(i + r) % m->leg_count].id;
        apply(m, &input);
    }
}

void step_signal(struct model *m, uint32_t r)
{
    if (m->leg_count == 0)
        return;
    static const char *const numbers[] = {"100", "103", "900", "+493012", "999", "bob"};
    static const enum signal_kind kinds[20] = {
        SIGNAL_RINGING,          SIGNAL_RINGING,   SIGNAL_RINGING,  SIGNAL_RINGING,  SIGNAL_RINGING,
        SIGNAL_ANSWERED,         SIGNAL_ANSWERED,  SIGNAL_ANSWERED, SIGNAL_ANSWERED, SIGNAL_HELD,
        SIGNAL_RETRIEVED,        SIGNAL_RETRIEVED, SIGNAL_GONE,     SIGNAL_KEEP,     SIGNAL_REFUSED,
        SIGNAL_RECORDING_FAILED, SIGNAL_TRANSFER,  SIGNAL_TRANSFER, SIGNAL_HELD,     SIGNAL_GONE,
    };
    size_t newest = m->leg_count - 1; /* again and again, for what needs several signals */
    struct known_leg *leg = &m->legs[r >> 26 & 1 ? newest : (r >> 4) % m->leg_count];
    uint64_t id = leg->id;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = kinds[(r >> 12) % 20],
                                     .leg = id,
                                     .cause = (enum cause)((r >> 16) % CAUSE_COUNT),
                                     .talks = (r >> 20) % 3 != 0,
                                     .has_sound = (r >> 25) % 2,
                                     .keep = (r >> 22) % 2 ? SLICE("k") : SLICE_NONE}};
    if (input.signal.kind == SIGNAL_GONE && r >> 20 & 1)
        input.signal.quality =
            (struct quality){.packets = r >> 8, .lost = r & 7, .jitter_us = r & 4095, .score = 400};
    if (input.signal.kind == SIGNAL_GONE && r >> 23 & 1)
        input.signal.number = slice_of(numbers[(r >> 24) % 6]);
    if (input.signal.kind == SIGNAL_TRANSFER) {
        input.signal.keep = SLICE_NONE;
        input.signal.number = slice_of(numbers[(r >> 20) % 6]);
        if (r >> 28 == 0) {
            transfer_between_lines(m, input, r >> 20);
            return;
        }
    }
    if (input.signal.kind == SIGNAL_ANSWERED) {
        leg->is_ring_out = leg->is_answer_out = false;
        leg->is_up = true;
    }
    if (input.signal.kind == SIGNAL_REFUSED || input.signal.kind == SIGNAL_RETRIEVED)
        leg->is_answer_out = false;
    if (input.signal.kind == SIGNAL_GONE)
        forget_leg(m, id);
    apply(m, &input);
}

void step_telephone(struct model *m, uint32_t r)
{
    char dn[4] = {'1', '0', (char)('0' + (r >> 4) % USERS), '\0'};
    char number[4] = {'1', '0', (char)('0' + (r >> 8) % (USERS + 1)), '\0'};
    static const struct pair carried[] = {{SLICE("a"), SLICE("7")}, {SLICE("c"), SLICE("null")}};
    struct input input = {.kind = INPUT_SIGNAL, .signal = {.dn = slice_of(dn)}};
    input.signal.talks = (r >> 20) % 2;
    if ((r >> 16) % 4 == 0)
        memcpy(number, "900", sizeof number);
    if ((r >> 12) % 8 == 0) {
        input.signal.kind = SIGNAL_UNREGISTERED;
    } else if ((r >> 12) % 8 < 4) {
        input.signal.kind = SIGNAL_REGISTERED;
    } else {
        input.signal.kind = SIGNAL_INCOMING;
        input.signal.leg = LEG_OF_DRIVER | ++m->incoming;
        input.signal.talks = r >> 11 & 1;
        input.signal.number = (r >> 8) % 32 == 0 ? SLICE("112") : slice_of(number);
        if (r >> 24 & 1) {
            input.signal.number = (r >> 8) % 8 == 0 ? SLICE("+4930777") : slice_of(number);
            input.signal.trunk = r >> 25 & 7 ? SLICE("outside") : SLICE("nowhere");
            input.signal.pairs = carried;
            input.signal.pair_count = (r >> 12) % 3;
            input.signal.diverted = r >> 18 & 1 ? SLICE("+4930888") : SLICE("");
            input.signal.from = r >> 26 & 1 ? SLICE("+4930999") : SLICE("anonymous");
        }
        leg_of(m, input.signal.leg);
    }
    apply(m, &input);
}

/* A telephone calls an emergency number, and then something happens to the newest leg, which is the
 * trunk's if there is one. */
void step_emergency(struct model *m, uint32_t r)
{
    static const enum signal_kind kinds[] = {SIGNAL_RINGING, SIGNAL_GONE, SIGNAL_GONE,
                                             SIGNAL_ANSWERED};
    static const enum cause causes[] = {CAUSE_FAILED, CAUSE_BUSY, CAUSE_NO_ANSWER, CAUSE_REJECTED};
    char dn[4] = {'1', '0', (char)('0' + r % USERS), '\0'};
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | ++m->incoming,
                                     .dn = slice_of(dn),
                                     .number = SLICE("112")}};
    leg_of(m, input.signal.leg);
    apply(m, &input);
    for (unsigned i = 4; i < 16 && m->leg_count > 0; i += 6) {
        struct known_leg *leg = &m->legs[m->leg_count - 1];
        input.signal = (struct signal){.kind = i == 4 ? SIGNAL_RINGING : kinds[r >> i & 3],
                                       .leg = leg->id,
                                       .has_sound = r >> (i + 2) & 1,
                                       .cause = causes[r >> (i + 3) & 3]};
        leg->is_ring_out &= input.signal.kind != SIGNAL_ANSWERED;
        leg->is_up |= input.signal.kind == SIGNAL_ANSWERED;
        if (input.signal.kind == SIGNAL_GONE)
            forget_leg(m, leg->id);
        apply(m, &input);
    }
}

/* Whoever is offered a call by a queue declines it, most of the time. */
static bool reject_somebody(struct model *m)
{
    for (int u = 0; u < USERS; u++) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        struct answer answer;
        char id[33] = "";
        core_query(m->w.core, &(struct query){.kind = QUERY_CALLS, .user = slice_of(user)},
                   m->w.now_ms, &answer);
        for (size_t i = 0; i < answer.call_count; i++)
            if (answer.calls[i].capabilities >> OP_REJECT & 1)
                memcpy(id, answer.calls[i].call->id, sizeof id);
        answer_release(&answer);
        if (id[0] == '\0')
            continue;
        struct input input = {.kind = INPUT_COMMAND,
                              .command = command_for(OP_REJECT, user, id, 0)};
        must(apply(m, &input) == ERR_OK, "an offered call can be rejected");
        return true;
    }
    return false;
}

/* What keeps queues busy: agents who want calls, calls to queues, and the opposite of each. */
void step_agent(struct model *m, uint32_t r)
{
    static const enum op ops[] = {OP_READY,
                                  OP_READY,
                                  OP_READY,
                                  OP_READY,
                                  OP_START_CONTACT_CENTER_SESSION,
                                  OP_DESKTOP_GONE,
                                  OP_DESKTOP_BACK,
                                  OP_DO_NOT_DISTURB_OFF,
                                  OP_FORWARD_CALLS_OFF,
                                  OP_END_CONTACT_CENTER_SESSION};
    char user[3] = {'u', (char)('0' + r % USERS), '\0'};
    char dn[4] = {'1', '0', (char)('0' + r % USERS), '\0'};
    size_t chosen = (r >> 8) % 16;
    if (r >> 16 & 1 && reject_somebody(m))
        return;
    if ((r >> 17 & 7) == 0)
        memcpy(dn, "104", sizeof dn);
    if ((r >> 20 & 15) == 0) {
        give_desk(m, r >> 24 & 1 ? slice_of(user) : SLICE(""));
        return;
    }
    if (chosen < sizeof ops / sizeof *ops) {
        struct input input = {.kind = INPUT_COMMAND,
                              .command = command_for(ops[chosen], user, dn, r >> 12)};
        apply(m, &input);
        return;
    }
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | ++m->incoming,
                                     .dn = slice_of(dn),
                                     .number = r >> 12 & 1 ? SLICE("900") : SLICE("901")}};
    leg_of(m, input.signal.leg);
    apply(m, &input);
}
