/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The hub: numbered rings, their bounds, and cursors that come early, late, or too late. Notices
 * are made by hand, so that their numbers can be what a test wants, gaps included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/hub.h"

#include "base/mem.h"

#define ALL ((size_t)1 << 30)

static struct user_card *card;

static int card_make(void **state)
{
    (void)state;
    card = mem_zalloc(sizeof *card);
    atomic_init(&card->refs, 1);
    card->name = SLICE("agent0");
    return 0;
}

static int card_free(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&card->refs), 1); /* every notice was let go */
    user_card_unref(card);
    return 0;
}

static void append(struct hub *hub, uint64_t seq)
{
    struct notice *notice = mem_zalloc(sizeof *notice);
    atomic_init(&notice->refs, 1);
    notice->user = user_card_ref(card);
    notice->seq = seq;
    hub_append(hub, notice);
}

static void append_many(struct hub *hub, uint64_t from, uint64_t to)
{
    for (uint64_t seq = from; seq <= to; seq++) {
        append(hub, seq);
    }
}

static uint64_t next_seq(struct hub_cursor *cursor, bool *lost)
{
    const struct notice *notice = hub_cursor_peek(cursor, lost);
    return notice ? notice->seq : 0;
}

static void test_cursor_reads_in_order_what_comes_after_it_was_opened(void **state)
{
    (void)state;
    struct hub *hub = hub_create(100, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    bool lost;
    append_many(hub, 1, 3);
    hub_cursor_open(hub, &cursor, card->name, hub_last(hub, card->name));
    assert_int_equal(next_seq(&cursor, &lost), 0);
    append_many(hub, 4, 40);
    for (uint64_t seq = 4; seq <= 40; seq++, cursor.next++) {
        assert_int_equal(next_seq(&cursor, &lost), seq);
        assert_false(lost);
    }
    assert_int_equal(next_seq(&cursor, &lost), 0);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_peek_does_not_move(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    bool lost;
    append_many(hub, 1, 2);
    hub_cursor_open(hub, &cursor, card->name, 0);
    assert_int_equal(next_seq(&cursor, &lost), 1);
    assert_int_equal(next_seq(&cursor, &lost), 1);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_ring_keeps_no_more_than_its_count(void **state)
{
    (void)state;
    struct hub *hub = hub_create(7, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    struct hub_stats stats;
    bool lost;
    hub_cursor_open(hub, &cursor, card->name, 0);
    append_many(hub, 1, 100);
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 7);
    assert_int_equal(stats.bytes, 7 * sizeof(struct notice));
    assert_int_equal(hub_oldest(&cursor), 94);
    assert_int_equal(next_seq(&cursor, &lost), 94);
    assert_true(lost);
    assert_int_equal(cursor.next, 94);
    assert_int_equal(next_seq(&cursor, &lost), 94);
    assert_false(lost);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_ring_keeps_no_more_than_its_bytes_but_always_the_newest(void **state)
{
    (void)state;
    struct hub *hub = hub_create(100, 3 * sizeof(struct notice) + 1, ALL);
    struct hub *tiny = hub_create(100, 1, ALL);
    struct hub_stats stats;
    append_many(hub, 1, 10);
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 3);
    append_many(tiny, 1, 10);
    hub_stats(tiny, &stats);
    assert_int_equal(stats.notices, 1);
    assert_int_equal(hub_last(tiny, card->name), 10);
    hub_destroy(hub);
    hub_destroy(tiny);
}

static void test_notice_is_found_by_number_while_kept(void **state)
{
    (void)state;
    struct hub *hub = hub_create(5, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    append_many(hub, 1, 8);
    hub_cursor_open(hub, &cursor, card->name, 8);
    assert_null(hub_notice(&cursor, 3));
    for (uint64_t seq = 4; seq <= 8; seq++) {
        assert_int_equal(hub_notice(&cursor, seq)->seq, seq);
    }
    assert_null(hub_notice(&cursor, 9));
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_gap_empties_the_ring_so_that_readers_know(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    bool lost;
    append_many(hub, 1, 5);
    hub_cursor_open(hub, &cursor, card->name, 5);
    append_many(hub, 9, 10);
    assert_int_equal(next_seq(&cursor, &lost), 9);
    assert_true(lost);
    assert_null(hub_notice(&cursor, 5));
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_cursor_of_a_user_without_notices_begins_with_the_first(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    bool lost;
    hub_cursor_open(hub, &cursor, card->name, HUB_NEWEST);
    assert_int_equal(next_seq(&cursor, &lost), 0);
    assert_false(lost);
    append_many(hub, 1, 2);
    assert_int_equal(next_seq(&cursor, &lost), 1);
    assert_false(lost);
    hub_cursor_close(hub, &cursor);
    hub_cursor_open(hub, &cursor, card->name, HUB_NEWEST);
    assert_int_equal(cursor.next, 3);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_seeded_number_makes_a_reader_before_it_see_the_loss_at_once(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor behind = {0};
    struct hub_cursor there = {0};
    bool lost;
    hub_seed(hub, card->name, 500);
    assert_int_equal(hub_last(hub, card->name), 500);
    hub_cursor_open(hub, &behind, card->name, 499);
    hub_cursor_open(hub, &there, card->name, 500);
    assert_int_equal(next_seq(&behind, &lost), 0);
    assert_true(lost);
    assert_int_equal(behind.next, 501);
    assert_int_equal(next_seq(&behind, &lost), 0);
    assert_false(lost);
    assert_int_equal(next_seq(&there, &lost), 0);
    assert_false(lost);
    append(hub, 501);
    assert_int_equal(next_seq(&behind, &lost), 501);
    assert_int_equal(next_seq(&there, &lost), 501);
    hub_cursor_close(hub, &behind);
    hub_cursor_close(hub, &there);
    hub_destroy(hub);
}

static void count_arrival(void *owner)
{
    ++*(int *)owner;
}

static void test_seed_drops_a_ring_only_when_it_does_not_end_there(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_stats stats;
    int heard = 0;
    struct hub_cursor cursor = {.arrived = count_arrival, .owner = &heard};
    bool lost;
    append_many(hub, 3, 5);
    hub_cursor_open(hub, &cursor, card->name, 5);
    hub_seed(hub, card->name, 5);
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 3);
    assert_int_equal(heard, 0);
    hub_seed(hub, card->name, 8);
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 0);
    assert_int_equal(stats.bytes, 0);
    assert_int_equal(heard, 1);
    assert_int_equal(next_seq(&cursor, &lost), 0);
    assert_true(lost);
    assert_int_equal(cursor.next, 9);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_seed_without_a_number_costs_nothing_and_ends_old_numbers(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    hub_seed(hub, SLICE("agent1"), 0);
    append_many(hub, 1, 5); /* of one who was removed and came back without a notice */
    hub_seed(hub, card->name, 0);
    assert_int_equal(hub_last(hub, card->name), 0);
    struct hub_cursor cursor = {0};
    bool lost;
    hub_cursor_open(hub, &cursor, card->name, HUB_NEWEST);
    append(hub, 1);
    assert_int_equal(next_seq(&cursor, &lost), 1);
    assert_false(lost);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void append_of(struct hub *hub, const char *name, uint64_t seq)
{
    struct user_card *other = mem_zalloc(sizeof *other);
    struct notice *notice = mem_zalloc(sizeof *notice);
    atomic_init(&other->refs, 1);
    atomic_init(&notice->refs, 1);
    other->name = slice_of(name);
    notice->user = other;
    notice->seq = seq;
    hub_append(hub, notice);
}

static void test_all_rings_together_are_bounded_at_the_cost_of_who_fills_them(void **state)
{
    (void)state;
    const size_t each = sizeof(struct notice);
    struct hub *hub = hub_create(100, 1 << 20, 6 * each);
    struct hub_cursor loud = {0};
    struct hub_cursor quiet = {0};
    struct hub_stats stats;
    bool lost;
    hub_cursor_open(hub, &loud, card->name, HUB_NEWEST);
    hub_cursor_open(hub, &quiet, SLICE("agent1"), HUB_NEWEST);
    append_of(hub, "agent1", 1);
    append_of(hub, "agent1", 2);
    append_many(hub, 1, 50);
    hub_stats(hub, &stats);
    assert_int_equal(stats.bytes, 6 * each);
    assert_int_equal(next_seq(&quiet, &lost), 1);
    assert_false(lost);
    assert_int_equal(next_seq(&loud, &lost), 47);
    assert_true(lost);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        append_of(hub, "agent2", seq); /* keeps its newest, over the bound */
    }
    hub_stats(hub, &stats);
    assert_int_equal(stats.bytes, 7 * each);
    assert_int_equal(next_seq(&quiet, &lost), 1);
    hub_cursor_close(hub, &loud);
    hub_cursor_close(hub, &quiet);
    hub_destroy(hub);
}

static void test_cursor_behind_a_number_sees_that_the_first_known_is_later(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    bool lost;
    hub_cursor_open(hub, &cursor, card->name, 450);
    append(hub, 501);
    assert_int_equal(next_seq(&cursor, &lost), 501);
    assert_true(lost);
    hub_cursor_close(hub, &cursor);
    hub_destroy(hub);
}

static void test_each_cursor_of_the_user_hears_each_notice_once(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    int heard[3] = {0};
    struct hub_cursor cursors[3] = {0};
    for (int i = 0; i < 3; i++) {
        cursors[i].arrived = count_arrival;
        cursors[i].owner = &heard[i];
        hub_cursor_open(hub, &cursors[i], i < 2 ? card->name : SLICE("agent1"), 0);
    }
    append_many(hub, 1, 4);
    assert_int_equal(heard[0], 4);
    assert_int_equal(heard[1], 4);
    assert_int_equal(heard[2], 0);
    for (int i = 0; i < 3; i++) {
        hub_cursor_close(hub, &cursors[i]);
    }
    hub_destroy(hub);
}

static void test_user_is_forgotten_with_the_last_cursor_unless_numbers_are_known(void **state)
{
    (void)state;
    struct hub *hub = hub_create(10, 1 << 20, ALL);
    struct hub_cursor cursor = {0};
    struct hub_stats stats;
    hub_cursor_open(hub, &cursor, SLICE("agent1"), 0);
    hub_stats(hub, &stats);
    assert_int_equal(stats.cursors, 1);
    assert_int_equal(hub_user_cursors(hub, SLICE("agent1")), 1);
    assert_int_equal(hub_user_cursors(hub, card->name), 0);
    hub_cursor_close(hub, &cursor);
    hub_cursor_close(hub, &cursor); /* twice does no harm */
    hub_stats(hub, &stats);
    assert_int_equal(stats.cursors, 0);
    append(hub, 3);
    hub_cursor_open(hub, &cursor, card->name, 3);
    hub_cursor_close(hub, &cursor);
    assert_int_equal(hub_last(hub, card->name), 3);
    assert_int_equal(hub_last(hub, SLICE("agent1")), 0);
    hub_destroy(hub);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, card_make, card_free)
    const struct CMUnitTest tests[] = {
        TEST(test_cursor_reads_in_order_what_comes_after_it_was_opened),
        TEST(test_peek_does_not_move),
        TEST(test_ring_keeps_no_more_than_its_count),
        TEST(test_ring_keeps_no_more_than_its_bytes_but_always_the_newest),
        TEST(test_notice_is_found_by_number_while_kept),
        TEST(test_gap_empties_the_ring_so_that_readers_know),
        TEST(test_cursor_of_a_user_without_notices_begins_with_the_first),
        TEST(test_seeded_number_makes_a_reader_before_it_see_the_loss_at_once),
        TEST(test_seed_drops_a_ring_only_when_it_does_not_end_there),
        TEST(test_seed_without_a_number_costs_nothing_and_ends_old_numbers),
        TEST(test_all_rings_together_are_bounded_at_the_cost_of_who_fills_them),
        TEST(test_cursor_behind_a_number_sees_that_the_first_known_is_later),
        TEST(test_each_cursor_of_the_user_hears_each_notice_once),
        TEST(test_user_is_forgotten_with_the_last_cursor_unless_numbers_are_known),
    };
    return cmocka_run_group_tests_name("hub", tests, NULL, NULL);
}
