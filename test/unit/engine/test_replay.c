/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is there after an end: an orderly one, one in the middle (a copy of the directory of a
 * running engine), and one after which the journal does not say what it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "desk.h"
#include "scratch.h"

/* A dial that is not answered, in many small batches. */
static void one_call(struct desk *d)
{
    assert_int_equal(desk_do(d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(d, 200000);
}

/* The notices of a copy are the last ones of the original, each the same. */
static void assert_same_end(const struct desk *original, const struct desk *copy)
{
    assert_true(copy->notice_count <= original->notice_count);
    size_t skipped = original->notice_count - copy->notice_count;
    for (size_t i = 0; i < copy->notice_count; i++) {
        const struct desk_notice *a = &original->notices[skipped + i], *b = &copy->notices[i];
        assert_true(b->is_replay);
        assert_string_equal(a->user, b->user);
        assert_int_equal(a->seq, b->seq);
        assert_int_equal(a->time_ms, b->time_ms);
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->state, b->state);
    }
}

static void a_crash_loses_nothing_and_tells_it_again(void **state)
{
    (void)state;
    struct desk d, after;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    for (int i = 0; i < 3; i++)
        one_call(&d);
    assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
    desk_advance(&d, 5000);
    assert_int_equal(desk_query(&d, QUERY_CALLS, 1).calls, 1);
    desk_crash(&d, &after);
    assert_int_equal(desk_open(&after), ERR_OK);
    assert_int_equal(after.notice_count, d.notice_count);
    assert_same_end(&d, &after);
    desk_forget(&after);
    assert_int_equal(desk_start(&after), ERR_OK);
    desk_advance(&after, 0);
    /* Time goes on from the last input, not from the start of the manual clock. */
    assert_int_equal(engine_now_ms(after.engine), DESK_START_MS + 600000);
    assert_int_equal(desk_query(&after, QUERY_CALLS, 1).calls, 1);
    assert_int_equal(after.notice_count, 0);
    desk_free(&d);
    desk_free(&after);
}

static void legs_and_orders_are_given_to_the_driver_again(void **state)
{
    (void)state;
    struct desk d, after;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    desk_do(&d, 0, OP_DIAL, "100", "101");
    desk_advance(&d, 1000);
    uint64_t caller = desk_ringing(&d, "100"), callee = desk_ringing(&d, "101");
    desk_crash(&d, &after);
    after.is_deaf = true;
    desk_run(&after);
    assert_int_equal(after.leg_count, 2);
    assert_int_equal(after.legs[0].leg, caller);
    assert_int_equal(after.legs[0].phase, LEG_UP);
    assert_string_equal(after.legs[0].keep, "kept");
    assert_int_equal(after.legs[1].leg, callee);
    assert_int_equal(after.legs[1].phase, LEG_CALLING);
    assert_string_equal(after.legs[1].dn, "101");
    assert_int_equal(desk_ringing(&after, "101"), callee);
    assert_int_equal(desk_ringing(&after, "100"), 0);
    assert_int_equal(desk_count_orders(&after, ORDER_MIX), 1);
    desk_free(&d);
    desk_free(&after);
}

static void an_orderly_end_leaves_a_snapshot_at_the_head(void **state)
{
    (void)state;
    struct desk d;
    uint64_t numbers[4];
    desk_init(&d, 2, NULL);
    desk_run(&d);
    one_call(&d);
    uint64_t last_ms = engine_now_ms(d.engine);
    desk_close(&d);
    size_t notices = d.notice_count;
    desk_forget(&d);
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_int_equal(journal_snapshot_list(d.journal, numbers, 4), 1);
    assert_int_equal(numbers[0], journal_head(d.journal));
    assert_int_equal(d.notice_count, notices);
    assert_true(engine_now_ms(d.engine) <= last_ms);
    desk_free(&d);
}

static void two_snapshots_an_interval_apart_are_kept(void **state)
{
    (void)state;
    struct desk d;
    uint64_t numbers[8];
    desk_init(&d, 2, NULL);
    d.options.snapshot_batches = 10;
    desk_run(&d);
    for (int i = 0; i < 30; i++)
        one_call(&d);
    /* Ends and starts with little in between do not make the kept stretch short. */
    for (int i = 0; i < 3; i++) {
        desk_close(&d);
        desk_run(&d);
        assert_int_equal(desk_do(&d, 0, OP_DIAL, "100", "101").err, ERR_OK);
        desk_advance(&d, 200000);
    }
    size_t all = d.notice_count;
    desk_close(&d);
    struct desk after;
    desk_crash(&d, &after);
    assert_int_equal(desk_open(&after), ERR_OK);
    assert_int_equal(journal_snapshot_list(after.journal, numbers, 8), 2);
    assert_true(numbers[0] >= numbers[1] + 10);
    assert_int_equal(numbers[0], journal_head(after.journal));
    assert_true(journal_first(after.journal) > 1);
    assert_true(journal_first(after.journal) <= numbers[1] + 1);
    assert_true(after.notice_count > 0 && after.notice_count < all);
    desk_free(&d);
    desk_free(&after);
}

static void the_newest_snapshot_may_be_damaged(void **state)
{
    (void)state;
    struct desk d, after;
    uint64_t numbers[8];
    char path[300];
    desk_init(&d, 2, NULL);
    d.options.snapshot_batches = 10;
    desk_run(&d);
    for (int i = 0; i < 20; i++)
        one_call(&d);
    desk_close(&d);
    desk_crash(&d, &after);
    assert_int_equal(desk_open(&after), ERR_OK);
    size_t notices = after.notice_count;
    assert_int_equal(journal_snapshot_list(after.journal, numbers, 8), 2);
    desk_close(&after);
    desk_forget(&after);
    snprintf(path, sizeof path, "%s/snapshot-%020llu.bin", after.directory,
             (unsigned long long)numbers[0]);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 100, SEEK_SET);
    fputs("XXXXXXXX", f);
    fclose(f);
    desk_run(&after);
    assert_true(after.notice_count >= notices);
    desk_free(&d);
    desk_free(&after);
}

