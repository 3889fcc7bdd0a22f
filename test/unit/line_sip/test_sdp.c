/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Session descriptions as telephones send them, and our answers to them. */
#include <arpa/inet.h>

#include "tests.h"

#define HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"

#define KEY_A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB" /* 30 bytes of 1 */
#define KEY_B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"

static const struct sdp_wish all = {.codecs = {MEDIA_PCMU, MEDIA_PCMA, MEDIA_G722},
                                    .codec_count = MEDIA_CODEC_COUNT,
                                    .takes_plain = true,
                                    .takes_secure = true};
static const struct sdp_wish plain = {
    .codecs = {MEDIA_PCMU}, .codec_count = 1, .takes_plain = true};

static const struct sdp_local local = {
    .address = "192.0.2.1", .port = 30000, .session = 5, .version = 2, .wish = &all};

static struct sdp read_as(const char *text, const struct sdp_wish *wish)
{
    struct sdp sdp;
    assert_int_equal(line_sip_sdp_read(slice_of(text), wish, &sdp), ERR_OK);
    return sdp;
}

static struct sdp read_good(const char *text)
{
    return read_as(text, &all);
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
        HEAD,                                                        /* no stream */
        HEAD "m=audio 4000 RTP/AVP 8 18\r\n",                        /* no PCMU */
        HEAD "m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000\r\n", /* under another number */
        HEAD "m=audio 0 RTP/AVP 0\r\n",                              /* refused */
        HEAD "m=audio 4000 RTP/SAVP 0\r\n",                          /* encrypted */
        HEAD "m=video 4000 RTP/AVP 0\r\n",                           /* no audio */
        "v=0\r\nm=audio 4000 RTP/AVP 0\r\n",                         /* no address */
        "v=0\r\nc=IN IP6 ::1\r\nm=audio 4000 RTP/AVP 0\r\n",         /* another network */
        "v=0\r\nc=IN IP4 example.org\r\nm=audio 4000 RTP/AVP 0\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sdp sdp = read_as(rows[i], &plain);
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
        assert_int_equal(line_sip_sdp_read(slice_of(rows[i]), &all, &sdp), ERR_INVALID);
    }
    struct buf many = {0};
    struct sdp sdp;
    buf_text(&many, HEAD);
    for (int i = 0; i < SDP_MEDIA_MAX + 1; i++)
        buf_text(&many, AUDIO);
    assert_int_equal(line_sip_sdp_read(buf_view(&many), &all, &sdp), ERR_INVALID);
    buf_free(&many);
}

static void the_second_audio_may_be_the_one(void **state)
{
    (void)state;
    struct sdp sdp =
        read_good(HEAD "m=audio 4000 RTP/AVP 18\r\n" AUDIO "m=audio 4444 RTP/AVP 0\r\n");
    assert_int_equal(sdp.audio, 1);
    assert_int_equal(sdp.port, 4000);
}

static void the_telephones_first_codec_that_we_wish(void **state)
{
    static const struct sdp_wish two = {
        .codecs = {MEDIA_G722, MEDIA_PCMU}, .codec_count = 2, .takes_plain = true};
    (void)state;
    assert_int_equal(read_good(HEAD "m=audio 4000 RTP/AVP 18 9 0 8\r\n").codec, MEDIA_G722);
    assert_int_equal(read_good(HEAD "m=audio 4000 RTP/AVP 8 0\r\n").codec, MEDIA_PCMA);
    assert_int_equal(read_as(HEAD "m=audio 4000 RTP/AVP 8 0 9\r\n", &two).codec, MEDIA_PCMU);
    struct sdp sdp = read_as(HEAD "m=audio 4000 RTP/AVP 8\r\n", &two);
    assert_false(line_sip_sdp_is_usable(&sdp));
}

static void our_codecs_stand_in_our_order(void **state)
{
    static const struct sdp_wish two = {
        .codecs = {MEDIA_G722, MEDIA_PCMU}, .codec_count = 2, .takes_plain = true};
    (void)state;
    struct buf out = {0};
    struct sdp_local mine = local;
    mine.wish = &two;
    line_sip_sdp_offer(&out, &mine);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "m=audio 30000 RTP/AVP 9 0 101\r\na=rtpmap:9 G722/8000\r\n"));
    buf_free(&out);
}

