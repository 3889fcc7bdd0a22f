/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Session descriptions as telephones send them, and our answers to them. */
#include <arpa/inet.h>

#include "tests.h"

#define HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"

static const struct sdp_local local = {
    .address = "192.0.2.1", .port = 30000, .session = 5, .version = 2};

static struct sdp read_good(const char *text)
{
    struct sdp sdp;
    assert_int_equal(line_sip_sdp_read(slice_of(text), &sdp), ERR_OK);
    return sdp;
}

static void an_ordinary_offer(void **state)
{
    (void)state;
    struct sdp sdp = read_good(HEAD AUDIO);
    assert_true(line_sip_sdp_is_usable(&sdp));
    assert_int_equal(sdp.port, 4000);
    assert_int_equal(sdp.address.s_addr, inet_addr("192.0.2.9"));
    assert_int_equal(sdp.event_payload, 96);
    assert_int_equal(sdp.direction, SDP_SENDRECV);
}

static void bare_line_feeds_are_taken(void **state)
{
    (void)state;
    struct sdp sdp = read_good("v=0\nc=IN IP4 192.0.2.9\nm=audio 4000 RTP/AVP 0\n");
    assert_true(line_sip_sdp_is_usable(&sdp));
    assert_int_equal(sdp.event_payload, MEDIA_NO_EVENTS);
}

static void the_streams_own_address_and_direction_win(void **state)
{
    (void)state;
    struct sdp sdp = read_good(HEAD "a=inactive\r\n" AUDIO "c=IN IP4 192.0.2.7\r\na=sendonly\r\n");
    assert_int_equal(sdp.address.s_addr, inet_addr("192.0.2.7"));
    assert_int_equal(sdp.direction, SDP_SENDONLY);
    sdp = read_good(HEAD "a=inactive\r\n" AUDIO);
    assert_int_equal(sdp.direction, SDP_INACTIVE);
}

static void another_streams_lines_do_not_count(void **state)
{
    (void)state;
    struct sdp sdp = read_good(HEAD AUDIO "m=video 5000 RTP/AVP 97\r\nc=IN IP4 192.0.2.7\r\n"
                                          "a=inactive\r\na=rtpmap:97 telephone-event/8000\r\n");
    assert_int_equal(sdp.address.s_addr, inet_addr("192.0.2.9"));
    assert_int_equal(sdp.direction, SDP_SENDRECV);
    assert_int_equal(sdp.event_payload, 96);
}

static void hold_by_address(void **state)
{
    (void)state;
    struct sdp sdp = read_good("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n");
    assert_true(line_sip_sdp_is_usable(&sdp));
    assert_int_equal(sdp.direction, SDP_SENDONLY);
    sdp = read_good("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\na=recvonly\r\n");
    assert_int_equal(sdp.direction, SDP_INACTIVE);
}

static void what_we_cannot_use(void **state)
{
    static const char *const rows[] = {
        HEAD,                                                /* no stream */
        HEAD "m=audio 4000 RTP/AVP 8 18\r\n",                /* no PCMU */
        HEAD "m=audio 0 RTP/AVP 0\r\n",                      /* refused */
        HEAD "m=audio 4000 RTP/SAVP 0\r\n",                  /* encrypted */
        HEAD "m=video 4000 RTP/AVP 0\r\n",                   /* no audio */
        "v=0\r\nm=audio 4000 RTP/AVP 0\r\n",                 /* no address */
        "v=0\r\nc=IN IP6 ::1\r\nm=audio 4000 RTP/AVP 0\r\n", /* another network */
        "v=0\r\nc=IN IP4 example.org\r\nm=audio 4000 RTP/AVP 0\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sdp sdp = read_good(rows[i]);
        assert_false(line_sip_sdp_is_usable(&sdp));
    }
}

static void what_is_no_description(void **state)
{
    static const char *const rows[] = {"",
                                       "\r\n",
                                       "hello",
                                       "v=1\r\n",
                                       "o=x\r\nv=0\r\n",
                                       "v=0\r\nm=\r\n",
                                       "v=0\r\nm=audio x RTP/AVP 0\r\n",
                                       "v=0\r\nm=audio 70000 RTP/AVP 0\r\n",
                                       "v=0\r\nx\r\n",
                                       "v=0\r\nm=audio 1\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sdp sdp;
        assert_int_equal(line_sip_sdp_read(slice_of(rows[i]), &sdp), ERR_INVALID);
    }
    struct buf many = {0};
    struct sdp sdp;
    buf_text(&many, HEAD);
    for (int i = 0; i < SDP_MEDIA_MAX + 1; i++)
        buf_text(&many, AUDIO);
    assert_int_equal(line_sip_sdp_read(buf_view(&many), &sdp), ERR_INVALID);
    buf_free(&many);
}

static void the_second_audio_may_be_the_one(void **state)
{
    (void)state;
    struct sdp sdp =
        read_good(HEAD "m=audio 4000 RTP/AVP 9\r\n" AUDIO "m=audio 4444 RTP/AVP 0\r\n");
    assert_int_equal(sdp.audio, 1);
    assert_int_equal(sdp.port, 4000);
}

static void our_offer_is_one_that_we_can_read(void **state)
{
    (void)state;
    struct buf out = {0};
    line_sip_sdp_offer(&out, &local);
    struct sdp sdp;
    assert_int_equal(line_sip_sdp_read(buf_view(&out), &sdp), ERR_OK);
    assert_true(line_sip_sdp_is_usable(&sdp));
    assert_int_equal(sdp.port, 30000);
    assert_int_equal(sdp.event_payload, EVENT_PAYLOAD);
    buf_free(&out);
}

static void an_answer_refuses_what_is_not_ours_in_its_place(void **state)
{
    (void)state;
    struct sdp offer = read_good(HEAD "m=video 5000 RTP/AVP 97 98\r\n" AUDIO "a=sendonly\r\n");
    struct buf out = {0};
    line_sip_sdp_answer(&out, &local, &offer);
    buf_char(&out, '\0');
    assert_string_equal(out.ptr,
                        "v=0\r\no=- 5 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
                        "m=video 0 RTP/AVP 97 98\r\n"
                        "m=audio 30000 RTP/AVP 0 96\r\na=rtpmap:0 PCMU/8000\r\n"
                        "a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"
                        "a=ptime:20\r\na=recvonly\r\n");
    buf_free(&out);
}

int test_sdp_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_offer),
        cmocka_unit_test(bare_line_feeds_are_taken),
        cmocka_unit_test(the_streams_own_address_and_direction_win),
        cmocka_unit_test(another_streams_lines_do_not_count),
        cmocka_unit_test(hold_by_address),
        cmocka_unit_test(what_we_cannot_use),
        cmocka_unit_test(what_is_no_description),
        cmocka_unit_test(the_second_audio_may_be_the_one),
        cmocka_unit_test(our_offer_is_one_that_we_can_read),
        cmocka_unit_test(an_answer_refuses_what_is_not_ours_in_its_place)};
    return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
