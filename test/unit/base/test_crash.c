/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Crash points, compiled in here whatever the build says: the point, its count, and all the ways in
 * which it must not go off. */
#ifndef CORDBOARD_CRASH_POINTS
#define CORDBOARD_CRASH_POINTS
#endif
#include "../../../src/base/crash.c" // NOLINT(bugprone-suspicious-include)
#include "suite.h"

#include <sys/wait.h>

/* Passes point "a" three times and "ab" once, saying so before each. */
static void pass_points(void *arg)
{
    setenv("CORDBOARD_CRASH", arg, 1);
    static const char *const points[] = {"ab", "a", "a", "a"};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        ssize_t written = write(STDERR_FILENO, ".", 1);
        (void)written;
        crash_point(points[i]);
    }
}

static void dies_where_and_when_it_is_told(void **state)
{
    (void)state;
    static const struct {
        char wish[8];
        const char *said;
        int signal; /* 0: lives */
    } cases[] = {{"a", "..", SIGKILL},   {"a:1", "..", SIGKILL}, {"a:3", "....", SIGKILL},
                 {"ab:1", ".", SIGKILL}, {"a:4", "....", 0},     {"b", "....", 0},
                 {"", "....", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char said[256];
        char wish[8];
        memcpy(wish, cases[i].wish, sizeof wish);
        int status = run_in_child(pass_points, wish, said, sizeof said);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, cases[i].signal);
        assert_string_equal(said, cases[i].said);
    }
}

static void a_wish_that_is_none_aborts(void **state)
{
    (void)state;
    static const char *const wishes[] = {"a:", "a:0", "a:x", "a:-1"};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        char said[256];
        char wish[8];
        memcpy(wish, wishes[i], strlen(wishes[i]) + 1);
        int status = run_in_child(pass_points, wish, said, sizeof said);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
        assert_non_null(strstr(said, "CORDBOARD_CRASH must be name or name:n"));
    }
}

int run_crash_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_where_and_when_it_is_told),
        cmocka_unit_test(a_wish_that_is_none_aborts),
    };
    return RUN_GROUP(tests);
}
