/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A story for the media room: each step of the input is an order or a packet (RTP, RTCP, telephone
 * events, SRTP with the right key around any content), or lets 20 ms go by. There is no network:
 * what the room sends comes back here, and each packet must be a sound one: RTP of the stream's one
 * SSRC, never longer than a packet, and sequence numbers that only go up where the sound is our
 * own.
 *
 * After each step who is decoded and mixed must be just what the links say. A finding is an abort.
 * Inputs that found something belong into corpus/rtp. */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "media/media_int.h"
#include "media/recorder.h"

#define LEGS       5
#define SECURE_LEG 4
#define FD_BASE    (-100) /* of leg n: FD_BASE - n; negative, so that nothing is ever closed */
#define STEPS_MAX  400

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static struct media_loop loop;
static struct media_far fars[LEGS + 1];
static struct rtp talks[LEGS + 1];
static srtp_t secure; /* what the telephone of SECURE_LEG sends with */

static unsigned take(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static uint32_t take_32(struct input *in)
{
    uint32_t high = take(in) << 8 | take(in);
    return high << 16 | take(in) << 8 | take(in);
}

/* Instead of the network. */
ssize_t sendto(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to,
               socklen_t to_len)
{
    uint64_t leg = (uint64_t)(FD_BASE - fd);
    const struct stream *s = media_stream_find(&loop, leg);
    struct rtp rtp;
    (void)flags;
    EXPECT(to && to_len == sizeof(struct sockaddr_in));
    EXPECT(s && len <= PACKET_ROOM);
    EXPECT(media_rtp_read(bytes, len, &rtp));
    EXPECT(rtp.source == s->out_source);
    EXPECT(media_can_send(s));
    return (ssize_t)len;
}

/* Instead of the recorder: calls 1 to LEGS. */
static bool is_recorded[LEGS + 1];

enum err media_recorder_create(const struct media_recorder_options *options,
                               struct media_recorder **out)
{
    (void)options;
    (void)out;
    return ERR_IO;
}

void media_recorder_destroy(struct media_recorder *recorder)
{
    (void)recorder;
}

void media_recorder_set(struct media_recorder *recorder, uint64_t call, struct slice name,
                        enum media_recording_state state)
{
    (void)recorder;
    (void)name;
    is_recorded[call] = state != MEDIA_RECORDING_STOPPED;
}

void media_recorder_frame(struct media_recorder *recorder, uint64_t call,
                          const int16_t left[RECORDER_FRAME_SAMPLES],
                          const int16_t right[RECORDER_FRAME_SAMPLES])
{
    (void)recorder;
    EXPECT(is_recorded[call] && left != right);
}

void media_recorder_skip(struct media_recorder *recorder, uint64_t call, uint64_t frames)
{
    (void)recorder;
    EXPECT(is_recorded[call] && frames > 0);
}

static void on_digit(void *ctx, uint64_t leg, char digit)
{
    (void)ctx;
    EXPECT(leg >= 1 && leg <= LEGS && strchr("0123456789*#ABCD", digit));
}

static void check_stream(const struct stream *s)
{
    for (size_t i = 0; i < s->hears.count; i++) {
        const struct link *link = &s->hears.links[i];
        EXPECT(link->talker == media_stream_find(&loop, link->leg));
        EXPECT(link->holds_voice == (link->talker && s->mode == MODE_MIX));
    }
    EXPECT(!s->mix == (s->mode != MODE_MIX));
    EXPECT(!s->mix || s->is_in_mix == (s->voice != NULL));
    for (size_t i = 0; s->mix && i < s->mix->count; i++)
        EXPECT(s->mix->talkers[i]->voice);
    unsigned users = 0;
    LIST_EACH(it, &s->listeners)
    users += LIST_OWNER(it, struct link, as_listener)->holds_voice;
    EXPECT(s->voice ? s->voice->users == users : users == 0);
}

static void check_tap(const struct tap *tap)
{
    for (size_t i = 0; i < tap->others.count; i++) {
        const struct link *link = &tap->others.links[i];
        EXPECT(link->talker == media_stream_find(&loop, link->leg));
        EXPECT(link->holds_voice == (link->talker && tap->is_on));
    }
}

static void check(void)
{
    LIST_EACH(it, &loop.taps)
    check_tap(LIST_OWNER(it, struct tap, as_tap));
    for (unsigned i = 0; i < HOUSEKEEPING_TURN; i++)
        LIST_EACH(it, &loop.streams[i])
    check_stream(LIST_OWNER(it, struct stream, as_any));
}

/* Up to 255 bytes of the input; often with a right beginning. */
static size_t take_bytes(struct input *in, uint8_t *out)
{
    size_t len = take(in);
    if (len > in->left)
        len = in->left;
    memcpy(out, in->at, len);
    in->at += len;
    in->left -= len;
    return len;
}

static size_t write_talk(struct input *in, uint64_t leg, uint8_t *packet)
{
    static const uint8_t payloads[] = {0, 8, 9, 96, 101, 13, 127, 0};
    struct rtp *talk = &talks[leg];
    unsigned how = take(in);
    talk->payload = payloads[how & 7];
    talk->is_marked = how & 8;
    talk->sequence = (uint16_t)(talk->sequence + (how & 16 ? (int8_t)take(in) : 1));
    talk->timestamp += how & 32 ? take_32(in) : 160;
    talk->source ^= how & 64 ? take(in) : 0;
    media_rtp_write(packet, talk);
    size_t len = how & 128 ? take_bytes(in, packet + RTP_HEADER_BYTES) : FRAME_BYTES;
    return RTP_HEADER_BYTES + len;
}

static void step_packet(struct input *in, uint64_t leg, unsigned kind)
{
    /* Of its own size, so that a byte too far is found. */
    uint8_t *packet = calloc(1, PACKET_ROOM);
    struct stream *s = media_stream_find(&loop, leg);
    unsigned where = take(in);
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr = {htonl(where & 1 ? 0x7f000001 : 0x7f000001 + where)},
                               .sin_port = htons((uint16_t)(4000 + (where >> 6)))};
    size_t len = 0;
    if (kind == 0 || kind == 1)
        len = write_talk(in, leg, packet);
    else
        len = take_bytes(in, packet);
    if (leg == SECURE_LEG && (where & 2) && len >= RTP_HEADER_BYTES) {
        int bytes = (int)len;
        srtp_err_status_t status = kind == 3 ? srtp_protect_rtcp(secure, packet, &bytes)
                                             : srtp_protect(secure, packet, &bytes);
        len = status == srtp_err_status_ok ? (size_t)bytes : len;
    }
    if (s && kind == 3)
        media_control_packet(s, packet, len, &from);
    else if (s)
        media_receive_packet(s, packet, len, &from);
    free(packet);
}

