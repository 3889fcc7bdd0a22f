/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* WebSocket: events are pushed and the connect is a heartbeat; sessions move between sockets and
 * to and from HTTP; a peer that does not read waits at its own cost. */
#include "stage.h"

#include <stdio.h>

static void test_events_are_pushed_and_the_connect_stays_held(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, CONNECT);
    stage_pass(*state, 100);
    assert_null(wire_read(wire));
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_text(wire_read(wire), "[{'data':{'n':1},'channel':'/v2/me/calls'}]");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_notice(*state, ALICE, NOTICE_DEVICE_STATE_CHANGE);
    stage_flush(*state);
    assert_text(wire_read(wire), "[{'data':{'n':2},'channel':'/v2/me/calls'},"
                                 "{'data':{'n':3},'channel':'/v2/me/devices'}]");
    stage_pass(*state, 29899);
    assert_null(wire_read(wire));
    stage_pass(*state, 2);
    assert_has(wire_read(wire), "[{'channel':'/meta/connect','successful':true,'advice':{"
                                "'reconnect':'retry','interval':0,'timeout':30000}}]");
}

static void test_nothing_is_pushed_before_the_first_connect(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_handshake(*state, wire, "null");
    wire_say(*state, wire, &client, "[" SUBSCRIBE "'/v2/me/*'}]");
    (void)wire_read(wire);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_null(wire_read(wire));
    wire_say(*state, wire, &client, CONNECT);
    assert_has(wire_read(wire), "[{'data':{'n':1},'channel':'/v2/me/calls'},{'channel':'/meta/");
}

static void test_handshake_sets_no_cookie_and_replies_in_one_frame(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client,
             "[{'channel':'/service/x','clientId':'%s','data':1,'id':'1'},"
             "{'channel':'/service/y','clientId':'%s','data':1,'id':'2'}]");
    assert_text(wire_read(wire), "[{'id':'1','channel':'/service/x','successful':true},"
                                 "{'id':'2','channel':'/service/y','successful':true}]");
    assert_null(wire_read(wire));
}

static void test_acknowledged_events_come_with_the_connect_reply(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "{'ack':true}");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_null(wire_read(wire));
    wire_say(*state, wire, &client, CONNECT);
    assert_has(wire_read(wire), "[{'data':{'n':1},'channel':'/v2/me/calls'},{'channel':'/meta/");
    wire_say(*state, wire, &client,
             "[{'channel':'/meta/connect','clientId':'%s','ext':{'ack':1}}]");
    assert_null(wire_read(wire));
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    const char *text = wire_read(wire);
    assert_has(text, "[{'data':{'n':2},'channel':'/v2/me/calls'},{'channel':'/meta/connect'");
    assert_has(text, "'ext':{'ack':2}}]");
}

static void test_newer_connect_replaces_the_held_one_silently(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, "{'channel':'/meta/connect','clientId':'%s','id':'3'}");
    wire_say(*state, wire, &client, "{'channel':'/meta/connect','clientId':'%s','id':'4'}");
    stage_pass(*state, 30001);
    assert_has(wire_read(wire), "[{'id':'4','channel':'/meta/connect'");
    assert_null(wire_read(wire));
}

static void test_disconnect_reply_comes_before_the_connects(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, "{'channel':'/meta/connect','clientId':'%s','id':'3'}");
    wire_say(*state, wire, &client, "{'channel':'/meta/disconnect','clientId':'%s','id':'4'}");
    assert_text(wire_read(wire), "[{'id':'4','channel':'/meta/disconnect','successful':true}]");
    const char *text = wire_read(wire);
    assert_has(text, "[{'id':'3','channel':'/meta/connect','successful':true");
    assert_has(text, "'reconnect':'none'");
    assert_false(wire->is_closed);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_null(wire_read(wire));
}

