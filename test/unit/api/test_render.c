/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What leaves as JSON: the golden notice, repeated keys, bytes as they came, extras by kind. */
#include "desk.h"

#define LOGGED_OUT                                                                                 \
    "{\"id\":\"0F7F5003-EF26-4D13-A6EF-D0C7EC819BEB\",\"displayName\":\"Logged Out\","             \
    "\"state\":\"LoggedOut\"}"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static struct buf render(const struct notice *notice)
{
    struct buf out = {0};
    api_render_notice(api, notice, &out);
    return out;
}

/* --- golden --- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    struct buf text = {0};
    char part[4096];
    for (size_t n = fread(part, 1, sizeof part, file); n > 0; n = fread(part, 1, sizeof part, file))
        buf_append(&text, part, n);
    (void)fclose(file);
    buf_char(&text, '\0');
    return text.ptr;
}

/* "<...>" stands for any string, also as a part of one. */
static bool text_fits(struct slice golden, struct slice real)
{
    const char *open = memchr(golden.ptr, '<', golden.len);
    if (!open || golden.ptr[golden.len - 1] != '>')
        return slice_equal(golden, real);
    struct slice head = {golden.ptr, (size_t)(open - golden.ptr)};
    const char *close = memchr(golden.ptr, '>', golden.len);
    if (head.len > 0)
        return slice_starts_with(real, head) && real.len > head.len;
    if (close == golden.ptr + golden.len - 1)
        return real.len > 0;
    /* "<base>/api/v2/devices/<device id>": the middle must be there. */
    struct slice middle = {close + 1, 0};
    const char *next = memchr(middle.ptr, '<', golden.len - (size_t)(middle.ptr - golden.ptr));
    middle.len = (size_t)(next - middle.ptr);
    return memmem(real.ptr, real.len, middle.ptr, middle.len) != NULL;
}

static void compare(const struct json *golden, const struct json *real, const char *where);

static void compare_objects(const struct json *golden, const struct json *real)
{
    for (const struct json *g = golden->child; g; g = g->next) {
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)g->key.len, g->key.ptr);
        const struct json *r = json_get(real, key);
        if (!r)
            fail_msg("%s is missing", key);
        compare(g, r, key);
    }
    assert_int_equal(golden->count, real->count);
}

static void compare_sets(const struct json *golden, const struct json *real)
{
    assert_int_equal(golden->count, real->count);
    for (const struct json *g = golden->child; g; g = g->next) {
        bool is_there = false;
        for (const struct json *r = real->child; r; r = r->next)
            is_there = is_there || slice_equal(g->raw, r->raw);
        assert_true(is_there);
    }
}

static void compare(const struct json *golden, const struct json *real, const char *where)
{
    if (!golden || !real) {
        fail_msg("%s is missing", where);
        return;
    }
    if (golden->type != real->type)
        fail_msg("%s is of another type: %.*s", where, (int)real->raw.len, real->raw.ptr);
    if (golden->type == JSON_OBJECT) {
        compare_objects(golden, real);
    } else if (strcmp(where, "capabilities") == 0) {
        compare_sets(golden, real);
    } else if (golden->type == JSON_ARRAY) {
        assert_int_equal(golden->count, real->count);
        const struct json *r = real->child;
        for (const struct json *g = golden->child; g; g = g->next, r = r->next)
            compare(g, r, where);
    } else if (golden->type == JSON_STRING ? !text_fits(golden->text, real->text)
                                           : !slice_equal(golden->raw, real->raw)) {
        fail_msg("%s is %.*s", where, (int)real->raw.len, real->raw.ptr);
    }
}

