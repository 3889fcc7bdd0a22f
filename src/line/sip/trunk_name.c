/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The names of peers, by DNS (RFC 3263 section 4.2): with a port its addresses; without one its SRV
 * records, in the order of RFC 2782, and their addresses, or else its own. sofia-sip's resolver
 * asks within the driver's loop, so nothing waits; the stack itself asks no DNS, for it would try
 * the targets in its own way and not tell us. What was found is used until it is found anew: a name
 * server that does not answer costs no call. NAPTR is not asked: the transport is configured. */
#include "line/sip/trunk.h"

#include <stdlib.h>

#include <sofia-resolv/sres.h>
#include <sofia-resolv/sres_record.h>
#include <sofia-sip/sresolv.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

#define AGAIN_MIN_MS    UINT64_C(10000)
#define AGAIN_MAX_MS    UINT64_C(3600000)
#define AGAIN_FAILED_MS UINT64_C(10000)

struct service {
    char *host;
    unsigned port, priority, weight;
};

/* One peer's name being looked up. */
struct lookup {
    struct list as_lookup; /* sip->lookups */
    struct trunk *trunk;
    unsigned peer;
    bool is_stale; /* the trunk was configured otherwise since */
    uint64_t again_ms;
    struct service services[PEER_TARGETS_MAX];
    size_t service_count;
    size_t at; /* the service whose addresses are asked for */
    struct trunk_target found[PEER_TARGETS_MAX];
    size_t found_count;
};

static void lookup_free(struct lookup *l)
{
    list_remove(&l->as_lookup);
    for (size_t i = 0; i < l->service_count; i++)
        mem_free(l->services[i].host);
    mem_free(l);
}

static void lookup_done(struct lookup *l)
{
    struct trunk *t = l->trunk;
    if (!l->is_stale && l->peer < t->peer_count) {
        struct trunk_peer *peer = &t->peers[l->peer];
        uint64_t now_ms = t->sip->host.now_ms(t->sip->host.ctx);
        peer->ask_ms = now_ms + (l->found_count > 0 ? l->again_ms : AGAIN_FAILED_MS);
        peer->is_asking = false;
        if (l->found_count > 0) {
            memcpy(peer->found, l->found, sizeof peer->found);
            peer->found_count = l->found_count;
            line_sip_trunk_list_targets(t);
        } else {
            log_line(LOG_WARN, "sip.trunk_name_unknown", "trunk=%s peer=%s", t->text, peer->host);
            line_sip_trunk_count_failure(t, "name");
        }
    }
    lookup_free(l);
    line_sip_trunk_release(t);
}

static void lookup_lasts(struct lookup *l, uint32_t ttl_s)
{
    uint64_t ms = ttl_s * UINT64_C(1000);
    if (ms < AGAIN_MIN_MS)
        ms = AGAIN_MIN_MS;
    if (ms < l->again_ms)
        l->again_ms = ms;
}

static void lookup_addresses(struct lookup *l);

static void addresses_answered(sres_context_t *context, sres_query_t *query,
                               sres_record_t **answers)
{
    struct lookup *l = (struct lookup *)context;
    sres_resolver_t *resolver = l->trunk->sip->resolver;
    (void)query;
    for (size_t i = 0; answers && answers[i]; i++) {
        const sres_a_record_t *a = answers[i]->sr_a;
        if (a->a_record->r_status != SRES_OK || a->a_record->r_type != sres_type_a ||
            l->found_count == PEER_TARGETS_MAX)
            continue;
        lookup_lasts(l, a->a_record->r_ttl);
        l->found[l->found_count++] =
            (struct trunk_target){.address = a->a_addr, .port = l->services[l->at].port};
    }
    sres_free_answers(resolver, answers);
    l->at++;
    lookup_addresses(l);
}

/* Of the services, one after the other. */
static void lookup_addresses(struct lookup *l)
{
    sres_resolver_t *resolver = l->trunk->sip->resolver;
    while (l->at < l->service_count) {
        if (sres_query(resolver, addresses_answered, (sres_context_t *)l, sres_type_a,
                       l->services[l->at].host))
            return;
        l->at++;
    }
    lookup_done(l);
}

static void service_add(struct lookup *l, const char *host, unsigned port, unsigned priority,
                        unsigned weight)
{
    if (l->service_count < PEER_TARGETS_MAX)
        l->services[l->service_count++] = (struct service){
            .host = mem_strdup(host), .port = port, .priority = priority, .weight = weight};
}

