/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Three stations. On the worker: read, check, hash new passwords, make all that the rooms are to be
 * given. On the core thread: items, devices and trunks. On the web thread, when the core's reply is
 * there: users of auth and bayeux, the API's directory, origins.
 *
 * In between a new user is refused at the door, and one who goes can get in but finds nothing: so
 * nobody is ever let in whom the core does not know.
 *
 * The configuration of the start lives as long as the server; each later one until the next, for
 * web and auth borrow its origins. */
#include "reload.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "engine/ticket.h"

#include <stdio.h>

struct job {
    struct ticket ticket;  /* first: is the tag of the engine's reply */
    struct reload *reload; /* NULL: the server is ending */
    struct config config;
    struct setup setup;
    struct api_directory directory;
    struct engine_configuration configuration;
    enum err err;
    bool is_submitted; /* the core has it */
    char why[CONFIG_WHY_SIZE];
};

struct reload {
    struct reload_options options;
    struct worker *worker;
    struct job *current; /* under way */
    struct job *applied; /* the last one; NULL: the start's holds */
    bool is_wanted;      /* another one, after the current */
    struct metric *metric_applied;
    struct metric *metric_refused;
};

static void job_free(struct job *job)
{
    if (!job)
        return;
    setup_free(&job->setup);
    config_free(&job->config);
    mem_free(job);
}

static const struct config *config_now(const struct reload *r)
{
    return r->applied ? &r->applied->config : r->options.config;
}

static const struct setup *setup_now(const struct reload *r)
{
    return r->applied ? &r->applied->setup : r->options.setup;
}

/* --- on the worker --- */

static void job_run(void *arg)
{
    struct job *job = arg;
    const struct reload *r = job->reload;
    struct setup *s = &job->setup;
    job->err = r->options.read(r->options.read_ctx, &job->config, job->why, sizeof job->why);
    if (job->err)
        return;
    config_keep(&job->config, r->options.config);
    memcpy(s->secret, r->options.setup->secret, sizeof s->secret);
    job->err = setup_users_anew(s, &job->config, setup_now(r), config_now(r));
    if (job->err) {
        snprintf(job->why, sizeof job->why, "a password can't be hashed: %s",
                 err_row(job->err)->text);
        return;
    }
    setup_devices(s, &job->config);
    setup_trunks(s, &job->config);
    setup_items(s, &job->config);
    setup_origins(s, &job->config, r->options.public_url);
    setup_proxies(s, &job->config);
    setup_directory(&job->config, &s->arena, &job->directory);
    job->configuration = (struct engine_configuration){.items = s->items,
                                                       .item_count = s->item_count,
                                                       .devices = s->devices,
                                                       .device_count = s->device_count,
                                                       .trunks = s->trunks,
                                                       .trunk_count = s->trunk_count};
}

/* --- on the web thread --- */

static void begin(struct reload *r);

static void next(struct reload *r)
{
    r->current = NULL;
    if (r->is_wanted)
        begin(r);
}

static void refuse(struct reload *r, struct job *job)
{
    char why[CONFIG_WHY_SIZE * 2];
    metric_add(r->metric_refused, 1);
    log_line(LOG_ERROR, "reload.refused", "reason=%s",
             log_quote(why, sizeof why, slice_of(job->why)));
    job_free(job);
    next(r);
}

/* Whether the user is the same as before, to a listener: there, and with the same password. */
static bool is_same_user(void *ctx, struct slice name)
{
    const struct map *same = ctx;
    return map_get(same, name) != NULL;
}

static void listeners_leave(struct reload *r, const struct setup *before, const struct setup *now)
{
    struct map hashes = {0};
    struct map same = {0};
    for (size_t i = 0; i < now->user_count; i++)
        map_put(&hashes, slice_of(now->users[i].name), (void *)(uintptr_t)&now->users[i]);
    for (size_t i = 0; i < before->user_count; i++) {
        struct slice name = slice_of(before->users[i].name);
        const struct auth_user *user = map_get(&hashes, name);
        if (!user) /* a user of that name who comes later begins with number 1 */
            hub_seed(r->options.hub, name, 0);
        else if (strcmp(user->password_hash, before->users[i].password_hash) == 0)
            map_put(&same, name, (void *)(uintptr_t)user);
    }
    bayeux_retain_users(r->options.bayeux, is_same_user, &same, web_now_ms(r->options.web));
    map_free(&hashes);
    map_free(&same);
}

