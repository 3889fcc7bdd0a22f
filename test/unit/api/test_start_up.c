/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a desktop reads before its first call, beside /me: what the directory has of it is true, and
 * the rest is empty in the right envelope. */
#include "desk.h"

#define LOGGED_OUT                                                                                 \
    "{\"id\":\"0F7F5003-EF26-4D13-A6EF-D0C7EC819BEB\",\"displayName\":\"Logged Out\","             \
    "\"state\":\"LoggedOut\"}"

#include "base/ids.h"
#include "base/mem.h"

#include <stdio.h>

#define API "/api/v2"

static const char *const alices_numbers[] = {"15000", "15009"};
static const char *const bobs_numbers[] = {"15001"};
static const struct api_user users[] = {
    {.name = "alice",
     .first_name = "Al",
     .last_name = "Ice",
     .numbers = alices_numbers,
     .number_count = 2,
     .email = "alice@example.com",
     .roles = ROLE_AGENT | ROLE_SUPERVISOR},
    {.name = "bob", .id = "b0b", .numbers = bobs_numbers, .number_count = 1},
};
static const struct api_queue queues[] = {{.number = "9000", .name = "Sales"}, {.number = "9001"}};
static const struct api_disposition dispositions[] = {{"Sold", "Sold it"}, {"Lost", NULL}};

static int with_directory(void **state)
{
    (void)state;
    struct api_directory directory = {.country = "de",
                                      .users = users,
                                      .user_count = 2,
                                      .queues = queues,
                                      .queue_count = 2,
                                      .dispositions = dispositions,
                                      .disposition_count = 2};
    api_set_directory(api, &directory);
    return 0;
}

static int without_directory(void **state)
{
    (void)state;
    api_set_directory(api, &(struct api_directory){0});
    return 0;
}

/* Answered without the engine; the body is (or holds) expected. */
static void at_once(const char *path, const char *expected, bool is_whole)
{
    asked = (struct asked){0};
    struct fake *f = desk_send("GET", path, NULL);
    assert_int_equal(f->answers, 1);
    assert_int_equal(asked.queries, 0);
    if (f->status != 200 ||
        (is_whole ? strcmp(f->body, expected) != 0 : !strstr(f->body, expected)))
        fail_msg("%s: %s is not %s", path, f->body, expected);
    fake_free(f);
}

static void what_is_not_ours_is_empty(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *name;
    } rows[] = {{API "/services", "services"},      {API "/skills", "skills"},
                {API "/workbins", "workbins"},      {API "/me/workbins", "workbins"},
                {API "/me/groups", "groups"},       {API "/me/skills/", "skills"},
                {API "/me/chats", "chats"},         {API "/me/emails", "emails"},
                {API "/me/workitems", "workitems"}, {API "/me/interactions", "interactions"},
                {API "/users/b0b/skills", "skills"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[64];
        char expected[64];
        at_once(rows[i].path, "{\"statusCode\":0,\"uris\":[]}", true);
        snprintf(path, sizeof path, "%s?fields=*", rows[i].path);
        snprintf(expected, sizeof expected, "{\"statusCode\":0,\"%s\":[]}", rows[i].name);
        at_once(path, expected, true);
    }
    at_once("/internal-api/transactions", "{\"statusCode\":0,\"transactions\":[]}", true);
    at_once("/internal-api/operations", "{\"statusCode\":0,\"operations\":[]}", true);
    at_once(API "/settings/voice", "{\"statusCode\":0,\"settings\":[]}", true);
    at_once(API "/settings/voice-operations", "{\"statusCode\":0,\"settings\":[]}", true);
}

static void settings_are_in_groups(void **state)
{
    (void)state;
    at_once(API "/settings",
            "{\"statusCode\":0,\"settings\":[{\"name\":\"general-settings\",\"displayName\":"
            "\"General\",\"uri\":\"" PUBLIC_URL "/api/v2/settings/general-settings\",\"path\":"
            "\"/settings/general-settings\"},{\"name\":\"agent-states\",\"displayName\":"
            "\"Agent States\",\"key\":\"operationName\",\"uri\":",
            false);
    at_once(API "/settings/general-settings",
            "{\"statusCode\":0,\"settings\":{\"countryCode\":\"DE\",\"countryDigits\":\"49\","
            "\"countryName\":\"Germany\"}}",
            true);
    at_once(API "/settings/dispositions",
            "{\"statusCode\":0,\"settings\":[{\"name\":\"Sold\",\"displayName\":\"Sold it\"},"
            "{\"name\":\"Lost\",\"displayName\":\"Lost\"}]}",
            true);
    at_once(API "/settings/interaction-workspace",
            "{\"statusCode\":0,\"settings\":[{\"name\":\"interaction.disposition.value-business-"
            "attribute\",\"value\":\"DispositionCode\"}]}",
            true);
    at_once("/internal-api/me/settings",
            ",\"interaction-workspace\":{\"interaction.disposition.value-business-attribute\":"
            "\"DispositionCode\"}}}",
            false);
    desk_refused("GET", API "/settings/nothing", NULL, 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no such group of settings\"}");
}

