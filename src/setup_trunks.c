/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A trunk's two halves: the line driver has its peers and how one speaks with them; the core has
 * what decides where calls go, and which keys of the user data go along. */
#include "setup.h"

#include "base/mem.h"

void setup_trunks(struct setup *s, const struct config *config)
{
    struct number_plan plan;
    config_number_plan(config, &plan);
    s->trunks = mem_zalloc((config->trunk_count + 1) * sizeof *s->trunks);
    s->trunk_count = config->trunk_count;
    for (size_t i = 0; i < config->trunk_count; i++) {
        const struct config_trunk *from = &config->trunks[i];
        s->trunks[i] =
            (struct line_trunk){.name = from->name,
                                .peers = from->peers,
                                .allow = from->allow,
                                .transport = (enum line_transport)from->transport,
                                .verifies_peer = from->verifies_peer,
                                .registers = from->registers,
                                .asserts_identity = from->asserts_identity,
                                .username = from->username,
                                .secret = from->secret,
                                .expires_s = (unsigned)from->expires_s,
                                .from_user = from->from_user,
                                .from_domain = from->from_domain,
                                .number_format = (enum line_number_format)from->number_format,
                                .prefix_out = from->prefix_out,
                                .codecs = (unsigned)from->codecs,
                                .carriage = (enum line_carriage)from->carriage,
                                .keys = from->keys,
                                .plan = plan};
    }
}

void setup_trunk_item(struct setup *s, const struct config_trunk *trunk, struct config_item *item)
{
    item->calls = trunk->channels;
    item->prefixes = setup_list(s, trunk->prefixes, &item->prefix_count);
    if (trunk->carriage != LINE_CARRY_NONE)
        item->members = setup_list(s, trunk->keys, &item->member_count);
    const struct slice *routes = setup_list(s, trunk->numbers, &item->route_count);
    struct pair *pairs = arena_alloc(&s->arena, (item->route_count + 1) * sizeof *pairs);
    for (size_t i = 0; i < item->route_count; i++)
        (void)config_route_split(routes[i], &pairs[i].key, &pairs[i].value);
    item->routes = pairs;
}
