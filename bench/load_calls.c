/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls between real telephones at a fixed rate: each is dialled when it is due, whether or not
 * earlier ones have come up, and hung up as soon as both agents were told that it is Established.
 * Times run from when a call was due, so that a server which stalls can't hide it. A single call
 * that fails, is late by 10 s or is not told as it should be ends in a failure of the whole. */
#include "common.h"
#include "dials.h"
#include "rate_row.h"

#include <stdio.h>
#include <sys/prctl.h>

#define WARM_UP_S 2
#define SECOND_NS UINT64_C(1000000000)

static struct dials dials;

static void report_brief(const struct options *options, const struct usage *before,
                         const struct usage *after)
{
    struct rate_figures figures = {.to_ringing = &dials.to_ringing,
                                   .to_up = &dials.to_established,
                                   .done = dials.done,
                                   .cpu_s = after->user_s + after->system_s - before->user_s -
                                            before->system_s};
    rate_row(options, &figures);
}

static void report(const struct options *options, const struct usage *before,
                   const struct usage *after, double seconds)
{
    char what[256];
    char text[128];
    double cpu = 100 * (after->user_s + after->system_s - before->user_s - before->system_s);
    snprintf(what, sizeof what, "calls at %u/s for %u s%s: Dial to Ringing", options->rate,
             options->seconds, options->note);
    row(what, "p99 < 50 ms, no failure", "%s, %ju of %ju calls",
        histogram_text(&dials.to_ringing, text, sizeof text), (uintmax_t)dials.done,
        (uintmax_t)dials.done + dials.busy);
    row("- Dial to answer", "", "%s", histogram_text(&dials.to_answer, text, sizeof text));
    row("- Dial to Established at both", "", "%s",
        histogram_text(&dials.to_established, text, sizeof text));
    row("- Hangup to Released at both", "", "%s",
        histogram_text(&dials.to_released, text, sizeof text));
    row("- server's CPU (of 200 %)", "", "%.0f %%, %.2f ms a call", cpu / seconds,
        cpu * 10 / (double)dials.done);
    row("- server's memory at its peak", "", "%.1f MB, from %.1f MB", (double)after->peak_kb / 1024,
        (double)before->rss_kb / 1024);
}

int main(int argc, char **argv)
{
    struct options options;
    struct usage before;
    struct usage after;
    char threads[512];
    options_read(&options, argc, argv);
    if (options.rate == 0 || options.calls == 0 || options.pid <= 1)
        die("--port and --pid must be given");
    /* Sleep to the nanosecond, not to the default 50 us. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    dials_open(&dials, options.port, options.calls);
    usage_read(options.pid, &before);
    usage_threads(options.pid, 0, threads, sizeof threads);
    uint64_t start_ns = now_ns();
    dials.count_from_ns = start_ns + WARM_UP_S * SECOND_NS;
    dials_run(&dials, (uint64_t)(options.seconds + WARM_UP_S) * options.rate, options.rate);
    double seconds = (double)(now_ns() - start_ns) / 1e9;
    usage_read(options.pid, &after);
    usage_threads(options.pid, seconds, threads, sizeof threads);
    dials_settle(&dials, 10 * SECOND_NS);
    if (dials.busy > 0)
        dials_report_hanging(&dials);
    if (dials.failures > 0 || dials.busy > 0)
        die("%ju calls went wrong, %u hang, %ju went well", (uintmax_t)dials.failures, dials.busy,
            (uintmax_t)dials.done);
    if (options.is_brief) {
        report_brief(&options, &before, &after);
        return 0;
    }
    report(&options, &before, &after, seconds);
    row("- its threads", "", "%s", threads);
    return 0;
}
