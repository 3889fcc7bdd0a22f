/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Parameters in all the forms in which clients send them. */
#include "desk.h"

#include <stdio.h>

#define CALL    "/api/v2/me/calls/" CALL_ID
#define DEVICE  "/api/v2/me/devices/15000"
#define CALLS   DEVICE "/calls"
#define ME      "/api/v2/me"
#define CHANNEL "/api/v2/me/channels/voice"

static void accepted(const char *path, const char *body)
{
    asked = (struct asked){0};
    struct fake *f = desk_send("POST", path, body);
    if (f->answers)
        fail_msg("%s was refused: %s", body, f->body);
    assert_int_equal(asked.commands, 1);
    desk_reply(ERR_OK, NULL, NULL);
    assert_string_equal(f->body, "{\"statusCode\":0}");
    fake_free(f);
}

#define REFUSAL(code, message) "{\"statusCode\":" #code ",\"statusMessage\":\"" message "\"}"

static void calls_are_read_by_the_last_segment_of_their_address(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "\"otherCallUri\":\"http://h:1/cloud-web/api/v2/me/calls/OTHER\"",
        "\"otherCallUri\":\"/me/calls/OTHER/\"",
        "\"otherCallUri\":\"/calls/OTHER?fields=*\"",
        "\"otherCallUri\":\"OTHER\"",
        "\"otherCallPath\":\"/calls/OTHER\"",
        "\"otherCallUri\":\"OTHER\",\"otherCallPath\":7",
    };
    char body[256];
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(body, sizeof body, "{\"operationName\":\"SwapCalls\",%s}", forms[i]);
        accepted(CALL, body);
        assert_int_equal(asked.op, OP_SWAP_CALLS);
        assert_string_equal(asked.call, "OTHER");
        assert_string_equal(asked.target, CALL_ID);
    }
    accepted(CALL, "{\"operationName\":\"CompleteTransfer\",\"consultCallUri\":\"/calls/C\"}");
    assert_string_equal(asked.call, "C");
    accepted(CALL, "{\"operationName\":\"CompleteConference\",\"consultCallUri\":null}");
    assert_string_equal(asked.call, "");
}

static void an_address_without_an_id_is_refused(void **state)
{
    (void)state;
    static const char *const addresses[] = {"", "/", "http://h/api/v2/me/calls/null", "null", "?x"};
    char body[256];
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        snprintf(body, sizeof body, "{\"operationName\":\"SwapCalls\",\"otherCallUri\":\"%s\"}",
                 addresses[i]);
        desk_refused("POST", CALL, body, 400,
                     REFUSAL(2, "otherCallUri must be an address that ends in an id, or the id"));
    }
    desk_refused("POST", CALL, "{\"operationName\":\"SwapCalls\"}", 400,
                 REFUSAL(1, "otherCallUri is missing: SwapCalls needs it"));
    desk_refused("POST", CALL, "{\"operationName\":\"SwapCalls\",\"otherCallUri\":null}", 400,
                 REFUSAL(2, "otherCallUri must be a string"));
}

static void dial_and_its_kin_have_extras(void **state)
{
    (void)state;
    accepted(CALLS, "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":\"0171\"},"
                    "\"outboundCallerId\":\"+4930555\",\"location\":\"site\",\"userData\":null}");
    assert_string_equal(asked.caller_id, "+4930555");
    assert_string_equal(asked.text, "0171");
    desk_refused("POST", CALLS,
                 "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":\"1\"},"
                 "\"outboundCallerId\":5}",
                 400, REFUSAL(2, "outboundCallerId must be a string"));
    accepted(CALL, "{\"operationName\":\"InitiateTransfer\",\"destination\":{\"phoneNumber\":"
                   "\"15003\"},\"location\":null,\"userData\":{\"a\":1}}");
    assert_string_equal(asked.text, "15003");
    assert_int_equal(asked.pair_count, 1);
}

static void forwarding_takes_a_number_in_two_forms(void **state)
{
    (void)state;
    accepted(DEVICE, "{\"operationName\":\"ForwardCallsOn\",\"destination\":\"15003\"}");
    assert_int_equal(asked.op, OP_FORWARD_CALLS_ON);
    assert_string_equal(asked.target, "15000");
    assert_string_equal(asked.text, "15003");
    accepted("/api/v2/devices/15000",
             "{\"operationName\":\"ForwardCallsOn\",\"destination\":{\"phoneNumber\":\"15004\"}}");
    assert_string_equal(asked.text, "15004");
    desk_refused("POST", DEVICE, "{\"operationName\":\"ForwardCallsOn\",\"destination\":15003}",
                 400, REFUSAL(2, "destination must be a string"));
    desk_refused("POST", DEVICE, "{\"operationName\":\"ForwardCallsOn\"}", 400,
                 REFUSAL(1, "destination is missing: ForwardCallsOn needs it"));
}

