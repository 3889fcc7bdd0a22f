/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Making views and counting their references. A view of a call is a small part of its own and two
 * shared ones: the call's part (made anew only when something in it changed) and the user data's
 * revision. */
#include "base/hash.h"
#include "base/mem.h"
#include "core/core_int.h"

static void ref(atomic_uint *refs)
{
    atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

/* True for the last reference. Who has the only one needs no exchange: nobody else could make a
 * second. */
static bool unref(atomic_uint *refs)
{
    if (atomic_load_explicit(refs, memory_order_acquire) == 1)
        return true;
    return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

struct user_data *user_data_ref(struct user_data *data)
{
    if (data)
        ref(&data->refs);
    return data;
}

void user_data_unref(struct user_data *data)
{
    if (!data || !unref(&data->refs))
        return;
    mem_free(data->rendered);
    mem_free(data);
}

struct user_card *user_card_ref(struct user_card *card)
{
    ref(&card->refs);
    return card;
}

void user_card_unref(struct user_card *card)
{
    if (card && unref(&card->refs))
        mem_free(card);
}

struct state_card *state_card_ref(struct state_card *card)
{
    if (card)
        ref(&card->refs);
    return card;
}

void state_card_unref(struct state_card *card)
{
    if (card && unref(&card->refs))
        mem_free(card);
}

struct call_part *call_part_ref(struct call_part *part)
{
    ref(&part->refs);
    return part;
}

void call_part_unref(struct call_part *part)
{
    if (!part || !unref(&part->refs))
        return;
    mem_free(part);
}

void call_view_release(struct call_view *view)
{
    call_part_unref(view->call);
    user_data_unref(view->data);
    view->call = NULL;
    view->data = NULL;
}

void device_view_release(struct device_view *view)
{
    state_card_unref(view->state);
    view->state = NULL;
}

struct notice *notice_ref(struct notice *notice)
{
    ref(&notice->refs);
    return notice;
}

void notice_unref(struct notice *notice)
{
    if (!notice || !unref(&notice->refs))
        return;
    if (notice_channel(notice->kind) == NOTICE_ON_CALLS)
        call_view_release(&notice->call);
    else
        device_view_release(&notice->device);
    user_card_unref(notice->user);
    mem_free(notice);
}

size_t notice_size_bytes(const struct notice *notice)
{
    size_t size = sizeof *notice;
    if (notice_channel(notice->kind) != NOTICE_ON_CALLS)
        return size;
    const struct call_part *part = notice->call.call;
    if (!part) /* of a test */
        return size;
    /* Two users see most parts, so each is charged with half. */
    size_t shared = sizeof *part + part->participant_count * sizeof part->participants[0];
    const struct user_data *data = notice->call.data;
    if (data)
        shared +=
            sizeof *data + data->count * sizeof(struct pair) + data->bytes + data->rendered_len;
    return size + shared / 2;
}

static uint64_t hash_of_part(const struct call_part *part)
{
    uint64_t h = hash_bytes(0, part->id, sizeof part->id);
    h = hash_slice(hash_slice(h, slice_of(part->parent_id)), slice_of(part->ani));
    h = hash_u64(h, (uint64_t)part->participant_count << 16 | (uint64_t)part->type << 8 |
                        (uint64_t)part->recording << 4 | (uint64_t)part->is_business);
    for (uint32_t i = 0; i < part->participant_count; i++)
        h = hash_slice(h, number_slice(part->participants[i].number));
    return h;
}

struct call_part *call_part_get(struct call *call)
{
    if (call->part)
        return call->part;
    uint32_t count = 0;
    LIST_EACH(it, &call->parties)
    count++;
    struct call_part *part = mem_zalloc(sizeof *part + count * sizeof part->participants[0]);
    atomic_init(&part->refs, 1);
    memcpy(part->id, call->id, sizeof part->id);
    memcpy(part->conn_id, call->conn_id, sizeof part->conn_id);
    memcpy(part->ani, call->ani, sizeof part->ani);
    if (call->parent)
        memcpy(part->parent_id, call->parent->id, sizeof part->parent_id);
    part->type = call->type;
    part->is_business = call->is_business;
    part->recording = call->recording;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (!party->is_shown)
            continue;
        struct participant *shown = &part->participants[part->participant_count++];
        shown->party = party->number;
        shown->is_internal = !party->is_outside;
        memcpy(shown->number, party->dn, sizeof shown->number);
    }
    part->hash = hash_of_part(part);
    call->part = part;
    return part;
}

/* Whether a silent supervisor hears that party. */
static bool is_listened_to(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, link);
        if (other->monitors == party->number && party_is_silent(other) &&
            (other->state == PARTY_ESTABLISHED || other->state == PARTY_HELD))
            return true;
    }
    return false;
}

