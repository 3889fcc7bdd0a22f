/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Allocation, buffers and arenas. Sizes are chosen around the points where memory is taken anew;
 * the address sanitizer says whether what was promised is really there. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "suite.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static void arrays_grow_at_least_twofold(void **state)
{
    (void)state;
    size_t cap = 0;
    uint32_t *array = NULL;
    size_t moves = 0;
    for (size_t i = 0; i < 1000; i++) {
        size_t before = cap;
        array = mem_grow(array, &cap, i + 1, sizeof *array);
        assert_true(cap > i);
        moves += cap != before;
        array[i] = (uint32_t)i;
    }
    assert_true(moves <= 8);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(array[i], i);
    }
    array = mem_grow(array, &cap, 100000, sizeof *array);
    assert_int_equal(cap, 100000);
    mem_free(array);
}

static void no_bytes_are_some_memory(void **state)
{
    (void)state;
    void *a = mem_alloc(0);
    void *b = mem_zalloc(0);
    a = mem_realloc(a, 0);
    assert_non_null(a);
    assert_non_null(b);
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
    char *copy = mem_strdup("text");
    assert_string_equal(copy, "text");
    mem_free(copy);
}

static void grow_beyond_memory(void *arg)
{
    size_t cap = 0;
    mem_grow(NULL, &cap, SIZE_MAX / 2, *(size_t *)arg);
}

static void out_of_memory_ends_the_process_and_says_so(void **state)
{
    (void)state;
    char said[512];
    size_t element_size = 16;
    int status = run_in_child(grow_beyond_memory, &element_size, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, "level=error event=abort reason=\"out of memory: "));
}

static void buffers_append(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_slice(buf_view(&b), "");
    buf_append(&b, NULL, 0);
    buf_slice(&b, SLICE_NONE);
    assert_int_equal(b.len, 0);
    buf_text(&b, "one");
    buf_char(&b, ' ');
    buf_slice(&b, SLICE("two"));
    buf_append(&b, " three", 6);
    assert_slice(buf_view(&b), "one two three");
    for (int i = 0; i < 10000; i++) {
        buf_char(&b, (char)('a' + i % 26));
    }
    assert_int_equal(b.len, 10013);
    assert_int_equal(b.ptr[13 + 9999], 'a' + 9999 % 26);
    buf_free(&b);
    assert_null(b.ptr);
    buf_text(&b, "again");
    assert_slice(buf_view(&b), "again");
    buf_free(&b);
}

static void buffers_write_every_length_of_number(void **state)
{
    (void)state;
    struct buf b = {0};
    uint64_t value = 0;
    for (int digits = 1; digits <= 20; digits++) {
        value = digits == 20 ? UINT64_MAX : value * 10 + (uint64_t)(digits % 10);
        char expected[24];
        snprintf(expected, sizeof expected, "%" PRIu64, value);
        buf_reset(&b);
        buf_u64(&b, value);
        assert_slice(buf_view(&b), expected);
    }
    for (uint64_t n = 0; n < 1000; n++) {
        char expected[24];
        snprintf(expected, sizeof expected, "%" PRIu64, n);
        buf_reset(&b);
        buf_u64(&b, n);
        assert_slice(buf_view(&b), expected);
    }
    buf_free(&b);
}

static void buffers_print_across_growth(void **state)
{
    (void)state;
    for (size_t before = 0; before < 140; before++) {
        struct buf b = {0};
        for (size_t i = 0; i < before; i++) {
            buf_char(&b, 'x');
        }
        buf_printf(&b, "%s-%d", "0123456789012345678901234567890123456789", 42);
        assert_int_equal(b.len, before + 43);
        assert_memory_equal(b.ptr + before, "0123456789012345678901234567890123456789-42", 43);
        buf_free(&b);
    }
}

static void buffers_consume_from_the_front(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_consume(&b, 0);
    buf_text(&b, "abcdef");
    buf_consume(&b, 2);
    assert_slice(buf_view(&b), "cdef");
    buf_consume(&b, 0);
    buf_consume(&b, 4);
    assert_slice(buf_view(&b), "");
    buf_free(&b);
}

static void consume_too_much(void *arg)
{
    buf_consume(arg, 7);
}

static void consuming_more_than_there_is_aborts(void **state)
{
    (void)state;
    char said[512];
    struct buf b = {0};
    buf_text(&b, "abcdef");
    int status = run_in_child(consume_too_much, &b, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    buf_free(&b);
}

static void arenas_give_aligned_memory_of_every_size(void **state)
{
    (void)state;
    struct arena a = {0};
    for (int round = 0; round < 3; round++) {
        unsigned char *parts[600];
        for (size_t size = 0; size < 600; size++) {
            parts[size] = arena_alloc(&a, size);
            assert_non_null(parts[size]);
            assert_int_equal((uintptr_t)parts[size] % _Alignof(max_align_t), 0);
            memset(parts[size], (int)(size & 0xff), size);
        }
        for (size_t size = 0; size < 600; size++) {
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(parts[size][i], size & 0xff);
            }
        }
        arena_reset(&a);
    }
    unsigned char *zeroed = arena_zalloc(&a, 3000000);
    assert_int_equal(zeroed[0] | zeroed[2999999], 0);
    arena_free(&a);
    arena_free(&a);
}

static void arenas_keep_the_first_block_over_a_reset(void **state)
{
    (void)state;
    struct arena a = {0};
    arena_reset(&a);
    void *first = arena_alloc(&a, 100);
    arena_alloc(&a, 100000);
    arena_reset(&a);
    assert_ptr_equal(arena_alloc(&a, 100), first);
    arena_free(&a);
}

static void arenas_copy_and_keep_absent_absent(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_true(slice_equal(arena_copy(&a, SLICE("a\0b")), SLICE("a\0b")));
    assert_slice(arena_copy(&a, SLICE("")), "");
    assert_null(arena_copy(&a, SLICE_NONE).ptr);
    assert_string_equal(arena_string(&a, (struct slice){"abcdef", 3}), "abc");
    assert_string_equal(arena_string(&a, SLICE_NONE), "");
    arena_free(&a);
}

static void arenas_print_across_blocks(void **state)
{
    (void)state;
    struct arena a = {0};
    struct slice printed[500];
    for (int i = 0; i < 500; i++) {
        printed[i] = arena_printf(&a, "%0*d", i % 60 + 4, i);
    }
    for (int i = 0; i < 500; i++) {
        char expected[80];
        snprintf(expected, sizeof expected, "%0*d", i % 60 + 4, i);
        assert_slice(printed[i], expected);
    }
    assert_int_equal(arena_printf(&a, "%10000d", 1).len, 10000);
    arena_free(&a);
}

int run_memory_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_grow_at_least_twofold),
        cmocka_unit_test(no_bytes_are_some_memory),
        cmocka_unit_test(out_of_memory_ends_the_process_and_says_so),
        cmocka_unit_test(buffers_append),
        cmocka_unit_test(buffers_write_every_length_of_number),
        cmocka_unit_test(buffers_print_across_growth),
        cmocka_unit_test(buffers_consume_from_the_front),
        cmocka_unit_test(consuming_more_than_there_is_aborts),
        cmocka_unit_test(arenas_give_aligned_memory_of_every_size),
        cmocka_unit_test(arenas_keep_the_first_block_over_a_reset),
        cmocka_unit_test(arenas_copy_and_keep_absent_absent),
        cmocka_unit_test(arenas_print_across_blocks),
    };
    return RUN_GROUP(tests);
}
