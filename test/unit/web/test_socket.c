/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* WebSocket, RFC 6455: the handshake, frames and messages, faults and their codes, the end. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static struct site site;
static struct frame frame;

static int start(void **state)
{
    (void)state;
    site_start(&site, site_options());
    return 0;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return 0;
}

static void expect_text(struct client *c, const char *text)
{
    socket_frame(c, &frame);
    assert_int_equal(frame.first, FIN_TEXT);
    assert_string_equal(frame.text, text);
}

static void opens_and_echoes(void **state)
{
    (void)state;
    struct reply r;
    struct client c = socket_open(&site, "/socket", NULL, &r);
    assert_non_null(strstr(r.head, "HTTP/1.1 101 Switching Protocols\r\n"));
    assert_non_null(strstr(r.head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert_non_null(strstr(r.head, "X-Own: yes\r\nSet-Cookie: c=d\r\n\r\n"));
    assert_null(strstr(r.head, "Extensions"));
    assert_int_equal(metric_value("cordboard_websocket_connections"), 1);
    socket_text(&c, "hello");
    expect_text(&c, "hello");
    socket_text(&c, "");
    expect_text(&c, "");
    socket_text(&c, "gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x93\x9e");
    expect_text(&c, "gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x93\x9e");
    client_close(&c);
    site_wait(&site, &site.sockets_closed, 1);
    assert_int_equal(metric_value("cordboard_websocket_connections"), 0);
}

static void refuses_what_is_no_upgrade(void **state)
{
    (void)state;
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
    static const struct {
        const char *text;
        int status;
    } rows[] = {
        {"GET /socket HTTP/1.1\r\n" HOST "\r\n", 400},
        {"GET /socket HTTP/1.1\r\n" HOST UPGRADE VERSION "\r\n", 400},
        {"GET /socket HTTP/1.1\r\n" HOST UPGRADE VERSION "Sec-WebSocket-Key: short\r\n\r\n", 400},
        {"GET /socket HTTP/1.1\r\n" HOST UPGRADE KEY "\r\n", 426},
        {"GET /socket HTTP/1.1\r\n" HOST UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n", 426},
        {"POST /socket HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400},
        {"GET /socket HTTP/1.1\r\n" HOST "Connection: Upgrade\r\n" KEY VERSION "\r\n", 400},
        {"GET /socket HTTP/1.1\r\n" HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION
         "\r\n",
         400},
    };
    struct client c = client_open(&site);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply r = client_ask(&c, rows[i].text, rows[i].status);
        assert_true(rows[i].status != 426 ||
                    strstr(r.head, "Sec-WebSocket-Version: 13\r\n") != NULL);
    }
    client_ask(&c, "GET /echo HTTP/1.1\r\n" HOST UPGRADE "\r\n", 200);
    client_close(&c);
    c = client_open(&site);
    client_ask(&c, "GET /socket HTTP/1.0\r\n" UPGRADE KEY VERSION "\r\n", 400);
    client_close(&c);
    assert_int_equal(site_count(&site, &site.sockets_opened), 0);
}

static void takes_what_came_with_the_request(void **state)
{
    (void)state;
    struct buf b = {0};
    struct client c = client_open(&site);
    buf_text(&b, "GET /socket HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n");
    frame_compose(&b, FIN_TEXT, true, "one", 3);
    frame_compose(&b, FIN_TEXT, true, "two", 3);
    client_send(&c, b.ptr, b.len - 1);
    assert_int_equal(client_reply(&c, false).status, 101);
    expect_text(&c, "one");
    client_send(&c, b.ptr + b.len - 1, 1);
    expect_text(&c, "two");
    client_close(&c);
    buf_free(&b);
}

static void opens_later_with_what_came_meanwhile(void **state)
{
    (void)state;
    struct buf b = {0};
    struct client c = client_open(&site);
    buf_text(&b, "GET /late HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n");
    frame_compose(&b, FIN_TEXT, true, "one", 3);
    client_send(&c, b.ptr, b.len);
    site_wait(&site, &site.holding, 1);
    site_answer(&site, 0);
    assert_int_equal(client_reply(&c, false).status, 101);
    expect_text(&c, "one");
    client_close(&c);
    buf_free(&b);
}

static void takes_every_length(void **state)
{
    (void)state;
    static const size_t lens[] = {1, 124, 125, 126, 127, 4095, 4096, 4097, 65535, 65536, 69999};
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    char *text = malloc(70000);
    memset(text, 'x', 70000);
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        socket_send(&c, FIN_TEXT, text, lens[i]);
        socket_frame(&c, &frame);
        assert_int_equal(frame.len, lens[i]);
        assert_memory_equal(frame.text, text, lens[i]);
    }
    free(text);
    client_close(&c);
}

static void takes_frames_byte_by_byte(void **state)
{
    (void)state;
    struct buf b = {0};
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    char text[300];
    memset(text, 'y', sizeof text);
    frame_compose(&b, 0x01, true, text, 200);
    frame_compose(&b, FIN_PING, true, "are you there", 13);
    frame_compose(&b, 0x00, true, "", 0);
    frame_compose(&b, 0x80, true, text, 100);
    frame_compose(&b, FIN_PONG, true, "unasked", 7);
    for (size_t i = 0; i < b.len; i++) {
        client_send(&c, b.ptr + i, 1);
    }
    socket_frame(&c, &frame);
    assert_int_equal(frame.first, FIN_PONG);
    assert_string_equal(frame.text, "are you there");
    socket_frame(&c, &frame);
    assert_int_equal(frame.len, 300);
    assert_memory_equal(frame.text, text, 300);
    client_close(&c);
    buf_free(&b);
}

/* What is sent, by first byte and payload, and the code that answers. */
struct fault {
    unsigned first[3]; /* up to a zero; 0x100 is the byte zero */
    const char *payload;
    size_t len;
    unsigned code;
};

static void closes_on_faults_with_the_right_code(void **state)
{
    (void)state;
    static const struct fault rows[] = {
        {{0xc1}, "rsv1", 4, 1002},
        {{0xa1}, "rsv2", 4, 1002},
        {{0x91}, "rsv3", 4, 1002},
        {{0xc9}, "rsv1", 4, 1002},
        {{0x83}, "opcode", 6, 1002},
        {{0x8b}, "opcode", 6, 1002},
        {{0x80}, "continues nothing", 17, 1002},
        {{0x01, 0x81}, "two beginnings", 14, 1002},
        {{0x01, 0x100, 0x82}, "two beginnings", 14, 1002},
        {{0x09}, "fragmented", 10, 1002},
        {{0x82}, "binary", 6, 1003},
        {{0x02}, "binary", 6, 1003},
        {{FIN_TEXT}, "\xff", 1, 1007},
        {{FIN_TEXT}, "\xc3", 1, 1007},
        {{FIN_TEXT}, "\xc0\x80", 2, 1007},
        {{FIN_TEXT}, "\xed\xa0\x80", 3, 1007},
        {{FIN_TEXT}, "\xf4\x90\x80\x80", 4, 1007},
        {{FIN_TEXT}, "\xe0\x9f\xbf", 3, 1007},
        {{FIN_TEXT}, "12345678\x80", 9, 1007},
        {{0x01, 0x80}, "\xc3", 1, 1007},
        {{FIN_CLOSE}, "", 0, 0},
        {{FIN_CLOSE}, "\x03\xe8", 2, 1000},
        {{FIN_CLOSE}, "\x03\xe9going", 7, 1001},
        {{FIN_CLOSE}, "\x0b\xb8", 2, 3000},
        {{FIN_CLOSE}, "\x13\x87", 2, 4999},
        {{FIN_CLOSE}, "\x03", 1, 1002},
        {{FIN_CLOSE}, "\x03\xed", 2, 1002},
        {{FIN_CLOSE}, "\x03\xee", 2, 1002},
        {{FIN_CLOSE}, "\x03\xf7", 2, 1002},
        {{FIN_CLOSE}, "\x00\x00", 2, 1002},
        {{FIN_CLOSE}, "\x13\x88", 2, 1002},
        {{FIN_CLOSE}, "\x03\xe8\xff", 3, 1007},
    };
    size_t count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < count; i++) {
        struct client c = socket_open(&site, "/socket", NULL, NULL);
        for (size_t f = 0; f < 3 && (f == 0 || rows[i].first[f]); f++) {
            socket_send(&c, rows[i].first[f], rows[i].payload, rows[i].len);
        }
        socket_expect_close(&c, rows[i].code);
        client_close(&c);
    }
    site_wait(&site, &site.sockets_closed, (unsigned)count);
    assert_int_equal(site_count(&site, &site.messages), 0);
}

static void closes_on_frames_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        unsigned code;
    } rows[] = {
        {"\x81\x05hello", 7, 1002}, /* not masked */
        {"\x81\x01h", 3, 1002},
        {"\x89\xfe\x00\x7e....", 8, 1002},       /* a long ping */
        {"\x81\xfe\x00\x05....hello", 13, 1002}, /* a length not minimal */
        {"\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05....h", 15, 1002},
        {"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff....h", 15, 1002},
        {"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff....h", 15, 1009},
        {"\x81\xff\x00\x00\x00\x00\x00\x01\x86\xa1....h", 15, 1009}, /* 100001 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client c = socket_open(&site, "/socket", NULL, NULL);
        client_send(&c, rows[i].bytes, rows[i].len);
        socket_expect_close(&c, rows[i].code);
        client_close(&c);
    }
}

static void bounds_a_message_of_fragments(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    char *text = calloc(1, 60000);
    memset(text, 'z', 60000);
    socket_send(&c, 0x01, text, 60000);
    socket_send(&c, 0x80, text, 40001);
    socket_expect_close(&c, 1009);
    client_close(&c);
    free(text);
}

static void closes_from_our_side(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    socket_text(&c, "close 4001");
    socket_frame(&c, &frame);
    assert_int_equal(frame.first, FIN_CLOSE);
    assert_memory_equal(frame.text, "\x0f\xa1", 2);
    socket_text(&c, "not delivered");
    assert_int_equal(site_count(&site, &site.sockets_closed), 0);
    socket_send(&c, FIN_CLOSE, "\x0f\xa1", 2);
    site_wait(&site, &site.sockets_closed, 1);
    client_expect_end(&c);
    client_close(&c);
    assert_int_equal(site_count(&site, &site.messages), 1);
}

static void tells_when_the_peer_is_gone(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    client_close(&c);
    site_wait(&site, &site.sockets_closed, 1);
    c = socket_open(&site, "/socket", NULL, NULL);
    client_send(&c, "\x01\x85....", 6);
    client_reset(&c);
    site_wait(&site, &site.sockets_closed, 2);
}

static void keeps_the_order_of_many_messages(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    socket_text(&c, "flood 8000");
    for (int i = 0; i < 8000; i++) {
        char text[32];
        snprintf(text, sizeof text, "message %d", i);
        expect_text(&c, text);
    }
    client_close(&c);
}

static void drops_a_peer_that_does_not_read(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", NULL, NULL);
    socket_text(&c, "fill");
    site_wait(&site, &site.sockets_closed, 1);
    pthread_mutex_lock(&site.lock);
    assert_true(site.backlog_max > 100000);
    assert_true(site.backlog_max < 250000);
    pthread_mutex_unlock(&site.lock);
    client_close(&c);
}

int run_socket_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opens_and_echoes, start, end),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_upgrade, start, end),
        cmocka_unit_test_setup_teardown(takes_what_came_with_the_request, start, end),
        cmocka_unit_test_setup_teardown(opens_later_with_what_came_meanwhile, start, end),
        cmocka_unit_test_setup_teardown(takes_every_length, start, end),
        cmocka_unit_test_setup_teardown(takes_frames_byte_by_byte, start, end),
        cmocka_unit_test_setup_teardown(closes_on_faults_with_the_right_code, start, end),
        cmocka_unit_test_setup_teardown(closes_on_frames_that_cannot_be, start, end),
        cmocka_unit_test_setup_teardown(bounds_a_message_of_fragments, start, end),
        cmocka_unit_test_setup_teardown(closes_from_our_side, start, end),
        cmocka_unit_test_setup_teardown(tells_when_the_peer_is_gone, start, end),
        cmocka_unit_test_setup_teardown(keeps_the_order_of_many_messages, start, end),
        cmocka_unit_test_setup_teardown(drops_a_peer_that_does_not_read, start, end),
    };
    return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
