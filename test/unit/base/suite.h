/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the files of this program share: cmocka with the headers it wants before it, one function
 * per file that runs its group and returns how many tests failed, and a way to look at what a piece
 * of code does to its process: what it writes to standard error and how it ends. */
#ifndef TEST_UNIT_BASE_SUITE_H
#define TEST_UNIT_BASE_SUITE_H

#include "base/hash.h"
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int run_address_tests(void);
int run_slice_tests(void);
int run_text_tests(void);
int run_memory_tests(void);
int run_codec_tests(void);
int run_hash_tests(void);
int run_ids_tests(void);
int run_heap_tests(void);
int run_list_tests(void);
int run_map_tests(void);
int run_origin_tests(void);
int run_json_read_tests(void);
int run_json_write_tests(void);
int run_report_tests(void);
int run_metrics_tests(void);
int run_queue_tests(void);
int run_worker_tests(void);
int run_crash_tests(void);

#define RUN_GROUP(tests) cmocka_run_group_tests_name(__FILE__, (tests), NULL, NULL)

#define assert_slice(s, text)                                                                      \
    do {                                                                                           \
        struct slice is = (s);                                                                     \
        assert_non_null(is.ptr);                                                                   \
        assert_int_equal(is.len, strlen(text));                                                    \
        assert_memory_equal(is.ptr, (text), is.len);                                               \
    } while (0)

/* Runs fn(arg) in a child process. Fills said with what it wrote to standard error (NUL-terminated,
 * cut to size) and returns its wait status. A child that returns from fn exits with 0. */
int run_in_child(void (*fn)(void *arg), void *arg, char *said, size_t size);

/* The next of a fixed series of random-looking numbers. */
static inline uint64_t next_random(uint64_t *state)
{
    return hash_u64(1, ++*state);
}

#endif
