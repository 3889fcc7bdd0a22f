/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The whole state as bytes. Lists are written in order of creation and refer to each other by
 * position, so equal states give equal bytes. restore.c reads it back; the two are kept side by
 * side on purpose, field for field. */
#include "base/hash.h"
#include "core/core_int.h"

static void put_text(struct buf *out, const char *text)
{
    enc_bytes(out, slice_of(text));
}

static void put_deadline(const struct deadline *deadline, struct buf *out)
{
    enc_u64(out, deadline->node.index == 0 ? 0 : deadline->node.at_ms);
}

static void put_held(const struct held_item *held, struct buf *out)
{
    enc_bytes(out, buf_view(&held->bytes));
}

/* What is configured and nothing else is written as it was put. */
static void put_items(const struct core *core, struct buf *out)
{
    put_held(&core->site, out);
    LIST_EACH(it, &core->states)
    {
        const struct state_card *card = LIST_OWNER(it, struct agent_state, link)->card;
        if (card->is_of_system)
            continue;
        enc_u64(out, 1);
        enc_bytes(out, card->operation_name);
        put_text(out, card->id);
        enc_bytes(out, card->display_name);
        enc_bytes(out, card->reason);
        enc_u64(out, (uint64_t)card->mode);
    }
    enc_u64(out, 0);
    LIST_EACH(it, &core->queues)
    put_held(&LIST_OWNER(it, struct call_queue, link)->config, out);
    LIST_EACH(it, &core->trunks)
    put_held(&LIST_OWNER(it, struct trunk, link)->config, out);
    LIST_EACH(it, &core->places)
    put_held(&LIST_OWNER(it, struct place, link)->config, out);
    enc_bytes(out, SLICE(""));
}

static void put_limits(const struct config_limits *l, struct buf *out)
{
    struct input input = {.kind = INPUT_CONFIG, .config = {.kind = CONFIG_LIMITS, .limits = *l}};
    input_encode(&input, out);
}

static void put_users(const struct core *core, struct buf *out)
{
    enc_u64(out, core->stats.users);
    LIST_EACH(it, &core->users)
    {
        const struct user *user = LIST_OWNER(it, struct user, link);
        enc_bytes(out, user->card->name);
        put_text(out, user->card->id);
        enc_bytes(out, user->card->first_name);
        enc_bytes(out, user->card->last_name);
        enc_u64(out, user->card->roles);
        enc_u64(out, user->serial);
        enc_u64(out, user->seq);
        enc_u64(out, (uint64_t)user->has_session | (uint64_t)user->is_vanished << 1 |
                         (uint64_t)user->may_connect_outside << 2);
        enc_bytes(out, user->intent->card->operation_name);
        enc_u64(out, user->idle_since_ms);
        enc_u64(out, user->state_since_ms);
        put_deadline(&user->wrap_up, out);
        put_deadline(&user->vanished, out);
        enc_u64(out, user->past_count);
        for (size_t i = 0; i < user->past_count; i++) {
            put_text(out, user->past[i].id);
            enc_u64(out, user->past[i].serial);
            enc_u64(out, user->past[i].ended_ms);
        }
    }
}

static void put_devices(const struct core *core, struct buf *out)
{
    enc_u64(out, core->stats.devices);
    LIST_EACH(it, &core->devices)
    {
        const struct device *device = LIST_OWNER(it, struct device, link);
        put_text(out, device->dn);
        put_text(out, device->id);
        enc_bytes(out, device->owner ? device->owner->card->name : SLICE(""));
        enc_bytes(out, device->configured ? device->configured->card->name : SLICE(""));
        enc_u64(out, (uint64_t)device->remote_answer);
        enc_u64(out, device->calls_max);
        enc_u64(out, (uint64_t)device->may_record | (uint64_t)device->is_registered << 1 |
                         (uint64_t)device->talks << 2 | (uint64_t)device->is_dnd << 3 |
                         (uint64_t)device->is_by_place << 4 | (uint64_t)device->shows_hold << 5);
        put_text(out, device->forward_to);
        put_text(out, device->location);
        enc_u64(out, device->emergency_ms);
        enc_u64(out, (uint64_t)device->monitoring);
        enc_u64(out, (uint64_t)device->scope | (uint64_t)device->span << 1);
    }
    LIST_EACH(it, &core->devices)
    {
        const struct device *device = LIST_OWNER(it, struct device, link);
        if (device->monitoring)
            put_text(out, device->monitors->dn);
    }
}

static void put_legs(const struct core *core, struct buf *out)
{
    LIST_EACH(it, &core->legs)
    {
        const struct leg *leg = LIST_OWNER(it, struct leg, link);
        enc_u64(out, 1);
        enc_u64(out, leg->id);
        put_text(out, leg->dn);
        put_text(out, leg->from);
        enc_bytes(out, leg->trunk);
        enc_u64(out, (uint64_t)leg->is_offered | (uint64_t)leg->is_up << 1 |
                         (uint64_t)leg->is_dropping << 2 | (uint64_t)leg->is_answer_pending << 3 |
                         (uint64_t)leg->auto_answer << 4 | (uint64_t)leg->talks << 5 |
                         (uint64_t)leg->has_sound << 6 | (uint64_t)leg->hides_number << 7 |
                         (uint64_t)leg->is_held << 8);
        enc_u64(out, leg->is_urgent);
        enc_u64(out, (uint64_t)leg->drop_cause);
        enc_u64(out, leg->last_call);
        enc_u64(out, leg->last_party);
        enc_bytes(out, buf_view(&leg->keep));
    }
    enc_u64(out, 0);
}

