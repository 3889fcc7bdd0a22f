/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The floor: whom and what it shows, and that who knows a version is given what changed since, and
 * nothing else. Times are milliseconds since the world began. That no change is ever missed is the
 * random test's affair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "floor_picture.h"
#include "queues.h"

#define START WORLD_START_MS

static void expect(const struct world *w, uint64_t since, const char *text)
{
    struct buf out = {0};
    floor_text(w->core, SLICE("u0"), since, START, &out);
    assert_string_equal(out.ptr, text);
    buf_free(&out);
}

static uint64_t version(const struct world *w)
{
    return core_floor_version(w->core);
}

static void at_first_all_of_it_is_told(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    static const char all[] = "whole\n"
                              "u0 out since 0 at 100\n"
                              "u1 out since 0 at 101\n";
    expect(&w, 0, all);
    expect(&w, version(&w) + 1, all); /* of another floor */
    expect(&w, UINT64_MAX, all);
    expect(&w, version(&w), "");
    end(&w);
}

/* The first version is the time: one of a floor that was thrown away is not one of this. */
static void versions_do_not_begin_again(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    assert_true(version(&w) > START && version(&w) < START + 100);
    uint64_t before = version(&w);
    struct world later = {.core = core_create(), .now_ms = START + 1000};
    put(&later, (struct config_item){.kind = CONFIG_USER, .name = SLICE("u0")});
    expect(&later, before, "whole\nu0 out since 1000 at  unregistered\n");
    end(&w);
    end(&later);
}

static void an_agents_state_has_a_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    uint64_t since = version(&w);
    w.now_ms = START + 100;
    world_command(&w, "u1", OP_START_CONTACT_CENTER_SESSION, "", "");
    expect(&w, since, "u1 Not Ready since 100 at 101\n");
    since = version(&w);
    w.now_ms = START + 200;
    world_command(&w, "u1", OP_READY, "", "");
    expect(&w, since, "u1 Ready since 200 at 101\n");
    w.now_ms = START + 300;
    world_command(&w, "u1", OP_READY, "", ""); /* once more is no new state */
    world_command(&w, "u1", OP_DO_NOT_DISTURB_ON, "", "");
    expect(&w, since, "u1 Ready since 200 at 101 undisturbed\n");
    since = version(&w);
    world_command(&w, "u1", OP_END_CONTACT_CENTER_SESSION, "", "");
    expect(&w, since, "u1 out since 300 at 101 undisturbed\n");
    since = version(&w);
    assert_int_equal(world_command(&w, "u1", OP_ANSWER, "none", ""), ERR_NOT_FOUND);
    expect(&w, since, "");
    end(&w);
}

/* Only its name is another one. */
static void a_state_that_is_renamed_is_the_same(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item lunch = {.kind = CONFIG_AGENT_STATE,
                                .name = SLICE("OutToLunch"),
                                .first_name = SLICE("Lunch"),
                                .mode = AGENT_NOT_READY};
    assert_int_equal(put(&w, lunch), ERR_OK);
    w.now_ms = START + 100;
    assert_int_equal(world_command(&w, "u4", OP_AGENT_STATE, "", "OutToLunch"), ERR_OK);
    uint64_t since = version(&w);
    w.now_ms = START + 200;
    lunch.first_name = SLICE("Meal");
    assert_int_equal(put(&w, lunch), ERR_OK);
    expect(&w, since, "u4 Meal since 100 at 104\n");
    lunch.kind = CONFIG_REMOVE_AGENT_STATE;
    assert_int_equal(put(&w, lunch), ERR_OK);
    expect(&w, since, "u4 Not Ready since 200 at 104\n");
    end(&w);
}

