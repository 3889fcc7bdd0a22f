/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The mixer. A conference is no object here: each listener has a set of talkers, and what is common
 * to listeners is found. Somebody who hears all but himself shares the sum of all with the others
 * and takes his own part away, so a conference of n costs n additions and n subtractions, not n * n
 * additions. Who only listens, or is muted, has nothing to take away, and shares also the encoded
 * frame with those for whom this is so too.
 *
 * Sums are made at 8000 Hz for listeners with G.711 and at 16000 Hz for those with G.722, at each
 * only where somebody hears it; a talker of the other rate is resampled once. They are made of 32
 * bits and saturated at the end. A shared frame of G.722 comes from the mix's own encoder: who
 * moves between it and one of his own has a decoder that disagrees for some milliseconds. */
#include <string.h>

#include "base/mem.h"
#include "media/media_int.h"

struct set {
    struct stream *talkers[MEDIA_TALKERS_MAX + 1];
    size_t count;
};

/* Sorted by address, each once. */
static void set_add(struct set *set, struct stream *talker)
{
    size_t at = set->count;
    while (at > 0 && (uintptr_t)set->talkers[at - 1] > (uintptr_t)talker)
        at--;
    if (at > 0 && set->talkers[at - 1] == talker)
        return;
    memmove(set->talkers + at + 1, set->talkers + at, (set->count - at) * sizeof *set->talkers);
    set->talkers[at] = talker;
    set->count++;
}

static struct slice set_key(struct stream *const *talkers, size_t count)
{
    return (struct slice){(const char *)talkers, count * sizeof *talkers};
}

static struct mix *mix_find(struct media_loop *loop, const struct set *set)
{
    struct mix *mix = map_get(&loop->mixes, set_key(set->talkers, set->count));
    if (mix)
        return mix;
    mix = mem_zalloc(sizeof *mix);
    mix->count = set->count;
    mix->talkers = mem_alloc(set->count * sizeof *mix->talkers);
    memcpy(mix->talkers, set->talkers, set->count * sizeof *mix->talkers);
    map_put(&loop->mixes, set_key(mix->talkers, mix->count), mix);
    return mix;
}

void media_mix_leave(struct stream *s)
{
    struct mix *mix = s->mix;
    s->mix = NULL;
    if (!mix || --mix->users > 0)
        return;
    map_remove(&s->loop->mixes, set_key(mix->talkers, mix->count));
    media_encoder_free(&mix->encoder);
    mem_free(mix->talkers);
    mem_free(mix);
}

void media_mix_join(struct stream *s)
{
    struct set set = {.count = 0};
    s->is_in_mix = s->voice != NULL;
    for (size_t i = 0; i < s->hears.count && i < MEDIA_TALKERS_MAX; i++) {
        struct stream *talker = s->hears.links[i].talker;
        if (talker)
            set_add(&set, talker);
    }
    if (s->is_in_mix)
        set_add(&set, s);
    struct mix *mix = mix_find(s->loop, &set);
    mix->users++;
    media_mix_leave(s);
    s->mix = mix;
}

static const int32_t *mix_narrow(struct mix *mix, uint64_t tick)
{
    if (mix->narrow_tick == tick)
        return mix->narrow;
    mix->narrow_tick = tick;
    memset(mix->narrow, 0, sizeof mix->narrow);
    for (size_t i = 0; i < mix->count; i++) {
        const int16_t *samples = media_voice_narrow(mix->talkers[i]->voice);
        for (size_t k = 0; samples && k < FRAME_SAMPLES; k++)
            mix->narrow[k] += samples[k];
    }
    return mix->narrow;
}

static const int32_t *mix_wide(struct mix *mix, uint64_t tick)
{
    if (mix->wide_tick == tick)
        return mix->wide;
    mix->wide_tick = tick;
    memset(mix->wide, 0, sizeof mix->wide);
    for (size_t i = 0; i < mix->count; i++) {
        const int16_t *samples = media_voice_wide(mix->talkers[i]->voice);
        for (size_t k = 0; samples && k < WIDE_SAMPLES; k++)
            mix->wide[k] += samples[k];
    }
    return mix->wide;
}

/* The sum less own, which may be NULL, as a frame. */
static void mix_encode(struct mix *mix, uint64_t tick, const int16_t *own, enum media_codec codec,
                       struct encoder *encoder, uint8_t *out)
{
    int16_t samples[WIDE_SAMPLES];
    const int32_t *sum = codec == MEDIA_G722 ? mix_wide(mix, tick) : mix_narrow(mix, tick);
    size_t count = media_codec_samples(codec);
    if (own)
        for (size_t i = 0; i < count; i++)
            samples[i] = media_saturate(sum[i] - own[i]);
    else
        for (size_t i = 0; i < count; i++)
            samples[i] = media_saturate(sum[i]);
    media_encode(encoder, codec, samples, out);
}

static const int16_t *mix_own(struct stream *s)
{
    if (!s->is_in_mix)
        return NULL;
    return s->far.codec == MEDIA_G722 ? media_voice_wide(s->voice) : media_voice_narrow(s->voice);
}

void media_mix_send(struct stream *s)
{
    struct mix *mix = s->mix;
    enum media_codec codec = s->far.codec;
    uint64_t tick = s->loop->tick;
    const int16_t *own = mix_own(s);
    /* G.711 has no memory: who says nothing just now hears what all hear. */
    bool is_shared = codec == MEDIA_G722 ? !s->is_in_mix : !own;
    if (!is_shared) {
        uint8_t frame[FRAME_BYTES];
        mix_encode(mix, tick, own, codec, &s->encoder, frame);
        media_send_frame(s, frame);
        return;
    }
    if (mix->encoded_tick[codec] != tick) {
        mix->encoded_tick[codec] = tick;
        mix_encode(mix, tick, NULL, codec, &mix->encoder, mix->encoded[codec]);
    }
    media_send_frame(s, mix->encoded[codec]);
}
