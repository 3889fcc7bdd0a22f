/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Emergency numbers. They are known before anything else is asked of a number: before the outside
 * prefix, which may be dialled or not, and before extensions. A call to one is placed whatever else
 * its telephone does and whether or not anybody is logged in at it, over the trunk's number of
 * channels if need be, and through each further trunk when one fails. It shows the telephone's
 * location number, and for a while afterwards a call from outside to that number rings the
 * telephone itself, whatever else is set for it.
 *
 * Such a call is urgent, and so are the legs in it: their orders are marked, and the engine lets
 * them out even though nothing can be made durable. */
#include "core/core_int.h"

bool emergency_is_number(const struct core *core, struct slice number)
{
    const struct config_item *site = &core->site.item;
    for (size_t i = 0; i < site->member_count; i++)
        if (slice_equal(site->members[i], number))
            return true;
    return false;
}

bool emergency_read(const struct core *core, struct slice written, struct number *out)
{
    char digits[NUMBER_MAX + 1];
    if (core->site.item.member_count == 0 || !number_strip(written, digits))
        return false;
    struct slice number = slice_of(digits);
    struct slice prefix = slice_of(core->plan.outside_prefix);
    if (!emergency_is_number(core, number)) {
        if (prefix.len == 0 || !slice_starts_with(number, prefix))
            return false;
        number = (struct slice){number.ptr + prefix.len, number.len - prefix.len};
        if (!emergency_is_number(core, number))
            return false;
    }
    *out = (struct number){.kind = NUMBER_EMERGENCY};
    number_copy(out->digits, number);
    return true;
}

void call_is_emergency(struct call *call)
{
    call->is_urgent = true;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (party->leg)
            party->leg->is_urgent = true;
    }
}

const char *emergency_shown(const struct party *from)
{
    return from->device && from->device->location[0] ? from->device->location : from->dn;
}

static bool is_configured(const struct core *core, const struct trunk *trunk)
{
    return slice_equal(trunk->config.item.name, core->site.item.trunk);
}

/* In party.tried; the number-th of all, or the one that is configured for it. 0: one too many,
 * which is not tried. */
static uint64_t bit_of(const struct core *core, const struct trunk *trunk, unsigned number)
{
    if (is_configured(core, trunk))
        return 1;
    return number < 63 ? UINT64_C(2) << number : 0;
}

/* The one that is configured for it; else one that has a channel; else one that has none. *bit is
 * that of the one. */
static struct trunk *find_trunk(const struct core *core, uint64_t tried, uint64_t *bit)
{
    struct trunk *best = NULL;
    unsigned number = 0;
    bool has_channel = false;
    LIST_EACH(it, &core->trunks)
    {
        struct trunk *trunk = LIST_OWNER(it, struct trunk, link);
        bool has_one = trunk->in_use < trunk->config.item.calls;
        uint64_t its_bit = bit_of(core, trunk, number++);
        if (its_bit == 0 || (tried & its_bit))
            continue;
        if (!best || is_configured(core, trunk) ||
            (has_one && !has_channel && !is_configured(core, best))) {
            best = trunk;
            *bit = its_bit;
        }
        has_channel |= has_one;
    }
    return best;
}

static bool try_trunk(struct turn *turn, struct party *party, const struct party *from)
{
    uint64_t bit = 0;
    const struct trunk *trunk = find_trunk(turn->core, party->tried, &bit);
    if (!trunk)
        return false;
    party->tried |= bit;
    leg_ring_outside(turn, party, trunk->config.item.name, emergency_shown(from), false);
    return true;
}

static const struct party *caller_of(const struct party *party)
{
    const struct party *from = party_inviter(party);
    if (!party_is_living(from))
        from = party_talking(party->call);
    return from ? from : party;
}

/* It may ring for as long as the network lets it. */
void emergency_call(struct turn *turn, struct party *party)
{
    const struct party *from = caller_of(party);
    if (from->device) {
        struct device *device = from->device;
        device->emergency_ms = turn->now_ms;
        list_remove(&device->of_emergency);
        list_append(&turn->core->emergencies, &device->of_emergency);
    }
    party_goes_outside(party);
    if (!try_trunk(turn, party, from))
        party_fails(turn, party, CAUSE_UNREACHABLE);
}

