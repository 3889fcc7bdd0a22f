/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The rooms in the order of their making, and the one place where threads meet.
 *
 * The calling thread is the web thread. The journal is this thread's until the core thread starts;
 * so whatever is restored from it (the secret, cookies that were ended, CometD sessions, the events
 * that replay yields) is restored before engine_start. From then on the core thread's releases come
 * through one queue that wakes the web's loop: replies first, then the notices, so that a reply
 * never overtakes its notice and no notice its batch.
 *
 * A stop goes the same way back: what is held is answered, the web closes, the core commits and
 * writes a snapshot, and what it still released is delivered, because tickets are freed by their
 * delivery. Nothing depends on a stop: kill -9 at any instant leaves a journal that is enough.
 */
#include "serve.h"

#include "api/api.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "bayeux/bayeux.h"
#include "hub/hub.h"
#include "line/sim/line_sim.h"
#include "line/sip/line_sip.h"
#include "notify.h"
#include "releases.h"
#include "reload.h"
#include "routes.h"
#include "setup.h"
#include "signals.h"
#include "welcome.h"
#include "store/store.h"
#include "web/web.h"

#include <stdio.h>

#define QUEUE_LIMIT        16384
#define QUEUE_BYTES        ((size_t)64 << 20)
#define NOTICES_WAITING    100000
#define BACKLOG_BYTES      (1u << 20)
#define REQUEST_TIMEOUT_MS 30000
#define IDLE_TIMEOUT_MS    120000
#define STOP_GRACE_MS      5000
#define SUBSCRIPTIONS_MAX  64
#define VERIFIED_S         900
#define MANUAL_START_MS    UINT64_C(1767225600000) /* 2026-01-01 00:00 UTC */
#define WHY_SIZE           512

struct server {
    const struct config *config;
    struct setup setup;
    struct routes routes;
    char *public_url;
    struct journal *journal;
    struct store *store;
    struct web *web;
    struct hub *hub;
    struct line_driver *line;
    struct engine *engine;
    struct auth *auth;
    struct api *api;
    struct bayeux *bayeux;
    struct reload *reload;
    struct releases *releases; /* NULL: they come on this thread, from replay */
    struct map users;          /* configured; while records are restored */
    struct signals signals;
    uint64_t watchdog_ms; /* when the service manager is to hear of us; 0: never */
    char why[WHY_SIZE];
};

/* --- releases --- */

static void flush(void *ctx)
{
    struct server *s = ctx;
    bayeux_flush(s->bayeux, web_now_ms(s->web));
}

static void deliver_all(void *ctx)
{
    struct server *s = ctx;
    releases_deliver(s->releases, flush);
    api_floor_moved(s->api, releases_floor(s->releases));
}

static void wake_web(void *ctx)
{
    struct server *s = ctx;
    struct poster poster = web_poster(s->web);
    poster.post(poster.ctx, deliver_all, s);
}

static void released(void *ctx, struct release *release)
{
    struct server *s = ctx;
    if (s->releases)
        releases_put(s->releases, release);
    else
        release_deliver(s->hub, release);
}

/* --- rooms --- */

static enum err open_journal(struct server *s)
{
    struct journal_options options = {.directory = s->config->data, .version = CORE_VERSION};
    enum err err = journal_open(&options, &s->journal, s->why, sizeof s->why);
    if (err)
        return err;
    err = setup_secret(&s->setup, s->journal);
    if (!err)
        err = setup_users(&s->setup, s->config, s->journal);
    if (err)
        snprintf(s->why, sizeof s->why, "%s: the journal can't be used: %s", s->config->data,
                 err_row(err)->text);
    return err;
}

static const char *scheme(const struct config *config)
{
    return config->tls_certificate ? "https" : "http";
}

