/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a telephone asks inside a dialog: the end, whether we are there; digits by INFO, changes of
 * the session and transfers have files of their own. PRACK is the stack's. */
#include "line/sip/sip_int.h"

static int inside_bye(struct dialog *d)
{
    struct leg *leg = d->leg;
    if (!leg)
        return 200;
    if (leg->state == SIP_LEG_OFFERED) {
        line_sip_offer_refuse(leg, CAUSE_ABANDONED);
        return 200;
    }
    if (leg->dialog != d)
        return 481;
    line_sip_leg_gone(leg, CAUSE_HANGUP);
    return 200;
}

int line_sip_inside_check_required(nta_incoming_t *irq, const sip_t *msg)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    int status =
        nta_check_required(irq, msg, sip_supported_make(home, EXTENSIONS_SUPPORTED), TAG_END());
    su_home_deinit(home);
    return status;
}

static int inside_method(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    switch (msg->sip_request->rq_method) {
    case sip_method_ack:
        return 200; /* never sent; the transaction is over */
    case sip_method_bye:
        return inside_bye(d);
    case sip_method_invite:
    case sip_method_update:
        return line_sip_change_request(d, irq, msg);
    case sip_method_refer:
        return line_sip_refer_request(d, irq, msg);
    case sip_method_info:
        return line_sip_info_request(d, msg);
    case sip_method_options:
        return line_sip_agent_options(irq);
    default:
        return line_sip_agent_refuse(irq, msg);
    }
}

int line_sip_inside_request(void *magic, nta_leg_t *nta, nta_incoming_t *irq, const sip_t *msg)
{
    struct dialog *d = magic;
    struct sip_line *sip = d->sip;
    sip_method_t method = msg->sip_request->rq_method;
    bool must_end = method == sip_method_bye || method == sip_method_ack;
    (void)nta;
    int status = must_end ? 0 : line_sip_inside_check_required(irq, msg);
    if (status == 0)
        status = inside_method(d, irq, msg); /* d may be gone */
    if (status >= 400)
        line_sip_guard_count(&sip->guard, GUARD_REQUEST);
    return status;
}
