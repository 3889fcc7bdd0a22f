/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* How many operations a second the server does: UpdateUserData on every call at once, each
 * connection sending its next as soon as the last is answered, both parties reading all notices.
 * Only an answer of statusCode 0 counts, any other ends in a failure.
 *
 * In the end the server is killed (SIGKILL) in the midst of it, and the file gets one line for each
 * call: agent, id, and the numbers of the last operation that was acknowledged, that somebody was
 * told of, and that was sent. check_update reads it when the server is up again. */
#include "calls.h"
#include "common.h"
#include "histogram.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define WARM_UP_NS UINT64_C(1000000000)
#define SLICE_NS   UINT64_C(20000000)
#define END_NS     UINT64_C(10000000000)

static struct histogram latency;
static uint64_t *sent_ns; /* of each call's operation under way */
static struct calls calls;
static uint64_t operations;
static bool is_counting;
static bool is_over;

static void next(struct call *call)
{
    sent_ns[call - calls.list] = now_ns();
    call_update(call);
}

static void acked(struct call *call)
{
    if (is_counting) {
        operations++;
        histogram_add(&latency, now_ns() - sent_ns[call - calls.list]);
    }
    if (!is_over)
        next(call);
}

static void run_until(uint64_t end_ns)
{
    while (now_ns() < end_ns)
        calls_poll(&calls, SLICE_NS);
}

static void kill_server(const struct options *options)
{
    calls.may_close = true;
    is_over = true;
    if (kill(options->pid, SIGKILL))
        die("can't end the server: %m");
    /* What it answered before its end counts. */
    for (uint64_t end_ns = now_ns() + END_NS; calls.closed < calls.count;) {
        if (now_ns() > end_ns)
            die("connections stay open");
        calls_poll(&calls, SLICE_NS);
    }
}

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        die("can't write %s: %m", path);
    for (unsigned i = 0; i < calls.count; i++) {
        const struct call *call = &calls.list[i];
        uint64_t heard =
            call->ears[0].heard > call->ears[1].heard ? call->ears[0].heard : call->ears[1].heard;
        fprintf(file, "%u %s %ju %ju %ju\n", call->agent, call->id, (uintmax_t)call->acked,
                (uintmax_t)heard, (uintmax_t)call->sent);
    }
    if (fclose(file))
        die("can't write %s: %m", path);
}

static void report(const struct usage *before, const struct usage *after, uint64_t notices,
                   double seconds)
{
    char text[256];
    double user = 100 * (after->user_s - before->user_s) / seconds;
    double system = 100 * (after->system_s - before->system_s) / seconds;
    row("operations/s, durable before the answer", "20,000 or more", "%.0f",
        (double)operations / seconds);
    row("- answer after", "", "%s", histogram_text(&latency, text, sizeof text));
    row("- notices/s, to both parties, without gap", "", "%.0f", (double)notices / seconds);
    row("- server's CPU (of 200 %)", "", "%.0f %% (%.0f user, %.0f system)", user + system, user,
        system);
    row("- server's memory", "", "%.1f MB", (double)after->rss_kb / 1024);
}

int main(int argc, char **argv)
{
    struct options options;
    struct usage before;
    struct usage after;
    char threads[512];
    options_read(&options, argc, argv);
    sent_ns = calloc(options.calls, sizeof *sent_ns);
    if (!sent_ns || !options.file || options.pid <= 1)
        die("--port, --pid and --file must be given");
    calls.events.acked = acked;
    calls_open(&calls, options.port, options.calls);
    for (unsigned i = 0; i < calls.count; i++)
        next(&calls.list[i]);
    run_until(now_ns() + WARM_UP_NS);

    usage_read(options.pid, &before);
    usage_threads(options.pid, 0, threads, sizeof threads);
    uint64_t notices = calls.notices;
    uint64_t start_ns = now_ns();
    is_counting = true;
    run_until(start_ns + options.seconds * UINT64_C(1000000000));
    is_counting = false;
    double seconds = (double)(now_ns() - start_ns) / 1e9;
    notices = calls.notices - notices;
    usage_read(options.pid, &after);
    usage_threads(options.pid, seconds, threads, sizeof threads);

    kill_server(&options);
    write_file(options.file);
    if (calls.failures > 0)
        die("%ju operations were refused", (uintmax_t)calls.failures);
    report(&before, &after, notices, seconds);
    row("- its threads", "", "%s", threads);
    return 0;
}
