/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SRTP: to each other, to plain telephones, in a mix; and what is forged, replayed or plain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <srtp2/srtp.h>
#include <string.h>
#include <sys/socket.h>

#include "stage.h"

static srtp_t context(const uint8_t *key, enum media_cipher cipher, srtp_ssrc_type_t side)
{
    uint8_t copy[MEDIA_KEY_BYTES];
    srtp_policy_t policy = {.ssrc = {.type = side}, .key = copy, .window_size = 128};
    srtp_t made = NULL;
    memcpy(copy, key, sizeof copy);
    if (cipher == MEDIA_AES_32)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    assert_int_equal(srtp_create(&made, &policy), srtp_err_status_ok);
    return made;
}

static void make_secure(struct phone *phone, enum media_cipher cipher)
{
    phone->far.cipher = cipher;
    for (int i = 0; i < MEDIA_KEY_BYTES; i++) {
        phone->far.send_key[i] = (uint8_t)(phone->leg * 7 + (unsigned)i);
        phone->far.receive_key[i] = (uint8_t)(phone->leg * 31 + (unsigned)i);
    }
    stage_connect(phone);
    phone->srtp_in = context(phone->far.send_key, cipher, ssrc_any_inbound);
    phone->srtp_out = context(phone->far.receive_key, cipher, ssrc_any_outbound);
}

static void secure_and_plain_are_relayed_to_each_other(void **state)
{
    (void)state;
    for (enum media_cipher a = MEDIA_PLAIN; a <= MEDIA_AES_32; a++) {
        for (enum media_cipher b = MEDIA_PLAIN; b <= MEDIA_AES_32; b++) {
            struct stage *stage = stage_begin(2, MEDIA_PCMU);
            if (a != MEDIA_PLAIN)
                make_secure(&stage->phones[1], a);
            if (b != MEDIA_PLAIN)
                make_secure(&stage->phones[2], b);
            stage_conference(stage, 2);
            stage_run(stage, 30);
            assert_int_equal(stage_stream(&stage->phones[1])->mode, MODE_RELAY);
            assert_hears(stage, 1, "2");
            assert_hears(stage, 2, "1");
            assert_int_equal(stage->loop.counts.bad_srtp, 0);
            stage_end(stage);
        }
    }
}

static void secure_telephones_are_mixed_and_hear_tones(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_G722);
    make_secure(&stage->phones[1], MEDIA_AES_80);
    make_secure(&stage->phones[3], MEDIA_AES_32);
    stage_conference(stage, 3);
    stage_run(stage, 40);
    assert_hears(stage, 1, "23");
    assert_hears(stage, 2, "13");
    assert_hears(stage, 3, "12");
    stage_tone(stage, 1, MEDIA_TONE_BUSY);
    stage_forget(stage);
    stage_run(stage, 20);
    assert_true(stage_level(&stage->phones[1], 425) > 2);
    stage_end(stage);
}

/* Catches what the telephone says instead of sending it. */
static size_t caught(struct phone *phone, uint8_t *packet)
{
    int bytes = RTP_HEADER_BYTES + FRAME_BYTES;
    memset(packet, 0x55, PACKET_ROOM);
    media_rtp_write(packet, &phone->says);
    phone->says.sequence++;
    phone->says.timestamp += FRAME_SAMPLES;
    assert_int_equal(srtp_protect(phone->srtp_out, packet, &bytes), srtp_err_status_ok);
    return (size_t)bytes;
}

static void what_is_forged_replayed_or_plain_is_dropped_and_counted(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *from = &stage->phones[1], *to = &stage->phones[2];
    uint8_t good[PACKET_ROOM], forged[PACKET_ROOM];
    make_secure(from, MEDIA_AES_80);
    stage_conference(stage, 2);
    size_t len = caught(from, good);
    /* Each byte counts. */
    for (size_t i = 0; i < len; i++) {
        memcpy(forged, good, len);
        forged[i] ^= 0x20;
        stage_send_raw(from, forged, len);
    }
    stage_listen(to);
    assert_int_equal(to->packets, 0);
    assert_int_equal(stage->loop.counts.in, 0);
    assert_false(stage_stream(from)->has_source);
    uint64_t refused = stage->loop.counts.bad_srtp + stage->loop.counts.no_rtp;
    assert_int_equal(refused, len);
    stage_send_raw(from, good, len);
    stage_listen(to);
    assert_int_equal(to->packets, 1);
    for (int i = 0; i < 3; i++)
        stage_send_raw(from, good, len);
    media_rtp_write(good, &from->says);
    stage_send_raw(from, good, RTP_HEADER_BYTES + FRAME_BYTES);
    stage_listen(to);
    assert_int_equal(to->packets, 1);
    assert_int_equal(stage->loop.counts.bad_srtp + stage->loop.counts.no_rtp, refused + 4);
    stage_end(stage);
}

static void the_same_keys_again_keep_the_window(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *from = &stage->phones[1];
    uint8_t packet[PACKET_ROOM];
    make_secure(from, MEDIA_AES_80);
    size_t len = caught(from, packet);
    uint8_t again[PACKET_ROOM];
    memcpy(again, packet, len);
    stage_send_raw(from, packet, len);
    from->far.is_listening = false;
    stage_connect(from);
    stage_send_raw(from, again, len);
    assert_int_equal(stage->loop.counts.bad_srtp, 1);
    assert_int_equal(stage->loop.counts.in, 1);
    stage_end(stage);
}

