/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /floor: who may, what is refused, how it looks, and how requests wait: until the floor moves,
 * no longer than they want, and no more often than ten times a second. */
#include "desk.h"

#include "base/mem.h"

#include <stdio.h>

#define PATH     "/api/v2/floor"
#define NEVER    UINT64_MAX
#define CARD     "0123456789abcdef0123456789abcdef"
#define OVERSEER "the floor is for supervisors and administrators"

static uint64_t now_ms;

static uint64_t tell_now(void *ctx)
{
    (void)ctx;
    return now_ms;
}

/* alice is a supervisor from here on. */
static int begin(void **state)
{
    static const struct api_user users[] = {{.name = "alice", .roles = ROLE_SUPERVISOR}};
    static const struct api_directory directory = {.users = users, .user_count = 1};
    struct api_options options = {.public_url = PUBLIC_URL,
                                  .version = "1.2.3",
                                  .nesting_max = NESTING_MAX,
                                  .now_ms = tell_now,
                                  .directory = &directory};
    *state = api;
    api = api_create(&options);
    now_ms = 50000;
    asked = (struct asked){0};
    return 0;
}

static int end(void **state)
{
    api_destroy(api);
    api = *state;
    return 0;
}

static struct user_card *card(const char *name)
{
    struct user_card *card = mem_zalloc(sizeof *card);
    atomic_init(&card->refs, 1);
    card->name = slice_of(name);
    card->first_name = SLICE("Ada");
    card->last_name = SLICE("\"A\"");
    memcpy(card->id, CARD, sizeof CARD);
    return card;
}

static struct answer *floor_answer(uint64_t version, bool is_whole)
{
    struct answer *answer = mem_zalloc(sizeof *answer);
    answer->time_ms = 777;
    answer->floor = mem_zalloc(sizeof *answer->floor);
    answer->floor->version = version;
    answer->floor->is_whole = is_whole;
    return answer;
}

static void add_agent(struct floor *floor)
{
    floor->agents = arena_zalloc(&floor->arena, sizeof *floor->agents);
    floor->agents[floor->agent_count++] =
        (struct floor_agent){.user = card("ada"), .state_since_ms = 5};
}

static void reply(struct answer *answer)
{
    desk_reply(ERR_OK, NULL, answer);
    answer_release(answer);
    mem_free(answer);
}

static struct fake *wait_since(const char *version)
{
    char path[96];
    snprintf(path, sizeof path, PATH "?since=%s&wait=20", version);
    struct fake *f = desk_send("GET", path, NULL);
    assert_int_equal(f->answers, 0);
    return f;
}

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

#define LOGGED_OUT                                                                                 \
    "{\"id\":\"" CARD "\",\"userName\":\"ada\",\"firstName\":\"Ada\",\"lastName\":\"\\\"A\\\"\","  \
    "\"path\":\"/users/" CARD "\",\"registered\":false,\"doNotDisturb\":\"Off\","                  \
    "\"userStateSince\":5,\"queues\":[],\"calls\":[]}"

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
    struct floor_agent agents[] = {{.user = card("ada"),
                                    .state = desk_not_ready(),
                                    .state_since_ms = 4,
                                    .dn = SLICE("15000"),
                                    .device_id = SLICE(DEVICE_ID),
                                    .is_registered = true,
                                    .is_dnd = true,
                                    .monitored_by = card("super"),
                                    .queues = numbers,
                                    .queue_count = 2,
                                    .calls = &call,
                                    .call_count = 1},
                                   {.user = card("ada"), .state_since_ms = 5}};
    struct floor_waiting first = {SLICE(CALL_ID), SLICE("+49301"), CALL_TYPE_INBOUND, 8};
    struct floor_queue queue = {SLICE("q"), SLICE("9000"), SLICE("Sales"), 3, 2, 21, &first, 1};
    floor->agents = agents;
    floor->agent_count = 2;
    floor->queues = &queue;
    floor->queue_count = 1;
    reply(answer);
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
        reply(floor_answer(185, false));
        assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"185\",\"whole\":false,"
                                     "\"time\":777,\"agents\":[],\"queues\":[]}");
        fake_free(f);
    }
}

static void who_waits_is_woken_by_a_change(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    assert_int_equal(asked.queries, 0);
    assert_true(api_next_ms(api) == now_ms + 20000);
    now_ms += 3000;
    api_floor_moved(api, 184);
    api_tick(api);
    assert_int_equal(asked.queries, 0);
    api_floor_moved(api, 187);
    assert_int_equal(asked.queries, 1);
    assert_int_equal(asked.since, 184);
    api_floor_moved(api, 188); /* it is asked for already */
    assert_int_equal(asked.queries, 1);
    struct answer *answer = floor_answer(188, false);
    add_agent(answer->floor);
    reply(answer);
    assert_int_equal(f->answers, 1);
    assert_non_null(strstr(f->body, "\"version\":\"188\",\"whole\":false"));
    assert_non_null(strstr(f->body, LOGGED_OUT));
    fake_free(f);
    api_tick(api);
    assert_true(api_next_ms(api) == NEVER);
}

