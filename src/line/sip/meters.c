/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What of the driver's own is in /metrics: calls by who began them, legs and TLS connections.
 * Messages are counted by filter.c, refusals by guard.c, each trunk's calls by trunk.c. */
#include "base/metrics.h"
#include "line/sip/sip_int.h"

void line_sip_meters_init(struct sip_meters *m)
{
    static const char calls[] = "cordboard_sip_calls_total", help[] = "Calls over SIP.";
    m->calls_in = metric_register(METRIC_COUNTER, calls, "direction=\"in\"", help);
    m->calls_out = metric_register(METRIC_COUNTER, calls, "direction=\"out\"", help);
    m->legs = metric_register(METRIC_GAUGE, "cordboard_sip_legs", NULL,
                              "Telephones and trunks that ring or talk.");
    m->tls = metric_register(METRIC_GAUGE, "cordboard_sip_tls_connections", NULL,
                             "Connections over TLS.");
}

void line_sip_meters_tls(const struct sip_meters *m, size_t connections)
{
    metric_set(m->tls, (int64_t)connections);
}

void line_sip_meters_call(const struct sip_meters *m, bool is_out)
{
    metric_add(is_out ? m->calls_out : m->calls_in, 1);
}

void line_sip_meters_second(const struct sip_line *sip)
{
    metric_set(sip->meters.legs, (int64_t)sip->by_leg.count);
}
