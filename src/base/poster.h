/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* How one thread asks another's loop to run something, and a worker thread for what may block. */
#ifndef BASE_POSTER_H
#define BASE_POSTER_H

/* post may be called from any thread; fn(arg) then runs on the loop's thread, in order of posting.
 */
struct poster {
    void (*post)(void *ctx, void (*fn)(void *arg), void *arg);
    void *ctx;
};

struct worker;

/* One thread; jobs run one at a time, in order. */
struct worker *worker_create(struct poster done);
/* run(arg) on the worker's thread, then finished(arg) through the poster. */
void worker_submit(struct worker *w, void (*run)(void *arg), void (*finished)(void *arg),
                   void *arg);
/* Waits for the job that runs; those that wait are finished unrun. */
void worker_destroy(struct worker *w);

#endif
