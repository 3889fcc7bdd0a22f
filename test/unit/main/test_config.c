/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration: defaults, a whole file, every kind of mistake with its place and what would be
 * allowed, the demo's limits, and the document that must say what the table says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "config.h"
#include "ha1.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct config config;
static char path[64];
static char why[CONFIG_WHY_SIZE];

static enum err read_text(const char *text)
{
    snprintf(path, sizeof path, "/tmp/cordboard-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    config_init(&config);
    why[0] = '\0';
    enum err err = config_read_file(&config, path, why, sizeof why);
    unlink(path);
    return err;
}

/* The text must be refused with "<path>:<expected>". */
static void refused(const char *text, const char *expected)
{
    assert_int_not_equal(read_text(text), ERR_OK);
    config_free(&config);
    size_t len = strlen(path);
    assert_memory_equal(why, path, len);
    assert_int_equal(why[len], ':');
    assert_string_equal(why + len + 1, expected);
}

static void the_defaults_are_whole(void **state)
{
    (void)state;
    config_init(&config);
    assert_string_equal(config.http, "127.0.0.1:8080");
    assert_null(config.public_url);
    assert_int_equal(config.driver, CONFIG_DRIVER_SIM);
    assert_int_equal(config.log_level, LOG_INFO);
    assert_int_equal(config.rtp_ports[0], 16384);
    assert_int_equal(config.rtp_ports[1], 32767);
    assert_int_equal(config.key_bytes, 255);
    assert_int_equal(config.value_bytes, 16384);
    assert_int_equal(config.call_bytes, 65536);
    assert_int_equal(config.pairs, 1000);
    assert_int_equal(config.pick_up_s, 20);
    assert_int_equal(config_check(&config, NULL, why, sizeof why), ERR_OK);
    config_free(&config);
}

static void every_default_is_allowed(void **state)
{
    (void)state;
    size_t count;
    const struct config_option *options = config_options(&count);
    union {
        struct config config;
        struct config_user user;
        struct config_device device;
        struct config_queue queue;
        struct config_agent_state state;
    } all;
    for (size_t i = 0; i < count; i++) {
        memset(&all, 0, sizeof all);
        if (options[i].initial)
            assert_int_equal(config_set(&options[i], &all, options[i].initial), ERR_OK);
        if (config_option_is_text(&options[i]))
            mem_free(*(char **)(void *)((char *)&all + options[i].offset));
    }
}

static void a_file_fills_it(void **state)
{
    (void)state;
    assert_int_equal(
        read_text("\xef\xbb\xbf# a comment\n"
                  "[server]\n"
                  "http = [::1]:9000 ; inside\n"
                  "public_url = https://voice.example/\n"
                  "allowed_origins = https://crm.example, https://*.crm.example\n"
                  "allowed_origins = http://desk.example:81\n"
                  "trusted_proxies = 192.0.2.1, 10.0.0.0/8\n"
                  "trusted_proxies = 2001:db8::/32\n"
                  "[line]\ndriver=sip\nrtp_ports = 20000-20099\n"
                  "[user anna.b@example]\npassword = secret1\nfirst_name = Anna\n"
                  "[device 4711]\nuser = anna.b@example\nsip_secret = s\nremoteAnswer = reinvite\n"
                  "[device *4]\n"
                  "[user bob]\n"
                  "password_hash = $argon2id$v=19$m=19456,t=2,p=1$AAAA$BBBB\n"
                  "[server]\nlog_level = warn\n"),
        ERR_OK);
    assert_string_equal(config.http, "[::1]:9000");
    assert_string_equal(config.public_url, "https://voice.example");
    assert_string_equal(config.allowed_origins,
                        "https://crm.example, https://*.crm.example,http://desk.example:81");
    assert_string_equal(config.trusted_proxies, "192.0.2.1, 10.0.0.0/8,2001:db8::/32");
    assert_int_equal(config.driver, CONFIG_DRIVER_SIP);
    assert_int_equal(config.log_level, LOG_WARN);
    assert_int_equal(config.rtp_ports[1], 20099);
    assert_int_equal(config.user_count, 2);
    assert_string_equal(config.users[0].name, "anna.b@example");
    assert_string_equal(config.users[0].last_name, "");
    assert_int_equal(config.users[1].line, 20);
    assert_int_equal(config.device_count, 2);
    assert_int_equal(config.devices[0].remote_answer, REMOTE_ANSWER_REINVITE);
    assert_int_equal(config.devices[1].remote_answer, REMOTE_ANSWER_TALK);
    assert_null(config.devices[1].user);
    config_free(&config);
}

static void mistakes_say_where_and_what_is_allowed(void **state)
{
    (void)state;
    refused("[server]\n\nhtpp = x\n",
            "3: [server] htpp: there is no such key; allowed: http, public_url, data, log_level, "
            "header_bytes, body_bytes, connections, allowed_origins, trusted_proxies, "
            "tls_certificate, tls_key, session_idle_s");
    refused(
        "[sever]\n",
        "1: [sever]: there is no such section; allowed: server, line, calls, "
        "agents, recording, history, site, emergency, api, user_data, events, journal, user NAME, "
        "network NAME, device DN, place NAME, queue NUMBER, trunk NAME, agent_state NAME, "
        "disposition NAME, "
        "contact NAME");
    refused("http = x\n", "1: http: a key needs a [section] before it");
    refused("[server]\nnonsense\n", "2: allowed is [section] or key = value");
    refused("[calls]\nno_answer_s = 0\n",
            "2: [calls] no_answer_s: not allowed; allowed: 1 to 3600");
    refused("[calls]\nno_answer_s = 3601\n",
            "2: [calls] no_answer_s: not allowed; allowed: 1 to 3600");
    refused("[calls]\nno_answer_s = -1\n",
            "2: [calls] no_answer_s: not allowed; allowed: 1 to 3600");
    refused("[calls]\nno_answer_s = 5\nno_answer_s = 6\n", "3: [calls] no_answer_s is there twice");
    refused("[calls]\npick_up_s = 5\n[server]\n[calls]\npick_up_s = 6\n",
            "5: [calls] pick_up_s is there twice");
    refused("[line]\ndriver = ari\n", "2: [line] driver: not allowed; allowed: sim, sip");
    refused("[line]\nrtp_ports = 20000-20002\n", "2: [line] rtp_ports: not allowed; allowed: "
                                                 "FIRST-LAST within 1024 to 65535, at least 4 "
                                                 "ports");
    refused("[server]\nhttp = 8080\n", "2: [server] http: not allowed; allowed: ADDRESS:PORT or "
                                       "[ADDRESS]:PORT, the address in numbers");
    refused("[server]\nhttp = ::1:8080\n", "2: [server] http: not allowed; allowed: ADDRESS:PORT "
                                           "or [ADDRESS]:PORT, the address in numbers");
    refused("[server]\nhttp = 127.0.0.1:65536\n",
            "2: [server] http: not allowed; allowed: ADDRESS:PORT or [ADDRESS]:PORT, the address "
            "in numbers");
    refused("[server]\npublic_url = ftp://x\n", "2: [server] public_url: not allowed; allowed: "
                                                "http://HOST or https://HOST, with :PORT if need "
                                                "be");
    refused("[server]\nallowed_origins = *\n", "2: [server] allowed_origins: not allowed; allowed: "
                                               "http://HOST or https://HOST, with commas between "
                                               "several");
    refused("[server]\ntrusted_proxies = 10.0.0.1, 10.0.0.0/33\n",
            "2: [server] trusted_proxies: not allowed; allowed: addresses such as 192.0.2.1 or "
            "2001:db8::1, or networks such as 192.0.2.0/24, with commas between several");
    refused("[server]\nhttp = 127.0.0.1:1\ntrusted_proxies = proxy.example\n",
            "3: [server] trusted_proxies: not allowed; allowed: addresses such as 192.0.2.1 or "
            "2001:db8::1, or networks such as 192.0.2.0/24, with commas between several");
    refused("[server]\ntls_certificate = a.crt\n",
            " [server] tls_key: needed with tls_certificate");
    refused("[server]\ntls_key = a.key\n", " [server] tls_certificate: needed with tls_key");
    refused("[user_data]\nvalue_bytes = 70000\n",
            " [user_data] value_bytes: allowed is at most call_bytes, 65536");
    refused("[history]\nkeep_days = 1\n[calls]\ndisposition_h = 25\n",
            " [history] keep_days: allowed is at least [calls] disposition_h, 25 h");
}

static void mistakes_with_users_and_devices_say_their_line(void **state)
{
    (void)state;
    refused("[server]\n[user a]\nfirst_name = A\n",
            "2: [user a] password: needs either password or password_hash");
    refused("[user a]\n", "1: [user a] password: needs either password or password_hash");
    refused("[user a]\npassword = x\npassword_hash = $argon2id$x\n",
            "1: [user a] password: needs either password or password_hash");
    refused("[user a]\npassword_hash = x\n",
            "1: [user a] password_hash: allowed is what \"cordboard hash-password\" prints");
    refused("[user a]\npassword = x\n[user a]\n", "3: [user a] is there twice");
    refused("[user a:b]\n", "1: [user a:b]: allowed is a name in UTF-8 without ':' and '\"'");
    refused("[user anna]\npassword = p\nfirst_name = Ren\xe9\n",
            "3: [user anna] first_name: not allowed; allowed: 0 to 128 bytes of UTF-8 text");
    refused("[user Ren\xe9]\npassword = p\n",
            "1: [user Ren\xe9]: allowed is a name in UTF-8 without ':' and '\"'");
    refused("[user 12345678901234567890123456789012345678901234567890]\n",
            "1: the section's name is too long; allowed: 49 bytes");
    refused("[device 15x]\n", "1: [device 15x]: allowed are 1 to 40 digits, '*', '#' or '+'");
    refused("[device 1]\nuser = b\n", "1: [device 1] user: there is no [user b]");
    refused("[device 1]\nowner = b\n",
            "2: [device 1] owner: there is no such key; allowed: user, sip_secret, sip_ha1_md5, "
            "sip_ha1_sha256, remoteAnswer, remote_hold, nat, calls, recording, "
            "srtp, location_number");
    refused("[device 1]\nsip_ha1_md5 = 123\n",
            "2: [device 1] sip_ha1_md5: not allowed; allowed: 32 hex digits");
    refused("[device 1]\nsip_secret = x\nsip_ha1_md5 = 00112233445566778899aabbccddeeff\n",
            "1: [device 1] sip_secret: give either it or its hashes");
}

static void a_line_that_would_be_cut_is_refused(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_text(&text, "[server]\ndata = ");
    for (int i = 0; i < 300; i++)
        buf_char(&text, 'x');
    buf_text(&text, "\n");
    buf_char(&text, '\0');
    assert_int_not_equal(read_text(text.ptr), ERR_OK);
    assert_non_null(strstr(why, ":2: the line is too long; allowed: "));
    config_free(&config);
    buf_free(&text);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    config_init(&config);
    assert_int_equal(config_read_file(&config, "/does/not/exist", why, sizeof why), ERR_NOT_FOUND);
    assert_string_equal(why, "/does/not/exist: No such file or directory");
    config_free(&config);
}

static void the_demo_stays_on_this_machine(void **state)
{
    (void)state;
    assert_true(config_is_loopback("127.0.0.1:0"));
    assert_true(config_is_loopback("127.3.2.1:80"));
    assert_true(config_is_loopback("[::1]:80"));
    assert_false(config_is_loopback("0.0.0.0:80"));
    assert_false(config_is_loopback("[::]:80"));
    assert_false(config_is_loopback("127.evil.example:80"));
    assert_false(config_is_loopback("10.127.0.1:80"));
    config_init(&config);
    const struct config_option *http = config_option_find("server", "http");
    assert_int_equal(config_set(http, &config, "0.0.0.0:80"), ERR_OK);
    assert_int_equal(config_add_demo(&config, 10, why, sizeof why), ERR_PERMISSION);
    assert_int_equal(config_set(http, &config, "127.0.0.1:80"), ERR_OK);
    assert_int_equal(config_set(config_option_find("line", "driver"), &config, "sip"), ERR_OK);
    assert_int_equal(config_set(config_option_find("line", "sip"), &config, "192.168.1.2:5060"),
                     ERR_OK);
    assert_int_equal(config_add_demo(&config, 10, why, sizeof why), ERR_PERMISSION);
    assert_string_equal(why,
                        "the demo serves SIP on a loopback address only, not on 192.168.1.2:5060");
    config_free(&config);
}

static void the_demo_has_agents_with_telephones(void **state)
{
    (void)state;
    config_init(&config);
    assert_int_equal(config_add_demo(&config, 0, why, sizeof why), ERR_RANGE);
    assert_int_equal(config_add_demo(&config, 10000, why, sizeof why), ERR_OK);
    assert_int_equal(config_check(&config, NULL, why, sizeof why), ERR_OK);
    assert_int_equal(config.user_count, 10001);
    assert_string_equal(config.users[9999].name, "agent9999");
    assert_string_equal(config.devices[9999].dn, "24999");
    assert_string_equal(config.devices[9999].user, "agent9999");
    config_free(&config);
}

static void secrets_are_hashed_as_digest_authentication_wants(void **state)
{
    (void)state;
    char md5[33];
    char sha256[65];
    /* RFC 7616 section 3.9.1: user Mufasa, realm http-auth@example.org, password Circle of Life. */
    ha1_md5("Mufasa", "http-auth@example.org", "Circle of Life", md5);
    ha1_sha256("Mufasa", "http-auth@example.org", "Circle of Life", sha256);
    assert_string_equal(md5, "3d78807defe7de2157e2b0b6573a855f");
    assert_string_equal(sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

static char *read_document(void)
{
    FILE *file = fopen(DOCUMENT, "re");
    assert_non_null(file);
    struct buf text = {0};
    char part[4096];
    for (size_t n = fread(part, 1, sizeof part, file); n > 0; n = fread(part, 1, sizeof part, file))
        buf_append(&text, part, n);
    (void)fclose(file);
    buf_char(&text, '\0');
    return text.ptr;
}

static void the_document_has_a_line_for_each_key(void **state)
{
    (void)state;
    char *text = read_document();
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++) {
        char allowed[256];
        struct buf line = {0};
        bool has_initial = options[i].initial && *options[i].initial;
        buf_printf(&line, "| `%s` | %s%s%s | %s | %s |\n", options[i].key, has_initial ? "`" : "",
                   has_initial ? options[i].initial : "none", has_initial ? "`" : "",
                   config_option_allowed(&options[i], allowed, sizeof allowed), options[i].words);
        buf_char(&line, '\0');
        if (!strstr(text, line.ptr))
            fail_msg("[%s]: docs/configuration.md should have the line\n%s", options[i].section,
                     line.ptr);
        buf_free(&line);
    }
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_whole),
        cmocka_unit_test(every_default_is_allowed),
        cmocka_unit_test(a_file_fills_it),
        cmocka_unit_test(mistakes_say_where_and_what_is_allowed),
        cmocka_unit_test(mistakes_with_users_and_devices_say_their_line),
        cmocka_unit_test(a_line_that_would_be_cut_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(the_demo_stays_on_this_machine),
        cmocka_unit_test(the_demo_has_agents_with_telephones),
        cmocka_unit_test(secrets_are_hashed_as_digest_authentication_wants),
        cmocka_unit_test(the_document_has_a_line_for_each_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
