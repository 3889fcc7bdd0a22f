/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The state of the room without its thread and descriptors. */
#include <time.h>

#include "media/media_int.h"

void media_loop_clock(struct media_loop *loop)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    loop->now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void media_loop_init(struct media_loop *loop, const struct media_options *options)
{
    static const int16_t nothing[WIDE_SAMPLES];
    loop->epoll_fd = loop->timer_fd = -1;
    loop->options = *options;
    loop->meters = media_meters_create();
    for (unsigned i = 0; i < HOUSEKEEPING_TURN; i++)
        list_init(&loop->streams[i]);
    list_init(&loop->ticking);
    list_init(&loop->waiting);
    list_init(&loop->voices);
    list_init(&loop->taps);
    list_init(&loop->unresolved);
    for (unsigned i = 0; i < MEDIA_CODEC_COUNT; i++) {
        struct encoder encoder = {0};
        media_encode(&encoder, (enum media_codec)i, nothing, loop->silence[i]);
        media_encoder_free(&encoder);
    }
    media_loop_clock(loop);
}

void media_loop_free(struct media_loop *loop)
{
    for (unsigned i = 0; i < HOUSEKEEPING_TURN; i++)
        LIST_EACH_SAFE(it, &loop->streams[i])
    media_stream_close(LIST_OWNER(it, struct stream, as_any), NULL);
    media_taps_free(loop);
    map_free(&loop->by_leg);
    map_free(&loop->mixes);
    media_music_free(&loop->music);
    media_encoder_free(&loop->music_encoder);
    media_meters_free(loop->meters);
}
