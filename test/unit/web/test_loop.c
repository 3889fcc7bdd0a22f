/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The loop: posts, the ticker, and how it ends. */
#include "suite.h"

#include "base/mem.h"

static struct site site;
static struct frame frame;

static int start(void **state)
{
    (void)state;
    site_start(&site, site_options());
    return 0;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return 0;
}

#define POSTERS    4
#define POSTS_EACH 20000

struct numbered {
    struct site *site;
    unsigned *last;
    unsigned number;
};

static unsigned lasts[POSTERS];
static unsigned out_of_order;

static void arrive(void *arg)
{
    struct numbered *n = arg;
    pthread_mutex_lock(&n->site->lock);
    out_of_order += n->number != *n->last + 1;
    *n->last = n->number;
    pthread_cond_broadcast(&n->site->changed);
    pthread_mutex_unlock(&n->site->lock);
    mem_free(n);
}

static void *post_many(void *arg)
{
    struct poster poster = web_poster(site.web);
    for (unsigned i = 1; i <= POSTS_EACH; i++) {
        struct numbered *n = mem_alloc(sizeof *n);
        *n = (struct numbered){&site, arg, i};
        poster.post(poster.ctx, arrive, n);
    }
    return NULL;
}

static void runs_posts_of_each_thread_in_order(void **state)
{
    (void)state;
    pthread_t threads[POSTERS];
    out_of_order = 0;
    for (int i = 0; i < POSTERS; i++) {
        lasts[i] = 0;
        pthread_create(&threads[i], NULL, post_many, &lasts[i]);
    }
    for (int i = 0; i < POSTERS; i++) {
        site_wait(&site, &lasts[i], POSTS_EACH);
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(site_count(&site, &out_of_order), 0);
}

/* Three ticks, 5 ms after each other, and then never. */
struct ticker {
    uint64_t due_ms;
    unsigned ticks;
    unsigned early;
};

static struct ticker ticker;

static uint64_t ticker_next(void *ctx)
{
    (void)ctx;
    return ticker.due_ms;
}

static void ticker_tick(void *ctx, uint64_t now_ms)
{
    struct site *s = ctx;
    pthread_mutex_lock(&s->lock);
    ticker.early += now_ms < ticker.due_ms || now_ms != web_now_ms(s->web);
    ticker.ticks++;
    ticker.due_ms = ticker.ticks < 3 ? now_ms + 5 : UINT64_MAX;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void set_ticker(struct site *s, void *arg)
{
    (void)arg;
    ticker = (struct ticker){.due_ms = web_now_ms(s->web) + 5};
    web_set_ticker(s->web, ticker_next, ticker_tick, s);
}

static void tick_again(struct site *s, void *arg)
{
    (void)arg;
    ticker.due_ms = web_now_ms(s->web);
}

static void ticks_when_it_is_time(void **state)
{
    (void)state;
    site_do(&site, set_ticker, NULL);
    site_wait(&site, &ticker.ticks, 3);
    /* It is asked again after every turn, without being told that its mind has changed. */
    site_do(&site, tick_again, NULL);
    site_wait(&site, &ticker.ticks, 4);
    assert_int_equal(site_count(&site, &ticker.early), 0);
}

static void wait_over(struct site *s)
{
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    assert_true(s->is_over);
    web_destroy(s->web);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
}

static void stop(struct site *s, void *arg)
{
    web_stop(s->web, *(unsigned *)arg);
}

static void stops_when_all_is_answered(void **state)
{
    (void)state;
    unsigned grace_ms = 60000;
    site_start(&site, site_options());
    struct client idle = client_open(&site);
    client_ask(&idle, "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200);
    struct client held = client_open(&site);
    client_text(&held, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    site_wait(&site, &site.holding, 1);
    struct client talking = socket_open(&site, "/socket", NULL, NULL);
    site_do(&site, stop, &grace_ms);
    client_expect_end(&idle);
    socket_frame(&talking, &frame);
    assert_int_equal(frame.first, FIN_CLOSE);
    assert_memory_equal(frame.text, "\x03\xe9", 2);
    socket_send(&talking, FIN_CLOSE, frame.text, 2);
    client_expect_end(&talking);
    site_answer(&site, 0);
    struct reply r = client_reply(&held, true);
    assert_string_equal(r.body, "released");
    assert_non_null(strstr(r.head, "Connection: close\r\n"));
    client_expect_end(&held);
    client_close(&idle);
    client_close(&held);
    client_close(&talking);
    wait_over(&site);
    assert_int_equal(site.sockets_closed, 1);
    assert_int_equal(site.closed, 0);
}

static void drops_what_is_left_after_the_grace(void **state)
{
    (void)state;
    unsigned grace_ms = 20;
    site_start(&site, site_options());
    struct client held = client_open(&site);
    client_text(&held, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    struct client kept = client_open(&site);
    client_text(&kept, "GET /keep HTTP/1.1\r\n" HOST "\r\n");
    site_wait(&site, &site.holding, 2);
    struct client talking = socket_open(&site, "/socket", NULL, NULL);
    site_do(&site, stop, &grace_ms);
    wait_over(&site);
    assert_int_equal(site.sockets_closed, 1);
    assert_int_equal(site.closed, 1);
    client_expect_end(&held);
    client_close(&held);
    client_close(&kept);
    client_close(&talking);
}

static void is_destroyed_without_having_run(void **state)
{
    (void)state;
    struct web_options options = site_options();
    struct web *w;
    char why[100];
    assert_int_equal(web_create(&options, NULL, 0, &w, why, sizeof why), ERR_OK);
    assert_true(web_port(w) > 0);
    web_destroy(w);
}

static void says_why_it_cannot_listen(void **state)
{
    (void)state;
    static const char *const rows[] = {"",    "127.0.0.1", "localhost:80",   "127.0.0.1:65536",
                                       ":80", "::1:80x",   "[127.0.0.1]:80", "1.2.3.4.5:80"};
    struct web_options options = site_options();
    struct web *w = NULL;
    char why[100];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        options.bind = rows[i];
        assert_int_equal(web_create(&options, NULL, 0, &w, why, sizeof why), ERR_INVALID);
        assert_non_null(strstr(why, rows[i]));
    }
    options.bind = "192.0.2.1:80"; /* of nobody */
    assert_int_equal(web_create(&options, NULL, 0, &w, why, sizeof why), ERR_IO);
    assert_null(w);
}

static void listens_on_version_6(void **state)
{
    (void)state;
    struct web_options options = site_options();
    struct web *w = NULL;
    char why[100];
    options.bind = "[::1]:0";
    enum err err = web_create(&options, NULL, 0, &w, why, sizeof why);
    if (err == ERR_IO) {
        skip(); /* a machine without it */
    }
    assert_int_equal(err, ERR_OK);
    assert_true(web_port(w) > 0);
    web_destroy(w);
}

int run_loop_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_posts_of_each_thread_in_order, start, end),
        cmocka_unit_test_setup_teardown(ticks_when_it_is_time, start, end),
        cmocka_unit_test(stops_when_all_is_answered),
        cmocka_unit_test(drops_what_is_left_after_the_grace),
        cmocka_unit_test(is_destroyed_without_having_run),
        cmocka_unit_test(says_why_it_cannot_listen),
        cmocka_unit_test(listens_on_version_6),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
