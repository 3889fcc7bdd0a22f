/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What final responses to our INVITEs mean to the core, and the responses by which we refuse. The
 * one table of the two; beside it only a trunk's fail-over looks at a status, to know whether
 * another peer is worth asking (trunk_ring.c). */
#include "line/sip/sip_int.h"

enum cause line_sip_cause_of(int status)
{
    switch (status) {
    case 486:
    case 600:
        return CAUSE_BUSY;
    case 603:
        return CAUSE_REJECTED;
    case 408:
    case 480:
    case 487:
        return CAUSE_NO_ANSWER;
    case 404:
    case 410:
    case 484:
    case 503:
    case 604:
        return CAUSE_UNREACHABLE;
    default:
        return CAUSE_FAILED;
    }
}

int line_sip_cause_status(enum cause cause)
{
    static const int statuses[CAUSE_COUNT] = {
        [CAUSE_BUSY] = 486,        [CAUSE_NO_ANSWER] = 480, [CAUSE_REJECTED] = 603,
        [CAUSE_UNREACHABLE] = 404, [CAUSE_FAILED] = 500,
    };
    return statuses[cause] ? statuses[cause] : 480;
}

unsigned line_sip_cause_weight(enum cause cause)
{
    static const enum cause order[] = {CAUSE_NONE,      CAUSE_UNREACHABLE, CAUSE_FAILED,
                                       CAUSE_NO_ANSWER, CAUSE_REJECTED,    CAUSE_BUSY};
    unsigned weight = 0;
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        weight = order[i] == cause ? i : weight;
    return weight;
}
