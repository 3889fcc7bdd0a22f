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
    case WAIT_NOTHING:
        break;
    }
}

enum err apply_deadline(struct turn *turn)
{
    struct heap_node *node = heap_first(&turn->core->deadlines);
    if (!node || node->at_ms > turn->now_ms)
        return refuse(turn, ERR_STATE, "no deadline is due");
    struct deadline *deadline = LIST_OWNER(node, struct deadline, node);
    if (deadline->kind == DEADLINE_OF_CALL)
        call_free(turn->core, LIST_OWNER(deadline, struct call, deadline));
    else
        fire_for_party(turn, LIST_OWNER(deadline, struct party, deadline));
    return ERR_OK;
}
