/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Subscribe, unsubscribe, publish and disconnect: what each answers, and to whom. */
#include "stage.h"

#include <stdio.h>

static void test_subscription_is_echoed_in_its_form(void **state)
{
    struct client client = stage_handshake(*state, "null");
    struct call *call = stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/calls','id':'2'}]");
    assert_text(call->body, "[{'id':'2','channel':'/meta/subscribe','successful':true,"
                            "'subscription':'/v2/me/calls'}]");
    call =
        stage_say(*state, &client, "[" SUBSCRIBE "['/v2/me/calls', '/v2/me/devices'],'id':'3'}]");
    assert_has(call->body, "'successful':true,'subscription':['/v2/me/calls', '/v2/me/devices']");
    call = stage_say(*state, &client,
                     "[{'channel':'/meta/unsubscribe','clientId':'%s','id':'4',"
                     "'subscription':['/v2/me/calls','/v2/me/devices']}]");
    assert_text(call->body, "[{'id':'4','channel':'/meta/unsubscribe','successful':true,"
                            "'subscription':['/v2/me/calls','/v2/me/devices']}]");
}

static void test_bad_subscriptions_are_refused(void **state)
{
    struct client client = stage_handshake(*state, "null");
    static const struct {
        const char *subscription;
        const char *error;
    } rows[] = {
        {"'/bar<script>'", "403::subscription_invalid"},
        {"7", "403::subscription_invalid"},
        {"['/a',null]", "403::subscription_invalid"},
        {"'/v2/*/calls'", "403::subscription_invalid"},
        {"'/meta/connect'", "403:denied_by_security_policy:subscribe_denied"},
        {"'/meta/**'", "403:denied_by_security_policy:create_denied"},
        {"'/meta/foo'", "403:denied_by_security_policy:create_denied"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call *call;
        char text[300];
        snprintf(text, sizeof text, "[" SUBSCRIBE "%s}]", client.id, rows[i].subscription);
        call = stage_post(*state, ALICE, client.cookie, "%s", text);
        assert_int_equal(call->status, 200);
        assert_has(call->body, "'successful':false");
        assert_has(call->body, rows[i].error);
    }
    struct call *call =
        stage_say(*state, &client, "[{'channel':'/meta/subscribe','clientId':'%s'}]");
    assert_has(call->body, "403::subscription_missing");
}

static void test_failure_in_an_array_leaves_what_came_before_it(void **state)
{
    struct client client = stage_client(*state, "null");
    (void)stage_say(*state, &client,
                    "[{'channel':'/meta/unsubscribe','clientId':'%s','subscription':'/v2/me/*'}]");
    struct call *call =
        stage_say(*state, &client, "[" SUBSCRIBE "['/v2/me/calls','/meta/x','/v2/me/devices']}]");
    assert_has(call->body, "'successful':false");
    stage_notice(*state, ALICE, NOTICE_DEVICE_STATE_CHANGE);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    call = stage_connect(*state, &client, "");
    assert_has(call->body, "{'n':2}");
    assert_lacks(call->body, "{'n':1}");
}

static void test_subscribing_to_service_is_accepted_and_means_nothing(void **state)
{
    struct client client = stage_handshake(*state, "null");
    struct call *call = stage_say(*state, &client, "[" SUBSCRIBE "'/service/x'}]");
    assert_has(call->body, "'successful':true");
}

static void test_more_subscriptions_than_the_bound_are_refused(void **state)
{
    struct client client = stage_handshake(*state, "null");
    struct call *call = stage_say(*state, &client,
                                  "[" SUBSCRIBE "['/1','/2','/3','/4','/5','/6','/7','/8','/1']}]");
    assert_has(call->body, "'successful':true");
    call = stage_say(*state, &client, "[" SUBSCRIBE "'/9'}]");
    assert_has(call->body, "'error':'403::subscribe_failed'");
}

static void test_unsubscribing_from_nothing(void **state)
{
    struct client client = stage_handshake(*state, "null");
    struct call *call = stage_say(
        *state, &client,
        "[{'channel':'/meta/unsubscribe','clientId':'%s','subscription':'/v2/me/calls'},"
        "{'channel':'/meta/unsubscribe','clientId':'%s','subscription':'/nobody/made/this'}]");
    assert_has(call->body, "'successful':true,'subscription':'/v2/me/calls'");
    assert_has(call->body, "'400::channel_missing'");
}

static void test_unsubscribed_is_silent_after_the_reply(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_connect(*state, &client, "");
    (void)stage_say(*state, &client,
                    "[{'channel':'/meta/unsubscribe','clientId':'%s','subscription':'/v2/me/*'}]");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_held(call);
}

static void test_publishing_is_refused_but_to_service(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call =
        stage_say(*state, &client,
                  "[{'channel':'/v2/me/calls','clientId':'%s','data':{'a':1},'id':'5'},"
                  "{'channel':'/service/x','clientId':'%s','data':{'a':1},'id':'6'},"
                  "{'channel':'/service/x','clientId':'%s','id':'7'},"
                  "{'channel':'/meta/x','clientId':'%s','data':1,'id':'8'}]");
    assert_text(call->body, "[{'id':'5','channel':'/v2/me/calls','successful':false,"
                            "'error':'403:denied_by_security_policy:publish_denied'},"
                            "{'id':'6','channel':'/service/x','successful':true},"
                            "{'id':'7','channel':'/service/x','successful':false,"
                            "'error':'400::data_missing'},"
                            "{'id':'8','channel':'/meta/x','successful':false,"
                            "'error':'403:denied_by_security_policy:channel_create_denied'}]");
}

static void test_disconnect_answers_the_held_connect_with_none(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *held = stage_connect(*state, &client, ",'id':'3'");
    struct call *call =
        stage_say(*state, &client, "[{'channel':'/meta/disconnect','clientId':'%s','id':'4'}]");
    assert_text(call->body, "[{'id':'4','channel':'/meta/disconnect','successful':true}]");
    assert_has(held->body, "'id':'3','channel':'/meta/connect','successful':true");
    assert_has(held->body, "'reconnect':'none'");
    assert_int_equal(stage_record_count(), 0);
    call = stage_say(*state, &client, "[{'channel':'/meta/disconnect','clientId':'%s'}]");
    assert_has(call->body, "'error':'402::session_unknown'");
    assert_lacks(call->body, "advice");
}

static void test_disconnected_is_unknown_to_the_rest_of_the_envelope(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_say(*state, &client,
                                  "[{'channel':'/meta/disconnect','clientId':'%s','id':'1'},"
                                  "{'channel':'/service/x','clientId':'%s','data':1,'id':'2'},"
                                  "{'channel':'/meta/connect','clientId':'%s','id':'3'}]");
    assert_has(call->body, "{'id':'1','channel':'/meta/disconnect','successful':true}");
    assert_has(call->body, "'id':'2','channel':'/service/x','successful':false,"
                           "'error':'402::session_unknown'");
    assert_has(call->body, "'id':'3','channel':'/meta/connect','successful':false");
}

static void assert_unknown_to(struct stage *stage, const char *user, const char *cookie,
                              const struct client *client)
{
    static const char *const channels[] = {"/meta/connect", "/meta/subscribe", "/meta/unsubscribe",
                                           "/meta/disconnect", "/service/x"};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        struct call *call =
            stage_post(stage, user, cookie,
                       "[{'channel':'/service/x','data':1},{'channel':'%s','clientId':'%s',"
                       "'data':1,'subscription':'/v2/me/calls'}]",
                       channels[i], client->id);
        assert_has(call->body, "402::session_unknown");
        assert_lacks(call->body, "'successful':true");
    }
}

