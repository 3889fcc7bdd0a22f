/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a telephone says of itself in a request or response. */
#include "line/sip/sip_int.h"

static bool list_has(char *const *items, const char *wanted)
{
    for (size_t i = 0; items && items[i]; i++) {
        if (slice_equal_nocase(slice_of(items[i]), slice_of(wanted)))
            return true;
    }
    return false;
}

unsigned line_sip_abilities(const sip_t *msg)
{
    unsigned abilities = 0;
    for (const sip_allow_events_t *e = msg->sip_allow_events; e; e = e->k_next) {
        abilities |= list_has((char *const *)e->k_items, "talk") ? ABLE_TALK : 0;
        abilities |= list_has((char *const *)e->k_items, "hold") ? ABLE_HOLD : 0;
    }
    abilities |=
        msg->sip_allow && sip_is_allowed(msg->sip_allow, SIP_METHOD_UPDATE) ? ABLE_UPDATE : 0;
    abilities |= sip_has_feature(msg->sip_supported, "timer") ? ABLE_TIMER : 0;
    return abilities;
}