static void put_data(const struct user_data *data, struct buf *out)
{
    enc_u64(out, data ? data->count : 0);
    for (uint32_t i = 0; data && i < data->count; i++) {
        enc_bytes(out, data->pairs[i].key);
        enc_bytes(out, data->pairs[i].value);
    }
}

static void put_party(const struct party *party, struct buf *out)
{
    enc_u64(out, 1);
    enc_u64(out, party->number);
    enc_u64(out, party->inviter);
    enc_u64(out, party->recall);
    enc_u64(out, party->offer);
    enc_u64(out, party->monitors);
    enc_u64(out, party->hops);
    put_text(out, party->dn);
    put_text(out, party->dnis);
    enc_bytes(out, party->device ? slice_of(party->device->dn) : SLICE(""));
    put_text(out, party->previous_id);
    enc_bytes(out, party->queue ? party->queue->config.item.name : SLICE(""));
    enc_u64(out, (uint64_t)party->state);
    enc_u64(out, (uint64_t)party->monitoring);
    enc_u64(out, (uint64_t)party->is_shown | (uint64_t)party->is_muted << 1 |
                     (uint64_t)party->is_outside << 2 | (uint64_t)party->has_talked << 3 |
                     (uint64_t)party->is_muted_by_supervisor << 4 |
                     (uint64_t)party->leaves_with_monitored << 5 |
                     (uint64_t)party->ends_monitoring << 6);
    enc_u64(out, party->tried);
    enc_u64(out, party->is_urgent);
    enc_u64(out, (uint64_t)party->cause);
    enc_u64(out, (uint64_t)party->fail_cause);
    enc_u64(out, (uint64_t)party->wait);
    enc_u64(out, party->wait == WAIT_NOTHING ? 0 : party->deadline.node.at_ms);
    enc_u64(out, party->since_ms);
    enc_u64(out, party->joined_ms);
    enc_u64(out, party->state_since_ms);
    enc_u64(out, party->answered_ms);
    enc_u64(out, party->ended_ms);
}

static void put_spans(const struct call *call, struct buf *out)
{
    enc_u64(out, call->span_count);
    for (size_t i = 0; i < call->span_count; i++) {
        enc_u64(out, call->spans[i].from_ms);
        enc_u64(out, call->spans[i].to_ms);
    }
}

static void put_calls(const struct core *core, struct buf *out)
{
    enc_u64(out, core->stats.calls);
    LIST_EACH(it, &core->calls)
    {
        const struct call *call = LIST_OWNER(it, struct call, link);
        enc_u64(out, call->serial);
        put_text(out, call->id);
        put_text(out, call->conn_id);
        put_text(out, call->ani);
        put_text(out, call->caller_id);
        put_text(out, call->diverted);
        enc_u64(out, call->passes);
        enc_u64(out, (uint64_t)call->type);
        enc_u64(out, (uint64_t)call->is_business | (uint64_t)call->is_for_conference << 1 |
                         (uint64_t)call->is_urgent << 2);
        enc_u64(out, (uint64_t)call->recording);
        enc_u64(out, call->recorder);
        enc_u64(out, call->begun_ms);
        put_spans(call, out);
        enc_u64(out, call->parent ? call->parent->serial : 0);
        enc_u64(out, call->next_party);
        enc_u64(out, call->is_over);
        put_deadline(&call->deadline, out);
        put_data(call->data, out);
        put_data(call->inherited, out);
        LIST_EACH(pt, &call->parties)
        put_party(LIST_OWNER(pt, struct party, link), out);
        enc_u64(out, 0);
    }
}

static void put_ref(const struct party *party, struct buf *out)
{
    enc_u64(out, party->call->serial);
    enc_u64(out, party->number);
}

/* Parties in the order in which their user, device, leg or queue has them: it is not always that of
 * the calls, for a called party joins when its telephone is called. Consult calls in the order in
 * which their parent has them. */
static void put_orders(const struct core *core, struct buf *out)
{
    LIST_EACH(it, &core->devices)
    LIST_EACH(pt, &LIST_OWNER(it, struct device, link)->parties)
    put_ref(LIST_OWNER(pt, struct party, of_device), out);
    LIST_EACH(it, &core->users)
    LIST_EACH(pt, &LIST_OWNER(it, struct user, link)->parties)
    put_ref(LIST_OWNER(pt, struct party, of_user), out);
    LIST_EACH(it, &core->legs)
    {
        const struct leg *leg = LIST_OWNER(it, struct leg, link);
        LIST_EACH(pt, &leg->parties)
        {
            const struct party *party = LIST_OWNER(pt, struct party, of_leg);
            enc_u64(out, leg->party == party ? 2 : 1);
            put_ref(party, out);
        }
        enc_u64(out, 0);
    }
    LIST_EACH(it, &core->queues)
    {
        LIST_EACH(pt, &LIST_OWNER(it, struct call_queue, link)->waiting)
        {
            enc_u64(out, 1);
            put_ref(LIST_OWNER(pt, struct party, of_queue), out);
        }
        enc_u64(out, 0);
    }
}

void core_snapshot(const struct core *core, struct buf *out)
{
    enc_u64(out, CORE_VERSION);
    enc_u64(out, core->next_call);
    enc_u64(out, core->next_leg);
    enc_u64(out, core->next_user);
    put_limits(&core->limits, out);
    put_items(core, out);
    put_users(core, out);
    put_devices(core, out);
    put_legs(core, out);
    put_calls(core, out);
    put_orders(core, out);
    floor_write(core, out);
}

uint64_t core_digest(const struct core *core)
{
    struct buf bytes = {0};
    core_snapshot(core, &bytes);
    uint64_t digest = hash_slice(0, buf_view(&bytes));
    buf_free(&bytes);
    return digest;
}