static void calls_are_on_their_tiles(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    world_init(&w, 3);
    uint64_t since = version(&w);
    w.now_ms = START + 100;
    world_command(&w, "u0", OP_DIAL, "100", "101");
    expect(&w, since,
           "u0 out since 0 at 100; Dialing Internal since 100, begun 100, dnis 101, queue , "
           "with 101\n");
    answer(&w, rung(&w, "100"));
    uint64_t leg = rung(&w, "101");
    world_call_id(&w, "u0", id);
    w.now_ms = START + 200;
    world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE);
    w.now_ms = START + 300;
    answer(&w, leg);
    since = version(&w);
    w.now_ms = START + 400;
    assert_int_equal(world_command(&w, "u1", OP_HOLD, id, ""), ERR_OK);
    expect(&w, since,
           "u1 out since 0 at 101; Held Internal since 400, begun 200, dnis 101, queue , with 100\n"
           "u0 out since 0 at 100; Established Internal since 300, begun 100, dnis 101, queue , "
           "with 101\n");
    since = version(&w);
    w.now_ms = START + 500;
    static const struct pair pair = {SLICE("a"), SLICE("1")};
    assert_int_equal(world_data(&w, "u1", OP_ATTACH_USER_DATA, id, &pair, 1), ERR_OK);
    expect(&w, since, "");
    assert_int_equal(world_command(&w, "u1", OP_MUTE_CALL, id, ""), ERR_STATE);
    assert_int_equal(world_command(&w, "u1", OP_RETRIEVE, id, ""), ERR_OK);
    assert_int_equal(world_command(&w, "u1", OP_HANGUP, id, ""), ERR_OK);
    expect(&w, since, "u0 out since 0 at 100\nu1 out since 0 at 101\n");
    end(&w);
}

static void who_is_monitored_shows_by_whom(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    put(&w,
        (struct config_item){.kind = CONFIG_USER, .name = SLICE("u0"), .roles = ROLE_SUPERVISOR});
    uint64_t since = version(&w);
    struct input arm = {.kind = INPUT_COMMAND,
                        .command = {.op = OP_LISTEN_IN,
                                    .at = OP_ON_DEVICE,
                                    .user = SLICE("u0"),
                                    .target = SLICE("100"),
                                    .text = SLICE("101")}};
    assert_int_equal(world_apply(&w, &arm), ERR_OK);
    expect(&w, since, "u1 out since 0 at 101 monitored by u0\nu0 out since 0 at 100\n");
    since = version(&w);
    put(&w, (struct config_item){.kind = CONFIG_USER, .name = SLICE("u0")});
    expect(&w, since, "u1 out since 0 at 101\nu0 out since 0 at 100\n");
    end(&w);
}

static void telephones_come_and_go(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2);
    uint64_t since = version(&w);
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_UNREGISTERED, .dn = SLICE("101")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    expect(&w, since, "u1 out since 0 at 101 unregistered\n");
    put(&w, (struct config_item){
                .kind = CONFIG_DEVICE, .name = SLICE("201"), .owner = SLICE("u1"), .calls = 1});
    expect(&w, since, "u1 out since 0 at 101 unregistered\n");
    input.signal = (struct signal){.kind = SIGNAL_REGISTERED, .dn = SLICE("201")};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    expect(&w, since, "u1 out since 0 at 201\n"); /* rather the one that rings */
    since = version(&w);
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("201")});
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("101")});
    expect(&w, since, "u1 out since 0 at  unregistered\n");
    end(&w);
}

static void a_queue_shows_who_waits_and_who_is_ready(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct config_item queue = queue_900();
    queue.first_name = SLICE("Sales");
    assert_int_equal(put(&w, queue), ERR_OK);
    uint64_t since = version(&w);
    w.now_ms = START + 100;
    uint64_t leg = call_from(&w, "100", "900");
    expect(&w, since,
           "u0 Not Ready since 0 at 100; Dialing Internal since 100, begun 100, dnis 900, queue , "
           "with 900\n"
           "900 (Sales) ready 0 of 3, waiting 1; 100 Internal since 100\n");
    w.now_ms = START + 200;
    call_from(&w, "104", "900");
    assert_int_equal(world_command(&w, "u4", OP_AUX_WORK, "", ""), ERR_OK); /* is no member */
    since = version(&w);
    w.now_ms = START + 290;
    ready(&w, "u1"); /* and is rung at once */
    uint64_t agent = rung(&w, "101");
    world_signal(&w, SIGNAL_RINGING, agent, CAUSE_NONE);
    expect(&w, since,
           "u1 Ready since 300 at 101, of 900; Ringing Internal since 300, begun 300, dnis 900, "
           "queue 900, with 100\n"
           "u0 Not Ready since 0 at 100; Dialing Internal since 100, begun 100, dnis 900, queue , "
           "with 101\n"
           "900 (Sales) ready 1 of 3, waiting 2; 100 Internal since 100; 104 Internal since 200\n");
    since = version(&w);
    w.now_ms = START + 400;
    answer(&w, agent);
    expect(&w, since,
           "u1 Ready since 300 at 101, of 900; Established Internal since 400, begun 300, dnis "
           "900, queue 900, with 100\n"
           "u0 Not Ready since 0 at 100; Established Internal since 400, begun 100, dnis 900, "
           "queue , with 101\n"
           "900 (Sales) ready 1 of 3, waiting 1; 104 Internal since 200\n");
    since = version(&w);
    w.now_ms = START + 500;
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    expect(&w, since,
           "u0 Not Ready since 0 at 100\n"
           "u1 AfterCallWork since 500 at 101, of 900\n"
           "900 (Sales) ready 0 of 3, waiting 1; 104 Internal since 200\n");
    end(&w);
}

