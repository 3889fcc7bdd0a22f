/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The way of releases: order, the bound on notices, and what readers are told of those dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "releases.h"

#include "base/mem.h"
#include "engine/ticket.h"

struct waiter {
    struct ticket ticket;
    int count;
};

static void waiter_done(struct ticket *ticket, struct reply *reply)
{
    (void)reply;
    ((struct waiter *)(void *)ticket)->count++;
}

static struct notice *notice_make(const char *user, uint64_t seq)
{
    struct user_card *card = mem_zalloc(sizeof *card);
    struct notice *notice = mem_zalloc(sizeof *notice);
    atomic_init(&card->refs, 1);
    atomic_init(&notice->refs, 1);
    card->name = slice_of(user);
    notice->user = card;
    notice->seq = seq;
    return notice;
}

/* With one reply to waiter, if any, and notices from to to. */
static struct release *release_make(struct waiter *waiter, const char *user, uint64_t from,
                                    uint64_t to)
{
    struct release *release = mem_zalloc(sizeof *release);
    release->notices = arena_alloc(&release->arena, (to + 1 - from) * sizeof(void *));
    for (uint64_t seq = from; seq <= to; seq++)
        release->notices[release->notice_count++] = notice_make(user, seq);
    if (waiter) {
        waiter->ticket.done = waiter_done;
        release->replies = arena_alloc(&release->arena, sizeof *release->replies);
        release->replies[0] = (struct reply){.tag = waiter};
        release->reply_count = 1;
    }
    return release;
}

static void count_wake(void *ctx)
{
    ++*(int *)ctx;
}

static void delivers_replies_and_notices_in_order(void **state)
{
    (void)state;
    int wakes = 0;
    struct waiter waiter = {0};
    struct hub *hub = hub_create(100, 1 << 20, 1 << 20);
    struct releases *r = releases_create(hub, 10, count_wake, &wakes);
    releases_put(r, release_make(&waiter, "a", 1, 3));
    releases_put(r, release_make(&waiter, "a", 4, 6));
    assert_int_equal(wakes, 1);
    assert_int_equal(hub_last(hub, SLICE("a")), 0);
    releases_deliver(r, NULL);
    assert_int_equal(waiter.count, 2);
    assert_int_equal(hub_last(hub, SLICE("a")), 6);
    struct hub_stats stats;
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 6);
    releases_destroy(r);
    hub_destroy(hub);
}

static void over_the_bound_notices_are_dropped_and_told_and_replies_are_not(void **state)
{
    (void)state;
    int wakes = 0;
    struct waiter waiter = {0};
    struct hub *hub = hub_create(100, 1 << 20, 1 << 20);
    struct releases *r = releases_create(hub, 5, count_wake, &wakes);
    struct hub_cursor a = {0};
    struct hub_cursor b = {0};
    struct hub_stats stats;
    bool lost;
    hub_cursor_open(hub, &a, SLICE("a"), HUB_NEWEST);
    hub_cursor_open(hub, &b, SLICE("b"), HUB_NEWEST);
    releases_put(r, release_make(&waiter, "a", 1, 4));
    releases_put(r, release_make(&waiter, "b", 1, 2)); /* over */
    releases_put(r, release_make(&waiter, "b", 3, 3)); /* would fit, but is newer than those */
    releases_put(r, release_make(&waiter, "a", 5, 5));
    releases_deliver(r, NULL);
    assert_int_equal(waiter.count, 4);
    assert_int_equal(hub_last(hub, SLICE("a")), 5);
    assert_int_equal(hub_last(hub, SLICE("b")), 3);
    hub_stats(hub, &stats);
    assert_int_equal(stats.notices, 0);
    assert_null(hub_cursor_peek(&a, &lost));
    assert_true(lost);
    assert_int_equal(a.next, 6);
    assert_null(hub_cursor_peek(&b, &lost));
    assert_true(lost);
    releases_put(r, release_make(NULL, "a", 6, 9)); /* all is as before */
    releases_deliver(r, NULL);
    assert_int_equal(hub_cursor_peek(&a, &lost)->seq, 6);
    assert_false(lost);
    hub_cursor_close(hub, &a);
    hub_cursor_close(hub, &b);
    releases_destroy(r);
    hub_destroy(hub);
}

static void what_was_never_delivered_is_let_go(void **state)
{
    (void)state;
    int wakes = 0;
    struct hub *hub = hub_create(100, 1 << 20, 1 << 20);
    struct releases *r = releases_create(hub, 2, count_wake, &wakes);
    releases_put(r, release_make(NULL, "a", 1, 2));
    releases_put(r, release_make(NULL, "b", 1, 2));
    releases_destroy(r);
    releases_destroy(NULL);
    hub_destroy(hub);
}

/* Also of releases whose notices were dropped, and of those that have nothing else. */
static void tells_how_far_the_floor_is(void **state)
{
    (void)state;
    int wakes = 0;
    struct hub *hub = hub_create(100, 1 << 20, 1 << 20);
    struct releases *r = releases_create(hub, 2, count_wake, &wakes);
    assert_int_equal(releases_floor(r), 0);
    static const uint64_t versions[] = {7, 9, 0, 12};
    for (uint64_t i = 0; i < 4; i++) {
        struct release *release = release_make(NULL, "a", 2 * i + 1, 2 * i + (i < 3 ? 2 : 0));
        release->floor_version = versions[i];
        releases_put(r, release);
    }
    assert_int_equal(releases_floor(r), 0);
    releases_deliver(r, NULL);
    assert_int_equal(releases_floor(r), 12);
    releases_destroy(r);
    hub_destroy(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_replies_and_notices_in_order),
        cmocka_unit_test(over_the_bound_notices_are_dropped_and_told_and_replies_are_not),
        cmocka_unit_test(what_was_never_delivered_is_let_go),
        cmocka_unit_test(tells_how_far_the_floor_is),
    };
    return cmocka_run_group_tests_name("releases", tests, NULL, NULL);
}
