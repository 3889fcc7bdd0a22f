/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The earliest deadline of all parties and calls fires, as a journalled input like any other. */
#include "core/core_int.h"

static void fire_for_party(struct turn *turn, struct party *party)
{
    enum party_wait wait = party->wait;
    party_wait_for(turn, party, WAIT_NOTHING, 0);
    switch (wait) {
    case WAIT_PICK_UP:
        call_end(turn, party->call, CAUSE_NO_ANSWER);
        break;
    case WAIT_NO_ANSWER:
        party_fails(turn, party, CAUSE_NO_ANSWER);
        break;
    case WAIT_TONE:
        call_end(turn, party->call, party->fail_cause);
        break;
    case WAIT_QUEUE:
        queue_waited(turn, party);
        break;
    case WAIT_RETRIEVE:
        telephone_refuses(turn, party->leg);
        break;
    case WAIT_NOTHING:
        break;
    }
}

/* It was over long enough; or its parties, all of them outside, have talked for as long as may be.
 */
static void fire_for_call(struct turn *turn, struct call *call)
{
    if (call->is_over)
        call_forget(turn, call);
    else
        call_end(turn, call, CAUSE_CLEARED);
}

/* The work after a call is over: the intent holds again. */
static void fire_for_wrap_up(struct turn *turn, struct user *user)
{
    heap_remove(&turn->core->deadlines, &user->wrap_up.node);
    user->idle_since_ms = turn->now_ms;
    user_touch(turn->core, user);
}

/* The desktop did not come back. */
static void fire_for_vanished(struct turn *turn, struct user *user)
{
    user_log_out(turn, user);
}

enum err apply_deadline(struct turn *turn)
{
    struct heap_node *node = heap_first(&turn->core->deadlines);
    if (!node || node->at_ms > turn->now_ms)
        return refuse(turn, ERR_STATE, "no deadline is due");
    struct deadline *deadline = LIST_OWNER(node, struct deadline, node);
    switch (deadline->kind) {
    case DEADLINE_OF_CALL:
        fire_for_call(turn, LIST_OWNER(deadline, struct call, deadline));
        break;
    case DEADLINE_OF_PARTY:
        fire_for_party(turn, LIST_OWNER(deadline, struct party, deadline));
        break;
    case DEADLINE_OF_WRAP_UP:
        fire_for_wrap_up(turn, LIST_OWNER(deadline, struct user, wrap_up));
        break;
    case DEADLINE_OF_VANISHED:
        fire_for_vanished(turn, LIST_OWNER(deadline, struct user, vanished));
        break;
    }
    return ERR_OK;
}
