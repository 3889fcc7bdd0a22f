/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Random inputs from all sides (users, telephones, the clock), with every invariant checked after
 * each: those of core_check, and those that need a look at what went before:
 *
 *  - a refused input leaves the digest as it was, and has a reason;
 *  - each user's notices are numbered without a gap; one Released notice per party;
 *  - what a user sees by asking is what it was told last, and each telephone hears what it should;
 *  - no order is given twice for a leg while the first is unconfirmed;
 *  - every offered operation is accepted, every other one that is not tolerated is refused;
 *  - a snapshot restores to the same snapshot; a replay of the accepted inputs tells the same
 * story.
 *
 * A sequence is a list of numbers, each meaning one step in the state it meets. Each runs in a
 * process of its own, since a broken invariant aborts. A failing one is shrunk by leaving steps
 * out, then printed. CORDBOARD_SEED and CORDBOARD_STEPS (all in all) choose another run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/log.h"
#include "watch.h"
#include "world.h"

#define USERS          4
#define SEQUENCE_STEPS 250
#define LEGS_MAX       512

struct known_leg {
    uint64_t id;
    bool is_ring_out, is_answer_out, is_drop_out;
};

struct model {
    struct world w;
    struct known_leg legs[LEGS_MAX]; /* that live */
    size_t leg_count;
    uint64_t seq[USERS];
    uint64_t released[4096]; /* hash of (user, call) of each Released notice */
    size_t released_count;
    uint64_t incoming;
    char last_call[USERS][33];
};

static void must(bool holds, const char *sentence)
{
    if (!holds)
        log_abort("broken: %s", sentence);
}

static struct known_leg *leg_of(struct model *m, uint64_t id)
{
    for (size_t i = 0; i < m->leg_count; i++)
        if (m->legs[i].id == id)
            return &m->legs[i];
    must(m->leg_count < LEGS_MAX, "the model has room");
    m->legs[m->leg_count] = (struct known_leg){.id = id};
    return &m->legs[m->leg_count++];
}

static void forget_leg(struct model *m, uint64_t id)
{
    struct known_leg *leg = leg_of(m, id);
    *leg = m->legs[--m->leg_count];
}

static void watch_orders(struct model *m)
{
    for (size_t i = 0; i < m->w.fx.order_count; i++) {
        const struct order *order = &m->w.fx.orders[i];
        if (order->kind == ORDER_MIX)
            continue;
        struct known_leg *leg = leg_of(m, order->leg);
        if (order->kind == ORDER_RING) {
            must(!leg->is_ring_out, "no second ring order while one is unconfirmed");
            leg->is_ring_out = true;
        } else if (order->kind == ORDER_ANSWER) {
            must(!leg->is_answer_out, "no second answer order while one is unconfirmed");
            leg->is_answer_out = true;
        } else if (order->kind == ORDER_DROP) {
            leg->is_drop_out = true;
        }
    }
}

static void watch_notices(struct model *m)
{
    for (size_t i = 0; i < m->w.fx.notice_count; i++) {
        const struct notice *n = m->w.fx.notices[i];
        unsigned user = (unsigned)(n->user->name.ptr[1] - '0');
        must(n->seq == ++m->seq[user], "a user's notices are numbered without a gap");
        if (notice_channel(n->kind) != NOTICE_ON_CALLS || n->call.state != PARTY_RELEASED)
            continue;
        uint64_t key = hash_u64(hash_slice(user, slice_of(n->call.call->id)), n->call.party);
        for (size_t k = 0; k < m->released_count; k++)
            must(m->released[k] != key, "one Released notice per party");
        must(m->released_count < 4096, "the model has room");
        m->released[m->released_count++] = key;
        must(n->release_reason != CAUSE_NONE, "a Released notice says why");
    }
}

static struct watch watch;

/* Over all sequences, whose processes share it: what was ever accepted. */
static uint32_t *accepted;

