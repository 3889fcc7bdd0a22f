/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the journal promises, one behaviour a test. What happens when the power fails is in
 * test_power.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/journal.h"
#include "lossy_vfs.h"
#include "scratch.h"

struct bench {
    const char *directory;
    struct journal *j;
    char why[300];
};

static enum err try_open(struct bench *b, unsigned version, const char *vfs)
{
    b->j = NULL;
    b->why[0] = '\0';
    return journal_open(
        &(struct journal_options){.directory = b->directory, .vfs = vfs, .version = version}, &b->j,
        b->why, sizeof b->why);
}

static void reopen(struct bench *b)
{
    journal_close(b->j);
    if (try_open(b, 1, NULL) != ERR_OK)
        fail_msg("%s", b->why);
}

static void setup(struct bench *b)
{
    *b = (struct bench){.directory = scratch_make()};
    reopen(b);
}

static void teardown(struct bench *b)
{
    journal_close(b->j);
    scratch_remove(b->directory);
}

static void append(struct bench *b, const char *text)
{
    assert_int_equal(journal_begin(b->j), ERR_OK);
    assert_int_equal(journal_append(b->j, slice_of(text), 1000 + journal_head(b->j)), ERR_OK);
    assert_int_equal(journal_commit(b->j), ERR_OK);
}

static void put(struct bench *b, enum record_table table, const char *key, const char *value)
{
    assert_int_equal(journal_begin(b->j), ERR_OK);
    assert_int_equal(journal_put(b->j, table, slice_of(key), slice_of(value)), ERR_OK);
    assert_int_equal(journal_commit(b->j), ERR_OK);
}

static enum err write_batch(void *ctx, uint64_t number, struct slice batch, uint64_t digest)
{
    buf_printf(ctx, "%llu:%.*s:%llu ", (unsigned long long)number, (int)batch.len, batch.ptr,
               (unsigned long long)digest);
    return ERR_OK;
}

static void write_record(void *ctx, struct slice key, struct slice value)
{
    buf_printf(ctx, "%.*s=%.*s ", (int)key.len, key.ptr, (int)value.len, value.ptr);
}

static void assert_replay(struct bench *b, uint64_t after, enum err err, const char *expected)
{
    struct buf seen = {0};
    buf_text(&seen, "");
    assert_int_equal(journal_replay(b->j, after, write_batch, &seen), err);
    buf_char(&seen, '\0');
    assert_string_equal(seen.ptr, expected);
    buf_free(&seen);
}

static void assert_records(struct bench *b, enum record_table table, const char *expected)
{
    struct buf seen = {0};
    assert_int_equal(journal_each_record(b->j, table, write_record, &seen), ERR_OK);
    buf_char(&seen, '\0');
    assert_string_equal(seen.ptr, expected);
    buf_free(&seen);
}

