/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The store on a real journal, fed with what a real core says: what is found again, by whom and
 * when; that writing twice is writing once; what stands beside recordings. One file, if a long one,
 * since all of it begins with the same core, journal and store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/keep.c" /* for its statics; NOLINT(bugprone-suspicious-include) */

#include "base/queue.h"
#include "scratch.h"
#include "world.h"

struct post {
    void (*fn)(void *arg);
    void *arg;
};

static char directory[512];
static char recordings[512];
static struct world w;
static struct journal *journal;
static struct store *store;
static struct queue *posts;
static struct arena arena; /* of what was found */
static struct store_call found_calls[64];
static size_t found_count;
static uint64_t found_total;
static enum err found_err;
static int found_fd;
static bool is_answered;

/* --- the thread where answers are given: this one --- */

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    struct post *p = mem_alloc(sizeof *p);
    (void)ctx;
    *p = (struct post){fn, arg};
    queue_put(posts, p, true);
}

static bool run_posts(void)
{
    void *item;
    bool ran = false;
    while (queue_take(posts, &item, 1) > 0) {
        struct post p = *(struct post *)item;
        mem_free(item);
        p.fn(p.arg);
        ran = true;
    }
    return ran;
}

static void wait_for_answer(void)
{
    while (!is_answered)
        if (!run_posts())
            queue_wait(posts, UINT64_MAX);
    is_answered = false;
}

/* What is good until found returns is looked at afterwards: its texts are copied. */
static void take(const struct store_call *call)
{
    struct store_call *copy = &found_calls[found_count++];
    *copy = *call;
    copy->call.id = arena_copy(&arena, call->call.id);
    struct store_party *parties = arena_alloc(&arena, call->party_count * sizeof *parties + 1);
    memcpy(parties, call->parties, call->party_count * sizeof *parties);
    copy->parties = parties;
    if (call->has_disposition)
        copy->disposition.user_name = arena_copy(&arena, call->disposition.user_name);
}

static void are_found(void *ctx, const struct store_found *found)
{
    (void)ctx;
    found_count = 0;
    found_err = found->err;
    found_total = found->total;
    for (size_t i = 0; i < found->count; i++)
        take(&found->calls[i]);
    is_answered = true;
}

static size_t search(struct store_search question)
{
    store_search(store, &question, are_found, NULL);
    wait_for_answer();
    assert_int_equal(found_err, ERR_OK);
    return found_count;
}

static size_t all_of(const char *user)
{
    return search((struct store_search){.user = slice_of(user), .to_ms = UINT64_MAX, .limit = 64});
}

static void is_found(void *ctx, const struct store_recording *recording)
{
    (void)ctx;
    found_count = 0;
    found_err = recording->err;
    found_fd = recording->fd;
    if (recording->err == ERR_OK)
        take(recording->call);
    is_answered = true;
}

static enum err one_recording(const char *id, const char *user, bool wants_file)
{
    store_recording(store, slice_of(id), slice_of(user), wants_file, is_found, NULL);
    wait_for_answer();
    return found_err;
}

/* --- the engine's part --- */

/* Writes what the last input has to be remembered, as often as said. */
static void write_down(int times)
{
    const struct history *items = w.fx.histories;
    for (int i = 0; i < times; i++) {
        assert_int_equal(journal_begin(journal), ERR_OK);
        assert_int_equal(store_write(store, journal, items, w.fx.history_count), ERR_OK);
        assert_int_equal(journal_commit(journal), ERR_OK);
    }
    store_written(store, items, w.fx.history_count);
}

static void render(const struct store_call *call, struct buf *out)
{
    buf_slice(out, call->call.id);
    if (call->has_disposition)
        buf_slice(out, call->disposition.pairs[0].value);
}

static void open_store(void)
{
    char why[256];
    struct journal_options options = {.directory = directory, .version = CORE_VERSION};
    assert_int_equal(journal_open(&options, &journal, why, sizeof why), ERR_OK);
    struct store_options of_store = {
        .journal = journal, .recordings = recordings, .render = render, .poster = {.post = post}};
    assert_int_equal(store_create(&of_store, &store), ERR_OK);
    store_start(store, NULL); /* nothing is forgotten here */
}

static void close_store(void)
{
    store_stop(store);
    run_posts();
    store_destroy(store);
    journal_close(journal);
}