static int by_priority(const void *a, const void *b)
{
    const struct service *left = a, *right = b;
    return (left->priority > right->priority) - (left->priority < right->priority);
}

/* Puts the one that chance and weight choose of those that have the priority of the first there. */
static void choose_first(struct service *services, size_t count)
{
    uint32_t sum = 0, chance;
    size_t equals = 0;
    while (equals < count && services[equals].priority == services[0].priority)
        sum += services[equals++].weight;
    random_fill(&chance, sizeof chance);
    chance %= sum + 1;
    size_t chosen = 0;
    for (uint32_t running = services[0].weight; chosen + 1 < equals && running < chance;)
        running += services[++chosen].weight;
    struct service first = services[0];
    services[0] = services[chosen];
    services[chosen] = first;
}

static void services_answered(sres_context_t *context, sres_query_t *query, sres_record_t **answers)
{
    struct lookup *l = (struct lookup *)context;
    const struct trunk_peer *peer = &l->trunk->peers[l->peer];
    (void)query;
    for (size_t i = 0; answers && answers[i]; i++) {
        const sres_srv_record_t *srv = answers[i]->sr_srv;
        if (srv->srv_record->r_status != SRES_OK || srv->srv_record->r_type != sres_type_srv ||
            strcmp(srv->srv_target, ".") == 0)
            continue;
        lookup_lasts(l, srv->srv_record->r_ttl);
        service_add(l, srv->srv_target, srv->srv_port, srv->srv_priority, srv->srv_weight);
    }
    sres_free_answers(l->trunk->sip->resolver, answers);
    qsort(l->services, l->service_count, sizeof *l->services, by_priority);
    for (size_t i = 0; i < l->service_count; i++)
        choose_first(&l->services[i], l->service_count - i);
    if (l->service_count == 0 && !l->is_stale)
        service_add(l, peer->host, 0, 0, 0);
    lookup_addresses(l);
}

static void lookup_services(struct lookup *l, const struct trunk_peer *peer)
{
    static const char *const services[] = {
        [LINE_UDP] = "_sip._udp", [LINE_TCP] = "_sip._tcp", [LINE_TLS] = "_sips._tcp"};
    char *name = line_sip_text("%s.%s", services[l->trunk->config.transport], peer->host);
    if (!sres_query(l->trunk->sip->resolver, services_answered, (sres_context_t *)l, sres_type_srv,
                    name))
        services_answered((sres_context_t *)l, NULL, NULL);
    mem_free(name);
}

static void ask(struct trunk *t, unsigned number)
{
    struct sip_line *sip = t->sip;
    struct trunk_peer *peer = &t->peers[number];
    if (!sip->resolver)
        sip->resolver = sres_resolver_create(sip->root, sip->resolv_conf, TAG_END());
    peer->ask_ms = UINT64_MAX;
    if (!sip->resolver) {
        log_line(LOG_ERROR, "sip.no_resolver", "file=%s", sip->resolv_conf);
        return;
    }
    struct lookup *l = mem_zalloc(sizeof *l);
    l->trunk = line_sip_trunk_use(t);
    l->peer = number;
    l->again_ms = AGAIN_MAX_MS;
    peer->is_asking = true;
    list_append(&sip->lookups, &l->as_lookup);
    if (peer->port) {
        service_add(l, peer->host, peer->port, 0, 0);
        lookup_addresses(l);
    } else {
        lookup_services(l, peer);
    }
}

void line_sip_trunk_ask(struct trunk *t, uint64_t now_ms)
{
    for (unsigned i = 0; i < t->peer_count; i++)
        if (!t->peers[i].is_address && !t->peers[i].is_asking && t->peers[i].ask_ms <= now_ms)
            ask(t, i);
}

void line_sip_trunk_forget_lookups(struct trunk *t)
{
    LIST_EACH(it, &t->sip->lookups)
    {
        struct lookup *l = LIST_OWNER(it, struct lookup, as_lookup);
        l->is_stale |= l->trunk == t;
    }
}

void line_sip_trunk_lookups_end(struct sip_line *sip)
{
    if (sip->resolver)
        sres_resolver_destroy(sip->resolver);
    sip->resolver = NULL;
    LIST_EACH_SAFE(it, &sip->lookups)
    {
        struct lookup *l = LIST_OWNER(it, struct lookup, as_lookup);
        struct trunk *t = l->trunk;
        lookup_free(l);
        line_sip_trunk_release(t);
    }
}
