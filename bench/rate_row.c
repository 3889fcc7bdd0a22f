/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

#include "rate_row.h"

#include <stdio.h>

void rate_row(const struct options *options, const struct rate_figures *figures)
{
    char what[256];
    char failed[64] = "no failure";
    snprintf(what, sizeof what, "%u/s for %u s, %s", options->rate, options->seconds,
             options->note);
    if (figures->failed > 0)
        snprintf(failed, sizeof failed, "**%ju of %ju failed**", (uintmax_t)figures->failed,
                 (uintmax_t)(figures->failed + figures->done));
    row(what, "", "Ringing p50 %.1f, p99 %.1f; up p50 %.1f, p99 %.1f ms; CPU %.2f ms a call; %s",
        histogram_ms(figures->to_ringing, 0.5), histogram_ms(figures->to_ringing, 0.99),
        histogram_ms(figures->to_up, 0.5), histogram_ms(figures->to_up, 0.99),
        figures->cpu_s * 1e3 / (double)(figures->done + figures->failed), failed);
}
