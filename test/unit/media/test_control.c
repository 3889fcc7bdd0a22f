/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* RTCP both ways, and what is told of a leg's quality when it is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "stage.h"

/* The last report that came, and how many did. */
static unsigned reports(struct phone *phone, uint8_t *out, size_t *len)
{
    uint8_t packet[PACKET_ROOM];
    unsigned count = 0;
    ssize_t got;
    while ((got = recv(phone->control_fd, packet, sizeof packet, 0)) > 0) {
        count++;
        *len = (size_t)got;
        memcpy(out, packet, *len);
    }
    return count;
}

/* The part of that kind, or NULL; the lengths must fit. */
static const uint8_t *part_of(const uint8_t *packet, size_t len, unsigned kind)
{
    const uint8_t *found = NULL;
    size_t at = 0;
    while (at < len) {
        assert_true(len - at >= 4);
        assert_int_equal(packet[at] >> 6, 2);
        if (packet[at + 1] == kind)
            found = packet + at;
        at += 4 * (1 + (size_t)media_read_16(packet + at + 2));
    }
    assert_int_equal(at, len);
    return found;
}

static void reports_are_sent_about_every_five_seconds(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    uint8_t packet[PACKET_ROOM];
    size_t len = 0;
    stage_conference(stage, 2);
    stage_run(stage, 50 * 60);
    assert_in_range(reports(&stage->phones[1], packet, &len), 9, 24);
    const uint8_t *sr = part_of(packet, len, 200), *sdes = part_of(packet, len, 202);
    assert_non_null(sr);
    assert_non_null(sdes);
    assert_int_equal(sr[0] & 31, 1);
    assert_int_equal(media_read_32(sr + 4), stage->phones[1].last.source);
    assert_in_range(media_read_32(sr + 20), 1, stage->phones[1].packets);
    assert_int_equal(media_read_32(sr + 24), media_read_32(sr + 20) * FRAME_BYTES);
    /* About the telephone: its SSRC, nothing lost. */
    assert_int_equal(media_read_32(sr + 28), 0x1001);
    assert_int_equal(media_read_32(sr + 32), 0);
    assert_int_equal(sdes[8], 1);
    stage_end(stage);
}

static void who_only_listens_gets_a_receivers_report(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    uint8_t packet[PACKET_ROOM];
    size_t len = 0;
    stage->phones[1].far.is_listening = false;
    stage_connect(&stage->phones[1]);
    stage_run(stage, 20);
    stage->phones[1].says.sequence += 20; /* lost */
    stage_run(stage, 50 * 4);
    assert_true(reports(&stage->phones[1], packet, &len) > 0);
    const uint8_t *rr = part_of(packet, len, 201);
    assert_non_null(rr);
    assert_null(part_of(packet, len, 200));
    assert_int_equal(media_read_32(rr + 12) & 0xffffff, 20);
    assert_true(rr[12] > 0 || reports(&stage->phones[1], packet, &len) == 0);
    stage_end(stage);
}

static void a_bye_is_sent_at_the_end(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    uint8_t packet[PACKET_ROOM];
    size_t len = 0;
    struct media_stats stats;
    stage_run(stage, 5);
    media_stream_close(stage_stream(&stage->phones[1]), &stats);
    assert_int_equal(reports(&stage->phones[1], packet, &len), 1);
    assert_non_null(part_of(packet, len, 203));
    stage_end(stage);
}

/* The calls of a server that stops go on with the next. */
static void no_bye_is_sent_when_the_room_ends(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    uint8_t packet[PACKET_ROOM];
    size_t len = 0;
    stage_run(stage, 5);
    media_stream_close(stage_stream(&stage->phones[1]), NULL);
    assert_int_equal(reports(&stage->phones[1], packet, &len), 0);
    stage_end(stage);
}

static size_t write_report(uint8_t *out, uint32_t about, uint32_t last, uint32_t held)
{
    memset(out, 0, 52);
    out[0] = 0x81;
    out[1] = 200;
    media_write_16(out + 2, 12);
    media_write_32(out + 8, 0x11112222);
    media_write_32(out + 12, 0x33334444);
    media_write_32(out + 28, about);
    media_write_32(out + 44, last);
    media_write_32(out + 48, held);
    return 52;
}

static void send_control(struct phone *phone, const uint8_t *packet, size_t len)
{
    assert_int_equal(sendto(phone->control_fd, packet, len, 0,
                            (struct sockaddr *)&phone->leg_control_at,
                            sizeof phone->leg_control_at),
                     len);
    media_control_receive(stage_stream(phone));
}

