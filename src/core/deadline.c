/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The earliest deadline of all calls fires, as a journalled input like any other. */
#include "core/core_int.h"

enum err apply_deadline(struct turn *turn)
{
    struct core *core = turn->core;
    struct heap_node *node = heap_first(&core->deadlines);
    if (!node || node->at_ms > turn->now_ms)
        return refuse(turn, ERR_STATE, "no deadline is due");
    struct call *call = LIST_OWNER(node, struct call, deadline);
    enum call_wait wait = call->wait;
    call_wait_for(turn, call, WAIT_NOTHING, 0);
    switch (wait) {
    case WAIT_PICK_UP:
        call_end(turn, call, CAUSE_NO_ANSWER);
        break;
    case WAIT_NO_ANSWER:
        call_callee_fails(turn, call, CAUSE_NO_ANSWER);
        break;
    case WAIT_TONE:
        call_end(turn, call, call->fail_cause);
        break;
    case WAIT_FORGET:
        call_free(core, call);
        break;
    case WAIT_NOTHING:
        break;
    }
    return ERR_OK;
}
