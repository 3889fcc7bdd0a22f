/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the stack holds for an INVITE that was answered: the request, its 200 and our ACK, 13 kB a
 * leg. They are there for the telephone's repetitions of its 200, which it gives up 64 * T1 = 32 s
 * after the first (RFC 3261 section 13.3.1.4), so they are let go a little later, and not only at
 * the end of the call. All wait for as long, so one list in the order of time will do. */
#include "line/sip/sip_int.h"

#define SETTLED_MS 34000

void line_sip_settled_add(struct dialog *d)
{
    list_remove(&d->as_settled);
    d->settled_ms = d->sip->host.now_ms(d->sip->host.ctx);
    list_append(&d->sip->settled, &d->as_settled);
}

static void settled_let_go(nta_outgoing_t **orq)
{
    if (*orq)
        nta_outgoing_destroy(*orq);
    *orq = NULL;
}

void line_sip_settled_forget(struct sip_line *sip)
{
    uint64_t now_ms = sip->host.now_ms(sip->host.ctx);
    LIST_EACH_SAFE(it, &sip->settled)
    {
        struct dialog *d = LIST_OWNER(it, struct dialog, as_settled);
        if (now_ms - d->settled_ms < SETTLED_MS)
            return;
        list_remove(&d->as_settled);
        settled_let_go(&d->invite);
        settled_let_go(&d->ack);
    }
}
