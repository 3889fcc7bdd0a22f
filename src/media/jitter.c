/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The jitter buffer of one talker. In all our codecs a byte is a step of the RTP timestamp, so
 * the buffer is a ring of bytes that the timestamp indexes: packets of any length, reordered or
 * twice, fall into their place, and a lost one leaves a hole.
 *
 * How long sound waits is not computed but found. Playing begins with the first whole frame. When
 * nothing is in hand in a tick the frame is concealed and the place stays where it is: what then
 * comes is played later by that tick, so the wait has grown by what was missing. What was in hand
 * even at the worst of five seconds is wait for nothing: 20 ms of it are left out. Above
 * JITTER_MAX_BYTES the oldest is thrown away. So it follows the network and, in the same way, the
 * difference of clocks. */
#include <string.h>

#include "media/sound.h"

#define UNIT_BYTES    8    /* a millisecond */
#define PACKET_LONG   480  /* 60 ms */
#define OLD_BYTES     8000 /* a second behind is no late packet but another numbering */
#define REVIEW_TAKES  250  /* 5 s */
#define SPARE_BYTES   240  /* 30 ms in hand at the worst are too much */
#define AFTER_OVERRUN 480  /* 60 ms are kept */

static uint64_t *unit_word(struct jitter *j, uint32_t timestamp)
{
    return &j->filled[timestamp % JITTER_BYTES / (UNIT_BYTES * 64)];
}

static uint64_t unit_bit(uint32_t timestamp)
{
    return UINT64_C(1) << (timestamp / UNIT_BYTES % 64);
}

void media_jitter_reset(struct jitter *j)
{
    j->has_begun = false;
    j->takes = 0;
    j->least_in_hand = UINT32_MAX;
    memset(j->filled, 0, sizeof j->filled);
}

static uint32_t in_hand(const struct jitter *j)
{
    return j->end - j->play;
}

/* Goes on to the timestamp; whatever lies before it is forgotten. */
static void jitter_skip_to(struct jitter *j, uint32_t timestamp)
{
    if (timestamp - j->play >= JITTER_BYTES)
        memset(j->filled, 0, sizeof j->filled);
    else
        for (uint32_t at = j->play; (int32_t)(at - timestamp) < 0; at += UNIT_BYTES)
            *unit_word(j, at) &= ~unit_bit(at);
    j->play = timestamp;
    if ((int32_t)(j->end - j->play) < 0)
        j->end = j->play;
}

static void jitter_begin(struct jitter *j, uint32_t timestamp)
{
    media_jitter_reset(j);
    j->has_begun = true;
    j->play = j->end = timestamp;
}

bool media_jitter_put(struct jitter *j, uint32_t timestamp, const uint8_t *bytes, size_t len)
{
    if (len == 0 || len > PACKET_LONG)
        return false;
    int32_t ahead = (int32_t)(timestamp - j->play);
    if (!j->has_begun || ahead < -OLD_BYTES) {
        jitter_begin(j, timestamp);
        ahead = 0;
    }
    if (ahead < 0) {
        uint32_t missed = (uint32_t)-ahead;
        if (missed >= len)
            return false;
        timestamp += missed;
        bytes += missed;
        len -= missed;
    }
    if (in_hand(j) == 0) {
        jitter_skip_to(j, timestamp);
    } else if (timestamp + (uint32_t)len - j->play > JITTER_MAX_BYTES) {
        uint32_t kept = len > AFTER_OVERRUN ? (uint32_t)len : AFTER_OVERRUN;
        jitter_skip_to(j, timestamp + (uint32_t)len - kept);
    }
    for (size_t i = 0; i < len; i++)
        j->bytes[(timestamp + i) % JITTER_BYTES] = bytes[i];
    for (uint32_t i = 0; i < len; i += UNIT_BYTES)
        *unit_word(j, timestamp + i) |= unit_bit(timestamp + i);
    if ((int32_t)(timestamp + (uint32_t)len - j->end) > 0)
        j->end = timestamp + (uint32_t)len;
    return true;
}

/* Leaves a frame out when there was always more in hand than is of use. */
static void jitter_review(struct jitter *j)
{
    if (in_hand(j) < j->least_in_hand)
        j->least_in_hand = in_hand(j);
    if (++j->takes < REVIEW_TAKES)
        return;
    if (j->least_in_hand >= SPARE_BYTES)
        jitter_skip_to(j, j->play + FRAME_BYTES);
    j->takes = 0;
    j->least_in_hand = UINT32_MAX;
}

bool media_jitter_take(struct jitter *j, uint8_t out[FRAME_BYTES])
{
    if (!j->has_begun || in_hand(j) < FRAME_BYTES)
        return false;
    bool is_whole = true;
    for (uint32_t i = 0; i < FRAME_BYTES; i += UNIT_BYTES)
        is_whole = is_whole && *unit_word(j, j->play + i) & unit_bit(j->play + i);
    for (uint32_t i = 0; i < FRAME_BYTES; i++)
        out[i] = j->bytes[(j->play + i) % JITTER_BYTES];
    jitter_skip_to(j, j->play + FRAME_BYTES);
    jitter_review(j);
    return is_whole;
}