static void monitoring_has_scope_and_mode(void **state)
{
    (void)state;
    accepted(DEVICE, "{\"operationName\":\"ListenIn\",\"targetDeviceUri\":"
                     "\"http://h/api/v2/devices/" DEVICE_ID "\"}");
    assert_string_equal(asked.text, DEVICE_ID);
    assert_int_equal(asked.scope, MONITOR_CALL);
    assert_int_equal(asked.span, MONITOR_ALL_CALLS);
    accepted(DEVICE, "{\"operationName\":\"Coach\",\"targetDeviceUri\":\"15001\","
                     "\"supervisorMonitoringScope\":\"Agent\",\"supervisorMonitoringMode\":"
                     "\"NextCall\"}");
    assert_int_equal(asked.scope, MONITOR_AGENT);
    assert_int_equal(asked.span, MONITOR_NEXT_CALL);
    accepted(DEVICE, "{\"operationName\":\"BargeIn\",\"targetDevicePath\":\"/devices/15001\","
                     "\"supervisorMonitoringScope\":\"Call\",\"supervisorMonitoringMode\":"
                     "\"AllCalls\"}");
    assert_int_equal(asked.scope, MONITOR_CALL);
    desk_refused("POST", DEVICE,
                 "{\"operationName\":\"Coach\",\"targetDeviceUri\":\"15001\","
                 "\"supervisorMonitoringScope\":\"agent\"}",
                 400,
                 REFUSAL(2, "supervisorMonitoringScope must be \\\"Call\\\" or \\\"Agent\\\""));
    desk_refused("POST", DEVICE,
                 "{\"operationName\":\"Coach\",\"targetDeviceUri\":\"15001\","
                 "\"supervisorMonitoringMode\":1}",
                 400,
                 REFUSAL(2, "supervisorMonitoringMode must be \\\"AllCalls\\\" or "
                            "\\\"NextCall\\\""));
}

static void a_disposition_names_its_call_in_any_way(void **state)
{
    (void)state;
    accepted(CALL, "{\"operationName\":\"SetCallDisposition\",\"disposition\":\"Sold\","
                   "\"dispositionKey\":\"Result\"}");
    assert_string_equal(asked.text, "Sold");
    assert_string_equal(asked.key, "Result");
    accepted(DEVICE, "{\"operationName\":\"SetCallDisposition\",\"disposition\":\"\",\"callUri\":"
                     "\"http://h/api/v2/calls/A\",\"callUuid\":\"B\",\"userData\":{\"x\":1}}");
    assert_string_equal(asked.call, "A");
    assert_int_equal(asked.pair_count, 1);
    accepted(DEVICE, "{\"operationName\":\"SetCallDisposition\",\"disposition\":\"Sold\","
                     "\"callUuid\":\"B\"}");
    assert_string_equal(asked.call, "B");
    desk_refused("POST", CALL, "{\"operationName\":\"SetCallDisposition\"}", 400,
                 REFUSAL(1, "disposition is missing: SetCallDisposition needs it"));
}

static void a_session_may_name_place_and_device(void **state)
{
    (void)state;
    accepted(ME, "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\"],"
                 "\"place\":\"desk-17\",\"devicePath\":\"/devices/15004\",\"loginCode\":7}");
    assert_string_equal(asked.place, "desk-17");
    assert_string_equal(asked.device, "15004");
    accepted(ME, "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\"],"
                 "\"place\":null}");
    assert_string_equal(asked.place, "");
}

static void states_go_to_user_channel_and_device(void **state)
{
    (void)state;
    static const char *const paths[] = {ME, CHANNEL, DEVICE};
    for (size_t i = 0; i < 3; i++) {
        accepted(paths[i], "{\"operationName\":\"Ready\"}");
        assert_int_equal(asked.op, OP_READY);
        accepted(paths[i], "{\"operationName\":\"DoNotDisturbOn\"}");
        assert_int_equal(asked.op, OP_DO_NOT_DISTURB_ON);
        accepted(paths[i], "{\"operationName\":\"OutToLunch\"}");
        assert_int_equal(asked.op, OP_AGENT_STATE);
        assert_string_equal(asked.text, "OutToLunch");
    }
    assert_string_equal(asked.target, "15000");
}

static void a_state_nobody_knows_gets_what_there_is(void **state)
{
    (void)state;
    struct fake *f = desk_send("POST", CHANNEL, "{\"operationName\":\"OutToLunhc\"}");
    desk_reply(ERR_NOT_FOUND, "whatever", NULL);
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->body,
                           "{\"statusCode\":2,\"statusMessage\":\"operationName "
                           "'OutToLunhc' is not an operation of this resource; allowed: "));
    assert_non_null(strstr(f->body, "Ready"));
    assert_null(strstr(f->body, "StartContactCenterSession"));
    fake_free(f);
    f = desk_send("POST", CHANNEL, "{\"operationName\":\"OutToLunch\"}");
    desk_reply(ERR_STATE, "there is no session", NULL);
    assert_string_equal(f->body, REFUSAL(3, "there is no session"));
    fake_free(f);
}

const struct CMUnitTest param_tests[] = {
    cmocka_unit_test(calls_are_read_by_the_last_segment_of_their_address),
    cmocka_unit_test(an_address_without_an_id_is_refused),
    cmocka_unit_test(dial_and_its_kin_have_extras),
    cmocka_unit_test(forwarding_takes_a_number_in_two_forms),
    cmocka_unit_test(monitoring_has_scope_and_mode),
    cmocka_unit_test(a_disposition_names_its_call_in_any_way),
    cmocka_unit_test(a_session_may_name_place_and_device),
    cmocka_unit_test(states_go_to_user_channel_and_device),
    cmocka_unit_test(a_state_nobody_knows_gets_what_there_is),
};
const size_t param_test_count = sizeof param_tests / sizeof *param_tests;
