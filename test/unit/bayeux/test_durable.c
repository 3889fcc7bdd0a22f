/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What must survive: replies wait for their records, a refusal changes nothing, and after a restart
 * clients go on as if nothing had been. */
#include "stage.h"

#include <stdio.h>

#define ACK "{'ack':true}"

static void test_handshake_reply_waits_for_its_record(void **state)
{
    struct stage *stage = *state;
    stage->is_slow = true;
    struct call *call = stage_post(stage, ALICE, NULL, "[{'channel':'/meta/handshake'}]");
    assert_int_equal(call->status, 0);
    stage_commit(stage);
    assert_has(call->body, "'successful':true");
    assert_has(call->headers, "BAYEUX_BROWSER");
}

static void test_subscribe_reply_waits_also_when_it_changes_nothing_more(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    stage->is_slow = true;
    struct call *first = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/*','id':'1'}]");
    struct call *second = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/*','id':'2'}]");
    assert_int_equal(first->status, 0);
    assert_int_equal(second->status, 0);
    stage_commit(stage);
    assert_has(first->body, "'id':'1'");
    assert_has(second->body, "'id':'2'");
    struct call *third = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/*','id':'3'}]");
    assert_has(third->body, "'id':'3'");
}

static void test_whole_envelope_waits_in_order(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage->is_slow = true;
    struct call *call =
        stage_say(stage, &client,
                  "[{'channel':'/service/x','clientId':'%s','data':1,'id':'1'}," SUBSCRIBE
                  "'/v2/me/calls','id':'2'},"
                  "{'channel':'/meta/connect','clientId':'%s','id':'3'}]");
    assert_int_equal(call->status, 0);
    stage_commit(stage);
    assert_has(call->body, "[{'id':'1','channel':'/service/x','successful':true},"
                           "{'id':'2','channel':'/meta/subscribe','successful':true,"
                           "'subscription':'/v2/me/calls'},{'id':'3',");
}

static void test_peer_that_is_gone_before_its_record_harms_nobody(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    struct wire *wire = stage_socket(stage, ALICE, NULL);
    struct client other = wire_client(stage, wire, "null");
    stage->is_slow = true;
    call_hang_up(stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/calls'}]"));
    wire_say(stage, wire, &other, "[" SUBSCRIBE "'/v2/me/calls'}]");
    wire_hang_up(wire);
    call_hang_up(stage_post(stage, ALICE, NULL, "[{'channel':'/meta/handshake'}]"));
    stage_commit(stage);
    stage->is_slow = false;
    assert_int_equal(stage_record_count(), 3);
    stage_pass(stage, 10002);
    assert_int_equal(stage_record_count(), 0);
}

static void test_disconnect_is_silent_at_once_and_said_when_durable(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    struct call *held = stage_connect(stage, &client, "");
    stage->is_slow = true;
    struct call *bye =
        stage_say(stage, &client, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_int_equal(bye->status, 0);
    assert_held(held);
    struct call *late = stage_connect(stage, &client, "");
    assert_has(late->body, "402::session_unknown");
    stage_commit(stage);
    assert_has(bye->body, "'successful':true");
    assert_has(held->body, "'reconnect':'none'");
    assert_lacks(held->body, "{'n':1}");
}

static void test_disconnect_overtakes_nothing_that_still_waits(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage->is_slow = true;
    struct call *sub = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/calls'}]");
    struct call *bye =
        stage_say(stage, &client, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    stage_commit(stage);
    assert_has(sub->body, "'successful':true");
    assert_has(bye->body, "'successful':true");
    assert_int_equal(stage_record_count(), 0);
}

static void test_refused_handshake_leaves_nothing(void **state)
{
    struct stage *stage = *state;
    stage->is_full = true;
    struct call *call = stage_post(stage, ALICE, NULL, "[{'channel':'/meta/handshake','id':'1'}]");
    assert_has(call->body, "[{'id':'1','channel':'/meta/handshake','successful':false,"
                           "'error':'500::overload','advice':{'reconnect':'handshake'");
    assert_lacks(call->body, "clientId");
    assert_string_equal(call->headers, "");
    struct hub_stats stats;
    hub_stats(stage->hub, &stats);
    assert_int_equal(stats.cursors, 0);
    struct wire *wire = stage_socket(stage, ALICE, NULL);
    wire_say(stage, wire, NULL, "{'channel':'/meta/handshake'}");
    assert_has(wire_read(wire), "500::overload");
}

static void test_refused_subscribe_and_unsubscribe_change_nothing(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    (void)stage_say(stage, &client, "[" SUBSCRIBE "['/v2/me/calls','/x']}]");
    (void)stage_connect(stage, &client, "");
    stage->is_full = true;
    struct call *call = stage_say(
        stage, &client,
        "[" SUBSCRIBE "'/v2/me/devices','id':'1'},"
        "{'channel':'/service/x','clientId':'%s','data':1,'id':'2'},"
        "{'channel':'/meta/unsubscribe','clientId':'%s','subscription':'/v2/me/calls','id':'3'}]");
    assert_has(call->body, "[{'id':'1','channel':'/meta/subscribe','successful':false,"
                           "'error':'500::overload','advice':{'reconnect':'retry'");
    assert_has(call->body, "{'id':'2','channel':'/service/x','successful':true},");
    assert_has(call->body, "{'id':'3','channel':'/meta/unsubscribe','successful':false");
    stage_notice(stage, ALICE, NOTICE_DEVICE_STATE_CHANGE);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    call = stage_connect(stage, &client, "");
    assert_has(call->body, "[{'data':{'n':2},'channel':'/v2/me/calls'},{'channel'");
}

static void test_refused_disconnect_leaves_the_session_alive(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    struct call *held = stage_connect(stage, &client, "");
    stage->is_full = true;
    struct call *call =
        stage_say(stage, &client, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    assert_has(call->body, "'error':'500::overload'");
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(held->body, "{'n':1}");
}

static void test_refusal_loses_no_event_of_a_connect_in_the_same_envelope(void **state)
{
    struct stage *stage = *state;
    struct client clients[] = {stage_client(stage, "null"), stage_client(stage, ACK)};
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage->is_full = true;
    for (int i = 0; i < 2; i++) {
        struct call *call =
            stage_say(stage, &clients[i],
                      "[{'channel':'/meta/connect','clientId':'%s','ext':{'ack':0}}," SUBSCRIBE
                      "'/v2/me/calls'}]");
        assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},{'channel':'/meta/c");
        assert_has(call->body, "'error':'500::overload'");
    }
}

static void test_connects_need_no_record(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    stage->is_full = true;
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':0}");
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "{'n':1}");
    assert_held(stage_connect(stage, &client, ",'ext':{'ack':1}"));
}

static void test_expired_session_waits_until_its_record_can_go(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    stage->is_full = true;
    stage_pass(stage, 15000);
    assert_int_equal(stage_record_count(), 1);
    stage->is_full = false;
    stage_pass(stage, 1000);
    assert_int_equal(stage_record_count(), 0);
}

static void test_session_does_not_expire_while_a_reply_waits_for_its_record(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage->is_slow = true;
    struct call *call = stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/calls'}]");
    stage_pass(stage, 20000);
    stage->is_slow = false;
    stage_commit(stage);
    assert_has(call->body, "'successful':true");
    assert_int_equal(stage_record_count(), 1);
    stage_pass(stage, 10000);
    assert_int_equal(stage_record_count(), 0);
}

static void test_session_outlives_a_restart(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    call_hang_up(stage_connect(stage, &client, ""));
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_restart(stage);
    stage_pass(stage, 20000);
    struct call *call = stage_connect(stage, &client, "");
    assert_held(call);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "[{'data':{'n':2},'channel':'/v2/me/calls'},{'channel'");
    call = stage_post(stage, BOB, client.cookie, "[{'channel':'/meta/connect','clientId':'%s'}]",
                      client.id);
    assert_has(call->body, "402::session_unknown");
    call =
        stage_post(stage, ALICE, NULL, "[{'channel':'/meta/connect','clientId':'%s'}]", client.id);
    assert_has(call->body, "402::session_unknown");
}

static void test_without_acknowledgements_a_restart_repeats_nothing(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    (void)stage_connect(stage, &client, "");
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    stage_stop(stage);
    stage_replay(stage, ALICE, 1, NOTICE_STATUS_CHANGE);
    stage_restore(stage);
    stage_flush(stage);
    assert_held(stage_connect(stage, &client, ""));
}

static void test_without_acknowledgements_what_comes_after_the_start_is_kept(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, "null");
    stage_stop(stage);
    stage_replay(stage, ALICE, 1, NOTICE_STATUS_CHANGE);
    stage_restore(stage);
    stage_replay(stage, ALICE, 2, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    struct call *call = stage_connect(stage, &client, "");
    assert_has(call->body, "[{'data':{'n':2},'channel':'/v2/me/calls'},{'channel'");
}

static void restart_and_replay(struct stage *stage, uint64_t from, uint64_t to)
{
    stage_stop(stage);
    for (uint64_t seq = from; seq <= to; seq++) {
        stage_replay(stage, ALICE, seq, NOTICE_STATUS_CHANGE);
    }
    stage_restore(stage);
    stage_flush(stage);
}

static void test_with_acknowledgements_a_restart_costs_no_event(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    for (int i = 0; i < 5; i++) {
        stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    }
    (void)stage_connect(stage, &client, ",'ext':{'ack':0}");
    restart_and_replay(stage, 1, 7);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':5}");
    assert_has(call->body, "[{'data':{'n':6},'channel':'/v2/me/calls'},{'data':{'n':7}");
    assert_has(call->body, "'ext':{'ack':7}");
    assert_held(stage_connect(stage, &client, ",'ext':{'ack':7}"));
}

static void test_client_that_never_confirmed_gets_all_since_its_handshake(void **state)
{
    struct stage *stage = *state;
    for (int i = 0; i < 3; i++) {
        stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    }
    struct client client = stage_client(stage, ACK);
    restart_and_replay(stage, 1, 5);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':0}");
    assert_has(call->body, "[{'data':{'n':4},'channel':'/v2/me/calls'},{'data':{'n':5}");
}

static void test_confirming_more_than_is_known_after_a_restart_is_cut(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    restart_and_replay(stage, 1, 5);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':900}");
    assert_held(call);
    stage_replay(stage, ALICE, 6, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "[{'data':{'n':6}");
}

static void test_what_replay_no_longer_has_is_told(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    restart_and_replay(stage, 40, 41);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':20}");
    assert_has(call->body, "'messageType':'ResyncMessage','from':21,'to':39}},{'data':{'n':40}");
}

static void test_quiet_user_of_whom_replay_knows_nothing_hears_no_false_alarm(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    stage->seq[0] = 500;
    stage_restart(stage);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':500}");
    assert_held(call);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "[{'data':{'n':501}");
    assert_held(stage_connect(stage, &client, ",'ext':{'ack':501}"));
}

static void test_what_came_while_away_and_replay_no_longer_has_is_told_at_once(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    struct call *held = stage_connect(stage, &client, ",'ext':{'ack':0}");
    call_hang_up(held);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_restart(stage);
    struct call *call = stage_connect(stage, &client, ",'ext':{'ack':0}");
    assert_has(call->body, "'messageType':'ResyncMessage','from':1,'to':1}}");
    assert_has(call->body, "'ext':{'ack':1}");
    assert_held(stage_connect(stage, &client, ",'ext':{'ack':1}"));
}

static bool is_bob(void *ctx, struct slice user)
{
    (void)ctx;
    return slice_is(user, BOB);
}

static void test_session_of_a_user_that_there_is_no_more_is_removed(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    assert_int_equal(stage_record_count(), 1);
    stage->options.has_user = is_bob;
    stage_restart(stage);
    stage_commit(stage);
    assert_int_equal(stage_record_count(), 0);
    assert_has(stage_connect(stage, &client, "")->body, "402::session_unknown");
}

static void test_restored_session_goes_on_over_a_socket(void **state)
{
    struct stage *stage = *state;
    struct wire *old = stage_socket(stage, ALICE, NULL);
    struct client client = wire_client(stage, old, "null");
    stage_restart(stage);
    struct wire *wire = stage_socket(stage, ALICE, NULL);
    wire_say(stage, wire, &client, CONNECT);
    stage_pass(stage, 1);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(wire_read(wire), "{'n':1}");
}

static void test_restored_session_of_nobody_is_gone_in_time(void **state)
{
    struct stage *stage = *state;
    (void)stage_client(stage, "null");
    stage_restart(stage);
    stage_pass(stage, 39999);
    assert_int_equal(stage_record_count(), 1);
    stage_pass(stage, 2);
    assert_int_equal(stage_record_count(), 0);
}

static void test_unreadable_records_are_passed_over(void **state)
{
    struct stage *stage = *state;
    static const char key[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    bayeux_restore(stage->b, SLICE("short"), SLICE("x"), stage->now_ms);
    bayeux_restore(stage->b, slice_of(key), SLICE(""), stage->now_ms);
    bayeux_restore(stage->b, slice_of(key),
                   SLICE("\x01\x06"
                         "agent0"),
                   stage->now_ms);
    bayeux_restore(stage->b, slice_of(key),
                   SLICE("\x01\x06"
                         "agent0\0\0\0\0\x01\x03"
                         "foo"),
                   stage->now_ms);
    bayeux_restore(stage->b, slice_of(key),
                   SLICE("\x09\x06"
                         "agent0\0\0\0\0\0"),
                   stage->now_ms);
    struct hub_stats stats;
    hub_stats(stage->hub, &stats);
    assert_int_equal(stats.cursors, 0);
    bayeux_restore(stage->b, slice_of(key),
                   SLICE("\x01\x06"
                         "agent0\0\0\0\0\0"),
                   stage->now_ms);
    hub_stats(stage->hub, &stats);
    assert_int_equal(stats.cursors, 1);
}

int run_durable_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_handshake_reply_waits_for_its_record),
        STAGED(test_subscribe_reply_waits_also_when_it_changes_nothing_more),
        STAGED(test_whole_envelope_waits_in_order),
        STAGED(test_peer_that_is_gone_before_its_record_harms_nobody),
        STAGED(test_disconnect_is_silent_at_once_and_said_when_durable),
        STAGED(test_disconnect_overtakes_nothing_that_still_waits),
        STAGED(test_refused_handshake_leaves_nothing),
        STAGED(test_refused_subscribe_and_unsubscribe_change_nothing),
        STAGED(test_refused_disconnect_leaves_the_session_alive),
        STAGED(test_refusal_loses_no_event_of_a_connect_in_the_same_envelope),
        STAGED(test_connects_need_no_record),
        STAGED(test_expired_session_waits_until_its_record_can_go),
        STAGED(test_session_does_not_expire_while_a_reply_waits_for_its_record),
        STAGED(test_session_outlives_a_restart),
        STAGED(test_without_acknowledgements_a_restart_repeats_nothing),
        STAGED(test_without_acknowledgements_what_comes_after_the_start_is_kept),
        STAGED(test_with_acknowledgements_a_restart_costs_no_event),
        STAGED(test_client_that_never_confirmed_gets_all_since_its_handshake),
        STAGED(test_confirming_more_than_is_known_after_a_restart_is_cut),
        STAGED(test_what_replay_no_longer_has_is_told),
        STAGED(test_quiet_user_of_whom_replay_knows_nothing_hears_no_false_alarm),
        STAGED(test_what_came_while_away_and_replay_no_longer_has_is_told_at_once),
        STAGED(test_session_of_a_user_that_there_is_no_more_is_removed),
        STAGED(test_restored_session_goes_on_over_a_socket),
        STAGED(test_restored_session_of_nobody_is_gone_in_time),
        STAGED(test_unreadable_records_are_passed_over),
    };
    return RUN_GROUP(tests);
}