static void test_what_is_no_envelope_closes_the_socket(void **state)
{
    static const char *const texts[] = {"[{", "[]", "7", "[7]", "", "[{'channel':'/meta/x'}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct wire *wire = stage_socket(*state, ALICE, NULL);
        wire_say(*state, wire, NULL, texts[i]);
        assert_int_equal(wire->code, 1011);
        assert_null(wire_read(wire));
    }
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    wire_say(*state, wire, NULL, "{}");
    assert_text(wire_read(wire), "[{'successful':false,'error':'400::channel_missing'}]");
    assert_false(wire->is_closed);
}

static void test_message_over_the_bound_closes_the_socket(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    static char text[25000];
    memset(text, ' ', sizeof text - 1);
    wire_say(*state, wire, NULL, text);
    assert_int_equal(wire->code, 1009);
}

static void test_another_client_id_on_a_bound_socket_is_unknown(void **state)
{
    struct client other = stage_client(*state, "null");
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &other, "{'channel':'/service/x','clientId':'%s','data':1}");
    assert_has(wire_read(wire), "402::session_unknown");
    wire_say(*state, wire, &client, "{'channel':'/service/x','clientId':'%s','data':1}");
    assert_has(wire_read(wire), "'successful':true");
}

static void test_client_id_of_another_user_is_unknown(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    struct wire *thief = stage_socket(*state, BOB, NULL);
    wire_say(*state, thief, &client, CONNECT);
    assert_has(wire_read(thief), "402::session_unknown");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(wire_read(wire), "{'n':1}");
    assert_null(wire_read(thief));
}

static void test_session_goes_on_over_a_new_socket(void **state)
{
    struct wire *old = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, old, "null");
    wire_say(*state, old, &client, CONNECT);
    wire_hang_up(old);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    stage_pass(*state, 5000);
    struct wire *new = stage_socket(*state, ALICE, NULL);
    wire_say(*state, new, &client, "{'channel':'/service/x','clientId':'%s','data':1}");
    assert_has(wire_read(new), "'successful':true");
    stage_pass(*state, 1);
    assert_has(wire_read(new), "{'n':1}");
}

static void test_session_moves_though_the_old_socket_is_still_there(void **state)
{
    struct wire *old = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, old, "null");
    wire_say(*state, old, &client, CONNECT);
    struct wire *new = stage_socket(*state, ALICE, NULL);
    wire_say(*state, new, &client, CONNECT);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(wire_read(new), "{'n':1}");
    assert_null(wire_read(old));
    wire_hang_up(old);
    stage_pass(*state, 30001);
    assert_has(wire_read(new), "/meta/connect");
}

static void test_session_is_gone_max_interval_after_its_socket(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, CONNECT);
    stage_pass(*state, 25000);
    wire_hang_up(wire);
    stage_pass(*state, 9999);
    assert_int_equal(stage_record_count(), 1);
    stage_pass(*state, 2);
    assert_int_equal(stage_record_count(), 0);
}

static void test_session_that_stops_connecting_is_ended_with_its_socket(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    (void)wire_client(*state, wire, "null");
    stage_pass(*state, 10001);
    assert_int_equal(stage_record_count(), 0);
    assert_int_equal(wire->code, 1000);
}

static void test_socket_without_session_is_closed_after_a_while(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    stage_pass(*state, 39999);
    assert_false(wire->is_closed);
    stage_pass(*state, 1);
    assert_int_equal(wire->code, 1000);
}

static void test_handshake_on_a_socket_in_use_makes_another_session(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client first = wire_client(*state, wire, "null");
    wire_say(*state, wire, &first, CONNECT);
    struct client second = wire_client(*state, wire, "null");
    assert_string_not_equal(first.id, second.id);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(wire_read(wire), "{'n':1}");
    assert_null(wire_read(wire));
    wire_say(*state, wire, &second, CONNECT);
    stage_pass(*state, 10002);
    assert_int_equal(stage_record_count(), 1);
}

static void test_session_moves_from_http_to_a_socket(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *held = stage_connect(*state, &client, "");
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    wire_say(*state, wire, &client, CONNECT);
    assert_int_equal(held->status, 500);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(wire_read(wire), "{'n':1}");
}