static int begin(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "%s", scratch_make());
    snprintf(recordings, sizeof recordings, "%s", scratch_make());
    posts = queue_create(0, NULL, NULL);
    open_store();
    world_init(&w, 4);
    struct input input = {.kind = INPUT_CONFIG,
                          .config = {.kind = CONFIG_DEVICE,
                                     .name = SLICE("100"),
                                     .owner = SLICE("u0"),
                                     .calls = 1,
                                     .may_record = true}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    close_store();
    queue_destroy(posts);
    world_free(&w);
    arena_free(&arena);
    scratch_remove(directory);
    scratch_remove(recordings);
    return 0;
}

/* A call from u0 to that number; its id. With ms of recording, if any. */
static const char *call_to(const char *number, uint64_t recorded_ms)
{
    static char id[33];
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", number), ERR_OK);
    uint64_t caller = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, caller, CAUSE_NONE);
    uint64_t callee = world_order(&w, ORDER_RING)->leg;
    world_signal(&w, SIGNAL_ANSWERED, callee, CAUSE_NONE);
    world_call_id(&w, "u0", id);
    if (recorded_ms > 0) {
        assert_int_equal(world_command(&w, "u0", OP_START_CALL_RECORDING, id, ""), ERR_OK);
        world_wait(&w, recorded_ms);
    }
    assert_int_equal(world_command(&w, "u0", OP_HANGUP, id, ""), ERR_OK);
    write_down(1);
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_GONE,
                                     .leg = callee,
                                     .cause = CAUSE_HANGUP,
                                     .quality = {.packets = 100, .score = 400}}};
    assert_int_equal(world_apply(&w, &input), ERR_OK);
    write_down(1);
    world_signal(&w, SIGNAL_GONE, caller, CAUSE_HANGUP);
    world_wait(&w, 100000); /* it is forgotten by the core */
    return id;
}

static const char *path_of_file(const char *id, const char *ending)
{
    static char path[700];
    snprintf(path, sizeof path, "%s/%s%s", recordings, id, ending);
    return path;
}

static void make_file(const char *id, const char *ending)
{
    FILE *file = fopen(path_of_file(id, ending), "w");
    assert_non_null(file);
    fputs("forty-four bytes of header, and some samples", file);
    fclose(file);
}

static void is_done(void *arg)
{
    (void)arg;
    is_answered = true;
}

static void do_nothing(void *arg)
{
    (void)arg;
}

/* What the files' thread was told. */
static void finish_files(void)
{
    worker_submit(store->files, do_nothing, is_done, NULL);
    wait_for_answer();
}

static bool has_file(const char *id, const char *ending)
{
    return access(path_of_file(id, ending), F_OK) == 0;
}

static const char *text_of(const char *id, const char *ending)
{
    static char text[256];
    finish_files();
    FILE *file = fopen(path_of_file(id, ending), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void calls_are_found_by_who_was_in_them_newest_first(void **state)
{
    (void)state;
    char ids[6][33];
    for (int i = 0; i < 6; i++)
        memcpy(ids[i], call_to(i % 3 == 0 ? "102" : "101", 0), sizeof ids[i]);
    assert_int_equal(all_of("u0"), 6);
    assert_true(slice_is(found_calls[0].call.id, ids[5]));
    assert_true(slice_is(found_calls[5].call.id, ids[0]));
    assert_int_equal(all_of(""), 6);
    assert_int_equal(all_of("u2"), 2);
    assert_true(slice_is(found_calls[0].call.id, ids[3]));
    assert_int_equal(found_calls[0].party_count, 2);
    assert_int_equal(found_calls[0].parties[1].quality.packets, 100);
    assert_int_equal(found_calls[0].parties[0].quality.packets, 0);
    assert_int_equal(all_of("u"), 0);
    assert_int_equal(all_of("u3"), 0);
}

static void pages_and_times(void **state)
{
    (void)state;
    uint64_t begins[6];
    for (int i = 0; i < 6; i++) {
        begins[i] = w.now_ms;
        call_to("101", 0);
    }
    struct store_search page = {.user = SLICE("u1"), .to_ms = UINT64_MAX, .offset = 2, .limit = 3};
    assert_int_equal(search(page), 3);
    assert_int_equal(found_total, 6);
    assert_int_equal(found_calls[0].call.begun_ms, begins[3]);
    page.offset = 5;
    assert_int_equal(search(page), 1);
    page.offset = 6;
    assert_int_equal(search(page), 0);
    page = (struct store_search){.from_ms = begins[1], .to_ms = begins[4], .limit = 10};
    assert_int_equal(search(page), 3);
    assert_int_equal(found_total, 3);
    assert_int_equal(found_calls[2].call.begun_ms, begins[1]);
    page.from_ms++;
    assert_int_equal(search(page), 2);
    page.to_ms++;
    assert_int_equal(search(page), 3);
    page = (struct store_search){.from_ms = begins[5] + 1, .to_ms = UINT64_MAX, .limit = 10};
    assert_int_equal(search(page), 0);
    page = (struct store_search){.from_ms = 0, .to_ms = begins[0], .limit = 10};
    assert_int_equal(search(page), 0);
    page = (struct store_search){.from_ms = begins[3], .to_ms = begins[2], .limit = 10};
    assert_int_equal(search(page), 0);
}

static void an_empty_store_has_nothing(void **state)
{
    (void)state;
    assert_int_equal(all_of(""), 0);
    assert_int_equal(found_total, 0);
    assert_int_equal(search((struct store_search){.from_ms = 5, .to_ms = 10, .limit = 10}), 0);
    assert_int_equal(one_recording("nothing", "", true), ERR_NOT_FOUND);
}

static void written_twice_is_there_once(void **state)
{
    (void)state;
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    char id[33];
    world_call_id(&w, "u0", id);
    world_command(&w, "u0", OP_HANGUP, id, "");
    write_down(3);
    assert_int_equal(all_of(""), 1);
    assert_int_equal(found_total, 1);
    assert_int_equal(found_calls[0].party_count, 2);
    close_store();
    open_store();
    assert_int_equal(all_of("u0"), 1);
}

static enum err dispose(const char *id, const char *text)
{
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = OP_SET_CALL_DISPOSITION,
                                      .at = OP_ON_CALL,
                                      .user = SLICE("u0"),
                                      .target = slice_of(id),
                                      .text = slice_of(text)}};
    return world_apply(&w, &input);
}

