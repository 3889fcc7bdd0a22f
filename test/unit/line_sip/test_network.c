/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a peer is told of us, by the URI that requests to it go to. */
#include "tests.h"

#include "base/mem.h"

static struct sip_line line;

static int begin(void **state)
{
    static const struct line_sip_network networks[] = {{"10.0.0.0/8, 192.168.1.0/24", "10.1.2.3"},
                                                       {"192.168.0.0/16", "192.168.0.1"}};
    (void)state;
    line = (struct sip_line){.advertised = "192.0.2.1", .port = 5060, .tls_port = 5061};
    line_sip_networks_create(&line, networks, 2);
    return 0;
}

static int end(void **state)
{
    (void)state;
    line_sip_networks_free(&line);
    return 0;
}

static void the_first_network_that_has_it_counts(void **state)
{
    static const struct {
        const char *host, *told;
    } rows[] = {{"10.9.8.7", "10.1.2.3"},       {"192.168.1.9", "10.1.2.3"},
                {"192.168.2.9", "192.168.0.1"}, {"203.0.113.5", "192.0.2.1"},
                {"phone.example", "192.0.2.1"}, {"", "192.0.2.1"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(line_sip_network_advertised(&line, slice_of(rows[i].host)),
                            rows[i].told);
}

static void contact_fits_address_and_transport(void **state)
{
    static const struct {
        const char *uri, *contact;
    } rows[] = {
        {"sip:1@203.0.113.5", "<sip:192.0.2.1:5060>"},
        {"sip:1@10.0.0.5:5070", "<sip:10.1.2.3:5060>"},
        {"sip:10.0.0.5", "<sip:10.1.2.3:5060>"},
        {"sip:1;x=y@10.0.0.5;transport=UDP", "<sip:10.1.2.3:5060>"},
        {"sip:1@10.0.0.5:5070;ob;transport=TCP", "<sip:10.1.2.3:5060;transport=tcp>"},
        {"sip:1@10.0.0.5;transport=tls", "<sip:10.1.2.3:5061;transport=tls>"},
        {"sips:1@10.0.0.5;transport=tcp", "<sips:10.1.2.3:5061>"},
        {"sip:1@phone.example;maddr=10.0.0.5", "<sip:10.1.2.3:5060>"},
        {"", "<sip:192.0.2.1:5060>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *contact = line_sip_network_contact(&line, rows[i].uri);
        assert_string_equal(contact, rows[i].contact);
        mem_free(contact);
    }
}

static void via_is_ours_only_where_the_stacks_is_not_right(void **state)
{
    (void)state;
    char *via = line_sip_network_via(&line, "sip:1@10.0.0.5;transport=tls");
    assert_string_equal(via, "SIP/2.0/TLS 10.1.2.3:5061;rport");
    mem_free(via);
    assert_null(line_sip_network_via(&line, "sip:1@203.0.113.5"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int test_network_run(void)
{
    const struct CMUnitTest tests[] = {TEST(the_first_network_that_has_it_counts),
                                       TEST(contact_fits_address_and_transport),
                                       TEST(via_is_ours_only_where_the_stacks_is_not_right)};
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
