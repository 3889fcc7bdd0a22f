/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Taps: what the recorder gets of a call, 20 ms in each tick, decoded whether those who talk are
 * relayed to each other or mixed. While a recording is paused nothing is decoded for it. */
#include <string.h>

#include "base/mem.h"
#include "media/media_int.h"
#include "media/recorder.h"

static struct tap *tap_find(struct media_loop *loop, uint64_t call)
{
    LIST_EACH(it, &loop->taps)
    {
        struct tap *tap = LIST_OWNER(it, struct tap, as_tap);
        if (tap->call == call)
            return tap;
    }
    return NULL;
}

static void tap_free(struct tap *tap)
{
    media_links_free(&tap->left);
    media_links_free(&tap->others);
    list_remove(&tap->as_tap);
    mem_free(tap);
}

static void tap_hold(struct link_set *set, bool is_on)
{
    for (size_t i = 0; i < set->count; i++)
        media_link_hold_voice(&set->links[i], is_on);
}

void media_tap_set(struct media_loop *loop, const struct media_recording *wanted)
{
    if (!loop->recorder)
        return;
    struct tap *tap = tap_find(loop, wanted->call);
    media_recorder_set(loop->recorder, wanted->call, wanted->name, wanted->state);
    if (wanted->state == MEDIA_RECORDING_STOPPED) {
        if (tap)
            tap_free(tap);
        return;
    }
    if (!tap) {
        tap = mem_zalloc(sizeof *tap);
        tap->call = wanted->call;
        list_append(&loop->taps, &tap->as_tap);
    }
    tap->is_on = wanted->state == MEDIA_RECORDING_ON;
    media_links_set(loop, &tap->left, &wanted->left, wanted->left != 0, NULL, tap);
    media_links_set(loop, &tap->others, wanted->others, wanted->other_count, NULL, tap);
    tap_hold(&tap->left, tap->is_on);
    tap_hold(&tap->others, tap->is_on);
}

static void tap_sum(const struct link_set *set, int16_t out[FRAME_SAMPLES])
{
    int32_t sum[FRAME_SAMPLES] = {0};
    for (size_t i = 0; i < set->count; i++) {
        const struct link *link = &set->links[i];
        const int16_t *samples = link->holds_voice ? media_voice_narrow(link->talker->voice) : NULL;
        for (size_t k = 0; samples && k < FRAME_SAMPLES; k++)
            sum[k] += samples[k];
    }
    for (size_t k = 0; k < FRAME_SAMPLES; k++)
        out[k] = media_saturate(sum[k]);
}

void media_tap_tick(struct media_loop *loop)
{
    LIST_EACH(it, &loop->taps)
    {
        const struct tap *tap = LIST_OWNER(it, struct tap, as_tap);
        int16_t left[FRAME_SAMPLES], right[FRAME_SAMPLES];
        tap_sum(&tap->left, left);
        tap_sum(&tap->others, right);
        media_recorder_frame(loop->recorder, tap->call, left, right);
    }
}

void media_tap_skip(struct media_loop *loop, uint64_t ticks)
{
    LIST_EACH(it, &loop->taps)
    media_recorder_skip(loop->recorder, LIST_OWNER(it, struct tap, as_tap)->call, ticks);
}

void media_taps_free(struct media_loop *loop)
{
    LIST_EACH_SAFE(it, &loop->taps)
    tap_free(LIST_OWNER(it, struct tap, as_tap));
}