static void only_the_oldest_are_shown(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1);
    put(&w, (struct config_item){.kind = CONFIG_QUEUE, .name = SLICE("900")});
    put(&w, (struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("t"), .calls = 100});
    put(&w, (struct config_item){
                .kind = CONFIG_SITE, .country = SLICE("49"), .international = SLICE("00")});
    for (uint64_t i = 0; i < FLOOR_WAITING_MAX + 5; i++) {
        char from[24];
        snprintf(from, sizeof from, "+4930%02u", (unsigned)i);
        w.now_ms++;
        struct input input = {.kind = INPUT_SIGNAL,
                              .signal = {.kind = SIGNAL_INCOMING,
                                         .leg = LEG_OF_DRIVER | (1000 + i),
                                         .trunk = SLICE("t"),
                                         .from = slice_of(from),
                                         .number = SLICE("900")}};
        assert_int_equal(world_apply(&w, &input), ERR_OK);
    }
    struct answer answer;
    core_query(w.core, &(struct query){.kind = QUERY_FLOOR, .user = SLICE("u0")}, 0, &answer);
    const struct floor_queue *queue = &answer.floor->queues[0];
    assert_int_equal(queue->waiting, FLOOR_WAITING_MAX + 5);
    assert_int_equal(queue->first_count, FLOOR_WAITING_MAX);
    assert_true(slice_is(queue->first[0].number, "+493000"));
    assert_true(slice_is(queue->first[19].number, "+493019"));
    assert_int_equal(queue->first[19].type, CALL_TYPE_INBOUND);
    answer_release(&answer);
    end(&w);
}

/* A customer whom an agent transfers is who waits, and not the agent. */
static void who_is_transferred_is_who_waits(void **state)
{
    (void)state;
    struct world w;
    char id[33];
    begin(&w);
    uint64_t leg = call_from(&w, "104", "100");
    (void)leg;
    answer(&w, rung(&w, "100"));
    world_call_id(&w, "u0", id);
    uint64_t since = version(&w);
    w.now_ms = START + 100;
    assert_int_equal(world_command(&w, "u0", OP_SINGLE_STEP_TRANSFER, id, "900"), ERR_OK);
    expect(&w, since,
           "u0 Not Ready since 0 at 100\n"
           "u4 Not Ready since 0 at 104; Established Internal since 0, begun 0, dnis 100, queue , "
           "with 900\n"
           "900 (900) ready 0 of 3, waiting 1; 104 Internal since 100\n");
    end(&w);
}

