/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Connects over long-polling: when one is held, what ends it, and what ends the session. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>

#define ADVICE "'advice':{'reconnect':'retry','interval':0,'timeout':30000}"

static void test_first_connect_is_answered_at_once_with_whole_advice(void **state)
{
    struct client client = stage_handshake(*state, "null");
    struct call *call = stage_connect(*state, &client, ",'id':'2'");
    assert_text(call->body, "[{'id':'2','channel':'/meta/connect','successful':true," ADVICE "}]");
}

static void test_second_connect_is_held_for_the_timeout(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, ",'id':'3'");
    assert_held(call);
    stage_pass(*state, 29999);
    assert_held(call);
    stage_pass(*state, 1);
    assert_int_equal(call->status, 200);
    assert_text(call->body, "[{'id':'3','channel':'/meta/connect','successful':true," ADVICE "}]");
}

static void test_timeout_zero_answers_at_once_with_whole_advice(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, ",'advice':{'timeout':0}");
    assert_has(call->body, ADVICE);
}

static void test_timeout_asked_for_is_honoured_up_to_our_own(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, ",'advice':{'timeout':2000}");
    stage_pass(*state, 1999);
    assert_held(call);
    stage_pass(*state, 1);
    assert_int_equal(call->status, 200);
    call = stage_connect(*state, &client, ",'advice':{'timeout':99999999999999999999999}");
    stage_pass(*state, 29999);
    assert_held(call);
    stage_pass(*state, 1);
    assert_int_equal(call->status, 200);
}

static void test_interval_asked_for_keeps_the_session_longer(void **state)
{
    struct client client = stage_client(*state, "null");
    (void)stage_connect(*state, &client, ",'advice':{'timeout':0,'interval':60000}");
    stage_pass(*state, 69000);
    struct call *call = stage_connect(*state, &client, "");
    assert_held(call);
}

static void test_connect_in_company_is_answered_at_once_in_order(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_say(*state, &client,
                                  "[{'channel':'/service/x','data':1,'clientId':'%s','id':'1'},"
                                  "{'channel':'/meta/connect','clientId':'%s','id':'2'},"
                                  "{'channel':'/service/y','data':1,'clientId':'%s','id':'3'}]");
    assert_text(call->body, "[{'id':'1','channel':'/service/x','successful':true},"
                            "{'id':'2','channel':'/meta/connect','successful':true," ADVICE "},"
                            "{'id':'3','channel':'/service/y','successful':true}]");
}

static void test_newer_connect_fails_the_held_one_and_is_held(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *old = stage_connect(*state, &client, ",'id':'3'");
    struct call *new = stage_connect(*state, &client, ",'id':'4'");
    assert_int_equal(old->status, 500);
    assert_string_equal(old->body, "");
    assert_held(new);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(new->body, "'id':'4'");
    assert_has(new->body, "{'n':1}");
}

