/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The worker: order, which thread runs what, and that each job is finished once, run or not. The
 * poster here is a queue that the test's own thread empties, as a loop would. The source is
 * included so that a job can wait until its worker is being destroyed. */
#include "../../../src/base/worker.c" // NOLINT(bugprone-suspicious-include)
#include "base/queue.h"
#include "suite.h"

#define JOBS 200

struct posted {
    void (*fn)(void *arg);
    void *arg;
};

struct test_job {
    int number;
    bool has_run;
    int finished;
    pthread_t ran_on;
    struct worker *worker;
};

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    struct posted *p = mem_alloc(sizeof *p);
    *p = (struct posted){fn, arg};
    queue_put(ctx, p, true);
}

/* Runs what was posted until n have run. */
static void run_posted(struct queue *q, int n)
{
    for (int done = 0; done < n; done++) {
        void *item;
        queue_wait(q, UINT64_MAX);
        assert_int_equal(queue_take(q, &item, 1), 1);
        struct posted *p = item;
        p->fn(p->arg);
        mem_free(p);
    }
}

static int next_number;

static void run_job(void *arg)
{
    struct test_job *job = arg;
    job->has_run = true;
    job->ran_on = pthread_self();
}

static void run_until_destroyed(void *arg)
{
    struct test_job *job = arg;
    pthread_mutex_lock(&job->worker->lock);
    while (!job->worker->is_ending) {
        pthread_cond_wait(&job->worker->changed, &job->worker->lock);
    }
    pthread_mutex_unlock(&job->worker->lock);
    job->has_run = true;
}

static void finish_job(void *arg)
{
    struct test_job *job = arg;
    assert_int_equal(job->number, next_number++);
    job->finished++;
}

static void jobs_run_elsewhere_and_finish_here_in_order(void **state)
{
    (void)state;
    static struct test_job jobs[JOBS];
    struct queue *q = queue_create(0, NULL, NULL);
    struct worker *w = worker_create((struct poster){post, q});
    next_number = 0;
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct test_job){.number = i};
        worker_submit(w, run_job, finish_job, &jobs[i]);
    }
    run_posted(q, JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_true(jobs[i].has_run);
        assert_int_equal(jobs[i].finished, 1);
        assert_false(pthread_equal(jobs[i].ran_on, pthread_self()));
    }
    worker_destroy(w);
    worker_destroy(NULL);
    assert_int_equal(queue_length(q), 0);
    queue_destroy(q);
}

/* The second job runs until the worker is told to end, or is not even taken by then. */
static void destroying_finishes_those_that_wait_unrun(void **state)
{
    (void)state;
    struct queue *q = queue_create(0, NULL, NULL);
    struct worker *w = worker_create((struct poster){post, q});
    struct test_job jobs[4] = {
        {.number = 0}, {.number = 1, .worker = w}, {.number = 2}, {.number = 3}};
    next_number = 0;
    worker_submit(w, run_job, finish_job, &jobs[0]);
    worker_submit(w, run_until_destroyed, finish_job, &jobs[1]);
    worker_submit(w, run_job, finish_job, &jobs[2]);
    worker_submit(w, run_job, finish_job, &jobs[3]);
    run_posted(q, 1);
    worker_destroy(w);
    assert_int_equal(queue_length(q), 3);
    run_posted(q, 3);
    assert_true(jobs[0].has_run);
    assert_false(jobs[2].has_run || jobs[3].has_run);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(jobs[i].finished, 1);
    }
    queue_destroy(q);
}

static void a_job_may_have_no_finish(void **state)
{
    (void)state;
    struct test_job jobs[2] = {{.number = 0}, {.number = 1}};
    struct queue *q = queue_create(0, NULL, NULL);
    struct worker *w = worker_create((struct poster){post, q});
    next_number = 1;
    worker_submit(w, run_job, NULL, &jobs[0]);
    worker_submit(w, run_job, finish_job, &jobs[1]);
    run_posted(q, 1);
    worker_destroy(w);
    assert_true(jobs[0].has_run);
    assert_int_equal(jobs[0].finished, 0);
    assert_int_equal(queue_length(q), 0);
    queue_destroy(q);
}

int run_worker_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_run_elsewhere_and_finish_here_in_order),
        cmocka_unit_test(destroying_finishes_those_that_wait_unrun),
        cmocka_unit_test(a_job_may_have_no_finish),
    };
    return RUN_GROUP(tests);
}
