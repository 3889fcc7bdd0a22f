/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* permessage-deflate, RFC 7692: which offers are taken, and messages both ways. */
#include "suite.h"

#include <stdlib.h>
#include <zlib.h>

static struct site site;
static struct frame frame;

#define TAKEN       "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
#define PACKED_TEXT 0xc1u

static int start(void **state)
{
    (void)state;
    site_start(&site, site_options());
    return 0;
}

static int start_wide(void **state)
{
    struct web_options options = site_options();
    (void)state;
    options.frame_bytes_max = 1 << 20;
    options.backlog_bytes_max = 1 << 21;
    site_start(&site, options);
    return 0;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return 0;
}

/* Raw deflate of text; ending: Z_SYNC_FLUSH, without its tail, or Z_FINISH, as it is. */
static size_t pack(const char *text, size_t len, int ending, unsigned char *out, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)text;
    z.avail_in = (unsigned)len;
    z.next_out = out;
    z.avail_out = (unsigned)size;
    deflate(&z, ending);
    size_t packed = size - z.avail_out;
    deflateEnd(&z);
    return ending == Z_SYNC_FLUSH ? packed - 4 : packed;
}

static void unpack(const struct frame *f, char *out, size_t size)
{
    static const unsigned char tail[4] = {0, 0, 0xff, 0xff};
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, -15), Z_OK);
    z.next_in = (unsigned char *)f->text;
    z.avail_in = (unsigned)f->len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)size - 1;
    assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
    z.next_in = (unsigned char *)tail;
    z.avail_in = sizeof tail;
    inflate(&z, Z_SYNC_FLUSH);
    out[size - 1 - z.avail_out] = '\0';
    inflateEnd(&z);
}

static void takes_the_first_offer_it_can_keep(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"permessage-deflate", TAKEN},
        {"permessage-deflate; client_max_window_bits", TAKEN},
        {"permessage-deflate;client_max_window_bits=10 ; server_no_context_takeover", TAKEN},
        {"x-webkit-deflate-frame, permessage-deflate", TAKEN},
        {"permessage-deflate; server_max_window_bits=15", TAKEN "; server_max_window_bits=15"},
        {"permessage-deflate; server_max_window_bits=\"14\"", TAKEN "; server_max_window_bits=14"},
        {"permessage-deflate; server_max_window_bits=9, permessage-deflate", TAKEN},
        {"permessage-deflate; server_max_window_bits=9", NULL},
        {"permessage-deflate; server_max_window_bits", NULL},
        {"permessage-deflate; server_max_window_bits=16", NULL},
        {"permessage-deflate; client_max_window_bits=7", NULL},
        {"permessage-deflate; client_no_context_takeover=1", NULL},
        {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", NULL},
        {"permessage-deflate; something_new", NULL},
        {"permessage-foo", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply r;
        struct client c = socket_open(&site, "/socket", rows[i][0], &r);
        char *line = strstr(r.head, "Sec-WebSocket-Extensions: ");
        assert_int_equal(line != NULL, rows[i][1] != NULL);
        if (line) {
            *strchr(line, '\r') = '\0';
            assert_string_equal(line + strlen("Sec-WebSocket-Extensions: "), rows[i][1]);
        }
        client_close(&c);
    }
}

static void packs_long_messages_only(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
    char text[1001] = "";
    char back[2000];
    char first[1000];
    socket_text(&c, "a short message a short message a short message");
    socket_frame(&c, &frame);
    assert_int_equal(frame.first, FIN_TEXT);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        text[i] = "{\"statusCode\":0},"[i % 17];
    }
    for (int round = 0; round < 2; round++) {
        socket_text(&c, text);
        socket_frame(&c, &frame);
        assert_int_equal(frame.first, PACKED_TEXT);
        assert_true(frame.len < 200);
        unpack(&frame, back, sizeof back);
        assert_string_equal(back, text);
        /* No context is taken over: the same again gives the same. */
        assert_true(round == 0 || memcmp(first, frame.text, frame.len) == 0);
        memcpy(first, frame.text, frame.len);
    }
    client_close(&c);
}

static void sends_as_it_is_what_does_not_get_shorter(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
    char text[500];
    srand(1);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)(' ' + rand() % 95);
    }
    static const char telephone[4] = {'\xf0', '\x9f', '\x93', '\x9e'};
    memcpy(text + 200, telephone, sizeof telephone);
    socket_send(&c, FIN_TEXT, text, sizeof text);
    socket_frame(&c, &frame);
    if (frame.first == FIN_TEXT) {
        assert_memory_equal(frame.text, text, sizeof text);
    } else {
        assert_true(frame.len < sizeof text);
    }
    client_close(&c);
}

