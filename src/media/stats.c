/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What came from a telephone, counted as RFC 3550 does (appendix A.1, A.3, A.8), over its whole
 * life: when its numbers begin anew (another SSRC, or a jump that is no loss) what was lost before
 * is kept. The opinion is the E-model's with its default values (ITU-T G.107): R = 93.2, less what
 * delay and loss take away; G.711 with concealment loses half at 25 % loss (ITU-T G.113). G.722 is
 * judged on the same scale. */
#include "media/sound.h"

#define JUMP_MAX        3000 /* packets forward that may have been lost */
#define MISORDER_MAX    100  /* packets back that may be late */
#define LOSS_ROBUSTNESS 25.1
#define OUR_DELAY_MS    40.0 /* a frame on each side */

static void stats_begin(struct receive_stats *stats, const struct rtp *in)
{
    stats->lost_before = media_stats_lost(stats);
    stats->has_source = true;
    stats->source = in->source;
    stats->first = stats->newest = 0x10000u + in->sequence;
    stats->source_packets = 0;
    stats->jitter = 0;
    stats->transit = 0;
    stats->reported_expected = stats->reported_packets = 0;
}

static void stats_clock(struct receive_stats *stats, uint32_t transit)
{
    uint32_t change = transit - stats->transit;
    uint32_t size = (int32_t)change < 0 ? 0u - change : change;
    bool is_known = stats->source_packets > 1 && stats->transit;
    stats->transit = transit ? transit : 1;
    /* More than a second is a talker who paused with its clock standing still. */
    if (!is_known || size > 8000)
        return;
    stats->jitter += size - ((stats->jitter + 8) >> 4);
    stats->jitter_sum += stats->jitter;
    stats->jitter_count++;
}

bool media_stats_packet(struct receive_stats *stats, const struct rtp *in, uint32_t arrival,
                        bool has_clock)
{
    bool is_new = !stats->has_source || stats->source != in->source;
    uint16_t ahead = (uint16_t)(in->sequence - (uint16_t)stats->newest);
    if (!is_new && ahead >= JUMP_MAX && ahead <= UINT16_MAX - MISORDER_MAX)
        is_new = true;
    if (is_new)
        stats_begin(stats, in);
    else if (ahead < JUMP_MAX)
        stats->newest += ahead;
    stats->packets++;
    stats->source_packets++;
    if (has_clock)
        stats_clock(stats, arrival - in->timestamp);
    return is_new;
}

uint64_t media_stats_lost(const struct receive_stats *stats)
{
    if (!stats->has_source)
        return stats->lost_before;
    uint32_t expected = stats->newest - stats->first + 1;
    /* Packets that came twice may make it less than none. */
    uint32_t lost = expected > stats->source_packets ? expected - stats->source_packets : 0;
    return stats->lost_before + lost;
}

static uint64_t stats_score(double loss_percent, double delay_ms)
{
    double r = 93.2 - 0.024 * delay_ms - (delay_ms > 177.3 ? 0.11 * (delay_ms - 177.3) : 0) -
               95.0 * loss_percent / (loss_percent + LOSS_ROBUSTNESS);
    double opinion = 1;
    if (r > 0)
        opinion = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
    if (opinion < 1)
        opinion = 1;
    return (uint64_t)(opinion * 100 + 0.5);
}

void media_stats_tell(const struct receive_stats *stats, uint32_t round_trip_ms,
                      struct media_stats *out)
{
    *out = (struct media_stats){.packets = stats->packets, .lost = media_stats_lost(stats)};
    if (stats->packets == 0)
        return;
    /* Timestamp units times 16 at 8000 Hz. */
    if (stats->jitter_count)
        out->jitter_us = stats->jitter_sum * 125 / 16 / stats->jitter_count;
    double loss = 100.0 * (double)out->lost / (double)(out->lost + out->packets);
    double delay = OUR_DELAY_MS + 2.0 * (double)out->jitter_us / 1000 + round_trip_ms / 2.0;
    out->score = stats_score(loss, delay);
}
