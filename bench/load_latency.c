/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* How long from an operation to its notice at a fixed rate: every 1/rate seconds one of the calls
 * has its turn, whether or not the server has kept up. Time runs from the moment at which the
 * operation was due, not from when it was sent, so a server that stalls can't hide it (no
 * coordinated omission). Both parties' notices count. */
#include "calls.h"
#include "common.h"
#include "histogram.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define WARM_UP_S 2
#define DUE_MAX   4096 /* operations of one call that may be under way */
#define DRAIN_NS  UINT64_C(2000000000)

static struct histogram to_answer;
static struct histogram to_notice;
static struct calls calls;
static uint64_t (*due_ns)[DUE_MAX];
static uint64_t count_from_ns;

static void took(struct histogram *h, const struct call *call, uint64_t n)
{
    uint64_t due = due_ns[call - calls.list][n % DUE_MAX];
    if (due >= count_from_ns)
        histogram_add(h, now_ns() - due);
}

static void acked(struct call *call)
{
    took(&to_answer, call, call->acked);
}

static void heard(struct call *call, struct ear *ear)
{
    took(&to_notice, call, ear->heard);
}

static void send_due(struct call *call, uint64_t due)
{
    if (call->sent - call->acked >= DUE_MAX - 1)
        die("the server does not keep up");
    due_ns[call - calls.list][(call->sent + 1) % DUE_MAX] = due;
    call_update(call);
}

static void run(const struct options *options)
{
    uint64_t step_ns = UINT64_C(1000000000) / options->rate;
    uint64_t start_ns = now_ns();
    uint64_t total = (uint64_t)(options->seconds + WARM_UP_S) * options->rate;
    count_from_ns = start_ns + WARM_UP_S * UINT64_C(1000000000);
    for (uint64_t i = 0; i < total;) {
        uint64_t due = start_ns + i * step_ns;
        uint64_t now = now_ns();
        if (now < due) {
            calls_poll(&calls, due - now);
            continue;
        }
        send_due(&calls.list[i % calls.count], due);
        i++;
    }
    for (uint64_t end_ns = now_ns() + DRAIN_NS; now_ns() < end_ns;)
        calls_poll(&calls, DRAIN_NS / 100);
}

int main(int argc, char **argv)
{
    struct options options;
    struct usage before;
    struct usage after;
    char text[256];
    options_read(&options, argc, argv);
    if (options.rate == 0 || options.calls == 0 || options.pid <= 1)
        die("--port and --pid must be given");
    /* Sleep to the nanosecond, not to the default 50 us. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    due_ns = calloc(options.calls, sizeof *due_ns);
    if (!due_ns)
        die("out of memory");
    calls.events = (struct calls_events){acked, heard};
    calls_open(&calls, options.port, options.calls);
    usage_read(options.pid, &before);
    uint64_t start_ns = now_ns();
    run(&options);
    usage_read(options.pid, &after);
    double seconds = (double)(now_ns() - start_ns) / 1e9;

    uint64_t wanted = (uint64_t)options.seconds * options.rate;
    if (to_notice.count != 2 * wanted || calls.failures > 0)
        die("%ju of %ju notices came, %ju operations were refused", (uintmax_t)to_notice.count,
            (uintmax_t)(2 * wanted), (uintmax_t)calls.failures);
    snprintf(text, sizeof text, "POST to notice at %u/s", options.rate);
    char figures[128];
    row(text, "p50 < 1, p99 < 5 ms", "%s", histogram_text(&to_notice, figures, sizeof figures));
    row("- POST to answer", "", "%s", histogram_text(&to_answer, figures, sizeof figures));
    row("- server's CPU (of 200 %)", "", "%.0f %%",
        100 * (after.user_s + after.system_s - before.user_s - before.system_s) / seconds);
    return 0;
}