static void step_connect(struct input *in, uint64_t leg)
{
    struct stream *s = media_stream_find(&loop, leg);
    struct media_far *far = &fars[leg];
    unsigned how = take(in);
    far->codec = (enum media_codec)(how % MEDIA_CODEC_COUNT);
    far->is_listening = how & 4;
    far->is_sending = how & 8;
    far->is_behind_nat = how & 16;
    far->port = (uint16_t)(how & 32 ? 0 : 4000);
    far->event_payload = how & 64 ? MEDIA_NO_EVENTS : 96;
    if (s)
        media_stream_connect(s, far);
}

static void step_hear(struct input *in, uint64_t leg)
{
    struct stream *s = media_stream_find(&loop, leg);
    uint64_t talkers[LEGS];
    size_t count = 0;
    unsigned bits = take(in), tone = take(in);
    for (uint64_t i = 1; i <= LEGS; i++)
        if (bits >> i & 1)
            talkers[count++] = i;
    if (s)
        media_stream_hear(s, talkers, count, (enum media_tone)(tone < 192 ? 0 : tone & 3));
}

static void step_record(struct input *in, uint64_t call)
{
    uint64_t others[LEGS];
    struct media_recording wanted = {.call = call, .name = SLICE("call"), .others = others};
    unsigned bits = take(in);
    wanted.state = (enum media_recording_state)(take(in) % 3);
    wanted.left = bits & 1 ? call : 0;
    for (uint64_t i = 1; i <= LEGS; i++)
        if (bits >> i & 1)
            others[wanted.other_count++] = i;
    media_tap_set(&loop, &wanted);
}

