/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A thread for what may block or take long: password hashes, snapshots, files. One thread and one
 * order, so that two jobs of one kind need no lock between them; who needs more makes more workers.
 *
 * The result goes home through a poster and not through the job's own thread: finished then runs
 * where the one who submitted lives, and may touch its world without a lock. A job that was
 * submitted is always finished, also when the worker ends before it ran, because finished is where
 * its memory is freed. */
#include "base/poster.h"

#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct job {
    struct job *next;
    void (*run)(void *arg);
    void (*finished)(void *arg);
    void *arg;
};

struct worker {
    struct poster done;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job *first;
    struct job **tail;
    bool is_ending;
};

static void finish(struct worker *w, struct job *job)
{
    if (job->finished) {
        w->done.post(w->done.ctx, job->finished, job->arg);
    }
    mem_free(job);
}

/* The first job taken out of the list, or NULL. */
static struct job *take(struct worker *w)
{
    struct job *job = w->first;
    if (job) {
        w->first = job->next;
        if (!w->first) {
            w->tail = &w->first;
        }
    }
    return job;
}

/* Blocks until there is a job; NULL when the worker is to end. */
static struct job *wait_for_job(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->is_ending) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    struct job *job = w->is_ending ? NULL : take(w);
    pthread_mutex_unlock(&w->lock);
    return job;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    for (struct job *job = wait_for_job(w); job; job = wait_for_job(w)) {
        job->run(job->arg);
        finish(w, job);
    }
    return NULL;
}

struct worker *worker_create(struct poster done)
{
    struct worker *w = mem_zalloc(sizeof *w);
    w->done = done;
    w->tail = &w->first;
    if (pthread_mutex_init(&w->lock, NULL) || pthread_cond_init(&w->changed, NULL) ||
        pthread_create(&w->thread, NULL, work, w)) {
        log_abort("a worker's thread cannot be made");
    }
    (void)pthread_setname_np(w->thread, "cb-worker");
    return w;
}

void worker_submit(struct worker *w, void (*run)(void *arg), void (*finished)(void *arg), void *arg)
{
    struct job *job = mem_zalloc(sizeof *job);
    job->run = run;
    job->finished = finished;
    job->arg = arg;
    pthread_mutex_lock(&w->lock);
    *w->tail = job;
    w->tail = &job->next;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

void worker_destroy(struct worker *w)
{
    if (!w) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->is_ending = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    for (struct job *job = take(w); job; job = take(w)) {
        finish(w, job);
    }
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}
