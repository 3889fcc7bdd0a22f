/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whether anybody sits at a user's desktop: said when the last session runs out, and when there is
 * one again; and the end of sessions whose users are not wanted any more. */
#include "stage.h"

#define LIFE_MS UINT64_C(10000)

/* What was said: '+' the user is there, '-' he is gone. */
static char said[32];
static size_t said_count;
static bool is_busy;

static enum err presence(void *ctx, struct slice user, bool is_there)
{
    (void)ctx;
    assert_true(slice_is(user, ALICE));
    if (is_busy)
        return ERR_OVERLOAD;
    assert_true(said_count + 1 < sizeof said);
    said[said_count++] = is_there ? '+' : '-';
    said[said_count] = '\0';
    return ERR_OK;
}

static int set_up(void **state)
{
    int failed = stage_set_up(state);
    struct stage *stage = *state;
    stage->options.presence = presence;
    stage_restart(stage);
    said_count = 0;
    said[0] = '\0';
    is_busy = false;
    return failed;
}

static void test_a_desktop_that_vanishes_is_missed_and_one_that_comes_is_seen(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    assert_string_equal(said, "+");
    stage_pass(stage, LIFE_MS - 1);
    assert_string_equal(said, "+");
    stage_pass(stage, 2);
    assert_string_equal(said, "+-");
    (void)stage_client(stage, "null");
    assert_string_equal(said, "+-+");
}

static void test_a_disconnect_is_no_vanishing(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage_say(stage, &client, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    stage_pass(stage, 10 * LIFE_MS);
    assert_string_equal(said, "+");
}

static void test_only_the_last_session_counts(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    stage_pass(stage, LIFE_MS / 2);
    struct client other = stage_client(stage, "null");
    stage_pass(stage, LIFE_MS / 2 + 1);
    assert_string_equal(said, "++");
    stage_say(stage, &other, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    stage_pass(stage, 10 * LIFE_MS);
    assert_string_equal(said, "++");
}

static void test_two_that_run_out_at_once_are_missed_once(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    (void)stage_client(stage, "null");
    stage_pass(stage, 2 * LIFE_MS);
    assert_string_equal(said, "++-");
}

static void test_it_is_said_before_the_record_goes(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage->is_full = true;
    stage_pass(stage, LIFE_MS + 1);
    assert_string_equal(said, "+-");
    assert_int_equal(stage_record_count(), 1);
    stage_pass(stage, 5000);
    assert_string_equal(said, "+-");
    /* Whoever comes back must begin anew. */
    assert_has(stage_connect(stage, &client, "")->body, "402::session_unknown");
    stage->is_full = false;
    stage_pass(stage, 2000);
    assert_int_equal(stage_record_count(), 0);
}

static void test_what_is_not_taken_is_said_again(void **state)
{
    struct stage *stage = *state;
    is_busy = true;
    struct client client = stage_client(stage, "null");
    assert_string_equal(said, "");
    is_busy = false;
    (void)stage_connect(stage, &client, "");
    assert_string_equal(said, "+");
    stage_pass(stage, 30000);
    is_busy = true;
    stage_pass(stage, LIFE_MS + 5000);
    assert_string_equal(said, "+");
    assert_int_equal(stage_record_count(), 1);
    is_busy = false;
    stage_pass(stage, 2000);
    assert_string_equal(said, "+-");
    assert_int_equal(stage_record_count(), 0);
}

static void test_after_a_restart_who_does_not_come_back_is_missed(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    stage_restart(stage);
    assert_string_equal(said, "+");
    stage_pass(stage, 30000 + LIFE_MS + 1);
    assert_string_equal(said, "+-");
}

static void test_after_a_restart_who_comes_back_is_seen(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage_restart(stage);
    struct call *held = stage_connect(stage, &client, "");
    assert_held(held);
    assert_string_equal(said, "++");
}

static bool is_nobody(void *ctx, struct slice user)
{
    (void)ctx;
    (void)user;
    return false;
}

static void test_unwanted_ones_end_whatever_is_held(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    struct call *held = stage_connect(stage, &client, "");
    struct wire *wire = stage_socket(stage, ALICE, NULL);
    struct wire *empty = stage_socket(stage, ALICE, NULL);
    (void)wire_client(stage, wire, "null");
    assert_held(held);
    bayeux_retain_users(stage->b, is_nobody, NULL, stage->now_ms);
    stage_pass(stage, 2);
    assert_has(held->body, "'reconnect':'none'");
    assert_int_equal(wire->code, 1000);
    assert_int_equal(empty->code, 1000);
    stage_commit(stage);
    assert_int_equal(stage_record_count(), 0);
    assert_has(stage_connect(stage, &client, "")->body, "402::session_unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, stage_tear_down)

int run_presence_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_desktop_that_vanishes_is_missed_and_one_that_comes_is_seen),
        TEST(test_a_disconnect_is_no_vanishing),
        TEST(test_only_the_last_session_counts),
        TEST(test_two_that_run_out_at_once_are_missed_once),
        TEST(test_it_is_said_before_the_record_goes),
        TEST(test_what_is_not_taken_is_said_again),
        TEST(test_after_a_restart_who_does_not_come_back_is_missed),
        TEST(test_after_a_restart_who_comes_back_is_seen),
        TEST(test_unwanted_ones_end_whatever_is_held),
    };
    return RUN_GROUP(tests);
}
