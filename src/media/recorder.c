/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Recordings, from the media thread to the disk. The media thread gathers a few frames of each call
 * into one message; a queue, bounded in what it holds, leads to the recorder's thread, which alone
 * knows files. So a slow disk costs memory first, and then, counted, the sound of some moments; the
 * length of a recording stays right, for the next message says how many frames are missing.
 *
 * Beginning and end of a recording are never refused. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "media/recorder.h"

#define MESSAGE_FRAMES 10 /* 200 ms */
#define FRAME_BYTES    ((size_t)RECORDER_FRAME_SAMPLES * WAV_FRAME_BYTES)

enum message_kind { MESSAGE_BEGIN, MESSAGE_SOUND, MESSAGE_END, MESSAGE_STOP };

struct message {
    enum message_kind kind;
    uint64_t call;
    uint64_t lost; /* frames before these */
    size_t frames;
    size_t name_len;
    char name[RECORD_NAME_MAX + 1];
    int16_t samples[MESSAGE_FRAMES * RECORDER_FRAME_SAMPLES * 2];
};
#define SMALL_BYTES offsetof(struct message, samples)

/* A call that is recorded, as the media thread sees it. */
struct tap {
    struct list link;
    uint64_t call;
    bool is_paused;
    uint64_t lost;
    struct message *message; /* being filled; NULL */
};

/* And as the recorder's thread does. */
struct recording {
    struct list link;
    uint64_t call;
    bool has_failed;
    struct record_file file;
};

struct media_recorder {
    struct media_recorder_options options;
    int directory_fd;
    struct queue *queue;
    pthread_t thread;
    /* of the media thread */
    struct list taps;
    struct map tap_by_call;
    /* of the recorder's thread */
    struct list recordings;
    struct map recording_by_call;
    struct metric *open;
    struct metric *failures;
    struct metric *lost_frames;
    int64_t open_count;
};

/* --- the recorder's thread --- */

static void report(const struct recording *recording, const char *what, enum err err)
{
    log_line(err == ERR_OK ? LOG_DEBUG : LOG_ERROR, "media.record",
             "call=%llu name=%s %s=%s seconds=%u", (unsigned long long)recording->call,
             recording->file.name, what, err_row(err)->symbol,
             (unsigned)(recording->file.data_bytes / WAV_FRAME_BYTES / 8000));
}

static void count_open(struct media_recorder *r, int change)
{
    r->open_count += change;
    metric_set(r->open, r->open_count);
}

static enum err close_file(struct media_recorder *r, struct recording *recording)
{
    enum err err = record_file_close(r->directory_fd, &recording->file);
    count_open(r, -1);
    report(recording, "closed", err);
    return err;
}

static void fail(struct media_recorder *r, struct recording *recording)
{
    recording->has_failed = true;
    metric_add(r->failures, 1);
    if (r->options.failed)
        r->options.failed(r->options.ctx, recording->call);
}

static void begin(struct media_recorder *r, const struct message *m)
{
    struct recording *recording = mem_zalloc(sizeof *recording);
    recording->call = m->call;
    list_append(&r->recordings, &recording->link);
    map_put(&r->recording_by_call, map_key_u64(&recording->call), recording);
    enum err err =
        record_file_open(r->directory_fd, (struct slice){m->name, m->name_len}, &recording->file);
    if (err == ERR_OK)
        count_open(r, 1);
    report(recording, "opened", err);
    if (err != ERR_OK)
        fail(r, recording);
}

static enum err append_silence(struct record_file *file, uint64_t frames)
{
    static const int16_t silence[MESSAGE_FRAMES * RECORDER_FRAME_SAMPLES * 2];
    enum err err = ERR_OK;
    while (frames > 0 && err == ERR_OK) {
        uint64_t some = frames < MESSAGE_FRAMES ? frames : MESSAGE_FRAMES;
        err = record_file_append(file, silence, (size_t)some * FRAME_BYTES);
        frames -= some;
    }
    return err;
}

static void append(struct media_recorder *r, const struct message *m)
{
    struct recording *recording = map_get(&r->recording_by_call, map_key_u64(&m->call));
    if (!recording || recording->has_failed)
        return;
    enum err err = append_silence(&recording->file, m->lost);
    if (err == ERR_OK && m->frames > 0)
        err = record_file_append(&recording->file, m->samples, m->frames * FRAME_BYTES);
    if (err == ERR_OK)
        return;
    report(recording, "failed", err);
    (void)close_file(r, recording);
    fail(r, recording);
}

static void end(struct media_recorder *r, const struct message *m)
{
    struct recording *recording = map_get(&r->recording_by_call, map_key_u64(&m->call));
    if (!recording)
        return;
    append(r, m); /* what was lost at its end */
    if (!recording->has_failed && close_file(r, recording) != ERR_OK)
        fail(r, recording);
    map_remove(&r->recording_by_call, map_key_u64(&m->call));
    list_remove(&recording->link);
    mem_free(recording);
}

/* A limit on the size of files is an error like any other, not a signal. */
static void refuse_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void *run(void *arg)
{
    struct media_recorder *r = arg;
    refuse_signals();
    for (;;) {
        void *item;
        if (queue_take(r->queue, &item, 1) == 0) {
            queue_wait(r->queue, UINT64_MAX);
            continue;
        }
        struct message *m = item;
        enum message_kind kind = m->kind;
        if (kind == MESSAGE_BEGIN)
            begin(r, m);
        else if (kind == MESSAGE_SOUND)
            append(r, m);
        else if (kind == MESSAGE_END)
            end(r, m);
        mem_free(m);
        if (kind == MESSAGE_STOP)
            return NULL;
    }
}