/* Behind the journal's back. */
static void tamper(struct bench *b, const char *sql)
{
    char path[300];
    sqlite3 *db;
    journal_close(b->j);
    b->j = NULL;
    snprintf(path, sizeof path, "%s/journal.db", b->directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void batches_come_back_in_order(void **state)
{
    (void)state;
    struct bench b;
    setup(&b);
    assert_int_equal(journal_head(b.j), 0);
    assert_int_equal(journal_first(b.j), 1);
    assert_replay(&b, 0, ERR_OK, "");
    append(&b, "one");
    append(&b, "two");
    append(&b, "");
    assert_int_equal(journal_head(b.j), 3);
    assert_replay(&b, 0, ERR_OK, "1:one:1000 2:two:1001 3::1002 ");
    reopen(&b);
    assert_int_equal(journal_head(b.j), 3);
    assert_replay(&b, 1, ERR_OK, "2:two:1001 3::1002 ");
    assert_replay(&b, 3, ERR_OK, "");
    teardown(&b);
}

static enum err stop_at_two(void *ctx, uint64_t number, struct slice batch, uint64_t digest)
{
    (void)batch;
    (void)digest;
    *(uint64_t *)ctx = number;
    return number == 2 ? ERR_STATE : ERR_OK;
}

static void a_visitor_can_stop_a_replay(void **state)
{
    (void)state;
    struct bench b;
    uint64_t last = 0;
    setup(&b);
    for (int i = 0; i < 4; i++)
        append(&b, "x");
    assert_int_equal(journal_replay(b.j, 0, stop_at_two, &last), ERR_STATE);
    assert_int_equal(last, 2);
    assert_int_equal(journal_replay(b.j, 2, stop_at_two, &last), ERR_OK);
    assert_int_equal(last, 4);
    teardown(&b);
}

static void records_are_put_replaced_and_removed(void **state)
{
    (void)state;
    struct bench b;
    struct buf value = {0};
    setup(&b);
    put(&b, RECORD_LINE, "b", "2");
    put(&b, RECORD_LINE, "a", "1");
    put(&b, RECORD_LINE, "c", "");
    put(&b, RECORD_BAYEUX, "a", "other");
    put(&b, RECORD_LINE, "b", "two");
    put(&b, RECORD_LINE, "a", NULL);
    put(&b, RECORD_LINE, "nothing", NULL);
    reopen(&b);
    assert_records(&b, RECORD_LINE, "b=two c= ");
    assert_records(&b, RECORD_BAYEUX, "a=other ");
    assert_records(&b, RECORD_CREDENTIAL, "");
    assert_int_equal(journal_get(b.j, RECORD_LINE, SLICE("b"), &value), ERR_OK);
    assert_true(slice_is(buf_view(&value), "two"));
    assert_int_equal(journal_get(b.j, RECORD_LINE, SLICE("a"), &value), ERR_NOT_FOUND);
    buf_free(&value);
    assert_int_equal(journal_head(b.j), 0);
    teardown(&b);
}

static void a_rollback_leaves_nothing(void **state)
{
    (void)state;
    struct bench b;
    setup(&b);
    append(&b, "one");
    assert_int_equal(journal_begin(b.j), ERR_OK);
    assert_int_equal(journal_append(b.j, SLICE("never"), 5), ERR_OK);
    assert_int_equal(journal_put(b.j, RECORD_LINE, SLICE("k"), SLICE("v")), ERR_OK);
    journal_rollback(b.j);
    assert_int_equal(journal_head(b.j), 1);
    assert_records(&b, RECORD_LINE, "");
    append(&b, "two");
    assert_replay(&b, 0, ERR_OK, "1:one:1000 2:two:1001 ");
    teardown(&b);
}

static void a_failed_commit_can_be_begun_again(void **state)
{
    (void)state;
    struct bench b = {.directory = scratch_make()};
    lossy_begin(1);
    assert_int_equal(try_open(&b, 1, "lossy"), ERR_OK);
    append(&b, "one");
    lossy_fail_syncs(true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(journal_begin(b.j), ERR_OK);
        assert_int_equal(journal_put(b.j, RECORD_LINE, SLICE("k"), SLICE("v")), ERR_OK);
        assert_int_equal(journal_append(b.j, SLICE("two"), 1001), ERR_OK);
        assert_int_equal(journal_commit(b.j), ERR_IO);
        assert_int_equal(journal_head(b.j), 1);
        assert_replay(&b, 0, ERR_OK, "1:one:1000 ");
    }
    lossy_fail_syncs(false);
    append(&b, "two");
    assert_replay(&b, 0, ERR_OK, "1:one:1000 2:two:1001 ");
    assert_records(&b, RECORD_LINE, "");
    reopen(&b);
    assert_replay(&b, 0, ERR_OK, "1:one:1000 2:two:1001 ");
    teardown(&b);
}

static void trimming_goes_in_steps_and_spares_the_head(void **state)
{
    (void)state;
    struct bench b;
    setup(&b);
    for (int i = 0; i < 30; i++)
        append(&b, "x");
    assert_int_equal(journal_begin(b.j), ERR_OK);
    assert_int_equal(journal_trim(b.j, 20), ERR_OK);
    journal_rollback(b.j);
    assert_int_equal(journal_first(b.j), 1);
    unsigned steps = 0;
    while (journal_first(b.j) <= 20) {
        uint64_t before = journal_first(b.j);
        assert_int_equal(journal_begin(b.j), ERR_OK);
        assert_int_equal(journal_trim(b.j, 20), ERR_OK);
        assert_int_equal(journal_commit(b.j), ERR_OK);
        assert_true(journal_first(b.j) > before && journal_first(b.j) <= 21);
        steps++;
    }
    assert_true(steps >= 2);
    reopen(&b);
    assert_int_equal(journal_first(b.j), 21);
    assert_replay(&b, 29, ERR_OK, "30:x:1029 ");
    assert_replay(&b, 19, ERR_CORRUPT, "");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(journal_begin(b.j), ERR_OK);
        assert_int_equal(journal_trim(b.j, 1000), ERR_OK);
        assert_int_equal(journal_commit(b.j), ERR_OK);
    }
    assert_int_equal(journal_first(b.j), 30);
    reopen(&b);
    assert_int_equal(journal_head(b.j), 30);
    teardown(&b);
}

static void a_damaged_or_missing_batch_is_noticed(void **state)
{
    (void)state;
    struct bench b;
    setup(&b);
    for (int i = 0; i < 5; i++)
        append(&b, "text");
    tamper(&b, "UPDATE batches SET bytes = 'texT' WHERE number = 3");
    reopen(&b);
    assert_replay(&b, 0, ERR_CORRUPT, "1:text:1000 2:text:1001 ");
    assert_replay(&b, 3, ERR_OK, "4:text:1003 5:text:1004 ");
    tamper(&b, "UPDATE batches SET digest = 7 WHERE number = 4");
    reopen(&b);
    assert_replay(&b, 3, ERR_CORRUPT, "");
    tamper(&b, "DELETE FROM batches WHERE number = 4");
    reopen(&b);
    assert_replay(&b, 3, ERR_CORRUPT, "");
    assert_replay(&b, 4, ERR_OK, "5:text:1004 ");
    teardown(&b);
}

static void snapshots_are_listed_read_and_removed(void **state)
{
    (void)state;
    struct bench b;
    uint64_t numbers[4];
    struct buf out = {0};
    setup(&b);
    for (int i = 0; i < 12; i++)
        append(&b, "x");
    assert_int_equal(journal_snapshot_list(b.j, numbers, 4), 0);
    assert_int_equal(journal_snapshot_write(b.j, 9, SLICE("nine")), ERR_OK);
    assert_int_equal(journal_snapshot_write(b.j, 12, SLICE("twelve")), ERR_OK);
    assert_int_equal(journal_snapshot_write(b.j, 3, SLICE("")), ERR_OK);
    reopen(&b);
    assert_int_equal(journal_snapshot_list(b.j, numbers, 4), 3);
    assert_int_equal(numbers[0], 12);
    assert_int_equal(numbers[1], 9);
    assert_int_equal(numbers[2], 3);
    assert_int_equal(journal_snapshot_list(b.j, numbers, 1), 1);
    assert_int_equal(journal_snapshot_read(b.j, 9, &out), ERR_OK);
    assert_true(slice_is(buf_view(&out), "nine"));
    assert_int_equal(journal_snapshot_read(b.j, 3, &out), ERR_OK);
    assert_int_equal(out.len, 0);
    assert_int_equal(journal_snapshot_read(b.j, 4, &out), ERR_NOT_FOUND);
    assert_int_equal(journal_snapshot_remove(b.j, 9), ERR_OK);
    assert_int_equal(journal_snapshot_remove(b.j, 9), ERR_OK);
    assert_int_equal(journal_snapshot_read(b.j, 9, &out), ERR_NOT_FOUND);
    buf_free(&out);
    teardown(&b);
}

static void a_damaged_snapshot_is_noticed(void **state)
{
    (void)state;
    struct bench b;
    struct buf out = {0};
    char path[300];
    setup(&b);
    append(&b, "x");
    assert_int_equal(journal_snapshot_write(b.j, 1, SLICE("the state of things")), ERR_OK);
    snprintf(path, sizeof path, "%s/snapshot-00000000000000000001.bin", b.directory);
    for (long at = 0; at < 59; at++) {
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        int c = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(c ^ 16, f);
        fclose(f);
        assert_int_equal(journal_snapshot_read(b.j, 1, &out), ERR_CORRUPT);
        f = fopen(path, "r+b");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        fputc(c, f);
        fclose(f);
    }
    assert_int_equal(journal_snapshot_read(b.j, 1, &out), ERR_OK);
    assert_int_equal(truncate(path, 58), 0);
    assert_int_equal(journal_snapshot_read(b.j, 1, &out), ERR_CORRUPT);
    assert_int_equal(truncate(path, 10), 0);
    assert_int_equal(journal_snapshot_read(b.j, 1, &out), ERR_CORRUPT);
    buf_free(&out);
    teardown(&b);
}

static void what_an_unfinished_snapshot_left_is_removed(void **state)
{
    (void)state;
    struct bench b;
    char path[300];
    uint64_t number;
    setup(&b);
    snprintf(path, sizeof path, "%s/snapshot.tmp", b.directory);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("half", f);
    fclose(f);
    reopen(&b);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(journal_snapshot_list(b.j, &number, 1), 0);
    teardown(&b);
}

static void a_snapshot_of_another_journal_is_refused(void **state)
{
    (void)state;
    struct bench b;
    setup(&b);
    append(&b, "x");
    assert_int_equal(journal_snapshot_write(b.j, 2, SLICE("two")), ERR_OK);
    journal_close(b.j);
    assert_int_equal(try_open(&b, 1, NULL), ERR_CORRUPT);
    assert_non_null(strstr(b.why, "snapshot 2"));
    teardown(&b);
}

static void nobody_else_may_read_it(void **state)
{
    (void)state;
    static const char *const names[] = {"journal.db", "journal.db-wal",
                                        "snapshot-00000000000000000001.bin"};
    struct bench b;
    setup(&b);
    append(&b, "x");
    assert_int_equal(journal_snapshot_write(b.j, 1, SLICE("one")), ERR_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[300];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", b.directory, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 077, 0);
    }
    teardown(&b);
}

static void a_directory_serves_one_at_a_time(void **state)
{
    (void)state;
    struct bench b, second = {0};
    setup(&b);
    second.directory = b.directory;
    assert_int_equal(try_open(&second, 1, NULL), ERR_IN_USE);
    assert_non_null(strstr(second.why, "in use"));
    journal_close(b.j);
    assert_int_equal(try_open(&second, 1, NULL), ERR_OK);
    teardown(&second);
}

static void another_versions_journal_is_left_untouched(void **state)
{
    (void)state;
    struct bench b;
    uint64_t numbers[4];
    setup(&b);
    append(&b, "one");
    append(&b, "two");
    put(&b, RECORD_LINE, "k", "v");
    assert_int_equal(journal_snapshot_write(b.j, 1, SLICE("at one")), ERR_OK);
    assert_int_equal(journal_snapshot_write(b.j, 2, SLICE("at two")), ERR_OK);
    journal_close(b.j);
    assert_int_equal(try_open(&b, 2, NULL), ERR_STATE);
    assert_non_null(strstr(b.why, "written by version 1"));
    assert_non_null(strstr(b.why, "this program has version 2"));
    assert_non_null(strstr(b.why, "untouched"));
    assert_int_equal(try_open(&b, 1, NULL), ERR_OK);
    assert_int_equal(journal_first(b.j), 1);
    assert_int_equal(journal_head(b.j), 2);
    assert_int_equal(journal_snapshot_list(b.j, numbers, 4), 2);
    assert_records(&b, RECORD_LINE, "k=v ");
    assert_replay(&b, 0, ERR_OK, "1:one:1000 2:two:1001 ");
    teardown(&b);
}

static off_t size_of(struct bench *b, const char *name)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", b->directory, name);
    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void the_log_is_moved_only_by_a_checkpoint(void **state)
{
    (void)state;
    struct bench b;
    char text[3000];
    setup(&b);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    /* The log ends where the last commit left it, moved or not; a commit after everything was
     * moved begins it anew. */
    assert_int_equal(journal_checkpoint(b.j), ERR_OK);
    for (int i = 0; i < 1500; i++)
        append(&b, text);
    off_t log = size_of(&b, "journal.db-wal");
    assert_true(log > 4500000);
    assert_true(size_of(&b, "journal.db") < 100000);
    assert_int_equal(journal_checkpoint(b.j), ERR_OK);
    assert_true(size_of(&b, "journal.db") > 4500000);
    for (int i = 0; i < 500; i++)
        append(&b, text);
    assert_int_equal(size_of(&b, "journal.db-wal"), log);
    assert_int_equal(journal_checkpoint(b.j), ERR_OK);
    reopen(&b);
    assert_int_equal(journal_head(b.j), 2000);
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_come_back_in_order),
        cmocka_unit_test(a_visitor_can_stop_a_replay),
        cmocka_unit_test(records_are_put_replaced_and_removed),
        cmocka_unit_test(a_rollback_leaves_nothing),
        cmocka_unit_test(a_failed_commit_can_be_begun_again),
        cmocka_unit_test(trimming_goes_in_steps_and_spares_the_head),
        cmocka_unit_test(a_damaged_or_missing_batch_is_noticed),
        cmocka_unit_test(snapshots_are_listed_read_and_removed),
        cmocka_unit_test(a_damaged_snapshot_is_noticed),
        cmocka_unit_test(what_an_unfinished_snapshot_left_is_removed),
        cmocka_unit_test(a_snapshot_of_another_journal_is_refused),
        cmocka_unit_test(nobody_else_may_read_it),
        cmocka_unit_test(a_directory_serves_one_at_a_time),
        cmocka_unit_test(another_versions_journal_is_left_untouched),
        cmocka_unit_test(the_log_is_moved_only_by_a_checkpoint),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