static void test_unknown_client_is_told_to_handshake(void **state)
{
    struct client client = stage_client(*state, "null");
    strcpy(client.id, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    stage_pass(*state, 61000);
    struct call *call = stage_connect(*state, &client, ",'id':'9'");
    assert_int_equal(call->status, 200);
    assert_text(call->body, "[{'id':'9','channel':'/meta/connect','successful':false,"
                            "'error':'402::session_unknown','advice':{'reconnect':'handshake',"
                            "'interval':0,'timeout':30000}}]");
    call = stage_post(*state, ALICE, client.cookie, "[{'channel':'/meta/connect'}]");
    assert_has(call->body, "402::session_unknown");
    call = stage_post(*state, ALICE, client.cookie, "[{'channel':'/meta/connect','clientId':7}]");
    assert_has(call->body, "402::session_unknown");
}

static void test_handshakes_are_spread_after_a_start(void **state)
{
    unsigned long seen[8];
    bool is_spread = false;
    for (int i = 0; i < 8; i++) {
        char text[20];
        struct call *call =
            stage_post(*state, ALICE, NULL, "[{'channel':'/meta/connect','clientId':'x'}]");
        const char *at = strstr(call->body, quoted("'interval':"));
        assert_non_null(at);
        snprintf(text, sizeof text, "%.12s", at + 11);
        seen[i] = strtoul(text, NULL, 10);
        assert_true(seen[i] > 0 && seen[i] <= 5000);
        is_spread |= seen[i] != seen[0];
    }
    assert_true(is_spread);
}

static void test_session_lives_max_interval_after_its_last_reply(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    stage_pass(*state, 30000);
    assert_int_equal(call->status, 200);
    stage_pass(*state, 9999);
    assert_int_equal(stage_record_count(), 1);
    stage_pass(*state, 1);
    assert_int_equal(stage_record_count(), 0);
    call = stage_connect(*state, &client, "");
    assert_has(call->body, "'reconnect':'handshake'");
}

static void test_any_message_extends_the_life(void **state)
{
    struct client client = stage_client(*state, "null");
    for (int i = 0; i < 5; i++) {
        stage_pass(*state, 9000);
        struct call *call =
            stage_say(*state, &client, "[{'channel':'/service/x','data':1,'clientId':'%s'}]");
        assert_has(call->body, "'successful':true");
    }
    stage_pass(*state, 10001);
    assert_int_equal(stage_record_count(), 0);
}

static void test_connection_closed_while_held_ends_the_session_soon(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    stage_pass(*state, 5000);
    call_hang_up(call);
    stage_pass(*state, 9999);
    assert_int_equal(stage_record_count(), 1);
    stage_pass(*state, 2);
    assert_int_equal(stage_record_count(), 0);
}

static void test_client_that_lost_its_connection_goes_on_with_a_new_one(void **state)
{
    struct client client = stage_client(*state, "null");
    call_hang_up(stage_connect(*state, &client, ""));
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    struct call *call = stage_connect(*state, &client, "");
    assert_has(call->body, "{'n':1}");
}

static void test_reconnecting_client_gets_another_id_and_works(void **state)
{
    struct client client = stage_client(*state, "null");
    stage_pass(*state, 11000);
    struct client again = stage_client(*state, "null");
    assert_string_not_equal(client.id, again.id);
    assert_held(stage_connect(*state, &again, ""));
}

static void test_draining_answers_what_is_held_and_holds_no_more(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    struct call *call = stage_connect(stage, &client, ",'id':'3'");
    bayeux_drain(stage->b);
    assert_has(call->body, "'id':'3'");
    assert_has(call->body, "'reconnect':'retry','interval':1000");
    call = stage_connect(stage, &client, "");
    assert_has(call->body, "'successful':true");
    assert_int_equal(stage_record_count(), 1);
}

int run_connect_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_first_connect_is_answered_at_once_with_whole_advice),
        STAGED(test_second_connect_is_held_for_the_timeout),
        STAGED(test_timeout_zero_answers_at_once_with_whole_advice),
        STAGED(test_timeout_asked_for_is_honoured_up_to_our_own),
        STAGED(test_interval_asked_for_keeps_the_session_longer),
        STAGED(test_connect_in_company_is_answered_at_once_in_order),
        STAGED(test_newer_connect_fails_the_held_one_and_is_held),
        STAGED(test_unknown_client_is_told_to_handshake),
        STAGED(test_handshakes_are_spread_after_a_start),
        STAGED(test_session_lives_max_interval_after_its_last_reply),
        STAGED(test_any_message_extends_the_life),
        STAGED(test_connection_closed_while_held_ends_the_session_soon),
        STAGED(test_client_that_lost_its_connection_goes_on_with_a_new_one),
        STAGED(test_reconnecting_client_gets_another_id_and_works),
        STAGED(test_draining_answers_what_is_held_and_holds_no_more),
    };
    return RUN_GROUP(tests);
}
