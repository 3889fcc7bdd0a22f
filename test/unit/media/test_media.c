/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The relay as telephones see it: two sockets that play telephones, and what arrives at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/media_int.h"

#define DEADLINE_MS 5000

static atomic_uint pressed_count;
static atomic_int pressed_last;

static void on_digit(void *ctx, uint64_t leg, char digit)
{
    (void)ctx;
    atomic_store(&pressed_last, (int)(leg * 256 + (unsigned char)digit));
    atomic_fetch_add(&pressed_count, 1);
}

struct telephone {
    int fd;
    uint16_t port;
    uint16_t to; /* the port of its leg */
};

struct world {
    struct media *media;
    struct telephone phones[2]; /* legs 1 and 2 */
};

static struct media_far far_of(const struct telephone *t, int events, int our_events)
{
    return (struct media_far){.address = {htonl(INADDR_LOOPBACK)},
                              .port = t->port,
                              .event_payload = events,
                              .our_event_payload = our_events,
                              .is_listening = true};
}

static void lets_hear(struct world *w, uint64_t leg, uint64_t talker, enum media_tone tone)
{
    media_hear(w->media, leg, &talker, talker != 0, tone);
}

static int set_up(void **state)
{
    static struct world world;
    struct media_options options = {
        .address = "127.0.0.1", .port_min = 31000, .port_max = 31998, .digit = on_digit};
    assert_int_equal(media_create(&options, &world.media), ERR_OK);
    for (unsigned i = 0; i < 2; i++) {
        struct telephone *t = &world.phones[i];
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof at;
        unsigned port;
        t->fd = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(bind(t->fd, (struct sockaddr *)&at, sizeof at), 0);
        assert_int_equal(getsockname(t->fd, (struct sockaddr *)&at, &len), 0);
        t->port = ntohs(at.sin_port);
        assert_int_equal(media_open(world.media, i + 1, 0, &port), ERR_OK);
        assert_int_equal(port % 2, 0);
        t->to = (uint16_t)port;
        struct media_far far = far_of(t, i == 0 ? 101 : 96, 101);
        media_connect(world.media, i + 1, &far);
    }
    atomic_store(&pressed_count, 0);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    media_destroy(w->media);
    close(w->phones[0].fd);
    close(w->phones[1].fd);
    return 0;
}

static void say(const struct telephone *t, struct rtp rtp, const void *body, size_t len)
{
    uint8_t packet[PACKET_MAX];
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(t->to), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    media_rtp_write(packet, &rtp);
    memcpy(packet + RTP_HEADER_BYTES, body, len);
    assert_int_equal(
        sendto(t->fd, packet, RTP_HEADER_BYTES + len, 0, (struct sockaddr *)&to, sizeof to),
        RTP_HEADER_BYTES + len);
}

/* False when nothing came in time. */
static bool hear_within(const struct telephone *t, int wait_ms, uint8_t *packet, struct rtp *rtp)
{
    struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
    if (poll(&poll_fd, 1, wait_ms) != 1)
        return false;
    ssize_t len = recv(t->fd, packet, PACKET_MAX, 0);
    assert_true(len > 0 && media_rtp_read(packet, (size_t)len, rtp));
    return true;
}

static struct rtp hear(const struct telephone *t, uint8_t *packet)
{
    struct rtp rtp;
    assert_true(hear_within(t, DEADLINE_MS, packet, &rtp));
    return rtp;
}

static const uint8_t voice[FRAME_SAMPLES] = {1, 2, 3};

static struct rtp voice_of(uint16_t sequence)
{
    return (struct rtp){.sequence = sequence, .timestamp = sequence * 160u + 7, .source = 0x1234};
}

static void a_leg_hears_the_other(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    say(&w->phones[0], voice_of(65535), voice, sizeof voice);
    struct rtp first = hear(&w->phones[1], packet);
    assert_memory_equal(packet + first.body, voice, sizeof voice);
    assert_true(first.is_marked);
    say(&w->phones[0], voice_of(1), voice, sizeof voice); /* 0 was lost on the way */
    struct rtp second = hear(&w->phones[1], packet);
    assert_int_equal(second.source, first.source);
    assert_int_equal((uint16_t)(second.sequence - first.sequence), 2);
    assert_false(second.is_marked);
}

static void who_is_not_heard_is_not_sent(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    struct rtp rtp;
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    say(&w->phones[1], voice_of(1), voice, sizeof voice); /* leg 1 hears nobody */
    say(&w->phones[0], voice_of(1), voice, sizeof voice);
    hear(&w->phones[1], packet); /* all before it was dealt with */
    assert_false(hear_within(&w->phones[0], 0, packet, &rtp));
}

