/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Deadlines leave in the order of time, then tie. A long random run is compared with the simplest
 * thing that could be right: looking through all of them. */
#include "base/heap.h"
#include "suite.h"

#define NODES 200

static void leaves_in_order_of_time_then_tie(void **state)
{
    (void)state;
    struct heap h = {0};
    struct heap_node nodes[6] = {0};
    static const uint64_t at[] = {30, 10, 20, 10, 30, 10};
    static const uint64_t tie[] = {1, 9, 1, 2, 0, 5};
    static const size_t order[] = {3, 5, 1, 2, 4, 0};
    assert_null(heap_first(&h));
    for (size_t i = 0; i < 6; i++) {
        heap_set(&h, &nodes[i], at[i], tie[i]);
    }
    for (size_t i = 0; i < 6; i++) {
        assert_ptr_equal(heap_first(&h), &nodes[order[i]]);
        heap_remove(&h, heap_first(&h));
        assert_int_equal(nodes[order[i]].index, 0);
    }
    assert_null(heap_first(&h));
    heap_free(&h);
}

static void removing_what_is_not_in_does_nothing(void **state)
{
    (void)state;
    struct heap h = {0};
    struct heap_node in = {0};
    struct heap_node out = {0};
    heap_remove(&h, &out);
    heap_set(&h, &in, 1, 1);
    heap_remove(&h, &out);
    assert_ptr_equal(heap_first(&h), &in);
    heap_free(&h);
    assert_int_equal(in.index, 0);
}

static struct heap_node *first_of(struct heap_node *nodes)
{
    struct heap_node *first = NULL;
    for (size_t i = 0; i < NODES; i++) {
        if (nodes[i].index && (!first || nodes[i].at_ms < first->at_ms ||
                               (nodes[i].at_ms == first->at_ms && nodes[i].tie < first->tie))) {
            first = &nodes[i];
        }
    }
    return first;
}

static void random_run_always_knows_the_first(void **state)
{
    (void)state;
    struct heap h = {0};
    struct heap_node nodes[NODES] = {0};
    uint64_t random = 7;
    for (uint64_t round = 0; round < 5000; round++) {
        struct heap_node *node = &nodes[next_random(&random) % NODES];
        if (next_random(&random) % 3 == 0) {
            heap_remove(&h, node);
        } else {
            heap_set(&h, node, next_random(&random) % 50, round);
        }
        assert_ptr_equal(heap_first(&h), first_of(nodes));
    }
    heap_free(&h);
}

int run_heap_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_in_order_of_time_then_tie),
        cmocka_unit_test(removing_what_is_not_in_does_nothing),
        cmocka_unit_test(random_run_always_knows_the_first),
    };
    return RUN_GROUP(tests);
}
