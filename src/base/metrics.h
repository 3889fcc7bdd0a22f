/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Counters, gauges and histograms in Prometheus' text form. Registered once at start by the room
 * that feeds them; adding is a relaxed atomic, from any thread. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdint.h>

#include "base/buf.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric;

/* name and labels are static or copied; labels such as "operation=\"Dial\"" or NULL. Series of one
 * name share the help of the first. Registering the same name and labels again gives the same one.
 */
struct metric *metric_register(enum metric_type type, const char *name, const char *labels,
                               const char *help);
void metric_add(struct metric *m, uint64_t n);
void metric_set(struct metric *m, int64_t value);
/* A duration in seconds, buckets from 100 us to 10 s. */
void metric_observe_us(struct metric *m, uint64_t microseconds);
/* Appends all series, in the order of registration, grouped by name. */
void metrics_render(struct buf *out);

#endif
