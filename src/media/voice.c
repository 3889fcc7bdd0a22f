/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A talker decoded: packets go through the jitter buffer, and each tick makes 20 ms of samples, at
 * the rate of its codec, and at the other one where somebody asks for it. Made for the first who
 * needs it and freed after the last, since most talkers are only relayed.
 *
 * A frame that is not there is the last one once more, fading to nothing over three frames. */
#include <string.h>

#include "base/mem.h"
#include "media/media_int.h"

#define FADE_FRAMES 3

struct voice *media_voice_hold(struct stream *s)
{
    if (s->voice) {
        s->voice->users++;
        return s->voice;
    }
    struct voice *v = mem_zalloc(sizeof *v);
    v->users = 1;
    v->stream = s;
    v->codec = s->in_codec;
    v->concealed = FADE_FRAMES;
    media_jitter_reset(&v->jitter);
    list_append(&s->loop->voices, &v->as_voice);
    s->voice = v;
    /* What it hears itself may be a sum in which it takes part now. */
    if (s->mode == MODE_MIX && s->mix)
        media_mix_join(s);
    return v;
}

void media_voice_release(struct stream *s)
{
    struct voice *v = s->voice;
    if (--v->users > 0)
        return;
    s->voice = NULL;
    media_receive_choose(s);
    if (s->mode == MODE_MIX && s->mix)
        media_mix_join(s);
    list_remove(&v->as_voice);
    media_decoder_free(&v->decoder);
    mem_free(v);
}

void media_voice_put(struct voice *v, enum media_codec codec, const struct rtp *in,
                     const uint8_t *packet)
{
    if (codec != v->codec) {
        media_jitter_reset(&v->jitter);
        media_decoder_free(&v->decoder);
        v->codec = codec;
        v->concealed = FADE_FRAMES;
    }
    if (!media_jitter_put(&v->jitter, in->timestamp, packet + in->body, in->end - in->body))
        v->stream->loop->counts.late++;
}

/* The last frame once more, quieter from sample to sample. */
static void voice_conceal(struct voice *v, int16_t *out, size_t samples)
{
    int32_t whole = (int32_t)(FADE_FRAMES * samples);
    int32_t left = whole - (int32_t)(v->concealed * samples);
    for (size_t i = 0; i < samples; i++)
        out[i] = (int16_t)(v->last[i] * (left - (int32_t)i) / whole);
}

void media_voice_tick(struct voice *v)
{
    uint8_t frame[FRAME_BYTES];
    size_t samples = media_codec_samples(v->codec);
    int16_t *out = v->codec == MEDIA_G722 ? v->wide : v->narrow;
    v->has_narrow = v->has_wide = false;
    if (media_jitter_take(&v->jitter, frame)) {
        media_decode(&v->decoder, v->codec, frame, out);
        memcpy(v->last, out, samples * sizeof *out);
        v->concealed = 0;
    } else if (v->concealed < FADE_FRAMES) {
        voice_conceal(v, out, samples);
        v->concealed++;
    } else {
        return;
    }
    v->has_narrow = v->codec != MEDIA_G722;
    v->has_wide = v->codec == MEDIA_G722;
}

const int16_t *media_voice_narrow(struct voice *v)
{
    if (!v->has_narrow && v->has_wide) {
        media_resample_down(&v->down, v->wide, v->narrow);
        v->has_narrow = true;
    }
    return v->has_narrow ? v->narrow : NULL;
}

const int16_t *media_voice_wide(struct voice *v)
{
    if (!v->has_wide && v->has_narrow) {
        media_resample_up(&v->up, v->narrow, v->wide);
        v->has_wide = true;
    }
    return v->has_wide ? v->wide : NULL;
}
