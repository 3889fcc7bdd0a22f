/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Identifiers. The source is included to hold its SipHash against the authors' vectors; the values
 * made of names are pinned, because they are stored. */
#include "../../../src/base/ids.c" // NOLINT(bugprone-suspicious-include)
#include "suite.h"

static void count_up(uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)i;
    }
}

static void siphash_agrees_with_the_published_vectors(void **state)
{
    (void)state;
    static const uint64_t vectors[] = {
        0x726fdb47dd0e0e31ULL, 0x74f839c593dc67fdULL, 0x0d6c8009d9a94f5aULL, 0x85676696d7fb7e2dULL,
        0xcf2794e0277187b7ULL, 0x18765564cd99a68dULL, 0xcbc9466e58fee3ceULL, 0xab0200f58b01d137ULL,
        0x93f5f5799a932462ULL, 0x9e0082df0ba9e4b0ULL, 0x7a5dbbc594ddb9f3ULL, 0xf4b32f46226bada7ULL,
        0x751e8fbc860ee5fbULL, 0x14ea5627c0843d90ULL, 0xf723ca908e7af2eeULL, 0xa129ca6149be45e5ULL,
    };
    uint8_t key[16];
    uint8_t message[16];
    count_up(key, sizeof key);
    count_up(message, sizeof message);
    for (size_t len = 0; len < 16; len++) {
        assert_true(sip_hash(key, message, len) == vectors[len]);
    }
}

static void expanding_depends_on_seed_salt_and_length(void **state)
{
    (void)state;
    uint8_t seed[16];
    uint8_t first[20], again[20], other[20];
    count_up(seed, sizeof seed);
    ids_expand(seed, 1, first, sizeof first);
    ids_expand(seed, 1, again, sizeof again);
    assert_memory_equal(first, again, sizeof first);
    char hex[41];
    ids_hex(first, sizeof first, hex);
    assert_string_equal(hex, "a03436850cf4ce3693ae99aa2c9c9529271b6e23");
    ids_expand(seed, 2, other, sizeof other);
    assert_memory_not_equal(first, other, 8);
    ids_expand(seed, 1, other, 19);
    assert_memory_not_equal(first, other, 8);
    seed[15] ^= 1;
    ids_expand(seed, 1, other, sizeof other);
    assert_memory_not_equal(first, other, 8);
    assert_memory_not_equal(first, first + 8, 8);
}

static void expanding_writes_no_more_than_asked(void **state)
{
    (void)state;
    uint8_t seed[16] = {0};
    for (size_t len = 0; len <= 24; len++) {
        uint8_t out[32];
        memset(out, 0xaa, sizeof out);
        ids_expand(seed, 0, out, len);
        for (size_t i = len; i < sizeof out; i++) {
            assert_int_equal(out[i], 0xaa);
        }
    }
}

static void base32_is_that_of_rfc_4648(void **state)
{
    (void)state;
    uint8_t bytes[20];
    char out[33];
    count_up(bytes, sizeof bytes);
    ids_base32(bytes, out);
    assert_string_equal(out, "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT");
    memset(bytes, 0xff, sizeof bytes);
    ids_base32(bytes, out);
    assert_string_equal(out, "77777777777777777777777777777777");
}

static void hex_is_lower_case(void **state)
{
    (void)state;
    char out[7] = "";
    ids_hex((const uint8_t *)"\x00\xab\xf9", 3, out);
    assert_string_equal(out, "00abf9");
    ids_hex(NULL, 0, out);
    assert_string_equal(out, "");
}

static void names_keep_their_identifiers(void **state)
{
    (void)state;
    char guid[37];
    char hex[33];
    ids_guid_of_name(SLICE("5001"), guid);
    assert_string_equal(guid, "0d446a7a-c0c8-8800-a620-4e758b21fb83");
    ids_hex_of_name(SLICE("agent1"), hex);
    assert_string_equal(hex, "fe933db4588b014b4f4a1337f54fee5b");
}

static void different_names_get_different_identifiers(void **state)
{
    (void)state;
    char a[37], b[37];
    ids_guid_of_name(SLICE("5001"), a);
    ids_guid_of_name(SLICE("5002"), b);
    assert_string_not_equal(a, b);
    assert_int_equal(b[14], '8');
    assert_non_null(strchr("89ab", b[19]));
    ids_hex_of_name(SLICE("5001"), a);
    ids_hex_of_name(SLICE_NONE, b);
    assert_string_not_equal(a, b);
}

int run_ids_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_agrees_with_the_published_vectors),
        cmocka_unit_test(expanding_depends_on_seed_salt_and_length),
        cmocka_unit_test(expanding_writes_no_more_than_asked),
        cmocka_unit_test(base32_is_that_of_rfc_4648),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(names_keep_their_identifiers),
        cmocka_unit_test(different_names_get_different_identifiers),
    };
    return RUN_GROUP(tests);
}