static enum err make_web(struct server *s)
{
    struct web_route table[ROUTES_MAX];
    size_t count = routes_fill(&s->routes, table);
    setup_proxies(&s->setup, s->config);
    struct web_options options = {.bind = s->config->http,
                                  .header_bytes_max = s->config->header_bytes,
                                  .body_bytes_max = s->config->body_bytes,
                                  .frame_bytes_max = s->config->body_bytes,
                                  .backlog_bytes_max = BACKLOG_BYTES,
                                  .request_timeout_ms = REQUEST_TIMEOUT_MS,
                                  .idle_timeout_ms = IDLE_TIMEOUT_MS,
                                  .connections_max = (unsigned)s->config->connections,
                                  .proxies = s->setup.proxies,
                                  .proxy_count = s->setup.proxy_count,
                                  .tls_certificate = s->config->tls_certificate,
                                  .tls_key = s->config->tls_key};
    enum err err = web_create(&options, table, count, &s->web, s->why, sizeof s->why);
    if (err)
        return err;
    struct buf url = {0};
    if (s->config->public_url) {
        buf_text(&url, s->config->public_url);
    } else {
        const char *colon = strrchr(s->config->http, ':');
        buf_printf(&url, "%s://%.*s:%u", scheme(s->config), (int)(colon - s->config->http),
                   s->config->http, web_port(s->web));
    }
    buf_char(&url, '\0');
    s->public_url = url.ptr;
    setup_origins(&s->setup, s->config, s->public_url);
    web_set_origins(s->web, s->setup.origins, s->setup.origin_count);
    s->routes.page = (struct page){s->setup.origins + 1, s->setup.origin_count - 1};
    return ERR_OK;
}

static enum err make_line(struct server *s)
{
    s->line = setup_line(&s->setup, s->config);
    if (s->line)
        return ERR_OK;
    snprintf(s->why, sizeof s->why, "the line driver can't be made");
    return ERR_INTERNAL;
}

static enum err make_store(struct server *s)
{
    struct store_options options = {.journal = s->journal,
                                    .recordings = s->setup.recordings,
                                    .keep_days = (unsigned)s->config->keep_days,
                                    .render = api_render_beside,
                                    .poster = web_poster(s->web)};
    enum err err = store_create(&options, &s->store);
    if (err)
        snprintf(s->why, sizeof s->why, "%s: the history can't be read: %s", s->config->data,
                 err_row(err)->text);
    return err;
}

static enum err make_engine(struct server *s)
{
    struct engine_options options = {.journal = s->journal,
                                     .line = s->line,
                                     .clock = s->config->sim_clock == CONFIG_CLOCK_MANUAL
                                                  ? ENGINE_CLOCK_MANUAL
                                                  : ENGINE_CLOCK_REAL,
                                     .manual_start_ms = MANUAL_START_MS,
                                     .queue_limit = QUEUE_LIMIT,
                                     .queue_bytes = QUEUE_BYTES,
                                     .reserve_bytes = s->config->reserve_mb << 20,
                                     .snapshot_batches = s->config->snapshot_batches,
                                     .ring_notices = s->config->ring_notices,
                                     .store = store_write,
                                     .stored = store_written,
                                     .store_ctx = s->store,
                                     .released = released,
                                     .ctx = s};
    return engine_create(&options, &s->engine, s->why, sizeof s->why);
}

static bool has_user(void *ctx, struct slice name)
{
    const struct server *s = ctx;
    return map_get(&s->users, name) != NULL;
}

/* Nobody waits for the reply; the core knows what is news. */
static enum err tell_presence(void *ctx, struct slice user, bool is_there)
{
    struct server *s = ctx;
    struct command command = {
        .op = is_there ? OP_DESKTOP_BACK : OP_DESKTOP_GONE, .at = OP_ON_USER, .user = user};
    return engine_command(s->engine, &command, NULL);
}

static uint64_t now_ms(void *ctx)
{
    const struct server *s = ctx;
    return web_now_ms(s->web);
}

