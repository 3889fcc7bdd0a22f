/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From bodies to commands, what is refused on the way, and how the engine's word is passed on. */
#include "desk.h"

#include <stdio.h>

#define CALL  "/api/v2/me/calls/" CALL_ID
#define CALLS "/api/v2/me/devices/15000/calls"
#define ME    "/api/v2/me"

static void accepted(const char *path, const char *body)
{
    asked = (struct asked){0};
    struct fake *f = desk_send("POST", path, body);
    if (f->answers)
        fail_msg("%s was refused: %s", body, f->body);
    assert_int_equal(asked.commands, 1);
    assert_string_equal(asked.user, "alice");
    desk_reply(ERR_OK, NULL, NULL);
    assert_int_equal(f->status, 200);
    assert_string_equal(f->body, "{\"statusCode\":0}");
    fake_free(f);
}

static void parameters_reach_the_command(void **state)
{
    (void)state;
    accepted(CALLS, "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":\"15001\"},"
                    "\"userData\":{\"a\":1},\"location\":7}");
    assert_int_equal(asked.op, OP_DIAL);
    assert_string_equal(asked.target, "15000");
    assert_string_equal(asked.text, "15001");
    assert_int_equal(asked.pair_count, 1);
    accepted("/api/v2/devices/15000/calls/",
             "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":\"15001\"}}");
    accepted(CALL, "{\"operationName\":\"SendDtmf\",\"digits\":\"1*\"}");
    assert_string_equal(asked.text, "1*");
    accepted(CALL, "{\"operationName\":\"DeleteUserDataPair\",\"key\":\"\"}");
    assert_int_equal(asked.op, OP_DELETE_USER_DATA_PAIR);
    accepted(CALL, "{\"operationName\":\"Hangup\",\"userData\":3}"); /* Not its parameter. */
    assert_int_equal(asked.pair_count, 0);
    accepted(ME, "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\"]}");
    assert_true(asked.voice);
    accepted(ME "/", "{\"operationName\":\"EndContactCenterSession\"}");
}

static void user_data_stays_as_it_was_written(void **state)
{
    (void)state;
    accepted(CALL, " {\"userData\":{\"k\\u00e4\":\"\\u00fc\",\"n\": 12345678901234567890 ,\"k\":"
                   "{ \"x\" : null },\"k\":\"\",\"\":[]},\"operationName\":\"AttachUserData\"}\n");
    assert_string_equal(asked.target, CALL_ID);
    assert_int_equal(asked.pair_count, 5);
    assert_string_equal(asked.keys[0], "k\xc3\xa4");
    assert_string_equal(asked.values[0], "\"\\u00fc\"");
    assert_string_equal(asked.values[1], "12345678901234567890");
    assert_string_equal(asked.values[2], "{ \"x\" : null }");
    assert_string_equal(asked.keys[3], "k");
    assert_string_equal(asked.values[3], "\"\"");
    assert_string_equal(asked.keys[4], "");
    accepted(CALL, "{\"operationName\":\"UpdateUserData\",\"userData\":{\"a\":[[[[1]]]]}}");
    accepted(CALL, "{\"operationName\":\"UpdateUserData\",\"userData\":{}}");
}

#define REFUSAL(code, message) "{\"statusCode\":" #code ",\"statusMessage\":\"" message "\"}"

