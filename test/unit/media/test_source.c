/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whose packets are taken, where ours go, and when a telephone counts as silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

/* Whether a packet that comes from there is taken. */
static bool is_taken(struct phone *phone, const char *address, uint16_t port)
{
    uint8_t packet[PACKET_ROOM] = {0};
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(port)};
    uint64_t before = phone->stage->loop.counts.in;
    inet_pton(AF_INET, address, &from.sin_addr);
    media_rtp_write(packet, &phone->says);
    phone->says.sequence++;
    media_receive_packet(stage_stream(phone), packet, RTP_HEADER_BYTES + FRAME_BYTES, &from);
    return phone->stage->loop.counts.in > before;
}

static void only_the_address_of_the_sdp_is_heard(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    assert_false(is_taken(phone, "127.0.0.2", phone->far.port));
    assert_true(is_taken(phone, "127.0.0.1", phone->far.port));
    assert_false(is_taken(phone, "10.1.2.3", phone->far.port));
    assert_int_equal(stage->loop.counts.wrong_source, 2);
    stage_end(stage);
}

static void the_first_port_is_locked(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    assert_true(
        is_taken(phone, "127.0.0.1", 4000)); /* sends from another port than it listens on */
    assert_false(is_taken(phone, "127.0.0.1", 4002));
    assert_true(is_taken(phone, "127.0.0.1", 4000));
    assert_true(is_taken(phone, "127.0.0.1", phone->far.port));
    assert_false(is_taken(phone, "127.0.0.1", 4000));
    /* It moved to another port and left the old one silent. */
    stage->loop.now_us += 1100000;
    assert_true(is_taken(phone, "127.0.0.1", 4004));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_port, htons(phone->far.port));
    stage_end(stage);
}

static void nothing_is_taken_before_the_sdp(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    stage_stream(phone)->has_far = false;
    assert_false(is_taken(phone, "127.0.0.1", phone->far.port));
    stage_end(stage);
}

static void behind_a_translator_the_first_packet_says_where(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    phone->far.is_behind_nat = true;
    inet_pton(AF_INET, "192.168.1.7", &phone->far.address);
    stage_connect(phone);
    assert_true(is_taken(phone, "127.0.0.9", 5555));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_port, htons(5555));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_addr.s_addr, htonl(0x7f000009));
    /* Once, whoever comes later, and however long it was silent. */
    stage->loop.now_us += 60000000;
    assert_false(is_taken(phone, "127.0.0.9", 5557));
    assert_false(is_taken(phone, "192.168.1.7", phone->far.port));
    assert_true(is_taken(phone, "127.0.0.9", 5555));
    /* The same SDP again changes nothing; another one lets it latch anew. */
    phone->far.is_listening = false;
    stage_connect(phone);
    assert_false(is_taken(phone, "127.0.0.9", 5557));
    phone->far.port++;
    stage_connect(phone);
    assert_true(is_taken(phone, "127.0.0.9", 5557));
    /* And when its registration moved: once. */
    media_stream_relatch(stage_stream(phone));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_port, htons(5557));
    assert_true(is_taken(phone, "127.0.0.3", 5559));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_port, htons(5559));
    assert_false(is_taken(phone, "127.0.0.9", 5557));
    stage_end(stage);
}

static void behind_a_translator_its_signalling_tells_who_is_right(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    phone->far.is_behind_nat = true;
    inet_pton(AF_INET, "127.0.0.9", &phone->far.signals_from);
    stage_connect(phone);
    assert_true(is_taken(phone, "127.0.0.66", 6666));
    assert_false(is_taken(phone, "127.0.0.67", 6666));
    assert_true(is_taken(phone, "127.0.0.9", 5555));
    assert_false(is_taken(phone, "127.0.0.66", 6666));
    assert_false(is_taken(phone, "127.0.0.9", 5557));
    assert_int_equal(media_send_to(stage_stream(phone)).sin_port, htons(5555));
    stage_end(stage);
}

/* Translators forget a way that is not used, and give another one then. */
static void behind_a_translator_a_long_hold_may_move_it(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    phone->far.is_behind_nat = true;
    stage_connect(phone);
    for (int held_s = 1; held_s <= 60; held_s += 59) {
        assert_true(is_taken(phone, "127.0.0.9", 5555));
        phone->far.is_listening = false;
        stage_connect(phone);
        stage->loop.now_us += (uint64_t)held_s * 1000000;
        uint8_t report[8] = {0x80, 201, 0, 1}; /* another way, and still in use */
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000009)};
        media_control_packet(stage_stream(phone), report, sizeof report, &at);
        assert_false(is_taken(phone, "127.0.0.9", 5557));
        phone->far.is_listening = true;
        stage_connect(phone);
        assert_int_equal(is_taken(phone, "127.0.0.9", 5557), held_s > 5);
    }
    assert_false(is_taken(phone, "127.0.0.9", 5555));
    stage_end(stage);
}

