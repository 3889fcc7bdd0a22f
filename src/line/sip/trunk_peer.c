/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Where a trunk's peers are. A target that did not answer is shunned for a while: it is tried when
 * all others have failed. */
#include "line/sip/trunk.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static unsigned default_port(enum line_transport transport)
{
    return transport == LINE_TLS ? 5061 : 5060;
}

static void add_target(struct trunk *t, const struct trunk_peer *peer, struct in_addr address,
                       unsigned port)
{
    if (t->target_count == TRUNK_TARGETS_MAX)
        return;
    t->targets[t->target_count++] =
        (struct trunk_target){.address = address,
                              .port = port ? port : default_port(t->config.transport),
                              .transport = t->config.transport,
                              .peer = peer};
}

void line_sip_trunk_read_peers(struct trunk *t)
{
    t->peer_count = t->target_count = 0;
    for (struct slice rest = slice_of(t->config.peers);
         rest.ptr && t->peer_count < TRUNK_PEERS_MAX;) {
        struct slice port_text, one = slice_trim(slice_split(rest, ',', &rest));
        struct trunk_peer *peer = &t->peers[t->peer_count++];
        unsigned long long port = 0;
        peer->host = slice_split(one, ':', &port_text);
        if (port_text.ptr)
            slice_to_u64(port_text, 65535, &port);
        peer->port = (unsigned)port;
        char text[INET_ADDRSTRLEN] = "";
        struct in_addr address;
        if (peer->host.len < sizeof text)
            memcpy(text, peer->host.ptr, peer->host.len);
        if (inet_pton(AF_INET, text, &address) == 1)
            add_target(t, peer, address, peer->port);
    }
}

unsigned line_sip_trunk_next_target(const struct trunk *t, unsigned tried, uint64_t now_ms)
{
    unsigned shunned = TRUNK_TARGETS_MAX;
    for (unsigned i = 0; i < t->target_count; i++) {
        if (tried & 1u << i)
            continue;
        if (t->targets[i].shunned_until_ms <= now_ms)
            return i;
        if (shunned == TRUNK_TARGETS_MAX)
            shunned = i;
    }
    return shunned;
}

char *line_sip_trunk_hop(const struct trunk_target *target)
{
    static const char *const transports[] = {
        [LINE_UDP] = "udp", [LINE_TCP] = "tcp", [LINE_TLS] = "tls"};
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &target->address, text, sizeof text);
    return line_sip_text("sip:%s:%u;transport=%s", text, target->port,
                         transports[target->transport]);
}

bool line_sip_trunk_has_source(const struct trunk *t, const struct address *source)
{
    for (size_t i = 0; i < t->target_count; i++)
        if (address_is_v4(source) && memcmp(source->bytes + 12, &t->targets[i].address, 4) == 0)
            return true;
    for (size_t i = 0; i < t->allowed_count; i++)
        if (network_has(&t->allowed[i], source))
            return true;
    return false;
}
