/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration at start: inputs like any other, so that the journal alone tells who existed
 * when. What has not changed is refused by the core as existing already and leaves no trace.
 *
 * Devices and queues that are no longer listed go first, so that telephones may change hands and
 * numbers may become something else; users that are no longer listed go last, when none of them
 * owns a device any more. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

struct names {
    struct engine *engine;
    struct map listed;
    struct arena arena; /* copies of the names to remove */
    struct slice *removed;
    size_t count;
    size_t cap;
};

static enum err put(struct engine *e, const struct config_item *item)
{
    char name[80];
    struct input input = {.kind = INPUT_CONFIG, .config = *item};
    while (engine_is_due(e))
        engine_fire(e);
    buf_reset(&e->scratch);
    input_encode(&input, &e->scratch);
    enum err err = engine_apply(e, &input, buf_view(&e->scratch));
    if (err != ERR_OK && err != ERR_EXISTS) {
        char reason[200];
        log_line(LOG_ERROR, "engine.configuration", "kind=%d name=%s error=%s reason=%s",
                 (int)item->kind, log_quote(name, sizeof name, item->name), err_row(err)->symbol,
                 log_quote(reason, sizeof reason, e->batch.fx.reason));
        return err;
    }
    if (e->batch.inputs >= BATCH_INPUTS && !engine_batch_complete(e))
        return ERR_IO;
    return ERR_OK;
}

static void note_unlisted(void *ctx, struct slice name)
{
    struct names *n = ctx;
    if (map_get(&n->listed, name))
        return;
    n->removed = mem_grow(n->removed, &n->cap, n->count + 1, sizeof *n->removed);
    n->removed[n->count++] = arena_copy(&n->arena, name);
}

static enum err remove_unlisted(struct engine *e, enum config_kind listed, enum config_kind removal)
{
    struct names n = {.engine = e};
    enum err err = ERR_OK;
    for (size_t i = 0; i < e->config_count; i++)
        if (e->config[i].kind == listed)
            map_put(&n.listed, e->config[i].name, e);
    core_each_configured(e->core, listed, note_unlisted, &n);
    for (size_t i = 0; i < n.count && err == ERR_OK; i++)
        err = put(e, &(struct config_item){.kind = removal, .name = n.removed[i]});
    map_free(&n.listed);
    arena_free(&n.arena);
    mem_free(n.removed);
    return err;
}

enum err engine_configure(struct engine *e)
{
    static const enum config_kind before[][2] = {{CONFIG_PLACE, CONFIG_REMOVE_PLACE},
                                                 {CONFIG_QUEUE, CONFIG_REMOVE_QUEUE},
                                                 {CONFIG_TRUNK, CONFIG_REMOVE_TRUNK},
                                                 {CONFIG_AGENT_STATE, CONFIG_REMOVE_AGENT_STATE},
                                                 {CONFIG_DEVICE, CONFIG_REMOVE_DEVICE}};
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof before / sizeof *before && err == ERR_OK; i++)
        err = remove_unlisted(e, before[i][0], before[i][1]);
    for (size_t i = 0; i < e->config_count && err == ERR_OK; i++)
        err = put(e, &e->config[i]);
    if (err == ERR_OK)
        err = remove_unlisted(e, CONFIG_USER, CONFIG_REMOVE_USER);
    /* Also after a refusal: what was applied is in the core and must be in the journal. */
    if (!engine_batch_complete(e) && err == ERR_OK)
        err = ERR_IO;
    return err;
}
