/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digests are stored, so the hash's values are pinned: wyhash's published vectors and, around the
 * lengths where it changes its way, our own. Besides, no byte and no order may be without effect.
 */
#include "base/hash.h"
#include "suite.h"

static void agrees_with_the_published_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t hash;
    } vectors[] = {
        {"", 0x0409638ee2bde459ULL},
        {"a", 0xa8412d091b5fe0a9ULL},
        {"abc", 0x32dd92e4b2915153ULL},
        {"message digest", 0x8619124089a3a16bULL},
        {"abcdefghijklmnopqrstuvwxyz", 0x7a43afb61d7f5f40ULL},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xff42329b90e50d58ULL},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         0xc39cab13b115aad3ULL},
    };
    for (uint64_t seed = 0; seed < sizeof vectors / sizeof *vectors; seed++) {
        const char *text = vectors[seed].text;
        assert_true(hash_bytes(seed, text, strlen(text)) == vectors[seed].hash);
    }
}

static void keeps_its_values(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint64_t hash;
    } pinned[] = {
        {3, 0xf971e76c35096d43ULL},  {4, 0xed0d4340e81b7c4dULL},  {16, 0xff5ae257316b07b5ULL},
        {17, 0x7ed011944b0c00adULL}, {48, 0xce6cc055c4aa2354ULL}, {49, 0xdd118c769fb13542ULL},
        {96, 0x4acbe2a4e0e44872ULL}, {97, 0xad119c0496db2624ULL}, {200, 0xb96493db7846fe8cULL},
    };
    unsigned char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++) {
        assert_true(hash_bytes(0, bytes, pinned[i].len) == pinned[i].hash);
    }
    assert_true(hash_u64(0, 0) == 0x60c06e5aa6716029ULL);
    assert_true(hash_u64(1, 2) == 0x5cba96cc8a68f344ULL);
}

static void every_byte_counts(void **state)
{
    (void)state;
    unsigned char bytes[200] = {0};
    for (size_t len = 1; len <= sizeof bytes; len++) {
        uint64_t before = hash_bytes(5, bytes, len);
        assert_true(before != hash_bytes(6, bytes, len));
        assert_true(before != hash_bytes(5, bytes, len - 1));
        for (size_t i = 0; i < len; i++) {
            bytes[i] ^= 1;
            assert_true(before != hash_bytes(5, bytes, len));
            bytes[i] ^= 1;
        }
    }
}

static void order_and_boundaries_count(void **state)
{
    (void)state;
    struct slice a = SLICE("ab");
    struct slice b = SLICE("c");
    assert_true(hash_slice(hash_slice(0, a), b) != hash_slice(hash_slice(0, b), a));
    assert_true(hash_slice(hash_slice(0, a), b) !=
                hash_slice(hash_slice(0, SLICE("a")), SLICE("bc")));
    assert_true(hash_u64(hash_u64(0, 1), 2) != hash_u64(hash_u64(0, 2), 1));
    assert_true(hash_slice(0, SLICE_NONE) == hash_slice(0, SLICE("")));
}

int run_hash_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_published_vectors),
        cmocka_unit_test(keeps_its_values),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(order_and_boundaries_count),
    };
    return RUN_GROUP(tests);
}
