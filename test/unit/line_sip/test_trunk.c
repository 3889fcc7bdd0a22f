/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is written to a trunk's peer and read of it: numbers, identities, user data, and the proof
 * of who we are; and which of several targets is tried. */
#include "tests.h"

#include <arpa/inet.h>

#include "base/mem.h"
#include "line/sip/trunk.h"

static struct line_trunk german(void)
{
    return (struct line_trunk){.name = "t",
                               .asserts_identity = true,
                               .plan = {.calling_code = "49",
                                        .international_prefix = "00",
                                        .national_prefix = "0",
                                        .main_number = "+4930555"}};
}

static void numbers(void **state)
{
    static const struct {
        enum line_number_format format;
        const char *prefix, *number, *called, *caller;
    } rows[] = {
        {LINE_NUMBER_E164, NULL, "+49301234", "+49301234", "+49301234"},
        {LINE_NUMBER_PLAIN, NULL, "+49301234", "49301234", "49301234"},
        {LINE_NUMBER_INTERNATIONAL, NULL, "+49301234", "0049301234", "0049301234"},
        {LINE_NUMBER_NATIONAL, NULL, "+49301234", "0301234", "0301234"},
        {LINE_NUMBER_NATIONAL, NULL, "+33612345", "0033612345", "0033612345"},
        {LINE_NUMBER_NATIONAL, "9", "+49301234", "90301234", "0301234"},
        {LINE_NUMBER_PLAIN, "9", "112", "112", "4930555112"},
        {LINE_NUMBER_PLAIN, "9", "15000", "15000", "493055515000"},
        {LINE_NUMBER_E164, NULL, "112x", "112x", "112x"},
        {LINE_NUMBER_E164, NULL, "", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_trunk t = german();
        struct buf called = {0}, caller = {0};
        t.number_format = rows[i].format;
        t.prefix_out = rows[i].prefix;
        line_sip_trunk_number(&t, slice_of(rows[i].number), true, &called);
        line_sip_trunk_number(&t, slice_of(rows[i].number), false, &caller);
        assert_slice(buf_view(&called), rows[i].called);
        assert_slice(buf_view(&caller), rows[i].caller);
        buf_free(&called);
        buf_free(&caller);
    }
}

static void identity(void **state)
{
    struct buf out = {0};
    struct trunk_identity who = {.domain = "example.org",
                                 .caller = SLICE("+4930555100"),
                                 .diverted = SLICE("+4930555200"),
                                 .hides_caller = true,
                                 .asserts = true};
    (void)state;
    line_sip_trunk_write_identity(&out, &who);
    assert_slice(buf_view(&out), "P-Asserted-Identity: <sip:+4930555100@example.org>\r\n"
                                 "Privacy: id\r\n"
                                 "Diversion: <sip:+4930555200@example.org>;reason=unknown\r\n");
    buf_reset(&out);
    line_sip_trunk_write_identity(&out, &(struct trunk_identity){.caller = SLICE("+4930555100")});
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

/* A request with these further header lines. */
static msg_t *request(const char *lines)
{
    char *text =
        line_sip_text("INVITE sip:100@192.0.2.1 SIP/2.0\r\n"
                      "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx\r\n"
                      "From: <sip:+4989200@example.org>;tag=a\r\nTo: <sip:100@192.0.2.1>\r\n"
                      "Call-ID: c\r\nCSeq: 1 INVITE\r\n%sContent-Length: 0\r\n\r\n",
                      lines);
    msg_t *msg = msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, text, (ssize_t)strlen(text));
    mem_free(text);
    assert_non_null(msg);
    return msg;
}

static void callers(void **state)
{
    static const struct {
        const char *lines;
        bool is_believed;
        const char *caller;
    } rows[] = {
        {"", true, "+4989200"},
        {"P-Asserted-Identity: \"A\" <sip:+4989300@example.org>\r\n", true, "+4989300"},
        {"P-Asserted-Identity: <tel:+49-89-300>\r\n", true, "+49-89-300"},
        {"P-Asserted-Identity: <sip:+4989300@example.org>\r\n", false, "+4989200"},
        {"P-Asserted-Identity: <sip:+4989300@example.org>\r\nPrivacy: id\r\n", true, ""},
        {"Privacy: none\r\n", true, "+4989200"},
        {"P-Asserted-Identity: nonsense\r\n", true, "+4989200"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf caller = {0};
        msg_t *msg = request(rows[i].lines);
        line_sip_trunk_caller(sip_object(msg), rows[i].is_believed, &caller);
        assert_slice(buf_view(&caller), rows[i].caller);
        buf_free(&caller);
        msg_destroy(msg);
    }
}

static void diversions(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"Diversion: <sip:+4930555200@example.org>;reason=no-answer\r\n", "+4930555200"},
        {"Diversion: <sip:1@x>;reason=a, \"B\" <sip:2@x>;reason=b\r\n", "2"},
        {"Diversion: <sip:1@x>\r\nDiversion: <sip:2@x>\r\n", "2"},
        {"Diversion: what\r\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf number = {0};
        msg_t *msg = request(rows[i][0]);
        line_sip_trunk_diverted(sip_object(msg), &number);
        assert_slice(buf_view(&number), rows[i][1]);
        buf_free(&number);
        msg_destroy(msg);
    }
}

static void data_goes_out(void **state)
{
    static const struct pair pairs[] = {{SLICE("account"), SLICE("\"12 34\"")},
                                        {SLICE("vip"), SLICE("true")},
                                        {SLICE("list"), SLICE("[1]")},
                                        {SLICE("bad"), SLICE("\"a\\r\\nX-B: c\"")}};
    struct line_trunk t = {.name = "t", .carriage = LINE_CARRY_HEADERS, .keys = "account, vip"};
    struct buf out = {0};
    (void)state;
    line_sip_trunk_carry(&t, pairs, 4, &out);
    assert_slice(buf_view(&out), "X-account: 12 34\r\nX-vip: true\r\n");
    buf_reset(&out);
    t.carriage = LINE_CARRY_UUI;
    line_sip_trunk_carry(&t, pairs, 4, &out);
    assert_slice(buf_view(&out), "User-to-User: 046163636f756e743d3132253230333426766970"
                                 "3d74727565;encoding=hex;purpose=isdn-uui\r\n");
    buf_reset(&out);
    t.keys = "account";
    line_sip_trunk_carry(&t, pairs, 1, &out);
    assert_slice(buf_view(&out), "User-to-User: 043132203334;encoding=hex;purpose=isdn-uui\r\n");
    buf_reset(&out);
    t.carriage = LINE_CARRY_NONE;
    line_sip_trunk_carry(&t, pairs, 1, &out);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void data_that_is_too_long_stays(void **state)
{
    struct line_trunk t = {.name = "t", .carriage = LINE_CARRY_UUI, .keys = "a"};
    char text[400];
    struct buf out = {0};
    (void)state;
    memset(text, 'x', sizeof text);
    text[0] = text[129] = '"';
    line_sip_trunk_carry(&t, &(struct pair){SLICE("a"), {text, 130}}, 1, &out);
    assert_int_equal(out.len, strlen("User-to-User: 04;encoding=hex;purpose=isdn-uui\r\n") + 256);
    buf_reset(&out);
    text[129] = 'x';
    text[130] = '"';
    line_sip_trunk_carry(&t, &(struct pair){SLICE("a"), {text, 131}}, 1, &out);
    assert_int_equal(out.len, 0);
    t.carriage = LINE_CARRY_HEADERS;
    text[130] = 'x';
    text[399] = '"';
    line_sip_trunk_carry(&t, &(struct pair){SLICE("a"), {text, 400}}, 1, &out);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void data_comes_in(void **state)
{
    static const struct {
        enum line_carriage carriage;
        const char *keys, *lines, *pairs; /* key=value; for each */
    } rows[] = {
        {LINE_CARRY_UUI, "a", "User-to-User: 043132;encoding=hex\r\n", "a=\"12\";"},
        {LINE_CARRY_UUI, "a", "User-to-User: 3132;encoding=hex;purpose=x\r\n", "a=\"12\";"},
        {LINE_CARRY_UUI, "a", "User-to-User: hello\r\n", "a=\"hello\";"},
        {LINE_CARRY_UUI, "a", "User-to-User: \"hello you\"\r\n", "a=\"hello you\";"},
        {LINE_CARRY_UUI, "a", "User-to-User: zz;encoding=hex\r\n", ""},
        {LINE_CARRY_UUI, "a", "User-to-User: 04;encoding=base64\r\n", ""},
        {LINE_CARRY_UUI, "a", "User-to-User: 04ff;encoding=hex\r\n", ""},
        {LINE_CARRY_UUI, "a,b", "User-to-User: 04613d3125323626633d332662 3d32\r\n", ""},
        {LINE_CARRY_UUI, "a,b", "User-to-User: 04613d3125323626633d3326623d32;encoding=hex\r\n",
         "a=\"1&\";b=\"2\";"},
        {LINE_CARRY_UUI, "a", "", ""},
        {LINE_CARRY_HEADERS, "a, Order-Id", "X-A: 1\r\nX-Order-ID:  say \"x\" \r\nX-C: 3\r\n",
         "a=\"1\";Order-Id=\"say \\\"x\\\"\";"},
        {LINE_CARRY_NONE, "a", "X-A: 1\r\nUser-to-User: 043132;encoding=hex\r\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_trunk t = {.name = "t", .carriage = rows[i].carriage, .keys = rows[i].keys};
        struct arena arena = {0};
        struct pair pairs[CARRIED_PAIRS_MAX];
        struct buf text = {0};
        msg_t *msg = request(rows[i].lines);
        size_t count = line_sip_trunk_carried(&t, sip_object(msg), &arena, pairs);
        for (size_t k = 0; k < count; k++) {
            buf_slice(&text, pairs[k].key);
            buf_char(&text, '=');
            buf_slice(&text, pairs[k].value);
            buf_char(&text, ';');
        }
        assert_slice(buf_view(&text), rows[i].pairs);
        buf_free(&text);
        arena_free(&arena);
        msg_destroy(msg);
    }
}

static void targets_in_order(void **state)
{
    struct trunk t = {.config = {.peers = "192.0.2.1, 192.0.2.2:5070"}};
    const struct trunk_target *first, *second;
    (void)state;
    line_sip_trunk_read_peers(&t);
    assert_int_equal(t.target_count, 2);
    first = line_sip_trunk_next_target(&t, NULL, 0, 0);
    assert_int_equal(first->address.s_addr, inet_addr("192.0.2.1"));
    assert_int_equal(first->port, 5060);
    second = line_sip_trunk_next_target(&t, first, 1, 0);
    assert_int_equal(second->port, 5070);
    line_sip_trunk_shun(&t, first->address, first->port, 1000);
    assert_ptr_equal(line_sip_trunk_next_target(&t, NULL, 0, 1000), second);
    assert_ptr_equal(line_sip_trunk_next_target(&t, second, 1, 1000), first);
    assert_ptr_equal(line_sip_trunk_next_target(&t, NULL, 0, 61000), first);
    line_sip_trunk_list_targets(&t); /* what is shunned stays so */
    assert_int_equal(t.targets[0].shunned_until_ms, 61000);
    assert_null(line_sip_trunk_next_target(&t, t.targets, 2, 0));
    char *hop = line_sip_trunk_hop(&t, &t.targets[1]);
    assert_string_equal(hop, "sip:192.0.2.2:5070;transport=udp");
    mem_free(hop);
    arena_free(&t.arena);
}

static void sources(void **state)
{
    struct trunk t = {.config = {.peers = "192.0.2.1"}};
    struct network network;
    struct address address;
    (void)state;
    line_sip_trunk_read_peers(&t);
    assert_true(network_parse(SLICE("198.51.100.0/24"), &network));
    t.allowed = &network;
    t.allowed_count = 1;
    static const char *const in[] = {"192.0.2.1", "198.51.100.7"};
    static const char *const out[] = {"192.0.2.2", "198.51.101.7", "2001:db8::1"};
    for (size_t i = 0; i < 2; i++) {
        assert_true(address_parse(slice_of(in[i]), &address, NULL));
        assert_true(line_sip_trunk_has_source(&t, &address));
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(address_parse(slice_of(out[i]), &address, NULL));
        assert_false(line_sip_trunk_has_source(&t, &address));
    }
    arena_free(&t.arena);
}

/* RFC 7616 section 3.9.1, but for what we choose ourselves. */
static void proofs(void **state)
{
    struct trunk t = {.config = {.username = "Mufasa", .secret = "Circle of Life"}};
    struct buf out = {0};
    (void)state;
    msg_t *msg =
        request("Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-512\r\n"
                "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth-int,auth\", "
                "algorithm=SHA-256, opaque=\"o\"\r\n");
    assert_true(line_sip_trunk_challenged(&t, sip_object(msg)));
    line_sip_trunk_prove(&t, "INVITE", "sip:x", &out);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "Proxy-Authorization: Digest username=\"Mufasa\", realm=\"r\", "
                                    "nonce=\"n1\", uri=\"sip:x\", response=\""));
    assert_non_null(strstr(out.ptr, "algorithm=SHA-256, opaque=\"o\", qop=auth, nc=00000001, "));
    buf_reset(&out);
    line_sip_trunk_prove(&t, "BYE", "sip:x", &out);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "nc=00000002"));
    /* The same nonce again: the proof was wrong. */
    assert_false(line_sip_trunk_challenged(&t, sip_object(msg)));
    msg_destroy(msg);
    msg = request("WWW-Authenticate: Digest realm=\"http-auth@example.org\", nonce=\"n2\"\r\n");
    assert_true(line_sip_trunk_challenged(&t, sip_object(msg)));
    line_sip_trunk_forget_challenges(&t);
    t.config.username = NULL;
    assert_false(line_sip_trunk_challenged(&t, sip_object(msg)));
    msg_destroy(msg);
    buf_free(&out);
}

static void the_hash_of_a_user(void **state)
{
    char ha1[65];
    struct digest d = {.username = SLICE("Mufasa"), .realm = SLICE("http-auth@example.org")};
    (void)state;
    line_sip_digest_ha1(&d, SLICE("Circle of Life"), ha1);
    assert_string_equal(ha1, "3d78807defe7de2157e2b0b6573a855f");
    d.algorithm = SLICE("SHA-256");
    line_sip_digest_ha1(&d, SLICE("Circle of Life"), ha1);
    assert_string_equal(ha1, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

int test_trunk_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(identity),
        cmocka_unit_test(callers),
        cmocka_unit_test(diversions),
        cmocka_unit_test(data_goes_out),
        cmocka_unit_test(data_that_is_too_long_stays),
        cmocka_unit_test(data_comes_in),
        cmocka_unit_test(targets_in_order),
        cmocka_unit_test(sources),
        cmocka_unit_test(proofs),
        cmocka_unit_test(the_hash_of_a_user),
    };
    return cmocka_run_group_tests_name("trunk", tests, NULL, NULL);
}