/* The answer to somebody else tells of the change before the release does. */
static void an_answer_to_one_wakes_the_others(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    now_ms += 200;
    struct fake *other = desk_send("GET", PATH, NULL);
    reply(floor_answer(185, true));
    assert_int_equal(other->answers, 1);
    fake_free(other);
    assert_int_equal(asked.queries, 2);
    assert_int_equal(asked.since, 184);
    struct answer *answer = floor_answer(185, false);
    add_agent(answer->floor);
    reply(answer);
    assert_int_equal(f->answers, 1);
    fake_free(f);
}

static void a_wait_runs_out(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    now_ms += 19999;
    api_tick(api);
    assert_int_equal(asked.queries, 0);
    now_ms += 1;
    assert_true(api_next_ms(api) == now_ms);
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    reply(floor_answer(184, false));
    assert_non_null(strstr(f->body, "\"version\":\"184\",\"whole\":false,\"time\":777,"
                                    "\"agents\":[],\"queues\":[]"));
    fake_free(f);
}

static void changes_are_conflated(void **state)
{
    (void)state;
    static const char *const versions[] = {"184", "180"}; /* as it is, and one of before */
    for (size_t k = 0; k < 2; k++) {
        asked = (struct asked){0};
        uint64_t version = 184 + 10 * k;
        api_floor_moved(api, version);
        struct fake *f = wait_since(versions[k]);
        for (uint64_t i = 1; i < 10; i++) {
            now_ms += 10;
            api_floor_moved(api, version + i);
            api_tick(api);
        }
        assert_int_equal(asked.queries, 0);
        now_ms += 10;
        assert_true(api_next_ms(api) == now_ms);
        api_tick(api);
        assert_int_equal(asked.queries, 1);
        struct answer *answer = floor_answer(version + 9, false);
        add_agent(answer->floor);
        reply(answer);
        assert_int_equal(f->answers, 1);
        fake_free(f);
    }
}

static void who_goes_while_the_core_is_asked_is_forgotten(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    now_ms += 200;
    api_floor_moved(api, 185);
    f->x.closed(f->x.owner);
    fake_free(f);
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    reply(floor_answer(185, true));
    assert_true(api_next_ms(api) == NEVER);
}

/* The version is known to the core, and to this process not yet. */
static void a_version_from_before_a_restart_is_good(void **state)
{
    (void)state;
    struct fake *f = wait_since("184");
    assert_int_equal(asked.queries, 1);
    assert_int_equal(asked.since, 184);
    reply(floor_answer(184, false));
    assert_int_equal(f->answers, 0);
    now_ms += 500;
    api_floor_moved(api, 184);
    assert_int_equal(asked.queries, 1);
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 2);
    reply(floor_answer(185, true));
    assert_non_null(strstr(f->body, "\"version\":\"185\",\"whole\":true"));
    fake_free(f);
}

static void who_is_gone_is_forgotten(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    f->x.closed(f->x.owner);
    fake_free(f);
    now_ms += 30000;
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 0);
}

static void the_engine_may_refuse(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    now_ms += 200;
    engine_door = ERR_OVERLOAD;
    api_floor_moved(api, 185);
    engine_door = ERR_OK;
    assert_int_equal(f->status, 500);
    fake_free(f);
    f = wait_since("185");
    now_ms += 200;
    api_floor_moved(api, 186);
    desk_reply(ERR_NO_ACCESS, NULL, NULL); /* no such user any more */
    assert_int_equal(f->status, 403);
    fake_free(f);
}

static void a_role_that_is_taken_away_ends_a_wait(void **state)
{
    (void)state;
    static const struct api_directory nobody;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    api_set_directory(api, &nobody);
    now_ms += 200;
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 0);
    assert_int_equal(f->status, 403);
    assert_non_null(strstr(f->body, OVERSEER));
    fake_free(f);
}

static void a_user_has_32_that_wait(void **state)
{
    (void)state;
    struct fake *all[32];
    api_floor_moved(api, 184);
    for (size_t i = 0; i < 32; i++)
        all[i] = wait_since("184");
    desk_refused("GET", PATH "?since=184&wait=1", NULL, 429,
                 "{\"statusCode\":3,\"statusMessage\":\"at most 32 requests of a user may wait\"}");
    struct fake *f = desk_send("GET", PATH "?since=184", NULL); /* this one does not wait */
    assert_int_equal(asked.queries, 1);
    reply(floor_answer(184, false));
    assert_int_equal(f->answers, 1);
    fake_free(f);
    all[7]->x.closed(all[7]->x.owner);
    fake_free(all[7]);
    all[7] = wait_since("184");
    api_drain(api);
    for (size_t i = 0; i < 32; i++) {
        assert_int_equal(all[i]->answers, 1);
        fake_free(all[i]);
    }
}

