/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Points at which a test can have the process die as by kill -9: no handler runs, nothing is
 * flushed, exactly what a power cut leaves of a process. Tests of recovery name a point between two
 * steps that must not be told apart ("after the commit, before the release") and look at what the
 * next start makes of it. A count picks a later visit of a point that every batch passes.
 *
 * Before it dies, the thread that reached the point stands still for a moment while all others go
 * on: what had been let out too early, by the step before the point, gets its chance to be seen.
 * Killed at once, a server that answers before it commits would look right nearly always.
 *
 * The environment is read once, at the first point. In an ordinary build the header's empty inline
 * function is all there is, and this file has no code. */
#include "base/crash.h"

#ifdef CORDBOARD_CRASH_POINTS

#include "base/log.h"
#include "base/slice.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define STAND_STILL_NS 30000000

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct slice wanted;
static unsigned long long wanted_visit = 1;
static atomic_ullong visits;

static void read_wish(void)
{
    struct slice count;
    struct slice wish = slice_of(getenv("CORDBOARD_CRASH"));
    wanted = slice_split(wish, ':', &count);
    if (count.ptr && (!slice_to_u64(count, UINT64_MAX, &wanted_visit) || wanted_visit == 0)) {
        log_abort("CORDBOARD_CRASH must be name or name:n with n from 1, not %s", wish.ptr);
    }
}

void crash_point(const char *name)
{
    pthread_once(&once, read_wish);
    if (wanted.len == 0 || !slice_is(wanted, name)) {
        return;
    }
    if (atomic_fetch_add(&visits, 1) + 1 == wanted_visit) {
        nanosleep(&(struct timespec){.tv_nsec = STAND_STILL_NS}, NULL);
        kill(getpid(), SIGKILL);
        for (;;) {
            pause();
        }
    }
}

#endif
