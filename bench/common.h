/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What every load generator needs: options, clocks, giving up, and a look at the server's process
 * from outside. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct options {
    unsigned port;         /* --port: of the server, on 127.0.0.1 */
    pid_t pid;             /* --pid: of the server */
    unsigned seconds;      /* --seconds: of measuring */
    unsigned rate;         /* --rate: operations per second, open loop */
    unsigned calls;        /* --calls: calls, or connections, at one time */
    unsigned sessions;     /* --sessions: idle ones */
    bool is_websocket;     /* --transport websocket, else long-polling */
    const char *directory; /* --directory: where to write to */
    const char *file;      /* --file: what was acknowledged */
    const char *note;      /* --note: how the server runs, for the table */
    bool is_brief;         /* --brief: one row only */
};

/* Ends the program with what is wrong. */
void options_read(struct options *options, int argc, char **argv);

/* One line on stderr, and exit 1. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Monotonic. */
uint64_t now_ns(void);
/* One row of the table of figures: what, the goal ("" for none), and what was measured. */
void row(const char *what, const char *goal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct usage {
    double user_s; /* of CPU */
    double system_s;
    uint64_t rss_kb;  /* resident */
    uint64_t peak_kb; /* the most it ever was */
};

void usage_read(pid_t pid, struct usage *out);
/* What each thread of the process has used since the first of two calls, as "name 12%, ...". */
void usage_threads(pid_t pid, double seconds, char *out, size_t size);

#endif
