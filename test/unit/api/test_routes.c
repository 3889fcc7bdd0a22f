/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which path is which resource, with which methods, and how what is read is wrapped. */
#include "desk.h"

#include "base/mem.h"

/* Takes over the card of a user "alice". */
static struct answer answer_of(size_t calls, size_t devices)
{
    struct answer answer = {.time_ms = 5, .seq = 7, .call_count = calls, .device_count = devices};
    struct user_card *card = mem_zalloc(sizeof *card);
    atomic_init(&card->refs, 1);
    card->name = SLICE("alice");
    card->first_name = SLICE("Al");
    card->last_name = SLICE("Ice");
    memcpy(card->id, "0123456789abcdef0123456789abcdef", 33);
    answer.user = card;
    answer.has_session = true;
    answer.state = desk_not_ready();
    answer.calls = mem_zalloc((calls + 1) * sizeof *answer.calls);
    answer.devices = mem_zalloc((devices + 1) * sizeof *answer.devices);
    for (size_t i = 0; i < calls; i++)
        answer.calls[i] = desk_call(NULL);
    for (size_t i = 0; i < devices; i++)
        answer.devices[i] = desk_device();
    return answer;
}

static void answer_free(struct answer *answer)
{
    for (size_t i = 0; i < answer->call_count; i++)
        call_view_release(&answer->calls[i]);
    mem_free(answer->calls);
    mem_free(answer->devices);
    mem_free(answer->user);
}

/* GETs path; the engine must be asked for kind, and the body must hold (or be) expected. */
static void get(const char *path, enum query_kind kind, size_t calls, size_t devices,
                const char *expected, bool is_whole)
{
    struct fake *f = desk_send("GET", path, NULL);
    assert_int_equal(f->answers, 0);
    assert_int_equal(asked.kind, kind);
    assert_string_equal(asked.user, "alice");
    struct answer answer = answer_of(calls, devices);
    desk_reply(ERR_OK, NULL, &answer);
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->status, 200);
    assert_string_equal(f->headers, "X-Cordboard-Time: 5\r\nX-Cordboard-Sequence: 7\r\n");
    if (is_whole)
        assert_string_equal(f->body, expected);
    else if (!strstr(f->body, expected))
        fail_msg("%s is not in %s", expected, f->body);
    answer_free(&answer);
    fake_free(f);
}

#define USER_ID   "0123456789abcdef0123456789abcdef"
#define CENTER_ID "1fa4ed6e-6161-8678-9d71-e5d28b172702"
#define USER_JSON                                                                                  \
    "{\"statusCode\":0,\"user\":{\"id\":\"" USER_ID "\",\"userName\":\"alice\",\"firstName\":"     \
    "\"Al\",\"lastName\":\"Ice\",\"emailAddress\":\"\",\"roles\":[\"ROLE_AGENT\"],\"enabled\":"    \
    "true,\"changePasswordOnFirstLogin\":false,\"contactCenterId\":\"" CENTER_ID                   \
    "\",\"uri\":\"" PUBLIC_URL "/api/v2/users/" USER_ID "\",\"path\":\"/users/" USER_ID "\""
#define GENERAL  "{\"countryCode\":\"\",\"countryDigits\":\"\",\"countryName\":\"\"}"
#define SETTINGS "{\"general-settings\":" GENERAL ",\"interaction-workspace\":{}}"

static void me_is_the_same_with_slash_and_query(void **state)
{
    (void)state;
    get("/api/v2/me", QUERY_USER, 0, 1, USER_JSON "}}", true);
    get("/api/v2/me/", QUERY_USER, 0, 1, USER_JSON "}}", true);
    get("/api/v2/me?x=1", QUERY_USER, 0, 1, USER_JSON "}}", true);
    get("/api/v2/me/?fields=*", QUERY_USER, 0, 1, USER_JSON "}}", true);
    get("/api/v2/me?fields=id%2C%20userName,nothing", QUERY_USER, 0, 1,
        "{\"statusCode\":0,\"user\":{\"id\":\"" USER_ID "\",\"userName\":\"alice\"}}", true);
}

static void subresources_are_embedded_and_unknown_ones_empty(void **state)
{
    (void)state;
    get("/api/v2/me?subresources=chats,\ndevices,chats,settings", QUERY_USER, 1, 1,
        USER_JSON ",\"chats\":[],\"devices\":[{\"id\":\"" DEVICE_ID "\"", false);
    get("/api/v2/me?subresources=chats,\ndevices,chats,settings", QUERY_USER, 1, 1,
        "}],\"settings\":" SETTINGS "}}", false);
    get("/api/v2/me?subresources=*", QUERY_USER, 1, 1, "\"calls\":[{\"id\":\"" CALL_ID "\"", false);
    get("/api/v2/me?subresources=*", QUERY_USER, 0, 0,
        ",\"devices\":[],\"skills\":[],\"calls\":[],\"channels\":[{\"channel\":\"voice\","
        "\"userState\":{\"id\":\"900D55CC-2BB0-431F-8BF9-D3525B383BE6\",\"displayName\":"
        "\"Not Ready\",\"state\":\"NotReady\"}}],\"settings\":" SETTINGS
        ",\"features\":[{\"id\":\"api-voice\",",
        false);
}