static void new_keys_count_from_then_on(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    make_secure(phone, MEDIA_AES_80);
    stage_conference(stage, 2);
    stage_run(stage, 10);
    srtp_dealloc(phone->srtp_in);
    srtp_dealloc(phone->srtp_out);
    phone->far.cipher = MEDIA_AES_32;
    for (int i = 0; i < MEDIA_KEY_BYTES; i++) {
        phone->far.send_key[i] ^= 0xff;
        phone->far.receive_key[i] ^= 0xff;
    }
    stage_connect(phone);
    phone->srtp_in = context(phone->far.send_key, MEDIA_AES_32, ssrc_any_inbound);
    phone->srtp_out = context(phone->far.receive_key, MEDIA_AES_32, ssrc_any_outbound);
    stage_forget(stage);
    stage_run(stage, 25);
    assert_hears(stage, 1, "2");
    assert_hears(stage, 2, "1");
    stage_end(stage);
}

/* The telephone's packets are counted beyond the first wrap; ours begins in the middle of it. */
static void a_restart_in_a_long_call_is_found_out(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    make_secure(phone, MEDIA_AES_80);
    stage_conference(stage, 2);
    uint8_t packet[PACKET_ROOM];
    size_t len = 0;
    for (int i = 0; i < 3 * 65536; i++)
        len = caught(phone, packet);
    stage_send_raw(phone, packet, len);
    assert_int_equal(stage->loop.counts.in, 1);
    stage_run(stage, 30);
    assert_hears(stage, 2, "1");
    assert_int_equal(stage->loop.counts.bad_srtp, 0);
    stage_end(stage);
}

/* A telephone that says another key of its own, as many do with each hold, after our sequence
 * numbers have wrapped: ours is the same key as before, and so is what it counts. */
static void another_key_of_the_telephone_leaves_ours_as_it_was(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    make_secure(phone, MEDIA_AES_80);
    stage_conference(stage, 2);
    stage_stream(phone)->out_sequence = 65000;
    for (unsigned i = 0; i < 1000; i++) {
        stage_say(&stage->phones[2]);
        stage_listen(phone);
    }
    assert_int_equal(phone->packets, 1000);
    assert_int_equal(phone->last.sequence, 65999 - 65536);
    srtp_dealloc(phone->srtp_out);
    phone->far.receive_key[0] ^= 0xff;
    stage_connect(phone);
    phone->srtp_out = context(phone->far.receive_key, MEDIA_AES_80, ssrc_any_outbound);
    stage_run(stage, 30);
    assert_hears(stage, 1, "2");
    assert_hears(stage, 2, "1");
    stage_end(stage);
}

/* What pads a packet is secret, too, and how much it is. */
static void padded_packets_are_taken(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    make_secure(phone, MEDIA_AES_80);
    stage_hear(stage, 2, "1");
    for (int i = 0; i < 200; i++) {
        uint8_t packet[PACKET_ROOM] = {0};
        int len = RTP_HEADER_BYTES + FRAME_BYTES + 4;
        media_rtp_write(packet, &phone->says);
        phone->says.sequence++;
        packet[0] |= 0x20;
        packet[len - 1] = 4;
        assert_int_equal(srtp_protect(phone->srtp_out, packet, &len), srtp_err_status_ok);
        stage_send_raw(phone, packet, (size_t)len);
    }
    assert_int_equal(stage->loop.counts.in, 200);
    stage_listen(&stage->phones[2]);
    assert_int_equal(stage->phones[2].packets, 200);
    assert_int_equal(stage->phones[2].last_len, RTP_HEADER_BYTES + FRAME_BYTES);
    stage_end(stage);
}

static void rtcp_is_secured_too(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    uint8_t packet[PACKET_ROOM];
    make_secure(phone, MEDIA_AES_32);
    stage_run(stage, 250);
    ssize_t got = recv(phone->control_fd, packet, sizeof packet, 0);
    assert_true(got > 0);
    int len = (int)got;
    assert_int_equal(srtp_unprotect_rtcp(phone->srtp_in, packet, &len), srtp_err_status_ok);
    assert_int_equal(packet[1], 200);
    /* A plain one of the telephone's is refused, a secured one taken. */
    uint8_t report[PACKET_ROOM] = {0x80, 200, 0, 6, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8};
    for (int i = 0; i < 2; i++) {
        len = 28;
        if (i == 1)
            assert_int_equal(srtp_protect_rtcp(phone->srtp_out, report, &len), srtp_err_status_ok);
        struct sockaddr_in from = phone->leg_at;
        media_control_packet(stage_stream(phone), report, (size_t)len, &from);
        assert_int_equal(stage_stream(phone)->sender_report, i == 1 ? 0x03040506 : 0);
    }
    assert_int_equal(stage->loop.counts.bad_srtp, 1);
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secure_and_plain_are_relayed_to_each_other),
        cmocka_unit_test(secure_telephones_are_mixed_and_hear_tones),
        cmocka_unit_test(what_is_forged_replayed_or_plain_is_dropped_and_counted),
        cmocka_unit_test(the_same_keys_again_keep_the_window),
        cmocka_unit_test(new_keys_count_from_then_on),
        cmocka_unit_test(a_restart_in_a_long_call_is_found_out),
        cmocka_unit_test(another_key_of_the_telephone_leaves_ours_as_it_was),
        cmocka_unit_test(padded_packets_are_taken),
        cmocka_unit_test(rtcp_is_secured_too)};
    return cmocka_run_group_tests_name("media_srtp", tests, NULL, NULL);
}
