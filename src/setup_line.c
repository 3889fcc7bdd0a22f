/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the SIP driver is given beside devices and trunks. */
#include "base/mem.h"
#include "setup.h"

void setup_networks(struct setup *s, const struct config *config)
{
    s->networks = mem_zalloc((config->network_count + 1) * sizeof *s->networks);
    s->network_count = config->network_count;
    for (size_t i = 0; i < config->network_count; i++)
        s->networks[i] = (struct line_sip_network){.addresses = config->networks[i].addresses,
                                                   .advertised = config->networks[i].advertised};
}
