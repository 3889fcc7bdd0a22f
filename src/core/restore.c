/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reads back what snapshot.c wrote, field for field. Bytes that are no snapshot of this version are
 * refused as a whole; nothing half read is ever used. */
#include "base/mem.h"
#include "core/core_int.h"

struct reading {
    struct dec d;
    struct core *core;
    struct call **calls; /* by position; serials rise */
    size_t call_count;
    size_t with_device; /* parties that have one, and a user */
    size_t with_user;
};

static void get_number(struct reading *r, char out[NUMBER_MAX + 1])
{
    struct slice number = dec_bytes(&r->d);
    if (number.len > NUMBER_MAX)
        r->d.failed = true;
    else
        number_copy(out, number);
}

static void get_id(struct reading *r, char *out, size_t size)
{
    struct slice id = dec_bytes(&r->d);
    if (id.len != size - 1) {
        r->d.failed = true;
        return;
    }
    memcpy(out, id.ptr, id.len);
    out[id.len] = '\0';
}

static bool get_bool(struct reading *r)
{
    return dec_u64_max(&r->d, 1) != 0;
}

static void get_limits(struct reading *r)
{
    struct input input;
    struct arena none = {0};
    if (input_decode(&r->d, &none, &input) || input.kind != INPUT_CONFIG)
        r->d.failed = true;
    else
        r->core->limits = input.config.limits;
    arena_free(&none);
}

static void get_users(struct reading *r)
{
    uint64_t count = dec_u64(&r->d);
    for (uint64_t i = 0; i < count && !r->d.failed; i++) {
        struct slice name = dec_bytes(&r->d);
        struct slice id = dec_bytes(&r->d);
        struct slice first = dec_bytes(&r->d);
        struct slice last = dec_bytes(&r->d);
        if (r->d.failed || user_find(r->core, name)) {
            r->d.failed = true;
            return;
        }
        struct user *user = user_create(r->core, name, id, first, last);
        user->seq = dec_u64(&r->d);
        user->has_session = get_bool(r);
    }
}

static void get_devices(struct reading *r)
{
    uint64_t count = dec_u64(&r->d);
    for (uint64_t i = 0; i < count && !r->d.failed; i++) {
        struct slice dn = dec_bytes(&r->d);
        struct slice id = dec_bytes(&r->d);
        struct slice owner = dec_bytes(&r->d);
        if (r->d.failed || dn.len == 0 || dn.len > NUMBER_MAX || device_find(r->core, dn)) {
            r->d.failed = true;
            return;
        }
        struct device *device = device_create(r->core, dn, id);
        if (owner.len > 0) {
            device_set_owner(device, user_find(r->core, owner));
            r->d.failed |= !device->owner;
        }
        device->remote_answer = (enum remote_answer)dec_u64_max(&r->d, REMOTE_ANSWER_REINVITE);
        device->is_registered = get_bool(r);
        device->talks = get_bool(r);
        r->core->stats.devices_registered += device->is_registered;
    }
}

static void get_legs(struct reading *r)
{
    while (get_bool(r) && !r->d.failed) {
        uint64_t id = dec_u64(&r->d);
        char dn[NUMBER_MAX + 1] = "";
        get_number(r, dn);
        if (leg_find(r->core, id))
            r->d.failed = true;
        if (r->d.failed)
            return;
        struct leg *leg = leg_create(r->core, id, dn);
        get_number(r, leg->from);
        uint64_t flags = dec_u64_max(&r->d, 63);
        leg->is_offered = flags & 1;
        leg->is_up = flags >> 1 & 1;
        leg->is_dropping = flags >> 2 & 1;
        leg->is_answer_pending = flags >> 3 & 1;
        leg->auto_answer = flags >> 4 & 1;
        leg->talks = flags >> 5 & 1;
        leg->drop_cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
        buf_slice(&leg->keep, dec_bytes(&r->d));
    }
}

static struct user_data *get_data(struct reading *r)
{
    struct arena arena = {0};
    size_t count = (size_t)dec_u64_max(&r->d, (uint64_t)(r->d.end - r->d.at));
    struct pair *pairs = arena_alloc(&arena, count * sizeof *pairs + 1);
    for (size_t i = 0; i < count && !r->d.failed; i++) {
        pairs[i].key = dec_bytes(&r->d);
        pairs[i].value = dec_bytes(&r->d);
    }
    struct user_data *data = r->d.failed ? NULL : user_data_create(pairs, count);
    arena_free(&arena);
    return data;
}

