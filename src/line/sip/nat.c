/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Telephones behind address translators. One is found out by its requests: they say to be from
 * another address than the one they came from. Where its registration came from is where it is
 * reached, but only as long as the translator remembers; so each such place over UDP gets an
 * OPTIONS every half minute, spread so that they do not come all at once. They are sent without a
 * transaction: the packet is what matters, and nobody waits for the answer. Over a connection it is
 * the telephone that sends (RFC 5626 section 4.4.1), and the stack answers.
 *
 * How it is found out can be overruled for each device. */
#include "base/mem.h"
#include "base/random.h"
#include "line/sip/sip_int.h"

#define PING_MS        25000
#define PING_SPREAD_MS 5000
#define NO_TRANSACTION ((nta_outgoing_t *)-1) /* of the stack: sent, and that is all */

bool line_sip_nat_has_place(const struct device *d, const struct place *p)
{
    return d->config.nat == LINE_NAT_YES || (d->config.nat == LINE_NAT_AUTO && p->is_behind_nat);
}

bool line_sip_nat_has_dialog(const struct leg *leg, const struct dialog *d)
{
    const struct device *device = leg->device;
    const char *target = d->next_target ? d->next_target : d->target;
    const char *hop = d->next_target ? d->next_hop : d->hop;
    if (!device || device->config.nat != LINE_NAT_AUTO)
        return device && device->config.nat == LINE_NAT_YES;
    const struct place *place = line_sip_place_find(device, target);
    if (place)
        return place->is_behind_nat;
    /* Its messages come from another host than the one that it names. */
    return hop && !slice_equal(line_sip_network_peer(d->sip, hop).host,
                               line_sip_network_peer(d->sip, target).host);
}

static void nat_ping(struct sip_line *sip, const struct device *d, const struct place *p)
{
    const char *next = p->hop ? p->hop : p->contact;
    struct sip_peer peer = line_sip_network_peer(sip, next);
    char *from = line_sip_text("<sip:%s:%u>", peer.advertised, peer.our_port);
    char *to = line_sip_text("<sip:%s@%s:%u>", d->text, peer.advertised, peer.our_port);
    char *via = line_sip_network_via(sip, next);
    nta_outgoing_t *orq =
        nta_outgoing_tcreate(sip->default_leg, NULL, NULL, (url_string_t *)p->hop,
                             SIP_METHOD_OPTIONS, (url_string_t *)p->contact, SIPTAG_FROM_STR(from),
                             SIPTAG_TO_STR(to), TAG_IF(via, SIPTAG_VIA_STR(via)),
                             TAG_IF(via, NTATAG_USER_VIA(1)), NTATAG_STATELESS(1), TAG_END());
    if (orq && orq != NO_TRANSACTION)
        nta_outgoing_destroy(orq);
    mem_free(from);
    mem_free(to);
    mem_free(via);
}

void line_sip_nat_plan(struct place *p, uint64_t now_ms)
{
    uint32_t number;
    random_fill(&number, sizeof number);
    p->ping_ms = now_ms + PING_MS + number % PING_SPREAD_MS;
}

static void nat_device(struct sip_line *sip, struct device *d, uint64_t now_ms)
{
    for (size_t i = 0; i < d->place_count; i++) {
        struct place *p = &d->places[i];
        if (p->ping_ms > now_ms || !line_sip_nat_has_place(d, p))
            continue;
        line_sip_nat_plan(p, now_ms);
        const char *next = p->hop ? p->hop : p->contact;
        if (line_sip_network_peer(sip, next).transport == SIP_TRANSPORT_UDP)
            nat_ping(sip, d, p);
    }
}

void line_sip_nat_moved(struct sip_line *sip, const struct device *d, const char *contact)
{
    LIST_EACH(it, &sip->legs)
    {
        const struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        if (leg->device == d && leg->dialog && leg->dialog->target &&
            strcmp(leg->dialog->target, contact) == 0)
            media_relatch(sip->media, leg->number);
    }
}

void line_sip_nat_second(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    LIST_EACH(it, &sip->devices)
    nat_device(sip, LIST_OWNER(it, struct device, as_device), now_ms);
}
