/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Making views and counting their references. A view of a call is a small part of its own and two
 * shared ones: the call's part (made anew only when a participant or the user data changed) and the
 * user data's revision. */
#include "base/mem.h"
#include "core/core_int.h"

static void ref(atomic_uint *refs)
{
    atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

/* True for the last reference. */
static bool unref(atomic_uint *refs)
{
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

struct call_part *call_part_ref(struct call_part *part)
{
    ref(&part->refs);
    return part;
}

void call_part_unref(struct call_part *part)
{
    if (!part || !unref(&part->refs))
        return;
    user_data_unref(part->data);
    mem_free(part);
}

void call_view_release(struct call_view *view)
{
    call_part_unref(view->call);
    view->call = NULL;
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
    if (part->data)
        shared += sizeof *part->data + part->data->count * sizeof(struct pair) + part->data->bytes +
                  part->data->rendered_len;
    return size + shared / 2;
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
    part->type = call->type;
    part->data = user_data_ref(call->data);
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        if (!party->is_shown)
            continue;
        struct participant *shown = &part->participants[part->participant_count++];
        shown->party = party->number;
        shown->is_internal = true;
        memcpy(shown->number, party->dn, sizeof shown->number);
    }
    call->part = part;
    return part;
}

void view_of_call(struct party *party, uint64_t now_ms, struct call_view *out)
{
    uint64_t until_ms = party->state == PARTY_RELEASED ? party->ended_ms : now_ms;
    out->call = call_part_ref(call_part_get(party->call));
    out->party = party->number;
    out->state = party->state;
    out->duration_s =
        until_ms > party->since_ms ? (uint32_t)((until_ms - party->since_ms) / 1000) : 0;
    out->capabilities = op_capabilities(party);
    out->is_muted = party->is_muted;
    memcpy(out->dnis, party->dnis, sizeof out->dnis);
    memset(out->device_dn, 0, sizeof out->device_dn);
    memset(out->device_id, 0, sizeof out->device_id);
    if (party->device) {
        memcpy(out->device_dn, party->device->dn, sizeof out->device_dn);
        memcpy(out->device_id, party->device->id, sizeof out->device_id);
    }
}

void view_of_device(const struct device *device, struct device_view *out)
{
    *out = (struct device_view){0};
    memcpy(out->dn, device->dn, sizeof out->dn);
    memcpy(out->id, device->id, sizeof out->id);
    out->is_registered = device->is_registered;
    out->is_active = device->owner && device->owner->has_session;
    out->agent_state = out->is_active ? AGENT_NOT_READY : AGENT_LOGGED_OUT;
}
