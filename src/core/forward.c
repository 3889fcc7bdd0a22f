/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Where a direct call goes when its telephone forwards calls. */
#include "core/core_int.h"

struct forwarding forward_follow(const struct core *core, const char *dn, uint32_t hops)
{
    struct forwarding to = {.dn = dn, .hops = hops};
    for (;;) {
        to.device = device_find(core, number_slice(to.dn));
        if (!to.device || to.device->forward_to[0] == '\0')
            return to;
        if (to.hops == HOPS_MAX) {
            to.is_endless = true;
            return to;
        }
        to.dn = to.device->forward_to;
        to.hops++;
    }
}
