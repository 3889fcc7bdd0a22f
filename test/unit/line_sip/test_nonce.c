/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Nonces: whose they are, for how long, and how often each may be used. */
#include "base/mem.h"
#include "tests.h"

#include <stdio.h>

static const uint8_t secret[32] = "a secret of thirty-two bytes ...";
static const struct in_addr here = {0x0100007f}, there = {0x0200007f};
#define MADE_MS UINT64_C(1800000000000)

static enum nonce_state check(const char *nonce, uint64_t now_ms)
{
    return line_sip_nonce_check(secret, slice_of(nonce), here, now_ms);
}

static void lives_five_minutes(void **state)
{
    (void)state;
    char nonce[NONCE_MAX];
    line_sip_nonce_write(secret, MADE_MS, here, nonce);
    assert_int_equal(check(nonce, MADE_MS), NONCE_GOOD);
    assert_int_equal(check(nonce, MADE_MS + 300000), NONCE_GOOD);
    assert_int_equal(check(nonce, MADE_MS + 300001), NONCE_STALE);
    assert_int_equal(check(nonce, MADE_MS - 1), NONCE_STALE);
}

static void counts_at_its_address_alone(void **state)
{
    (void)state;
    char nonce[NONCE_MAX];
    line_sip_nonce_write(secret, MADE_MS, there, nonce);
    assert_int_equal(check(nonce, MADE_MS), NONCE_STALE);
}

static void of_others_is_foreign(void **state)
{
    (void)state;
    char nonce[NONCE_MAX];
    uint8_t other[32] = {1};
    line_sip_nonce_write(other, 1000, here, nonce);
    assert_int_equal(check(nonce, 1000), NONCE_FOREIGN);
    assert_int_equal(check("x", 1000), NONCE_FOREIGN);
    assert_int_equal(check("", 1000), NONCE_FOREIGN);
    for (size_t i = 0; i < 64; i++) {
        line_sip_nonce_write(secret, 1000, here, nonce);
        nonce[i] = nonce[i] == '0' ? '1' : '0';
        assert_int_equal(check(nonce, 1000), NONCE_FOREIGN);
        nonce[i] = 'x';
        assert_int_equal(check(nonce, 1000), NONCE_FOREIGN);
    }
}

static void no_two_are_the_same(void **state)
{
    (void)state;
    char one[NONCE_MAX], other[NONCE_MAX];
    line_sip_nonce_write(secret, MADE_MS, here, one);
    line_sip_nonce_write(secret, MADE_MS, here, other);
    assert_string_not_equal(one, other);
}

static void each_count_once(void **state)
{
    (void)state;
    char nonce[NONCE_MAX], other[NONCE_MAX];
    struct nonces n = {0};
    line_sip_nonces_init(&n);
    line_sip_nonce_write(secret, MADE_MS, here, nonce);
    line_sip_nonce_write(secret, MADE_MS, here, other);
    struct slice text = slice_of(nonce);
    assert_false(line_sip_nonces_use(&n, text, 0, MADE_MS));
    assert_true(line_sip_nonces_use(&n, text, 1, MADE_MS));
    assert_false(line_sip_nonces_use(&n, text, 1, MADE_MS));
    assert_true(line_sip_nonces_use(&n, slice_of(other), 1, MADE_MS));
    /* Overtaken by a later one. */
    assert_true(line_sip_nonces_use(&n, text, 5, MADE_MS));
    assert_true(line_sip_nonces_use(&n, text, 3, MADE_MS));
    assert_false(line_sip_nonces_use(&n, text, 3, MADE_MS));
    assert_false(line_sip_nonces_use(&n, text, 5, MADE_MS));
    assert_true(line_sip_nonces_use(&n, text, 1000, MADE_MS));
    assert_false(line_sip_nonces_use(&n, text, 900, MADE_MS)); /* too late to know */
    assert_true(line_sip_nonces_use(&n, text, UINT32_MAX, MADE_MS));
    assert_false(line_sip_nonces_use(&n, text, UINT32_MAX, MADE_MS));
    line_sip_nonces_free(&n);
}

/* However many there are, memory is bounded and no use counts twice. */
static void forgets_without_being_fooled(void **state)
{
    (void)state;
    char first[NONCE_MAX], nonce[NONCE_MAX];
    struct nonces n = {0};
    line_sip_nonces_init(&n);
    line_sip_nonce_write(secret, MADE_MS, here, first);
    assert_true(line_sip_nonces_use(&n, slice_of(first), 1, MADE_MS));
    for (uint64_t i = 0; i < 70000; i++) {
        snprintf(nonce, sizeof nonce, "%016llx%08x", (unsigned long long)(MADE_MS + 1 + i), 7u);
        assert_true(line_sip_nonces_use(&n, slice_of(nonce), 1, MADE_MS + 1 + i));
    }
    assert_in_range(n.by_key.count, 1, 65536);
    assert_false(line_sip_nonces_use(&n, slice_of(first), 1, MADE_MS + 70001));
    assert_false(line_sip_nonces_use(&n, slice_of(first), 2, MADE_MS + 70001));
    line_sip_nonces_free(&n);
}

static void branches_are_known_again(void **state)
{
    static const uint8_t other[32] = {9};
    (void)state;
    char *one = line_sip_branch(secret), *two = line_sip_branch(secret);
    assert_string_not_equal(one, two);
    assert_true(line_sip_branch_is_ours(secret, one));
    assert_false(line_sip_branch_is_ours(other, one));
    one[7] = one[7] == 'a' ? 'b' : 'a';
    assert_false(line_sip_branch_is_ours(secret, one));
    two[strlen(two) - 1] = '\0';
    assert_false(line_sip_branch_is_ours(secret, two));
    assert_false(line_sip_branch_is_ours(secret, ""));
    mem_free(one);
    mem_free(two);
}

int test_nonce_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_five_minutes),      cmocka_unit_test(counts_at_its_address_alone),
        cmocka_unit_test(of_others_is_foreign),    cmocka_unit_test(no_two_are_the_same),
        cmocka_unit_test(each_count_once),         cmocka_unit_test(forgets_without_being_fooled),
        cmocka_unit_test(branches_are_known_again)};
    return cmocka_run_group_tests_name("nonce", tests, NULL, NULL);
}
