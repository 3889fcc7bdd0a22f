/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Envelopes in HTTP: their forms, callback-polling, ids, and what is refused before it is looked
 * at. */
#include "stage.h"

#include <stdlib.h>

static struct call *get(struct stage *stage, const char *cookie, const char *query)
{
    return stage_request(stage, "GET", ALICE, cookie, NULL, query, NULL);
}

static void test_lone_object_is_as_good_as_an_array(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL, " {'channel':'/meta/handshake'} ");
    assert_has(call->body, "[{'channel':'/meta/handshake','successful':true");
}

static void test_missing_content_type_is_fine(void **state)
{
    struct call *call = stage_request(*state, "POST", ALICE, NULL, NULL, NULL,
                                      quoted("[{'channel':'/meta/handshake'}]"));
    assert_has(call->body, "'successful':true");
}

static void test_form_may_carry_several_messages_and_arrays(void **state)
{
    struct call *call = stage_request(
        *state, "POST", ALICE, NULL, "application/x-www-form-urlencoded; charset=UTF-8", NULL,
        "message=%7B%22channel%22%3A%22/a%22,+%22id%22:%221%22%7D&x=y&"
        "message=%5b%7B%22channel%22:%22/b%22,%22id%22:2%7D,%7B%22channel%22:%22/c%22%7D%5d");
    assert_text(call->body,
                "[{'id':'1','channel':'/a','successful':false,'error':'402::session_unknown'},"
                "{'id':'2','channel':'/b','successful':false,'error':'402::session_unknown'},"
                "{'channel':'/c','successful':false,'error':'402::session_unknown'}]");
}

static void test_json_called_a_form_is_json(void **state)
{
    struct call *call =
        stage_request(*state, "POST", ALICE, NULL, "application/x-www-form-urlencoded", NULL,
                      quoted("[{'channel':'/meta/handshake'}]"));
    assert_has(call->body, "'successful':true");
}

static void test_other_charsets_do_not_disturb(void **state)
{
    struct call *call =
        stage_request(*state, "POST", ALICE, NULL, "application/json; charset=\"ISO-8859-7\"", NULL,
                      quoted("[{'channel':'/service/x','data':'\xe1\xe2'}]"));
    assert_int_equal(call->status, 200);
    call = stage_request(*state, "POST", ALICE, NULL, "application/json", NULL,
                         quoted("[{'channel':'/service/x','data':'\xe1\xe2'}]"));
    assert_int_equal(call->status, 400);
}

static void test_what_is_no_envelope_is_refused_with_a_reason(void **state)
{
    static const char *const bodies[] = {"[{'channel':'/meta/handshake'",    "", "[]", "[[]]", "7",
                                         "[{'channel':'/meta/handshake'},7]"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct call *call = stage_post(*state, ALICE, NULL, "%s", bodies[i]);
        assert_int_equal(call->status, 400);
        assert_has(call->body, "{'statusCode':");
        assert_has(call->body, "'statusMessage':'");
    }
    assert_int_equal(stage_record_count(), 0);
}

static void test_envelope_over_the_bound_is_refused(void **state)
{
    static char body[25000];
    memset(body, ' ', sizeof body - 1);
    struct call *call = stage_request(*state, "POST", ALICE, NULL, NULL, NULL, body);
    assert_int_equal(call->status, 400);
    assert_has(call->body, "'statusCode':10");
}

static void test_other_methods_are_refused(void **state)
{
    struct call *call = stage_request(*state, "PUT", ALICE, NULL, NULL, NULL, "{}");
    assert_int_equal(call->status, 405);
    assert_has(call->body, "'statusCode':3");
}

