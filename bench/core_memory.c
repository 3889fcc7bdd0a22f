/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The core alone: heap that a call takes, its share of the tables included, user data not. Always
 * what the second half of the calls adds to the first; what telephones and users take anyway is in
 * both. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "core_world.h"

static size_t heap_bytes(struct world *w)
{
    world_drop_effects(w);
    return mallinfo2().uordblks;
}

static void consult(struct world *w, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        pair_is_called(w, &w->pairs[i]);
    for (size_t i = first; i < first + count; i++) {
        struct pair_of *pair = &w->pairs[i];
        world_signal(w, SIGNAL_ANSWERED, pair->leg[OUTSIDE]);
        world_signal(w, SIGNAL_RINGING, pair->leg[CALLER]);
        memcpy(pair->call, w->fx.notices[w->fx.notice_count - 1]->call.call->id, 33);
        world_signal(w, SIGNAL_ANSWERED, pair->leg[CALLER]);
        pair_consults(w, pair);
        pair_rings(w, pair);
        pair_answers(w, pair);
    }
}

static void measure(struct world *w, const char *what, const char *goal,
                    void (*make)(struct world *w, size_t first, size_t count))
{
    size_t half = w->count / 2;
    make(w, 0, half);
    size_t before = heap_bytes(w);
    make(w, half, half);
    printf("| %s | %s | %zu bytes |\n", what, goal, (heap_bytes(w) - before) / half);
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 8000;
    struct world w;
    if (count < 2)
        return 2;
    world_begin(&w, count / CALLS_STEP * CALLS_STEP);
    measure(&w, "memory of a call of two", "2 kB or less", world_establish);
    world_release(&w, 0, w.count);
    size_t released = heap_bytes(&w);
    world_forget(&w);
    size_t none = heap_bytes(&w);
    printf("| - released, and kept to be read | | %zu bytes |\n", (released - none) / w.count);
    measure(&w, "- of a call of a queue on hold, with its consult call", "", consult);
    world_end(&w);
    return 0;
}
