/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The life of a web: create, run, stop, destroy.
 *
 * A web that is stopped closes what is idle at once, lets exchanges be answered (each answer then
 * closes its connection) and asks WebSockets to close; what is left after the grace is dropped, and
 * its owners are told. The loop is left with uv_stop rather than by running out of handles, so that
 * posts from other threads find a living handle until web_destroy.
 *
 * A write to a connection that the peer has closed would raise SIGPIPE (libuv has no MSG_NOSIGNAL),
 * so web_create makes the process ignore that signal. */
#include "web/web_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define SPARE_BUFS          64
#define SPARE_BUF_BYTES_MAX 16384
#define BUF_BYTES           1024
#define LISTEN_BACKLOG      4096
#define KEEPALIVE_SECONDS   60

struct buf web_buf_take(struct web *w)
{
    struct buf b = {0};
    if (w->spare_buf_count > 0) {
        b = w->spare_bufs[--w->spare_buf_count];
    } else {
        buf_reserve(&b, BUF_BYTES);
    }
    return b;
}

void web_buf_give(struct web *w, struct buf *b)
{
    if (!b->ptr) {
        return;
    }
    if (b->cap > SPARE_BUF_BYTES_MAX || w->spare_buf_count == SPARE_BUFS) {
        buf_free(b);
    } else {
        buf_reset(b);
        w->spare_bufs[w->spare_buf_count++] = *b;
    }
    *b = (struct buf){0};
}

static enum err bind_parse(const char *bind, struct sockaddr_storage *out)
{
    const char *colon = strrchr(bind, ':');
    unsigned long long port;
    if (!colon || !slice_to_u64(slice_of(colon + 1), 65535, &port)) {
        return ERR_INVALID;
    }
    char host[64];
    size_t len = (size_t)(colon - bind);
    if (len >= sizeof host) {
        return ERR_INVALID;
    }
    memcpy(host, bind, len);
    host[len] = '\0';
    int status;
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        status = uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)out);
    } else {
        status = uv_ip4_addr(host, (int)port, (struct sockaddr_in *)out);
    }
    return status ? ERR_INVALID : ERR_OK;
}

static void on_connection(uv_stream_t *listener, int status)
{
    if (status == 0) {
        connection_accept(listener->data);
    }
}