static void collections_without_fields_are_addresses(void **state)
{
    (void)state;
    get("/api/v2/me/calls", QUERY_CALLS, 0, 0, "{\"statusCode\":0,\"uris\":[]}", true);
    get("/api/v2/me/calls/", QUERY_CALLS, 2, 0,
        "{\"statusCode\":0,\"uris\":[\"" PUBLIC_URL "/api/v2/me/calls/" CALL_ID "\",\"" PUBLIC_URL
        "/api/v2/me/calls/" CALL_ID "\"]}",
        true);
    get("/api/v2/me/devices", QUERY_DEVICES, 0, 1,
        "{\"statusCode\":0,\"uris\":[\"" PUBLIC_URL "/api/v2/devices/" DEVICE_ID "\"]}", true);
}

static void collections_with_fields_are_objects(void **state)
{
    (void)state;
    get("/api/v2/me/calls/?fields=*", QUERY_CALLS, 0, 0, "{\"statusCode\":0,\"calls\":[]}", true);
    get("/api/v2/me/calls?fields=state,id", QUERY_CALLS, 1, 0,
        "{\"statusCode\":0,\"calls\":[{\"id\":\"" CALL_ID "\",\"state\":\"Dialing\"}]}", true);
    get("/api/v2/me/devices?fields=phoneNumber", QUERY_DEVICES, 0, 1,
        "{\"statusCode\":0,\"devices\":[{\"phoneNumber\":\"15000\"}]}", true);
}

static void single_ones_are_under_their_own_key(void **state)
{
    (void)state;
    get("/api/v2/me/calls/" CALL_ID, QUERY_CALL, 1, 0,
        "{\"statusCode\":0,\"call\":{\"id\":", false);
    assert_string_equal(asked.target, CALL_ID);
    get("/api/v2/me/devices/15000?fields=phoneNumber", QUERY_DEVICE, 0, 1,
        "{\"statusCode\":0,\"device\":{\"phoneNumber\":\"15000\"}}", true);
    assert_string_equal(asked.target, "15000");
    get("/api/v2/devices/" DEVICE_ID, QUERY_DEVICE, 0, 1, "\"device\":{\"id\":", false);
}

#define VOICE                                                                                      \
    "{\"channel\":\"voice\",\"userState\":{\"id\":\"900D55CC-2BB0-431F-8BF9-D3525B383BE6\","       \
    "\"displayName\":\"Not Ready\",\"state\":\"NotReady\"}}"

static void the_channels_are_voice(void **state)
{
    (void)state;
    get("/api/v2/me/channels", QUERY_DEVICES, 0, 0,
        "{\"statusCode\":0,\"uris\":[\"" PUBLIC_URL
        "/api/v2/me/channels/voice\"],\"channels\":[" VOICE "]}",
        true);
    get("/api/v2/me/channels?fields=*", QUERY_DEVICES, 0, 0,
        "{\"statusCode\":0,\"channels\":[" VOICE "]}", true);
    get("/api/v2/me/channels/voice", QUERY_DEVICES, 0, 0,
        "{\"statusCode\":0,\"channel\":" VOICE "}", true);
    desk_refused("GET", "/api/v2/me/channels/chat", NULL, 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no channel 'chat'; channels: "
                 "voice\"}");
    desk_refused("POST", "/api/v2/me/channels/chat", "{\"operationName\":\"Ready\"}", 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no channel 'chat'; channels: "
                 "voice\"}");
}

static void a_released_call_is_in_no_collection(void **state)
{
    (void)state;
    struct fake *f = desk_send("GET", "/api/v2/me/calls?fields=id", NULL);
    struct answer answer = answer_of(1, 0);
    answer.calls[0].state = PARTY_RELEASED;
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(f->body, "{\"statusCode\":0,\"calls\":[]}");
    answer_free(&answer);
    fake_free(f);
}