static void test_ids_are_echoed_as_strings_or_refused(void **state)
{
    static const struct {
        const char *id;
        const char *reply;
    } rows[] = {
        {"'a1'", "[{'id':'a1','channel':'/a',"},
        {"42", "[{'id':'42','channel':'/a',"},
        {"null", "[{'channel':'/a','successful':false,'error':'402::session_unknown'"},
        {"''", "'error':'405::message_id_invalid'"},
        {"'<script>'", "[{'channel':'/a','successful':false,'error':'405::message_id_invalid'"},
        {"-1", "'error':'405::message_id_invalid'"},
        {"{}", "'error':'405::message_id_invalid'"},
        {"'12345678901234567890123456789012345678901234567890123456789012345'",
         "'error':'405::message_id_invalid'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call *call =
            stage_post(*state, ALICE, NULL, "[{'channel':'/a','id':%s}]", rows[i].id);
        assert_int_equal(call->status, 200);
        assert_has(call->body, rows[i].reply);
    }
}

static void test_bad_channels_are_answered(void **state)
{
    struct call *call = stage_post(*state, ALICE, NULL,
                                   "[{'channel':'/foo<>','id':'1'},{'id':'2'},{'channel':7},"
                                   "{'channel':'foo'}]");
    assert_text(call->body,
                "[{'id':'1','channel':'/foo<>','successful':false,'error':'405::channel_invalid'},"
                "{'id':'2','successful':false,'error':'400::channel_missing'},"
                "{'successful':false,'error':'400::channel_missing'},"
                "{'channel':'foo','successful':false,'error':'405::channel_invalid'}]");
}

static void test_callback_polling_answers_with_a_script(void **state)
{
    struct call *call =
        get(*state, NULL, "jsonp=a.b_c-1&message=%5B%7B%22channel%22:%22/meta/handshake%22%7D%5D");
    assert_int_equal(call->status, 200);
    assert_string_equal(call->content_type, "text/javascript;charset=UTF-8");
    assert_has(call->headers, "X-Content-Type-Options: nosniff\r\n");
    assert_has(call->headers, "Set-Cookie: BAYEUX_BROWSER=");
    assert_has(call->body, "/**/a.b_c-1([{'channel':'/meta/handshake','successful':true");
    assert_string_equal(call->body + strlen(call->body) - 4, "}]);");
    call = get(*state, NULL, "message=%7B%22channel%22:%22/x%22%7D");
    assert_has(call->body, "/**/jsonpcallback([");
}

static void test_callback_that_is_no_name_is_refused(void **state)
{
    assert_int_equal(get(*state, NULL, "jsonp=alert(1)&message=%7B%7D")->status, 400);
    assert_int_equal(get(*state, NULL, "jsonp=&message=%7B%7D")->status, 400);
    assert_int_equal(get(*state, NULL, "jsonp=x")->status, 400);
    assert_int_equal(get(*state, NULL, NULL)->status, 400);
    assert_int_equal(get(*state, NULL,
                         "message=%7B%7D&jsonp="
                         "12345678901234567890123456789012345678901234567890123456789012345")
                         ->status,
                     400);
}

static void render_separators(void *ctx, const struct notice *notice, struct buf *out)
{
    (void)ctx;
    (void)notice;
    buf_text(out, "\"a\xe2\x80\xa8"
                  "b\xe2\x80\xa9"
                  "c\xe2\x82\xac\"");
}

static void test_held_callback_poll_gets_its_events_and_escapes(void **state)
{
    struct stage *stage = *state;
    stage->options.render = render_separators;
    stage_restart(stage);
    struct client client = stage_client(stage, "null");
    struct buf query = {0};
    buf_printf(&query,
               "jsonp=cb&message=%%7B%%22channel%%22:%%22/meta/connect%%22,%%22clientId%%22:"
               "%%22%s%%22,%%22id%%22:9%%7D",
               client.id);
    buf_char(&query, '\0');
    struct call *call = get(stage, client.cookie, query.ptr);
    assert_held(call);
    stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    stage_flush(stage);
    assert_has(call->body, "/**/cb([{'data':'a\\u2028b\\u2029c\xe2\x82\xac','channel'");
    assert_has(call->body, "{'id':'9','channel':'/meta/connect'");
    buf_free(&query);
}

static void test_events_do_not_ride_on_other_callback_replies(void **state)
{
    struct client client = stage_client(*state, "null");
    stage_notice(*state, ALICE, NOTICE_STATUS_CHANGE);
    struct buf query = {0};
    buf_printf(&query,
               "jsonp=cb&message=%%7B%%22channel%%22:%%22/service/x%%22,%%22data%%22:1,"
               "%%22clientId%%22:%%22%s%%22%%7D",
               client.id);
    buf_char(&query, '\0');
    struct call *call = get(*state, client.cookie, query.ptr);
    assert_text(call->body, "/**/cb([{'channel':'/service/x','successful':true}]);");
    buf_free(&query);
}

static void test_deep_and_odd_data_is_read(void **state)
{
    struct client client = stage_client(*state, "null");
    struct call *call = stage_say(
        *state, &client,
        "[{'channel':'/service/x','clientId':'%s','data':[[[[{'a':1e300,'b':12345678901234567890,"
        "'c':'\\ud83d\\ude00'}]]]]}]");
    assert_has(call->body, "'successful':true");
}

int run_http_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_lone_object_is_as_good_as_an_array),
        STAGED(test_missing_content_type_is_fine),
        STAGED(test_form_may_carry_several_messages_and_arrays),
        STAGED(test_json_called_a_form_is_json),
        STAGED(test_other_charsets_do_not_disturb),
        STAGED(test_what_is_no_envelope_is_refused_with_a_reason),
        STAGED(test_envelope_over_the_bound_is_refused),
        STAGED(test_other_methods_are_refused),
        STAGED(test_ids_are_echoed_as_strings_or_refused),
        STAGED(test_bad_channels_are_answered),
        STAGED(test_callback_polling_answers_with_a_script),
        STAGED(test_callback_that_is_no_name_is_refused),
        STAGED(test_held_callback_poll_gets_its_events_and_escapes),
        STAGED(test_events_do_not_ride_on_other_callback_replies),
        STAGED(test_deep_and_odd_data_is_read),
    };
    return RUN_GROUP(tests);
}