/* Who sends two hundred packets in 20 ms delays nobody. */
static void a_flood_of_strangers_is_passed_over_at_once(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    struct sockaddr_in stranger = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&stranger, sizeof stranger), 0);
    stage_conference(stage, 3);
    stage_run(stage, 10);
    for (int tick = 0; tick < 20; tick++) {
        uint64_t before = stage_stream(phone)->received.packets;
        for (int i = 0; i < 200; i++)
            assert_int_equal(
                sendto(fd, "noise", 5, 0, (struct sockaddr *)&phone->leg_at, sizeof phone->leg_at),
                5);
        stage_run(stage, 1);
        assert_int_equal(stage_stream(phone)->received.packets, before + 1);
    }
    close(fd);
    stage_end(stage);
}

static void what_is_no_sound_is_counted_and_locks_nothing(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    phone->says.payload = 33;
    assert_false(is_taken(phone, "127.0.0.1", 4000));
    phone->says.payload = 0;
    assert_true(is_taken(phone, "127.0.0.1", 4002));
    assert_int_equal(stage->loop.counts.no_rtp, 1);
    stage_end(stage);
}

static void comfort_noise_is_life_but_no_sound(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(2, MEDIA_PCMU);
    struct phone *phone = &stage->phones[1];
    stage_hear(stage, 2, "1");
    for (int i = 0; i < 20; i++) {
        phone->says.payload = i % 5 ? 0 : 13;
        assert_true(is_taken(phone, "127.0.0.1", phone->far.port));
        stage_listen(&stage->phones[2]);
    }
    assert_int_equal(stage->phones[2].packets, 16);
    assert_int_equal(media_stats_lost(&stage_stream(phone)->received), 0);
    stage_end(stage);
}

static void silence_is_told_once_and_its_end(void **state)
{
    (void)state;
    struct stage *stage =
        stage_begin_with(1, MEDIA_PCMU, &(struct media_options){.silence_ms = 2000});
    struct phone *phone = &stage->phones[1];
    stage_run(stage, 200);
    assert_int_equal(stage->silent_told, 0);
    phone->is_speaking = false;
    stage_run(stage, 95);
    assert_int_equal(stage->silent_told, 0);
    stage_run(stage, 20);
    assert_int_equal(stage->silent_told, 1);
    assert_int_equal(stage->silent_leg, 1);
    stage_run(stage, 500);
    assert_int_equal(stage->silent_told, 1);
    phone->is_speaking = true;
    stage_run(stage, 1);
    assert_int_equal(stage->silent_told, 0);
    phone->is_speaking = false;
    stage_run(stage, 115);
    assert_int_equal(stage->silent_told, 1);
    stage_end(stage);
}

static void who_says_that_it_sends_nothing_is_not_silent(void **state)
{
    (void)state;
    struct stage *stage =
        stage_begin_with(1, MEDIA_PCMU, &(struct media_options){.silence_ms = 2000});
    struct phone *phone = &stage->phones[1];
    phone->is_speaking = false;
    stage_run(stage, 50);
    phone->far.is_sending = false;
    stage_connect(phone);
    stage_run(stage, 500);
    assert_int_equal(stage->silent_told, 0);
    /* From when it should send the time counts anew. */
    phone->far.is_sending = true;
    stage_connect(phone);
    stage_run(stage, 90);
    assert_int_equal(stage->silent_told, 0);
    stage_run(stage, 25);
    assert_int_equal(stage->silent_told, 1);
    stage_end(stage);
}

static void without_a_bound_nobody_is_silent(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(1, MEDIA_PCMU);
    stage->phones[1].is_speaking = false;
    stage_run(stage, 1000);
    assert_int_equal(stage->silent_told, 0);
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_address_of_the_sdp_is_heard),
        cmocka_unit_test(the_first_port_is_locked),
        cmocka_unit_test(nothing_is_taken_before_the_sdp),
        cmocka_unit_test(behind_a_translator_the_first_packet_says_where),
        cmocka_unit_test(a_flood_of_strangers_is_passed_over_at_once),
        cmocka_unit_test(behind_a_translator_its_signalling_tells_who_is_right),
        cmocka_unit_test(behind_a_translator_a_long_hold_may_move_it),
        cmocka_unit_test(what_is_no_sound_is_counted_and_locks_nothing),
        cmocka_unit_test(comfort_noise_is_life_but_no_sound),
        cmocka_unit_test(silence_is_told_once_and_its_end),
        cmocka_unit_test(who_says_that_it_sends_nothing_is_not_silent),
        cmocka_unit_test(without_a_bound_nobody_is_silent)};
    return cmocka_run_group_tests_name("media_source", tests, NULL, NULL);
}