static void agent_states_say_what_can_be_posted(void **state)
{
    (void)state;
    struct state_card *aux = mem_zalloc(sizeof *aux);
    atomic_init(&aux->refs, 1);
    aux->mode = AGENT_AUX_WORK;
    aux->operation_name = SLICE("OutToLunch");
    aux->display_name = SLICE("Out to lunch");
    aux->reason = SLICE("Lunch");
    memcpy(aux->id, "LUNCH", 6);
    struct state_card *states[] = {desk_not_ready(), aux};
    struct answer answer = {.states = states, .state_count = 2};
    struct fake *f = desk_send("GET", API "/settings/agent-states", NULL);
    assert_int_equal(asked.kind, QUERY_AGENT_STATES);
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(
        f->body,
        "{\"statusCode\":0,\"settings\":[{\"id\":\"900D55CC-2BB0-431F-8BF9-D3525B383BE6\","
        "\"operationName\":\"NotReady\",\"displayName\":\"Not Ready\",\"state\":\"NotReady\"},"
        "{\"id\":\"LUNCH\",\"operationName\":\"OutToLunch\",\"displayName\":\"Out to lunch\","
        "\"state\":\"NotReady\",\"workMode\":\"AuxWork\",\"reason\":\"Lunch\"}]}");
    fake_free(f);
    f = desk_send("GET", API "/settings/agent-states?fields=id&workMode=AuxWork&_=17", NULL);
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(f->body, "{\"statusCode\":0,\"settings\":[{\"id\":\"LUNCH\"}]}");
    fake_free(f);
    state_card_unref(aux);
}

static void dispositions_are_a_group_and_a_business_attribute(void **state)
{
    (void)state;
    at_once(
        API "/groups?type=dispositions&fields=name,type,contains,defaultGroup,dispositions",
        "{\"statusCode\":0,\"groups\":[{\"name\":\"DispositionCode\",\"type\":\"dispositions\","
        "\"contains\":\"dispositions\",\"defaultGroup\":true,\"dispositions\":[{\"name\":"
        "\"Sold\",\"displayName\":\"Sold it\"},{\"name\":\"Lost\",\"displayName\":\"Lost\"}]}]}",
        true);
    at_once(API "/groups?type=agents", "{\"statusCode\":0,\"uris\":[]}", true);
    char id[37];
    char path[128];
    ids_guid_of_name(SLICE("group DispositionCode"), id);
    snprintf(path, sizeof path, API "/groups/%s?fields=name", id);
    at_once(path, "{\"statusCode\":0,\"group\":{\"name\":\"DispositionCode\"}}", true);
    snprintf(path, sizeof path, "\"uris\":[\"" PUBLIC_URL "/api/v2/groups/%s\"]", id);
    at_once(API "/groups?type=dispositions", path, false);
    at_once("/internal-api/business-attributes",
            "{\"statusCode\":0,\"businessAttributes\":[{\"name\":\"DispositionCode\","
            "\"displayName\":\"Dispositions\",\"description\":\"\",\"default\":false,"
            "\"userProperties\":[],\"values\":[{\"name\":\"Sold\",\"displayName\":\"Sold it\","
            "\"description\":\"\",\"default\":false,\"userProperties\":[],\"values\":[]},",
            false);
}

static void without_dispositions_there_is_no_group(void **state)
{
    without_directory(state);
    at_once(API "/groups?fields=*", "{\"statusCode\":0,\"groups\":[]}", true);
    at_once("/internal-api/business-attributes", "{\"statusCode\":0,\"businessAttributes\":[]}",
            true);
    at_once(API "/settings/general-settings",
            "{\"statusCode\":0,\"settings\":{\"countryCode\":\"\",\"countryDigits\":\"\","
            "\"countryName\":\"\"}}",
            true);
    at_once(API "/users", "{\"statusCode\":0,\"totalCount\":0,\"uris\":[]}", true);
    with_directory(state);
}

