/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Music on hold, in memory at both rates and played in a circle: from a WAV file (RIFF, 16 bit PCM,
 * mono, 8000 or 16000 Hz, at most ten minutes), or generated, a slow walk through a pentatonic
 * scale, each note fading before the next, so that no recording and no right to one is needed.
 *
 * The file is checked as a whole when it is read, so that a bad one is found at the start and not
 * by the first who is put on hold. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "media/sound.h"

#define NOTE_FRAMES    30 /* 600 ms */
#define NOTES          16
#define AMPLITUDE      5000.0
#define LONGEST_FRAMES 30000 /* 10 min */
#define FILE_MAX       ((size_t)LONGEST_FRAMES * WIDE_SAMPLES * 2 + 4096)

static void music_generate(int16_t *out, int rate)
{
    static const double scale_hz[] = {392.0, 440.0, 523.3, 587.3, 659.3};
    static const uint8_t melody[NOTES] = {0, 2, 3, 4, 3, 2, 1, 2, 0, 1, 2, 4, 3, 1, 2, 0};
    int note_samples = NOTE_FRAMES * FRAME_MS * rate / 1000;
    for (int note = 0; note < NOTES; note++) {
        double step = 2 * M_PI * scale_hz[melody[note]] / rate;
        for (int i = 0; i < note_samples; i++) {
            double fade = 1.0 - (double)i / note_samples;
            *out++ = (int16_t)lrint(AMPLITUDE * fade * sin(step * i));
        }
    }
}

static void music_allocate(struct music *music, size_t frames)
{
    music->frames = frames;
    music->narrow = mem_zalloc(frames * FRAME_SAMPLES * sizeof *music->narrow);
    music->wide = mem_zalloc(frames * WIDE_SAMPLES * sizeof *music->wide);
}

static uint32_t little_32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned little_16(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

struct wav {
    unsigned rate; /* 0: no format yet */
    const uint8_t *data;
    size_t data_bytes;
};

/* NULL when it is a file that can be played, else why not. */
static const char *wav_read(const uint8_t *file, size_t len, struct wav *wav)
{
    if (len < 12 || memcmp(file, "RIFF", 4) != 0 || memcmp(file + 8, "WAVE", 4) != 0)
        return "it is no WAV file";
    for (size_t at = 12; at + 8 <= len && !wav->data;) {
        const uint8_t *chunk = file + at + 8;
        size_t bytes = little_32(file + at + 4), left = len - at - 8;
        if (memcmp(file + at, "fmt ", 4) == 0) {
            if (bytes < 16 || bytes > left)
                return "its format is broken off";
            wav->rate = little_32(chunk + 4);
            if (little_16(chunk) != 1 || little_16(chunk + 2) != 1 || little_16(chunk + 14) != 16 ||
                (wav->rate != 8000 && wav->rate != 16000))
                return "it must be 16 bit PCM, mono, 8000 or 16000 Hz";
        } else if (memcmp(file + at, "data", 4) == 0) {
            if (bytes > left)
                return "its sound is broken off";
            wav->data = chunk;
            wav->data_bytes = bytes;
        }
        if (bytes > left)
            break;
        at += 8 + bytes + (bytes & 1);
    }
    if (wav->rate == 0 || !wav->data)
        return "it has no format or no sound";
    return NULL;
}

static const char *music_from(const uint8_t *file, size_t len, struct music *out)
{
    struct wav wav = {0};
    const char *why = wav_read(file, len, &wav);
    if (why)
        return why;
    size_t frame_samples = (size_t)wav.rate / 1000 * FRAME_MS;
    size_t frames = wav.data_bytes / 2 / frame_samples;
    if (frames == 0 || frames > LONGEST_FRAMES)
        return "it must be from 20 ms to 10 min long";
    struct resampler resampler = {0};
    music_allocate(out, frames);
    int16_t *read = wav.rate == 8000 ? out->narrow : out->wide;
    for (size_t i = 0; i < frames * frame_samples; i++)
        read[i] = (int16_t)little_16(wav.data + 2 * i);
    for (size_t i = 0; i < frames; i++) {
        int16_t *narrow = out->narrow + i * FRAME_SAMPLES, *wide = out->wide + i * WIDE_SAMPLES;
        if (wav.rate == 8000)
            media_resample_up(&resampler, narrow, wide);
        else
            media_resample_down(&resampler, wide, narrow);
    }
    return NULL;
}

/* The file's bytes, to be freed; NULL when it can't be read or is too large. */
static uint8_t *file_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return NULL;
    uint8_t *bytes = mem_alloc(FILE_MAX);
    *len = fread(bytes, 1, FILE_MAX, file);
    bool is_whole = !ferror(file) && fgetc(file) == EOF;
    (void)fclose(file);
    if (is_whole)
        return bytes;
    mem_free(bytes);
    return NULL;
}

enum err media_music_load(const char *path, struct music *out)
{
    if (!path) {
        music_allocate(out, (size_t)NOTES * NOTE_FRAMES);
        music_generate(out->narrow, 8000);
        music_generate(out->wide, 16000);
        return ERR_OK;
    }
    size_t len = 0;
    uint8_t *bytes = file_read(path, &len);
    const char *why = bytes ? music_from(bytes, len, out) : "it can't be read, or is too large";
    mem_free(bytes);
    if (!why)
        return ERR_OK;
    char name[256];
    log_line(LOG_ERROR, "media.music_refused", "file=%s reason=\"%s\"",
             log_quote(name, sizeof name, slice_of(path)), why);
    return ERR_INVALID;
}

void media_music_free(struct music *music)
{
    mem_free(music->narrow);
    mem_free(music->wide);
}
