/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a call and a device may have beyond the plain case, in both dialects: by configuration, by
 * the user's own setting, in answers as in events. */
#include "desk.h"

#include "base/mem.h"

static char *render(const struct notice *notice)
{
    struct buf out = {0};
    api_render_notice(api, notice, &out);
    buf_char(&out, '\0');
    return out.ptr;
}

static void holds(const struct notice *notice, const char *expected)
{
    char *text = render(notice);
    if (!strstr(text, expected))
        fail_msg("%s is not in %s", expected, text);
    mem_free(text);
}

static void lacks(const struct notice *notice, const char *unexpected)
{
    char *text = render(notice);
    if (strstr(text, unexpected))
        fail_msg("%s is in %s", unexpected, text);
    mem_free(text);
}

/* A recorded consult call with somebody outside, listened to. */
static struct call_view rich_call(void)
{
    struct call_view view = desk_call(NULL);
    view.call->type = CALL_TYPE_CONSULT;
    view.call->recording = RECORDING_ON;
    view.call->participants[1].is_internal = false;
    memcpy(view.call->participants[1].number, "+49305551234", 13);
    memcpy(view.call->parent_id, "PARENTPARENTPARENTPARENTPARENT22", 33);
    memcpy(view.call->ani, "+49305551234", 13);
    memcpy(view.previous_id, "BEFOREBEFOREBEFOREBEFOREBEFORE22", 33);
    view.state = PARTY_ESTABLISHED;
    view.capabilities = 0;
    view.is_listened_to = true;
    return view;
}

#define OUTSIDE                                                                                    \
    "{\"e164Number\":\"+49305551234\",\"formattedPhoneNumber\":\"+49 305551234\","                 \
    "\"phoneNumber\":\"+49305551234\",\"digits\":\"49305551234\"}"

#define HEAD       "\"id\":\"" CALL_ID "\",\"state\":\"Established\",\"callUuid\":\"" CALL_ID "\","
#define DEVICE_URI "\"deviceUri\":\"" PUBLIC_URL "/api/v2/devices/" DEVICE_ID "\","
#define TAIL                                                                                       \
    "\"parentCallUri\":\"" PUBLIC_URL "/api/v2/me/calls/PARENTPARENTPARENTPARENTPARENT22\","       \
    "\"duration\":\"63\",\"mute\":\"Off\",\"recordingState\":\"Recording\","                       \
    "\"supervisorListeningIn\":true,\"monitoredUserMuted\":false,"

static void all_of_a_call_is_in_the_order_of_the_live_system(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_STATUS_CHANGE, .call = rich_call()};
    holds(&notice, "\"call\":{" HEAD "\"connId\":\"0123456789abcdef\"," DEVICE_URI
                   "\"participants\":[" OUTSIDE
                   "],\"ani\":\"+49305551234\",\"dnis\":\"15001\",\"callType\":\"Consult\","
                   "\"capabilities\":[]," TAIL "\"monitoring\":false,\"uri\":\"" PUBLIC_URL
                   "/api/v2/me/calls/" CALL_ID "\",\"path\":\"/calls/" CALL_ID
                   "\",\"parentCallPath\":\"/calls/PARENTPARENTPARENTPARENTPARENT22\","
                   "\"previousCallUuid\":\"BEFOREBEFOREBEFOREBEFOREBEFORE22\"},");
    call_view_release(&notice.call);
}

static void the_older_dialect_has_strings_and_less(void **state)
{
    (void)state;
    struct api_directory directory = {.compat = API_COMPAT_2014};
    api_set_directory(api, &directory);
    struct notice notice = {
        .kind = NOTICE_STATUS_CHANGE, .has_extensions = true, .call = rich_call()};
    notice.release_reason = CAUSE_BUSY;
    holds(&notice,
          "\"call\":{" HEAD DEVICE_URI
          "\"participants\":[\"+49305551234\"],\"participantsInfo\":[{\"digits\":\"49305551234\","
          "\"e164Number\":\"+49305551234\",\"formattedPhoneNumber\":\"+49 305551234\","
          "\"E164digits\":\"49305551234\"}],\"ani\":\"+49305551234\",\"dnis\":\"15001\","
          "\"callType\":\"Consult\",\"capabilities\":[]," TAIL "\"uri\":\"" PUBLIC_URL
          "/api/v2/me/calls/" CALL_ID
          "\",\"previousCallUuid\":\"BEFOREBEFOREBEFOREBEFOREBEFORE22\"},\"phoneNumber\":\"15000\","
          "\"messageType\":\"CallStateChangeMessage\"}");
    call_view_release(&notice.call);
    notice.call = desk_call(NULL);
    holds(&notice, "\"participants\":[\"15001\"],\"participantsInfo\":[{\"digits\":\"15001\","
                   "\"e164Number\":\"15001\",\"formattedPhoneNumber\":\"15001\"}],");
    call_view_release(&notice.call);
    struct notice of_device = {.kind = NOTICE_DEVICE_STATE_CHANGE, .device = desk_device()};
    holds(&of_device, "\"phoneNumber\":\"15000\",\"e164Number\":\"15000\",");
    api_set_directory(api, &(struct api_directory){0});
}

