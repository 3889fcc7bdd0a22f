/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* User data: what attach, update and delete do to order, repeated keys and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define PAIR(k, v) ((struct pair){SLICE(k), SLICE(v)})

static struct world w;
static char id[33];

static int begin(void **state)
{
    (void)state;
    world_init(&w, 2);
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    world_call_id(&w, "u0", id);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    return 0;
}

/* "a=1 b=2" of the last notice's call. */
static const char *shown(void)
{
    static char text[512];
    text[0] = '\0';
    const struct notice *n = world_notice(&w, "u0");
    if (!n)
        return "no notice";
    const struct user_data *data = n->call.data;
    for (uint32_t i = 0; data && i < data->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s=%.*s", i ? " " : "",
                 (int)data->pairs[i].key.len, data->pairs[i].key.ptr, (int)data->pairs[i].value.len,
                 data->pairs[i].value.ptr);
    return text;
}

static void attach_adds_even_when_the_key_is_there(void **state)
{
    (void)state;
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id, (struct pair[]){PAIR("a", "1")}, 1);
    assert_string_equal(shown(), "a=1");
    assert_false(world_notice(&w, "u0")->has_extensions);
    assert_int_equal(world_notice(&w, "u0")->kind, NOTICE_ATTACHED_DATA_CHANGED);
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id, (struct pair[]){PAIR("b", "2"), PAIR("a", "3")},
               2);
    assert_string_equal(shown(), "a=1 b=2 a=3");
    assert_true(world_notice(&w, "u0")->call.data->repeats);
}

static void update_leaves_one_pair_at_the_place_of_the_first(void **state)
{
    (void)state;
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id,
               (struct pair[]){PAIR("a", "1"), PAIR("b", "2"), PAIR("a", "3"), PAIR("c", "4")}, 4);
    world_data(&w, "u0", OP_UPDATE_USER_DATA, id, (struct pair[]){PAIR("a", "9"), PAIR("d", "5")},
               2);
    assert_string_equal(shown(), "a=9 b=2 c=4 d=5");
}

static void delete_pair_removes_every_pair_of_the_key(void **state)
{
    (void)state;
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id,
               (struct pair[]){PAIR("a", "1"), PAIR("b", "2"), PAIR("a", "3")}, 3);
    world_command(&w, "u0", OP_DELETE_USER_DATA_PAIR, id, "a");
    assert_string_equal(shown(), "b=2");
    world_command(&w, "u0", OP_DELETE_USER_DATA_PAIR, id, "not there");
    assert_string_equal(shown(), "b=2");
    world_command(&w, "u0", OP_DELETE_USER_DATA_PAIR, id, "b");
    assert_null(world_notice(&w, "u0")->call.data);
}

static void delete_removes_everything_and_always_tells(void **state)
{
    (void)state;
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id, (struct pair[]){PAIR("a", "1")}, 1);
    world_command(&w, "u0", OP_DELETE_USER_DATA, id, "");
    assert_string_equal(shown(), "");
    world_command(&w, "u0", OP_DELETE_USER_DATA, id, "");
    assert_string_equal(shown(), "");
}

static void limits_are_named_and_nothing_changes(void **state)
{
    (void)state;
    static char big[20000];
    memset(big, '1', sizeof big);
    world_data(&w, "u0", OP_ATTACH_USER_DATA, id, (struct pair[]){PAIR("a", "1")}, 1);
    uint64_t before = core_digest(w.core);
    struct pair key = {{big, 256}, SLICE("1")};
    assert_int_equal(world_data(&w, "u0", OP_UPDATE_USER_DATA, id, &key, 1), ERR_RANGE);
    assert_true(slice_is(w.fx.reason, "userData has a key of 256 bytes, more than 255"));
    struct pair value = {SLICE("v"), {big, 16385}};
    assert_int_equal(world_data(&w, "u0", OP_UPDATE_USER_DATA, id, &value, 1), ERR_RANGE);
    assert_true(slice_is(w.fx.reason, "userData['v'] has 16385 bytes, more than 16384"));
    struct pair many[5];
    for (int i = 0; i < 5; i++)
        many[i] = (struct pair){SLICE("k"), {big, 16000}};
    assert_int_equal(world_data(&w, "u0", OP_ATTACH_USER_DATA, id, many, 5), ERR_RANGE);
    static struct pair thousand[1000];
    for (int i = 0; i < 1000; i++)
        thousand[i] = PAIR("k", "1");
    assert_int_equal(world_data(&w, "u0", OP_ATTACH_USER_DATA, id, thousand, 1000), ERR_RANGE);
    assert_true(core_digest(w.core) == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(attach_adds_even_when_the_key_is_there, begin, finish),
        cmocka_unit_test_setup_teardown(update_leaves_one_pair_at_the_place_of_the_first, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(delete_pair_removes_every_pair_of_the_key, begin, finish),
        cmocka_unit_test_setup_teardown(delete_removes_everything_and_always_tells, begin, finish),
        cmocka_unit_test_setup_teardown(limits_are_named_and_nothing_changes, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
