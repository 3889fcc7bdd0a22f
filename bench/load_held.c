/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a call between two real telephones costs in memory while it is up: half of the calls come
 * up, and the other half later; the slope between is the figure, so that what is there once does
 * not count. Each time all is left alone for some seconds first, until the stack has forgotten the
 * transactions that set the calls up.
 *
 * Everything that grows with a call is in it: the leg, dialog and socket of each telephone, the
 * call in the core and in the snapshotter's core, and the notices that wait in both users' rings.
 *
 * The calls stay up. The file gets three lines for each: caller and id, and by which cookies caller
 * and callee are known; check_held reads it when the server was killed and is up again. */
#include "common.h"
#include "dials.h"

#include <stdio.h>

#define RATE      50
#define SECOND_NS UINT64_C(1000000000)

static struct dials dials;

static uint64_t rss_kb(const struct options *options)
{
    struct usage usage;
    usage_read(options->pid, &usage);
    return usage.rss_kb;
}

static void bring_up(const struct options *options, unsigned count)
{
    dials_run(&dials, count, RATE);
    dials_settle(&dials, 10 * SECOND_NS);
    for (uint64_t end_ns = now_ns() + options->seconds * SECOND_NS; now_ns() < end_ns;)
        dials_poll(&dials, SECOND_NS / 10);
    if (dials.failures > 0 || dials.up != dials.busy)
        die("%ju calls went wrong, %ju of %u are up", (uintmax_t)dials.failures,
            (uintmax_t)dials.up, dials.busy);
}

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        die("can't write %s: %m", path);
    for (unsigned i = 0; i < dials.count; i++) {
        const struct dial *d = &dials.list[i];
        fprintf(file, "%u %s\n%s%s", d->agent, d->id, d->headers, d->ears[1].cometd.headers);
    }
    if (fclose(file))
        die("can't write %s: %m", path);
}

int main(int argc, char **argv)
{
    struct options options;
    options_read(&options, argc, argv);
    unsigned half = options.calls / 2;
    if (half == 0 || !options.file || options.pid <= 1)
        die("--port, --pid and --file must be given");
    dials.holds = true;
    dials_open(&dials, options.port, 2 * half);
    uint64_t empty_kb = rss_kb(&options);
    bring_up(&options, half);
    uint64_t half_kb = rss_kb(&options);
    bring_up(&options, half);
    uint64_t full_kb = rss_kb(&options);
    write_file(options.file);
    char what[128];
    snprintf(what, sizeof what, "memory of a call that is up, %u s after, from %u to %u calls",
             options.seconds, half, 2 * half);
    row(what, "40 kB or less", "%.1f kB", ((double)full_kb - (double)half_kb) / half);
    row("- with what coming up leaves in the heap: from none to all", "", "%.1f kB",
        ((double)full_kb - (double)empty_kb) / (2 * half));
    row("- server's memory without calls, with half, with all", "", "%.1f, %.1f, %.1f MB",
        (double)empty_kb / 1024, (double)half_kb / 1024, (double)full_kb / 1024);
    return 0;
}
