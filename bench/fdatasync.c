/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* How long the disk below the data directory takes to make 4 kB durable: an append and fdatasync,
 * over and over. Every commit of the server costs at least this, so all other figures are to be
 * read beside it.
 *
 * The file grows into space that was not set aside, as a fresh write-ahead log does; a second round
 * over the same bytes shows what a log that is used again costs. The file is removed at the end. */
#include "common.h"
#include "histogram.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK  4096
#define BLOCKS 2000

static void measure(int fd, struct histogram *out)
{
    static char block[BLOCK];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < BLOCKS; i++) {
        if (pwrite(fd, block, sizeof block, (off_t)i * BLOCK) != BLOCK)
            die("can't write: %m");
        uint64_t start = now_ns();
        if (fdatasync(fd))
            die("fdatasync failed: %m");
        histogram_add(out, now_ns() - start);
    }
}

int main(int argc, char **argv)
{
    static struct histogram append;
    static struct histogram again;
    struct options options;
    char path[4096];
    options_read(&options, argc, argv);
    snprintf(path, sizeof path, "%s/fdatasync.tmp", options.directory);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        die("can't make %s: %m", path);
    unlink(path);
    measure(fd, &append);
    measure(fd, &again);
    close(fd);
    row("fdatasync of a 4 kB append", "", "p50 %.2f, p99 %.2f ms", histogram_ms(&append, 0.5),
        histogram_ms(&append, 0.99));
    row("fdatasync of 4 kB written over", "", "p50 %.2f, p99 %.2f ms", histogram_ms(&again, 0.5),
        histogram_ms(&again, 0.99));
    return 0;
}