static void members_are_who_is_there(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    ready(&w, "u1");
    uint64_t since = version(&w);
    static const struct slice other[] = {SLICE("u1"), SLICE("u4"), SLICE("u4"), SLICE("guest")};
    struct config_item queue = queue_900();
    queue.members = other;
    assert_int_equal(put(&w, queue), ERR_OK);
    expect(&w, since,
           "u1 Ready since 10 at 101, of 900\n"
           "u2 Not Ready since 0 at 102\n"
           "u3 Not Ready since 0 at 103\n"
           "u4 Not Ready since 0 at 104, of 900\n"
           "900 (900) ready 1 of 2, waiting 0\n");
    since = version(&w);
    put(&w, (struct config_item){.kind = CONFIG_USER, .name = SLICE("guest")});
    expect(&w, since,
           "guest out since 10 at  unregistered, of 900\n"
           "900 (900) ready 1 of 3, waiting 0\n");
    since = version(&w);
    struct config_item all = {.kind = CONFIG_QUEUE, .name = SLICE("901")};
    assert_int_equal(put(&w, all), ERR_OK); /* without members: everybody */
    world_command(&w, "u1", OP_NOT_READY, "", "");
    ready(&w, "u2");
    expect(&w, since,
           "u0 Not Ready since 0 at 100, of 901\n"
           "u3 Not Ready since 0 at 103, of 901\n"
           "u4 Not Ready since 0 at 104, of 900 901\n"
           "guest out since 10 at  unregistered, of 900 901\n"
           "u1 Not Ready since 10 at 101, of 900 901\n"
           "u2 Ready since 20 at 102, of 901\n"
           "900 (900) ready 0 of 3, waiting 0\n"
           "901 (901) ready 1 of 6, waiting 0\n");
    end(&w);
}

/* Who can't be told of by what changed. */
static void who_is_removed_makes_it_whole(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    put(&w, (struct config_item){.kind = CONFIG_USER, .name = SLICE("guest")});
    uint64_t since = version(&w);
    struct answer answer;
    struct query query = {.kind = QUERY_FLOOR, .user = SLICE("u0"), .since = since};
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_USER, .name = SLICE("guest")});
    assert_true(version(&w) > since);
    core_query(w.core, &query, 0, &answer);
    assert_true(answer.floor->is_whole);
    assert_int_equal(answer.floor->agent_count, USERS);
    query.since = answer.floor->version;
    answer_release(&answer);
    expect(&w, query.since, "");
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_QUEUE, .name = SLICE("900")});
    core_query(w.core, &query, 0, &answer);
    assert_true(answer.floor->is_whole);
    assert_int_equal(answer.floor->queue_count, 0);
    answer_release(&answer);
    end(&w);
}

static void versions_outlive_a_restart(void **state)
{
    (void)state;
    struct world w;
    begin_offered(&w);
    uint64_t since = version(&w);
    w.now_ms += 100;
    answer(&w, agent_leg);
    struct buf snapshot = {0};
    struct core *copy = NULL;
    core_snapshot(w.core, &snapshot);
    assert_int_equal(core_restore(buf_view(&snapshot), &copy), ERR_OK);
    for (uint64_t back = 0; back < 5; back++) {
        struct buf before = {0};
        struct buf behind = {0};
        floor_text(w.core, SLICE("u0"), since - back, START, &before);
        floor_text(copy, SLICE("u0"), since - back, START, &behind);
        assert_string_equal(before.ptr, behind.ptr);
        buf_free(&before);
        buf_free(&behind);
    }
    snapshot.len--; /* what is cut off is no snapshot */
    struct core *none = NULL;
    assert_int_equal(core_restore(buf_view(&snapshot), &none), ERR_CORRUPT);
    buf_free(&snapshot);
    core_destroy(copy);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_all_of_it_is_told),
        cmocka_unit_test(versions_do_not_begin_again),
        cmocka_unit_test(an_agents_state_has_a_time),
        cmocka_unit_test(a_state_that_is_renamed_is_the_same),
        cmocka_unit_test(calls_are_on_their_tiles),
        cmocka_unit_test(who_is_monitored_shows_by_whom),
        cmocka_unit_test(telephones_come_and_go),
        cmocka_unit_test(a_queue_shows_who_waits_and_who_is_ready),
        cmocka_unit_test(only_the_oldest_are_shown),
        cmocka_unit_test(who_is_transferred_is_who_waits),
        cmocka_unit_test(members_are_who_is_there),
        cmocka_unit_test(who_is_removed_makes_it_whole),
        cmocka_unit_test(versions_outlive_a_restart),
    };
    return cmocka_run_group_tests_name("core floor", tests, NULL, NULL);
}
