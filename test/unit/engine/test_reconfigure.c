/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A configuration that comes while calls go on: what changed is applied, what is gone is removed,
 * and a call that it does not concern knows nothing of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk.h"
#include "journal/journal.h"

#define ITEMS_MAX 16

struct listing {
    struct config_item items[ITEMS_MAX];
    struct line_device devices[ITEMS_MAX];
    struct engine_configuration configuration;
};

/* What the desk was started with, without the last so many users. */
static void list(struct listing *l, const struct desk *d, unsigned without)
{
    *l = (struct listing){0};
    unsigned users = d->users - without;
    for (size_t i = 0; i < 1 + 2 * (size_t)users; i++)
        l->items[i] = d->items[i];
    for (unsigned i = 0; i < users; i++)
        l->devices[i].dn = d->names[i][1];
    l->configuration = (struct engine_configuration){.items = l->items,
                                                     .item_count = 1 + 2 * (size_t)users,
                                                     .devices = l->devices,
                                                     .device_count = (size_t)users};
}

static enum err reconfigure(struct desk *d, const struct listing *l)
{
    assert_int_equal(engine_reconfigure(d->engine, &l->configuration, desk_tag(77)), ERR_OK);
    enum err err = desk_wait(d, 77).err;
    desk_advance(d, 0);
    return err;
}

static void what_did_not_change_leaves_no_trace(void **state)
{
    (void)state;
    struct desk d;
    struct listing l;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    uint64_t head = journal_head(d.journal);
    list(&l, &d, 0);
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    assert_int_equal(journal_head(d.journal), head);
    assert_int_equal(d.device_count, 2);
    desk_free(&d);
}

static void who_is_gone_is_removed_and_a_call_of_others_stays(void **state)
{
    (void)state;
    struct desk d;
    struct listing l;
    desk_init(&d, 3, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(&d, 0);
    size_t notices = d.notice_count;
    list(&l, &d, 1);
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    assert_int_equal(d.notice_count, notices);
    assert_int_equal(desk_query(&d, QUERY_CALLS, 0).calls, 1);
    assert_int_not_equal(desk_query(&d, QUERY_USER, 2).err, ERR_OK);
    assert_int_equal(d.device_count, 2);
    assert_string_equal(d.devices[1], "101");
    desk_free(&d);
}

static void the_calls_of_a_removed_device_are_dropped_before_it_goes(void **state)
{
    (void)state;
    struct desk d;
    struct listing l;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(&d, 0);
    list(&l, &d, 1);
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    size_t drops = 0;
    for (size_t i = 0; i < d.orders_before_devices; i++)
        drops += d.orders[i].kind == ORDER_DROP;
    assert_int_equal(drops, 1);
    assert_int_equal(d.device_count, 1);
    desk_free(&d);
}

static void a_number_can_become_a_queue_and_a_telephone_again(void **state)
{
    (void)state;
    struct desk d;
    struct listing l;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    list(&l, &d, 0);
    l.items[4] = (struct config_item){.kind = CONFIG_QUEUE, .name = SLICE("101")};
    l.configuration.device_count = 1;
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    assert_int_equal(desk_query(&d, QUERY_USER, 1).err, ERR_OK);
    list(&l, &d, 0);
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    assert_int_equal(d.device_count, 2);
    desk_free(&d);
}

static void what_the_core_refuses_does_not_stop_the_rest(void **state)
{
    (void)state;
    struct desk d;
    struct listing l;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    list(&l, &d, 0);
    l.items[2].owner = SLICE("nobody");
    l.items[4].calls = 7;
    uint64_t head = journal_head(d.journal);
    assert_int_equal(reconfigure(&d, &l), ERR_NOT_FOUND);
    assert_true(journal_head(d.journal) > head);
    desk_free(&d);
}

static void it_is_durable_when_its_reply_comes(void **state)
{
    (void)state;
    struct desk d;
    struct desk copy;
    struct listing l;
    desk_init(&d, 3, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    list(&l, &d, 1);
    assert_int_equal(reconfigure(&d, &l), ERR_OK);
    desk_crash(&d, &copy);
    desk_free(&d);
    copy.users = 2;
    assert_int_equal(desk_open(&copy), ERR_OK);
    uint64_t head = journal_head(copy.journal);
    assert_int_equal(desk_start(&copy), ERR_OK);
    desk_advance(&copy, 0);
    assert_int_not_equal(desk_query(&copy, QUERY_USER, 2).err, ERR_OK);
    /* Nothing of the configuration was new; the telephones registered already, too. */
    assert_int_equal(journal_head(copy.journal), head);
    desk_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_did_not_change_leaves_no_trace),
        cmocka_unit_test(who_is_gone_is_removed_and_a_call_of_others_stays),
        cmocka_unit_test(the_calls_of_a_removed_device_are_dropped_before_it_goes),
        cmocka_unit_test(a_number_can_become_a_queue_and_a_telephone_again),
        cmocka_unit_test(what_the_core_refuses_does_not_stop_the_rest),
        cmocka_unit_test(it_is_durable_when_its_reply_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