/* --- the media thread --- */

static struct message *message_of(enum message_kind kind, uint64_t call)
{
    struct message *m = mem_alloc(kind == MESSAGE_SOUND ? sizeof *m : SMALL_BYTES);
    memset(m, 0, SMALL_BYTES);
    m->kind = kind;
    m->call = call;
    return m;
}

static void hand_over(struct media_recorder *r, struct tap *tap)
{
    struct message *m = tap->message;
    if (!m)
        return;
    tap->message = NULL;
    m->lost = tap->lost;
    if (queue_put(r->queue, m, false)) {
        tap->lost = 0;
        return;
    }
    tap->lost += m->frames;
    metric_add(r->lost_frames, m->frames);
    mem_free(m);
}

static void tap_begin(struct media_recorder *r, uint64_t call, struct slice name, bool is_paused)
{
    struct tap *tap = mem_zalloc(sizeof *tap);
    struct message *m = message_of(MESSAGE_BEGIN, call);
    tap->call = call;
    tap->is_paused = is_paused;
    list_append(&r->taps, &tap->link);
    map_put(&r->tap_by_call, map_key_u64(&tap->call), tap);
    if (name.len <= RECORD_NAME_MAX) { /* else it stays empty, and is refused as that */
        memcpy(m->name, name.ptr ? name.ptr : "", name.len);
        m->name_len = name.len;
    }
    queue_put(r->queue, m, true);
}

static void tap_end(struct media_recorder *r, struct tap *tap)
{
    hand_over(r, tap);
    struct message *m = message_of(MESSAGE_END, tap->call);
    m->lost = tap->lost;
    queue_put(r->queue, m, true);
    map_remove(&r->tap_by_call, map_key_u64(&tap->call));
    list_remove(&tap->link);
    mem_free(tap);
}

void media_recorder_set(struct media_recorder *r, uint64_t call, struct slice name,
                        enum media_recording_state state)
{
    struct tap *tap = map_get(&r->tap_by_call, map_key_u64(&call));
    if (tap && state == MEDIA_RECORDING_STOPPED)
        tap_end(r, tap);
    else if (tap)
        tap->is_paused = state == MEDIA_RECORDING_PAUSED;
    else if (state != MEDIA_RECORDING_STOPPED)
        tap_begin(r, call, name, state == MEDIA_RECORDING_PAUSED);
}

void media_recorder_frame(struct media_recorder *r, uint64_t call,
                          const int16_t left[RECORDER_FRAME_SAMPLES],
                          const int16_t right[RECORDER_FRAME_SAMPLES])
{
    struct tap *tap = map_get(&r->tap_by_call, map_key_u64(&call));
    if (!tap)
        return;
    if (!tap->message)
        tap->message = message_of(MESSAGE_SOUND, call);
    struct message *m = tap->message;
    int16_t *out = m->samples + m->frames * RECORDER_FRAME_SAMPLES * 2;
    for (size_t i = 0; i < RECORDER_FRAME_SAMPLES; i++) {
        out[2 * i] = tap->is_paused ? 0 : left[i];
        out[2 * i + 1] = tap->is_paused ? 0 : right[i];
    }
    if (++m->frames == MESSAGE_FRAMES)
        hand_over(r, tap);
}

void media_recorder_skip(struct media_recorder *r, uint64_t call, uint64_t frames)
{
    struct tap *tap = map_get(&r->tap_by_call, map_key_u64(&call));
    if (!tap)
        return;
    hand_over(r, tap);
    tap->lost += frames;
    metric_add(r->lost_frames, frames);
}

/* --- making and ending it --- */

enum err media_recorder_create(const struct media_recorder_options *options,
                               struct media_recorder **out)
{
    if (mkdir(options->directory, 0700) != 0 && errno != EEXIST)
        return ERR_IO;
    int fd = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || faccessat(fd, ".", W_OK, 0) != 0) {
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    struct media_recorder *r = mem_zalloc(sizeof *r);
    r->options = *options;
    r->options.directory = NULL; /* borrowed for this call only */
    r->directory_fd = fd;
    r->open = metric_register(METRIC_GAUGE, "cordboard_recordings", NULL,
                              "Calls that are being recorded.");
    r->failures = metric_register(METRIC_COUNTER, "cordboard_recording_failures_total", NULL,
                                  "Recordings that ended by a failure.");
    r->lost_frames = metric_register(METRIC_COUNTER, "cordboard_recording_lost_frames_total", NULL,
                                     "Frames of 20 ms that disk or machine was too slow for; "
                                     "silence was recorded instead.");
    list_init(&r->taps);
    list_init(&r->recordings);
    size_t waiting = options->waiting_bytes > 0 ? options->waiting_bytes : RECORDER_WAITING_BYTES;
    r->queue = queue_create(waiting / sizeof(struct message), NULL, NULL);
    record_file_recover(fd);
    if (pthread_create(&r->thread, NULL, run, r) != 0)
        log_abort("can't start the recorder's thread");
    (void)pthread_setname_np(r->thread, "cb-recorder");
    *out = r;
    return ERR_OK;
}

void media_recorder_destroy(struct media_recorder *r)
{
    if (!r)
        return;
    LIST_EACH_SAFE(it, &r->taps)
    tap_end(r, LIST_OWNER(it, struct tap, link));
    queue_put(r->queue, message_of(MESSAGE_STOP, 0), true);
    pthread_join(r->thread, NULL);
    queue_destroy(r->queue);
    map_free(&r->tap_by_call);
    map_free(&r->recording_by_call);
    close(r->directory_fd);
    mem_free(r);
}
