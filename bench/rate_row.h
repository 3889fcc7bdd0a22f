/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* One row on how calls went at one rate, the same for every server that they are put to. */
#ifndef BENCH_RATE_ROW_H
#define BENCH_RATE_ROW_H

#include "common.h"
#include "histogram.h"

struct rate_figures {
    const struct histogram *to_ringing; /* the callee's telephone */
    const struct histogram *to_up;      /* both are connected, and it was told */
    uint64_t done;                      /* calls that went as they should */
    uint64_t failed;
    double cpu_s; /* of the server */
};

void rate_row(const struct options *options, const struct rate_figures *figures);

#endif
