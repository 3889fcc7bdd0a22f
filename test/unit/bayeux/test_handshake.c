/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Handshakes: what a good one gets, what is refused, and that it travels alone. */
#include "stage.h"

static void test_reply_has_version_types_client_id_and_whole_advice(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL,
                                   "[{'channel':'/meta/handshake','version':'1.0','id':'7',"
                                   "'supportedConnectionTypes':['long-polling']}]");
    assert_int_equal(call->status, 200);
    assert_string_equal(call->content_type, "application/json;charset=UTF-8");
    assert_has(call->body, "[{'id':'7','channel':'/meta/handshake','successful':true,"
                           "'version':'1.0','minimumVersion':'1.0',");
    assert_has(call->body,
               "'supportedConnectionTypes':['websocket','long-polling','callback-polling']");
    assert_has(call->body, "'advice':{'reconnect':'retry','interval':0,'timeout':30000}");
    assert_lacks(call->body, "'ext'");
    char id[40];
    text_after(call->body, "'clientId':'", id, sizeof id);
    assert_int_equal(strlen(id), 32);
}

static void test_each_handshake_makes_another_client_id(void **state)
{
    struct client first = stage_handshake(*state, "null");
    struct client second = stage_handshake(*state, "null");
    assert_string_not_equal(first.id, second.id);
}

static void test_no_common_connection_type_fails_without_client_id(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL,
                                   "[{'channel':'/meta/handshake','version':'1.0',"
                                   "'supportedConnectionTypes':['iframe','flash']}]");
    assert_int_equal(call->status, 200);
    assert_has(call->body, "'successful':false");
    assert_has(call->body, "'error':'301::connection_types_unsupported'");
    assert_has(call->body, "'supportedConnectionTypes':[");
    assert_has(call->body, "'reconnect':'none'");
    assert_lacks(call->body, "clientId");
    assert_int_equal(stage_record_count(), 0);
}

static void test_websocket_is_not_named_when_it_is_not_offered(void **state)
{
    struct stage *stage = *state;
    stage->options.offers_websocket = false;
    stage_restart(stage);
    struct call *call = stage_post(stage, ALICE, NULL,
                                   "[{'channel':'/meta/handshake','supportedConnectionTypes':"
                                   "['websocket','callback-polling']}]");
    assert_has(call->body, "'supportedConnectionTypes':['long-polling','callback-polling']");
    call = stage_post(stage, ALICE, NULL,
                      "[{'channel':'/meta/handshake','supportedConnectionTypes':['websocket']}]");
    assert_has(call->body, "'successful':false");
}

static void test_missing_version_and_types_are_forgiven(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL, "{'channel':'/meta/handshake'}");
    assert_has(call->body, "'successful':true");
    assert_lacks(call->body, "'id'");
}

static void test_company_of_a_handshake_is_ignored(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL,
                                   "[{'channel':'/foo','id':'1'},"
                                   "{'channel':'/meta/handshake','id':'2'},"
                                   "{'channel':'/meta/handshake','id':'3'}]");
    assert_has(call->body, "[{'id':'2','channel':'/meta/handshake','successful':true");
    assert_lacks(call->body, "'id':'1'");
    assert_lacks(call->body, "'id':'3'");
    assert_int_equal(stage_record_count(), 1);
}

static void test_browser_cookie_is_set_once(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    struct call *first = stage->calls;
    assert_has(first->headers, "Set-Cookie: BAYEUX_BROWSER=");
    assert_has(first->headers, "; Path=/; HttpOnly; SameSite=Lax\r\n");
    struct call *again = stage_post(stage, ALICE, client.cookie, "[{'channel':'/meta/handshake'}]");
    assert_string_equal(again->headers, "");
}

static void test_secure_cookie_may_cross_sites(void **state)
{
    struct stage *stage = *state;
    stage->options.is_https = true;
    stage->options.has_other_origins = true;
    stage_restart(stage);
    (void)stage_handshake(stage, "null");
    assert_has(stage->calls->headers, "; Path=/; HttpOnly; Secure; SameSite=None\r\n");
}