static struct answer *large_answer(uint64_t version, size_t agents)
{
    struct answer *answer = floor_answer(version, true);
    struct user_card *ada = card("ada");
    answer->floor->agents =
        arena_zalloc(&answer->floor->arena, agents * sizeof(struct floor_agent));
    for (size_t i = 0; i < agents; i++)
        answer->floor->agents[i].user = i == 0 ? ada : user_card_ref(ada);
    answer->floor->agent_count = agents;
    return answer;
}

/* Twenty milliseconds are owed for ten thousand, and ten of them may be. */
static void a_large_answer_makes_the_next_one_later(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *first = wait_since("184");
    struct fake *second = wait_since("184");
    now_ms += 100;
    first->x.closed(first->x.owner);
    fake_free(first);
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 1);
    first = wait_since("1");
    now_ms += 99;
    reply(large_answer(185, 10000));
    assert_int_equal(second->answers, 1);
    fake_free(second);
    now_ms += 1;
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    assert_true(api_next_ms(api) == now_ms + 9);
    struct fake *at_once = desk_send("GET", PATH, NULL); /* one that does not wait is not put off */
    assert_int_equal(asked.queries, 2);
    reply(large_answer(185, 10000));
    assert_int_equal(at_once->answers, 1);
    fake_free(at_once);
    now_ms += 9;
    api_tick(api);
    assert_int_equal(asked.queries, 3);
    assert_int_equal(asked.since, 1);
    reply(floor_answer(185, true));
    assert_int_equal(first->answers, 1);
    fake_free(first);
}

static void the_core_is_asked_for_eight_at_a_time(void **state)
{
    (void)state;
    struct fake *all[9];
    api_floor_moved(api, 184);
    for (size_t i = 0; i < 9; i++)
        all[i] = wait_since("184");
    now_ms += 200;
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 8);
    assert_true(api_next_ms(api) == NEVER);
    all[3]->x.closed(all[3]->x.owner); /* its answer comes all the same */
    fake_free(all[3]);
    for (size_t i = 0; i < 8; i++)
        reply(floor_answer(185, true));
    assert_true(api_next_ms(api) <= now_ms);
    api_tick(api);
    assert_int_equal(asked.queries, 9);
    reply(floor_answer(185, true));
    for (size_t i = 0; i < 9; i++) {
        if (i == 3)
            continue;
        assert_int_equal(all[i]->answers, 1);
        fake_free(all[i]);
    }
    assert_true(api_next_ms(api) == NEVER || api_next_ms(api) > now_ms);
}

static void a_stop_answers_all_that_wait(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    struct fake *asking = wait_since("184");
    f->x.closed(f->x.owner);
    fake_free(f);
    now_ms += 200;
    api_floor_moved(api, 185); /* asks for the other one */
    f = wait_since("185");
    api_drain(api);
    assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"185\",\"whole\":false,"
                                 "\"time\":1000,\"agents\":[],\"queues\":[]}");
    fake_free(f);
    assert_int_equal(asking->answers, 0);
    reply(floor_answer(184, false));
    assert_int_equal(asking->answers, 1);
    fake_free(asking);
    f = desk_send("GET", PATH "?since=185&wait=20", NULL);
    reply(floor_answer(185, false));
    assert_int_equal(f->answers, 1);
    fake_free(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

const struct CMUnitTest floor_tests[] = {
    TEST(only_supervisors_see_it),
    TEST(bad_parameters_are_refused),
    TEST(it_shows_agents_and_queues),
    TEST(a_version_is_asked_for),
    TEST(who_waits_is_woken_by_a_change),
    TEST(an_answer_to_one_wakes_the_others),
    TEST(a_wait_runs_out),
    TEST(changes_are_conflated),
    TEST(who_goes_while_the_core_is_asked_is_forgotten),
    TEST(a_version_from_before_a_restart_is_good),
    TEST(who_is_gone_is_forgotten),
    TEST(the_engine_may_refuse),
    TEST(a_role_that_is_taken_away_ends_a_wait),
    TEST(a_user_has_32_that_wait),
    TEST(a_large_answer_makes_the_next_one_later),
    TEST(the_core_is_asked_for_eight_at_a_time),
    TEST(a_stop_answers_all_that_wait),
};
const size_t floor_test_count = sizeof floor_tests / sizeof *floor_tests;