static void recordings_are_for_those_who_talked(void **state)
{
    (void)state;
    call_to("101", 0);
    const char *id = call_to("101", 5000);
    assert_int_equal(one_recording(id, "u1", false), ERR_OK);
    assert_int_equal(found_calls[0].file_bytes, 0);
    assert_int_equal(one_recording(id, "u1", true), ERR_NOT_FOUND);
    make_file(id, ".wav.part"); /* it grows still */
    assert_int_equal(one_recording(id, "u1", true), ERR_OK);
    assert_true(found_fd >= 0);
    close(found_fd);
    assert_int_equal(found_calls[0].file_bytes, 44);
    assert_int_equal(one_recording(id, "", false), ERR_OK);
    assert_int_equal(found_calls[0].call.span_count, 1);
    assert_int_equal(one_recording(id, "u2", false), ERR_NOT_FOUND);
    struct store_search index = {.is_of_recordings = true, .to_ms = UINT64_MAX, .limit = 10};
    assert_int_equal(search(index), 1);
    index.user = SLICE("u2");
    assert_int_equal(search(index), 0);
    index.user = SLICE("u0");
    assert_int_equal(search(index), 1);
}

static void what_stands_beside_a_recording_follows(void **state)
{
    (void)state;
    const char *id = call_to("101", 5000);
    make_file(id, ".wav");
    assert_int_equal(dispose(id, "sold"), ERR_OK);
    write_down(1);
    char expected[64];
    snprintf(expected, sizeof expected, "%s\"sold\"", id);
    assert_string_equal(text_of(id, ".json"), expected);
    /* A crash took it, or the last word of it: the next start makes it as it should be. */
    close_store();
    assert_int_equal(unlink(path_of_file(id, ".json")), 0);
    open_store();
    assert_string_equal(text_of(id, ".json"), expected);
    assert_int_equal(all_of("u0"), 1);
    assert_true(found_calls[0].has_disposition);
    assert_true(slice_is(found_calls[0].disposition.user_name, "u0"));
}

static void what_could_not_be_written_is_tried_again(void **state)
{
    (void)state;
    const char *id = call_to("101", 5000);
    make_file(id, ".wav");
    assert_int_equal(mkdir(path_of_file(id, ".json.part"), 0700), 0);
    assert_int_equal(dispose(id, "sold"), ERR_OK);
    write_down(1);
    finish_files();
    assert_false(has_file(id, ".json"));
    assert_int_equal(rmdir(path_of_file(id, ".json.part")), 0);
    store_tick(store, 1000);
    store_tick(store, 60000);
    finish_files();
    assert_false(has_file(id, ".json"));
    store_tick(store, 66000);
    assert_non_null(strstr(text_of(id, ".json"), "sold"));
}