/* What was heard of the trunk that failed is heard no more. */
bool emergency_goes_on(struct turn *turn, struct party *party, enum cause cause)
{
    bool is_of_trunk = cause == CAUSE_FAILED || cause == CAUSE_UNREACHABLE || cause == CAUSE_BUSY ||
                       cause == CAUSE_NO_ANSWER;
    if (!party->is_urgent || !is_of_trunk || party->has_talked || party->leg ||
        !try_trunk(turn, party, caller_of(party)))
        return false;
    call_mix(turn, party->call);
    return true;
}

/* --- who is called back --- */

static bool is_same_number(const struct core *core, const char *location, struct slice called)
{
    struct number a;
    struct number b;
    if (slice_is(called, location))
        return true;
    (void)number_of_received(&core->plan, slice_of(location), NULL, NULL, &a);
    (void)number_of_received(&core->plan, called, NULL, NULL, &b);
    return a.digits[0] != '\0' && strcmp(a.digits, b.digits) == 0;
}

struct device *emergency_called_back(const struct core *core, struct slice called, uint64_t now_ms)
{
    struct device *found = NULL;
    uint64_t within_ms = core->site.item.callback_ms;
    LIST_EACH(it, &core->emergencies)
    {
        struct device *device = LIST_OWNER(it, struct device, of_emergency);
        bool is_late = within_ms > 0 && now_ms - device->emergency_ms > within_ms;
        if (is_late || !device->is_registered || device->location[0] == '\0' ||
            !is_same_number(core, device->location, called))
            continue;
        if (!found || device->emergency_ms > found->emergency_ms ||
            (device->emergency_ms == found->emergency_ms && device->serial > found->serial))
            found = device;
    }
    return found;
}

struct device *device_at_location(const struct core *core, struct slice called)
{
    LIST_EACH(it, &core->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, link);
        if (device->is_registered && device->location[0] &&
            is_same_number(core, device->location, called))
            return device;
    }
    return NULL;
}

bool party_is_called_back(const struct party *party)
{
    return party->call->is_urgent && party->call->type == CALL_TYPE_INBOUND &&
           party_inviter(party)->is_outside;
}

/* --- for the engine --- */

static bool is_urgent_signal(const struct core *core, const struct signal *signal, uint64_t now_ms)
{
    struct number number;
    if (signal->kind < SIGNAL_INCOMING)
        return false;
    if (signal->kind == SIGNAL_INCOMING && signal->trunk.len > 0)
        return emergency_called_back(core, signal->number, now_ms) != NULL;
    if (signal->kind == SIGNAL_INCOMING)
        return device_find(core, signal->dn) && emergency_read(core, signal->number, &number);
    const struct leg *leg = leg_find(core, signal->leg);
    return leg && leg->is_urgent;
}

bool core_is_urgent(const struct core *core, const struct input *input, uint64_t now_ms)
{
    struct number number;
    if (input->kind == INPUT_SIGNAL)
        return is_urgent_signal(core, &input->signal, now_ms);
    return input->kind == INPUT_COMMAND && input->command.op == OP_DIAL &&
           emergency_read(core, input->command.text, &number);
}

bool core_comes_first(const struct core *core, const struct input *input,
                      const struct input *urgent)
{
    bool is_dial = urgent->kind == INPUT_COMMAND;
    bool is_incoming = !is_dial && urgent->signal.kind == SIGNAL_INCOMING;
    const struct leg *leg = input->kind == INPUT_SIGNAL ? leg_find(core, input->signal.leg) : NULL;
    if (!leg || leg->trunk.len > 0 || (!is_dial && !is_incoming))
        return false;
    const struct device *device =
        device_find(core, is_dial ? urgent->command.target : urgent->signal.dn);
    return device && slice_is(number_slice(leg->dn), device->dn);
}
