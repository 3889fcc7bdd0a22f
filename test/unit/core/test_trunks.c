/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which trunk a call goes out through, what its ring order says, and where a call that comes in
 * through one goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "world.h"

static struct world w;

static void put(struct config_item item)
{
    struct input input = {.kind = INPUT_CONFIG, .config = item};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
}

static const struct slice german[] = {{"+49", 3}, {"+43", 3}}, berlin[] = {{"+4930", 5}},
                          keys[] = {{"account", 7}, {"vip", 3}};
static const struct pair routes[] = {{{"+498001234", 10}, {"100", 3}},
                                     {{"+498001235", 10}, {"+33612345", 9}}};

static int begin(void **state)
{
    (void)state;
    world_init(&w, 3);
    put((struct config_item){.kind = CONFIG_SITE,
                             .country = SLICE("49"),
                             .international = SLICE("00"),
                             .national = SLICE("0"),
                             .area = SLICE("30"),
                             .main_number = SLICE("+4930555")});
    put((struct config_item){.kind = CONFIG_TRUNK, .name = SLICE("world"), .calls = 2});
    put((struct config_item){.kind = CONFIG_TRUNK,
                             .name = SLICE("german"),
                             .calls = 2,
                             .prefixes = german,
                             .prefix_count = 2,
                             .routes = routes,
                             .route_count = 2});
    put((struct config_item){.kind = CONFIG_TRUNK,
                             .name = SLICE("berlin"),
                             .calls = 1,
                             .prefixes = berlin,
                             .prefix_count = 1,
                             .members = keys,
                             .member_count = 2});
    return 0;
}

static int finish(void **state)
{
    (void)state;
    world_free(&w);
    return 0;
}

static const struct order *dial(const char *user, const char *number, const struct pair *pairs,
                                size_t count, const char *caller_id)
{
    char dn[] = "100";
    dn[2] = (char)(dn[2] + user[1] - '0');
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_DIAL,
                                      .at = OP_ON_DEVICE_CALLS,
                                      .user = slice_of(user),
                                      .target = slice_of(dn),
                                      .text = slice_of(number),
                                      .caller_id = slice_of(caller_id),
                                      .pairs = pairs,
                                      .pair_count = count}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    uint64_t leg = world_order(&w, ORDER_RING)->leg;
    assert_int_equal(world_signal(&w, SIGNAL_ANSWERED, leg, CAUSE_NONE), ERR_OK);
    return world_order(&w, ORDER_RING);
}

static void the_longest_prefix_counts(void **state)
{
    (void)state;
    const struct order *ring = dial("u0", "+4930777", NULL, 0, "");
    assert_true(slice_is(ring->trunk, "berlin"));
    ring = dial("u1", "+4930778", NULL, 0, ""); /* its only channel is taken */
    assert_true(slice_is(ring->trunk, "german"));
    ring = dial("u2", "+33612345", NULL, 0, "");
    assert_true(slice_is(ring->trunk, "world"));
}

static void no_trunk_is_for_the_number(void **state)
{
    (void)state;
    put((struct config_item){.kind = CONFIG_REMOVE_TRUNK, .name = SLICE("world")});
    assert_null(dial("u0", "+33612345", NULL, 0, ""));
    char id[33];
    world_call_id(&w, "u0", id);
    world_wait(&w, 3000);
    assert_int_equal(world_notice(&w, "u0")->release_reason, CAUSE_UNREACHABLE);
}

