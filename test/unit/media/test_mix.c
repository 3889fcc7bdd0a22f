/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who hears whom, by ear: each telephone says a tone of its own, and at each ear just the tones are
 * heard that the table names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stage.h"

static struct stage *three(enum media_codec codec)
{
    struct stage *stage = stage_begin(3, codec);
    stage_conference(stage, 3);
    stage_run(stage, 40);
    return stage;
}

static void each_hears_the_others(void **state)
{
    (void)state;
    struct stage *stage = three(MEDIA_PCMU);
    assert_hears(stage, 1, "23");
    assert_hears(stage, 2, "13");
    assert_hears(stage, 3, "12");
    for (int leg = 1; leg <= 3; leg++) {
        assert_int_equal(stage->phones[leg].jumps, 0);
        assert_int_equal(stage->phones[leg].marks, 1);
        assert_in_range(stage->phones[leg].packets, 39, 41);
    }
    stage_end(stage);
}

static void levels_are_kept(void **state)
{
    (void)state;
    struct stage *stage = three(MEDIA_PCMA);
    double level = stage_level(&stage->phones[1], stage->phones[2].hz);
    assert_true(level > 0.95 && level < 1.05);
    stage_end(stage);
}

static void who_is_muted_is_heard_by_none_and_hears_all(void **state)
{
    (void)state;
    struct stage *stage = three(MEDIA_PCMU);
    stage_hear(stage, 1, "3");
    stage_hear(stage, 3, "1");
    stage_run(stage, 40);
    assert_hears(stage, 1, "3");
    assert_hears(stage, 2, "13");
    assert_hears(stage, 3, "1");
    stage_end(stage);
}

static void a_coach_is_heard_by_one(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(3, MEDIA_PCMU); /* agent, customer, supervisor */
    stage_hear(stage, 1, "23");
    stage_hear(stage, 2, "1");
    stage_hear(stage, 3, "12");
    stage_run(stage, 40);
    assert_hears(stage, 1, "23");
    assert_hears(stage, 2, "1");
    assert_hears(stage, 3, "12");
    stage_end(stage);
}

static void listeners_share_one_mix(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(5, MEDIA_PCMU);
    stage_hear(stage, 1, "2");
    stage_hear(stage, 2, "1");
    stage_hear(stage, 3, "12");
    stage_hear(stage, 4, "21");
    stage_hear(stage, 5, "12");
    assert_ptr_equal(stage_stream(&stage->phones[3])->mix, stage_stream(&stage->phones[4])->mix);
    assert_ptr_equal(stage_stream(&stage->phones[3])->mix, stage_stream(&stage->phones[5])->mix);
    stage_run(stage, 40);
    assert_hears(stage, 3, "12");
    assert_hears(stage, 4, "12");
    assert_hears(stage, 5, "12");
    assert_hears(stage, 1, "2");
    stage_end(stage);
}

static void a_conference_of_thirty_two(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(32, MEDIA_PCMU);
    for (int i = 1; i <= 32; i++) {
        stage->phones[i].hz = 300.0 + 90.0 * i;
        stage->phones[i].amplitude = 600;
    }
    stage_conference(stage, 32);
    stage_run(stage, 40);
    for (int ear = 1; ear <= 32; ear++) {
        for (int i = 1; i <= 32; i++) {
            double level = stage_level(&stage->phones[ear], stage->phones[i].hz) * 2000 / 600;
            if (i == ear ? level > 0.25 : level < 0.6)
                fail_msg("ear %d hears %d at %.2f", ear, i, level);
        }
    }
    stage_end(stage);
}

static void loud_talkers_are_clipped_and_do_not_wrap(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(4, MEDIA_PCMU);
    for (int i = 2; i <= 4; i++) {
        stage->phones[i].hz = 400;
        stage->phones[i].amplitude = 20000;
    }
    stage_hear(stage, 1, "234");
    stage_run(stage, 40);
    double clipped = 0;
    for (int i = 0; i < FRAME_SAMPLES; i++) {
        int now = stage->phones[1].sound[0][i], before = i ? stage->phones[1].sound[0][i - 1] : now;
        assert_true(now - before < 40000 && before - now < 40000);
        clipped += now > 30000 || now < -30000;
    }
    assert_true(clipped > FRAME_SAMPLES / 3.0);
    stage_end(stage);
}

static void an_order_is_true_within_forty_ms(void **state)
{
    (void)state;
    struct stage *stage = three(MEDIA_PCMU);
    stage_hear(stage, 1, "2");
    stage_hear(stage, 2, "1");
    stage_hear(stage, 3, "");
    stage_run(stage, 2);
    stage_forget(stage);
    stage_run(stage, 25);
    assert_hears(stage, 1, "2");
    assert_hears(stage, 2, "1");
    assert_int_equal(stage->phones[3].packets, 0);
    stage_conference(stage, 3);
    stage_run(stage, 2);
    stage_forget(stage);
    stage_run(stage, 3);
    assert_hears(stage, 1, "23");
    assert_hears(stage, 3, "12");
    stage_end(stage);
}

static void who_leaves_takes_nobody_along(void **state)
{
    (void)state;
    struct stage *stage = three(MEDIA_G722);
    media_stream_close(stage_stream(&stage->phones[3]), NULL);
    stage_run(stage, 30);
    assert_hears(stage, 1, "2");
    assert_hears(stage, 2, "1");
    assert_int_equal(stage_stream(&stage->phones[1])->mode, MODE_RELAY);
    assert_int_equal(stage->phones[1].jumps, 0);
    assert_int_equal(stage->loop.mixes.count, 0);
    assert_true(list_is_empty(&stage->loop.voices));
    stage_end(stage);
}

static void any_order_of_tables_leaves_no_trace(void **state)
{
    (void)state;
    struct stage *stage = stage_begin(6, MEDIA_PCMU);
    unsigned seed = 7;
    for (int step = 0; step < 400; step++) {
        char legs[8] = {0};
        size_t count = 0;
        seed = seed * 1103515245u + 12345u;
        unsigned who = 1 + (seed >> 16) % 6, bits = seed >> 20;
        for (unsigned i = 1; i <= 6; i++)
            if (bits >> i & 1)
                legs[count++] = (char)('0' + i);
        stage_hear(stage, who, legs);
        if (seed % 5 == 0)
            stage_codec(&stage->phones[who], (enum media_codec)(seed / 5 % 3));
        stage_run(stage, 1);
    }
    for (uint64_t leg = 1; leg <= 6; leg++)
        stage_hear(stage, leg, "");
    assert_int_equal(stage->loop.mixes.count, 0);
    assert_true(list_is_empty(&stage->loop.voices));
    assert_true(list_is_empty(&stage->loop.ticking));
    for (int leg = 1; leg <= 6; leg++) {
        assert_int_equal(stage->phones[leg].jumps, 0);
        assert_int_equal(stage->phones[leg].stray, 0);
    }
    stage_end(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hears_the_others),
        cmocka_unit_test(levels_are_kept),
        cmocka_unit_test(who_is_muted_is_heard_by_none_and_hears_all),
        cmocka_unit_test(a_coach_is_heard_by_one),
        cmocka_unit_test(listeners_share_one_mix),
        cmocka_unit_test(a_conference_of_thirty_two),
        cmocka_unit_test(loud_talkers_are_clipped_and_do_not_wrap),
        cmocka_unit_test(an_order_is_true_within_forty_ms),
        cmocka_unit_test(who_leaves_takes_nobody_along),
        cmocka_unit_test(any_order_of_tables_leaves_no_trace)};
    return cmocka_run_group_tests_name("media_mix", tests, NULL, NULL);
}
