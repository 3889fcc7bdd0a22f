/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The examples of RFC 2617 section 3.5 and RFC 7616 section 3.9.1 (which RFC 8760 takes over for
 * SIP), and the life of a nonce. */
#include "tests.h"

static const uint8_t secret[32] = "a secret";

static void rfc_2617_md5(void **state)
{
    (void)state;
    struct digest d = {.nonce = SLICE("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
                       .uri = SLICE("/dir/index.html"),
                       .cnonce = SLICE("0a4f113b"),
                       .nc = SLICE("00000001"),
                       .qop = SLICE("auth")};
    char response[65];
    line_sip_digest_response(&d, SLICE("GET"), "939e7578ed9e3c518a452acee763bce9", response);
    assert_string_equal(response, "6629fae49393a05397450978507c4ef1");
}

static void without_qop(void **state)
{
    (void)state;
    /* MD5(HA1:nonce:HA2), RFC 2617 section 3.2.2.1, with the numbers above. */
    struct digest d = {.nonce = SLICE("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
                       .uri = SLICE("/dir/index.html")};
    char response[65];
    line_sip_digest_response(&d, SLICE("GET"), "939e7578ed9e3c518a452acee763bce9", response);
    assert_string_equal(response, "670fd8c2df070c60b045671b8b24ff02");
}

static struct digest rfc_7616(const char *algorithm)
{
    return (struct digest){.nonce = SLICE("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
                           .uri = SLICE("/dir/index.html"),
                           .cnonce = SLICE("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
                           .nc = SLICE("00000001"),
                           .qop = SLICE("auth"),
                           .algorithm = slice_of(algorithm)};
}

static void rfc_7616_both(void **state)
{
    (void)state;
    char response[65];
    struct digest md5 = rfc_7616("MD5"), sha256 = rfc_7616("SHA-256");
    line_sip_digest_response(&md5, SLICE("GET"), "3d78807defe7de2157e2b0b6573a855f", response);
    assert_string_equal(response, "8ca523f5e9506fed4657c9700eebdbec");
    line_sip_digest_response(&sha256, SLICE("GET"),
                             "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232",
                             response);
    assert_string_equal(response,
                        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void algorithms(void **state)
{
    (void)state;
    struct digest d = {0};
    assert_int_equal(line_sip_digest_algorithm(&d), DIGEST_MD5);
    d.algorithm = SLICE("sha-256");
    assert_int_equal(line_sip_digest_algorithm(&d), DIGEST_SHA256);
    d.algorithm = SLICE("MD5-sess");
    assert_int_equal(line_sip_digest_algorithm(&d), DIGEST_UNKNOWN);
}

static void nonce_lives_five_minutes(void **state)
{
    (void)state;
    char nonce[NONCE_MAX];
    uint64_t made_ms = UINT64_C(1800000000000);
    line_sip_nonce_write(secret, made_ms, nonce);
    struct slice text = slice_of(nonce);
    assert_int_equal(line_sip_nonce_check(secret, text, made_ms), NONCE_GOOD);
    assert_int_equal(line_sip_nonce_check(secret, text, made_ms + 300000), NONCE_GOOD);
    assert_int_equal(line_sip_nonce_check(secret, text, made_ms + 300001), NONCE_STALE);
    assert_int_equal(line_sip_nonce_check(secret, text, made_ms - 1), NONCE_STALE);
}

static void nonce_of_others(void **state)
{
    (void)state;
    char nonce[NONCE_MAX];
    uint8_t other[32] = {1};
    line_sip_nonce_write(secret, 1000, nonce);
    assert_int_equal(line_sip_nonce_check(other, slice_of(nonce), 1000), NONCE_FOREIGN);
    assert_int_equal(line_sip_nonce_check(secret, SLICE("x"), 1000), NONCE_FOREIGN);
    assert_int_equal(line_sip_nonce_check(secret, SLICE(""), 1000), NONCE_FOREIGN);
    nonce[3] = nonce[3] == '0' ? '1' : '0'; /* another time, the same hash */
    assert_int_equal(line_sip_nonce_check(secret, slice_of(nonce), 1000), NONCE_FOREIGN);
    nonce[3] = 'x';
    assert_int_equal(line_sip_nonce_check(secret, slice_of(nonce), 1000), NONCE_FOREIGN);
}

int test_digest_run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rfc_2617_md5),
                                       cmocka_unit_test(without_qop),
                                       cmocka_unit_test(rfc_7616_both),
                                       cmocka_unit_test(algorithms),
                                       cmocka_unit_test(nonce_lives_five_minutes),
                                       cmocka_unit_test(nonce_of_others)};
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