static enum err apply(struct model *m, struct input *input)
{
    uint64_t before = core_digest(m->w.core);
    enum err err = world_apply(&m->w, input);
    if (!err && input->kind == INPUT_COMMAND)
        accepted[input->command.op]++;
    if (err) {
        must(core_digest(m->w.core) == before, "a refused input changes nothing");
        must(m->w.fx.reason.len > 0, "a refusal has a reason");
        must(m->w.fx.order_count == 0 && m->w.fx.notice_count == 0, "a refusal has no effects");
    }
    core_check(m->w.core);
    watch_orders(m);
    watch_notices(m);
    if (input->kind == INPUT_SIGNAL && input->signal.kind == SIGNAL_GONE)
        watch_gone(&watch, input->signal.leg);
    watch_follow(&watch, &m->w.fx);
    watch_check(&watch, m->w.core, USERS, m->w.now_ms);
    return err;
}

static void tick(struct model *m, uint64_t ms)
{
    uint64_t until_ms = m->w.now_ms + ms;
    while (core_next_deadline(m->w.core) <= until_ms) {
        m->w.now_ms = core_next_deadline(m->w.core);
        must(apply(m, &(struct input){.kind = INPUT_DEADLINE}) == ERR_OK, "a due deadline fires");
    }
    m->w.now_ms = until_ms;
}

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

static struct command command_for(enum op op, const char *user, const char *target, uint32_t r)
{
    static const char *const numbers[] = {"100", "101", "102", "103",       "101", "103",
                                          "102", "900", "999", "+49 30 12", "901"};
    static const char *const participants[] = {"100",     "101",      "102",       "103",
                                               "+493012", "+4930999", "anonymous", "104"};
    static const struct pair pairs[] = {
        {SLICE("a"), SLICE("1")}, {SLICE("b"), SLICE("\"x\"")}, {SLICE("a"), SLICE("null")}};
    struct command command = {
        .op = op, .user = slice_of(user), .target = slice_of(target), .voice = r % 5 != 0};
    if (op_row(op)->takes & OP_PARAM_DESTINATION)
        command.text = slice_of(numbers[r % 11]);
    else if (op_row(op)->takes & OP_PARAM_PARTICIPANT)
        command.text = slice_of(participants[r % 8]);
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

static void step_offered(struct model *m, uint32_t r)
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
static void step_obedient(struct model *m, uint32_t r)
{
    for (size_t i = 0; i < m->leg_count; i++) {
        struct known_leg *leg = &m->legs[(i + (r >> 4)) % m->leg_count];
        struct input input = {.kind = INPUT_SIGNAL, .signal = {.leg = leg->id, .talks = true}};
        if (leg->is_drop_out) {
            input.signal.kind = SIGNAL_GONE;
            input.signal.cause = CAUSE_HANGUP;
            forget_leg(m, leg->id);
        } else if (leg->is_answer_out || (leg->is_ring_out && r % 3)) {
            input.signal.kind = SIGNAL_ANSWERED;
            leg->is_ring_out = leg->is_answer_out = false;
        } else if (leg->is_ring_out) {
            input.signal.kind = SIGNAL_RINGING;
        } else {
            continue;
        }
        apply(m, &input);
        return;
    }
}

static void step_command(struct model *m, uint32_t r)
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
static void step_disposition(struct model *m, uint32_t r)
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
static void step_supervise(struct model *m, uint32_t r)
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

/* A role comes or goes. */
static void give_role(struct model *m, unsigned u, unsigned roles)
{
    char user[3] = {'u', (char)('0' + u), '\0'};
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_USER, .name = slice_of(user), .roles = roles}};
    apply(m, &input);
}

