/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the engine counts. Operations by name and result are counted where they are answered (the
 * API): here an operation is an input among others. Gauges are set after each batch: the core keeps
 * its figures ready, and nothing changes them in between. */
#include "engine/engine_int.h"

#include <stdio.h>

void meters_register(struct meters *m)
{
    m->inputs = metric_register(METRIC_COUNTER, "cordboard_inputs_total", NULL,
                                "inputs applied and journalled");
    m->events = metric_register(METRIC_COUNTER, "cordboard_events_total", NULL,
                                "notices released to users");
    m->batches =
        metric_register(METRIC_COUNTER, "cordboard_batches_total", NULL, "batches committed");
    m->commit_failures = metric_register(METRIC_COUNTER, "cordboard_commit_failures_total", NULL,
                                         "commits that failed and were tried again");
    m->emergency_undurable =
        metric_register(METRIC_COUNTER, "cordboard_emergency_undurable_total", NULL,
                        "orders of emergency calls given before they were durable");
    m->data_left_out = metric_register(METRIC_COUNTER, "cordboard_user_data_left_out_total",
                                       "reason=\"limits\"", "user data left out of calls");
    m->commit_seconds = metric_register(METRIC_HISTOGRAM, "cordboard_commit_seconds", NULL,
                                        "from the end of a batch to its being durable");
    m->queue_depth = metric_register(METRIC_GAUGE, "cordboard_queue_depth", NULL,
                                     "requests and signals that wait for the core");
    m->devices_registered = metric_register(METRIC_GAUGE, "cordboard_devices_registered", NULL,
                                            "telephones that are registered");
    for (int state = PARTY_INVITED; state <= PARTY_RELEASED; state++) {
        char labels[64];
        snprintf(labels, sizeof labels, "state=\"%s\"", party_state_text((enum party_state)state));
        m->calls[state] = metric_register(METRIC_GAUGE, "cordboard_calls", labels,
                                          "parts of devices in calls, by their state");
    }
}

void meters_look(struct meters *m, const struct core *core, size_t queue_depth)
{
    metric_set(m->queue_depth, (int64_t)queue_depth);
    struct core_stats stats;
    core_stats(core, &stats);
    metric_set(m->devices_registered, (int64_t)stats.devices_registered);
    for (int state = PARTY_INVITED; state <= PARTY_RELEASED; state++)
        metric_set(m->calls[state], (int64_t)stats.calls_by_state[state]);
}
