/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Where a trunk's peers are. A target that did not do is shunned for a minute: it is tried when all
 * others have failed. */
#include "line/sip/trunk.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define SHUN_MS UINT64_C(60000)

static bool is_same(const struct trunk_target *target, struct in_addr address, unsigned port)
{
    return target->address.s_addr == address.s_addr && target->port == port;
}

static unsigned default_port(enum line_transport transport)
{
    return transport == LINE_TLS ? 5061 : 5060;
}

void line_sip_trunk_list_targets(struct trunk *t)
{
    struct trunk_target before[TRUNK_TARGETS_MAX];
    size_t before_count = t->target_count;
    memcpy(before, t->targets, sizeof before);
    t->target_count = 0;
    for (unsigned p = 0; p < t->peer_count; p++) {
        for (size_t i = 0; i < t->peers[p].found_count; i++) {
            if (t->target_count == TRUNK_TARGETS_MAX)
                return;
            struct trunk_target *target = &t->targets[t->target_count++];
            *target = t->peers[p].found[i];
            target->peer = p;
            if (target->port == 0)
                target->port = default_port(t->config.transport);
            for (size_t k = 0; k < before_count; k++)
                if (is_same(&before[k], target->address, target->port))
                    target->shunned_until_ms = before[k].shunned_until_ms;
        }
    }
}

static void read_peer(struct trunk *t, struct slice text)
{
    struct slice port_text, host = slice_split(text, ':', &port_text);
    struct trunk_peer *peer = &t->peers[t->peer_count++];
    unsigned long long port = 0;
    if (port_text.ptr)
        slice_to_u64(port_text, 65535, &port);
    *peer = (struct trunk_peer){.host = arena_string(&t->arena, host), .port = (unsigned)port};
    peer->is_address = inet_pton(AF_INET, peer->host, &peer->found[0].address) == 1;
    peer->found_count = peer->is_address;
    peer->found[0].port = peer->port;
}

void line_sip_trunk_read_peers(struct trunk *t)
{
    t->peer_count = 0;
    for (struct slice rest = slice_of(t->config.peers);
         rest.ptr && t->peer_count < TRUNK_PEERS_MAX;)
        read_peer(t, slice_trim(slice_split(rest, ',', &rest)));
    line_sip_trunk_list_targets(t);
}

const struct trunk_target *line_sip_trunk_next_target(const struct trunk *t,
                                                      const struct trunk_target *tried,
                                                      size_t tried_count, uint64_t now_ms)
{
    const struct trunk_target *shunned = NULL;
    for (size_t i = 0; i < t->target_count; i++) {
        const struct trunk_target *target = &t->targets[i];
        size_t k = 0;
        while (k < tried_count && !is_same(&tried[k], target->address, target->port))
            k++;
        if (k < tried_count)
            continue;
        if (target->shunned_until_ms <= now_ms)
            return target;
        if (!shunned || target->shunned_until_ms < shunned->shunned_until_ms)
            shunned = target;
    }
    return shunned;
}

void line_sip_trunk_shun(struct trunk *t, struct in_addr address, unsigned port, uint64_t now_ms)
{
    for (size_t i = 0; i < t->target_count; i++)
        if (is_same(&t->targets[i], address, port))
            t->targets[i].shunned_until_ms = now_ms + SHUN_MS;
}

char *line_sip_trunk_hop(const struct trunk *t, const struct trunk_target *target)
{
    static const char *const transports[] = {
        [LINE_UDP] = "udp", [LINE_TCP] = "tcp", [LINE_TLS] = "tls"};
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &target->address, text, sizeof text);
    return line_sip_text("sip:%s:%u;transport=%s", text, target->port,
                         transports[t->config.transport]);
}

const char *line_sip_trunk_domain(const struct trunk *t, const struct trunk_target *target)
{
    if (t->config.from_domain)
        return t->config.from_domain;
    return target->peer < t->peer_count ? t->peers[target->peer].host : "";
}

bool line_sip_trunk_has_target(const struct trunk *t, const struct address *address)
{
    for (size_t i = 0; i < t->target_count; i++)
        if (address_is_v4(address) && memcmp(address->bytes + 12, &t->targets[i].address, 4) == 0)
            return true;
    return false;
}

bool line_sip_trunk_has_source(const struct trunk *t, const struct address *source)
{
    if (line_sip_trunk_has_target(t, source))
        return true;
    for (size_t i = 0; i < t->allowed_count; i++)
        if (network_has(&t->allowed[i], source))
            return true;
    return false;
}