static void keys(void **state)
{
    static const char *const good =
        HEAD "m=audio 4000 RTP/SAVP 0\r\n"
             "a=crypto:1 F8_128_HMAC_SHA1_80 inline:" KEY_B "\r\n"
             "a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:" KEY_A "|2^31 WSH=64\r\n";
    (void)state;
    struct sdp sdp = read_good(good);
    assert_true(line_sip_sdp_is_usable(&sdp));
    assert_int_equal(sdp.cipher, MEDIA_AES_32);
    assert_int_equal(sdp.key_tag, 7);
    for (size_t i = 0; i < MEDIA_KEY_BYTES; i++)
        assert_int_equal(sdp.key[i], 1);
    struct buf out = {0};
    struct sdp_local mine = local;
    mine.key = (const uint8_t[MEDIA_KEY_BYTES]){0};
    line_sip_sdp_answer(&out, &mine, &sdp);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "m=audio 30000 RTP/SAVP 0\r\n"));
    assert_non_null(strstr(out.ptr, "a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:"
                                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"));
    sdp = read_as(good, &plain);
    assert_false(line_sip_sdp_is_usable(&sdp));
    buf_free(&out);
}

static void keys_that_are_not_for_us(void **state)
{
    static const char *const rows[] = {"1 AES_CM_128_HMAC_SHA1_80 inline:short",
                                       "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_A "AA",
                                       "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_A "|2^20|1:4",
                                       "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_A
                                       " UNENCRYPTED_SRTP",
                                       "x AES_CM_128_HMAC_SHA1_80 inline:" KEY_A,
                                       "1 AES_256_CM_HMAC_SHA1_80 inline:" KEY_A,
                                       "1 AES_CM_128_HMAC_SHA1_80",
                                       ""};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0};
        buf_printf(&text, HEAD "m=audio 4000 RTP/SAVP 0\r\na=crypto:%s\r\n", rows[i]);
        buf_char(&text, '\0');
        struct sdp sdp = read_good(text.ptr);
        assert_false(line_sip_sdp_is_usable(&sdp));
        buf_free(&text);
    }
}

static void the_stream_that_is_wished_is_taken(void **state)
{
    static const char *const both = HEAD "m=audio 4000 RTP/SAVP 0\r\na=sendonly\r\n"
                                         "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_A "\r\n"
                                         "m=audio 5000 RTP/AVP 0\r\n";
    (void)state;
    struct sdp sdp = read_good(both);
    assert_int_equal(sdp.port, 4000);
    assert_int_equal(sdp.cipher, MEDIA_AES_80);
    assert_int_equal(sdp.direction, SDP_SENDONLY);
    sdp = read_as(both, &plain);
    assert_int_equal(sdp.port, 5000);
    assert_int_equal(sdp.cipher, MEDIA_PLAIN);
    assert_int_equal(sdp.direction, SDP_SENDRECV);
}

static void our_offer_of_srtp_has_both_suites(void **state)
{
    (void)state;
    struct buf out = {0};
    struct sdp_local mine = local;
    mine.key = (const uint8_t[MEDIA_KEY_BYTES]){1, 2, 3};
    line_sip_sdp_offer(&out, &mine);
    buf_char(&out, '\0');
    assert_non_null(strstr(out.ptr, "m=audio 30000 RTP/SAVP 0 8 9 101\r\n"));
    assert_non_null(strstr(out.ptr, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AQID"));
    assert_non_null(strstr(out.ptr, "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:AQID"));
    buf_free(&out);
}

static void our_offer_is_one_that_we_can_read(void **state)
{
    (void)state;
    struct buf out = {0};
    line_sip_sdp_offer(&out, &local);
    struct sdp sdp;
    assert_int_equal(line_sip_sdp_read(buf_view(&out), &all, &sdp), ERR_OK);
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
                        "m=audio 30000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\n"
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
        cmocka_unit_test(the_telephones_first_codec_that_we_wish),
        cmocka_unit_test(our_codecs_stand_in_our_order),
        cmocka_unit_test(keys),
        cmocka_unit_test(keys_that_are_not_for_us),
        cmocka_unit_test(the_stream_that_is_wished_is_taken),
        cmocka_unit_test(our_offer_of_srtp_has_both_suites),
        cmocka_unit_test(our_offer_is_one_that_we_can_read),
        cmocka_unit_test(an_answer_refuses_what_is_not_ours_in_its_place)};
    return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
