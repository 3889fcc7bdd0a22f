/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The room's metrics. Packets are counted in plain numbers and handed over once a tick. There is no
 * series for each leg: what concerns one call is in its history. */
#include "base/mem.h"
#include "base/metrics.h"
#include "media/media_int.h"

struct media_meters {
    struct metric *in, *out, *lost, *late, *wrong_source, *bad_srtp, *no_rtp;
    struct metric *streams, *voices, *mixed, *tick, *jitter;
    unsigned voice_count, mixed_count;
    struct media_counts told;
};

static struct metric *refused(const char *labels)
{
    return metric_register(METRIC_COUNTER, "cordboard_rtp_refused_total", labels,
                           "Packets that were not taken.");
}

static struct metric *packets(const char *labels)
{
    return metric_register(METRIC_COUNTER, "cordboard_rtp_packets_total", labels,
                           "RTP packets from and to telephones.");
}

struct media_meters *media_meters_create(void)
{
    struct media_meters *m = mem_zalloc(sizeof *m);
    m->in = packets("direction=\"in\"");
    m->out = packets("direction=\"out\"");
    m->lost = metric_register(METRIC_COUNTER, "cordboard_rtp_lost_total", NULL,
                              "RTP packets that telephones sent and that did not come in order.");
    m->late = metric_register(METRIC_COUNTER, "cordboard_rtp_late_total", NULL,
                              "RTP packets that came too late to be mixed.");
    m->wrong_source = refused("reason=\"source\"");
    m->bad_srtp = refused("reason=\"srtp\"");
    m->no_rtp = refused("reason=\"format\"");
    m->streams = metric_register(METRIC_GAUGE, "cordboard_media_streams", NULL, "Open legs.");
    m->voices = metric_register(METRIC_GAUGE, "cordboard_media_decoded", NULL,
                                "Telephones whose sound is decoded.");
    m->mixed = metric_register(METRIC_GAUGE, "cordboard_media_ticking", NULL,
                               "Telephones that get sound of our making: a mix, tone or music.");
    m->tick = metric_register(METRIC_HISTOGRAM, "cordboard_media_tick_seconds", NULL,
                              "What the mixing and making of 20 ms of sound took.");
    m->jitter = metric_register(METRIC_HISTOGRAM, "cordboard_rtp_jitter_seconds", NULL,
                                "Mean jitter of a leg, at its end.");
    return m;
}

void media_meters_free(struct media_meters *meters)
{
    mem_free(meters);
}

static unsigned length(const struct list *list)
{
    unsigned count = 0;
    LIST_EACH(it, list)
    count++;
    return count;
}

void media_meters_tick(struct media_loop *loop, uint64_t took_us)
{
    struct media_meters *m = loop->meters;
    struct media_counts now = loop->counts, *told = &m->told;
    metric_add(m->in, now.in - told->in);
    metric_add(m->out, now.out - told->out);
    metric_add(m->lost, now.lost - told->lost);
    metric_add(m->late, now.late - told->late);
    metric_add(m->wrong_source, now.wrong_source - told->wrong_source);
    metric_add(m->bad_srtp, now.bad_srtp - told->bad_srtp);
    metric_add(m->no_rtp, now.no_rtp - told->no_rtp);
    *told = now;
    metric_observe_us(m->tick, took_us);
    metric_set(m->streams, loop->stream_count);
    if (loop->tick % 50 == 0 || loop->stream_count == 0) {
        metric_set(m->voices, length(&loop->voices));
        metric_set(m->mixed, length(&loop->ticking));
    }
}

void media_meters_closed(struct media_loop *loop, const struct media_stats *stats)
{
    if (stats->packets)
        metric_observe_us(loop->meters->jitter, stats->jitter_us);
}