static void features_are_the_users(void **state)
{
    (void)state;
    at_once(API "/features?fields=id",
            "{\"statusCode\":0,\"features\":[{\"id\":\"api-voice\"},{\"id\":"
            "\"api-voice-recording\"},{\"id\":\"api-supervisor-monitoring\"}]}",
            true);
    at_once(
        API "/features/api-voice?fields=id,path",
        "{\"statusCode\":0,\"feature\":{\"id\":\"api-voice\",\"path\":\"/features/api-voice\"}}",
        true);
    at_once(API "/system/features", "\"uris\":[\"" PUBLIC_URL "/api/v2/features/api-voice\",",
            false);
    struct fake *f = fake_new("GET", API "/features/api-supervisor-monitoring", NULL);
    f->x.user = SLICE("bob");
    api_handle(api, &f->x);
    assert_int_equal(f->status, 404); /* As if it were not there. */
    fake_free(f);
}

static void queues_have_numbers(void **state)
{
    (void)state;
    at_once(API "/queues?fields=name,phoneNumber,channel",
            "{\"statusCode\":0,\"queues\":[{\"name\":\"Sales\",\"channel\":\"voice\","
            "\"phoneNumber\":\"9000\"},{\"name\":\"9001\",\"channel\":\"voice\",\"phoneNumber\":"
            "\"9001\"}]}",
            true);
    at_once(API "/queues?fields=name&channel=voice&phoneNumber=9000",
            "{\"statusCode\":0,\"queues\":[{\"name\":\"Sales\"}]}", true);
    at_once(API "/queues?fields=name&channel=chat", "{\"statusCode\":0,\"queues\":[]}", true);
    at_once(API "/queues/9000?fields=name", "{\"statusCode\":0,\"queue\":{\"name\":\"Sales\"}}",
            true);
    char id[37];
    char path[64];
    ids_guid_of_name(SLICE("9000"), id);
    snprintf(path, sizeof path, API "/queues/%s?fields=name", id);
    at_once(path, "{\"statusCode\":0,\"queue\":{\"name\":\"Sales\"}}", true);
    desk_refused("GET", API "/queues/1", NULL, 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no such queue\"}");
}

static void users_are_addresses_or_objects(void **state)
{
    (void)state;
    char id[33];
    ids_hex_of_name(SLICE("alice"), id);
    char expected[256];
    snprintf(expected, sizeof expected,
             "{\"statusCode\":0,\"totalCount\":2,\"uris\":[\"" PUBLIC_URL
             "/api/v2/users/%s\",\"" PUBLIC_URL "/api/v2/users/b0b\"]}",
             id);
    at_once(API "/users", expected, true);
    at_once(API "/users?fields=userName,roles,emailAddress",
            "{\"statusCode\":0,\"totalCount\":2,\"users\":[{\"userName\":\"alice\","
            "\"emailAddress\":\"alice@example.com\",\"roles\":[\"ROLE_AGENT\","
            "\"ROLE_SUPERVISOR\"]},{\"userName\":\"bob\",\"emailAddress\":\"\",\"roles\":"
            "[\"ROLE_AGENT\"]}]}",
            true);
    at_once(API "/users?fields=id&userName=bob",
            "{\"statusCode\":0,\"totalCount\":1,\"users\":[{\"id\":\"b0b\"}]}", true);
    at_once(API "/users?fields=id&limit=1&offset=1",
            "{\"statusCode\":0,\"totalCount\":2,\"users\":[{\"id\":\"b0b\"}]}", true);
    desk_refused("GET", API "/users?limit=x", NULL, 400,
                 "{\"statusCode\":10,\"statusMessage\":\"limit must be a number from 0 to "
                 "1073741824\"}");
}

static void users_have_subresources(void **state)
{
    (void)state;
    struct fake *f =
        desk_send("GET", API "/users?fields=id&subresources=devices,channels,calls", NULL);
    assert_int_equal(asked.kind, QUERY_PRESENCE);
    assert_string_equal(asked.names, "alice,bob,");
    struct device_view devices[] = {desk_device()};
    struct presence presences[] = {{.state = NULL}, {.state = desk_not_ready(), .device_count = 1}};
    struct answer answer = {
        .devices = devices, .device_count = 1, .presences = presences, .presence_count = 2};
    desk_reply(ERR_OK, NULL, &answer);
    assert_non_null(strstr(f->body, ",\"devices\":[],\"channels\":[{\"channel\":\"voice\","
                                    "\"userState\":" LOGGED_OUT "}],\"calls\":[]},{\"id\":"
                                    "\"b0b\",\"devices\":[{\"id\":\"" DEVICE_ID "\","));
    fake_free(f);
}

/* The answer of the core about a user of that name and id. */
static void one_user(const char *path, const char *name, const char *id, int status,
                     const char *expected)
{
    struct fake *f = desk_send("GET", path, NULL);
    assert_int_equal(asked.kind, QUERY_USER);
    assert_string_equal(asked.user, name);
    struct user_card card = {.name = slice_of(name), .roles = ROLE_ADMIN};
    memcpy(card.id, id, strlen(id));
    struct call_view call = desk_call(NULL);
    struct answer answer = {.user = &card, .calls = &call, .call_count = 1};
    desk_reply(ERR_OK, NULL, &answer);
    assert_int_equal(f->status, status);
    if (!strstr(f->body, expected))
        fail_msg("%s is not in %s", expected, f->body);
    call_view_release(&call);
    fake_free(f);
}

