/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the media room: the recorder, which writes calls' WAV files on a thread of its own, so
 * that no disk makes sound wait. All functions but destroy are called on the media thread, return at
 * once, and are carried out in order. */
#ifndef MEDIA_RECORDER_H
#define MEDIA_RECORDER_H

#include "media/media.h"

#define RECORDER_FRAME_SAMPLES 160 /* 20 ms at 8000 Hz */

struct media_recorder;

/* Uses recordings, record_failed and ctx of the options; record_failed is called on the recorder's
 * thread, not under a lock. ERR_IO when the directory can't be written. */
enum err media_recorder_create(const struct media_options *options, struct media_recorder **out);
/* Closes what is open as it is, and ends the thread. NULL is fine. */
void media_recorder_destroy(struct media_recorder *recorder);

/* What is wanted of the call's recording from now on; repeatable. The name is copied. */
void media_recorder_set(struct media_recorder *recorder, uint64_t call, struct slice name,
                        enum media_recording_state state);
/* The next 20 ms of a call whose recording is on or paused, 16 bit linear: given in each tick, also
 * while it is paused (silence is written then, whatever is given). Frames of a call that is not
 * recorded are ignored. */
void media_recorder_frame(struct media_recorder *recorder, uint64_t call,
                          const int16_t left[RECORDER_FRAME_SAMPLES],
                          const int16_t right[RECORDER_FRAME_SAMPLES]);

#endif