static void get_party(struct reading *r, struct call *call)
{
    struct core_stats *stats = &r->core->stats;
    struct party *party = mem_zalloc(sizeof *party);
    party->call = call;
    list_init(&party->of_user);
    list_init(&party->of_device);
    list_append(&call->parties, &party->link);
    party->deadline.kind = DEADLINE_OF_PARTY;
    party->number = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->inviter = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->recall = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    get_number(r, party->dn);
    get_number(r, party->dnis);
    struct slice device = dec_bytes(&r->d);
    uint64_t leg = dec_u64(&r->d);
    party->state = (enum party_state)dec_u64_max(&r->d, PARTY_RELEASED);
    stats->calls_by_state[party->state]++;
    uint64_t flags = dec_u64_max(&r->d, 7);
    party->is_shown = flags & 1;
    party->is_muted = flags >> 1 & 1;
    party->is_held_by_telephone = flags >> 2 & 1;
    party->cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
    party->fail_cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
    party->wait = (enum party_wait)dec_u64_max(&r->d, WAIT_TONE);
    uint64_t at_ms = dec_u64(&r->d);
    if (party->wait != WAIT_NOTHING)
        heap_set(&r->core->deadlines, &party->deadline.node, at_ms, party_tie(party));
    party->since_ms = dec_u64(&r->d);
    party->ended_ms = dec_u64(&r->d);
    if (device.len > 0) {
        party->device = device_find(r->core, device);
        r->d.failed |= !party->device;
        party->user = party->device ? party->device->owner : NULL;
        r->with_device++;
        r->with_user += party->user != NULL;
    }
    if (leg != 0) {
        party->leg = leg_find(r->core, leg);
        if (party->leg)
            party->leg->party = party;
        else
            r->d.failed = true;
    }
}

static void get_call(struct reading *r)
{
    struct core *core = r->core;
    struct call *call = mem_zalloc(sizeof *call);
    list_init(&call->parties);
    list_append(&core->calls, &call->link);
    core->stats.calls++;
    call->serial = dec_u64(&r->d);
    get_id(r, call->id, sizeof call->id);
    get_id(r, call->conn_id, sizeof call->conn_id);
    map_put(&core->call_by_id, slice_of(call->id), call);
    map_put(&core->call_by_conn_id, slice_of(call->conn_id), call);
    call->type = (enum call_type)dec_u64_max(&r->d, CALL_TYPE_CONSULT);
    call->next_party = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    call->deadline.kind = DEADLINE_OF_CALL;
    call->is_over = get_bool(r);
    uint64_t at_ms = dec_u64(&r->d);
    if (call->is_over)
        heap_set(&core->deadlines, &call->deadline.node, at_ms, call->serial << 16);
    call->data = get_data(r);
    while (get_bool(r) && !r->d.failed)
        get_party(r, call);
    r->calls[r->call_count++] = call;
}

static struct party *find_party(struct reading *r)
{
    uint64_t serial = dec_u64(&r->d);
    uint64_t number = dec_u64(&r->d);
    size_t low = 0;
    size_t high = r->call_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->calls[middle]->serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->call_count && r->calls[low]->serial == serial)
        LIST_EACH(it, &r->calls[low]->parties)
        {
            struct party *party = LIST_OWNER(it, struct party, link);
            if (party->number == number)
                return party;
        }
    r->d.failed = true;
    return NULL;
}

static void get_party_order(struct reading *r)
{
    for (size_t i = 0; i < r->with_device && !r->d.failed; i++) {
        struct party *party = find_party(r);
        if (party && party->device && list_is_empty(&party->of_device))
            list_append(&party->device->parties, &party->of_device);
        else
            r->d.failed = true;
    }
    for (size_t i = 0; i < r->with_user && !r->d.failed; i++) {
        struct party *party = find_party(r);
        if (party && party->user && list_is_empty(&party->of_user))
            list_append(&party->user->parties, &party->of_user);
        else
            r->d.failed = true;
    }
}

static void get_calls(struct reading *r)
{
    uint64_t count = dec_u64_max(&r->d, (uint64_t)(r->d.end - r->d.at));
    r->calls = mem_alloc((size_t)(count + 1) * sizeof(struct call *));
    for (uint64_t i = 0; i < count && !r->d.failed; i++)
        get_call(r);
}

enum err core_restore(struct slice snapshot, struct core **out)
{
    struct reading r = {.d = dec_of(snapshot), .core = core_create()};
    if (dec_u64(&r.d) != CORE_VERSION)
        r.d.failed = true;
    r.core->next_call = dec_u64(&r.d);
    r.core->next_leg = dec_u64(&r.d);
    get_limits(&r);
    get_users(&r);
    get_devices(&r);
    get_legs(&r);
    get_calls(&r);
    get_party_order(&r);
    mem_free(r.calls);
    if (!dec_is_done(&r.d)) {
        core_destroy(r.core);
        return ERR_CORRUPT;
    }
    *out = r.core;
    return ERR_OK;
}