static void step_signal(struct model *m, uint32_t r)
{
    if (m->leg_count == 0)
        return;
    static const enum signal_kind kinds[16] = {
        SIGNAL_RINGING,  SIGNAL_RINGING,  SIGNAL_RINGING,   SIGNAL_RINGING,
        SIGNAL_RINGING,  SIGNAL_ANSWERED, SIGNAL_ANSWERED,  SIGNAL_ANSWERED,
        SIGNAL_ANSWERED, SIGNAL_HELD,     SIGNAL_RETRIEVED, SIGNAL_RETRIEVED,
        SIGNAL_GONE,     SIGNAL_KEEP,     SIGNAL_REFUSED,   SIGNAL_RECORDING_FAILED,
    };
    struct known_leg *leg = &m->legs[(r >> 4) % m->leg_count];
    uint64_t id = leg->id;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = kinds[(r >> 12) % 16],
                                     .leg = id,
                                     .cause = (enum cause)((r >> 16) % CAUSE_COUNT),
                                     .talks = (r >> 20) % 3 != 0,
                                     .keep = (r >> 22) % 2 ? SLICE("k") : SLICE_NONE}};
    if (input.signal.kind == SIGNAL_ANSWERED)
        leg->is_ring_out = leg->is_answer_out = false;
    if (input.signal.kind == SIGNAL_REFUSED)
        leg->is_answer_out = false;
    if (input.signal.kind == SIGNAL_GONE)
        forget_leg(m, id);
    apply(m, &input);
}

static void step_telephone(struct model *m, uint32_t r)
{
    char dn[4] = {'1', '0', (char)('0' + (r >> 4) % USERS), '\0'};
    char number[4] = {'1', '0', (char)('0' + (r >> 8) % (USERS + 1)), '\0'};
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
        input.signal.number = slice_of(number);
        if (r >> 24 & 1) {
            input.signal.trunk = r >> 25 & 7 ? SLICE("outside") : SLICE("nowhere");
            input.signal.from = r >> 26 & 1 ? SLICE("+4930999") : SLICE("anonymous");
        }
        leg_of(m, input.signal.leg);
    }
    apply(m, &input);
}

static void check_snapshot(struct model *m)
{
    struct buf first = {0};
    struct buf second = {0};
    struct core *copy = NULL;
    core_snapshot(m->w.core, &first);
    must(core_restore(buf_view(&first), &copy) == ERR_OK, "a snapshot can be restored");
    core_check(copy);
    core_snapshot(copy, &second);
    must(slice_equal(buf_view(&first), buf_view(&second)), "it restores to the same snapshot");
    core_destroy(copy);
    buf_free(&first);
    buf_free(&second);
}

/* With parameters that fit; where that is a party's number, with each until one does. */
static enum err try_on_copies(const struct model *m, struct slice bytes, enum op op,
                              const char *user, const struct answer *all, size_t which)
{
    enum err err = ERR_OK;
    const char *id = all->calls[which].call->id;
    size_t tries = all->call_count > 8 ? all->call_count : 8;
    for (uint32_t r = 0; r < tries; r++) {
        struct core *copy = NULL;
        struct effects fx = {0};
        must(core_restore(bytes, &copy) == ERR_OK, "a snapshot can be restored");
        struct input input = {.kind = INPUT_COMMAND,
                              .time_ms = m->w.now_ms,
                              .command = command_for(op, user, id, r + 11 * 4 * 8)};
        if (op == OP_SEND_DTMF)
            input.command.text = SLICE("1");
        if ((op_row(op)->needs & OP_PARAM_OTHER_CALL) && r < all->call_count)
            input.command.call = slice_of(all->calls[r].call->id);
        err = core_apply(copy, &input, &fx);
        effects_free(&fx);
        core_destroy(copy);
        if (err == ERR_OK || !(op_row(op)->needs & (OP_PARAM_PARTICIPANT | OP_PARAM_OTHER_CALL)))
            break;
    }
    return err;
}

/* What may be accepted though it is not offered. */
static bool may_be_tolerated(enum op op, enum party_state state)
{
    switch (op) {
    case OP_HANGUP:
        return state == PARTY_RINGING;
    case OP_SWAP_CALLS:
        return state == PARTY_DIALING;
    case OP_COMPLETE_TRANSFER:
    case OP_SET_CALL_DISPOSITION:
    case OP_MUTE_MONITORED_USER:
    case OP_UNMUTE_MONITORED_USER:
        return true;
    default:
        return false;
    }
}

