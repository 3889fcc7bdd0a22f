/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The guard: which addresses are heard. Whoever has shown right credentials within the last hour is
 * known; everybody else has a small bucket of requests a second, and is not heard for a while after
 * some refusals. A known address has a bucket a hundred times as large and is never shut out, for
 * there may be a whole office behind it, and whoever can write a false source address could
 * otherwise shut it out. A peer of a trunk is never shut out either; but as anybody can write its
 * address over UDP, and needs nothing more for a call, its bucket is smaller.
 *
 * Two bounded tables, so that a flood of made-up addresses can't push out known ones. What is
 * refused is counted by reason, and it makes no noise on the wire: most of it is not answered. */
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "line/sip/sip_int.h"

#include <arpa/inet.h>
#include <stdio.h>

#define SOURCES_MAX    16384             /* of each kind */
#define KNOWN_FOR_MS   UINT64_C(3600000) /* or as long as a telephone is registered there */
#define KNOWN_TIMES    100               /* as many requests a second for a known address */
#define PEER_TIMES     20                /* and for a peer, whose requests are taken unproven */
#define BUCKET_SECONDS UINT64_C(4)       /* a bucket holds what comes in so long */

struct source {
    struct list as_source; /* longest unseen first */
    uint64_t key;          /* its address */
    bool is_known;
    bool is_peer;
    uint64_t known_until_ms;
    uint64_t filled_ms;
    uint64_t tokens_milli;
    uint64_t failures, failures_since_ms;
    uint64_t shut_until_ms;
};

static const char *const reason_names[] = {[GUARD_RATE] = "rate",
                                           [GUARD_SHUT_OUT] = "shut_out",
                                           [GUARD_CREDENTIALS] = "credentials",
                                           [GUARD_DEVICE] = "device",
                                           [GUARD_MALFORMED] = "malformed",
                                           [GUARD_REQUEST] = "request",
                                           [GUARD_NOT_REGISTERED] = "not_registered"};

void line_sip_guard_init(struct guard *g, const struct line_sip_guard *options)
{
    static const struct line_sip_guard usual = {
        .rate = 50, .failures = 20, .shut_out_s = 300, .idle_s = 120};
    g->options = options->rate ? *options : usual;
    if (options->idle_s)
        g->options.idle_s = options->idle_s;
    list_init(&g->known);
    list_init(&g->strangers);
    for (size_t i = 0; i < GUARD_REASON_COUNT; i++) {
        char labels[64];
        snprintf(labels, sizeof labels, "reason=\"%s\"", reason_names[i]);
        g->refusals[i] = metric_register(METRIC_COUNTER, "cordboard_sip_refusals_total", labels,
                                         "SIP requests that were refused or not answered.");
    }
}

static void source_free(struct guard *g, struct source *s)
{
    map_remove(s->is_known ? &g->known_by_key : &g->strangers_by_key, map_key_u64(&s->key));
    list_remove(&s->as_source);
    mem_free(s);
}

static void source_put(struct guard *g, struct source *s)
{
    struct map *map = s->is_known ? &g->known_by_key : &g->strangers_by_key;
    struct list *list = s->is_known ? &g->known : &g->strangers;
    if (map->count >= SOURCES_MAX)
        source_free(g, LIST_OWNER(list->next, struct source, as_source));
    map_put(map, map_key_u64(&s->key), s);
    list_append(list, &s->as_source);
}

static uint64_t rate_of(const struct guard *g, const struct source *s)
{
    if (s->is_peer)
        return g->options.rate * PEER_TIMES;
    return g->options.rate * (s->is_known ? KNOWN_TIMES : 1);
}

static uint64_t bucket_milli(const struct guard *g, const struct source *s)
{
    return rate_of(g, s) * BUCKET_SECONDS * 1000;
}

static struct source *source_of(struct guard *g, struct in_addr address, uint64_t now_ms)
{
    uint64_t key = ntohl(address.s_addr);
    struct source *s = map_get(&g->known_by_key, map_key_u64(&key));
    if (s && s->known_until_ms <= now_ms) {
        source_free(g, s);
        s = NULL;
    }
    if (!s)
        s = map_get(&g->strangers_by_key, map_key_u64(&key));
    if (!s) {
        s = mem_zalloc(sizeof *s);
        s->key = key;
        s->filled_ms = now_ms;
        s->tokens_milli = bucket_milli(g, s);
        source_put(g, s);
        return s;
    }
    list_remove(&s->as_source);
    list_append(s->is_known ? &g->known : &g->strangers, &s->as_source);
    return s;
}