static void the_address_in_me_can_be_read(void **state)
{
    (void)state;
    char id[33];
    char path[128];
    ids_hex_of_name(SLICE("alice"), id);
    snprintf(path, sizeof path, API "/users/%s?fields=userName,roles&subresources=calls", id);
    one_user(path, "alice", id, 200,
             "\"user\":{\"userName\":\"alice\",\"roles\":[\"ROLE_ADMIN\"],\"calls\":[{\"id\":");
    one_user(API "/users/b0b?fields=id&subresources=calls,settings", "bob", "b0b", 200,
             "\"user\":{\"id\":\"b0b\",\"calls\":[],\"settings\":{}}}");
    one_user(API "/users/nobody", "alice", id, 404, "there is no such user");
    struct fake *f = desk_send("GET", API "/users/b0b", NULL);
    desk_reply(ERR_OK, NULL, &(struct answer){.err = ERR_NO_ACCESS});
    assert_int_equal(f->status, 404);
    fake_free(f);
    f = desk_send("GET", API "/users/b0b/devices", NULL);
    assert_int_equal(asked.kind, QUERY_DEVICES);
    assert_string_equal(asked.user, "bob");
    desk_reply(ERR_OK, NULL, &(struct answer){0});
    assert_string_equal(f->body, "{\"statusCode\":0,\"uris\":[]}");
    fake_free(f);
    desk_refused("GET", API "/users/nobody/devices", NULL, 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no such user\"}");
}

static void the_internal_root_is_one_of_its_own(void **state)
{
    (void)state;
    static const char *const paths[] = {"/internal-api", "/internal-api/me",
                                        "/internal-apix/operations", "/internal-api/contacts",
                                        "/api/v2/business-attributes"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        desk_refused("GET", paths[i], NULL, 404,
                     "{\"statusCode\":6,\"statusMessage\":\"there is no such resource\"}");
    at_once("/internal-api/contact-center", "\"contactCenter\":{\"id\":\"", false);
    struct fake *f = desk_send("POST", "/internal-api/operations", "{}");
    assert_int_equal(f->status, 405);
    fake_free(f);
}

static void own_collections_are_filtered_by_attribute(void **state)
{
    (void)state;
    struct device_view devices[] = {desk_device(), desk_device()};
    memcpy(devices[1].dn, "15009", 6);
    struct answer answer = {.devices = devices, .device_count = 2};
    struct fake *f = desk_send("GET", API "/me/devices?fields=phoneNumber&phoneNumber=15009", NULL);
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(f->body, "{\"statusCode\":0,\"devices\":[{\"phoneNumber\":\"15009\"}]}");
    fake_free(f);
    f = desk_send("GET", API "/me/devices?phoneNumber=15009&deviceState=Inactive", NULL);
    desk_reply(ERR_OK, NULL, &answer);
    assert_string_equal(f->body, "{\"statusCode\":0,\"uris\":[]}");
    fake_free(f);
    struct call_view call = desk_call(NULL);
    struct answer calls = {.calls = &call, .call_count = 1};
    f = desk_send("GET", API "/me/calls?fields=id&state=Established", NULL);
    desk_reply(ERR_OK, NULL, &calls);
    assert_string_equal(f->body, "{\"statusCode\":0,\"calls\":[]}");
    fake_free(f);
    f = desk_send("GET", API "/me/calls?fields=dnis&state=Dialing&callType=Internal&nonsense=1",
                  NULL);
    desk_reply(ERR_OK, NULL, &calls);
    assert_string_equal(f->body, "{\"statusCode\":0,\"calls\":[{\"dnis\":\"15001\"}]}");
    fake_free(f);
    call_view_release(&call);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, with_directory, without_directory)

const struct CMUnitTest start_up_tests[] = {
    TEST(what_is_not_ours_is_empty),
    TEST(settings_are_in_groups),
    TEST(agent_states_say_what_can_be_posted),
    TEST(dispositions_are_a_group_and_a_business_attribute),
    TEST(without_dispositions_there_is_no_group),
    TEST(features_are_the_users),
    TEST(queues_have_numbers),
    TEST(users_are_addresses_or_objects),
    TEST(users_have_subresources),
    TEST(the_address_in_me_can_be_read),
    TEST(the_internal_root_is_one_of_its_own),
    TEST(own_collections_are_filtered_by_attribute),
};
const size_t start_up_test_count = sizeof start_up_tests / sizeof *start_up_tests;
