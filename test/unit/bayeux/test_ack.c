/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The acknowledge extension: the number is the user's own, what was sent and not confirmed comes
 * again, and events leave with connect replies only. */
#include "stage.h"

#include <stdio.h>

#define ACK "{'ack':true}"

static struct call *connect_ack(struct stage *stage, const struct client *client, long number)
{
    char more[60];
    snprintf(more, sizeof more, ",'ext':{'ack':%ld}", number);
    return stage_connect(stage, client, more);
}

static void notices(struct stage *stage, int count)
{
    for (int i = 0; i < count; i++) {
        stage_notice(stage, ALICE, NOTICE_STATUS_CHANGE);
    }
    stage_flush(stage);
}

static void test_number_is_that_of_the_users_newest_notice(void **state)
{
    notices(*state, 5);
    struct client client = stage_handshake(*state, ACK);
    (void)stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/*'}]");
    struct call *call = connect_ack(*state, &client, 0);
    assert_has(call->body, "'ext':{'ack':5}");
    assert_lacks(call->body, "'data'");
    call = connect_ack(*state, &client, 5);
    assert_held(call);
    notices(*state, 2);
    assert_has(call->body, "[{'data':{'n':6},'channel':'/v2/me/calls'},"
                           "{'data':{'n':7},'channel':'/v2/me/calls'},"
                           "{'channel':'/meta/connect','successful':true,");
    assert_has(call->body, "'ext':{'ack':7}}]");
    assert_held(connect_ack(*state, &client, 7));
}

static void test_number_repeats_on_empty_replies(void **state)
{
    struct client client = stage_client(*state, ACK);
    for (int i = 0; i < 2; i++) {
        struct call *call = connect_ack(*state, &client, 0);
        stage_pass(*state, 30000);
        assert_has(call->body, "'ext':{'ack':0}");
    }
}

static void test_number_counts_what_was_not_wanted(void **state)
{
    struct client client = stage_handshake(*state, ACK);
    (void)stage_say(*state, &client, "[" SUBSCRIBE "'/v2/me/devices'}]");
    (void)connect_ack(*state, &client, 0);
    struct call *call = connect_ack(*state, &client, 0);
    notices(*state, 3);
    assert_held(call);
    stage_pass(*state, 30000);
    assert_has(call->body, "'ext':{'ack':3}");
}

static void test_same_connect_repeated_is_answered_at_once_with_what_was_lost(void **state)
{
    struct client client = stage_client(*state, ACK);
    struct call *lost = connect_ack(*state, &client, 0);
    notices(*state, 1);
    assert_has(lost->body, "{'n':1}");
    struct call *call = connect_ack(*state, &client, 0);
    assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},{'channel'");
    assert_has(call->body, "'ext':{'ack':1}");
}

static void test_all_that_was_not_confirmed_comes_again_before_the_new(void **state)
{
    struct client client = stage_client(*state, ACK);
    (void)connect_ack(*state, &client, 0);
    notices(*state, 2);
    call_hang_up(connect_ack(*state, &client, 2));
    notices(*state, 1);
    (void)connect_ack(*state, &client, 2); /* its answer is lost */
    notices(*state, 1);
    const struct call *call = connect_ack(*state, &client, 2);
    assert_has(call->body, "[{'data':{'n':3},'channel':'/v2/me/calls'},"
                           "{'data':{'n':4},'channel':'/v2/me/calls'},{'channel'");
    assert_held(connect_ack(*state, &client, 4));
}

static void test_confirming_more_than_was_sent_confirms_what_was_sent(void **state)
{
    struct client client = stage_client(*state, ACK);
    struct call *call = connect_ack(*state, &client, 1000000);
    assert_held(call);
    notices(*state, 1);
    assert_has(call->body, "{'n':1}");
    call = stage_connect(*state, &client, ",'ext':{'ack':99999999999999999999999999}");
    assert_held(call);
    notices(*state, 1);
    assert_has(call->body, "[{'data':{'n':2}");
}

static void test_confirming_what_waits_but_was_not_sent_skips_nothing(void **state)
{
    struct client client = stage_client(*state, ACK);
    notices(*state, 2);
    struct call *call = connect_ack(*state, &client, 2);
    assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},{'data':{'n':2}");
}

static void test_number_never_goes_back(void **state)
{
    struct client client = stage_client(*state, ACK);
    (void)connect_ack(*state, &client, 0);
    notices(*state, 3);
    assert_held(connect_ack(*state, &client, 3));
    assert_held(connect_ack(*state, &client, 0));
    assert_held(connect_ack(*state, &client, -1));
    assert_held(stage_connect(*state, &client, ""));
    assert_held(stage_connect(*state, &client, ",'ext':{'ack':'1'}"));
    assert_held(stage_connect(*state, &client, ",'ext':{'ack':1.5}"));
}

