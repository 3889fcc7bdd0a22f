/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The line driver of the configuration, and what it is given. */
#include "base/mem.h"
#include "line/sim/line_sim.h"
#include "setup.h"

static void set_networks(struct setup *s, const struct config *config)
{
    s->networks = mem_zalloc((config->network_count + 1) * sizeof *s->networks);
    s->network_count = config->network_count;
    for (size_t i = 0; i < config->network_count; i++)
        s->networks[i] = (struct line_sip_network){.addresses = config->networks[i].addresses,
                                                   .advertised = config->networks[i].advertised};
}

static void set_recordings(struct setup *s, const struct config *config)
{
    struct buf path = {0};
    if (config->recordings)
        buf_text(&path, config->recordings);
    else
        buf_printf(&path, "%s/recordings", config->data);
    buf_char(&path, '\0');
    s->recordings = path.ptr;
}

static struct line_driver *make_sip(struct setup *s, const struct config *config)
{
    set_networks(s, config);
    set_recordings(s, config);
    struct line_sip_options options = {.bind = config->sip,
                                       .advertised = config->sip_advertised,
                                       .tls = config->sip_tls,
                                       .tls_certificate = config->sip_tls_certificate,
                                       .tls_key = config->sip_tls_key,
                                       .tls_ca = config->sip_tls_ca,
                                       .guard = {.rate = config->guard_rate,
                                                 .failures = config->guard_failures,
                                                 .shut_out_s = config->guard_shut_out_s,
                                                 .idle_s = config->guard_idle_s},
                                       .realm = config->realm,
                                       .resolv_conf = config->resolv_conf,
                                       .rtp_port_min = (unsigned)config->rtp_ports[0],
                                       .rtp_port_max = (unsigned)config->rtp_ports[1],
                                       .music = config->music,
                                       .silence_ms = (unsigned)config->silence_s * 1000,
                                       .recordings = s->recordings,
                                       .networks = s->networks,
                                       .network_count = s->network_count,
                                       .devices = s->devices,
                                       .device_count = s->device_count};
    setup_derive(s, "cordboard sip nonces", options.secret);
    return line_sip_create(&options);
}

struct line_driver *setup_line(struct setup *s, const struct config *config)
{
    setup_devices(s, config);
    setup_trunks(s, config);
    struct line_driver *line = config->driver == CONFIG_DRIVER_SIP
                                   ? make_sip(s, config)
                                   : line_sim_create(s->devices, s->device_count);
    if (line)
        line->trunks(line->self, s->trunks, s->trunk_count);
    return line;
}