static void job_applied(struct ticket *ticket, struct reply *reply)
{
    struct job *job = LIST_OWNER(ticket, struct job, ticket);
    struct reload *r = job->reload;
    const struct reload_options *o = &r->options;
    const struct setup *s = &job->setup;
    bool has_origins = job->config.allowed_origins != NULL;
    listeners_leave(r, setup_now(r), s);
    auth_set_users(o->auth, s->users, s->user_count);
    auth_set_origins(o->auth, s->origins, s->origin_count, has_origins);
    web_set_origins(o->web, s->origins, s->origin_count);
    *o->page = (struct page){s->origins + 1, s->origin_count - 1}; /* but the server's own */
    web_set_proxies(o->web, s->proxies, s->proxy_count);
    bayeux_set_other_origins(o->bayeux, has_origins);
    api_set_directory(o->api, &job->directory);
    log_set_level((enum log_level)job->config.log_level);
    metric_add(r->metric_applied, 1);
    log_line(reply->err ? LOG_ERROR : LOG_INFO, "reload.done",
             "users=%zu devices=%zu queues=%zu result=%s", job->config.user_count,
             job->config.device_count, job->config.queue_count, err_row(reply->err)->symbol);
    job_free(r->applied);
    r->applied = job;
    next(r);
}

static void records_done(struct ticket *ticket, struct reply *reply)
{
    (void)ticket;
    (void)reply; /* What could not be kept is hashed again at the next start. */
}

static void job_finished(void *arg)
{
    static struct ticket nobody = {records_done};
    struct job *job = arg;
    struct reload *r = job->reload;
    if (!r) {
        job_free(job);
        return;
    }
    if (job->err) {
        refuse(r, job);
        return;
    }
    if (job->setup.record_count > 0)
        (void)engine_record(r->options.engine, job->setup.records, job->setup.record_count,
                            &nobody);
    job->ticket.done = job_applied;
    job->err = engine_reconfigure(r->options.engine, &job->configuration, &job->ticket);
    job->is_submitted = job->err == ERR_OK;
    if (job->is_submitted)
        return;
    snprintf(job->why, sizeof job->why, "the server is stopping");
    r->is_wanted = false;
    refuse(r, job);
}

static void begin(struct reload *r)
{
    r->is_wanted = false;
    r->current = mem_zalloc(sizeof *r->current);
    r->current->reload = r;
    worker_submit(r->worker, job_run, job_finished, r->current);
}

void reload_begin(struct reload *r)
{
    log_line(LOG_INFO, "reload.begin", "is_waiting=%d", r->current != NULL);
    if (r->current)
        r->is_wanted = true;
    else
        begin(r);
}

struct reload *reload_create(const struct reload_options *options)
{
    struct reload *r = mem_zalloc(sizeof *r);
    r->options = *options;
    r->worker = worker_create(web_poster(options->web));
    r->metric_applied = metric_register(METRIC_COUNTER, "cordboard_reloads_total",
                                        "result=\"applied\"", "Configurations read again.");
    r->metric_refused = metric_register(METRIC_COUNTER, "cordboard_reloads_total",
                                        "result=\"refused\"", "Configurations read again.");
    return r;
}

void reload_destroy(struct reload *r)
{
    if (!r)
        return;
    worker_destroy(r->worker);
    /* One that the worker had is finished by the poster, later, and frees itself then. One that the
     * core had and did not answer is nobody's. */
    if (r->current && r->current->is_submitted)
        job_free(r->current);
    else if (r->current)
        r->current->reload = NULL;
    job_free(r->applied);
    mem_free(r);
}
