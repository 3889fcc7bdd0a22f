/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The examples of RFC 2617 section 3.5 and RFC 7616 section 3.9.1 (which RFC 8760 takes over for
 * SIP), and the life of a nonce. */
#include "tests.h"

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

int test_digest_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_2617_md5), cmocka_unit_test(without_qop),
        cmocka_unit_test(rfc_7616_both), cmocka_unit_test(algorithms)};
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
