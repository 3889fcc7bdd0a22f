/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The map against an array that knows the truth, through growth, tombs and coming and going. */
#include "base/map.h"
#include "suite.h"

#include <stdio.h>

#define KEYS 3000

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct map m = {0};
    assert_null(map_get(&m, SLICE("a")));
    assert_null(map_remove(&m, SLICE("a")));
    map_free(&m);
}

static void keys_are_bytes(void **state)
{
    (void)state;
    struct map m = {0};
    int a, b, c, d;
    map_put(&m, SLICE("a\0b"), &a);
    map_put(&m, SLICE("a\0c"), &b);
    map_put(&m, SLICE("a"), &c);
    map_put(&m, SLICE(""), &d);
    assert_ptr_equal(map_get(&m, SLICE("a\0b")), &a);
    assert_ptr_equal(map_get(&m, SLICE("a\0c")), &b);
    assert_ptr_equal(map_get(&m, SLICE("a")), &c);
    assert_ptr_equal(map_get(&m, SLICE_NONE), &d);
    assert_null(map_get(&m, SLICE("a\0")));
    assert_int_equal(m.count, 4);
    map_free(&m);
}

static void replacing_borrows_the_new_key(void **state)
{
    (void)state;
    struct map m = {0};
    int first, second;
    char old_key[] = "key";
    char new_key[] = "key";
    map_put(&m, slice_of(old_key), &first);
    map_put(&m, slice_of(new_key), &second);
    memset(old_key, 'x', 3);
    assert_int_equal(m.count, 1);
    assert_ptr_equal(map_get(&m, SLICE("key")), &second);
    assert_ptr_equal(map_remove(&m, SLICE("key")), &second);
    assert_int_equal(m.count, 0);
    map_free(&m);
}

static void numbers_are_keys(void **state)
{
    (void)state;
    struct map m = {0};
    uint64_t keys[500];
    for (uint64_t i = 0; i < 500; i++) {
        keys[i] = i << 40;
        map_put(&m, map_key_u64(&keys[i]), &keys[i]);
    }
    for (uint64_t i = 0; i < 500; i++) {
        uint64_t key = i << 40;
        assert_ptr_equal(map_get(&m, map_key_u64(&key)), &keys[i]);
    }
    map_free(&m);
}

static void random_run_agrees_with_an_array(void **state)
{
    (void)state;
    static char keys[KEYS][12];
    static bool is_in[KEYS];
    struct map m = {0};
    uint64_t random = 3;
    size_t count = 0;
    for (size_t i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], "key%zu", i);
    }
    for (int round = 0; round < 60000; round++) {
        /* Fills, then empties, then fills again. */
        bool is_filling = round / 15000 % 2 == 0;
        size_t i = next_random(&random) % KEYS;
        struct slice key = slice_of(keys[i]);
        assert_ptr_equal(map_get(&m, key), is_in[i] ? keys[i] : NULL);
        if (next_random(&random) % 4 == 0 ? !is_filling : is_filling) {
            map_put(&m, key, keys[i]);
            count += !is_in[i];
            is_in[i] = true;
        } else {
            assert_ptr_equal(map_remove(&m, key), is_in[i] ? keys[i] : NULL);
            count -= is_in[i];
            is_in[i] = false;
        }
        assert_int_equal(m.count, count);
        assert_true((m.count + m.tombs) * 4 <= m.cap * 3);
    }
    map_free(&m);
}

static void coming_and_going_does_not_grow(void **state)
{
    (void)state;
    static char keys[20000][12];
    struct map m = {0};
    for (size_t i = 0; i < 20000; i++) {
        snprintf(keys[i], sizeof keys[i], "call%zu", i);
        map_put(&m, slice_of(keys[i]), keys[i]);
        if (i >= 10) {
            assert_ptr_equal(map_remove(&m, slice_of(keys[i - 10])), keys[i - 10]);
        }
    }
    assert_int_equal(m.count, 10);
    assert_true(m.cap <= 32);
    map_free(&m);
    assert_null(m.entries);
}

int run_map_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(keys_are_bytes),
        cmocka_unit_test(replacing_borrows_the_new_key),
        cmocka_unit_test(numbers_are_keys),
        cmocka_unit_test(random_run_agrees_with_an_array),
        cmocka_unit_test(coming_and_going_does_not_grow),
    };
    return RUN_GROUP(tests);
}