static void what_is_not_there_is_404(void **state)
{
    (void)state;
    struct fake *f = desk_send("GET", "/api/v2/me/calls/X", NULL);
    struct answer answer = {.err = ERR_NOT_FOUND};
    desk_reply(ERR_OK, NULL, &answer);
    assert_int_equal(f->status, 404);
    assert_string_equal(f->body, "{\"statusCode\":6,\"statusMessage\":\"there is no such call\"}");
    fake_free(f);
    static const char *const paths[] = {"/api/v2",
                                        "/api/v2/",
                                        "/api/v2/you",
                                        "/api/v2x/me",
                                        "/api/v2/me/a/b/c/d",
                                        "/api/v2/me//calls",
                                        "/api/v2/diagnostics"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        desk_refused("GET", paths[i], NULL, 404,
                     "{\"statusCode\":6,\"statusMessage\":\"there is no such resource\"}");
}

static void a_wrong_method_is_405_with_allow(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *allow;
    } rows[] = {
        {"DELETE", "/api/v2/me", "Allow: GET, POST\r\n"},
        {"PUT", "/api/v2/me/calls/X", "Allow: GET, POST\r\n"},
        {"POST", "/api/v2/me/calls", "Allow: GET\r\n"},
        {"GET", "/api/v2/me/devices/15000/calls", "Allow: POST\r\n"},
        {"PUT", "/api/v2/me/devices/15000", "Allow: GET, POST\r\n"},
        {"DELETE", "/api/v2/devices/15000", "Allow: GET, POST\r\n"},
        {"POST", "/api/v2/me/devices", "Allow: GET\r\n"},
        {"POST", "/api/v2/me/channels", "Allow: GET\r\n"},
        {"PUT", "/api/v2/me/channels/voice", "Allow: GET, POST\r\n"},
        {"POST", "/api/v2/diagnostics/version", "Allow: GET\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = desk_send(rows[i].method, rows[i].path, "{}");
        assert_int_equal(f->status, 405);
        assert_string_equal(f->headers, rows[i].allow);
        assert_non_null(strstr(f->body, "{\"statusCode\":3,\"statusMessage\":"));
        fake_free(f);
    }
}

static void the_version_needs_nobody(void **state)
{
    (void)state;
    assert_true(api_is_public(SLICE("/api/v2/diagnostics/version")));
    assert_true(api_is_public(SLICE("/api/v2/diagnostics/version/")));
    assert_false(api_is_public(SLICE("/api/v2/me")));
    assert_false(api_is_public(SLICE("/api/v2/nothing")));
    struct fake *f = fake_new("GET", "/api/v2/diagnostics/version", NULL);
    api_handle(api, &f->x);
    assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"1.2.3\"}");
    fake_free(f);
    f = fake_new("GET", "/api/v2/me", NULL);
    api_handle(api, &f->x);
    assert_int_equal(f->status, 403);
    fake_free(f);
}

static void who_only_stops_speaking_is_answered(void **state)
{
    (void)state;
    struct fake *f = desk_send("GET", "/api/v2/me/calls?fields=*", NULL);
    assert_null(f->x.closed); /* Else a web takes the end of the peer's side for its leaving. */
    struct answer answer = answer_of(1, 0);
    desk_reply(ERR_OK, NULL, &answer);
    assert_int_equal(f->answers, 1);
    answer_free(&answer);
    fake_free(f);
}

static void a_name_that_is_no_utf8_is_left_out(void **state)
{
    (void)state;
    get("/api/v2/me?subresources=a%ffb,%c3,chats,%c3%a9", QUERY_USER, 0, 0,
        USER_JSON ",\"chats\":[],\"\xc3\xa9\":[]}}", false);
}

static void a_full_engine_is_told_at_once(void **state)
{
    (void)state;
    engine_door = ERR_OVERLOAD;
    struct fake *f = desk_send("GET", "/api/v2/me/calls", NULL);
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->status, 500);
    assert_non_null(strstr(f->body, "{\"statusCode\":4,\"statusMessage\":"));
    fake_free(f);
    engine_door = ERR_OK;
}

const struct CMUnitTest route_tests[] = {
    cmocka_unit_test(me_is_the_same_with_slash_and_query),
    cmocka_unit_test(subresources_are_embedded_and_unknown_ones_empty),
    cmocka_unit_test(collections_without_fields_are_addresses),
    cmocka_unit_test(collections_with_fields_are_objects),
    cmocka_unit_test(single_ones_are_under_their_own_key),
    cmocka_unit_test(the_channels_are_voice),
    cmocka_unit_test(a_released_call_is_in_no_collection),
    cmocka_unit_test(what_is_not_there_is_404),
    cmocka_unit_test(a_wrong_method_is_405_with_allow),
    cmocka_unit_test(the_version_needs_nobody),
    cmocka_unit_test(who_only_stops_speaking_is_answered),
    cmocka_unit_test(a_name_that_is_no_utf8_is_left_out),
    cmocka_unit_test(a_full_engine_is_told_at_once),
};
const size_t route_test_count = sizeof route_tests / sizeof *route_tests;
