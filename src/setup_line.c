/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the line drivers are given beside their devices. */
#include "base/mem.h"
#include "line/sim/line_sim.h"
#include "setup.h"

void setup_networks(struct setup *s, const struct config *config)
{
    s->networks = mem_zalloc((config->network_count + 1) * sizeof *s->networks);
    s->network_count = config->network_count;
    for (size_t i = 0; i < config->network_count; i++)
        s->networks[i] = (struct line_sip_network){.addresses = config->networks[i].addresses,
                                                   .advertised = config->networks[i].advertised};
}

void setup_sim_trunks(const struct config *config, struct line_driver *sim)
{
    const char **names = mem_zalloc((config->trunk_count + 1) * sizeof *names);
    for (size_t i = 0; i < config->trunk_count; i++)
        names[i] = config->trunks[i].name;
    line_sim_set_trunks(sim, names, config->trunk_count);
    mem_free((void *)names);
}
