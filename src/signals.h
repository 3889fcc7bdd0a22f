/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SIGTERM, SIGINT and SIGHUP, taken by a thread that does nothing else, so that no other one is
 * ever interrupted. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <pthread.h>
#include <stdbool.h>

/* Both are called on the thread of signals, which is not ended in the middle of them. */
struct signals {
    pthread_t thread;
    void (*stop)(void *ctx); /* once; whoever asks again ends the process */
    void (*hang_up)(void *ctx);
    void *ctx;
};

/* Before the first thread is made: all inherit it. */
void signals_block(void);
void signals_begin(struct signals *s);
void signals_end(struct signals *s);

#endif