static void an_agents_own_setting_decides(void **state)
{
    (void)state;
    static const enum api_compat own = API_COMPAT_2014;
    const struct api_user users[] = {{.name = "alice", .compat = &own}, {.name = "bob"}};
    struct api_directory directory = {.users = users, .user_count = 2};
    api_set_directory(api, &directory);
    struct user_card alice = {.name = SLICE("alice")};
    struct user_card bob = {.name = SLICE("bob")};
    struct user_data *data =
        desk_user_data(4, (const char *const[]){"a", "1", "b", "2", "a", "3", "c", "4"});
    struct notice notice = {.kind = NOTICE_STATUS_CHANGE, .user = &alice, .call = desk_call(data)};
    holds(&notice, "\"participants\":[\"15001\"]");
    notice.user = &bob; /* The same picture, and the user data that was rendered for the other. */
    holds(&notice, "\"participants\":[{\"e164Number\":\"\"");
    holds(&notice, "\"userData\":{\"a\":3,\"b\":2,\"c\":4},\"userDataPairs\":");
    lacks(&notice, "participantsInfo");
    notice.user = &alice;
    holds(&notice, "\"userData\":{\"a\":3,\"b\":2,\"c\":4},\"userDataPairs\":");
    lacks(&notice, "connId");

    struct fake *f = desk_send("GET", "/api/v2/me/calls?fields=participants,connId,path", NULL);
    struct answer answer = {.call_count = 1, .calls = &notice.call};
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(f->body, "{\"statusCode\":0,\"calls\":[{\"participants\":[\"15001\"]}]}");
    fake_free(f);
    call_view_release(&notice.call);
    api_set_directory(api, &(struct api_directory){0});
}

static void recording_is_shown_where_it_may_be(void **state)
{
    (void)state;
    static const struct {
        bool may_record;
        enum recording recording;
        const char *expected;
    } rows[] = {
        {true, RECORDING_NONE, "\"recordingState\":\"Stopped\""},
        {false, RECORDING_STOPPED, "\"recordingState\":\"Stopped\""},
        {false, RECORDING_ON, "\"recordingState\":\"Recording\""},
        {true, RECORDING_PAUSED, "\"recordingState\":\"Paused\""},
    };
    struct notice notice = {.kind = NOTICE_RECORDING_STATE_CHANGE, .call = desk_call(NULL)};
    lacks(&notice, "recordingState");
    holds(&notice, "\"notificationType\":\"CallRecordingStateChange\"");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        notice.call.may_record = rows[i].may_record;
        notice.call.call->recording = rows[i].recording;
        holds(&notice, rows[i].expected);
    }
    call_view_release(&notice.call);
}

static void a_supervisor_sees_that_it_is_one(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_MONITORED_USER_MUTED, .call = desk_call(NULL)};
    notice.call.is_monitoring = true;
    notice.call.is_monitored_muted = true;
    notice.call.is_muted = true;
    holds(&notice, "\"mute\":\"On\",\"supervisorListeningIn\":false,\"monitoredUserMuted\":true,"
                   "\"monitoring\":true,");
    holds(&notice, "{\"notificationType\":\"MonitoredUserMutedStateChange\"");
    call_view_release(&notice.call);
}

static void a_devices_settings_are_shown_while_they_are_on(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_DEVICE_STATE_CHANGE, .device = desk_device()};
    lacks(&notice, "forwardTo");
    lacks(&notice, "supervisorMonitoringState");
    notice.device.is_dnd = true;
    memcpy(notice.device.forward_to, "15009", 6);
    notice.device.monitoring = MONITORING_COACH;
    notice.device.scope = MONITOR_AGENT;
    notice.device.span = MONITOR_NEXT_CALL;
    memcpy(notice.device.target_id, "TARGET", 7);
    notice.device.capabilities =
        UINT64_C(1) << OP_DO_NOT_DISTURB_OFF | UINT64_C(1) << OP_CANCEL_SUPERVISOR_MONITORING;
    holds(&notice,
          "\"doNotDisturb\":\"On\",\"forwardTo\":\"15009\",\"type\":\"ACDPosition\","
          "\"capabilities\":[\"CancelSupervisorMonitoring\",\"DoNotDisturbOff\"],"
          "\"supervisorMonitoringState\":{\"state\":\"Coach\",\"mode\":\"NextCall\",\"scope\":"
          "\"Agent\",\"targetDeviceUri\":\"" PUBLIC_URL "/api/v2/devices/TARGET\"}}],"
          "\"messageType\":\"DeviceStateChangeMessage\"}");
}

static void a_queues_wrap_up_time_is_told(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_STATUS_CHANGE, .has_extensions = true};
    notice.has_wrap_up = true;
    notice.call = desk_call(NULL);
    notice.call.wrap_up_s = 20;
    notice.call.call->is_business = true;
    holds(&notice, "\"extensions\":{\"WrapUpTime\":20,\"BusinessCall\":1},");
    call_view_release(&notice.call);
}

const struct CMUnitTest dialect_tests[] = {
    cmocka_unit_test(all_of_a_call_is_in_the_order_of_the_live_system),
    cmocka_unit_test(the_older_dialect_has_strings_and_less),
    cmocka_unit_test(an_agents_own_setting_decides),
    cmocka_unit_test(recording_is_shown_where_it_may_be),
    cmocka_unit_test(a_supervisor_sees_that_it_is_one),
    cmocka_unit_test(a_devices_settings_are_shown_while_they_are_on),
    cmocka_unit_test(a_queues_wrap_up_time_is_told),
};
const size_t dialect_test_count = sizeof dialect_tests / sizeof *dialect_tests;
