/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Recordings of calls to files, on a thread of their own: what the disk does never makes the media
 * thread wait. Private to the media room.
 *
 * A recording is DIRECTORY/NAME.wav: 16 bit PCM, 8000 Hz, left and right. While it grows it is
 * called NAME.wav.part; its header says at least every second how long it is, so that it can be
 * played while it grows, and after a crash. When it is closed it is synced and gets its name. A
 * part file that a crash left is closed in the same way when the recorder is made; whoever records
 * under a name that is there already goes on with that file.
 *
 * set and frame are called on one thread, the media thread; they return at once. */
#ifndef MEDIA_RECORDER_H
#define MEDIA_RECORDER_H

#include "media/media.h"

#define RECORDER_FRAME_SAMPLES 160 /* 20 ms at 8000 Hz */
#define RECORDER_WAITING_BYTES ((size_t)64 << 20)

struct media_recorder;

struct media_recorder_options {
    const char *directory; /* made when absent; the one above it must be there */
    size_t waiting_bytes;  /* 0: RECORDER_WAITING_BYTES */
    /* The call's recording ended by a failure; what was written so far is closed and kept. Called
     * on the recorder's thread, once for each beginning. May be NULL. */
    void (*failed)(void *ctx, uint64_t call);
    void *ctx;
};

/* ERR_IO when the directory can't be made or written. */
enum err media_recorder_create(const struct media_recorder_options *options,
                               struct media_recorder **out);
/* Writes what was given so far and closes all recordings. NULL is fine. */
void media_recorder_destroy(struct media_recorder *recorder);

/* What is wanted of the call's recording from now on; repeating it disturbs nothing. name as in
 * struct media_recording; it stays the same until STOPPED, which closes the file. After a failure
 * nothing is recorded until STOPPED and ON. */
void media_recorder_set(struct media_recorder *recorder, uint64_t call, struct slice name,
                        enum media_recording_state state);
/* The next 20 ms of a call that is ON or PAUSED; while it is PAUSED only their length counts, and
 * silence is written. Of a call that is neither: ignored. When the disk is more than
 * waiting_bytes behind, silence takes the place of what is lost, and is counted. */
void media_recorder_frame(struct media_recorder *recorder, uint64_t call,
                          const int16_t left[RECORDER_FRAME_SAMPLES],
                          const int16_t right[RECORDER_FRAME_SAMPLES]);
/* So many frames of it were missed: silence, and counted. */
void media_recorder_skip(struct media_recorder *recorder, uint64_t call, uint64_t frames);

/* record_file.c: one file, on the recorder's thread. */
#define RECORD_NAME_MAX 100
struct record_file {
    char name[RECORD_NAME_MAX + 1];
    int fd;
    uint32_t data_bytes;
    uint32_t told_bytes; /* what the header says */
};
/* Goes on with one that is there. ERR_INVALID for a name that is none, ERR_EXISTS when what is
 * there is no recording of ours, ERR_IO. */
enum err record_file_open(int directory_fd, struct slice name, struct record_file *out);
/* ERR_IO, ERR_RANGE when it is as long as a file of this kind can be; then not all was written. */
enum err record_file_append(struct record_file *file, const void *bytes, size_t len);
/* Makes it whole and durable, whatever happened to it; one without a sample is removed. */
enum err record_file_close(int directory_fd, struct record_file *file);
/* Closes what a crash left. */
void record_file_recover(int directory_fd);

/* wav.c: the 44 bytes before the samples. */
#define WAV_HEADER_BYTES 44
#define WAV_FRAME_BYTES  4 /* left and right */
#define WAV_DATA_MAX     (UINT32_MAX - WAV_HEADER_BYTES - WAV_FRAME_BYTES)
void media_wav_header(uint8_t out[WAV_HEADER_BYTES], uint32_t data_bytes);
/* Whether these are such bytes, of whatever length of data. */
bool media_wav_is_ours(const uint8_t header[WAV_HEADER_BYTES]);

#endif
