/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Logging in at a place: whose devices are whose, until when, and that no call is lost by it. u0
 * and u1 own 100 and 101; 150 and 151 are nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "world.h"

static enum err put(struct world *w, struct config_item item)
{
    return world_apply(w, &(struct input){.kind = INPUT_CONFIG, .config = item});
}

static enum err put_device(struct world *w, const char *dn, const char *owner)
{
    return put(w, (struct config_item){.kind = CONFIG_DEVICE,
                                       .name = slice_of(dn),
                                       .owner = slice_of(owner),
                                       .calls = 1,
                                       .remote_answer = REMOTE_ANSWER_TALK});
}

static void put_place(struct world *w, const char *name, const char *first, const char *second)
{
    const struct slice members[] = {slice_of(first), slice_of(second)};
    struct config_item item = {.kind = CONFIG_PLACE, .name = slice_of(name), .members = members};
    item.member_count = (*first != '\0') + (size_t)(*second != '\0');
    assert_int_equal(put(w, item), ERR_OK);
}

static void begin(struct world *w)
{
    world_init(w, 3);
    static const char *const dns[] = {"150", "151"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(put_device(w, dns[i], ""), ERR_OK);
        world_apply(w,
                    &(struct input){.kind = INPUT_SIGNAL,
                                    .signal = {.kind = SIGNAL_REGISTERED, .dn = slice_of(dns[i])}});
    }
    put_place(w, "desk", "150", "");
    put_place(w, "room", "150", "151");
    put_place(w, "home", "101", "151");
    put_place(w, "nothing", "", "");
    put_place(w, "ruin", "199", "");
}

static enum err start(struct world *w, const char *user, const char *place, const char *device)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_START_CONTACT_CENTER_SESSION,
                                      .user = slice_of(user),
                                      .voice = true,
                                      .place = slice_of(place),
                                      .device = slice_of(device)}};
    enum err err = world_apply(w, &input);
    core_check(w->core);
    return err;
}

static void stop(struct world *w, const char *user)
{
    assert_int_equal(world_command(w, user, OP_END_CONTACT_CENTER_SESSION, "", ""), ERR_OK);
}

/* "100 150": the devices that the user has. */
static void check_devices(const struct world *w, const char *user, const char *expected)
{
    struct answer answer;
    char text[200] = "";
    size_t len = 0;
    core_query(w->core, &(struct query){.kind = QUERY_DEVICES, .user = slice_of(user)}, w->now_ms,
               &answer);
    for (size_t i = 0; i < answer.device_count && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "",
                                answer.devices[i].dn);
    answer_release(&answer);
    assert_string_equal(text, expected);
}

static void end(struct world *w)
{
    core_check(w->core);
    world_free(w);
}

static void each_row_of_the_place_rules(void **state)
{
    (void)state;
    static const struct {
        const char *place;
        const char *device;
        enum err err;
        const char *devices;
    } rows[] = {
        {"", "", ERR_OK, "100"},
        {"", "100", ERR_OK, "100"},
        {"", "101", ERR_IN_USE, "100"},
        {"", "150", ERR_NOT_FOUND, "100"},
        {"", "999", ERR_NOT_FOUND, "100"},
        {"desk", "", ERR_OK, "150"},
        {"desk", "150", ERR_OK, "150"},
        {"desk", "151", ERR_INVALID, "100"},
        {"room", "", ERR_INVALID, "100"},
        {"room", "151", ERR_OK, "151"},
        {"home", "151", ERR_IN_USE, "100"},
        {"nothing", "", ERR_STATE, "100"},
        {"ruin", "", ERR_NOT_FOUND, "100"},
        {"nowhere", "", ERR_NOT_FOUND, "100"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        begin(&w);
        uint64_t before = core_digest(w.core);
        assert_int_equal(start(&w, "u0", rows[i].place, rows[i].device), rows[i].err);
        assert_true(rows[i].err == ERR_OK || core_digest(w.core) == before);
        assert_true(rows[i].err == ERR_OK || w.fx.reason.len > 0);
        check_devices(&w, "u0", rows[i].devices);
        if (rows[i].err == ERR_OK)
            stop(&w, "u0");
        check_devices(&w, "u0", "100");
        end(&w);
    }
}

static void who_logs_in_at_a_place_is_told_of_its_device(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    start(&w, "u0", "desk", "");
    assert_int_equal(w.fx.notices[0]->kind, NOTICE_DEVICE_STATE_CHANGE);
    assert_string_equal(w.fx.notices[0]->device.dn, "150");
    assert_true(w.fx.notices[0]->device.is_active);
    stop(&w, "u0");
    assert_string_equal(w.fx.notices[0]->device.dn, "100");
    assert_false(w.fx.notices[0]->device.is_active);
    end(&w);
}

static void a_place_is_taken_once(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    assert_int_equal(start(&w, "u0", "desk", ""), ERR_OK);
    assert_int_equal(start(&w, "u0", "desk", ""), ERR_OK); /* once more is tolerated */
    assert_int_equal(w.fx.notice_count, 0);
    assert_int_equal(start(&w, "u0", "room", "151"), ERR_STATE);
    assert_int_equal(start(&w, "u1", "desk", ""), ERR_IN_USE);
    assert_int_equal(start(&w, "u1", "room", "151"), ERR_IN_USE);
    stop(&w, "u0");
    assert_int_equal(start(&w, "u1", "room", "151"), ERR_OK);
    end(&w);
}

static void of_the_own_devices_only_the_named_one_comes(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    assert_int_equal(start(&w, "u1", "home", "101"), ERR_OK);
    check_devices(&w, "u1", "101");
    stop(&w, "u1");
    check_devices(&w, "u1", "101");
    end(&w);
}

/* The device calls number; the leg. */
static uint64_t call_from(struct world *w, const char *dn, const char *number)
{
    static uint64_t count;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | ++count,
                                     .dn = slice_of(dn),
                                     .number = slice_of(number)}};
    assert_int_equal(world_apply(w, &input), ERR_OK);
    return input.signal.leg;
}

