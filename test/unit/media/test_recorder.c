/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Recordings: what is in the file, that it can be read while it grows and after a crash, that it
 * is gone on with, and what happens when the disk takes no more. A crash is a part file that nobody
 * closes; a full disk is a limit on the size of files. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/recorder.h"

#define DEADLINE_MS 10000

static char directory[64];
static atomic_int failed_count;
static _Atomic uint64_t failed_call;

static void on_failed(void *ctx, uint64_t call)
{
    (void)ctx;
    atomic_store(&failed_call, call);
    atomic_fetch_add(&failed_count, 1);
}

static struct media_recorder *recorder(void)
{
    struct media_recorder_options options = {.directory = directory, .failed = on_failed};
    struct media_recorder *r = NULL;
    assert_int_equal(media_recorder_create(&options, &r), ERR_OK);
    return r;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/recorder-XXXXXX");
    atomic_store(&failed_count, 0);
    return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static const char *path(const char *name)
{
    static char out[128];
    snprintf(out, sizeof out, "%s/%s", directory, name);
    return out;
}

static bool is_there(const char *name)
{
    return access(path(name), F_OK) == 0;
}

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The samples, interleaved; how many frames of 20 ms. The header must be right. */
static size_t sound_of(const char *name, int16_t *out, size_t max)
{
    uint8_t header[WAV_HEADER_BYTES];
    FILE *file = fopen(path(name), "rb");
    assert_non_null(file);
    assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
    size_t samples = fread(out, sizeof *out, max, file);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    assert_true(media_wav_is_ours(header));
    assert_int_equal(number_at(header + 24), 8000);
    assert_int_equal(number_at(header + 40), samples * 2);
    assert_int_equal(number_at(header + 4), samples * 2 + 36);
    return samples / 2 / RECORDER_FRAME_SAMPLES;
}

static void speak(struct media_recorder *r, uint64_t call, size_t frames, int16_t left,
                  int16_t right)
{
    int16_t l[RECORDER_FRAME_SAMPLES], h[RECORDER_FRAME_SAMPLES];
    for (size_t i = 0; i < RECORDER_FRAME_SAMPLES; i++) {
        l[i] = left;
        h[i] = right;
    }
    for (size_t i = 0; i < frames; i++)
        media_recorder_frame(r, call, l, h);
}

static void assert_frames(const int16_t *sound, size_t from, size_t to, int16_t left, int16_t right)
{
    for (size_t i = from * RECORDER_FRAME_SAMPLES; i < to * RECORDER_FRAME_SAMPLES; i++) {
        assert_int_equal(sound[2 * i], left);
        assert_int_equal(sound[2 * i + 1], right);
    }
}

static int16_t sound[1000 * 2 * RECORDER_FRAME_SAMPLES];
#define SOUND_MAX (sizeof sound / sizeof *sound)

static void a_recording_has_both_sides_and_silence_where_it_was_paused(void **state)
{
    (void)state;
    struct media_recorder *r = recorder();
    speak(r, 1, 5, 9, 9); /* not begun */
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    speak(r, 1, 13, 100, -200);
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_PAUSED);
    speak(r, 1, 7, 100, -200);
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    speak(r, 1, 3, 300, 400);
    media_recorder_set(r, 2, SLICE("two"), MEDIA_RECORDING_ON); /* another at the same time */
    speak(r, 2, 1, 1, 2);
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_STOPPED);
    speak(r, 1, 5, 9, 9);
    media_recorder_destroy(r);
    assert_int_equal(sound_of("one.wav", sound, SOUND_MAX), 23);
    assert_frames(sound, 0, 13, 100, -200);
    assert_frames(sound, 13, 20, 0, 0);
    assert_frames(sound, 20, 23, 300, 400);
    assert_int_equal(sound_of("two.wav", sound, SOUND_MAX), 1);
    assert_false(is_there("one.wav.part"));
    assert_false(is_there("two.wav.part"));
    assert_int_equal(failed_count, 0);
}

static void a_file_that_is_there_is_gone_on_with(void **state)
{
    (void)state;
    for (int16_t i = 1; i <= 2; i++) {
        struct media_recorder *r = recorder();
        media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
        speak(r, 1, 10, i, i);
        media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_STOPPED);
        media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
        speak(r, 1, 10, i, i);
        media_recorder_destroy(r); /* as at the end of the process, in the middle of the call */
    }
    assert_int_equal(sound_of("one.wav", sound, SOUND_MAX), 40);
    assert_frames(sound, 0, 20, 1, 1);
    assert_frames(sound, 20, 40, 2, 2);
}

/* Until the file is so long. */
static void wait_for_size(const char *name, off_t size)
{
    struct stat stat_of = {0};
    for (int i = 0; i < DEADLINE_MS; i++) {
        if (stat(path(name), &stat_of) == 0 && stat_of.st_size >= size)
            return;
        usleep(1000);
    }
    fail_msg("%s has %lld bytes", name, (long long)stat_of.st_size);
}

static void copy(const char *from, const char *to, off_t bytes)
{
    char command[512], source[128];
    snprintf(source, sizeof source, "%s", path(from));
    snprintf(command, sizeof command, "head -c %lld %s > %s", (long long)bytes, source, path(to));
    assert_int_equal(system(command), 0);
}

