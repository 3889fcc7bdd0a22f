/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* TLS as far as it shows without a client that speaks it: who begins none has no more time than for
 * a request, and a certificate that can't be used is refused in words. What is spoken is tested on
 * the wire (test/wire/test_tls.py). */
#include "suite.h"

#include "certificate.h"

static struct site site;
static char certificate[CERTIFICATE_PATH_SIZE];
static char key[CERTIFICATE_PATH_SIZE];

static int start(void **state)
{
    (void)state;
    struct web_options options = site_options();
    if (!certificate_make(certificate, key)) {
        return -1;
    }
    options.tls_certificate = certificate;
    options.tls_key = key;
    options.request_timeout_ms = 60;
    site_start(&site, options);
    return 0;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    certificate_remove(certificate, key);
    return 0;
}

static void a_handshake_has_the_time_of_a_request(void **state)
{
    (void)state;
    struct client silent = client_open(&site);
    struct client slow = client_open(&site);
    client_send(&slow, "\x16\x03\x01\x02\x00\x01", 6); /* the begin of a hello */
    client_expect_end(&silent);
    client_expect_end(&slow);
    client_close(&silent);
    client_close(&slow);
}

static void files_that_do_not_fit_are_named(void **state)
{
    char why[300];
    (void)state;
    assert_int_equal(web_check_certificate(certificate, key, why, sizeof why), ERR_OK);
    assert_int_equal(web_check_certificate("/nowhere", key, why, sizeof why), ERR_INVALID);
    assert_string_equal(why, "[server] tls_certificate: /nowhere: No such file or directory");
    assert_int_equal(web_check_certificate(key, key, why, sizeof why), ERR_INVALID);
    assert_non_null(strstr(why, "[server] tls_certificate: "));
    assert_int_equal(web_check_certificate(certificate, certificate, why, sizeof why), ERR_INVALID);
    assert_non_null(strstr(why, "[server] tls_key: "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int run_tls_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_handshake_has_the_time_of_a_request),
        TEST(files_that_do_not_fit_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
