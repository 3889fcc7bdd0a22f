/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Deadlines in one heap, so no pass ever looks at all sessions. The time is only known where the
 * caller gives it; a message of a socket and the end of a connection come without. A timer that is
 * set there goes to the front of the heap with its delay, is found by the tick that next_ms then
 * asks for at once, and starts to run. The alternative, the last known time, may be half a minute
 * old on a quiet server and would end sessions that are well. */
#include "bayeux/bayeux_int.h"

void bayeux_clock_enter(struct bayeux *b, uint64_t now_ms)
{
    b->now_ms = now_ms;
    b->is_clocked = true;
    if (!b->is_started) {
        b->is_started = true;
        b->start_ms = now_ms;
    }
}

void bayeux_clock_leave(struct bayeux *b)
{
    b->is_clocked = false;
}

void bayeux_timer_start(struct bayeux *b, struct timer *timer, uint32_t delay_ms)
{
    timer->delay_ms = delay_ms;
    timer->is_waiting = !b->is_clocked;
    heap_set(&b->timers, &timer->node, b->is_clocked ? b->now_ms + delay_ms : 0, b->tie++);
}

void bayeux_timer_stop(struct bayeux *b, struct timer *timer)
{
    heap_remove(&b->timers, &timer->node);
}

void bayeux_timers_run(struct bayeux *b)
{
    uint64_t now_ms = b->now_ms;
    struct heap_node *first;
    while ((first = heap_first(&b->timers)) && first->at_ms <= now_ms) {
        struct timer *timer = LIST_OWNER(first, struct timer, node);
        if (timer->is_waiting) {
            /* At least one, or a timer without delay would be set again for ever. */
            bayeux_clock_enter(b, now_ms);
            bayeux_timer_start(b, timer, timer->delay_ms ? timer->delay_ms : 1);
            continue;
        }
        heap_remove(&b->timers, first);
        bayeux_clock_enter(b, now_ms);
        timer->due(b, timer);
    }
}