static void leg_open(uint64_t leg)
{
    struct stream *s = media_stream_open(&loop, leg, FD_BASE - (int)leg, -1);
    media_stream_connect(s, &fars[leg]);
}

static void step(struct input *in)
{
    unsigned what = take(in);
    uint64_t leg = 1 + what / 16 % LEGS;
    struct stream *s = media_stream_find(&loop, leg);
    switch (what % 16) {
    case 4:
        step_connect(in, leg);
        break;
    case 5:
    case 6:
        step_hear(in, leg);
        break;
    case 7:
        if (s)
            media_stream_close(s, NULL);
        else
            leg_open(leg);
        break;
    case 8:
        if (s)
            media_digits_press(s, SLICE("1#"), true);
        break;
    case 9:
    case 10:
    case 11:
        loop.now_us += 20000 + 1000 * take(in);
        media_tick(&loop);
        break;
    case 12:
        step_record(in, leg);
        break;
    default:
        step_packet(in, leg, what % 4);
    }
}

static void begin(void)
{
    log_set_level(LOG_ERROR);
    memset(&loop, 0, sizeof loop);
    media_loop_init(&loop, &(struct media_options){.digit = on_digit, .silence_ms = 500});
    static int16_t silence[WIDE_SAMPLES];
    loop.music = (struct music){.narrow = silence, .wide = silence, .frames = 1};
    loop.now_us = 1000000;
    loop.recorder = (struct media_recorder *)&is_recorded;
    for (uint64_t leg = 1; leg <= LEGS; leg++) {
        fars[leg] = (struct media_far){.address = {htonl(INADDR_LOOPBACK)},
                                       .port = 4000,
                                       .codec = leg == 3 ? MEDIA_G722 : MEDIA_PCMU,
                                       .event_payload = 96,
                                       .our_event_payload = 101,
                                       .is_listening = true,
                                       .is_sending = true,
                                       .cipher = leg == SECURE_LEG ? MEDIA_AES_80 : MEDIA_PLAIN};
        talks[leg] = (struct rtp){.source = (uint32_t)leg, .sequence = (uint16_t)(leg * 9999)};
        leg_open(leg);
    }
    /* Its keys are all zero, on both sides. */
    uint8_t key[MEDIA_KEY_BYTES] = {0};
    srtp_policy_t policy = {.ssrc = {.type = ssrc_any_outbound}, .key = key, .window_size = 128};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    EXPECT(srtp_create(&secure, &policy) == srtp_err_status_ok);
}

static void end(void)
{
    for (uint64_t call = 1; call <= LEGS; call++) {
        struct media_recording none = {.call = call, .state = MEDIA_RECORDING_STOPPED};
        media_tap_set(&loop, &none);
    }
    for (uint64_t leg = 1; leg <= LEGS; leg++) {
        struct stream *s = media_stream_find(&loop, leg);
        struct media_stats stats;
        if (!s)
            continue;
        media_stream_close(s, &stats);
        EXPECT(stats.score == 0 || (stats.score >= 100 && stats.score <= 450));
    }
    EXPECT(loop.mixes.count == 0 && list_is_empty(&loop.voices) && list_is_empty(&loop.ticking));
    EXPECT(list_is_empty(&loop.unresolved));
    loop.music = (struct music){0};
    media_loop_free(&loop);
    srtp_dealloc(secure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    begin();
    for (int i = 0; i < STEPS_MAX && in.left > 0; i++) {
        step(&in);
        check();
    }
    end();
    return 0;
}
