/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Events without acknowledgements over long-polling: who gets what, on what it rides, and what is
 * said when the ring no longer has it. */
#include "stage.h"

static void test_event_answers_the_held_connect(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, ",'id':'3'");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_notice(*state, ALICE, NOTICE_DEVICE_STATE_CHANGE);
    stage_notice(*state, ALICE, NOTICE_CHANNEL_STATE_CHANGE);
    assert_held(call);
    stage_flush(*state);
    assert_text(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},"
                            "{'data':{'n':2},'channel':'/v2/me/devices'},"
                            "{'data':{'n':3},'channel':'/v2/me/channels'},"
                            "{'id':'3','channel':'/meta/connect','successful':true,"
                            "'advice':{'reconnect':'retry','interval':0,'timeout':30000}}]");
}

static void test_event_of_another_user_is_not_seen(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    stage_notice(*state, BOB, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_held(call);
}

static void test_all_sessions_of_a_user_get_all_events(void **state)
{
    struct client first = stage_client(*state, "null");
    struct client second = stage_client(*state, "{'ack':true}");
    struct call *calls[] = {stage_connect(*state, &first, ""), stage_connect(*state, &second, "")};
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(calls[0]->body, "{'n':1}");
    assert_has(calls[1]->body, "{'n':1}");
}

static void test_only_what_is_subscribed_wakes_and_arrives(void **state)
{
    struct client client = stage_handshake(*state, "null");
    (void)stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/devices'}]");
    (void)stage_connect(*state, &client, "");
    struct call *call = stage_connect(*state, &client, "");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_held(call);
    stage_notice(*state, ALICE, NOTICE_DEVICE_STATE_CHANGE);
    stage_flush(*state);
    assert_has(call->body, "[{'data':{'n':2},'channel':'/v2/me/devices'},");
}

static void test_two_matching_subscriptions_give_one_copy(void **state)
{
    struct client client = stage_handshake(*state, "null");
    (void)stage_say(*state, &client, "[" SUBSCRIBE "['/v2/me/*','/v2/me/calls','/**']}]");
    (void)stage_connect(*state, &client, "");
    struct call *call = stage_connect(*state, &client, "");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},{'channel':'/meta/connect'");
}

static void test_events_between_two_connects_wait(void **state)
{
    struct client client = stage_client(*state, "null");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    struct call *call = stage_connect(*state, &client, "");
    assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},"
                           "{'data':{'n':2},'channel':'/v2/me/calls'},{'channel'");
    assert_held(stage_connect(*state, &client, ""));
}

static void test_waiting_events_ride_on_the_reply_of_another_request(void **state)
{
    struct client client = stage_client(*state, "null");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    struct call *call =
        stage_say(*state, &client, "[{'channel':'/service/x','data':1,'clientId':'%s'}]");
    assert_text(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},"
                            "{'channel':'/service/x','successful':true}]");
}

static void test_what_came_before_the_handshake_is_not_delivered(void **state)
{
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    assert_held(call);
}

static void test_subscribe_before_the_first_connect_gets_what_came_meanwhile(void **state)
{
    struct client client = stage_handshake(*state, "null");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    struct call *call = stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/calls'}]");
    assert_lacks(call->body, "{'n':1}");
    call = stage_connect(*state, &client, "");
    assert_has(call->body, "{'n':1}");
}

static void test_what_nothing_matched_at_a_connect_is_not_delivered_later(void **state)
{
    struct client client = stage_handshake(*state, "null");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    (void)stage_connect(*state, &client, "");
    (void)stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/calls'}]");
    assert_held(stage_connect(*state, &client, ""));
}

static void test_lost_numbers_are_told_whatever_is_subscribed(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    (void)stage_connect(stage, &client, "");
    (void)stage_say(stage, &client, "[" SUBSCRIBE "'/v2/me/devices'}]");
    for (int i = 0; i < 120; i++) {
        stage_notice(stage, ALICE, i == 119 ? NOTICE_DEVICE_STATE_CHANGE : NOTICE_STATUS_CHANGE);
    }
    stage_flush(stage);
    struct call *call = stage_connect(stage, &client, "");
    assert_has(call->body, "[{'channel':'/v2/me/resync','data':{'messageType':'ResyncMessage',"
                           "'from':1,'to':20}},{'data':{'n':120},'channel':'/v2/me/devices'},"
                           "{'channel':'/meta/connect'");
    assert_held(stage_connect(stage, &client, ""));
}

static void test_lost_numbers_wake_a_held_connect(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    (void)stage_connect(stage, &client, "");
    struct call *call = stage_connect(stage, &client, "");
    stage_replay(stage, ALICE, 1, NOTICE_STATUS_CHANGE);
    stage_replay(stage, ALICE, 9, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "'messageType':'ResyncMessage','from':1,'to':8}}");
}

static void render_wide(void *ctx, const struct notice *notice, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "{\"n\":%llu,\"x\":\"", (unsigned long long)notice->seq);
    for (int i = 0; i < 9000; i++) {
        buf_char(out, 'x');
    }
    buf_text(out, "\"}");
}

static void test_one_answer_is_bounded_and_the_rest_follows(void **state)
{
    struct stage *stage = *state;
    stage->options.render = render_wide;
    stage_restart(stage);
    struct client client = stage_client(stage, "null");
    for (int i = 0; i < 50; i++) {
        stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    }
    struct call *call = stage_connect(stage, &client, "");
    assert_true(strlen(call->body) < 300000);
    assert_has(call->body, "{'n':1,");
    assert_lacks(call->body, "{'n':31,");
    call = stage_connect(stage, &client, "");
    assert_has(call->body, "{'n':50,");
    assert_held(stage_connect(stage, &client, ""));
}

static void test_first_number_known_of_a_user_is_no_loss_to_a_new_session(void **state)
{
    hub_seed(((struct stage *)*state)->hub, SLICE(ALICE), 500);
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    stage_replay(*state, ALICE, 501, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(call->body, "[{'data':{'n':501},'channel':'/v2/me/calls'},");
}

int run_deliver_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_event_answers_the_held_connect),
        STAGED(test_event_of_another_user_is_not_seen),
        STAGED(test_all_sessions_of_a_user_get_all_events),
        STAGED(test_only_what_is_subscribed_wakes_and_arrives),
        STAGED(test_two_matching_subscriptions_give_one_copy),
        STAGED(test_events_between_two_connects_wait),
        STAGED(test_waiting_events_ride_on_the_reply_of_another_request),
        STAGED(test_what_came_before_the_handshake_is_not_delivered),
        STAGED(test_subscribe_before_the_first_connect_gets_what_came_meanwhile),
        STAGED(test_what_nothing_matched_at_a_connect_is_not_delivered_later),
        STAGED(test_lost_numbers_are_told_whatever_is_subscribed),
        STAGED(test_lost_numbers_wake_a_held_connect),
        STAGED(test_one_answer_is_bounded_and_the_rest_follows),
        STAGED(test_first_number_known_of_a_user_is_no_loss_to_a_new_session),
    };
    return RUN_GROUP(tests);
}
