/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Requests for the floor that wait: until it moves, no longer than they want, no more often than
 * ten times a second, and one after the other where answers are large. */
#include "floor_desk.h"

#include <stdio.h>

#define NEVER UINT64_MAX

static struct fake *wait_since(const char *version)
{
    char path[96];
    snprintf(path, sizeof path, PATH "?since=%s&wait=20", version);
    struct fake *f = desk_send("GET", path, NULL);
    assert_int_equal(f->answers, 0);
    return f;
}

static void who_waits_is_woken_by_a_change(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    assert_int_equal(asked.queries, 0);
    assert_true(api_next_ms(api) == floor_now_ms + 20000);
    floor_now_ms += 3000;
    api_floor_moved(api, 184);
    api_tick(api);
    assert_int_equal(asked.queries, 0);
    api_floor_moved(api, 187);
    assert_int_equal(asked.queries, 1);
    assert_int_equal(asked.since, 184);
    api_floor_moved(api, 188); /* it is asked for already */
    assert_int_equal(asked.queries, 1);
    struct answer *answer = floor_answer(188, false);
    floor_add_agent(answer->floor);
    floor_reply(answer);
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
    floor_now_ms += 200;
    struct fake *other = desk_send("GET", PATH, NULL);
    floor_reply(floor_answer(185, true));
    assert_int_equal(other->answers, 1);
    fake_free(other);
    assert_int_equal(asked.queries, 2);
    assert_int_equal(asked.since, 184);
    struct answer *answer = floor_answer(185, false);
    floor_add_agent(answer->floor);
    floor_reply(answer);
    assert_int_equal(f->answers, 1);
    fake_free(f);
}

static void a_wait_runs_out(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    floor_now_ms += 19999;
    api_tick(api);
    assert_int_equal(asked.queries, 0);
    floor_now_ms += 1;
    assert_true(api_next_ms(api) == floor_now_ms);
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    floor_reply(floor_answer(184, false));
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
            floor_now_ms += 10;
            api_floor_moved(api, version + i);
            api_tick(api);
        }
        assert_int_equal(asked.queries, 0);
        floor_now_ms += 10;
        assert_true(api_next_ms(api) == floor_now_ms);
        api_tick(api);
        assert_int_equal(asked.queries, 1);
        struct answer *answer = floor_answer(version + 9, false);
        floor_add_agent(answer->floor);
        floor_reply(answer);
        assert_int_equal(f->answers, 1);
        fake_free(f);
    }
}

static void who_goes_while_the_core_is_asked_is_forgotten(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    floor_now_ms += 200;
    api_floor_moved(api, 185);
    f->x.closed(f->x.owner);
    fake_free(f);
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    floor_reply(floor_answer(185, true));
    assert_true(api_next_ms(api) == NEVER);
}

/* The version is known to the core, and to this process not yet. */
static void a_version_from_before_a_restart_is_good(void **state)
{
    (void)state;
    struct fake *f = wait_since("184");
    assert_int_equal(asked.queries, 1);
    assert_int_equal(asked.since, 184);
    floor_reply(floor_answer(184, false));
    assert_int_equal(f->answers, 0);
    floor_now_ms += 500;
    api_floor_moved(api, 184);
    assert_int_equal(asked.queries, 1);
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 2);
    floor_reply(floor_answer(185, true));
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
    floor_now_ms += 30000;
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 0);
}

static void the_engine_may_refuse(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    floor_now_ms += 200;
    engine_door = ERR_OVERLOAD;
    api_floor_moved(api, 185);
    engine_door = ERR_OK;
    assert_int_equal(f->status, 500);
    fake_free(f);
    f = wait_since("185");
    floor_now_ms += 200;
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
    floor_now_ms += 200;
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
    floor_reply(floor_answer(184, false));
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
    struct user_card *ada = floor_card("ada");
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
    floor_now_ms += 100;
    first->x.closed(first->x.owner);
    fake_free(first);
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 1);
    first = wait_since("1");
    floor_now_ms += 99;
    floor_reply(large_answer(185, 10000));
    assert_int_equal(second->answers, 1);
    fake_free(second);
    floor_now_ms += 1;
    api_tick(api);
    assert_int_equal(asked.queries, 1);
    assert_true(api_next_ms(api) == floor_now_ms + 9);
    struct fake *at_once = desk_send("GET", PATH, NULL); /* one that does not wait is not put off */
    assert_int_equal(asked.queries, 2);
    floor_reply(large_answer(185, 10000));
    assert_int_equal(at_once->answers, 1);
    fake_free(at_once);
    floor_now_ms += 9;
    api_tick(api);
    assert_int_equal(asked.queries, 3);
    assert_int_equal(asked.since, 1);
    floor_reply(floor_answer(185, true));
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
    floor_now_ms += 200;
    api_floor_moved(api, 185);
    assert_int_equal(asked.queries, 8);
    assert_true(api_next_ms(api) == NEVER);
    all[3]->x.closed(all[3]->x.owner); /* its answer comes all the same */
    fake_free(all[3]);
    for (size_t i = 0; i < 8; i++)
        floor_reply(floor_answer(185, true));
    assert_true(api_next_ms(api) <= floor_now_ms);
    api_tick(api);
    assert_int_equal(asked.queries, 9);
    floor_reply(floor_answer(185, true));
    for (size_t i = 0; i < 9; i++) {
        if (i == 3)
            continue;
        assert_int_equal(all[i]->answers, 1);
        fake_free(all[i]);
    }
    assert_true(api_next_ms(api) == NEVER || api_next_ms(api) > floor_now_ms);
}

static void a_stop_answers_all_that_wait(void **state)
{
    (void)state;
    api_floor_moved(api, 184);
    struct fake *f = wait_since("184");
    struct fake *asking = wait_since("184");
    f->x.closed(f->x.owner);
    fake_free(f);
    floor_now_ms += 200;
    api_floor_moved(api, 185); /* asks for the other one */
    f = wait_since("185");
    api_drain(api);
    assert_string_equal(f->body, "{\"statusCode\":0,\"version\":\"185\",\"whole\":false,"
                                 "\"time\":1000,\"agents\":[],\"queues\":[]}");
    fake_free(f);
    assert_int_equal(asking->answers, 0);
    floor_reply(floor_answer(184, false));
    assert_int_equal(asking->answers, 1);
    fake_free(asking);
    f = desk_send("GET", PATH "?since=185&wait=20", NULL);
    floor_reply(floor_answer(185, false));
    assert_int_equal(f->answers, 1);
    fake_free(f);
}

const struct CMUnitTest floor_wait_tests[] = {
    FLOOR_TEST(who_waits_is_woken_by_a_change),
    FLOOR_TEST(an_answer_to_one_wakes_the_others),
    FLOOR_TEST(a_wait_runs_out),
    FLOOR_TEST(changes_are_conflated),
    FLOOR_TEST(who_goes_while_the_core_is_asked_is_forgotten),
    FLOOR_TEST(a_version_from_before_a_restart_is_good),
    FLOOR_TEST(who_is_gone_is_forgotten),
    FLOOR_TEST(the_engine_may_refuse),
    FLOOR_TEST(a_role_that_is_taken_away_ends_a_wait),
    FLOOR_TEST(a_user_has_32_that_wait),
    FLOOR_TEST(a_large_answer_makes_the_next_one_later),
    FLOOR_TEST(the_core_is_asked_for_eight_at_a_time),
    FLOOR_TEST(a_stop_answers_all_that_wait),
};
const size_t floor_wait_test_count = sizeof floor_wait_tests / sizeof *floor_wait_tests;