static void test_events_do_not_ride_on_other_replies(void **state)
{
    struct client client = stage_client(*state, ACK);
    notices(*state, 1);
    struct call *call =
        stage_say(*state, &client, "[{'channel':'/service/x','data':1,'clientId':'%s'}]");
    assert_text(call->body, "[{'channel':'/service/x','successful':true}]");
    call = stage_say(*state, &client,
                     "[{'channel':'/service/x','data':1,'clientId':'%s'},"
                     "{'channel':'/meta/connect','clientId':'%s','ext':{'ack':0}}]");
    assert_has(call->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},"
                           "{'channel':'/service/x','successful':true},"
                           "{'channel':'/meta/connect'");
    assert_has(call->body, "'ext':{'ack':1}");
}

static void test_overtaken_connect_carries_nothing_away(void **state)
{
    struct client client = stage_client(*state, ACK);
    struct call *old = connect_ack(*state, &client, 0);
    struct call *new = connect_ack(*state, &client, 0);
    notices(*state, 2);
    assert_int_equal(old->status, 500);
    assert_has(new->body, "[{'data':{'n':1},'channel':'/v2/me/calls'},{'data':{'n':2}");
    assert_held(connect_ack(*state, &client, 2));
}

static void test_what_comes_while_the_connection_is_down_arrives_once_in_order(void **state)
{
    struct client client = stage_client(*state, ACK);
    call_hang_up(connect_ack(*state, &client, 0));
    notices(*state, 20);
    stage_pass(*state, 9000);
    struct call *call = connect_ack(*state, &client, 0);
    const char *at = call->body;
    for (int i = 1; i <= 20; i++) {
        char part[20];
        snprintf(part, sizeof part, "{'n':%d}", i);
        const char *next = strstr(at, quoted(part));
        assert_non_null(next);
        assert_null(strstr(next + 1, quoted(part)));
        at = next;
    }
    assert_held(connect_ack(*state, &client, 20));
}

static void test_numbers_that_are_no_longer_kept_are_told_until_confirmed(void **state)
{
    struct client client = stage_client(*state, ACK);
    notices(*state, 130);
    for (int i = 0; i < 2; i++) {
        struct call *call = connect_ack(*state, &client, 0);
        assert_has(call->body, "[{'channel':'/v2/me/resync','data':{'messageType':"
                               "'ResyncMessage','from':1,'to':30}},{'data':{'n':31}");
        assert_has(call->body, "'ext':{'ack':130}");
    }
    assert_held(connect_ack(*state, &client, 130));
}

static void render_wide(void *ctx, const struct notice *notice, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "{\"n\":%llu,\"x\":\"%9000s\"}", (unsigned long long)notice->seq, "");
}

static void test_one_answer_is_bounded_and_its_number_says_how_far(void **state)
{
    struct stage *stage = *state;
    stage->options.render = render_wide;
    stage_restart(stage);
    struct client client = stage_client(stage, ACK);
    notices(stage, 50);
    struct call *call = connect_ack(stage, &client, 0);
    assert_has(call->body, "{'n':29,");
    assert_has(call->body, "'ext':{'ack':29}");
    call = connect_ack(stage, &client, 29);
    assert_has(call->body, "[{'data':{'n':30,");
    assert_has(call->body, "'ext':{'ack':50}");
}

static void many_connects(const char *id, unsigned count, struct buf *out)
{
    for (unsigned i = 0; i < count; i++) {
        buf_text(out, i ? "," : "[");
        buf_printf(out,
                   "{'channel':'/meta/connect','clientId':'%s','id':'%u','ext':{'ack':0},"
                   "'advice':{'timeout':0}}",
                   id, i);
    }
    buf_text(out, "]");
    buf_char(out, '\0');
}

static void test_many_connects_in_one_envelope_bring_the_events_once(void **state)
{
    struct stage *stage = *state;
    struct buf body = {0};
    stage->options.render = render_wide;
    stage_restart(stage);
    struct client client = stage_client(stage, ACK);
    notices(stage, 20);
    many_connects(client.id, 64, &body);
    struct call *call = stage_say(stage, &client, body.ptr);
    assert_has(call->body, "[{'data':{'n':1,");
    assert_has(call->body, "'id':'63'");
    assert_has(call->body, "'ext':{'ack':20}");
    assert_true(strlen(call->body) < 220000);
    assert_held(connect_ack(stage, &client, 20));
    buf_free(&body);
}

