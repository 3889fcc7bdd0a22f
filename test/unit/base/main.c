/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The unit tests of the room base: every group, in order from what the others rest on. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int run_in_child(void (*fn)(void *arg), void *arg, char *said, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        fn(arg);
        _exit(0);
    }
    close(ends[1]);
    size_t len = 0;
    char rest[256];
    for (;;) {
        size_t room = size - 1 - len;
        ssize_t n = room ? read(ends[0], said + len, room) : read(ends[0], rest, sizeof rest);
        if (n <= 0) {
            break;
        }
        len += room ? (size_t)n : 0;
    }
    said[len] = '\0';
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

int main(void)
{
    static int (*const groups[])(void) = {
        run_slice_tests,  run_text_tests,    run_memory_tests,    run_codec_tests,
        run_hash_tests,   run_ids_tests,     run_list_tests,      run_heap_tests,
        run_map_tests,    run_origin_tests,  run_json_read_tests, run_json_write_tests,
        run_report_tests, run_metrics_tests, run_queue_tests,     run_worker_tests,
        run_crash_tests,  run_address_tests,
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        failed += groups[i]();
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