static void a_held_telephone_gets_nothing(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    struct rtp rtp;
    struct media_far far = far_of(&w->phones[1], 96, 101);
    far.is_listening = false;
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    lets_hear(w, 1, 2, MEDIA_TONE_NONE);
    media_connect(w->media, 2, &far);
    /* Opening is a message too, but its port is ours at once: wait until 2 is heard by 1. */
    say(&w->phones[1], voice_of(1), voice, sizeof voice);
    hear(&w->phones[0], packet);
    say(&w->phones[0], voice_of(1), voice, sizeof voice);
    say(&w->phones[1], voice_of(2), voice, sizeof voice);
    hear(&w->phones[0], packet);
    assert_false(hear_within(&w->phones[1], 0, packet, &rtp));
}

static void the_talker_may_come_later(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    unsigned port;
    struct telephone third = w->phones[0];
    struct media_far far = far_of(&third, 101, 101);
    lets_hear(w, 2, 3, MEDIA_TONE_NONE);
    assert_int_equal(media_open(w->media, 3, 0, &port), ERR_OK);
    media_connect(w->media, 3, &far);
    third.to = (uint16_t)port;
    say(&third, voice_of(1), voice, sizeof voice);
    hear(&w->phones[1], packet);
    media_close(w->media, 3);
}

static void events_are_renumbered_and_told_once(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    uint8_t five[4] = {5, 10, 0, 160};
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    for (uint16_t i = 0; i < 3; i++) {
        struct rtp rtp = voice_of(10);
        rtp.sequence = (uint16_t)(10 + i);
        rtp.payload = 101;
        say(&w->phones[0], rtp, five, sizeof five);
        struct rtp got = hear(&w->phones[1], packet);
        assert_int_equal(got.payload, 96);
        assert_int_equal(packet[got.body], 5);
    }
    assert_int_equal(atomic_load(&pressed_count), 1);
    assert_int_equal(atomic_load(&pressed_last), 256 + '5');
}

static void digits_are_sent(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    struct rtp before = {0};
    media_digits(w->media, 2, SLICE("1#"));
    for (int digit = 0; digit < 2; digit++) {
        int ends = 0;
        uint32_t timestamp = 0;
        for (int i = 0; i < 7; i++) {
            struct rtp got = hear(&w->phones[1], packet);
            assert_int_equal(got.payload, 96);
            assert_int_equal(packet[got.body], digit == 0 ? 1 : 11);
            assert_true(i == 0 || got.timestamp == timestamp);
            assert_int_equal(got.is_marked, i == 0);
            assert_true((digit == 0 && i == 0) || got.sequence == (uint16_t)(before.sequence + 1));
            timestamp = got.timestamp;
            ends += packet[got.body + 1] >> 7;
            before = got;
        }
        assert_int_equal(ends, 3);
        assert_int_equal(packet[RTP_HEADER_BYTES + 2] << 8 | packet[RTP_HEADER_BYTES + 3], 800);
    }
}

static void a_tone_comes_before_the_talker_and_ends(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    lets_hear(w, 2, 1, MEDIA_TONE_BUSY);
    struct rtp first = hear(&w->phones[1], packet);
    assert_int_equal(first.end - first.body, FRAME_SAMPLES);
    struct rtp second = hear(&w->phones[1], packet);
    assert_int_equal(second.timestamp - first.timestamp, FRAME_SAMPLES);
    assert_int_equal(second.source, first.source);
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    /* The voice follows in the same numbers. */
    struct rtp got = second;
    say(&w->phones[0], voice_of(500), voice, sizeof voice);
    for (int i = 0; i < 100 && memcmp(packet + got.body, voice, sizeof voice) != 0; i++) {
        struct rtp last = got;
        got = hear(&w->phones[1], packet);
        assert_int_equal(got.sequence, (uint16_t)(last.sequence + 1));
        say(&w->phones[0], voice_of((uint16_t)(501 + i)), voice, sizeof voice);
    }
    assert_memory_equal(packet + got.body, voice, sizeof voice);
    assert_int_equal(got.source, first.source);
}

static void strangers_and_noise_are_not_heard(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX];
    struct rtp rtp;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(w->phones[0].to),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in stranger = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&stranger, sizeof stranger), 0);
    lets_hear(w, 2, 1, MEDIA_TONE_NONE);
    memset(packet, 0, sizeof packet);
    media_rtp_write(packet, &(struct rtp){.source = 99});
    sendto(fd, packet, 172, 0, (struct sockaddr *)&to, sizeof to);
    sendto(w->phones[0].fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
    say(&w->phones[0], voice_of(1), voice, sizeof voice);
    rtp = hear(&w->phones[1], packet);
    assert_memory_equal(packet + rtp.body, voice, sizeof voice);
    assert_false(hear_within(&w->phones[1], 0, packet, &rtp));
    close(fd);
}

