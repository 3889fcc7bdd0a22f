/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The world outside: what the site's number plan makes of a number, which trunk a call goes out
 * through, and calls that come in. Nobody outside is a user; such a party has a number and a leg
 * and no device. */
#include "core/core_int.h"

static void take(char *out, size_t size, struct slice text)
{
    memset(out, 0, size);
    if (text.len > 0)
        memcpy(out, text.ptr, text.len < size ? text.len : size - 1);
}

#define TAKE(field, text) take(field, sizeof(field), text)

void plan_of_site(const struct config_item *site, struct number_plan *out)
{
    const struct country *country = country_of_calling_code(site->country);
    *out = (struct number_plan){0};
    if (country)
        number_plan_of_country(country, out);
    TAKE(out->calling_code, site->country);
    TAKE(out->international_prefix, site->international);
    TAKE(out->national_prefix, site->national);
    TAKE(out->area_code, site->area);
    TAKE(out->outside_prefix, site->outside);
    TAKE(out->main_number, site->main_number);
}

static bool is_internal(const void *ctx, struct slice number)
{
    const struct core *core = ctx;
    return map_get(&core->device_by_dn, number) || call_queue_find(core, number);
}

enum number_kind number_dialled(const struct core *core, struct slice written, struct number *out)
{
    return number_of_dialled(&core->plan, written, is_internal, core, out);
}

bool number_is_outside(struct slice number)
{
    return number.len > 0 && number.ptr[0] == '+';
}

static bool has_channel(const struct trunk *trunk)
{
    return trunk->in_use < trunk->config.item.calls;
}

static const char *shown_to_outside(const struct call *call, const struct party *from)
{
    return call->caller_id[0] ? call->caller_id : from->dn;
}

void party_goes_outside(struct party *party)
{
    struct call *call = party->call;
    const struct party *from = party_inviter(party);
    party->is_outside = true;
    call->is_business = true;
    if (call->type == CALL_TYPE_INTERNAL && from->state == PARTY_DIALING) {
        call->type = CALL_TYPE_OUTBOUND;
        number_copy(call->ani, slice_of(shown_to_outside(call, from)));
    }
    call_changed(call);
}

/* Through the first trunk that has a channel. */
void party_call_outside(struct turn *turn, struct party *party)
{
    struct core *core = turn->core;
    struct call *call = party->call;
    const struct party *from = party_inviter(party);
    if (!party_is_living(from))
        from = party_talking(call);
    if (!from) /* everybody who is left is rung again */
        from = party;
    const char *shown = shown_to_outside(call, from);
    party_goes_outside(party);
    LIST_EACH(it, &core->trunks)
    {
        const struct trunk *trunk = LIST_OWNER(it, struct trunk, link);
        if (!has_channel(trunk))
            continue;
        leg_ring_outside(turn, party, trunk->config.item.name, shown);
        party_wait_for(turn, party, WAIT_NO_ANSWER, core->limits.no_answer_ms);
        return;
    }
    party_fails(turn, party, list_is_empty(&core->trunks) ? CAUSE_UNREACHABLE : CAUSE_BUSY);
}

#define ANONYMOUS "anonymous" /* what others see of a caller who does not say */

enum err outside_incoming(struct turn *turn)
{
    struct core *core = turn->core;
    const struct signal *signal = &turn->input->signal;
    struct number caller;
    struct number called;
    const struct trunk *trunk = trunk_find(core, signal->trunk);
    (void)number_of_received(&core->plan, signal->from, NULL, NULL, &caller);
    (void)number_of_received(&core->plan, signal->number, is_internal, core, &called);
    struct leg *leg = leg_create(core, signal->leg, caller.digits[0] ? caller.digits : ANONYMOUS);
    leg_set_trunk(core, leg, signal->trunk);
    leg->is_offered = true;
    if (signal->keep.ptr)
        leg_keep(turn, leg, signal->keep);
    /* From outside nobody is put through to the outside. */
    if (!trunk || called.kind != NUMBER_INTERNAL) {
        leg_drop(turn, leg, CAUSE_UNREACHABLE);
    } else if (trunk->in_use > trunk->config.item.calls) {
        leg_drop(turn, leg, CAUSE_BUSY);
    } else {
        struct call *call = call_create(turn, CALL_TYPE_INBOUND);
        number_copy(call->ani, slice_of(caller.digits));
        call->is_business = true;
        call_begin(turn, call, NULL, leg, slice_of(called.digits));
    }
    return ERR_OK;
}