uint64_t party_picture(const struct core *core, const struct party *party)
{
    _Static_assert(OP_COUNT < 64, "a bit is free beside the operations");
    return op_capabilities(core, party) | (uint64_t)is_listened_to(party) << 63;
}

/* Between inputs everybody has been told what is, and so it stays until something is touched. */
static uint64_t known_picture(const struct core *core, const struct party *party)
{
    bool is_known = list_is_empty(&core->touched_calls) && party_is_living(party);
    return is_known ? party->told : party_picture(core, party);
}

uint64_t call_view_picture(const struct call_view *view)
{
    return view->capabilities | (uint64_t)view->is_listened_to << 63;
}

static void view_of_supervisor(const struct party *party, struct call_view *out)
{
    const struct party *monitored = party_find(party->call, party->monitors);
    out->is_monitoring = true;
    out->is_monitored_muted = monitored && monitored->is_muted_by_supervisor;
    out->is_muted = party->is_muted || party->monitoring == MONITORING_LISTEN_IN;
}

void view_of_call(const struct core *core, struct party *party, uint64_t now_ms,
                  struct call_view *out)
{
    uint64_t until_ms = party->state == PARTY_RELEASED ? party->ended_ms : now_ms;
    uint64_t picture = known_picture(core, party);
    *out = (struct call_view){
        .call = call_part_ref(call_part_get(party->call)),
        .data = user_data_ref(party->call->data),
        .party = party->number,
        .state = party->state,
        .capabilities = picture & ~(UINT64_C(1) << 63),
        .is_muted = party->is_muted,
        .is_listened_to = picture >> 63,
    };
    if (until_ms > party->since_ms)
        out->duration_s = (uint32_t)((until_ms - party->since_ms) / 1000);
    if (party->monitoring)
        view_of_supervisor(party, out);
    if (party->queue && (party->has_talked || party_is_living(party)))
        out->wrap_up_s = (uint32_t)(party->queue->config.item.wrap_up_ms / 1000);
    memcpy(out->previous_id, party->previous_id, sizeof out->previous_id);
    memcpy(out->dnis, party->dnis, sizeof out->dnis);
    if (party->device) {
        memcpy(out->device_dn, party->device->dn, sizeof out->device_dn);
        memcpy(out->device_id, party->device->id, sizeof out->device_id);
        out->may_record = party->device->may_record;
    }
}

void view_of_device(const struct core *core, const struct device *device, struct device_view *out)
{
    *out = (struct device_view){0};
    memcpy(out->dn, device->dn, sizeof out->dn);
    memcpy(out->id, device->id, sizeof out->id);
    memcpy(out->forward_to, device->forward_to, sizeof out->forward_to);
    out->is_registered = device->is_registered;
    out->is_active = device->owner && device->owner->has_session;
    const struct agent_state *state = device->owner ? user_state(core, device->owner) : NULL;
    out->state = state_card_ref(state ? state->card : NULL);
    out->state_since_ms = device->owner ? device->owner->state_since_ms : 0;
    out->is_dnd = device->is_dnd;
    out->monitoring = device->monitoring;
    out->scope = device->scope;
    out->span = device->span;
    if (device->monitors)
        memcpy(out->target_id, device->monitors->id, sizeof out->target_id);
    out->capabilities = op_device_capabilities(device);
}
