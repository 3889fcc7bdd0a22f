/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /floor: who may, what is refused, how it looks. */
#include "floor_desk.h"

#include <stdio.h>

static void only_supervisors_see_it(void **state)
{
    (void)state;
    struct fake *f = fake_new("GET", PATH, NULL);
    f->x.user = SLICE("bob");
    api_handle(api, &f->x);
    assert_int_equal(f->status, 403);
    assert_string_equal(f->body, "{\"statusCode\":5,\"statusMessage\":\"" OVERSEER "\"}");
    fake_free(f);
    assert_int_equal(asked.queries, 0);
}

static void bad_parameters_are_refused(void **state)
{
    (void)state;
    static const char *const versions[] = {"", "x", "-1", "1.5", "0x10", "+1"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        char path[96];
        snprintf(path, sizeof path, PATH "?since=%s", versions[i]);
        desk_refused("GET", path, NULL, 400,
                     "{\"statusCode\":2,\"statusMessage\":\"since must be the version of an "
                     "earlier answer\"}");
    }
    desk_refused("GET", PATH "?since=5&wait=26", NULL, 400,
                 "{\"statusCode\":10,\"statusMessage\":\"wait must be a number of seconds from 0 "
                 "to 25\"}");
    desk_refused("GET", PATH "?since=5&wait=soon", NULL, 400,
                 "{\"statusCode\":2,\"statusMessage\":\"wait must be a number of seconds from 0 to "
                 "25\"}");
}

#define TILE                                                                                       \
    "{\"id\":\"" CARD "\",\"userName\":\"ada\",\"firstName\":\"Ada\",\"lastName\":\"\\\"A\\\"\","  \
    "\"path\":\"/users/" CARD "\",\"phoneNumber\":\"15000\",\"deviceId\":\"" DEVICE_ID "\","       \
    "\"deviceUri\":\"" PUBLIC_URL "/api/v2/devices/" DEVICE_ID "\",\"registered\":true,"           \
    "\"doNotDisturb\":\"On\",\"userState\":{\"id\":\"900D55CC-2BB0-431F-8BF9-D3525B383BE6\","      \
    "\"displayName\":\"Not Ready\",\"state\":\"NotReady\"},\"userStateSince\":4,"                  \
    "\"queues\":[\"9000\",\"9001\"],\"monitoredBy\":\"super\",\"calls\":[{\"id\":\"" CALL_ID       \
    "\",\"state\":\"Held\",\"callType\":\"Inbound\",\"participants\":[{\"e164Number\":\"\","       \
    "\"formattedPhoneNumber\":\"15001\",\"phoneNumber\":\"15001\",\"digits\":\"15001\"}],"         \
    "\"dnis\":\"9000\",\"queue\":\"9000\",\"since\":7,\"startTime\":6}]}"

#define QUEUE                                                                                      \
    "{\"id\":\"q\",\"phoneNumber\":\"9000\",\"name\":\"Sales\",\"agents\":3,\"agentsReady\":2,"    \
    "\"waiting\":21,\"calls\":[{\"id\":\"" CALL_ID "\",\"phoneNumber\":\"+49301\","                \
    "\"callType\":\"Inbound\",\"since\":8}]}"

static void it_shows_agents_and_queues(void **state)
{
    (void)state;
    struct fake *f = desk_send("GET", PATH, NULL);
    assert_int_equal(asked.kind, QUERY_FLOOR);
    assert_int_equal(asked.since, 0);
    assert_string_equal(asked.user, "alice");
    struct answer *answer = floor_answer(184, true);
    struct floor *floor = answer->floor;
    struct slice numbers[] = {SLICE("9000"), SLICE("9001")};
    struct call_view view = desk_call(NULL);
    struct floor_call call = {view.call, 1, PARTY_HELD, 7, 6, SLICE("9000"), SLICE("9000")};
    call.part->type = CALL_TYPE_INBOUND;
    struct floor_agent agents[] = {{.user = floor_card("ada"),
                                    .state = desk_not_ready(),
                                    .state_since_ms = 4,
                                    .dn = SLICE("15000"),
                                    .device_id = SLICE(DEVICE_ID),
                                    .is_registered = true,
                                    .is_dnd = true,
                                    .monitored_by = floor_card("super"),
                                    .queues = numbers,
                                    .queue_count = 2,
                                    .calls = &call,
                                    .call_count = 1},
                                   {.user = floor_card("ada"), .state_since_ms = 5}};
    struct floor_waiting first = {SLICE(CALL_ID), SLICE("+49301"), CALL_TYPE_INBOUND, 8};
    struct floor_queue queue = {SLICE("q"), SLICE("9000"), SLICE("Sales"), 3, 2, 21, &first, 1};
    floor->agents = agents;
    floor->agent_count = 2;
    floor->queues = &queue;
    floor->queue_count = 1;
    floor_reply(answer);
    assert_int_equal(f->status, 200);
    assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"184\",\"whole\":true,"
                                 "\"time\":777,\"agents\":[" TILE "," LOGGED_OUT
                                 "],\"queues\":[" QUEUE "]}");
    assert_non_null(strstr(f->headers, "X-Cordboard-Time: 777\r\n"));
    fake_free(f);
}

static void a_version_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        uint64_t since;
    } rows[] = {{"?since=184", 184},
                {"?since=184&wait=0", 184},
                {"?since=0&wait=20", 0}, /* nobody was told that: there is nothing to wait for */
                {"?wait=20", 0},
                {"?since=99999999999999999999999", UINT64_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[96];
        snprintf(path, sizeof path, PATH "%s", rows[i].query);
        asked = (struct asked){0};
        struct fake *f = desk_send("GET", path, NULL);
        assert_int_equal(asked.queries, 1);
        assert_true(asked.since == rows[i].since);
        floor_reply(floor_answer(185, false));
        assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"185\",\"whole\":false,"
                                     "\"time\":777,\"agents\":[],\"queues\":[]}");
        fake_free(f);
    }
}

const struct CMUnitTest floor_tests[] = {
    FLOOR_TEST(only_supervisors_see_it),
    FLOOR_TEST(bad_parameters_are_refused),
    FLOOR_TEST(it_shows_agents_and_queues),
    FLOOR_TEST(a_version_is_asked_for),
};
const size_t floor_test_count = sizeof floor_tests / sizeof *floor_tests;