static void the_golden_notice_is_rendered(void **state)
{
    (void)state;
    char *text = read_file(GOLDEN);
    struct arena arena = {0};
    struct json_error error;
    const struct json *golden = json_parse(&arena, slice_of(text), JSON_MAX_DEPTH, &error);
    assert_non_null(golden);
    golden = json_get(json_get(json_get(golden, "notifications"), "15000"), "data");
    assert_non_null(golden);
    struct notice notice = {.kind = NOTICE_ATTACHED_DATA_CHANGED, .seq = 2};
    notice.call = desk_call(desk_user_data(1, (const char *const[]){"AccountNumber", "\"12345\""}));
    notice.call.may_record = true;
    struct buf out = render(&notice);
    const struct json *real = json_parse(&arena, buf_view(&out), JSON_MAX_DEPTH, &error);
    assert_non_null(real);
    compare(golden, real, "data");
    buf_free(&out);
    call_view_release(&notice.call);
    arena_free(&arena);
    mem_free(text);
}

static void keys_keep_the_order_of_the_live_system(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_STATUS_CHANGE, .has_extensions = true};
    notice.has_wrap_up = true;
    notice.release_reason = CAUSE_BUSY;
    notice.call = desk_call(NULL);
    notice.call.state = PARTY_RELEASED;
    notice.call.capabilities = 0;
    struct buf out = render(&notice);
    buf_char(&out, '\0');
    assert_string_equal(
        out.ptr,
        "{\"notificationType\":\"StatusChange\",\"call\":{\"id\":\"" CALL_ID
        "\",\"state\":\"Released\",\"callUuid\":\"" CALL_ID
        "\",\"connId\":\"0123456789abcdef\",\"deviceUri\":\"" PUBLIC_URL
        "/api/v2/devices/" DEVICE_ID
        "\",\"participants\":[{\"e164Number\":\"\",\"formattedPhoneNumber\":\"15001\","
        "\"phoneNumber\":\"15001\",\"digits\":\"15001\"}],\"dnis\":\"15001\",\"callType\":"
        "\"Internal\",\"capabilities\":[],\"duration\":\"63\",\"mute\":\"Off\","
        "\"supervisorListeningIn\":false,\"monitoredUserMuted\":false,\"monitoring\":false,"
        "\"uri\":\"" PUBLIC_URL "/api/v2/me/calls/" CALL_ID "\",\"path\":\"/calls/" CALL_ID
        "\"},\"phoneNumber\":\"15000\",\"extensions\":{\"WrapUpTime\":0,\"BusinessCall\":0,"
        "\"ReleaseReason\":\"busy\"},\"messageType\":\"CallStateChangeMessage\"}");
    buf_free(&out);
    call_view_release(&notice.call);
}

static void user_data_of(size_t count, const char *const *keys_and_values, const char *expected)
{
    struct notice notice = {.kind = NOTICE_ATTACHED_DATA_CHANGED};
    notice.call = desk_call(desk_user_data(count, keys_and_values));
    for (int i = 0; i < 2; i++) { /* The second time from what is kept. */
        struct buf out = render(&notice);
        buf_char(&out, '\0');
        if (!strstr(out.ptr, expected))
            fail_msg("%s is not in %s", expected, out.ptr);
        assert_int_equal(strstr(out.ptr, "userDataPairs") != NULL,
                         strstr(expected, "userDataPairs") != NULL);
        buf_free(&out);
    }
    call_view_release(&notice.call);
}

static void values_go_out_as_they_came(void **state)
{
    (void)state;
    user_data_of(4,
                 (const char *const[]){"n", "12345678901234567890", "o", "{ \"b\":1, \"a\" : [ ] }",
                                       "z", "null", "q\"\n", "\"\\u00fc\xc3\xbc\""},
                 "],\"userData\":{\"n\":12345678901234567890,\"o\":{ \"b\":1, \"a\" : [ ] },\"z\":"
                 "null,\"q\\\"\\n\":\"\\u00fc\xc3\xbc\"},\"duration\"");
}