struct rewriting {
    struct journal *to;
    uint64_t spoil; /* the batch of which the digest is changed */
};

static enum err rewrite(void *ctx, uint64_t number, struct slice batch, uint64_t digest)
{
    struct rewriting *r = ctx;
    assert_int_equal(journal_begin(r->to), ERR_OK);
    assert_int_equal(journal_append(r->to, batch, digest + (number == r->spoil)), ERR_OK);
    assert_int_equal(journal_commit(r->to), ERR_OK);
    return ERR_OK;
}

static void a_journal_that_tells_another_story_is_refused_by_name(void **state)
{
    (void)state;
    struct desk d, spoilt;
    desk_init(&d, 2, NULL);
    desk_init(&spoilt, 2, NULL);
    desk_run(&d);
    one_call(&d);
    desk_close(&d);
    assert_int_equal(desk_open(&d), ERR_OK);
    assert_int_equal(journal_open(&spoilt.journal_options, &spoilt.journal, d.why, sizeof d.why),
                     ERR_OK);
    struct rewriting r = {spoilt.journal, 3};
    assert_int_equal(journal_replay(d.journal, 0, rewrite, &r), ERR_OK);
    journal_close(spoilt.journal);
    assert_int_equal(desk_open(&spoilt), ERR_CORRUPT);
    assert_non_null(strstr(spoilt.why, "batch 3 "));
    assert_non_null(strstr(spoilt.why, "other effects"));
    desk_free(&d);
    desk_free(&spoilt);
}

static void a_snapshot_that_is_not_of_this_journal_is_refused(void **state)
{
    (void)state;
    struct desk d;
    struct buf state_of_one = {0};
    desk_init(&d, 2, NULL);
    d.options.snapshot_batches = 3;
    desk_run(&d);
    one_call(&d);
    desk_close(&d);
    uint64_t numbers[4];
    assert_int_equal(journal_open(&d.journal_options, &d.journal, d.why, sizeof d.why), ERR_OK);
    size_t count = journal_snapshot_list(d.journal, numbers, 4);
    assert_int_equal(count, 2);
    assert_int_equal(journal_snapshot_read(d.journal, numbers[1], &state_of_one), ERR_OK);
    assert_int_equal(journal_snapshot_write(d.journal, numbers[0], buf_view(&state_of_one)),
                     ERR_OK);
    journal_close(d.journal);
    assert_int_equal(desk_open(&d), ERR_CORRUPT);
    assert_non_null(strstr(d.why, "another state"));
    buf_free(&state_of_one);
    desk_free(&d);
}

static void rings_get_no_more_than_they_hold(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 2, NULL);
    desk_run(&d);
    for (int i = 0; i < 10; i++)
        one_call(&d);
    desk_close(&d);
    size_t all = d.notice_count;
    uint64_t last[2] = {0}, got[2] = {0};
    for (size_t i = 0; i < all; i++)
        last[d.notices[i].user[1] - '0'] = d.notices[i].seq;
    desk_forget(&d);
    d.options.ring_notices = 5;
    assert_int_equal(desk_open(&d), ERR_OK);
    for (size_t i = 0; i < d.notice_count; i++) {
        unsigned user = (unsigned)(d.notices[i].user[1] - '0');
        got[user]++;
        assert_int_equal(d.notices[i].seq, last[user] - 5 + got[user]);
    }
    assert_int_equal(got[0], 5);
    assert_int_equal(got[1], 5);
    desk_free(&d);
}

static void who_is_no_longer_configured_goes(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d, 3, NULL);
    desk_run(&d);
    desk_advance(&d, 0);
    uint64_t head = journal_head(d.journal);
    desk_close(&d);
    desk_run(&d);
    /* Nothing changed, so nothing is journalled. */
    desk_advance(&d, 0);
    assert_int_equal(journal_head(d.journal), head);
    desk_do(&d, 2, OP_DIAL, "102", "100");
    desk_advance(&d, 0);
    desk_close(&d);
    desk_forget(&d);
    d.users = 2;
    desk_run(&d);
    desk_advance(&d, 0);
    assert_int_not_equal(desk_query(&d, QUERY_USER, 2).err, ERR_OK);
    assert_int_equal(desk_query(&d, QUERY_USER, 1).err, ERR_OK);
    assert_true(desk_count_orders(&d, ORDER_DROP) > 0);
    desk_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_loses_nothing_and_tells_it_again),
        cmocka_unit_test(legs_and_orders_are_given_to_the_driver_again),
        cmocka_unit_test(an_orderly_end_leaves_a_snapshot_at_the_head),
        cmocka_unit_test(two_snapshots_an_interval_apart_are_kept),
        cmocka_unit_test(the_newest_snapshot_may_be_damaged),
        cmocka_unit_test(a_journal_that_tells_another_story_is_refused_by_name),
        cmocka_unit_test(a_snapshot_that_is_not_of_this_journal_is_refused),
        cmocka_unit_test(rings_get_no_more_than_they_hold),
        cmocka_unit_test(who_is_no_longer_configured_goes),
    };
    return cmocka_run_group_tests_name("engine: replay", tests, NULL, NULL);
}