/* What the engine does with the records that are to be removed; how many calls that were. */
static size_t forget_before(uint64_t before_ms)
{
    struct keeper *k = keeper_create(store);
    k->before_ms = before_ms;
    worker_submit(store->files, run_forget, is_done, k);
    wait_for_answer();
    size_t calls = k->calls;
    assert_int_equal(journal_begin(journal), ERR_OK);
    for (size_t i = 0; i < k->count; i++)
        assert_int_equal(journal_put(journal, k->records[i].table, k->records[i].key, SLICE_NONE),
                         ERR_OK);
    assert_int_equal(journal_commit(journal), ERR_OK);
    keeper_destroy(k);
    return calls;
}

static void count_record(void *ctx, struct slice key, struct slice value)
{
    (void)key;
    (void)value;
    ++*(size_t *)ctx;
}

static void what_is_old_is_forgotten_whole_and_its_files_with_it(void **state)
{
    (void)state;
    char old[33], young[33], stuck[33];
    memcpy(stuck, call_to("101", 5000), sizeof stuck);
    /* It can't be removed, and holds nobody up. */
    assert_int_equal(mkdir(path_of_file(stuck, ".wav"), 0700), 0);
    memcpy(old, call_to("101", 5000), sizeof old);
    make_file(old, ".wav");
    assert_int_equal(dispose(old, "sold"), ERR_OK);
    write_down(1);
    assert_non_null(text_of(old, ".json"));
    uint64_t between_ms = w.now_ms;
    memcpy(young, call_to("101", 5000), sizeof young);
    make_file(young, ".wav");
    assert_int_equal(forget_before(between_ms), 1);
    assert_int_equal(all_of(""), 2);
    assert_true(slice_is(found_calls[0].call.id, young));
    assert_false(has_file(old, ".wav"));
    assert_false(has_file(old, ".json"));
    assert_true(has_file(young, ".wav"));
    assert_int_equal(one_recording(old, "", false), ERR_NOT_FOUND);
    assert_int_equal(forget_before(between_ms), 0);
    assert_int_equal(rmdir(path_of_file(stuck, ".wav")), 0);
    assert_int_equal(forget_before(UINT64_MAX), 2);
    size_t left = 0;
    for (int table = RECORD_HISTORY_CALL; table <= RECORD_RECORDING; table++)
        assert_int_equal(
            journal_each_record(journal, (enum record_table)table, count_record, &left), ERR_OK);
    assert_int_equal(left, 0);
}

static void a_call_that_goes_on_is_not_forgotten(void **state)
{
    (void)state;
    char id[33];
    assert_int_equal(world_command(&w, "u0", OP_DIAL, "100", "101"), ERR_OK);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_call_id(&w, "u0", id);
    world_command(&w, "u0", OP_SINGLE_STEP_CONFERENCE, id, "102");
    world_signal(&w, SIGNAL_ANSWERED, world_order(&w, ORDER_RING)->leg, CAUSE_NONE);
    world_command(&w, "u1", OP_HANGUP, id, "");
    write_down(1);
    assert_int_equal(forget_before(UINT64_MAX), 0);
    assert_int_equal(all_of("u1"), 1);
}

static void a_store_that_ends_answers_all_the_same(void **state)
{
    (void)state;
    call_to("101", 0);
    struct store_search page = {.to_ms = UINT64_MAX, .limit = 10};
    store_search(store, &page, are_found, NULL);
    store_stop(store);
    wait_for_answer();
    assert_true(found_err == ERR_OK || found_err == ERR_OVERLOAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_are_found_by_who_was_in_them_newest_first, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(pages_and_times, begin, finish),
        cmocka_unit_test_setup_teardown(an_empty_store_has_nothing, begin, finish),
        cmocka_unit_test_setup_teardown(written_twice_is_there_once, begin, finish),
        cmocka_unit_test_setup_teardown(recordings_are_for_those_who_talked, begin, finish),
        cmocka_unit_test_setup_teardown(what_stands_beside_a_recording_follows, begin, finish),
        cmocka_unit_test_setup_teardown(what_could_not_be_written_is_tried_again, begin, finish),
        cmocka_unit_test_setup_teardown(what_is_old_is_forgotten_whole_and_its_files_with_it, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(a_call_that_goes_on_is_not_forgotten, begin, finish),
        cmocka_unit_test_setup_teardown(a_store_that_ends_answers_all_the_same, begin, finish),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
