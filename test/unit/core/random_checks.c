/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the random test looks at now and then: snapshots, every operation, the replay. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

void check_snapshot(struct model *m)
{
    struct buf first = {0};
    struct buf second = {0};
    struct core *copy = NULL;
    core_snapshot(m->w.core, &first);
    must(core_restore(buf_view(&first), &copy) == ERR_OK, "a snapshot can be restored");
    core_check(copy);
    check_floor_of_copy(m, copy);
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
    size_t tries = all->call_count > 9 ? all->call_count : 9;
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
void check_offers(struct model *m, unsigned which)
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
void check_supervisors_offers(const struct model *m)
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

void check_replay(struct model *m)
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