static void check_offers_of(struct model *m, struct slice bytes, const char *user,
                            const struct answer *all, size_t which)
{
    const struct call_view *call = &all->calls[which];
    for (int op = 0; op < OP_COUNT; op++) {
        if (!(op_row((enum op)op)->targets & OP_ON_CALL))
            continue;
        enum err err = try_on_copies(m, bytes, (enum op)op, user, all, which);
        bool is_offered = false; /* to any part that the user has in the call */
        bool is_tolerated = false;
        for (size_t i = 0; i < all->call_count; i++) {
            const struct call_view *part = &all->calls[i];
            is_offered |= part->call == call->call && part->capabilities >> op & 1;
            is_tolerated |= part->call == call->call && may_be_tolerated((enum op)op, part->state);
        }
        must(!is_offered || err == ERR_OK, "an offered operation is accepted");
        must(is_offered || is_tolerated || err == ERR_STATE, "any other is refused");
    }
}

/* Of one user; on copies, so that trying them all changes nothing. */
static void check_offers(struct model *m, unsigned which)
{
    struct buf bytes = {0};
    core_snapshot(m->w.core, &bytes);
    char user[3] = {'u', (char)('0' + which % USERS), '\0'};
    struct answer answer;
    struct query query = {.kind = QUERY_CALLS, .user = slice_of(user)};
    core_query(m->w.core, &query, m->w.now_ms, &answer);
    for (size_t i = 0; i < answer.call_count; i++)
        check_offers_of(m, buf_view(&bytes), user, &answer, i);
    answer_release(&answer);
    buf_free(&bytes);
}

static bool is_taken_on_device(const struct model *m, struct slice bytes, enum op op,
                               const char *user, const char *own)
{
    bool is_taken = false;
    for (int target = 0; target <= USERS && !is_taken; target++) {
        char number[4] = {'1', '0', (char)('0' + target), '\0'};
        struct core *copy = NULL;
        struct effects fx = {0};
        must(core_restore(bytes, &copy) == ERR_OK, "a snapshot can be restored");
        struct input input = {.kind = INPUT_COMMAND,
                              .time_ms = m->w.now_ms,
                              .command = {.op = op,
                                          .at = OP_ON_DEVICE,
                                          .user = slice_of(user),
                                          .target = slice_of(own),
                                          .text = slice_of(number)}};
        is_taken = core_apply(copy, &input, &fx) == ERR_OK;
        effects_free(&fx);
        core_destroy(copy);
    }
    return is_taken;
}

#define OPS_ON_MONITORS (OP_CANCEL_SUPERVISOR_MONITORING - OP_LISTEN_IN + 1)

/* What a device offers to its supervisor is accepted, and nothing else. */
static void check_supervisors_offers(const struct model *m)
{
    struct buf bytes = {0};
    core_snapshot(m->w.core, &bytes);
    for (unsigned u = 0; u < USERS; u++) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        struct answer answer;
        struct query query = {.kind = QUERY_DEVICES, .user = slice_of(user)};
        core_query(m->w.core, &query, m->w.now_ms, &answer);
        for (size_t i = 0; i < answer.device_count * OPS_ON_MONITORS; i++) {
            const struct device_view *device = &answer.devices[i / OPS_ON_MONITORS];
            enum op op = (enum op)(OP_LISTEN_IN + (int)(i % OPS_ON_MONITORS));
            bool is_offered = device->capabilities >> op & 1;
            must(is_taken_on_device(m, buf_view(&bytes), op, user, device->dn) == is_offered,
                 "a device's supervision is accepted exactly when it is offered");
        }
        answer_release(&answer);
    }
    buf_free(&bytes);
}

