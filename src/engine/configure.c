/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration, at start and when it is read again: inputs like any other, so that the journal
 * alone tells who existed when. What has not changed is refused by the core as existing already and
 * leaves no trace.
 *
 * Devices and queues that are no longer listed go first, so that telephones may change hands and
 * numbers may become something else; users that are no longer listed go last, when none of them
 * owns a device any more.
 *
 * The line driver is told of its devices and trunks when all is durable: the orders that end the
 * calls of removed ones have reached it then, and no telephone rings that is not there yet. */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

/* One pass over a configuration. */
struct pass {
    struct engine *engine;
    const struct engine_configuration *config;
    bool is_start; /* the first refusal ends it */
    enum err err;  /* the first one, but ERR_IO before any other */
    bool is_ended;
};

struct names {
    struct map listed;
    struct arena arena; /* copies of the names to remove */
    struct slice *removed;
    size_t count;
    size_t cap;
};

static void fail(struct pass *p, enum err err)
{
    if (!p->err || err == ERR_IO)
        p->err = err;
    p->is_ended |= p->is_start || err == ERR_IO;
}

static void put(struct pass *p, const struct config_item *item)
{
    struct engine *e = p->engine;
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
        fail(p, err);
    } else if (e->batch.inputs >= BATCH_INPUTS && !engine_batch_complete(e)) {
        fail(p, ERR_IO);
    }
}

static void note_unlisted(void *ctx, struct slice name)
{
    struct names *n = ctx;
    if (map_get(&n->listed, name))
        return;
    n->removed = mem_grow(n->removed, &n->cap, n->count + 1, sizeof *n->removed);
    n->removed[n->count++] = arena_copy(&n->arena, name);
}

static void remove_unlisted(struct pass *p, enum config_kind listed, enum config_kind removal)
{
    struct names n = {0};
    for (size_t i = 0; i < p->config->item_count; i++)
        if (p->config->items[i].kind == listed)
            map_put(&n.listed, p->config->items[i].name, p);
    core_each_configured(p->engine->core, listed, note_unlisted, &n);
    for (size_t i = 0; i < n.count && !p->is_ended; i++)
        put(p, &(struct config_item){.kind = removal, .name = n.removed[i]});
    map_free(&n.listed);
    arena_free(&n.arena);
    mem_free(n.removed);
}

enum err engine_configure(struct engine *e, const struct engine_configuration *config,
                          bool is_start)
{
    static const enum config_kind before[][2] = {{CONFIG_PLACE, CONFIG_REMOVE_PLACE},
                                                 {CONFIG_QUEUE, CONFIG_REMOVE_QUEUE},
                                                 {CONFIG_TRUNK, CONFIG_REMOVE_TRUNK},
                                                 {CONFIG_AGENT_STATE, CONFIG_REMOVE_AGENT_STATE},
                                                 {CONFIG_DEVICE, CONFIG_REMOVE_DEVICE}};
    struct pass p = {.engine = e, .config = config, .is_start = is_start};
    for (size_t i = 0; i < sizeof before / sizeof *before && !p.is_ended; i++)
        remove_unlisted(&p, before[i][0], before[i][1]);
    for (size_t i = 0; i < config->item_count && !p.is_ended; i++)
        put(&p, &config->items[i]);
    if (!p.is_ended)
        remove_unlisted(&p, CONFIG_USER, CONFIG_REMOVE_USER);
    /* Also after a refusal: what was applied is in the core and must be in the journal. */
    if (!engine_batch_complete(e))
        fail(&p, ERR_IO);
    return p.err;
}

bool engine_configure_next(struct engine *e)
{
    const struct line_driver *line = e->options.line;
    struct submission *s = e->configure_first;
    struct engine_configuration config;
    submission_configuration(s, &config);
    e->configure_first = s->next;
    enum err err = engine_configure(e, &config, false);
    bool is_well = err != ERR_IO;
    if (is_well) {
        if (e->is_line_started) {
            line->trunks(line->self, config.trunks, config.trunk_count);
            line->devices(line->self, config.devices, config.device_count);
        }
        engine_reply(e, s->tag, err, SLICE_NONE, NULL);
        is_well = engine_batch_complete(e);
    }
    mem_free(s);
    return is_well;
}