static void a_device_changes_hands_when_its_call_is_over(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    uint64_t leg = call_from(&w, "150", "102");
    assert_int_equal(start(&w, "u0", "desk", ""), ERR_IN_USE); /* somebody talks there */
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    leg = call_from(&w, "100", "102"); /* the own one keeps its call */
    assert_int_equal(start(&w, "u0", "desk", ""), ERR_OK);
    assert_null(world_order(&w, ORDER_DROP));
    check_devices(&w, "u0", "100 150");
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    check_devices(&w, "u0", "150");
    leg = call_from(&w, "150", "102"); /* and so does that of the place */
    stop(&w, "u0");
    assert_null(world_order(&w, ORDER_DROP));
    check_devices(&w, "u0", "100 150");
    assert_int_equal(start(&w, "u1", "desk", ""), ERR_IN_USE);
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    check_devices(&w, "u0", "100");
    assert_int_equal(start(&w, "u1", "desk", ""), ERR_OK);
    end(&w);
}

static void who_vanished_leaves_the_place(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    start(&w, "u0", "desk", "");
    assert_int_equal(world_command(&w, "u0", OP_DESKTOP_GONE, "", ""), ERR_OK);
    check_devices(&w, "u0", "150");
    world_wait(&w, 300000);
    check_devices(&w, "u0", "100");
    end(&w);
}

static void configuration_waits_for_the_session_and_the_call(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    start(&w, "u0", "desk", "");
    assert_int_equal(put_device(&w, "150", "u1"), ERR_OK);
    check_devices(&w, "u0", "150");
    check_devices(&w, "u1", "101");
    stop(&w, "u0");
    check_devices(&w, "u1", "101 150");
    uint64_t leg = call_from(&w, "101", "102");
    assert_int_equal(put_device(&w, "101", "u2"), ERR_OK);
    assert_null(world_order(&w, ORDER_DROP));
    check_devices(&w, "u1", "101 150");
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    check_devices(&w, "u2", "101 102");
    end(&w);
}

static void a_removed_user_or_device_leaves_the_place(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    start(&w, "u0", "desk", "");
    struct config_item user = {.kind = CONFIG_REMOVE_USER, .name = SLICE("u0")};
    assert_int_equal(put(&w, user), ERR_IN_USE); /* 100 is configured to be its own */
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("150")});
    check_devices(&w, "u0", "100");
    end(&w);
    begin(&w);
    start(&w, "u0", "desk", "");
    put(&w, (struct config_item){.kind = CONFIG_REMOVE_DEVICE, .name = SLICE("100")});
    uint64_t leg = call_from(&w, "150", "102");
    assert_int_equal(put(&w, user), ERR_IN_USE);
    world_signal(&w, SIGNAL_GONE, leg, CAUSE_HANGUP);
    assert_int_equal(put(&w, user), ERR_OK);
    assert_int_equal(start(&w, "u1", "desk", ""), ERR_OK);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_of_the_place_rules),
        cmocka_unit_test(who_logs_in_at_a_place_is_told_of_its_device),
        cmocka_unit_test(a_place_is_taken_once),
        cmocka_unit_test(of_the_own_devices_only_the_named_one_comes),
        cmocka_unit_test(a_device_changes_hands_when_its_call_is_over),
        cmocka_unit_test(who_vanished_leaves_the_place),
        cmocka_unit_test(configuration_waits_for_the_session_and_the_call),
        cmocka_unit_test(a_removed_user_or_device_leaves_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