static unsigned port_of(const uv_tcp_t *listener)
{
    struct sockaddr_storage address = {0};
    int len = sizeof address;
    if (uv_tcp_getsockname(listener, (struct sockaddr *)&address, &len)) {
        return 0;
    }
    if (address.ss_family == AF_INET6) {
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    }
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static enum err listen_on(struct web *w, const char *bind, char *why, size_t why_size)
{
    struct sockaddr_storage address = {0};
    if (bind_parse(bind, &address)) {
        snprintf(why, why_size, "%s is not ADDR:PORT or [ADDR]:PORT", bind);
        return ERR_INVALID;
    }
    int status = uv_tcp_bind(&w->listener, (const struct sockaddr *)&address, 0);
    if (status == 0) {
        /* Accepted sockets inherit these two from the listener, which saves two calls for each. */
        uv_tcp_nodelay(&w->listener, 1);
        uv_tcp_keepalive(&w->listener, 1, KEEPALIVE_SECONDS);
        status = uv_listen((uv_stream_t *)&w->listener, LISTEN_BACKLOG, on_connection);
    }
    if (status) {
        snprintf(why, why_size, "cannot listen on %s: %s", bind, uv_strerror(status));
        return ERR_IO;
    }
    w->port = port_of(&w->listener);
    return ERR_OK;
}

static void register_metrics(struct web *w)
{
    static const char *const classes[] = {"class=\"1xx\"", "class=\"2xx\"", "class=\"3xx\"",
                                          "class=\"4xx\"", "class=\"5xx\""};
    for (size_t i = 0; i < 5; i++) {
        w->requests_total[i] = metric_register(METRIC_COUNTER, "cordboard_http_requests_total",
                                               classes[i], "HTTP requests answered");
    }
    w->connections = metric_register(METRIC_GAUGE, "cordboard_http_connections", NULL,
                                     "open HTTP connections, WebSockets included");
    w->sockets =
        metric_register(METRIC_GAUGE, "cordboard_websocket_connections", NULL, "open WebSockets");
}

enum err web_create(const struct web_options *options, const struct web_route *routes,
                    size_t route_count, struct web **out, char *why, size_t why_size)
{
    struct web *w = mem_zalloc(sizeof *w);
    signal(SIGPIPE, SIG_IGN);
    w->options = *options;
    if (!w->options.request_bytes_max) {
        w->options.request_bytes_max = WEB_REQUEST_BYTES;
    }
    w->routes = mem_alloc(route_count * sizeof *routes + 1);
    if (route_count) {
        memcpy(w->routes, routes, route_count * sizeof *routes);
    }
    w->route_count = route_count;
    w->spare_bufs = mem_alloc(SPARE_BUFS * sizeof *w->spare_bufs);
    list_init(&w->all);
    list_init(&w->turn);
    list_init(&w->orphans);
    if (uv_loop_init(&w->loop) || uv_mutex_init(&w->posts_lock)) {
        log_abort("no event loop");
    }
    uv_tcp_init(&w->loop, &w->listener);
    w->listener.data = w;
    register_metrics(w);
    enum err err = web_turn_init(w);
    if (!err && options->tls_certificate) {
        err = tls_server_create(options, &w->tls, why, why_size);
    }
    if (!err) {
        err = listen_on(w, options->bind, why, why_size);
    }
    if (err) {
        web_destroy(w);
        return err;
    }
    w->options.bind = NULL;
    *out = w;
    return ERR_OK;
}

unsigned web_port(const struct web *w)
{
    return w->port;
}

void web_set_origins(struct web *w, const char *const *origins, size_t count)
{
    w->origins = origins;
    w->origin_count = count;
}

void web_set_proxies(struct web *w, const struct network *proxies, size_t count)
{
    w->options.proxies = proxies;
    w->options.proxy_count = count;
}

uint64_t web_now_ms(const struct web *w)
{
    return uv_now(&w->loop);
}

void web_set_ticker(struct web *w, uint64_t (*next)(void *ctx),
                    void (*tick)(void *ctx, uint64_t now_ms), void *ctx)
{
    w->ticker_next = next;
    w->ticker_tick = tick;
    w->ticker_ctx = ctx;
}

void web_run(struct web *w)
{
    uv_run(&w->loop, UV_RUN_DEFAULT);
    web_posts_run(w);
}

void web_stop(struct web *w, unsigned grace_ms)
{
    if (w->is_stopping) {
        return;
    }
    w->is_stopping = true;
    w->stop_at_ms = uv_now(&w->loop) + grace_ms;
    w->stop_sockets_at_ms =
        uv_now(&w->loop) + (grace_ms < WEB_SOCKET_STOP_MS ? grace_ms : WEB_SOCKET_STOP_MS);
    if (!uv_is_closing((uv_handle_t *)&w->listener)) {
        uv_close((uv_handle_t *)&w->listener, NULL);
    }
    LIST_EACH_SAFE(it, &w->all)
    {
        connection_stop(LIST_OWNER(it, struct connection, all));
    }
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void web_destroy(struct web *w)
{
    if (!w) {
        return;
    }
    w->is_stopping = true;
    /* Whoever posted since the loop ended counts on it: jobs are freed where they finish. */
    web_posts_run(w);
    while (!list_is_empty(&w->all)) {
        connection_drop(LIST_OWNER(w->all.next, struct connection, all));
    }
    uv_walk(&w->loop, close_handle, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&w->loop)) {
        log_abort("the web's loop still has handles");
    }
    while (!list_is_empty(&w->orphans)) {
        request_give(LIST_OWNER(w->orphans.next, struct request, orphan));
    }
    socket_free_spares(w);
    tls_server_destroy(w->tls);
    request_free_spares(w);
    while (w->spare_buf_count > 0) {
        buf_free(&w->spare_bufs[--w->spare_buf_count]);
    }
    uv_mutex_destroy(&w->posts_lock);
    mem_free(w->spare_bufs);
    mem_free(w->posts);
    mem_free(w->posts_taken);
    mem_free(w->routes);
    mem_free(w);
}
