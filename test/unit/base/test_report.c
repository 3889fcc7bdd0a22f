/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the process says of itself: the table of errors and the log. The log writes to standard
 * error, so its tests run in a child whose standard error is a pipe. */
#include "base/error.h"
#include "base/log.h"
#include "suite.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static void every_error_has_a_row(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        const struct err_row *row = err_row((enum err)i);
        assert_non_null(row->symbol);
        assert_non_null(row->text);
        assert_true(row->status_code >= 0 && row->status_code <= 20);
        assert_true(row->http_status >= 200 && row->http_status <= 500);
        assert_int_equal(row->status_code == 0, i == ERR_OK);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(row->symbol, err_row((enum err)j)->symbol);
        }
    }
}

static void errors_look_as_the_reference_says(void **state)
{
    (void)state;
    static const struct {
        enum err err;
        int status_code;
        int http_status;
    } expected[] = {
        {ERR_OK, 0, 200},           {ERR_MISSING, 1, 400},
        {ERR_INVALID, 2, 400},      {ERR_JSON, 2, 400},
        {ERR_PRECONDITION, 2, 412}, {ERR_STATE, 3, 400},
        {ERR_METHOD, 3, 405},       {ERR_RATE, 3, 429},
        {ERR_INTERNAL, 4, 500},     {ERR_OVERLOAD, 4, 500},
        {ERR_PERMISSION, 5, 403},   {ERR_NOT_FOUND, 6, 404},
        {ERR_PARTIAL, 7, 200},      {ERR_PASSWORD_CHANGE, 8, 403},
        {ERR_INCOMPLETE, 9, 202},   {ERR_RANGE, 10, 400},
        {ERR_READ_ONLY, 11, 400},   {ERR_EXISTS, 18, 409},
        {ERR_IN_USE, 19, 409},      {ERR_NO_ACCESS, 20, 403},
        {ERR_CORRUPT, 4, 500},      {ERR_NOT_REGISTERED, 4, 500},
        {ERR_IO, 4, 500},
    };
    assert_int_equal(sizeof expected / sizeof *expected, ERR_COUNT);
    for (size_t i = 0; i < ERR_COUNT; i++) {
        assert_int_equal(err_row(expected[i].err)->status_code, expected[i].status_code);
        assert_int_equal(err_row(expected[i].err)->http_status, expected[i].http_status);
    }
    assert_string_equal(err_row(ERR_NO_ACCESS)->text, "Access denied");
}

static void log_of_each_level(void *arg)
{
    (void)arg;
    log_line(LOG_DEBUG, "not.shown", "a=1");
    log_line(LOG_INFO, "http.request", "method=%s status=%d", "GET", 200);
    log_set_level(LOG_ERROR);
    log_line(LOG_WARN, "not.shown", "a=1");
    log_line(LOG_ERROR, "db.failed", "%s", "");
    log_set_level(LOG_DEBUG);
    if (log_is_on(LOG_DEBUG)) {
        log_line(LOG_DEBUG, "shown", "a=1");
    }
}

static void a_line_has_time_level_event_and_pairs(void **state)
{
    (void)state;
    char said[1024];
    assert_int_equal(run_in_child(log_of_each_level, NULL, said, sizeof said), 0);
    assert_memory_equal(said, "time=2", 6);
    assert_memory_equal(said + strlen("time=2000-01-01T00:00:00.000"), "Z level=info ", 13);
    assert_non_null(strstr(said, "Z level=info event=http.request method=GET status=200\ntime="));
    assert_non_null(strstr(said, "Z level=error event=db.failed \ntime="));
    assert_non_null(strstr(said, "Z level=debug event=shown a=1\n"));
    assert_null(strstr(said, "not.shown"));
}

static void log_line_breaks(void *arg)
{
    log_line(LOG_WARN, "call", "name=%s end=1", (const char *)arg);
}

static void no_value_starts_a_line_of_its_own(void **state)
{
    (void)state;
    char said[1024];
    char value[] = "x\ntime=2000 level=info\x1b[31m";
    assert_int_equal(run_in_child(log_line_breaks, value, said, sizeof said), 0);
    assert_non_null(strstr(said, " name=x?time=2000 level=info?[31m end=1\n"));
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void a_long_line_is_cut_and_says_so(void **state)
{
    (void)state;
    static char said[8192];
    static char value[6000];
    memset(value, 'v', sizeof value - 1);
    assert_int_equal(run_in_child(log_line_breaks, value, said, sizeof said), 0);
    size_t len = strlen(said);
    assert_true(len > 4000 && len <= 4096);
    assert_string_equal(said + len - 11, "v cut=true\n");
}

static void say_and_abort(void *arg)
{
    log_set_level(LOG_ERROR);
    log_abort("party \"%s\" is lost", (const char *)arg);
}

static void aborting_says_why(void **state)
{
    (void)state;
    char said[1024];
    char name[] = "5001";
    int status = run_in_child(say_and_abort, name, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, "event=abort reason=\"party \\\"5001\\\" is lost\"\n"));
}

static void ask_for_no_error(void *arg)
{
    err_row(*(enum err *)arg);
}

static void an_error_that_is_none_aborts(void **state)
{
    (void)state;
    char said[1024];
    enum err err = ERR_COUNT;
    assert_true(WIFSIGNALED(run_in_child(ask_for_no_error, &err, said, sizeof said)));
}

static void values_are_quoted_when_they_must_be(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(log_quote(out, sizeof out, SLICE("plain/1.0;x")), "plain/1.0;x");
    assert_string_equal(log_quote(out, sizeof out, SLICE("")), "\"\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE_NONE), "\"\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE("two words")), "\"two words\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE("a=b")), "\"a=b\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE("say \"x\\\"")), "\"say \\\"x\\\\\\\"\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE("a\nb\x7f")), "\"a?b?\"");
    assert_string_equal(log_quote(out, sizeof out, SLICE("m\xc3\xbcller")), "m\xc3\xbcller");
}

static void quoting_stays_within_its_room(void **state)
{
    (void)state;
    for (size_t size = 4; size < 16; size++) {
        char *out = malloc(size);
        assert_non_null(out);
        assert_int_equal(strlen(log_quote(out, size, SLICE("abcdefghijklmnop"))), size - 1);
        const char *quoted = log_quote(out, size, SLICE("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""));
        size_t len = strlen(quoted);
        assert_true(len < size && len + 3 > size);
        assert_true(quoted[0] == '"' && quoted[len - 1] == '"');
        assert_int_equal(len % 2, 0);
        free(out);
    }
}

int run_report_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_row),
        cmocka_unit_test(errors_look_as_the_reference_says),
        cmocka_unit_test(a_line_has_time_level_event_and_pairs),
        cmocka_unit_test(no_value_starts_a_line_of_its_own),
        cmocka_unit_test(a_long_line_is_cut_and_says_so),
        cmocka_unit_test(aborting_says_why),
        cmocka_unit_test(an_error_that_is_none_aborts),
        cmocka_unit_test(values_are_quoted_when_they_must_be),
        cmocka_unit_test(quoting_stays_within_its_room),
    };
    return RUN_GROUP(tests);
}
