/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a peer is told of us: the address by which it reaches us, which depends on the network that
 * it is in, and the transport that it speaks. Both follow from the URI that requests to it are sent
 * to, so nothing of it has to be stored with a dialog. IPv4 only: the sockets are. */
#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport.h>

void line_sip_networks_create(struct sip_line *sip, const struct line_sip_network *from,
                              size_t count)
{
    sip->networks = mem_zalloc((count + 1) * sizeof *sip->networks);
    sip->network_count = count;
    for (size_t i = 0; i < count; i++) {
        struct sip_network *to = &sip->networks[i];
        size_t cap = 0;
        to->advertised = mem_strdup(from[i].advertised);
        for (struct slice rest = slice_of(from[i].addresses); rest.ptr;) {
            struct slice one = slice_trim(slice_split(rest, ',', &rest));
            to->ranges = mem_grow(to->ranges, &cap, to->range_count + 1, sizeof *to->ranges);
            to->range_count += network_parse(one, &to->ranges[to->range_count]);
        }
    }
}

void line_sip_networks_free(struct sip_line *sip)
{
    for (size_t i = 0; i < sip->network_count; i++) {
        mem_free(sip->networks[i].advertised);
        mem_free(sip->networks[i].ranges);
    }
    mem_free(sip->networks);
}

const char *line_sip_network_advertised(const struct sip_line *sip, struct slice host)
{
    struct address address;
    if (sip->network_count == 0 || !host.ptr || !address_parse(host, &address, NULL))
        return sip->advertised;
    for (size_t i = 0; i < sip->network_count; i++) {
        const struct sip_network *network = &sip->networks[i];
        for (size_t k = 0; k < network->range_count; k++)
            if (network_has(&network->ranges[k], &address))
                return network->advertised;
    }
    return sip->advertised;
}

struct sip_peer line_sip_network_peer(const struct sip_line *sip, const char *uri)
{
    struct slice rest, params = SLICE_NONE;
    struct slice scheme = slice_split(slice_of(uri), ':', &rest);
    struct sip_peer peer = {.is_sips = slice_equal_nocase(scheme, SLICE("sips"))};
    struct slice behind_user, user = slice_split(rest, '@', &behind_user);
    struct slice host = slice_split(behind_user.ptr ? behind_user : user, ';', &params);
    host = slice_split(host, '?', &(struct slice){0});
    peer.host = slice_split(host, ':', &peer.port);
    peer.transport = peer.is_sips ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_UDP;
    while (params.ptr) {
        struct slice value, param = slice_split(params, ';', &params);
        struct slice name = slice_split(param, '=', &value);
        if (slice_equal_nocase(name, SLICE("maddr")) && value.len > 0)
            peer.host = value;
        if (!slice_equal_nocase(name, SLICE("transport")))
            continue;
        peer.has_transport = true;
        if (slice_equal_nocase(value, SLICE("tls")))
            peer.transport = SIP_TRANSPORT_TLS;
        else if (!peer.is_sips && slice_equal_nocase(value, SLICE("tcp")))
            peer.transport = SIP_TRANSPORT_TCP;
    }
    peer.advertised = line_sip_network_advertised(sip, peer.host);
    peer.our_port = peer.transport == SIP_TRANSPORT_TLS ? sip->tls_port : sip->port;
    return peer;
}

char *line_sip_network_contact(const struct sip_line *sip, const char *uri)
{
    static const char *const params[] = {[SIP_TRANSPORT_UDP] = "",
                                         [SIP_TRANSPORT_TCP] = ";transport=tcp",
                                         [SIP_TRANSPORT_TLS] = ";transport=tls"};
    struct sip_peer peer = line_sip_network_peer(sip, uri);
    return line_sip_text("<%s:%s:%u%s>", peer.is_sips ? "sips" : "sip", peer.advertised,
                         peer.our_port, peer.is_sips ? "" : params[peer.transport]);
}

char *line_sip_network_via(const struct sip_line *sip, const char *uri)
{
    static const char *const names[] = {
        [SIP_TRANSPORT_UDP] = "UDP", [SIP_TRANSPORT_TCP] = "TCP", [SIP_TRANSPORT_TLS] = "TLS"};
    struct sip_peer peer = line_sip_network_peer(sip, uri);
    if (strcmp(peer.advertised, sip->advertised) == 0)
        return NULL;
    return line_sip_text("SIP/2.0/%s %s:%u;rport", names[peer.transport], peer.advertised,
                         peer.our_port);
}

bool line_sip_network_is_open(const struct sip_line *sip, const char *uri)
{
    struct sip_peer peer = line_sip_network_peer(sip, uri);
    if (peer.transport == SIP_TRANSPORT_UDP)
        return true;
    char *host = line_sip_text("%.*s", (int)peer.host.len, peer.host.ptr);
    char *port = line_sip_text("%.*s", (int)peer.port.len, peer.port.ptr ? peer.port.ptr : "");
    tp_name_t name = {.tpn_proto = peer.transport == SIP_TRANSPORT_TLS ? "tls" : "tcp",
                      .tpn_canon = host,
                      .tpn_host = host,
                      .tpn_port = port};
    tport_t *found = tport_by_name(nta_agent_tports(sip->agent), &name);
    mem_free(host);
    mem_free(port);
    return found && tport_is_secondary(found);
}
