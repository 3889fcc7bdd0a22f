/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Calls that come and go: agent 2i dials agent 2i+1 by REST, both are told over WebSocket, and
 * their telephones answer by themselves. When both have heard that it is Established the caller
 * hangs up, or it is held for as long as the program wants; when both have heard that it is
 * Released the pair is free for the next. Whatever else happens to a call is a failure. */
#ifndef BENCH_DIALS_H
#define BENCH_DIALS_H

#include "calls.h"
#include "histogram.h"

#include <stdint.h>

enum dial_phase {
    DIAL_FREE,
    DIAL_ASKED, /* not Established at both */
    DIAL_UP,    /* held */
    DIAL_ENDING /* hung up, not Released at both */
};

struct dial_ear {
    struct cometd cometd;
    bool is_established;
    bool is_released;
};

struct dial {
    struct client client; /* for operations */
    char headers[HEADERS_SIZE];
    char dial_path[PATH_SIZE];
    unsigned agent; /* the caller */
    struct dial_ear ears[2];

    enum dial_phase phase;
    char id[40];
    uint64_t due_ns;
    uint64_t hangup_ns;
    unsigned answers_due; /* of the server to operations */
    bool is_ringing;      /* the callee was told */
    struct dial *next;    /* the next free one */
};

struct dials {
    struct dial *list;
    unsigned count;
    int epoll;
    bool holds;             /* calls stay up */
    uint64_t count_from_ns; /* calls due from then on are in the histograms */
    struct dial *free_first, *free_last;
    unsigned busy; /* pairs that are not free */
    uint64_t up;   /* calls that became Established */
    uint64_t done; /* calls that were Released at both without a failure */
    uint64_t failures;
    struct histogram to_answer;      /* Dial to the answer of the server */
    struct histogram to_ringing;     /* Dial to the callee's notice */
    struct histogram to_established; /* Dial to the later of both notices */
    struct histogram to_released;    /* Hangup to the later of both notices */
};

/* Logs in all agents; each pair is free then. */
void dials_open(struct dials *dials, unsigned port, unsigned count);
/* Dials on the pair that has been free for longest; false when none is. Times count from due_ns. */
bool dials_start(struct dials *dials, uint64_t due_ns);
/* Dials count times, at a rate a second, and works on what comes meanwhile. A pair that is not
 * there when a call is due makes the call late, not less. */
void dials_run(struct dials *dials, uint64_t count, unsigned rate);
/* Works on what comes until no pair is busy with setting up or ending a call, but no longer. */
void dials_settle(struct dials *dials, uint64_t timeout_ns);
/* Says on stderr what some of the calls wait for that are still on their way. */
void dials_report_hanging(const struct dials *dials);
/* Works on what comes, for at most so long. */
void dials_poll(struct dials *dials, uint64_t timeout_ns);

#endif