static void test_any_message_on_a_socket_ends_the_poll_that_is_left_behind(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *held = stage_connect(*state, &client, "");
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    wire_say(*state, wire, &client, "{'channel':'/service/x','clientId':'%s','data':1}");
    assert_has(wire_read(wire), "'successful':true");
    assert_int_equal(held->status, 500);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(wire_read(wire), "{'n':1}");
}

static void test_session_moves_from_a_socket_to_http_of_the_same_user(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, CONNECT);
    struct call *call =
        stage_post(*state, BOB, NULL, "[{'channel':'/meta/connect','clientId':'%s'}]", client.id);
    assert_has(call->body, "402::session_unknown");
    call = stage_connect(*state, &client, "");
    assert_held(call);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(call->body, "{'n':1}");
    stage_pass(*state, 30001);
    assert_null(wire_read(wire));
}

static void test_cookie_of_the_upgrade_binds_the_session(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, "0123456789abcdef");
    struct client client = wire_client(*state, wire, "null");
    struct call *call = stage_connect(*state, &client, "");
    assert_has(call->body, "402::session_unknown");
    strcpy(client.cookie, "a=b; BAYEUX_BROWSER=0123456789abcdef; c=d");
    assert_held(stage_connect(*state, &client, ""));
}

static void test_peer_that_does_not_read_is_left_alone_until_it_does(void **state)
{
    struct wire *wire = stage_socket(*state, ALICE, NULL);
    struct client client = wire_client(*state, wire, "null");
    wire_say(*state, wire, &client, CONNECT);
    stage_pass(*state, 1);
    wire->backlog = 1000000;
    for (int i = 0; i < 120; i++) {
        stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
        stage_flush(*state);
    }
    stage_pass(*state, 1000);
    assert_null(wire_read(wire));
    wire->backlog = 0;
    stage_pass(*state, 100);
    assert_has(wire_read(wire), "[{'channel':'/v2/me/resync','data':{'messageType':"
                                "'ResyncMessage','from':1,'to':20}},{'data':{'n':21}");
    assert_null(wire_read(wire));
}

static void test_draining_answers_the_heartbeat(void **state)
{
    struct stage *stage = *state;
    struct wire *wire = stage_socket(stage, ALICE, NULL);
    struct client client = wire_client(stage, wire, "null");
    wire_say(stage, wire, &client, CONNECT);
    bayeux_drain(stage->b);
    assert_has(wire_read(wire), "'reconnect':'retry','interval':1000");
}

int run_socket_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_events_are_pushed_and_the_connect_stays_held),
        STAGED(test_nothing_is_pushed_before_the_first_connect),
        STAGED(test_handshake_sets_no_cookie_and_replies_in_one_frame),
        STAGED(test_acknowledged_events_come_with_the_connect_reply),
        STAGED(test_newer_connect_replaces_the_held_one_silently),
        STAGED(test_disconnect_reply_comes_before_the_connects),
        STAGED(test_what_is_no_envelope_closes_the_socket),
        STAGED(test_message_over_the_bound_closes_the_socket),
        STAGED(test_another_client_id_on_a_bound_socket_is_unknown),
        STAGED(test_client_id_of_another_user_is_unknown),
        STAGED(test_session_goes_on_over_a_new_socket),
        STAGED(test_session_moves_though_the_old_socket_is_still_there),
        STAGED(test_session_is_gone_max_interval_after_its_socket),
        STAGED(test_session_that_stops_connecting_is_ended_with_its_socket),
        STAGED(test_socket_without_session_is_closed_after_a_while),
        STAGED(test_handshake_on_a_socket_in_use_makes_another_session),
        STAGED(test_session_moves_from_http_to_a_socket),
        STAGED(test_any_message_on_a_socket_ends_the_poll_that_is_left_behind),
        STAGED(test_session_moves_from_a_socket_to_http_of_the_same_user),
        STAGED(test_cookie_of_the_upgrade_binds_the_session),
        STAGED(test_peer_that_does_not_read_is_left_alone_until_it_does),
        STAGED(test_draining_answers_the_heartbeat),
    };
    return RUN_GROUP(tests);
}
