/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Addresses and networks, of both kinds, in the forms that configurations and proxies write. */
#include "suite.h"

#include "base/address.h"

static void reads(const char *text, const char *expected, const char *expected_port)
{
    struct address a;
    struct slice port;
    char out[ADDRESS_TEXT_SIZE];
    if (!address_parse(slice_of(text), &a, &port)) {
        fail_msg("%s was not read", text);
    }
    assert_string_equal(address_write(&a, out), expected);
    if (expected_port) {
        assert_slice(port, expected_port);
    } else {
        assert_null(port.ptr);
    }
}

static void an_address_is_read_in_each_form(void **state)
{
    (void)state;
    reads("192.0.2.1", "192.0.2.1", NULL);
    reads("192.0.2.1:80", "192.0.2.1", "80");
    reads("2001:DB8::1", "[2001:db8::1]", NULL);
    reads("[2001:db8::1]", "[2001:db8::1]", NULL);
    reads("[2001:db8::1]:65535", "[2001:db8::1]", "65535");
    reads("::", "[::]", NULL);
    /* One address, whichever socket it comes over. */
    reads("::ffff:192.0.2.1", "192.0.2.1", NULL);
    reads("[::ffff:c000:201]:1", "192.0.2.1", "1");
}

static void what_is_no_address_is_not_read(void **state)
{
    static const char *const wrong[] = {
        "",
        "unknown",
        "_hidden",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1:",
        "192.0.2.1:x",
        "192.0.2.1:65536",
        "192.0.2.1 ",
        "[192.0.2.1]",
        "[2001:db8::1",
        "[2001:db8::1]x",
        "[2001:db8::1]:",
        "2001:db8::1::2",
        "fe80::1%lo",
        "[]",
        ":80",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb",
    };
    (void)state;
    struct address a;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (address_parse(slice_of(wrong[i]), &a, NULL)) {
            fail_msg("%s was read", wrong[i]);
        }
    }
    assert_false(address_parse(SLICE("192.0.2.1\0"), &a, NULL));
    assert_false(address_parse(SLICE_NONE, &a, NULL));
}

static bool has(const char *network, const char *address)
{
    struct network n;
    struct address a;
    if (!network_parse(slice_of(network), &n)) {
        fail_msg("%s was not read", network);
    }
    assert_true(address_parse(slice_of(address), &a, NULL));
    return network_has(&n, &a);
}

static void a_network_has_what_begins_like_it(void **state)
{
    (void)state;
    assert_true(has("192.0.2.1", "192.0.2.1"));
    assert_false(has("192.0.2.1", "192.0.2.2"));
    assert_true(has("10.0.0.0/8", "10.255.0.1"));
    assert_false(has("10.0.0.0/8", "11.0.0.1"));
    assert_true(has("192.0.2.77/27", "192.0.2.64"));
    assert_true(has("192.0.2.77/27", "192.0.2.95"));
    assert_false(has("192.0.2.77/27", "192.0.2.96"));
    assert_true(has("0.0.0.0/0", "192.0.2.1"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("10.0.0.0/8", "::ffff:10.1.1.1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("2001:db8::1", "2001:db8::1"));
    assert_false(has("2001:db8::1", "2001:db8::2"));
    assert_true(has("::/0", "192.0.2.1"));
    assert_true(has("::ffff:10.0.0.0/104", "10.1.1.1"));
}

static void what_is_no_network_is_not_read(void **state)
{
    static const char *const wrong[] = {
        "",       "10.0.0.0/33", "10.0.0.0/",   "10.0.0.0/-1", "10.0.0.0/8/8",
        "::/129", "[::1]",       "10.0.0.1:80", "proxy",       "10/8",
        "*"};
    (void)state;
    struct network n;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (network_parse(slice_of(wrong[i]), &n)) {
            fail_msg("%s was read", wrong[i]);
        }
    }
}

int run_address_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_read_in_each_form),
        cmocka_unit_test(what_is_no_address_is_not_read),
        cmocka_unit_test(a_network_has_what_begins_like_it),
        cmocka_unit_test(what_is_no_network_is_not_read),
    };
    return RUN_GROUP(tests);
}
