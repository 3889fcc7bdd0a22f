/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Judges a command by the operations table: finds who asks and what it is about, refuses what the
 * state does not allow with a reason that says what it would, and runs the rest. What belongs to
 * somebody else looks as if it were not there. */
#include "core/core_int.h"

/* "AttachUserData, Hangup": what is possible instead. */
static struct slice offered_names(struct turn *turn, const struct party *party)
{
    struct buf names = {0};
    uint64_t bits = op_capabilities(turn->core, party);
    for (int op = 0; op < OP_COUNT; op++) {
        if (!(bits >> op & 1))
            continue;
        if (names.len > 0)
            buf_text(&names, ", ");
        buf_text(&names, op_row((enum op)op)->name);
    }
    struct slice copy = arena_copy(&turn->fx->arena, buf_view(&names));
    buf_free(&names);
    return copy;
}

/* "Established or Held" */
static const char *states_text(struct turn *turn, unsigned states)
{
    struct slice text = SLICE("");
    for (int state = PARTY_DIALING; state <= PARTY_RELEASED; state++)
        if (states >> state & 1)
            text =
                arena_printf(&turn->fx->arena, "%.*s%s%s", (int)text.len, text.ptr,
                             text.len > 0 ? " or " : "", party_state_text((enum party_state)state));
    return arena_string(&turn->fx->arena, text);
}

/* Says what would have to be true, and what is possible instead. */
static enum err refuse_state(struct turn *turn, const struct party *party)
{
    const char *name = op_row(turn->command->op)->name;
    const struct op_rule *rule = op_rule(turn->command->op);
    unsigned states = rule->offered ? rule->offered : rule->tolerated;
    const char *state = party_state_text(party->state);
    struct slice names = offered_names(turn, party);
    struct slice instead = names.len == 0 ? SLICE("")
                                          : arena_printf(&turn->fx->arena, "; possible are %.*s",
                                                         (int)names.len, names.ptr);
    if ((states >> party->state & 1) && rule->needs)
        return refuse(turn, ERR_STATE, "%s is not possible: the call is %s, but %s%.*s", name,
                      state, rule->needs, (int)instead.len, instead.ptr);
    return refuse(turn, ERR_STATE,
                  "%s is not possible: the call is %s, and would have to be %s%.*s", name, state,
                  states_text(turn, states), (int)instead.len, instead.ptr);
}

/* A user may be in a call with more than one telephone: the one that can do it is meant. */
static struct party *party_for(const struct call *call, const struct user *user, enum op op)
{
    LIST_EACH(it, &call->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, link);
        if (party->user == user && party_is_living(party) && op_is_accepted(op, party))
            return party;
    }
    return party_of_user(call, user);
}

static enum err find_party(struct turn *turn)
{
    if (op_rule(turn->command->op)->finds_call)
        return ERR_OK;
    struct call *call = call_find(turn->core, turn->command->target);
    turn->party = call ? party_for(call, turn->user, turn->command->op) : NULL;
    if (!turn->party || turn->party->state == PARTY_INVITED)
        return refuse(turn, ERR_NOT_FOUND, "call '%s' is not there",
                      shown(turn, turn->command->target));
    if (!op_is_accepted(turn->command->op, turn->party))
        return refuse_state(turn, turn->party);
    return ERR_OK;
}

static enum err find_device(struct turn *turn)
{
    turn->device = device_find(turn->core, turn->command->target);
    if (!turn->device || turn->device->owner != turn->user)
        return refuse(turn, ERR_NOT_FOUND, "device '%s' is not there",
                      shown(turn, turn->command->target));
    return ERR_OK;
}

/* Where it was posted; an operation with a single address needs not be told. */
static enum op_target target_of(const struct command *command)
{
    return command->at ? command->at : (enum op_target)op_row(command->op)->targets;
}

enum err apply_command(struct turn *turn)
{
    turn->command = &turn->input->command;
    turn->at = target_of(turn->command);
    turn->user = user_find(turn->core, turn->command->user);
    if (!turn->user)
        return refuse(turn, ERR_NO_ACCESS, "Access denied");
    if (!op_rule(turn->command->op)->run)
        return refuse(turn, ERR_STATE, "there is no such operation");
    enum err err = ERR_OK;
    switch (turn->at) {
    case OP_ON_CALL:
        err = find_party(turn);
        break;
    case OP_ON_DEVICE:
    case OP_ON_DEVICE_CALLS:
        err = find_device(turn);
        break;
    case OP_ON_CHANNEL:
    case OP_ON_USER:
        break;
    }
    return err ? err : op_rule(turn->command->op)->run(turn);
}