static void test_client_id_is_good_only_for_its_user_and_cookie(void **state)
{
    struct client client = stage_client(*state, "null");
    struct client other = stage_handshake(*state, "null");
    struct call *held = stage_connect(*state, &client, "");
    assert_unknown_to(*state, BOB, client.cookie, &client);
    assert_unknown_to(*state, ALICE, NULL, &client);
    assert_unknown_to(*state, ALICE, other.cookie, &client);
    assert_held(held);
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(held->body, "{'n':1}");
}

int run_subscribe_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_subscription_is_echoed_in_its_form),
        STAGED(test_bad_subscriptions_are_refused),
        STAGED(test_failure_in_an_array_leaves_what_came_before_it),
        STAGED(test_subscribing_to_service_is_accepted_and_means_nothing),
        STAGED(test_more_subscriptions_than_the_bound_are_refused),
        STAGED(test_unsubscribing_from_nothing),
        STAGED(test_unsubscribed_is_silent_after_the_reply),
        STAGED(test_publishing_is_refused_but_to_service),
        STAGED(test_disconnect_answers_the_held_connect_with_none),
        STAGED(test_disconnected_is_unknown_to_the_rest_of_the_envelope),
        STAGED(test_client_id_is_good_only_for_its_user_and_cookie),
    };
    return RUN_GROUP(tests);
}