static void bad_bodies_name_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *body;
        const char *expected;
    } rows[] = {
        {CALL, "[]", REFUSAL(2, "the body must be a JSON object")},
        {CALL, "{}", REFUSAL(1, "operationName is missing")},
        {CALL, "{\"operationName\":7}", REFUSAL(2, "operationName must be a string")},
        {CALLS, "{\"operationName\":\"x\\\"y\"}",
         REFUSAL(2, "operationName 'x\\\"y' is not an operation of this resource; allowed: Dial")},
        {CALL, "{\"operationName\":\"AttachUserData\"}",
         REFUSAL(1, "userData is missing: AttachUserData needs it")},
        {CALL, "{\"operationName\":\"AttachUserData\",\"userData\":[]}",
         REFUSAL(2, "userData must be an object")},
        {CALL, "{\"operationName\":\"AttachUserData\",\"userData\":{\"a\":1,\"b\":[[[[[]]]]]}}",
         REFUSAL(10, "userData.b is nested 5 deep; at most 4")},
        {CALL, "{\"operationName\":\"SendDtmf\",\"digits\":12}",
         REFUSAL(2, "digits must be a string")},
        {CALL, "{\"operationName\":\"DeleteUserDataPair\"}",
         REFUSAL(1, "key is missing: DeleteUserDataPair needs it")},
        {CALL, "{\"operationName\":\"DeleteUserDataPair\",\"key\":null}",
         REFUSAL(2, "key must be a string")},
        {CALLS, "{\"operationName\":\"Dial\"}",
         REFUSAL(1, "destination is missing: Dial needs it")},
        {CALLS, "{\"operationName\":\"Dial\",\"destination\":\"15001\"}",
         REFUSAL(2, "destination must be an object such as {\\\"phoneNumber\\\":\\\"5002\\\"}")},
        {CALLS, "{\"operationName\":\"Dial\",\"destination\":{}}",
         REFUSAL(1, "destination.phoneNumber is missing")},
        {CALLS, "{\"operationName\":\"Dial\",\"destination\":{\"phoneNumber\":15001}}",
         REFUSAL(2, "destination.phoneNumber must be a string")},
        {ME, "{\"operationName\":\"StartContactCenterSession\"}",
         REFUSAL(1, "channels is missing: StartContactCenterSession needs it")},
        {ME, "{\"operationName\":\"StartContactCenterSession\",\"channels\":[]}",
         REFUSAL(2, "channels must be an array of at least one string")},
        {ME, "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\",1]}",
         REFUSAL(2, "channels must hold strings only")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        desk_refused("POST", rows[i].path, rows[i].body, 400, rows[i].expected);
}

/* Which ones are there grows with the core. */
static void a_name_of_another_resource_gets_those_of_this_one(void **state)
{
    (void)state;
    struct fake *f = desk_send("POST", ME, "{\"operationName\":\"Hangup\"}");
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->body,
                           "{\"statusCode\":2,\"statusMessage\":\"operationName 'Hangup' is "
                           "not an operation of this resource; allowed: "));
    assert_non_null(strstr(f->body, "StartContactCenterSession, EndContactCenterSession, and the "
                                    "agent states of /settings/agent-states\"}"));
    assert_null(strstr(f->body, "Answer"));
    fake_free(f);
}

static void what_is_not_json_names_the_offset(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *offset;
    } rows[] = {{"", "at offset 0\"}"},
                {"{\"operationName\":", "at offset 17\"}"},
                {"{\"operationName\":\"Hangup\"}x", "at offset 26\"}"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = desk_send("POST", CALL, rows[i].body);
        assert_int_equal(f->status, 400);
        assert_non_null(strstr(f->body, "{\"statusCode\":2,\"statusMessage\":\"the body is not"));
        assert_non_null(strstr(f->body, rows[i].offset));
        fake_free(f);
    }
}

static void a_long_name_is_cut_between_characters(void **state)
{
    (void)state;
    char body[256];
    char name[64];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(body, sizeof body, "{\"operationName\":\"%s\xc3\xbc\xc3\xbc\"}", name);
    struct fake *f = desk_send("POST", CALL, body);
    assert_non_null(strstr(f->body, "xxx' is not an operation"));
    fake_free(f);
}

static void the_engines_refusal_is_passed_on(void **state)
{
    (void)state;
    struct fake *f = desk_send("POST", CALL, "{\"operationName\":\"Answer\"}");
    desk_reply(ERR_STATE, "Answer is not possible: the call is Dialing", NULL);
    assert_int_equal(f->status, 400);
    assert_string_equal(f->body, REFUSAL(3, "Answer is not possible: the call is Dialing"));
    fake_free(f);
}

static void other_channels_fail_singly(void **state)
{
    (void)state;
    struct fake *f = desk_send("POST", ME,
                               "{\"operationName\":\"StartContactCenterSession\",\"channels\":"
                               "[\"chat\",\"voice\"]}");
    desk_reply(ERR_OK, NULL, NULL);
    assert_int_equal(f->status, 200);
    assert_string_equal(f->body,
                        "{\"statusCode\":7,\"channels\":[{\"channel\":\"chat\",\"statusCode\":6,"
                        "\"statusMessage\":\"there is no channel 'chat'; channels: voice\"},"
                        "{\"channel\":\"voice\",\"statusCode\":0}]}");
    fake_free(f);
    f = desk_send("POST", ME,
                  "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"voice\","
                  "\"chat\"]}");
    desk_reply(ERR_STATE, "no device", NULL);
    assert_string_equal(f->body, REFUSAL(3, "no device"));
    fake_free(f);
    desk_refused(
        "POST", ME,
        "{\"operationName\":\"StartContactCenterSession\",\"channels\":[\"chat\",\"sms\"]}", 404,
        REFUSAL(6, "there is no channel 'chat'; channels: voice"));
}

const struct CMUnitTest command_tests[] = {
    cmocka_unit_test(parameters_reach_the_command),
    cmocka_unit_test(user_data_stays_as_it_was_written),
    cmocka_unit_test(bad_bodies_name_what_is_wrong),
    cmocka_unit_test(a_name_of_another_resource_gets_those_of_this_one),
    cmocka_unit_test(what_is_not_json_names_the_offset),
    cmocka_unit_test(a_long_name_is_cut_between_characters),
    cmocka_unit_test(the_engines_refusal_is_passed_on),
    cmocka_unit_test(other_channels_fail_singly),
};
const size_t command_test_count = sizeof command_tests / sizeof *command_tests;