static void what_a_ring_order_says(void **state)
{
    static const struct pair data[] = {{{"vip", 3}, {"true", 4}},
                                       {{"secret", 6}, {"1", 1}},
                                       {{"account", 7}, {"\"12\"", 4}},
                                       {{"account", 7}, {"\"13\"", 4}}};
    (void)state;
    const struct order *ring = dial("u0", "+4930777", data, 4, "Anonymous");
    assert_int_equal(ring->pair_count, 2);
    assert_true(slice_is(ring->pairs[0].key, "account"));
    assert_true(slice_is(ring->pairs[0].value, "\"13\"")); /* Dial sets keys: the newest */
    assert_true(slice_is(ring->pairs[1].key, "vip"));
    assert_true(ring->hides_number);
    assert_true(slice_is(ring->from, "100"));
    assert_int_equal(ring->diverted.len, 0);
    /* The same again for the driver that starts. */
    struct effects fx = {0};
    const struct order *again = NULL;
    core_unconfirmed_orders(w.core, &fx);
    for (size_t i = 0; i < fx.order_count; i++)
        if (fx.orders[i].kind == ORDER_RING)
            again = &fx.orders[i];
    assert_true(again && again->pair_count == 2 && again->hides_number &&
                slice_is(again->trunk, "berlin"));
    effects_free(&fx);
    ring = dial("u1", "+49891", data, 4, ""); /* a trunk that carries nothing */
    assert_int_equal(ring->pair_count, 0);
    assert_false(ring->hides_number);
}

static enum err come_in(const char *trunk, const char *number, const char *diverted,
                        const struct pair *pairs, size_t count)
{
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING,
                                     .leg = LEG_OF_DRIVER | (w.inputs + 1),
                                     .trunk = slice_of(trunk),
                                     .from = SLICE("+4989200"),
                                     .number = slice_of(number),
                                     .diverted = slice_of(diverted),
                                     .pairs = pairs,
                                     .pair_count = count}};
    return world_apply(&w, &input);
}

static void where_a_number_leads(void **state)
{
    (void)state;
    assert_int_equal(come_in("german", "08001234", "", NULL, 0), ERR_OK);
    assert_true(slice_is(world_order(&w, ORDER_RING)->dn, "100"));
    assert_int_equal(come_in("berlin", "08001234", "", NULL, 0), ERR_OK);
    assert_int_equal(world_order(&w, ORDER_DROP)->cause, CAUSE_UNREACHABLE);
    assert_int_equal(come_in("world", "+4930555101", "", NULL, 0), ERR_OK);
    assert_true(slice_is(world_order(&w, ORDER_RING)->dn, "101"));
    /* The site's configuration sends it out again. */
    assert_int_equal(come_in("german", "08001235", "0308888", NULL, 0), ERR_OK);
    assert_true(slice_is(world_order(&w, ORDER_RING)->dn, "+33612345"));
    assert_true(slice_is(world_order(&w, ORDER_RING)->trunk, "world"));
    assert_true(slice_is(world_order(&w, ORDER_RING)->diverted, "+49308888"));
}

static void data_that_comes_in(void **state)
{
    static char big[20000];
    char id[33];
    const struct pair pairs[] = {{SLICE("account"), SLICE("\"7\"")},
                                 {SLICE("big"), {big, sizeof big}}};
    (void)state;
    memset(big, '1', sizeof big);
    assert_int_equal(come_in("german", "+4930555101", "", pairs, 2), ERR_OK);
    uint64_t leg = world_order(&w, ORDER_RING)->leg;
    assert_int_equal(world_signal(&w, SIGNAL_RINGING, leg, CAUSE_NONE), ERR_OK);
    const struct user_data *data = world_notice(&w, "u1")->call.data;
    assert_non_null(data);
    assert_int_equal(data->count, 1); /* the other is more than one may be */
    assert_true(slice_is(data->pairs[0].value, "\"7\""));
    world_call_id(&w, "u1", id);
}

static void a_forwarded_call_says_who_was_called(void **state)
{
    (void)state;
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_FORWARD_CALLS_ON,
                                      .at = OP_ON_DEVICE,
                                      .user = SLICE("u1"),
                                      .target = SLICE("101"),
                                      .text = SLICE("+33612345")}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    assert_int_equal(come_in("german", "+4930555101", "", NULL, 0), ERR_OK);
    assert_true(slice_is(world_order(&w, ORDER_RING)->dn, "+33612345"));
    assert_true(slice_is(world_order(&w, ORDER_RING)->diverted, "101"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(the_longest_prefix_counts), STAGED(no_trunk_is_for_the_number),
        STAGED(what_a_ring_order_says),    STAGED(where_a_number_leads),
        STAGED(data_that_comes_in),        STAGED(a_forwarded_call_says_who_was_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