static void unpacks(void **state)
{
    (void)state;
    static const char text[] = "packed, and packed, and packed again";
    unsigned char packed[200];
    struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
    size_t len = pack(text, sizeof text - 1, Z_SYNC_FLUSH, packed, sizeof packed);
    socket_send(&c, PACKED_TEXT, packed, len);
    socket_frame(&c, &frame);
    assert_string_equal(frame.text, text);
    /* In three fragments. */
    socket_send(&c, 0x41, packed, 3);
    socket_send(&c, 0x00, packed + 3, 0);
    socket_send(&c, 0x80, packed + 3, len - 3);
    socket_frame(&c, &frame);
    assert_string_equal(frame.text, text);
    /* With a final block, then the empty one that RFC 7692, section 7.2.3.4, puts behind it. */
    len = pack(text, sizeof text - 1, Z_FINISH, packed, sizeof packed);
    packed[len++] = 0;
    socket_send(&c, PACKED_TEXT, packed, len);
    socket_frame(&c, &frame);
    assert_string_equal(frame.text, text);
    /* Nothing at all. */
    socket_send(&c, PACKED_TEXT, "\x00", 1);
    socket_frame(&c, &frame);
    assert_int_equal(frame.len, 0);
    client_close(&c);
}

/* What comes packed goes back packed, while it is being looked at; so long that neither buffer is
 * kept for the next one. */
static void unpacks_and_packs_at_once(void **state)
{
    (void)state;
    struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
    static char text[300001];
    static char back[300100];
    static unsigned char packed[300000];
    srand(2);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        text[i] = (char)(i > 100 && rand() % 32 ? text[i - 100] : 'a' + rand() % 26);
    }
    for (int round = 0; round < 3; round++) {
        size_t len = pack(text, sizeof text - 1, Z_SYNC_FLUSH, packed, sizeof packed);
        socket_send(&c, PACKED_TEXT, packed, len);
        socket_frame(&c, &frame);
        assert_int_equal(frame.first, PACKED_TEXT);
        unpack(&frame, back, sizeof back);
        assert_string_equal(back, text);
    }
    client_close(&c);
}

static void closes_on_what_does_not_unpack(void **state)
{
    (void)state;
    static const struct {
        unsigned first;
        const char *bytes;
        size_t len;
        unsigned code;
    } rows[] = {
        {PACKED_TEXT, "\xff\xff\xff\xff", 4, 1002},
        {0x41, "\x00", 1, 1002}, /* followed by a fragment with the bit */
        {0xc0, "\x00", 1, 1002},
        {0xe1, "\x00", 1, 1002},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
        socket_send(&c, rows[i].first, rows[i].bytes, rows[i].len);
        if (rows[i].first == 0x41) {
            socket_send(&c, 0xc0, "\x00", 1);
        }
        socket_expect_close(&c, rows[i].code);
        client_close(&c);
    }
}

static void bounds_what_is_unpacked(void **state)
{
    (void)state;
    size_t size = 5000000;
    char *text = malloc(size);
    unsigned char *packed = malloc(size);
    memset(text, ' ', size);
    struct client c = socket_open(&site, "/socket", "permessage-deflate", NULL);
    size_t len = pack(text, 100000, Z_SYNC_FLUSH, packed, size);
    socket_send(&c, PACKED_TEXT, packed, len);
    socket_frame(&c, &frame);
    assert_int_equal(frame.first, PACKED_TEXT);
    len = pack(text, size, Z_SYNC_FLUSH, packed, size);
    assert_true(len < 100000);
    socket_send(&c, PACKED_TEXT, packed, len);
    socket_expect_close(&c, 1009);
    client_close(&c);
    free(text);
    free(packed);
}

int run_deflate_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_the_first_offer_it_can_keep, start, end),
        cmocka_unit_test_setup_teardown(packs_long_messages_only, start, end),
        cmocka_unit_test_setup_teardown(sends_as_it_is_what_does_not_get_shorter, start, end),
        cmocka_unit_test_setup_teardown(unpacks, start, end),
        cmocka_unit_test_setup_teardown(unpacks_and_packs_at_once, start_wide, end),
        cmocka_unit_test_setup_teardown(closes_on_what_does_not_unpack, start, end),
        cmocka_unit_test_setup_teardown(bounds_what_is_unpacked, start, end),
    };
    return cmocka_run_group_tests_name("deflate", tests, NULL, NULL);
}