static void make_doors(struct server *s)
{
    bool is_https = strncmp(s->public_url, "https:", 6) == 0;
    struct auth_options auth = {.users = s->setup.users,
                                .user_count = s->setup.user_count,
                                .session_idle_s = (unsigned)s->config->session_idle_s,
                                .verified_s = VERIFIED_S,
                                .is_https = is_https,
                                .has_other_origins = s->config->allowed_origins != NULL,
                                .origins = s->setup.origins,
                                .origin_count = s->setup.origin_count,
                                .poster = web_poster(s->web),
                                .engine = s->engine};
    setup_derive(&s->setup, "cordboard web sessions", auth.key);
    s->auth = auth_create(&auth);
    struct arena arena = {0};
    struct api_directory directory;
    setup_directory(s->config, &arena, &directory);
    struct api_options api = {.engine = s->engine,
                              .store = s->store,
                              .auth = s->auth,
                              .public_url = s->public_url,
                              .version = CORDBOARD_VERSION,
                              .is_demo = s->config->is_demo,
                              .nesting_max = (unsigned)s->config->nesting,
                              .now_ms = now_ms,
                              .now_ctx = s,
                              .directory = &directory};
    s->api = api_create(&api);
    arena_free(&arena);
    struct bayeux_options bayeux = {.engine = s->engine,
                                    .hub = s->hub,
                                    .timeout_ms = (unsigned)s->config->connect_timeout_s * 1000,
                                    .max_interval_ms = (unsigned)s->config->max_interval_s * 1000,
                                    .sessions_max = (unsigned)s->config->sessions,
                                    .user_sessions_max = (unsigned)s->config->user_sessions,
                                    .message_bytes_max = (unsigned)s->config->body_bytes,
                                    .subscriptions_max = SUBSCRIPTIONS_MAX,
                                    .offers_websocket = true,
                                    .is_https = is_https,
                                    .has_other_origins = s->config->allowed_origins != NULL,
                                    .render = api_render_notice,
                                    .ctx = s->api,
                                    .has_user = has_user,
                                    .has_user_ctx = s,
                                    .presence = tell_presence,
                                    .presence_ctx = s};
    s->bayeux = bayeux_create(&bayeux);
    s->routes.web = s->web;
    s->routes.auth = s->auth;
    s->routes.api = s->api;
    s->routes.bayeux = s->bayeux;
    s->routes.hub = s->hub;
    s->routes.engine = s->engine;
    s->routes.sim =
        (struct sim_control){.sim = s->config->driver == CONFIG_DRIVER_SIM ? s->line : NULL,
                             .engine = s->engine,
                             .is_manual = s->config->sim_clock == CONFIG_CLOCK_MANUAL};
    s->routes.is_demo = s->config->is_demo;
    s->routes.public_url = s->public_url;
}

static void make_reload(struct server *s, serve_read *read, void *read_ctx)
{
    struct reload_options options = {.config = s->config,
                                     .setup = &s->setup,
                                     .public_url = s->public_url,
                                     .read = read,
                                     .read_ctx = read_ctx,
                                     .web = s->web,
                                     .hub = s->hub,
                                     .engine = s->engine,
                                     .auth = s->auth,
                                     .api = s->api,
                                     .bayeux = s->bayeux,
                                     .page = &s->routes.page};
    s->reload = reload_create(&options);
}

static void restore_bayeux(void *ctx, struct slice key, struct slice value)
{
    struct server *s = ctx;
    bayeux_restore(s->bayeux, key, value, web_now_ms(s->web));
}

static void restore_auth(void *ctx, struct slice key, struct slice value)
{
    struct server *s = ctx;
    auth_restore(s->auth, key, value);
}

/* What was in the rings before the base of the replay is not there now; its numbers are known all
 * the same. Users that are not configured come no more. */
static void seed_hub(struct server *s)
{
    for (size_t i = 0; i < s->setup.user_count; i++) {
        struct slice name = slice_of(s->setup.users[i].name);
        hub_seed(s->hub, name, engine_user_seq(s->engine, name));
        map_put(&s->users, name, s);
    }
}

static enum err restore(struct server *s)
{
    seed_hub(s);
    enum err err = journal_each_record(s->journal, RECORD_BAYEUX, restore_bayeux, s);
    if (!err)
        err = journal_each_record(s->journal, RECORD_WEB_SESSION, restore_auth, s);
    map_free(&s->users);
    if (err)
        snprintf(s->why, sizeof s->why, "%s: records can't be read: %s", s->config->data,
                 err_row(err)->text);
    return err;
}

static enum err start_engine(struct server *s)
{
    setup_items(&s->setup, s->config);
    s->releases = releases_create(s->hub, NOTICES_WAITING, wake_web, s);
    char trouble[ENGINE_TROUBLE_SIZE];
    enum err err = engine_start(s->engine, s->setup.items, s->setup.item_count);
    if (err && engine_trouble(s->engine, trouble) > 0)
        snprintf(s->why, sizeof s->why, "the configuration can't be stored: %s",
                 trouble + strlen(ENGINE_TROUBLE_BEGIN));
    else if (err == ERR_IO && s->config->driver == CONFIG_DRIVER_SIP)
        snprintf(s->why, sizeof s->why, "cannot listen on %s for SIP%s%s", s->config->sip,
                 s->config->sip_tls ? ", or over TLS on " : "",
                 s->config->sip_tls ? s->config->sip_tls : "");
    else if (err)
        snprintf(s->why, sizeof s->why, "the engine does not start: %s", err_row(err)->text);
    return err;
}

