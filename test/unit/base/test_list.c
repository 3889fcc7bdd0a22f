/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The intrusive list: order, removal twice, removal while walking. */
#include "base/list.h"
#include "suite.h"

struct item {
    int number;
    struct list link;
};

static void keeps_order(void **state)
{
    (void)state;
    struct list head;
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    list_init(&head);
    assert_true(list_is_empty(&head));
    for (size_t i = 0; i < 4; i++) {
        list_append(&head, &items[i].link);
    }
    int expected = 0;
    LIST_EACH(it, &head)
    {
        assert_int_equal(LIST_OWNER(it, struct item, link)->number, expected++);
    }
    assert_int_equal(expected, 4);
}

static void items_may_be_removed_twice_and_while_walking(void **state)
{
    (void)state;
    struct list head;
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    list_init(&head);
    for (size_t i = 0; i < 4; i++) {
        list_append(&head, &items[i].link);
    }
    list_remove(&items[1].link);
    list_remove(&items[1].link);
    int seen = 0;
    LIST_EACH_SAFE(it, &head)
    {
        seen += 1 << LIST_OWNER(it, struct item, link)->number;
        list_remove(it);
    }
    assert_int_equal(seen, 1 + 4 + 8);
    assert_true(list_is_empty(&head));
}

int run_list_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order),
        cmocka_unit_test(items_may_be_removed_twice_and_while_walking),
    };
    return RUN_GROUP(tests);
}
