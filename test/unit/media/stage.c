/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Loopback UDP delivers within the call that sends, so nothing here waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <srtp2/srtp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

#define AMPLITUDE 2000.0
#define HEARD     0.3 /* of an amplitude; a tone that is not there is far below */
#define BEGIN_US  1000000

static int bind_any(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof *at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}

/* Two sockets, the second on the port above the first. */
static void bind_pair(int *fd, int *control_fd, struct sockaddr_in *at, struct sockaddr_in *above)
{
    for (int i = 0; i < 1000; i++) {
        *fd = bind_any(at);
        *above = *at;
        above->sin_port = htons((uint16_t)(ntohs(at->sin_port) + 1));
        *control_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (at->sin_port != htons(65535) &&
            bind(*control_fd, (struct sockaddr *)above, sizeof *above) == 0)
            return;
        close(*control_fd);
        close(*fd);
    }
    fail_msg("no pair of ports is free");
}

static void on_digit(void *ctx, uint64_t leg, char digit)
{
    struct stage *stage = ctx;
    stage->digit_leg = leg;
    stage->digits[stage->digit_count++] = digit;
}

static void on_silent(void *ctx, uint64_t leg, bool is_silent)
{
    struct stage *stage = ctx;
    stage->silent_leg = leg;
    stage->silent_told += is_silent ? 1 : -1;
}

static void phone_begin(struct stage *stage, uint64_t leg, enum media_codec codec)
{
    struct phone *phone = &stage->phones[leg];
    struct sockaddr_in at, above;
    int fd, control_fd;
    phone->stage = stage;
    phone->leg = leg;
    phone->hz = 300.0 + 100.0 * (double)leg;
    phone->amplitude = AMPLITUDE;
    phone->is_speaking = true;
    bind_pair(&phone->fd, &phone->control_fd, &at, &above);
    bind_pair(&fd, &control_fd, &phone->leg_at, &phone->leg_control_at);
    media_stream_open(&stage->loop, leg, fd, control_fd);
    phone->far = (struct media_far){.address = at.sin_addr,
                                    .port = ntohs(at.sin_port),
                                    .codec = codec,
                                    .event_payload = 96,
                                    .our_event_payload = 101,
                                    .is_listening = true,
                                    .is_sending = true};
    phone->says = (struct rtp){.source = 0x1000 + (uint32_t)leg,
                               .sequence = (uint16_t)(leg * 1000),
                               .timestamp = (uint32_t)leg * 77777};
    stage_codec(phone, codec);
}

struct stage *stage_begin_with(size_t count, enum media_codec codec,
                               const struct media_options *options)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct media_options with = *options;
    assert_non_null(stage);
    with.digit = on_digit;
    with.silent = on_silent;
    with.ctx = stage;
    media_loop_init(&stage->loop, &with);
    assert_int_equal(media_music_load(options->music, &stage->loop.music), ERR_OK);
    stage->loop.now_us = BEGIN_US;
    stage->count = count;
    for (uint64_t leg = 1; leg <= count; leg++)
        phone_begin(stage, leg, codec);
    return stage;
}

struct stage *stage_begin(size_t count, enum media_codec codec)
{
    return stage_begin_with(count, codec, &(struct media_options){0});
}

void stage_end(struct stage *stage)
{
    media_loop_free(&stage->loop);
    for (size_t i = 1; i <= stage->count; i++) {
        struct phone *phone = &stage->phones[i];
        close(phone->fd);
        close(phone->control_fd);
        media_encoder_free(&phone->encoder);
        media_decoder_free(&phone->decoder);
        if (phone->srtp_in)
            srtp_dealloc(phone->srtp_in);
        if (phone->srtp_out)
            srtp_dealloc(phone->srtp_out);
    }
    free(stage);
}

struct stream *stage_stream(struct phone *phone)
{
    struct stream *s = media_stream_find(&phone->stage->loop, phone->leg);
    assert_non_null(s);
    return s;
}

void stage_connect(struct phone *phone)
{
    media_stream_connect(stage_stream(phone), &phone->far);
}

void stage_codec(struct phone *phone, enum media_codec codec)
{
    phone->far.codec = phone->speaks = codec;
    stage_connect(phone);
}

static size_t read_legs(const char *legs, uint64_t *out)
{
    size_t count = 0;
    for (; *legs; legs++)
        out[count++] = (uint64_t)(*legs - '0');
    return count;
}

void stage_hear(struct stage *stage, uint64_t leg, const char *legs)
{
    uint64_t talkers[MEDIA_TALKERS_MAX];
    size_t count = read_legs(legs, talkers);
    media_stream_hear(stage_stream(&stage->phones[leg]), talkers, count, MEDIA_TONE_NONE);
}

void stage_tone(struct stage *stage, uint64_t leg, enum media_tone tone)
{
    media_stream_hear(stage_stream(&stage->phones[leg]), NULL, 0, tone);
}

void stage_conference(struct stage *stage, size_t count)
{
    for (uint64_t leg = 1; leg <= count; leg++) {
        uint64_t talkers[MEDIA_TALKERS_MAX];
        size_t there = 0;
        for (uint64_t other = 1; other <= count; other++)
            if (other != leg)
                talkers[there++] = other;
        media_stream_hear(stage_stream(&stage->phones[leg]), talkers, there, MEDIA_TONE_NONE);
    }
}

void stage_send_raw(struct phone *phone, const void *packet, size_t len)
{
    assert_int_equal(
        sendto(phone->fd, packet, len, 0, (struct sockaddr *)&phone->leg_at, sizeof phone->leg_at),
        len);
    /* What is read in the tick waits for it. */
    if (list_is_empty(&stage_stream(phone)->as_waiting))
        media_receive(stage_stream(phone));
}

