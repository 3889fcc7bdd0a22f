/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From a path to its room. Everything below /api/v2 and /internal-api is identified first, but for
 * the few resources that anybody may read; what watches the server (/healthz, /metrics), the page,
 * and the simulated telephones need no user. A WebSocket is identified as the HTTP request that it
 * begins as; what it needs of that request is copied before the request turns into a socket and is
 * gone. */
#include "routes.h"

#include "base/mem.h"
#include "base/metrics.h"
#include "base/origin.h"

#define NOTIFICATIONS "/api/v2/notifications"
#define NAME_SIZE     256
#define COOKIE_SIZE   128

static void answer_text(struct exchange *x, const char *type, struct slice text)
{
    struct exchange_answer answer = {.status = 200, .content_type = type, .body = text};
    x->verbs->answer(x, &answer);
}

static bool is_get(struct exchange *x)
{
    if (slice_is(x->method, "GET") || slice_is(x->method, "HEAD"))
        return true;
    exchange_refuse_method(x, "GET");
    return false;
}

/* Also 200 when nothing can be stored: whoever restarts what is not well would end the calls that
 * go on, and make no room. */
static void handle_health(void *ctx, struct exchange *x)
{
    const struct routes *r = ctx;
    char trouble[ENGINE_TROUBLE_SIZE];
    if (!is_get(x))
        return;
    if (engine_trouble(r->engine, trouble) == 0)
        answer_text(x, "text/plain; charset=utf-8", SLICE("ok\n"));
    else
        answer_text(
            x, "text/plain; charset=utf-8",
            arena_printf(x->arena, "degraded: %s\n", trouble + sizeof ENGINE_TROUBLE_BEGIN - 1));
}

static void handle_metrics(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    if (!is_get(x))
        return;
    struct hub_stats stats;
    hub_stats(r->hub, &stats);
    metric_set(r->hub_notices, (int64_t)stats.notices);
    metric_set(r->hub_bytes, (int64_t)stats.bytes);
    metric_set(r->hub_cursors, (int64_t)stats.cursors);
    struct buf body = {0};
    metrics_render(&body);
    answer_text(x, "text/plain; version=0.0.4; charset=utf-8", buf_view(&body));
    buf_free(&body);
}

/* --- events --- */

static struct slice copied(char *out, size_t size, struct slice s)
{
    if (!s.ptr)
        return SLICE_NONE;
    size_t len = s.len < size ? s.len : size;
    memcpy(out, s.ptr, len);
    return (struct slice){out, len};
}

static void events_identified(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    if (!x->is_upgrade) {
        bayeux_exchange(r->bayeux, x, web_now_ms(r->web));
        return;
    }
    char name[NAME_SIZE];
    char browser[COOKIE_SIZE];
    struct slice user = copied(name, sizeof name, x->user);
    struct slice browser_cookie =
        copied(browser, sizeof browser, bayeux_browser_cookie(x->verbs->header(x, "cookie")));
    struct socket_peer *peer = web_accept_socket(x, SLICE_NONE);
    if (peer)
        bayeux_socket(r->bayeux, peer, user, browser_cookie, web_now_ms(r->web));
}

/* Where nobody has to prove anything, or by a password that is public, a page of any name that
 * leads here could do what the own one can. True: x has been answered. */
static bool is_refused_by_name(const struct routes *r, struct exchange *x)
{
    if (origin_host_is_sure(x->host, slice_of(r->public_url)))
        return false;
    api_refuse(
        x, ERR_PERMISSION,
        SLICE("a demo, and simulated telephones, are reached by their address, as localhost, "
              "or by the name in public_url"));
    return true;
}

static void handle_events(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    size_t len = sizeof NOTIFICATIONS - 1;
    if (r->is_demo && is_refused_by_name(r, x))
        return;
    if (x->path.len > len && x->path.ptr[len] != '/')
        api_handle(r->api, x);
    else
        auth_identify(r->auth, x, true, events_identified, r); /* A GET acts too. */
}

/* --- resources --- */

static void api_identified(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    api_handle(r->api, x);
}

static void handle_api(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    if (r->is_demo && is_refused_by_name(r, x))
        return;
    if (api_is_public(x->path))
        api_handle(r->api, x);
    else
        auth_identify(r->auth, x, false, api_identified, r);
}

static void handle_sim(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    if (!r->sim.sim)
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
    else if (!is_refused_by_name(r, x))
        sim_control_handle(&r->sim, x);
}

static void handle_rest(void *ctx, struct exchange *x)
{
    struct routes *r = ctx;
    if (page_handle(&r->page, x))
        return;
    if (!slice_is(x->path, "/")) {
        api_refuse(x, ERR_NOT_FOUND, SLICE("there is no such resource"));
        return;
    }
    if (!is_get(x))
        return;
    struct slice text = arena_printf(
        x->arena,
        "Cordboard %s\n\nVoice API: /api/v2, events: " NOTIFICATIONS
        ", health: /healthz, figures: /metrics\n%s"
        "\nThe page for agents is not in this build (%s).\nWith node 18 or newer, npm and the "
        "network, "
        "make builds it in.\n",
        CORDBOARD_VERSION,
        r->is_demo ? "\nThis is a demo: its agents' password is public. Keep it on this machine.\n"
                   : "",
        page_absence());
    answer_text(x, "text/plain; charset=utf-8", text);
}

size_t routes_fill(struct routes *r, struct web_route table[ROUTES_MAX])
{
    const struct web_route routes[] = {
        {NOTIFICATIONS, handle_events, r, true},
        {"/api/v2", handle_api, r, true},
        {"/internal-api", handle_api, r, true},
        {"/sim/v1", handle_sim, r, false},
        {"/healthz", handle_health, r, false},
        {"/metrics", handle_metrics, r, false},
        {"/", handle_rest, r, false},
    };
    _Static_assert(sizeof routes / sizeof *routes <= ROUTES_MAX, "the table is too small");
    memcpy(table, routes, sizeof routes);
    r->hub_notices = metric_register(METRIC_GAUGE, "cordboard_hub_notices", NULL,
                                     "Events kept in the users' rings.");
    r->hub_bytes = metric_register(METRIC_GAUGE, "cordboard_hub_bytes", NULL,
                                   "Memory that the users' rings keep.");
    r->hub_cursors =
        metric_register(METRIC_GAUGE, "cordboard_hub_cursors", NULL, "Readers of the rings.");
    return sizeof routes / sizeof *routes;
}