static void check_replay(struct model *m)
{
    struct core *copy = core_create();
    struct effects fx = {0};
    struct arena arena = {0};
    struct dec d = dec_of(buf_view(&m->w.journal));
    uint64_t digest = 0;
    while (!dec_is_done(&d)) {
        struct input input;
        uint64_t time_ms = dec_u64(&d);
        uint8_t random[16];
        dec_fixed(&d, random, sizeof random);
        must(input_decode(&d, &arena, &input) == ERR_OK, "a journalled input can be read");
        input.time_ms = time_ms;
        memcpy(input.random, random, sizeof random);
        effects_reset(&fx);
        must(core_apply(copy, &input, &fx) == ERR_OK, "an accepted input is accepted again");
        digest = hash_u64(digest, fx.digest);
    }
    must(digest == m->w.digest, "a replay tells the same story");
    must(core_digest(copy) == core_digest(m->w.core), "a replay ends in the same state");
    arena_free(&arena);
    effects_free(&fx);
    core_destroy(copy);
}

/* u0 and u2 may record. */
static void give_recorders(struct model *m)
{
    for (int u = 0; u < USERS; u += 2) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        char dn[4] = {'1', '0', (char)('0' + u), '\0'};
        struct input input = {.kind = INPUT_CONFIG,
                              .config = {.kind = CONFIG_DEVICE,
                                         .name = slice_of(dn),
                                         .owner = slice_of(user),
                                         .calls = 1,
                                         .may_record = true,
                                         .remote_answer = REMOTE_ANSWER_TALK}};
        apply(m, &input);
    }
}

/* 104 stands on a desk, and is the owner's when nobody is logged in there. */
static void give_desk(struct model *m, struct slice owner)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = SLICE("104"),
                                     .owner = owner,
                                     .calls = 1,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    apply(m, &input);
}

/* Two places, a state of the configuration, and two queues: 900 has three members and overflows to
 * 901, which asks everybody and overflows back. */
static void begin_agents(struct model *m)
{
    static const struct slice devices[] = {SLICE("104"), SLICE("103")};
    give_desk(m, SLICE(""));
    apply(m, &(struct input){.kind = INPUT_SIGNAL,
                             .signal = {.kind = SIGNAL_REGISTERED, .dn = devices[0]}});
    struct input place = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_PLACE, .members = devices}};
    for (size_t i = 0; i < 2; i++) {
        place.config.name = i == 0 ? SLICE("desk") : SLICE("home");
        place.config.member_count = i + 1;
        apply(m, &place);
    }
    static const struct slice members[] = {SLICE("u0"), SLICE("u1"), SLICE("u2")};
    struct input queue = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_QUEUE,
                                     .name = SLICE("900"),
                                     .members = members,
                                     .member_count = 3,
                                     .wrap_up_ms = 900,
                                     .no_answer_ms = 5000,
                                     .max_wait_ms = 4000,
                                     .max_waiting = 2,
                                     .overflow = SLICE("901")}};
    apply(m, &queue);
    queue.config = (struct config_item){
        .kind = CONFIG_QUEUE, .name = SLICE("901"), .overflow = SLICE("900"), .max_waiting = 1};
    apply(m, &queue);
    for (int u = 0; u < USERS; u++) {
        char user[3] = {'u', (char)('0' + u), '\0'};
        struct input input = {.kind = INPUT_COMMAND,
                              .command = command_for(OP_START_CONTACT_CENTER_SESSION, user, "", 1)};
        apply(m, &input);
        input.command = command_for(OP_READY, user, "", 0);
        apply(m, &input);
    }
    struct input lunch = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_AGENT_STATE,
                                     .name = SLICE("OutToLunch"),
                                     .mode = AGENT_NOT_READY}};
    apply(m, &lunch);
}

static void give_trunk(struct world *w)
{
    struct input input = {
        .kind = INPUT_CONFIG,
        .config = {.kind = CONFIG_SITE, .country = SLICE("49"), .international = SLICE("00")}};
    world_apply(w, &input);
    input.config = (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("outside"), .calls = 2};
    world_apply(w, &input);
}

static void give_two_calls(struct world *w, const char *dn, const char *owner)
{
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = slice_of(dn),
                                     .owner = slice_of(owner),
                                     .calls = 2,
                                     .remote_answer = REMOTE_ANSWER_TALK}};
    world_apply(w, &input);
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
static void step_agent(struct model *m, uint32_t r)
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