static void test_events_of_several_sessions_in_one_envelope_are_bounded(void **state)
{
    struct stage *stage = *state;
    struct client clients[8];
    struct buf body = {0};
    stage->options.render = render_wide;
    stage_restart(stage);
    clients[0] = stage_client(stage, ACK);
    for (int i = 1; i < 8; i++) {
        struct call *call = stage_post(stage, ALICE, clients[0].cookie,
                                       "[{'channel':'/meta/handshake','id':'1','ext':" ACK "}]");
        clients[i] = clients[0];
        text_after(call->body, "'clientId':'", clients[i].id, sizeof clients[i].id);
        (void)stage_say(stage, &clients[i], "[" SUBSCRIBE "'/v2/me/*'}]");
    }
    notices(stage, 40);
    for (int i = 0; i < 8; i++) {
        buf_printf(&body, "%c{'channel':'/meta/connect','clientId':'%s','ext':{'ack':0}}",
                   i ? ',' : '[', clients[i].id);
    }
    buf_text(&body, "]");
    buf_char(&body, '\0');
    struct call *call = stage_say(stage, &clients[0], body.ptr);
    assert_true(strlen(call->body) < 600000);
    for (int i = 0; i < 8; i++) {
        struct call *more = connect_ack(stage, &clients[i], 40); /* never beyond what was sent */
        for (int n = 0; n < 2 && more->status; n++) {
            assert_has(more->body, n || i == 0 ? "{'n':40," : "{'n':1,");
            more = connect_ack(stage, &clients[i], 40);
        }
        assert_held(more);
    }
    buf_free(&body);
}

static void test_more_messages_than_the_bound_are_no_envelope(void **state)
{
    struct stage *stage = *state;
    struct client client = stage_client(stage, ACK);
    struct buf body = {0};
    many_connects(client.id, 65, &body);
    struct call *call = stage_say(stage, &client, body.ptr);
    assert_int_equal(call->status, 400);
    assert_has(call->body, "more than 64 messages");
    buf_free(&body);
}

static void test_first_number_known_may_be_high(void **state)
{
    hub_seed(((struct stage *)*state)->hub, SLICE(ALICE), 500);
    struct client client = stage_client(*state, ACK);
    struct call *call = connect_ack(*state, &client, 0);
    stage_replay(*state, ALICE, 501, NOTICE_STATUS_CHANGE);
    stage_flush(*state);
    assert_has(call->body, "[{'data':{'n':501}");
    assert_has(call->body, "'ext':{'ack':501}");
    call = connect_ack(*state, &client, 0); /* that answer was lost */
    assert_has(call->body, "[{'data':{'n':501}");
    assert_held(connect_ack(*state, &client, 501));
}

static void test_swept_with_unconfirmed_events_is_gone(void **state)
{
    struct client client = stage_client(*state, ACK);
    (void)connect_ack(*state, &client, 0);
    notices(*state, 3);
    stage_pass(*state, 10001);
    assert_int_equal(stage_record_count(), 0);
    struct hub_stats stats;
    hub_stats(((struct stage *)*state)->hub, &stats);
    assert_int_equal(stats.cursors, 0);
}

int run_ack_tests(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_number_is_that_of_the_users_newest_notice),
        STAGED(test_number_repeats_on_empty_replies),
        STAGED(test_number_counts_what_was_not_wanted),
        STAGED(test_same_connect_repeated_is_answered_at_once_with_what_was_lost),
        STAGED(test_all_that_was_not_confirmed_comes_again_before_the_new),
        STAGED(test_confirming_more_than_was_sent_confirms_what_was_sent),
        STAGED(test_confirming_what_waits_but_was_not_sent_skips_nothing),
        STAGED(test_number_never_goes_back),
        STAGED(test_events_do_not_ride_on_other_replies),
        STAGED(test_overtaken_connect_carries_nothing_away),
        STAGED(test_what_comes_while_the_connection_is_down_arrives_once_in_order),
        STAGED(test_numbers_that_are_no_longer_kept_are_told_until_confirmed),
        STAGED(test_one_answer_is_bounded_and_its_number_says_how_far),
        STAGED(test_many_connects_in_one_envelope_bring_the_events_once),
        STAGED(test_events_of_several_sessions_in_one_envelope_are_bounded),
        STAGED(test_more_messages_than_the_bound_are_no_envelope),
        STAGED(test_first_number_known_may_be_high),
        STAGED(test_swept_with_unconfirmed_events_is_gone),
    };
    return RUN_GROUP(tests);
}