static bool source_takes_token(const struct guard *g, struct source *s, uint64_t now_ms)
{
    uint64_t rate = rate_of(g, s);
    uint64_t passed_ms = now_ms > s->filled_ms ? now_ms - s->filled_ms : 0;
    uint64_t most = bucket_milli(g, s);
    s->filled_ms = now_ms;
    s->tokens_milli += passed_ms > BUCKET_SECONDS * 1000 ? most : passed_ms * rate;
    if (s->tokens_milli > most)
        s->tokens_milli = most;
    if (s->tokens_milli < 1000)
        return false;
    s->tokens_milli -= 1000;
    return true;
}

static bool is_peer(const struct sip_line *sip, struct in_addr address)
{
    return list_is_empty(&sip->trunks) ? false : line_sip_guard_is_peer(sip, address);
}

bool line_sip_guard_is_peer(const struct sip_line *sip, struct in_addr address)
{
    char text[INET_ADDRSTRLEN];
    struct address source;
    inet_ntop(AF_INET, &address, text, sizeof text);
    return address_parse(slice_of(text), &source, NULL) &&
           line_sip_trunk_of_source((struct sip_line *)sip, &source) != NULL;
}

bool line_sip_guard_is_shut_out(struct sip_line *sip, struct in_addr address, uint64_t now_ms)
{
    struct guard *g = &sip->guard;
    uint64_t key = ntohl(address.s_addr);
    const struct source *s = map_get(&g->strangers_by_key, map_key_u64(&key));
    if (!s || s->shut_until_ms <= now_ms || is_peer(sip, address))
        return false;
    metric_add(g->refusals[GUARD_SHUT_OUT], 1);
    return true;
}

bool line_sip_guard_hears(struct sip_line *sip, struct in_addr address, uint64_t now_ms)
{
    struct guard *g = &sip->guard;
    struct source *s = source_of(g, address, now_ms);
    s->is_peer = is_peer(sip, address);
    if (source_takes_token(g, s, now_ms))
        return true;
    metric_add(g->refusals[GUARD_RATE], 1);
    return false;
}

void line_sip_guard_count(struct guard *g, enum guard_reason reason)
{
    metric_add(g->refusals[reason], 1);
}

void line_sip_guard_refused(struct sip_line *sip, struct in_addr address, enum guard_reason reason,
                            uint64_t now_ms)
{
    struct guard *g = &sip->guard;
    metric_add(g->refusals[reason], 1);
    if (is_peer(sip, address))
        return;
    struct source *s = source_of(g, address, now_ms);
    uint64_t shut_out_ms = g->options.shut_out_s * 1000;
    if (s->is_known)
        return;
    if (now_ms - s->failures_since_ms > shut_out_ms) {
        s->failures_since_ms = now_ms;
        s->failures = 0;
    }
    if (++s->failures < g->options.failures)
        return;
    char text[INET_ADDRSTRLEN];
    s->shut_until_ms = now_ms + shut_out_ms;
    s->failures = 0;
    log_line(LOG_WARN, "sip.shut_out", "address=%s reason=%s seconds=%llu",
             inet_ntop(AF_INET, &address, text, sizeof text), reason_names[reason],
             (unsigned long long)g->options.shut_out_s);
}

void line_sip_guard_proved(struct guard *g, struct in_addr address, uint64_t now_ms,
                           uint64_t for_ms)
{
    struct source *s = source_of(g, address, now_ms);
    if (!s->is_known) {
        source_free(g, s);
        s = mem_zalloc(sizeof *s);
        *s = (struct source){.key = ntohl(address.s_addr), .is_known = true, .filled_ms = now_ms};
        s->tokens_milli = bucket_milli(g, s);
        source_put(g, s);
    }
    uint64_t until_ms = now_ms + (for_ms > KNOWN_FOR_MS ? for_ms : KNOWN_FOR_MS);
    s->known_until_ms = until_ms > s->known_until_ms ? until_ms : s->known_until_ms;
}

void line_sip_guard_free(struct guard *g)
{
    struct list *const lists[] = {&g->known, &g->strangers};
    for (size_t i = 0; i < 2; i++)
        LIST_EACH_SAFE(it, lists[i])
    source_free(g, LIST_OWNER(it, struct source, as_source));
    map_free(&g->known_by_key);
    map_free(&g->strangers_by_key);
}