static void run(const uint32_t *steps, size_t count)
{
    struct model m = {0};
    world_init(&m.w, USERS);
    give_recorders(&m);
    give_role(&m, 1, ROLE_SUPERVISOR);
    give_role(&m, 3, ROLE_SUPERVISOR);
    begin_agents(&m);
    give_two_calls(&m.w, "101", "u1");
    give_two_calls(&m.w, "103", "u3");
    give_trunk(&m.w);
    for (size_t i = 0; i < count; i++) {
        uint32_t r = steps[i] >> 3;
        switch (steps[i] & 7) {
        case 0:
            if (r >> 27 & 1)
                step_agent(&m, r);
            else
                step_command(&m, r);
            break;
        case 1:
            step_command(&m, r);
            break;
        case 2:
            step_offered(&m, r);
            break;
        case 3:
            step_signal(&m, r);
            break;
        case 4:
        case 5:
            step_obedient(&m, r);
            break;
        case 6:
            if ((r >> 24 & 7) == 0)
                step_disposition(&m, r);
            else if ((r >> 24 & 7) < 4)
                step_supervise(&m, r);
            else if ((r >> 20 & 127) == 127)
                give_role(&m, r & 1 ? 1 : 3, r & 2 ? ROLE_SUPERVISOR : 0);
            else
                step_telephone(&m, r);
            break;
        default:
            tick(&m, (r & 15) == 0 ? 70000 : r % 1500);
            break;
        }
        if (i % 16 == 0)
            check_offers(&m, (unsigned)(i / 16));
        if (i % 32 == 0)
            check_supervisors_offers(&m);
        if (i % 8 == 0)
            check_snapshot(&m);
    }
    check_replay(&m);
    watch_free(&watch);
    world_free(&m.w);
}

/* In a process of its own; true when nothing broke. */
static bool holds(const uint32_t *steps, size_t count, bool is_quiet)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (is_quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
            _exit(2);
        run(steps, count);
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* Leaves out ever smaller pieces as long as it still fails. */
static size_t shrink(uint32_t *steps, size_t count)
{
    uint32_t shorter[SEQUENCE_STEPS];
    for (size_t piece = count / 2; piece > 0; piece /= 2)
        for (size_t at = 0; at + piece <= count;) {
            memcpy(shorter, steps, at * sizeof *steps);
            memcpy(shorter + at, steps + at + piece, (count - at - piece) * sizeof *steps);
            if (holds(shorter, count - piece, true)) {
                at += piece;
            } else {
                count -= piece;
                memcpy(steps, shorter, count * sizeof *steps);
            }
        }
    return count;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_inputs_keep_the_invariants(void **state)
{
    (void)state;
    uint64_t seed = number_from("CORDBOARD_SEED", 20261123);
    uint64_t total = number_from("CORDBOARD_STEPS", 10000);
    printf("seed %llu, %llu steps\n", (unsigned long long)seed, (unsigned long long)total);
    uint64_t word = seed;
    accepted = mmap(NULL, OP_COUNT * sizeof *accepted, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(accepted != MAP_FAILED);
    for (uint64_t done = 0; done < total; done += SEQUENCE_STEPS) {
        uint32_t steps[SEQUENCE_STEPS];
        for (size_t i = 0; i < SEQUENCE_STEPS; i++) {
            word = hash_u64(word, i + 1);
            steps[i] = (uint32_t)(word >> 20);
        }
        if (holds(steps, SEQUENCE_STEPS, false))
            continue;
        size_t count = shrink(steps, SEQUENCE_STEPS);
        printf("shrunk to %zu steps:", count);
        for (size_t i = 0; i < count; i++)
            printf(" 0x%08x", steps[i]);
        printf("\n");
        holds(steps, count, false);
        fail_msg("a sequence broke an invariant; seed %llu", (unsigned long long)seed);
    }
    for (int op = 0; op < OP_COUNT; op++)
        if (op_row((enum op)op)->name)
            printf("%s accepted %u times\n", op_row((enum op)op)->name, accepted[op]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_inputs_keep_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