static enum err build(struct server *s, serve_read *read, void *read_ctx)
{
    enum err err = open_journal(s);
    if (!err)
        err = make_web(s);
    if (!err)
        err = make_line(s);
    if (err)
        return err;
    s->hub = hub_create(s->config->ring_notices, s->config->ring_bytes, s->config->rings_bytes);
    err = make_store(s);
    if (!err)
        err = make_engine(s);
    if (err)
        return err;
    make_doors(s);
    make_reload(s, read, read_ctx);
    err = restore(s);
    return err ? err : start_engine(s);
}

static enum err tear_down(struct server *s)
{
    enum err err = ERR_OK;
    if (s->releases) {
        err = engine_stop(s->engine);
        deliver_all(s);
    }
    reload_destroy(s->reload);
    s->reload = NULL;
    auth_destroy(s->auth);
    store_stop(s->store);
    web_destroy(s->web);
    bayeux_destroy(s->bayeux);
    api_destroy(s->api);
    engine_destroy(s->engine);
    store_destroy(s->store);
    releases_destroy(s->releases);
    if (s->line && s->config->driver == CONFIG_DRIVER_SIM)
        line_sim_destroy(s->line);
    else if (s->line)
        line_sip_destroy(s->line);
    if (s->hub)
        hub_destroy(s->hub);
    if (s->journal)
        journal_close(s->journal);
    mem_free(s->public_url);
    setup_free(&s->setup);
    return err;
}

/* --- running --- */

static uint64_t next_tick(void *ctx)
{
    struct server *s = ctx;
    uint64_t bayeux_ms = bayeux_next_ms(s->bayeux);
    uint64_t store_ms = store_next_ms(s->store);
    uint64_t api_ms = api_next_ms(s->api);
    uint64_t next_ms = bayeux_ms < store_ms ? bayeux_ms : store_ms;
    next_ms = api_ms < next_ms ? api_ms : next_ms;
    return s->watchdog_ms > 0 && s->watchdog_ms < next_ms ? s->watchdog_ms : next_ms;
}

static void tick(void *ctx, uint64_t now_ms)
{
    struct server *s = ctx;
    bayeux_tick(s->bayeux, now_ms);
    store_tick(s->store, now_ms);
    api_tick(s->api);
    if (s->watchdog_ms > 0 && now_ms >= s->watchdog_ms) {
        notify_say("WATCHDOG=1");
        s->watchdog_ms = now_ms + notify_watchdog_ms();
    }
}

static void stop(void *ctx)
{
    struct server *s = ctx;
    log_line(LOG_INFO, "server.stopping", "grace_ms=%d", STOP_GRACE_MS);
    notify_say("STOPPING=1");
    bayeux_drain(s->bayeux);
    api_drain(s->api);
    web_stop(s->web, STOP_GRACE_MS);
}

static void begin_reload(void *ctx)
{
    struct server *s = ctx;
    if (s->reload) /* the web's last posts run when it is gone */
        reload_begin(s->reload);
}

/* These two on the thread of signals. */
static void hang_up(void *ctx)
{
    struct server *s = ctx;
    struct poster poster = web_poster(s->web);
    web_reload_certificate(s->web);
    poster.post(poster.ctx, begin_reload, s);
}

static void ask_to_stop(void *ctx)
{
    struct server *s = ctx;
    struct poster poster = web_poster(s->web);
    poster.post(poster.ctx, stop, s);
}

static void run(struct server *s)
{
    store_start(s->store, s->engine);
    web_set_ticker(s->web, next_tick, tick, s);
    s->signals = (struct signals){.stop = ask_to_stop, .hang_up = hang_up, .ctx = s};
    signals_begin(&s->signals);
    welcome(s->config, s->public_url, web_port(s->web),
            s->config->driver == CONFIG_DRIVER_SIP ? line_sip_port(s->line) : 0);
    if (notify_watchdog_ms() > 0)
        s->watchdog_ms = web_now_ms(s->web) + notify_watchdog_ms();
    notify_say("READY=1");
    web_run(s->web);
    signals_end(&s->signals);
}

int serve(const struct config *config, serve_read *read, void *read_ctx)
{
    struct server s = {.config = config};
    signals_block();
    log_set_level((enum log_level)config->log_level);
    notify_begin();
    enum err err = build(&s, read, read_ctx);
    if (err)
        (void)fprintf(stderr, "cordboard: %s\n", s.why);
    else
        run(&s);
    enum err stop_err = tear_down(&s);
    if (!err && !stop_err)
        log_line(LOG_INFO, "server.stopped", "journal=whole");
    else if (!err)
        log_line(LOG_ERROR, "server.stopped", "journal=behind error=%s", err_row(stop_err)->symbol);
    return err || stop_err ? 1 : 0;
}
