/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An engine's life: made of the journal, started with the configuration, stopped with everything
 * durable. What happens in between is in loop.c, batch.c and commit.c; how requests get in, in
 * submit.c. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>

static void free_waiting(struct submission *first)
{
    while (first) {
        struct submission *next = first->next;
        mem_free(first);
        first = next;
    }
}

static void free_engine(struct engine *e)
{
    void *item;
    while (queue_take(e->queue, &item, 1) > 0)
        mem_free(item);
    for (size_t i = e->item_next; i < e->item_count; i++)
        mem_free(e->items[i]);
    free_waiting(e->advance_first);
    free_waiting(e->configure_first);
    free_waiting(e->aside_first);
    mem_free(e->refused);
    pthread_mutex_destroy(&e->trouble_lock);
    queue_destroy(e->queue);
    batch_free(&e->batch);
    buf_free(&e->deadline);
    buf_free(&e->scratch);
    core_destroy(e->core);
    sem_destroy(&e->started);
    mem_free(e);
}

enum err engine_create(const struct engine_options *options, struct engine **out, char *why,
                       size_t why_size)
{
    struct engine *e = mem_zalloc(sizeof *e);
    struct input deadline = {.kind = INPUT_DEADLINE};
    e->options = *options;
    e->random.used = sizeof e->random.bytes;
    e->queue = queue_create(options->queue_limit, NULL, NULL);
    atomic_init(&e->is_stalled, false);
    atomic_init(&e->is_low, false);
    pthread_mutex_init(&e->trouble_lock, NULL);
    atomic_init(&e->is_closing, false);
    atomic_init(&e->unchecked_bytes, 0);
    atomic_init(&e->queued_bytes, 0);
    sem_init(&e->started, 0, 0);
    input_encode(&deadline, &e->deadline);
    meters_register(&e->meters);
    enum err err = engine_replay(e, why, why_size);
    if (err != ERR_OK) {
        free_engine(e);
        return err;
    }
    clock_start(&e->clock, options, e->last_ms);
    *out = e;
    return ERR_OK;
}

static void end_snapshotter(struct engine *e, bool with_snapshot)
{
    snapshotter_stop(e->snapshotter, with_snapshot);
    e->snapshotter = NULL;
}

enum err engine_start(struct engine *e, const struct config_item *items, size_t count)
{
    struct engine_configuration config = {.items = items, .item_count = count};
    e->config = &config;
    e->snapshotter = snapshotter_start(e);
    if (pthread_create(&e->thread, NULL, engine_main, e) != 0)
        log_abort("can't start the core thread");
    (void)pthread_setname_np(e->thread, "cb-core");
    while (sem_wait(&e->started) != 0 && errno == EINTR)
        continue;
    e->config = NULL;
    if (e->start_err != ERR_OK) {
        atomic_store(&e->is_closing, true);
        pthread_join(e->thread, NULL);
        end_snapshotter(e, false);
        return e->start_err;
    }
    e->is_running = true;
    return ERR_OK;
}

uint64_t engine_now_ms(const struct engine *e)
{
    return clock_now_ms(&e->clock);
}

uint64_t engine_unwound_ms(const struct engine *e)
{
    return clock_unwound_ms(&e->clock);
}

uint64_t engine_user_seq(const struct engine *e, struct slice user)
{
    return core_user_seq(e->core, user);
}

enum err engine_stop(struct engine *e)
{
    if (!e->is_running)
        return e->stop_err;
    e->is_running = false;
    atomic_store(&e->is_closing, true);
    engine_submit_stop(e);
    pthread_join(e->thread, NULL);
    end_snapshotter(e, true);
    return e->stop_err;
}

void engine_destroy(struct engine *e)
{
    if (!e)
        return;
    (void)engine_stop(e);
    free_engine(e);
}