static void of_a_repeated_key_the_newest_is_shown_and_all_beside_it(void **state)
{
    (void)state;
    user_data_of(4, (const char *const[]){"a", "1", "b", "2", "a", "3", "a", "4"},
                 "\"userData\":{\"a\":4,\"b\":2},\"userDataPairs\":[{\"key\":\"a\",\"value\":1},"
                 "{\"key\":\"b\",\"value\":2},{\"key\":\"a\",\"value\":3},{\"key\":\"a\","
                 "\"value\":4}],\"duration\"");
}

static void no_user_data_is_no_property(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_ATTACHED_DATA_CHANGED, .call = desk_call(NULL)};
    struct buf out = render(&notice);
    buf_char(&out, '\0');
    assert_null(strstr(out.ptr, "userData"));
    assert_null(strstr(out.ptr, "extensions"));
    buf_free(&out);
    call_view_release(&notice.call);
}

static void an_error_carries_call_code_and_text(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_CALL_ERROR,
                            .error = ERR_NOT_REGISTERED,
                            .error_text = "gone",
                            .call = desk_call(NULL)};
    struct buf out = render(&notice);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "{\"notificationType\":\"Error\",\"call\":{\"id\""));
    assert_non_null(strstr(out.ptr, "\"errorCode\":4,\"errorMessage\":\"gone\"}"));
    buf_free(&out);
    call_view_release(&notice.call);
}

#define DEVICE_JSON                                                                                \
    "{\"id\":\"" DEVICE_ID "\",\"deviceState\":\"Active\",\"userState\":{\"id\":"                  \
    "\"900D55CC-2BB0-431F-8BF9-D3525B383BE6\",\"displayName\":\"Not Ready\",\"state\":"            \
    "\"NotReady\"},\"phoneNumber\":\"15000\",\"e164Number\":\"\",\"telephonyNetwork\":"            \
    "\"Private\",\"doNotDisturb\":\"Off\",\"type\":\"ACDPosition\",\"capabilities\":[]}"

static void device_and_channel_notices(void **state)
{
    (void)state;
    struct notice notice = {.kind = NOTICE_DEVICE_STATE_CHANGE, .device = desk_device()};
    static const struct {
        enum notice_kind kind;
        bool is_active;
        const char *expected;
    } rows[] = {
        {NOTICE_DEVICE_STATE_CHANGE, true,
         "{\"devices\":[" DEVICE_JSON "],\"messageType\":\"DeviceStateChangeMessage\"}"},
        {NOTICE_CHANNEL_STATE_CHANGE, false,
         "{\"channels\":[{\"channel\":\"voice\",\"userState\":" LOGGED_OUT "}],"
         "\"messageType\":\"ChannelStateChangeMessageV2\"}"},
        {NOTICE_DEVICE_ERROR, true,
         "{\"messageType\":\"ErrorMessage\",\"errorMessage\":\"no\",\"devicePath\":\"/"
         "devices/" DEVICE_ID "\",\"deviceUri\":\"" PUBLIC_URL "/api/v2/devices/" DEVICE_ID "\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        notice.kind = rows[i].kind;
        notice.device.state = rows[i].is_active ? desk_not_ready() : NULL;
        notice.error_text = "no";
        struct buf out = render(&notice);
        buf_char(&out, '\0');
        assert_string_equal(out.ptr, rows[i].expected);
        buf_free(&out);
    }
}

const struct CMUnitTest render_tests[] = {
    cmocka_unit_test(the_golden_notice_is_rendered),
    cmocka_unit_test(keys_keep_the_order_of_the_live_system),
    cmocka_unit_test(values_go_out_as_they_came),
    cmocka_unit_test(of_a_repeated_key_the_newest_is_shown_and_all_beside_it),
    cmocka_unit_test(no_user_data_is_no_property),
    cmocka_unit_test(an_error_carries_call_code_and_text),
    cmocka_unit_test(device_and_channel_notices),
};
const size_t render_test_count = sizeof render_tests / sizeof *render_tests;
