/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See signals.h. A second request to stop ends the process at once: whoever asks again means it,
 * and the journal is as after a kill: enough. */
#include "signals.h"

#include "base/log.h"

#include <signal.h>
#include <unistd.h>

static void ours(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

void signals_block(void)
{
    sigset_t set;
    ours(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error like a full disk */
}

static void call(const struct signals *s, void (*fn)(void *ctx))
{
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    fn(s->ctx);
    pthread_setcancelstate(before, NULL);
}

static void *wait_for_signals(void *arg)
{
    const struct signals *s = arg;
    sigset_t set;
    ours(&set);
    int number;
    bool is_stopping = false;
    while (sigwait(&set, &number) == 0) {
        if (number == SIGHUP) {
            call(s, s->hang_up);
            continue;
        }
        if (is_stopping)
            _exit(1);
        is_stopping = true;
        call(s, s->stop);
    }
    return NULL;
}

void signals_begin(struct signals *s)
{
    if (pthread_create(&s->thread, NULL, wait_for_signals, s))
        log_abort("the thread for signals can't be made");
}

void signals_end(struct signals *s)
{
    pthread_cancel(s->thread);
    pthread_join(s->thread, NULL);
}