/* What a killed process leaves is the file as it is while it grows. */
static void what_a_crash_left_can_be_played_and_is_finished(void **state)
{
    (void)state;
    struct media_recorder *r = recorder();
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    speak(r, 1, 120, 5, 6);
    wait_for_size("one.wav.part", WAV_HEADER_BYTES + 120 * 640);
    copy("one.wav.part", "crash.wav.part", WAV_HEADER_BYTES + 120 * 640 - 2);
    copy("one.wav.part", "short.wav.part", 20);
    copy("one.wav.part", "empty.wav.part", WAV_HEADER_BYTES);
    uint8_t header[WAV_HEADER_BYTES];
    FILE *file = fopen(path("crash.wav.part"), "rb");
    assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
    fclose(file);
    assert_true(media_wav_is_ours(header));
    assert_in_range(number_at(header + 40), 70 * 640, 120 * 640); /* all but the last second */
    media_recorder_destroy(r);
    r = recorder();
    media_recorder_destroy(r);
    assert_int_equal(sound_of("crash.wav", sound, SOUND_MAX), 119); /* and a cut one */
    assert_frames(sound, 0, 119, 5, 6);
    assert_false(is_there("crash.wav.part"));
    assert_false(is_there("empty.wav.part"));
    assert_false(is_there("empty.wav"));
    assert_true(is_there("short.wav.part")); /* no recording of ours: left alone */
}

static void wait_for_failure(int count)
{
    for (int i = 0; i < DEADLINE_MS && atomic_load(&failed_count) < count; i++)
        usleep(1000);
    assert_int_equal(failed_count, count);
}

static void a_full_disk_ends_the_recording_and_is_told(void **state)
{
    (void)state;
    struct rlimit before, limit = {.rlim_cur = 20000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit.rlim_max = before.rlim_max;
    struct media_recorder *r = recorder();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    media_recorder_set(r, 7, SLICE("seven"), MEDIA_RECORDING_ON);
    speak(r, 7, 100, 5, 6);
    wait_for_failure(1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(failed_call, 7);
    speak(r, 7, 100, 7, 8); /* nobody has stopped it yet */
    media_recorder_set(r, 7, SLICE("seven"), MEDIA_RECORDING_STOPPED);
    /* There is room again: it goes on where it ended, without a restart. */
    media_recorder_set(r, 7, SLICE("seven"), MEDIA_RECORDING_ON);
    speak(r, 7, 100, 9, 9);
    media_recorder_destroy(r);
    assert_int_equal(failed_count, 1);
    size_t frames = sound_of("seven.wav", sound, SOUND_MAX);
    assert_in_range(frames, 129, 132); /* 31 fit */
    assert_int_equal(sound[0], 5);
    assert_int_equal(sound[(frames * RECORDER_FRAME_SAMPLES - 1) * 2], 9);
}

static void what_a_slow_disk_loses_is_silence(void **state)
{
    (void)state;
    struct media_recorder_options options = {.directory = directory, .waiting_bytes = 10000};
    struct media_recorder *r;
    assert_int_equal(media_recorder_create(&options, &r), ERR_OK);
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    speak(r, 1, 999, 5, 6);
    media_recorder_destroy(r);
    assert_int_equal(sound_of("one.wav", sound, SOUND_MAX), 999);
    for (size_t i = 0; i < (size_t)999 * RECORDER_FRAME_SAMPLES; i++)
        assert_true((sound[2 * i] == 5 && sound[2 * i + 1] == 6) ||
                    (sound[2 * i] == 0 && sound[2 * i + 1] == 0));
}

static void what_was_missed_is_silence(void **state)
{
    (void)state;
    struct media_recorder *r = recorder();
    media_recorder_skip(r, 1, 5); /* not begun */
    media_recorder_set(r, 1, SLICE("one"), MEDIA_RECORDING_ON);
    speak(r, 1, 3, 5, 6);
    media_recorder_skip(r, 1, 100);
    media_recorder_skip(r, 1, 20);
    speak(r, 1, 3, 7, 8);
    media_recorder_skip(r, 1, 7);
    media_recorder_destroy(r);
    assert_int_equal(sound_of("one.wav", sound, SOUND_MAX), 133);
    assert_frames(sound, 0, 3, 5, 6);
    assert_frames(sound, 3, 123, 0, 0);
    assert_frames(sound, 123, 126, 7, 8);
    assert_frames(sound, 126, 133, 0, 0);
}

static void what_can_not_be_opened_is_told(void **state)
{
    (void)state;
    struct media_recorder *r = recorder();
    int fd = open(path("there.wav"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "a letter to somebody, longer than a header is", 45), 45);
    close(fd);
    media_recorder_set(r, 1, SLICE("there"), MEDIA_RECORDING_ON);
    wait_for_failure(1);
    media_recorder_set(r, 2, SLICE("../up"), MEDIA_RECORDING_ON);
    wait_for_failure(2);
    media_recorder_destroy(r);
    assert_true(is_there("there.wav"));
    struct media_recorder_options options = {.directory = "/dev/null/recordings"};
    assert_int_equal(media_recorder_create(&options, &r), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_recording_has_both_sides_and_silence_where_it_was_paused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_there_is_gone_on_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_crash_left_can_be_played_and_is_finished, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_ends_the_recording_and_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_a_slow_disk_loses_is_silence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_missed_is_silence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_can_not_be_opened_is_told, set_up, tear_down)};
    return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