static void who_is_mixed_hears_all(void **state)
{
    struct world *w = *state;
    uint8_t packet[PACKET_MAX] = {0}, loud[FRAME_SAMPLES];
    unsigned port;
    struct telephone third = w->phones[0];
    struct media_far far = far_of(&third, 101, 101);
    uint64_t talkers[] = {1, 3};
    memset(loud, 0x10, sizeof loud);
    assert_int_equal(media_open(w->media, 3, 0, &port), ERR_OK);
    media_connect(w->media, 3, &far);
    third.to = (uint16_t)port;
    media_hear(w->media, 2, talkers, 2, MEDIA_TONE_NONE);
    /* Until both are in it: each alone is a loud frame, together they are at the limit. */
    struct rtp last = hear(&w->phones[1], packet);
    for (uint16_t i = 0; packet[RTP_HEADER_BYTES + 80] != 0x00; i++) {
        assert_true(i < 500);
        say(&w->phones[0], voice_of(i), loud, sizeof loud);
        say(&third, voice_of(i), loud, sizeof loud);
        struct rtp got = hear(&w->phones[1], packet);
        assert_int_equal(got.sequence, (uint16_t)(last.sequence + 1));
        assert_int_equal(got.timestamp - last.timestamp, FRAME_SAMPLES);
        last = got;
    }
    media_close(w->media, 3);
}

static void ports_run_out_and_come_back(void **state)
{
    struct media_options options = {
        .address = "127.0.0.1", .port_min = 32001, .port_max = 32003, .digit = on_digit};
    struct media *media;
    unsigned port, again;
    (void)state;
    assert_int_equal(media_create(&options, &media), ERR_OK);
    assert_int_equal(media_open(media, 1, 0, &port), ERR_OK);
    assert_int_equal(port, 32002);
    assert_int_equal(media_open(media, 2, 0, &again), ERR_IN_USE);
    assert_int_equal(media_open(media, 2, 32002, &again), ERR_IN_USE);
    media_close(media, 1);
    media_destroy(media);
    assert_int_equal(media_create(&options, &media), ERR_OK);
    assert_int_equal(media_open(media, 1, 32002, &port), ERR_OK);
    media_destroy(media);
    options.port_min = 40000;
    assert_int_equal(media_create(&options, &media), ERR_RANGE);
    options.port_min = 32000;
    options.address = "localhost";
    assert_int_equal(media_create(&options, &media), ERR_INVALID);
}

static void a_pair_of_ports_is_free_as_a_whole(void **state)
{
    struct media_options options = {
        .address = "127.0.0.1", .port_min = 32010, .port_max = 32013, .digit = on_digit};
    struct sockaddr_in odd = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(32011)};
    struct media *media;
    unsigned port;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&odd, sizeof odd), 0);
    assert_int_equal(media_create(&options, &media), ERR_OK);
    assert_int_equal(media_open(media, 1, 0, &port), ERR_OK);
    assert_int_equal(port, 32012);
    assert_int_equal(media_open(media, 2, 0, &port), ERR_IN_USE);
    /* A call that went on over a restart has its sound, if not RTCP. */
    assert_int_equal(media_open(media, 2, 32010, &port), ERR_OK);
    assert_int_equal(port, 32010);
    media_destroy(media);
    close(fd);
}

static void packets_are_read_with_care(void **state)
{
    struct rtp rtp;
    uint8_t packet[32] = {0x80};
    (void)state;
    assert_true(media_rtp_read(packet, 12, &rtp));
    assert_int_equal(rtp.end - rtp.body, 0);
    assert_false(media_rtp_read(packet, 11, &rtp));
    packet[0] = 0x40;
    assert_false(media_rtp_read(packet, 32, &rtp));
    packet[0] = 0x8f; /* 15 contributing sources */
    assert_false(media_rtp_read(packet, 32, &rtp));
    packet[0] = 0x90; /* an extension of one word */
    packet[15] = 1;
    assert_true(media_rtp_read(packet, 32, &rtp));
    assert_int_equal(rtp.body, 20);
    packet[14] = 0xff;
    assert_false(media_rtp_read(packet, 32, &rtp));
    packet[0] = 0xa0; /* padding */
    packet[31] = 4;
    assert_true(media_rtp_read(packet, 32, &rtp));
    assert_int_equal(rtp.end, 28);
    packet[31] = 21;
    assert_false(media_rtp_read(packet, 32, &rtp));
    packet[31] = 0;
    assert_false(media_rtp_read(packet, 32, &rtp));
}

static void digits_have_events(void **state)
{
    (void)state;
    for (const char *d = "0123456789*#ABCD"; *d; d++)
        assert_int_equal(media_digit_of_event((unsigned)media_event_of_digit(*d)), *d);
    assert_int_equal(media_event_of_digit('x'), -1);
    assert_int_equal(media_event_of_digit('\0'), -1);
    assert_int_equal(media_digit_of_event(16), '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_leg_hears_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_not_heard_is_not_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_held_telephone_gets_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_talker_may_come_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_are_renumbered_and_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digits_are_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tone_comes_before_the_talker_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_and_noise_are_not_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_mixed_hears_all, set_up, tear_down),
        cmocka_unit_test(ports_run_out_and_come_back),
        cmocka_unit_test(a_pair_of_ports_is_free_as_a_whole),
        cmocka_unit_test(packets_are_read_with_care),
        cmocka_unit_test(digits_have_events)};
    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
