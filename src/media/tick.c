/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What happens every 20 ms while a stream is open: talkers are decoded, each telephone that is not
 * relayed gets a frame, recordings get theirs; and one stream in ten is looked after.
 *
 * A telephone that hears nothing (nobody is named, or the talker sends nothing) gets a single frame
 * of silence every second. That keeps the ways through address translators open and telephones from
 * thinking that we are gone, for a fiftieth of what unbroken silence would cost. */
#include <sys/timerfd.h>
#include <time.h>

#include "base/log.h"
#include "media/media_int.h"

void media_ticks_start(struct media_loop *loop, bool is_on)
{
    if (loop->timer_fd < 0)
        return;
    struct timespec every = {.tv_nsec = is_on ? FRAME_MS * 1000000L : 0};
    struct itimerspec when = {.it_interval = every, .it_value = every};
    if (timerfd_settime(loop->timer_fd, 0, &when, NULL) < 0)
        log_abort("timerfd_settime failed");
}

void media_tick_update(struct stream *s)
{
    bool is_wanted = s->mode == MODE_TONE || s->mode == MODE_MIX || s->digit_count > 0;
    if (is_wanted && list_is_empty(&s->as_ticking))
        list_append(&s->loop->ticking, &s->as_ticking);
    else if (!is_wanted)
        list_remove(&s->as_ticking);
}

/* All who hear music hear the same place of it, encoded once for each codec. */
static const uint8_t *tick_music(struct media_loop *loop, enum media_codec codec)
{
    const struct music *music = &loop->music;
    size_t frame = loop->tick % music->frames;
    if (loop->music_tick[codec] != loop->tick) {
        loop->music_tick[codec] = loop->tick;
        media_encode(&loop->music_encoder, codec,
                     codec == MEDIA_G722 ? music->wide + frame * WIDE_SAMPLES
                                         : music->narrow + frame * FRAME_SAMPLES,
                     loop->music_frame[codec]);
    }
    return loop->music_frame[codec];
}

static void tick_tone(struct stream *s)
{
    int16_t samples[WIDE_SAMPLES];
    uint8_t frame[FRAME_BYTES];
    if (s->tone == MEDIA_TONE_MUSIC) {
        media_send_frame(s, tick_music(s->loop, s->far.codec));
        return;
    }
    media_tone_frame(s->tone, s->tone_frame++, s->far.codec, samples);
    media_encode(&s->encoder, s->far.codec, samples, frame);
    media_send_frame(s, frame);
}

static void tick_stream(struct stream *s)
{
    if (!media_can_send(s))
        return;
    if (s->digit_count > 0) {
        media_digits_tick(s);
        media_tick_update(s);
    } else if (s->mode == MODE_MIX) {
        media_mix_send(s);
    } else {
        tick_tone(s);
    }
}

static void tick_silent(struct stream *s, uint64_t now_ms)
{
    const struct media_options *options = &s->loop->options;
    bool is_expected = s->has_far && s->far.is_sending && options->silence_ms > 0;
    if (!is_expected || s->is_silent || now_ms - s->in_ms < options->silence_ms)
        return;
    s->is_silent = true;
    if (options->silent)
        options->silent(options->ctx, s->leg, true);
}

static void tick_look_after(struct stream *s)
{
    uint64_t now_ms = media_now_ms(s->loop);
    tick_silent(s, now_ms);
    if (media_can_send(s) && now_ms - s->out_ms >= KEEP_ALIVE_MS)
        media_send_silence(s);
    if (now_ms >= s->report_ms)
        media_control_report(s, false);
}

void media_tick(struct media_loop *loop)
{
    loop->tick++;
    media_receive_waiting(loop);
    LIST_EACH(it, &loop->voices)
    media_voice_tick(LIST_OWNER(it, struct voice, as_voice));
    LIST_EACH_SAFE(it, &loop->ticking)
    tick_stream(LIST_OWNER(it, struct stream, as_ticking));
    media_tap_tick(loop);
    LIST_EACH(it, &loop->streams[loop->tick % HOUSEKEEPING_TURN])
    tick_look_after(LIST_OWNER(it, struct stream, as_any));
}
