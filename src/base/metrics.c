/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Metrics hang in families (one name) which hang in one process-wide registry: the one global
 * state of base, because a counter is read by whoever asks the process how it is and there is one
 * process. Registering takes a lock and happens at start; adding is a relaxed atomic and takes
 * none. So a page may show two counters of slightly different moments, but each histogram is
 * consistent in itself: its count is the sum of the buckets that were read.
 *
 * Durations are summed in whole microseconds, which an atomic can add; seconds are a matter of
 * printing. Metrics live as long as the process. */
#include "base/metrics.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define BUCKETS 16

static const struct bucket {
    uint64_t most_us;
    const char *label;
} buckets[BUCKETS] = {
    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},
    {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};

struct metric {
    struct metric *next;
    char *labels; /* "" for none */
    enum metric_type type;
    atomic_uint_fast64_t value;   /* of a histogram the sum in microseconds */
    atomic_uint_fast64_t *counts; /* of a histogram: per bucket, and one for all above */
};

struct family {
    struct family *next;
    char *name;
    char *help;
    enum metric_type type;
    struct metric *first;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct family *registry;

static struct family *family_of(enum metric_type type, const char *name, const char *help)
{
    struct family **at = &registry;
    while (*at && strcmp((*at)->name, name) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        struct family *f = mem_zalloc(sizeof *f);
        f->name = mem_strdup(name);
        f->help = mem_strdup(help);
        f->type = type;
        *at = f;
    }
    if ((*at)->type != type) {
        log_abort("metric %s was registered with another type", name);
    }
    return *at;
}

static struct metric *metric_of(struct family *f, const char *labels)
{
    struct metric **at = &f->first;
    while (*at && strcmp((*at)->labels, labels) != 0) {
        at = &(*at)->next;
    }
    if (!*at) {
        struct metric *m = mem_zalloc(sizeof *m);
        m->labels = mem_strdup(labels);
        m->type = f->type;
        if (f->type == METRIC_HISTOGRAM) {
            m->counts = mem_zalloc((BUCKETS + 1) * sizeof *m->counts);
        }
        *at = m;
    }
    return *at;
}

struct metric *metric_register(enum metric_type type, const char *name, const char *labels,
                               const char *help)
{
    pthread_mutex_lock(&registry_lock);
    struct metric *m = metric_of(family_of(type, name, help), labels ? labels : "");
    pthread_mutex_unlock(&registry_lock);
    return m;
}

void metric_add(struct metric *m, uint64_t n)
{
    atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

void metric_set(struct metric *m, int64_t value)
{
    atomic_store_explicit(&m->value, (uint64_t)value, memory_order_relaxed);
}

void metric_observe_us(struct metric *m, uint64_t microseconds)
{
    size_t i = 0;
    while (i < BUCKETS && microseconds > buckets[i].most_us) {
        i++;
    }
    atomic_fetch_add_explicit(&m->counts[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->value, microseconds, memory_order_relaxed);
}

static void render_labels(struct buf *out, const struct metric *m)
{
    if (*m->labels) {
        buf_printf(out, "{%s}", m->labels);
    }
}

static void render_histogram(struct buf *out, const struct family *f, const struct metric *m)
{
    const char *comma = *m->labels ? "," : "";
    uint64_t count = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        count += atomic_load_explicit(&m->counts[i], memory_order_relaxed);
        buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", f->name, m->labels, comma,
                   i < BUCKETS ? buckets[i].label : "+Inf", count);
    }
    uint64_t sum_us = atomic_load_explicit(&m->value, memory_order_relaxed);
    buf_printf(out, "%s_sum", f->name);
    render_labels(out, m);
    buf_printf(out, " %" PRIu64 ".%06" PRIu64 "\n%s_count", sum_us / 1000000, sum_us % 1000000,
               f->name);
    render_labels(out, m);
    buf_printf(out, " %" PRIu64 "\n", count);
}

static void render_value(struct buf *out, const struct family *f, const struct metric *m)
{
    uint64_t value = atomic_load_explicit(&m->value, memory_order_relaxed);
    buf_text(out, f->name);
    render_labels(out, m);
    if (f->type == METRIC_GAUGE) {
        buf_printf(out, " %" PRId64 "\n", (int64_t)value);
    } else {
        buf_printf(out, " %" PRIu64 "\n", value);
    }
}

void metrics_render(struct buf *out)
{
    static const char *const type_names[] = {"counter", "gauge", "histogram"};
    pthread_mutex_lock(&registry_lock);
    for (const struct family *f = registry; f; f = f->next) {
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name,
                   type_names[f->type]);
        for (const struct metric *m = f->first; m; m = m->next) {
            if (f->type == METRIC_HISTOGRAM) {
                render_histogram(out, f, m);
            } else {
                render_value(out, f, m);
            }
        }
    }
    pthread_mutex_unlock(&registry_lock);
}