static void the_senders_time_is_sent_back_and_the_round_trip_known(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    uint8_t packet[PACKET_ROOM], report[64];
    size_t len = 0;
    stage_conference(stage, 2);
    stage_run(stage, 250);
    assert_true(reports(phone, packet, &len) > 0);
    const uint8_t *sr = part_of(packet, len, 200);
    uint32_t sent = media_read_32(sr + 10);
    /* It says that it held our report for minus a quarter of a second: the way took the rest. */
    write_report(report, media_read_32(sr + 4), sent, 0u - 16384u);
    send_control(phone, report, 52);
    assert_in_range(stage_stream(phone)->round_trip_ms, 250, 9000);
    stage_run(stage, 400);
    assert_true(reports(phone, packet, &len) > 0);
    sr = part_of(packet, len, 200);
    assert_int_equal(media_read_32(sr + 44), 0x22223333);
    assert_in_range(media_read_32(sr + 48), 1, 8 * 65536);
    stage_end(stage);
}

static void broken_reports_do_nothing(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    uint8_t report[64];
    size_t len = write_report(report, stage_stream(phone)->out_source, 1, 0);
    report[0] = 0x9f; /* 31 blocks, of which one is there */
    send_control(phone, report, len);
    report[3] = 200; /* longer than the packet */
    send_control(phone, report, len);
    for (size_t cut = 1; cut < len; cut++)
        send_control(phone, report, cut);
    report[0] = 0;
    send_control(phone, report, len);
    assert_int_equal(stage_stream(phone)->round_trip_ms, 0);
    stage_end(stage);
}

static struct media_stats stats_of(unsigned packets, unsigned lost_each, uint32_t jitter_units)
{
    struct receive_stats received = {0};
    struct media_stats out;
    for (unsigned i = 0; i < packets; i++) {
        struct rtp in = {.source = 1, .sequence = (uint16_t)i, .timestamp = i * 160};
        if (lost_each && i % lost_each == lost_each - 1 && i + 1 < packets)
            continue;
        media_stats_packet(&received, &in, i * 160 + 5000 + (i % 2 ? jitter_units : 0), true);
    }
    media_stats_tell(&received, 0, &out);
    return out;
}

static void the_opinion_falls_with_loss(void **state)
{
    (void)state;
    struct media_stats good = stats_of(70000, 0, 0); /* over the wrap of the numbers */
    assert_int_equal(good.packets, 70000);
    assert_int_equal(good.lost, 0);
    assert_int_equal(good.jitter_us, 0);
    assert_in_range(good.score, 430, 450);
    struct media_stats five = stats_of(10000, 20, 0), half = stats_of(10000, 2, 0);
    assert_in_range(five.lost, 490, 500);
    assert_in_range(five.score, 330, 400);
    assert_in_range(half.score, 100, 200);
    assert_int_equal(stats_of(0, 0, 0).score, 0);
}

static void jitter_is_the_mean_of_the_differences(void **state)
{
    (void)state;
    struct media_stats stats = stats_of(5000, 0, 80); /* 10 ms to and fro */
    assert_in_range(stats.jitter_us, 9000, 10100);
}

static void what_comes_twice_or_anew_is_no_loss(void **state)
{
    (void)state;
    struct receive_stats received = {0};
    struct rtp in = {.source = 1, .sequence = 100};
    assert_true(media_stats_packet(&received, &in, 0, true));
    assert_false(media_stats_packet(&received, &in, 0, true));
    in.sequence = 104;
    assert_false(media_stats_packet(&received, &in, 0, true));
    assert_int_equal(media_stats_lost(&received), 2); /* three, less the one that came twice */
    in.sequence = 102;
    assert_false(media_stats_packet(&received, &in, 0, true));
    in.source = 2;
    in.sequence = 9000;
    assert_true(media_stats_packet(&received, &in, 0, true));
    in.sequence = 30000;
    assert_true(media_stats_packet(&received, &in, 0, true));
    assert_int_equal(media_stats_lost(&received), 1);
    assert_int_equal(received.packets, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_sent_about_every_five_seconds),
        cmocka_unit_test(who_only_listens_gets_a_receivers_report),
        cmocka_unit_test(a_bye_is_sent_at_the_end),
        cmocka_unit_test(no_bye_is_sent_when_the_room_ends),
        cmocka_unit_test(the_senders_time_is_sent_back_and_the_round_trip_known),
        cmocka_unit_test(broken_reports_do_nothing),
        cmocka_unit_test(the_opinion_falls_with_loss),
        cmocka_unit_test(jitter_is_the_mean_of_the_differences),
        cmocka_unit_test(what_comes_twice_or_anew_is_no_loss)};
    return cmocka_run_group_tests_name("media_control", tests, NULL, NULL);
}
