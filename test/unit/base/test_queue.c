/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The queue between threads: order, bound, reserved room, who is woken; then many writers at once,
 * for the thread sanitizer as much as for the counts. */
#include "base/queue.h"
#include "suite.h"

#include <pthread.h>

#define WRITERS 4
#define ITEMS   5000

static void count_wake(void *ctx)
{
    ++*(int *)ctx;
}

static void gives_back_in_order(void **state)
{
    (void)state;
    static int things[1000];
    struct queue *q = queue_create(1000, NULL, NULL);
    void *taken[7];
    size_t in = 0;
    size_t out = 0;
    while (out < 1000) {
        for (int i = 0; i < 10 && in < 1000; i++) {
            assert_true(queue_put(q, &things[in++], false));
        }
        assert_int_equal(queue_length(q), in - out);
        size_t n = queue_take(q, taken, 7);
        assert_int_equal(n, in - out < 7 ? in - out : 7);
        for (size_t i = 0; i < n; i++) {
            assert_ptr_equal(taken[i], &things[out++]);
        }
        if (in == 1000 && n == 0) {
            break;
        }
    }
    assert_int_equal(out, 1000);
    assert_int_equal(queue_take(q, taken, 7), 0);
    queue_destroy(q);
    queue_destroy(NULL);
}

static void refuses_over_the_limit_but_never_reserved(void **state)
{
    (void)state;
    static int things[500];
    struct queue *q = queue_create(2, NULL, NULL);
    assert_true(queue_put(q, &things[0], false));
    assert_true(queue_put(q, &things[1], false));
    assert_false(queue_put(q, &things[499], false));
    for (int i = 2; i < 400; i++) {
        assert_true(queue_put(q, &things[i], true));
        assert_false(queue_put(q, &things[499], false));
    }
    void *taken[500];
    assert_int_equal(queue_take(q, taken, 399), 399);
    assert_true(queue_put(q, &things[400], false));
    assert_false(queue_put(q, &things[499], false));
    assert_int_equal(queue_take(q, taken + 399, 500), 2);
    for (int i = 0; i < 401; i++) {
        assert_ptr_equal(taken[i], &things[i]);
    }
    queue_destroy(q);
}

static void wakes_for_the_first_only(void **state)
{
    (void)state;
    int wakes = 0;
    int thing;
    void *taken[2];
    struct queue *q = queue_create(2, count_wake, &wakes);
    queue_put(q, &thing, false);
    queue_put(q, &thing, true);
    queue_put(q, &thing, false);
    assert_int_equal(wakes, 1);
    queue_take(q, taken, 1);
    queue_put(q, &thing, false);
    assert_int_equal(wakes, 1);
    queue_take(q, taken, 2);
    queue_put(q, &thing, true);
    assert_int_equal(wakes, 2);
    queue_destroy(q);
}

static void waiting_ends_with_an_item_or_the_time(void **state)
{
    (void)state;
    int thing;
    struct queue *q = queue_create(2, NULL, NULL);
    queue_wait(q, 0);
    assert_int_equal(queue_length(q), 0);
    queue_put(q, &thing, false);
    queue_wait(q, UINT64_MAX);
    assert_int_equal(queue_length(q), 1);
    queue_destroy(q);
}

struct writer {
    pthread_t thread;
    struct queue *queue;
    struct item {
        size_t writer;
        size_t number;
    } items[ITEMS];
};

static void *write_items(void *arg)
{
    struct writer *w = arg;
    for (size_t i = 0; i < ITEMS; i++) {
        queue_put(w->queue, &w->items[i], true);
    }
    return NULL;
}

static void keeps_each_writers_order(void **state)
{
    (void)state;
    static struct writer writers[WRITERS];
    size_t next[WRITERS] = {0};
    struct queue *q = queue_create(0, NULL, NULL);
    for (size_t i = 0; i < WRITERS; i++) {
        writers[i].queue = q;
        for (size_t k = 0; k < ITEMS; k++) {
            writers[i].items[k] = (struct item){i, k};
        }
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_items, &writers[i]), 0);
    }
    for (size_t seen = 0; seen < (size_t)WRITERS * ITEMS;) {
        void *taken[64];
        queue_wait(q, UINT64_MAX);
        size_t n = queue_take(q, taken, 64);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
            const struct item *item = taken[i];
            assert_int_equal(item->number, next[item->writer]++);
        }
        seen += n;
    }
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(next[i], ITEMS);
        pthread_join(writers[i].thread, NULL);
    }
    queue_destroy(q);
}

int run_queue_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_in_order),
        cmocka_unit_test(refuses_over_the_limit_but_never_reserved),
        cmocka_unit_test(wakes_for_the_first_only),
        cmocka_unit_test(waiting_ends_with_an_item_or_the_time),
        cmocka_unit_test(keeps_each_writers_order),
    };
    return RUN_GROUP(tests);
}