void stage_send(struct phone *phone, struct rtp rtp, const void *body, size_t len)
{
    uint8_t packet[PACKET_ROOM];
    int bytes = (int)(RTP_HEADER_BYTES + len);
    media_rtp_write(packet, &rtp);
    memcpy(packet + RTP_HEADER_BYTES, body, len);
    if (phone->srtp_out)
        assert_int_equal(srtp_protect(phone->srtp_out, packet, &bytes), srtp_err_status_ok);
    stage_send_raw(phone, packet, (size_t)bytes);
}

void stage_say(struct phone *phone)
{
    int16_t samples[WIDE_SAMPLES];
    uint8_t frame[FRAME_BYTES];
    size_t count = media_codec_samples(phone->speaks);
    uint32_t step = count == WIDE_SAMPLES ? 1 : 2;
    for (size_t i = 0; i < count; i++, phone->clock += step)
        samples[i] =
            (int16_t)lrint(phone->amplitude * sin(2 * M_PI * phone->hz * phone->clock / 16000.0));
    media_encode(&phone->encoder, phone->speaks, samples, frame);
    phone->says.payload = media_codec_payload(phone->speaks);
    stage_send(phone, phone->says, frame, sizeof frame);
    phone->says.sequence++;
    phone->says.timestamp += FRAME_SAMPLES;
}

static void ear_sound(struct phone *phone, const uint8_t *body, size_t len, enum media_codec codec)
{
    if (codec != phone->hears) {
        phone->hears = codec;
        phone->heard = 0;
    }
    for (; len >= FRAME_BYTES; len -= FRAME_BYTES, body += FRAME_BYTES)
        media_decode(&phone->decoder, codec, body, phone->sound[phone->heard++ % STAGE_HEARING]);
}

/* Sound goes on just where it stopped; between talk spurts time may have gone by. */
static bool is_jump(const struct phone *phone, const struct rtp *rtp)
{
    uint32_t step = rtp->timestamp - phone->last.timestamp;
    return rtp->sequence != (uint16_t)(phone->last.sequence + 1) || (int32_t)step < 0 ||
           (!rtp->is_marked && step != FRAME_SAMPLES && rtp->payload < 96);
}

static void ear_packet(struct phone *phone, const uint8_t *packet, const struct rtp *rtp)
{
    enum media_codec codec;
    if (phone->packets++ == 0)
        phone->first = *rtp;
    else if (rtp->source != phone->last.source)
        phone->stray++;
    else if (is_jump(phone, rtp))
        phone->jumps++;
    phone->marks += rtp->is_marked;
    phone->last = *rtp;
    if (media_codec_of_payload(rtp->payload, &codec))
        ear_sound(phone, packet + rtp->body, rtp->end - rtp->body, codec);
}

void stage_listen(struct phone *phone)
{
    ssize_t len;
    while ((len = recv(phone->fd, phone->last_packet, PACKET_MAX, 0)) > 0) {
        struct rtp rtp;
        int bytes = (int)len;
        if (phone->srtp_in)
            assert_int_equal(srtp_unprotect(phone->srtp_in, phone->last_packet, &bytes),
                             srtp_err_status_ok);
        phone->last_len = (size_t)bytes;
        assert_true(media_rtp_read(phone->last_packet, (size_t)bytes, &rtp));
        ear_packet(phone, phone->last_packet, &rtp);
    }
}

void stage_tick(struct stage *stage)
{
    media_tick(&stage->loop);
    media_meters_tick(&stage->loop, 0);
    for (size_t i = 1; i <= stage->count; i++)
        stage_listen(&stage->phones[i]);
}

void stage_run(struct stage *stage, unsigned frames)
{
    for (unsigned f = 0; f < frames; f++) {
        stage->loop.now_us += UINT64_C(1000) * FRAME_MS;
        for (size_t i = 1; i <= stage->count; i++)
            if (stage->phones[i].is_speaking && media_stream_find(&stage->loop, i))
                stage_say(&stage->phones[i]);
        stage_tick(stage);
    }
}

void stage_forget(struct stage *stage)
{
    for (size_t i = 1; i <= stage->count; i++) {
        struct phone *phone = &stage->phones[i];
        phone->packets = phone->marks = phone->jumps = phone->stray = 0;
        phone->heard = 0;
    }
}

/* Goertzel over what was heard, by correlation with sine and cosine. */
double stage_level(const struct phone *phone, double hz)
{
    size_t frames = phone->heard < STAGE_HEARING ? phone->heard : STAGE_HEARING;
    size_t count = media_codec_samples(phone->hears), n = 0;
    double rate = count == WIDE_SAMPLES ? 16000 : 8000, re = 0, im = 0;
    for (size_t f = phone->heard - frames; f < phone->heard; f++)
        for (size_t i = 0; i < count; i++, n++) {
            double angle = 2 * M_PI * hz * (double)n / rate;
            re += phone->sound[f % STAGE_HEARING][i] * cos(angle);
            im += phone->sound[f % STAGE_HEARING][i] * sin(angle);
        }
    return n ? 2 * sqrt(re * re + im * im) / (double)n / AMPLITUDE : 0;
}

const char *stage_heard(const struct phone *phone)
{
    static char out[STAGE_PHONES + 1];
    const struct stage *stage = phone->stage;
    size_t len = 0;
    for (size_t i = 1; i <= stage->count; i++)
        if (stage_level(phone, stage->phones[i].hz) > HEARD)
            out[len++] = (char)(i < 10 ? '0' + (int)i : 'a' + (int)i - 10);
    out[len] = '\0';
    return out;
}
