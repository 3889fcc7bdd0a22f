/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The binary form: what was written is read, in one form only, and bytes that nobody wrote end in a
 * failed reader, never outside of what it was given. */
#include "base/codec.h"
#include "base/mem.h"
#include "suite.h"

static const uint64_t numbers[] = {0,          1,          0x7f,
                                   0x80,       0x3fff,     0x4000,
                                   0xffffffff, 1ULL << 35, (1ULL << 56) - 1,
                                   1ULL << 56, 1ULL << 63, UINT64_MAX};

#define NUMBERS (sizeof numbers / sizeof *numbers)

static void reads_what_was_written(void **state)
{
    (void)state;
    struct buf b = {0};
    for (size_t i = 0; i < NUMBERS; i++) {
        enc_u64(&b, numbers[i]);
        enc_bytes(&b, (struct slice){"0123456789ab", i});
        enc_fixed(&b, "fixed", 5);
    }
    struct dec d = dec_of(buf_view(&b));
    for (size_t i = 0; i < NUMBERS; i++) {
        char fixed[5];
        assert_false(dec_is_done(&d));
        assert_true(dec_u64(&d) == numbers[i]);
        struct slice bytes = dec_bytes(&d);
        assert_true(slice_equal(bytes, (struct slice){"0123456789ab", i}));
        assert_non_null(bytes.ptr);
        dec_fixed(&d, fixed, sizeof fixed);
        assert_memory_equal(fixed, "fixed", 5);
    }
    assert_true(dec_is_done(&d));
    buf_free(&b);
}

static void small_numbers_take_one_byte(void **state)
{
    (void)state;
    struct buf b = {0};
    enc_u64(&b, 127);
    assert_slice(buf_view(&b), "\x7f");
    enc_u64(&b, 300);
    assert_slice(buf_view(&b), "\x7f\xac\x02");
    buf_free(&b);
}

static void nothing_is_done_at_once(void **state)
{
    (void)state;
    struct dec d = dec_of(SLICE_NONE);
    assert_true(dec_is_done(&d));
    dec_fixed(&d, NULL, 0);
    assert_true(dec_is_done(&d));
    assert_int_equal(dec_u64(&d), 0);
    assert_true(d.failed);
}

static void a_number_has_one_form(void **state)
{
    (void)state;
    static const struct slice bad[] = {
        {"\x80\x00", 2},                                  /* 0 in two bytes */
        {"\xff\x80\x00", 3},                              /* 127 in three */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10}, /* over 64 bits */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11},
        {"\x80", 1}, /* broken off */
        {"", 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct dec d = dec_of(bad[i]);
        assert_int_equal(dec_u64(&d), 0);
        assert_true(d.failed);
        assert_false(dec_is_done(&d));
    }
}

static void a_failed_reader_gives_zeros_and_stays_failed(void **state)
{
    (void)state;
    struct dec d = dec_of(SLICE("\x05\x01\x02\x03"));
    assert_int_equal(dec_u64_max(&d, 4), 0);
    char fixed[3] = {'x', 'x', 'x'};
    dec_fixed(&d, fixed, sizeof fixed);
    assert_memory_equal(fixed, "\0\0\0", 3);
    assert_int_equal(dec_u64(&d), 0);
    assert_int_equal(dec_bytes(&d).len, 0);
    assert_non_null(dec_bytes(&d).ptr);
    assert_true(d.failed);
    assert_false(dec_is_done(&d));
}

static void bounds_are_inclusive(void **state)
{
    (void)state;
    struct dec d = dec_of(SLICE("\x05\x05"));
    assert_int_equal(dec_u64_max(&d, 5), 5);
    assert_false(d.failed);
    dec_u64_max(&d, 4);
    assert_true(d.failed);
}

static void a_count_beyond_the_end_fails(void **state)
{
    (void)state;
    struct dec d = dec_of(SLICE("\x04"
                                "abc"));
    assert_int_equal(dec_bytes(&d).len, 0);
    assert_true(d.failed);
    struct dec huge = dec_of(SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                   "abc"));
    assert_int_equal(dec_bytes(&huge).len, 0);
    assert_true(huge.failed);
}

static void random_bytes_are_read_within_their_end(void **state)
{
    (void)state;
    uint64_t random = 0;
    for (int round = 0; round < 2000; round++) {
        size_t len = next_random(&random) % 40;
        char *bytes = mem_alloc(len);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (char)next_random(&random);
        }
        struct dec d = dec_of((struct slice){bytes, len});
        struct buf again = {0};
        for (int i = 0; i < 20 && !d.failed && !dec_is_done(&d); i++) {
            const char *from = d.at;
            buf_reset(&again);
            if (i % 2) {
                enc_bytes(&again, dec_bytes(&d));
            } else {
                enc_u64(&again, dec_u64(&d));
            }
            assert_true(d.failed ||
                        slice_equal(buf_view(&again), (struct slice){from, (size_t)(d.at - from)}));
        }
        assert_true(d.at <= d.end);
        buf_free(&again);
        mem_free(bytes);
    }
}

int run_codec_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(small_numbers_take_one_byte),
        cmocka_unit_test(nothing_is_done_at_once),
        cmocka_unit_test(a_number_has_one_form),
        cmocka_unit_test(a_failed_reader_gives_zeros_and_stays_failed),
        cmocka_unit_test(bounds_are_inclusive),
        cmocka_unit_test(a_count_beyond_the_end_fails),
        cmocka_unit_test(random_bytes_are_read_within_their_end),
    };
    return RUN_GROUP(tests);
}