static void test_cookie_of_another_form_is_replaced(void **state)
{
    struct call *call = stage_post(*state, ALICE, "BAYEUX_BROWSER=<script>alert(1)</script>",
                                   "[{'channel':'/meta/handshake'}]");
    assert_has(call->headers, "Set-Cookie: BAYEUX_BROWSER=");
}

static void test_acknowledgements_are_agreed_in_the_form_asked_for(void **state)
{
    (void)stage_handshake(*state, "{'ack':true}");
    assert_has(((struct stage *)*state)->calls->body, "'ext':{'ack':true}");
    (void)stage_handshake(*state, "{'ack':{'enabled':true}}");
    assert_has(((struct stage *)*state)->calls->body, "'ext':{'ack':{'enabled':true,'batch':0}}");
}

static void test_acknowledgements_stay_off_when_not_asked_for(void **state)
{
    static const char *const exts[] = {"null",           "{}", "{'ack':false}", "{'ack':1}",
                                       "{'ack':'true'}", "[]"};
    for (size_t i = 0; i < sizeof exts / sizeof *exts; i++) {
        (void)stage_handshake(*state, exts[i]);
        assert_lacks(((struct stage *)*state)->calls->body, "'ext'");
    }
}

static void test_more_sessions_than_the_bound_are_refused(void **state)
{
    struct stage *stage = *state;
    for (unsigned i = 0; i < stage->options.sessions_max; i++) {
        const char *user = i % 2 ? ALICE : BOB;
        assert_has(stage_post(stage, user, NULL, "[{'channel':'/meta/handshake'}]")->body,
                   "'successful':true");
    }
    struct call *call = stage_post(stage, ALICE, NULL, "[{'channel':'/meta/handshake'}]");
    assert_has(call->body, "'error':'500::too_many_sessions'");
    assert_has(call->body, "'reconnect':'handshake'");
    stage_pass(stage, 11000);
    (void)stage_handshake(stage, "null");
}

static void test_more_sessions_of_one_user_than_the_bound_are_refused(void **state)
{
    struct stage *stage = *state;
    for (unsigned i = 0; i < stage->options.user_sessions_max; i++) {
        (void)stage_handshake(stage, "null");
    }
    struct call *call = stage_post(stage, ALICE, NULL, "[{'channel':'/meta/handshake'}]");
    assert_has(call->body, "'error':'500::too_many_sessions_of_user'");
    assert_has(call->body, "'reconnect':'handshake'");
    assert_has(stage_post(stage, BOB, NULL, "[{'channel':'/meta/handshake'}]")->body,
               "'successful':true");
    stage_pass(stage, 11000);
    (void)stage_handshake(stage, "null");
}

static void test_session_that_never_connects_is_gone_after_max_interval(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_handshake(stage, "null");
    stage_pass(stage, 9999);
    assert_int_equal(stage_record_count(), 1);
    stage_pass(stage, 2);
    assert_int_equal(stage_record_count(), 0);
    struct call *call = stage_connect(stage, &client, "");
    assert_has(call->body, "402::session_unknown");
}

int run_handshake_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_reply_has_version_types_client_id_and_whole_advice),
        STAGED(test_each_handshake_makes_another_client_id),
        STAGED(test_no_common_connection_type_fails_without_client_id),
        STAGED(test_websocket_is_not_named_when_it_is_not_offered),
        STAGED(test_missing_version_and_types_are_forgiven),
        STAGED(test_company_of_a_handshake_is_ignored),
        STAGED(test_browser_cookie_is_set_once),
        STAGED(test_secure_cookie_may_cross_sites),
        STAGED(test_cookie_of_another_form_is_replaced),
        STAGED(test_acknowledgements_are_agreed_in_the_form_asked_for),
        STAGED(test_acknowledgements_stay_off_when_not_asked_for),
        STAGED(test_more_sessions_than_the_bound_are_refused),
        STAGED(test_more_sessions_of_one_user_than_the_bound_are_refused),
        STAGED(test_session_that_never_connects_is_gone_after_max_interval),
    };
    return RUN_GROUP(tests);
}
