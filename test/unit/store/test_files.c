/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A recording's file is found whatever it is called at the moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

static char growing[600], whole[600];

/* The recorder finishes the file just after somebody looked for it under its whole name. */
static int finish_behind(const char *path, int result)
{
    if (strcmp(path, whole) == 0)
        (void)rename(growing, whole);
    return result;
}

static int looked_open(const char *path, int flags, ...)
{
    return finish_behind(path, open(path, flags, 0600));
}

static int looked_stat(const char *path, struct stat *out)
{
    return finish_behind(path, stat(path, out));
}

#define open       looked_open
#define stat(p, o) looked_stat(p, o)
#include "store/files.c" /* for what it calls; NOLINT(bugprone-suspicious-include) */
#undef open
#undef stat

static void make_part(void)
{
    (void)unlink(whole);
    int fd = open(growing, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "sound", 5), 5);
    close(fd);
}

static void a_file_is_found_while_it_gets_its_name(void **state)
{
    const char *directory = scratch_make();
    struct store_call call = {.call = {.id = SLICE("X"), .span_count = 1}};
    (void)state;
    snprintf(whole, sizeof whole, "%s/X.wav", directory);
    snprintf(growing, sizeof growing, "%s/X.wav.part", directory);
    make_part();
    int fd = store_open_file(directory, SLICE("X"));
    assert_true(fd >= 0);
    close(fd);
    make_part();
    store_look_at_file(directory, &call);
    assert_true(call.is_recorded);
    assert_int_equal(call.file_bytes, 5);
    scratch_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_is_found_while_it_gets_its_name)};
    return cmocka_run_group_tests_name("store_files", tests, NULL, NULL);
}
