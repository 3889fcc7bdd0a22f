/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Music on hold from WAV files, good and bad ones, and the one that ships. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

static char path[64];

struct spec {
    unsigned format, channels, rate, bits;
    size_t samples;
    const char *before; /* a chunk before the format */
    size_t cut;         /* bytes that are missing at the end */
};

static void put_32(FILE *file, uint32_t v)
{
    uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    fwrite(bytes, 1, 4, file);
}

/* A tone of 500 Hz. */
static void write_wav(struct spec spec)
{
    FILE *file = fopen(path, "wb");
    uint32_t bytes = (uint32_t)(spec.samples * spec.channels * spec.bits / 8);
    assert_non_null(file);
    fwrite("RIFF", 1, 4, file);
    put_32(file, 36 + bytes);
    fwrite("WAVE", 1, 4, file);
    if (spec.before) {
        fwrite("LIST", 1, 4, file);
        put_32(file, (uint32_t)strlen(spec.before));
        fwrite(spec.before, 1, strlen(spec.before), file);
        if (strlen(spec.before) & 1)
            fputc(0, file);
    }
    fwrite("fmt ", 1, 4, file);
    put_32(file, 16);
    put_32(file, spec.format | spec.channels << 16);
    put_32(file, spec.rate);
    put_32(file, spec.rate * spec.channels * spec.bits / 8);
    put_32(file, spec.channels * spec.bits / 8 | spec.bits << 16);
    fwrite("data", 1, 4, file);
    put_32(file, bytes);
    for (size_t i = 0; i < bytes / 2; i++) {
        uint16_t v = (uint16_t)(int16_t)lrint(2000 * sin(2 * M_PI * 500 * (double)i / spec.rate));
        fputc(v & 255, file);
        fputc(v >> 8, file);
    }
    long whole = ftell(file);
    fclose(file);
    if (spec.cut)
        assert_int_equal(truncate(path, whole - (long)spec.cut), 0);
}

static enum err load(void)
{
    struct music music = {0};
    enum err err = media_music_load(path, &music);
    media_music_free(&music);
    return err;
}

static const struct spec good = {
    .format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000};

static void music_is_heard_at_each_telephone(void **state)
{
    (void)state;
    for (unsigned rate = 8000; rate <= 16000; rate += 8000) {
        struct spec spec = good;
        spec.rate = rate;
        spec.samples = rate;
        spec.before = "three";
        write_wav(spec);
        struct stage *stage =
            stage_begin_with(3, MEDIA_PCMU, &(struct media_options){.music = path});
        stage_codec(&stage->phones[2], MEDIA_PCMA);
        stage_codec(&stage->phones[3], MEDIA_G722);
        for (uint64_t leg = 1; leg <= 3; leg++)
            stage_tone(stage, leg, MEDIA_TONE_MUSIC);
        stage_run(stage, 170); /* it goes round */
        for (int leg = 1; leg <= 3; leg++) {
            double level = stage_level(&stage->phones[leg], 500);
            assert_true(level > 0.9 && level < 1.1);
            assert_int_equal(stage->phones[leg].packets, 170);
            assert_int_equal(stage->phones[leg].jumps, 0);
        }
        stage_end(stage);
    }
}

static void what_is_no_such_file_is_refused(void **state)
{
    (void)state;
    static const struct spec bad[] = {
        {.format = 6, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000},
        {.format = 1, .channels = 2, .rate = 8000, .bits = 16, .samples = 8000},
        {.format = 1, .channels = 1, .rate = 44100, .bits = 16, .samples = 8000},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 8, .samples = 8000},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 159},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000, .cut = 1},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000, .cut = 16001},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000, .cut = 16010},
        {.format = 1, .channels = 1, .rate = 8000, .bits = 16, .samples = 8000, .cut = 16030}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_wav(bad[i]);
        assert_int_equal(load(), ERR_INVALID);
    }
    write_wav(good);
    assert_int_equal(load(), ERR_OK);
    unlink(path);
    assert_int_equal(load(), ERR_INVALID);
}

static void each_length_of_a_broken_file_is_survived(void **state)
{
    (void)state;
    struct spec spec = good;
    spec.samples = 160;
    spec.before = "odd";
    for (size_t cut = 1; cut < 376; cut++) {
        spec.cut = cut;
        write_wav(spec);
        assert_int_equal(load(), ERR_INVALID);
    }
}

static void the_room_refuses_to_start_with_a_bad_one(void **state)
{
    (void)state;
    struct media *media = NULL;
    struct media_options options = {
        .address = "127.0.0.1", .port_min = 31900, .port_max = 31999, .music = "/nowhere.wav"};
    assert_int_equal(media_create(&options, &media), ERR_INVALID);
    assert_null(media);
}

static void the_sample_can_be_played(void **state)
{
    (void)state;
    struct music music = {0};
    const char *sample = getenv("CORDBOARD_SAMPLE_MUSIC");
    assert_non_null(sample);
    assert_int_equal(media_music_load(sample, &music), ERR_OK);
    assert_true(music.frames >= 250);
    int peak = 0;
    for (size_t i = 0; i < music.frames * FRAME_SAMPLES; i++)
        peak = abs(music.narrow[i]) > peak ? abs(music.narrow[i]) : peak;
    assert_in_range(peak, 2000, 20000);
    media_music_free(&music);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/music-%d.wav", (int)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(music_is_heard_at_each_telephone),
                                       cmocka_unit_test(what_is_no_such_file_is_refused),
                                       cmocka_unit_test(each_length_of_a_broken_file_is_survived),
                                       cmocka_unit_test(the_room_refuses_to_start_with_a_bad_one),
                                       cmocka_unit_test(the_sample_can_be_played)};
    return cmocka_run_group_tests_name("media_music", tests, set_up, tear_down);
}
