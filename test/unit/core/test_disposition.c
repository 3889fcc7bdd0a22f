/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SetCallDisposition, while the call lives and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

#define DAY_MS UINT64_C(86400000)

static struct world w;
static char id[33];

/* Makes u0 talk to u1; the id is the call's. */
static void talk(void)
{
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_call_id(&w, "u0", id);
}

static int begin(void **state)
{
    (void)state;
    world_init(&w, 3);
    talk();
    return 0;
}

static int finish(void **state)
{
    (void)state;
    core_check(w.core);
    world_free(&w);
    return 0;
}

static enum err dispose(const char *user, struct command more)
{
    struct input input = {.kind = INPUT_COMMAND, .command = more};
    input.command.op = OP_SET_CALL_DISPOSITION;
    input.command.user = slice_of(user);
    return world_apply(&w, &input);
}

static enum err on_call(const char *user, const char *call, const char *text)
{
    return dispose(
        user, (struct command){.at = OP_ON_CALL, .target = slice_of(call), .text = slice_of(text)});
}

static enum err on_device(const char *user, const char *device, const char *call)
{
    return dispose(user, (struct command){.at = OP_ON_DEVICE,
                                          .target = slice_of(device),
                                          .call = slice_of(call),
                                          .text = SLICE("sold")});
}

/* "key=value ..." of the user's one notice. */
static const char *told(const char *user)
{
    static char text[512];
    text[0] = '\0';
    const struct notice *n = world_notice(&w, user);
    if (!n)
        return "no notice";
    assert_int_equal(n->kind, NOTICE_ATTACHED_DATA_CHANGED);
    assert_false(n->has_extensions);
    const struct user_data *data = n->call.data;
    for (uint32_t i = 0; data && i < data->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s=%.*s", i ? " " : "",
                 (int)data->pairs[i].key.len, data->pairs[i].key.ptr, (int)data->pairs[i].value.len,
                 data->pairs[i].value.ptr);
    return text;
}

static void a_living_calls_is_user_data_told_to_both(void **state)
{
    (void)state;
    assert_int_equal(on_call("u1", id, "sold \"two\""), ERR_OK);
    assert_string_equal(told("u0"), "DispositionCode=\"sold \\\"two\\\"\"");
    assert_string_equal(told("u1"), "DispositionCode=\"sold \\\"two\\\"\"");
    assert_int_equal(on_device("u0", "100", id), ERR_OK);
    assert_string_equal(told("u1"), "DispositionCode=\"sold\"");
    assert_false(world_notice(&w, "u1")->call.capabilities >> OP_SET_CALL_DISPOSITION & 1);
}

static void its_key_is_the_requests_or_the_sites(void **state)
{
    (void)state;
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_SITE, .disposition_key = SLICE("Result")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    on_call("u0", id, "a");
    assert_string_equal(told("u1"), "Result=\"a\"");
    const struct pair pairs[] = {{SLICE("note"), SLICE("1")}};
    dispose("u0", (struct command){.at = OP_ON_CALL,
                                   .target = slice_of(id),
                                   .key = SLICE("Mine"),
                                   .text = SLICE("b"),
                                   .pairs = pairs,
                                   .pair_count = 1});
    assert_string_equal(told("u1"), "Result=\"a\" note=1 Mine=\"b\"");
}

static void on_a_device_the_call_must_be_named(void **state)
{
    (void)state;
    assert_int_equal(on_device("u0", "100", ""), ERR_MISSING);
    assert_int_equal(on_device("u0", "101", id), ERR_NOT_FOUND);
    assert_int_equal(on_device("u0", "100", "nonsense"), ERR_NOT_FOUND);
}

static void somebody_elses_call_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(on_call("u2", id, "a"), ERR_NOT_FOUND);
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(on_call("u2", id, "a"), ERR_NOT_FOUND);
}

static void what_is_over_takes_it_in_silence_for_a_day(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(on_call("u0", id, "a"), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    world_wait(&w, 70000); /* the call is forgotten */
    assert_int_equal(world_command(&w, "u0", OP_HANGUP, id, ""), ERR_NOT_FOUND);
    assert_int_equal(on_call("u0", id, "a"), ERR_OK);
    assert_int_equal(on_device("u1", "101", id), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    assert_int_equal(on_call("u2", id, "a"), ERR_NOT_FOUND);
    world_wait(&w, DAY_MS);
    assert_int_equal(on_call("u0", id, "a"), ERR_NOT_FOUND);
}

static void who_left_a_call_that_goes_on_changes_nothing_in_it(void **state)
{
    (void)state;
    world_command(&w, "u0", OP_SINGLE_STEP_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(on_call("u0", id, "a"), ERR_OK);
    assert_int_equal(w.fx.notice_count, 0);
    on_call("u1", id, "b");
    assert_string_equal(told("u2"), "DispositionCode=\"b\"");
    assert_null(world_notice(&w, "u0"));
}

static void the_oldest_of_many_is_forgotten(void **state)
{
    (void)state;
    char first[33];
    memcpy(first, id, sizeof first);
    for (int i = 0; i < 100; i++) {
        world_command(&w, "u0", OP_HANGUP, id, "");
        assert_int_equal(on_call("u0", first, "a"), ERR_OK);
        world_wait(&w, 70000);
        talk();
    }
    world_command(&w, "u0", OP_HANGUP, id, "");
    assert_int_equal(on_call("u0", first, "a"), ERR_NOT_FOUND);
    assert_int_equal(on_call("u0", id, "a"), ERR_OK);
}

static void it_keeps_to_the_limits_of_user_data(void **state)
{
    (void)state;
    static char text[17000];
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(on_call("u0", id, text), ERR_RANGE);
    assert_int_equal(w.fx.notice_count, 0);
    text[300] = '\0';
    assert_int_equal(
        dispose("u0",
                (struct command){.at = OP_ON_CALL, .target = slice_of(id), .key = slice_of(text)}),
        ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_living_calls_is_user_data_told_to_both, begin, finish),
        cmocka_unit_test_setup_teardown(its_key_is_the_requests_or_the_sites, begin, finish),
        cmocka_unit_test_setup_teardown(on_a_device_the_call_must_be_named, begin, finish),
        cmocka_unit_test_setup_teardown(somebody_elses_call_is_not_there, begin, finish),
        cmocka_unit_test_setup_teardown(what_is_over_takes_it_in_silence_for_a_day, begin, finish),
        cmocka_unit_test_setup_teardown(who_left_a_call_that_goes_on_changes_nothing_in_it, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(the_oldest_of_many_is_forgotten, begin, finish),
        cmocka_unit_test_setup_teardown(it_keeps_to_the_limits_of_user_data, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
