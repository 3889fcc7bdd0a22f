/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The store's life: two threads, one for questions and one for files, each with its own reader of
 * the journal, so that a disk that takes its time over a file keeps nobody from an answer. */
#include "base/mem.h"
#include "store/store_int.h"

enum err store_create(const struct store_options *options, struct store **out)
{
    struct store *s = mem_zalloc(sizeof *s);
    s->options = *options;
    s->recordings = options->recordings ? mem_strdup(options->recordings) : NULL;
    s->options.recordings = s->recordings;
    atomic_init(&s->is_stopping, false);
    atomic_init(&s->has_beside_failed, false);
    s->seconds = metric_register(METRIC_HISTOGRAM, "cordboard_history_seconds", NULL,
                                 "From a question to the call history to its answer.");
    s->forgotten = metric_register(METRIC_COUNTER, "cordboard_history_forgotten_total", NULL,
                                   "Calls that were old enough to be forgotten.");
    s->beside_failures =
        metric_register(METRIC_COUNTER, "cordboard_recording_beside_failures_total", NULL,
                        "Descriptions of recordings that could not be written.");
    enum err err = journal_reader_open(options->journal, &s->reader);
    if (err == ERR_OK)
        err = journal_reader_open(options->journal, &s->files_reader);
    if (err != ERR_OK) {
        store_destroy(s);
        return err;
    }
    s->keeper = keeper_create(s);
    s->reading = worker_create(options->poster);
    s->files = worker_create(options->poster);
    *out = s;
    return ERR_OK;
}

void store_stop(struct store *s)
{
    if (!s)
        return;
    atomic_store(&s->is_stopping, true);
    worker_destroy(s->reading);
    worker_destroy(s->files);
    s->reading = s->files = NULL;
    journal_reader_close(s->reader);
    journal_reader_close(s->files_reader);
    s->reader = s->files_reader = NULL;
}

void store_destroy(struct store *s)
{
    if (!s)
        return;
    store_stop(s);
    keeper_destroy(s->keeper);
    buf_free(&s->key);
    mem_free(s->recordings);
    mem_free(s);
}
