/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the recorder gets: both sides of a call, relayed or mixed, by ear from the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/recorder.h"
#include "stage.h"

static char directory[64];

static struct stage *begin(size_t count, enum media_codec codec)
{
    struct stage *stage = stage_begin(count, codec);
    struct media_recorder_options options = {.directory = directory};
    assert_int_equal(media_recorder_create(&options, &stage->loop.recorder), ERR_OK);
    return stage;
}

static void record(struct stage *stage, enum media_recording_state state)
{
    static const uint64_t others[] = {2, 3};
    struct media_recording recording = {.call = 7,
                                        .name = SLICE("call"),
                                        .state = state,
                                        .left = 1,
                                        .others = others,
                                        .other_count = 2};
    media_tap_set(&stage->loop, &recording);
}

/* The stage is over; the file's samples, left and right by turns. */
static size_t end(struct stage *stage, int16_t *out, size_t max)
{
    char path[96];
    struct media_recorder *recorder = stage->loop.recorder;
    stage_end(stage);
    media_recorder_destroy(recorder);
    snprintf(path, sizeof path, "%s/call.wav", directory);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, WAV_HEADER_BYTES, SEEK_SET), 0);
    size_t count = fread(out, sizeof *out, max, file);
    fclose(file);
    assert_int_equal(remove(path), 0);
    return count / 2;
}

static double level(const int16_t *sound, int side, size_t from, size_t to, double hz)
{
    double re = 0, im = 0;
    for (size_t i = from; i < to; i++) {
        re += sound[2 * i + (size_t)side] * cos(2 * M_PI * hz * (double)i / 8000);
        im += sound[2 * i + (size_t)side] * sin(2 * M_PI * hz * (double)i / 8000);
    }
    return 2 * sqrt(re * re + im * im) / (double)(to - from) / 2000;
}

#define SOUND_MAX 64000
static int16_t sound[SOUND_MAX];

static void each_side_has_its_talkers(void **state)
{
    (void)state;
    for (unsigned codec = 0; codec < MEDIA_CODEC_COUNT; codec++) {
        struct stage *stage = begin(3, (enum media_codec)codec);
        record(stage, MEDIA_RECORDING_ON);
        stage_hear(stage, 1, "23");
        stage_hear(stage, 2, "1");
        stage_hear(stage, 3, "1");
        stage_run(stage, 100);
        assert_int_equal(stage_stream(&stage->phones[2])->mode, MODE_RELAY);
        record(stage, MEDIA_RECORDING_STOPPED);
        assert_true(list_is_empty(&stage->loop.taps));
        size_t count = end(stage, sound, SOUND_MAX);
        assert_int_equal(count, 100 * FRAME_SAMPLES);
        for (int i = 1; i <= 3; i++) {
            double hz = 300 + 100 * i;
            double left = level(sound, 0, 8000, 16000, hz),
                   right = level(sound, 1, 8000, 16000, hz);
            assert_true(i == 1 ? left > 0.9 && right < 0.1 : right > 0.9 && left < 0.1);
        }
    }
}

static void a_pause_decodes_nothing_and_a_talker_may_come_and_go(void **state)
{
    (void)state;
    struct stage *stage = begin(3, MEDIA_PCMU);
    stage_hear(stage, 1, "2");
    stage_hear(stage, 2, "1");
    record(stage, MEDIA_RECORDING_ON);
    stage_run(stage, 50);
    record(stage, MEDIA_RECORDING_PAUSED);
    assert_true(list_is_empty(&stage->loop.voices));
    stage_run(stage, 50);
    record(stage, MEDIA_RECORDING_ON);
    record(stage, MEDIA_RECORDING_ON);
    media_stream_close(stage_stream(&stage->phones[3]), NULL);
    stage_run(stage, 50);
    record(stage, MEDIA_RECORDING_STOPPED);
    assert_true(list_is_empty(&stage->loop.voices));
    size_t count = end(stage, sound, SOUND_MAX);
    assert_int_equal(count, 150 * FRAME_SAMPLES);
    assert_true(level(sound, 0, 1600, 8000, 400) > 0.9);
    assert_true(level(sound, 0, 8000, 16000, 400) < 0.01);
    assert_true(level(sound, 0, 17600, 24000, 400) > 0.9);
    assert_true(level(sound, 1, 17600, 24000, 500) > 0.9);
    assert_true(level(sound, 1, 17600, 24000, 600) < 0.1);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/tap-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_side_has_its_talkers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pause_decodes_nothing_and_a_talker_may_come_and_go,
                                        set_up, tear_down)};
    return cmocka_run_group_tests_name("media_tap", tests, NULL, NULL);
}
