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
    if (emergency_read(core, written, out))
        return out->kind;
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

bool number_is_anonymous(const char *number)
{
    return strcmp(number, ANONYMOUS) == 0;
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
        number_copy(call->ani, slice_of(party->is_urgent ? emergency_shown(from)
                                                         : shown_to_outside(call, from)));
    }
    call_changed(call);
}

/* How much of the number its longest prefix covers, plus one; 0: it is not for that number. */
static size_t trunk_match(const struct trunk *trunk, struct slice number)
{
    const struct config_item *item = &trunk->config.item;
    size_t longest = item->prefix_count == 0;
    for (size_t i = 0; i < item->prefix_count; i++)
        if (slice_starts_with(number, item->prefixes[i]) && item->prefixes[i].len >= longest)
            longest = item->prefixes[i].len + 1;
    return longest;
}

/* The one with the longest prefix of those that have a channel, and of them the first. *is_any:
 * there is one at all. */
static const struct trunk *trunk_choose(const struct core *core, struct slice number, bool *is_any)
{
    const struct trunk *best = NULL;
    size_t best_match = 0;
    *is_any = false;
    LIST_EACH(it, &core->trunks)
    {
        const struct trunk *trunk = LIST_OWNER(it, struct trunk, link);
        size_t match = trunk_match(trunk, number);
        *is_any |= match > 0;
        if (match > best_match && has_channel(trunk)) {
            best = trunk;
            best_match = match;
        }
    }
    return best;
}

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
    bool is_any;
    const struct trunk *trunk = trunk_choose(core, slice_of(party->dn), &is_any);
    bool has_passed_enough =
        call->passes == 1; /* it goes round in a circle, of other systems too */
    if (!trunk || has_passed_enough) {
        bool is_busy = is_any && !has_passed_enough;
        party_fails(turn, party, is_busy ? CAUSE_BUSY : CAUSE_UNREACHABLE);
        return;
    }
    /* Who hides it is shown to the network all the same, which hides it. */
    bool hides = number_is_anonymous(shown);
    if (hides)
        shown = number_is_anonymous(from->dn) ? "" : from->dn;
    leg_ring_outside(turn, party, trunk->config.item.name, shown, hides);
    party_wait_for(turn, party, WAIT_NO_ANSWER, core->limits.no_answer_ms);
}

static const struct pair *find_pair(const struct user_data *data, struct slice key)
{
    for (uint32_t i = 0; data && i < data->count; i++)
        if (slice_equal(data->pairs[i].key, key))
            return &data->pairs[i];
    return NULL;
}

/* Of a key that is there several times the first. */
static void carry_pairs(struct turn *turn, const struct trunk *trunk, const struct user_data *data,
                        struct order *order)
{
    const struct config_item *item = &trunk->config.item;
    struct pair *pairs = arena_alloc(&turn->fx->arena, (item->member_count + 1) * sizeof *pairs);
    for (size_t i = 0; i < item->member_count; i++) {
        const struct pair *pair = find_pair(data, item->members[i]);
        if (pair)
            pairs[order->pair_count++] = (struct pair){arena_copy(&turn->fx->arena, pair->key),
                                                       arena_copy(&turn->fx->arena, pair->value)};
    }
    order->pairs = pairs;
}

void outside_fill_order(struct turn *turn, const struct leg *leg, struct order *order)
{
    const struct trunk *trunk = trunk_find(turn->core, leg->trunk);
    const struct party *party = leg->party;
    order->trunk = arena_copy(&turn->fx->arena, leg->trunk);
    order->hides_number = leg->hides_number;
    if (!party)
        return;
    const struct call *call = party->call;
    order->passes = call->passes > 0 ? call->passes - 1 : 0;
    if (call->diverted[0])
        order->diverted = arena_copy(&turn->fx->arena, slice_of(call->diverted));
    else if (party->hops > 0)
        order->diverted = arena_copy(&turn->fx->arena, slice_of(party->dnis));
    if (trunk)
        carry_pairs(turn, trunk, call->data, order);
}

/* Where the number leads that somebody outside called; empty: nowhere. */
static struct slice incoming_destination(const struct core *core, const struct trunk *trunk,
                                         const struct number *called)
{
    struct slice number = slice_of(called->digits);
    if (called->kind == NUMBER_INTERNAL && is_internal(core, number))
        return number;
    for (size_t i = 0; i < trunk->config.item.route_count; i++)
        if (slice_equal(trunk->config.item.routes[i].key, number))
            return trunk->config.item.routes[i].value;
    if (called->kind == NUMBER_INTERNAL)
        return number;
    /* From outside nobody is put through to the outside. */
    const struct device *device = device_at_location(core, number);
    return device ? slice_of(device->dn) : SLICE_NONE;
}

/* What is within the limits of user data; too much is left out, and refuses no call. */
static struct user_data *incoming_data(struct turn *turn)
{
    const struct config_limits *limits = &turn->core->limits;
    const struct signal *signal = &turn->input->signal;
    struct pair *pairs = arena_alloc(&turn->fx->arena, (signal->pair_count + 1) * sizeof *pairs);
    size_t count = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < signal->pair_count && count < limits->pairs; i++) {
        const struct pair *pair = &signal->pairs[i];
        size_t more = pair->key.len + pair->value.len;
        if (pair->key.len > limits->key_bytes || pair->value.len > limits->value_bytes ||
            bytes + more > limits->call_bytes || recording_owns(pair->key))
            continue;
        pairs[count++] = *pair;
        bytes += more;
    }
    turn->fx->data_left_out += signal->pair_count - count;
    return user_data_create(pairs, count);
}

enum err outside_incoming(struct turn *turn)
{
    struct core *core = turn->core;
    const struct signal *signal = &turn->input->signal;
    struct number caller;
    struct number called;
    struct number diverted;
    const struct trunk *trunk = trunk_find(core, signal->trunk);
    (void)number_of_received(&core->plan, signal->from, NULL, NULL, &caller);
    (void)number_of_received(&core->plan, signal->number, is_internal, core, &called);
    struct leg *leg = leg_create(core, signal->leg, caller.digits[0] ? caller.digits : ANONYMOUS);
    leg_set_trunk(core, leg, signal->trunk);
    leg->is_offered = true;
    const struct device *called_back = emergency_called_back(core, signal->number, turn->now_ms);
    leg->is_urgent = trunk && called_back;
    if (signal->keep.ptr)
        leg_keep(turn, leg, signal->keep);
    struct slice destination = trunk ? incoming_destination(core, trunk, &called) : SLICE_NONE;
    if (leg->is_urgent)
        destination = slice_of(called_back->dn);
    if (destination.len == 0) {
        leg_drop(turn, leg, CAUSE_UNREACHABLE);
    } else if (!leg->is_urgent && trunk->in_use > trunk->config.item.calls) {
        leg_drop(turn, leg, CAUSE_BUSY);
    } else {
        struct call *call = call_create(turn, CALL_TYPE_INBOUND);
        number_copy(call->ani, slice_of(caller.digits));
        call->is_business = true;
        call->is_urgent = leg->is_urgent;
        call_set_data(call, incoming_data(turn));
        (void)number_of_received(&core->plan, signal->diverted, NULL, NULL, &diverted);
        number_copy(call->diverted, slice_of(diverted.digits));
        call->passes = signal->passes;
        call_begin(turn, call, NULL, leg, destination);
    }
    return ERR_OK;
}
