/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a leg keeps comes back as it was; anything else is refused whole. */
#include <arpa/inet.h>

#include "tests.h"

static const uint8_t our_key[MEDIA_KEY_BYTES] = "ours, with its salt, 30 bytes";

static struct keep sample(void)
{
    struct keep keep = {
        .kind = KEEP_UP,
        .port = 30002,
        .sdp_version = 7,
        .far = {.address = {htonl(0xc0000201)},
                .port = 4000,
                .event_payload = 96,
                .our_event_payload = MEDIA_NO_EVENTS,
                .codec = MEDIA_G722,
                .is_listening = true,
                .is_behind_nat = true},
        .wish = {.codecs = {MEDIA_PCMA, MEDIA_G722}, .codec_count = 2, .takes_plain = true},
        .session = {.interval_s = 1800, .is_ours = true, .at_ms = 1700000000000},
        .dialog_count = 1};
    keep.dialogs[0] = (struct keep_dialog){.call_id = SLICE("a@b"),
                                           .branch = SLICE("z9hG4bK1"),
                                           .local = SLICE("sip:1@x"),
                                           .remote = SLICE("sip:2@x"),
                                           .local_tag = SLICE("l"),
                                           .remote_tag = SLICE("r"),
                                           .target = SLICE("sip:2@192.0.2.1:5062"),
                                           .route = SLICE("<sip:p;lr>"),
                                           .cseq = 65,
                                           .invite_cseq = 1,
                                           .remote_cseq = UINT32_MAX,
                                           .abilities = ABLE_TALK | ABLE_UPDATE};
    return keep;
}

static void comes_back(void **state)
{
    (void)state;
    struct keep keep = sample(), back;
    struct buf bytes = {0};
    keep.invite = SLICE("INVITE sip:x SIP/2.0\r\n\r\n");
    line_sip_keep_write(&bytes, &keep);
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_OK);
    assert_int_equal(back.kind, KEEP_UP);
    assert_int_equal(back.port, 30002);
    assert_int_equal(back.sdp_version, 7);
    assert_int_equal(back.far.address.s_addr, htonl(0xc0000201));
    assert_int_equal(back.far.event_payload, 96);
    assert_int_equal(back.far.our_event_payload, MEDIA_NO_EVENTS);
    assert_true(back.far.is_listening);
    assert_false(back.far.is_sending);
    assert_true(back.far.is_behind_nat);
    assert_int_equal(back.far.codec, MEDIA_G722);
    assert_int_equal(back.far.cipher, MEDIA_PLAIN);
    assert_null(back.key);
    assert_int_equal(back.wish.codec_count, 2);
    assert_int_equal(back.wish.codecs[0], MEDIA_PCMA);
    assert_true(back.wish.takes_plain);
    assert_int_equal(back.session.interval_s, 1800);
    assert_true(back.session.is_ours);
    assert_int_equal(back.session.at_ms, 1700000000000);
    assert_int_equal(back.dialogs[0].abilities, ABLE_TALK | ABLE_UPDATE);
    const struct keep_dialog *d = &back.dialogs[0];
    assert_slice(d->call_id, "a@b");
    assert_slice(d->route, "<sip:p;lr>");
    assert_null(d->hop.ptr);
    assert_int_equal(d->cseq, 65);
    assert_int_equal(d->remote_cseq, UINT32_MAX);
    assert_slice(back.invite, "INVITE sip:x SIP/2.0\r\n\r\n");
    buf_free(&bytes);
}

static void keys_come_back(void **state)
{
    (void)state;
    struct keep keep = sample(), back;
    struct buf bytes = {0};
    keep.key = our_key;
    keep.far.cipher = MEDIA_AES_32;
    memset(keep.far.receive_key, 7, MEDIA_KEY_BYTES);
    line_sip_keep_write(&bytes, &keep);
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_OK);
    assert_int_equal(back.far.cipher, MEDIA_AES_32);
    assert_memory_equal(back.key, our_key, MEDIA_KEY_BYTES);
    assert_memory_equal(back.far.receive_key, keep.far.receive_key, MEDIA_KEY_BYTES);
    buf_reset(&bytes);
    keep.key = NULL; /* encrypted with nothing */
    line_sip_keep_write(&bytes, &keep);
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_CORRUPT);
    buf_free(&bytes);
}

static void eight_places_fit(void **state)
{
    (void)state;
    struct keep keep = sample(), back;
    struct buf bytes = {0};
    keep.kind = KEEP_RINGING;
    keep.dialog_count = KEEP_DIALOGS_MAX;
    for (size_t i = 1; i < KEEP_DIALOGS_MAX; i++)
        keep.dialogs[i] = keep.dialogs[0];
    line_sip_keep_write(&bytes, &keep);
    assert_true(bytes.len < SIGNAL_KEEP_MAX);
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_OK);
    assert_int_equal(back.dialog_count, KEEP_DIALOGS_MAX);
    buf_free(&bytes);
}

static void every_shorter_one_is_refused(void **state)
{
    (void)state;
    struct keep keep = sample(), back;
    struct buf bytes = {0};
    line_sip_keep_write(&bytes, &keep);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(line_sip_keep_read((struct slice){bytes.ptr, len}, &back), ERR_CORRUPT);
    buf_char(&bytes, 'x');
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_CORRUPT);
    buf_free(&bytes);
}

static void other_versions_and_empty_ones_are_refused(void **state)
{
    (void)state;
    struct keep keep = sample(), back;
    struct buf bytes = {0};
    line_sip_keep_write(&bytes, &keep);
    bytes.ptr[0]++;
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_CORRUPT);
    buf_reset(&bytes);
    keep.dialog_count = 0;
    line_sip_keep_write(&bytes, &keep);
    assert_int_equal(line_sip_keep_read(buf_view(&bytes), &back), ERR_CORRUPT);
    buf_free(&bytes);
}

int test_keep_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back), cmocka_unit_test(keys_come_back),
        cmocka_unit_test(eight_places_fit), cmocka_unit_test(every_shorter_one_is_refused),
        cmocka_unit_test(other_versions_and_empty_ones_are_refused)};
    return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
