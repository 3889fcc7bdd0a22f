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
    uint64_t *parents;   /* of each its parent's serial; 0: none */
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
    r->d.failed |= input_decode(&r->d, &none, &input) || input.kind != INPUT_CONFIG;
    if (!r->d.failed)
        r->core->limits = input.config.limits;
    arena_free(&none);
}

static void get_deadline(struct reading *r, struct deadline *deadline, uint64_t tie)
{
    uint64_t at_ms = dec_u64(&r->d);
    if (at_ms != 0)
        heap_set(&r->core->deadlines, &deadline->node, at_ms, tie);
}

/* An item as it was put; false when it is the empty one. */
static bool get_item(struct reading *r, struct arena *arena, struct config_item *out)
{
    struct slice bytes = dec_bytes(&r->d);
    struct dec d = dec_of(bytes);
    struct input input;
    if (r->d.failed || bytes.len == 0)
        return false;
    if (input_decode(&d, arena, &input) || input.kind != INPUT_CONFIG || !dec_is_done(&d)) {
        r->d.failed = true;
        return false;
    }
    *out = input.config;
    return true;
}

static void get_states(struct reading *r)
{
    while (get_bool(r) && !r->d.failed) {
        struct config_item item = {.kind = CONFIG_AGENT_STATE};
        item.name = dec_bytes(&r->d);
        item.id = dec_bytes(&r->d);
        item.first_name = dec_bytes(&r->d);
        item.reason = dec_bytes(&r->d);
        item.mode = (enum agent_mode)dec_u64_max(&r->d, AGENT_AUX_WORK);
        if (r->d.failed || state_find(r->core, item.name))
            r->d.failed = true;
        else
            state_create(r->core, &item);
    }
}

static void get_items(struct reading *r)
{
    struct arena arena = {0};
    struct config_item item;
    if (get_item(r, &arena, &item))
        (void)held_item_set(&r->core->site, &item);
    plan_of_site(&r->core->site.item, &r->core->plan);
    get_states(r);
    while (get_item(r, &arena, &item)) {
        if (item.kind == CONFIG_QUEUE && !call_queue_find(r->core, item.name))
            call_queue_create(r->core, &item);
        else if (item.kind == CONFIG_TRUNK && !trunk_find(r->core, item.name))
            trunk_create(r->core, &item);
        else if (item.kind == CONFIG_PLACE && !place_find(r->core, item.name))
            place_create(r->core, &item);
        else
            r->d.failed = true;
    }
    arena_free(&arena);
}

static void get_past(struct reading *r, struct user *user)
{
    user->past_count = (size_t)dec_u64_max(&r->d, PAST_CALLS_MAX);
    user->past = mem_grow(NULL, &user->past_cap, user->past_count + 1, sizeof *user->past);
    for (size_t i = 0; i < user->past_count; i++) {
        user->past[i] = (struct past_call){0};
        get_id(r, user->past[i].id, sizeof user->past[i].id);
        user->past[i].serial = dec_u64(&r->d);
        user->past[i].ended_ms = dec_u64(&r->d);
    }
}

static void get_user(struct reading *r)
{
    struct config_item item = {.kind = CONFIG_USER};
    item.name = dec_bytes(&r->d);
    item.id = dec_bytes(&r->d);
    item.first_name = dec_bytes(&r->d);
    item.last_name = dec_bytes(&r->d);
    item.roles = (unsigned)dec_u64_max(&r->d, ROLE_AGENT | ROLE_SUPERVISOR | ROLE_ADMIN);
    if (r->d.failed || user_find(r->core, item.name)) {
        r->d.failed = true;
        return;
    }
    struct user *user = user_create(r->core, &item);
    user->serial = dec_u64(&r->d);
    user->seq = dec_u64(&r->d);
    uint64_t flags = dec_u64_max(&r->d, 7);
    user->has_session = flags & 1;
    user->is_vanished = flags >> 1 & 1;
    user->may_connect_outside = flags >> 2 & 1;
    struct agent_state *intent = state_find(r->core, dec_bytes(&r->d));
    user->intent = intent ? intent : user->intent;
    r->d.failed |= !intent;
    user->idle_since_ms = dec_u64(&r->d);
    user->state_since_ms = dec_u64(&r->d);
    get_deadline(r, &user->wrap_up, user_tie(user, DEADLINE_OF_WRAP_UP));
    get_deadline(r, &user->vanished, user_tie(user, DEADLINE_OF_VANISHED));
    get_past(r, user);
}

static void get_users(struct reading *r)
{
    uint64_t count = dec_u64(&r->d);
    for (uint64_t i = 0; i < count && !r->d.failed; i++)
        get_user(r);
}

static struct user *get_owner(struct reading *r)
{
    struct slice name = dec_bytes(&r->d);
    struct user *user = name.len > 0 ? user_find(r->core, name) : NULL;
    r->d.failed |= name.len > 0 && !user;
    return user;
}

static void get_device(struct reading *r)
{
    struct slice dn = dec_bytes(&r->d);
    struct slice id = dec_bytes(&r->d);
    struct user *owner = get_owner(r);
    if (r->d.failed || dn.len == 0 || dn.len > NUMBER_MAX || device_find(r->core, dn)) {
        r->d.failed = true;
        return;
    }
    struct device *device = device_create(r->core, dn, id);
    device_set_owner(device, owner);
    device->configured = get_owner(r);
    device->remote_answer = (enum remote_answer)dec_u64_max(&r->d, REMOTE_ANSWER_REINVITE);
    device->calls_max = dec_u64(&r->d);
    uint64_t flags = dec_u64_max(&r->d, 63);
    device->may_record = flags & 1;
    device->is_registered = flags >> 1 & 1;
    device->talks = flags >> 2 & 1;
    device->is_dnd = flags >> 3 & 1;
    device->is_by_place = flags >> 4 & 1;
    device->shows_hold = flags >> 5 & 1;
    get_number(r, device->forward_to);
    get_number(r, device->location);
    device->emergency_ms = dec_u64(&r->d);
    if (device->emergency_ms != 0)
        list_append(&r->core->emergencies, &device->of_emergency);
    device->monitoring = (enum monitoring)dec_u64_max(&r->d, MONITORING_BARGE_IN);
    flags = dec_u64_max(&r->d, 3);
    device->scope = flags & 1 ? MONITOR_AGENT : MONITOR_CALL;
    device->span = flags & 2 ? MONITOR_NEXT_CALL : MONITOR_ALL_CALLS;
    r->core->stats.devices_registered += device->is_registered;
}

static void get_devices(struct reading *r)
{
    uint64_t count = dec_u64(&r->d);
    for (uint64_t i = 0; i < count && !r->d.failed; i++)
        get_device(r);
    LIST_EACH(it, &r->core->devices)
    {
        struct device *device = LIST_OWNER(it, struct device, link);
        if (!device->monitoring || r->d.failed)
            continue;
        device->monitors = device_find(r->core, dec_bytes(&r->d));
        if (device->monitors && !device->monitors->monitored_by)
            device->monitors->monitored_by = device;
        else
            r->d.failed = true;
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
        struct slice trunk = dec_bytes(&r->d);
        if (trunk.len > 0)
            leg_set_trunk(r->core, leg, trunk);
        uint64_t flags = dec_u64_max(&r->d, 511);
        leg->is_offered = flags & 1;
        leg->is_up = flags >> 1 & 1;
        leg->is_dropping = flags >> 2 & 1;
        leg->is_answer_pending = flags >> 3 & 1;
        leg->auto_answer = flags >> 4 & 1;
        leg->talks = flags >> 5 & 1;
        leg->has_sound = flags >> 6 & 1;
        leg->hides_number = flags >> 7 & 1;
        leg->is_held = flags >> 8 & 1;
        leg->is_urgent = get_bool(r);
        leg->drop_cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
        leg->last_call = dec_u64(&r->d);
        leg->last_party = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
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
    party_init(party);
    list_append(&call->parties, &party->link);
    party->number = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->inviter = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->recall = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->offer = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->monitors = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    party->hops = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    get_number(r, party->dn);
    get_number(r, party->dnis);
    struct slice device = dec_bytes(&r->d);
    struct slice previous = dec_bytes(&r->d);
    if (previous.len > 0 && previous.len < sizeof party->previous_id)
        memcpy(party->previous_id, previous.ptr, previous.len);
    struct slice queue = dec_bytes(&r->d);
    party->queue = queue.len > 0 ? call_queue_find(r->core, queue) : NULL;
    r->d.failed |= queue.len > 0 && !party->queue;
    party->state = (enum party_state)dec_u64_max(&r->d, PARTY_RELEASED);
    stats->calls_by_state[party->state]++;
    party->monitoring = (enum monitoring)dec_u64_max(&r->d, MONITORING_BARGE_IN);
    uint64_t flags = dec_u64_max(&r->d, 127);
    party->is_shown = flags & 1;
    party->is_muted = flags >> 1 & 1;
    party->is_outside = flags >> 2 & 1;
    party->has_talked = flags >> 3 & 1;
    party->is_muted_by_supervisor = flags >> 4 & 1;
    party->leaves_with_monitored = flags >> 5 & 1;
    party->ends_monitoring = flags >> 6 & 1;
    party->tried = dec_u64(&r->d);
    party->is_urgent = get_bool(r);
    party->cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
    party->fail_cause = (enum cause)dec_u64_max(&r->d, CAUSE_COUNT - 1);
    party->wait = (enum party_wait)dec_u64_max(&r->d, WAIT_RETRIEVE);
    uint64_t at_ms = dec_u64(&r->d);
    if (party->wait != WAIT_NOTHING)
        heap_set(&r->core->deadlines, &party->deadline.node, at_ms, party_tie(party));
    party->since_ms = dec_u64(&r->d);
    party->joined_ms = dec_u64(&r->d);
    party->state_since_ms = dec_u64(&r->d);
    party->answered_ms = dec_u64(&r->d);
    party->ended_ms = dec_u64(&r->d);
    if (device.len > 0) {
        party->device = device_find(r->core, device);
        r->d.failed |= !party->device;
        party->user = party->device ? party->device->owner : NULL;
        r->with_device++;
        r->with_user += party->user != NULL;
    }
}

static struct call *find_call(const struct reading *r, uint64_t serial)
{
    size_t low = 0;
    size_t high = r->call_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->calls[middle]->serial < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->call_count && r->calls[low]->serial == serial ? r->calls[low] : NULL;
}

static void get_spans(struct reading *r, struct call *call)
{
    call->span_count = (size_t)dec_u64_max(&r->d, HISTORY_SPANS_MAX);
    call->spans = mem_grow(NULL, &call->span_cap, call->span_count + 1, sizeof *call->spans);
    for (size_t i = 0; i < call->span_count; i++) {
        call->spans[i].from_ms = dec_u64(&r->d);
        call->spans[i].to_ms = dec_u64(&r->d);
    }
    r->d.failed |= call->recording != RECORDING_NONE && call->span_count == 0;
}

static void get_call(struct reading *r)
{
    struct core *core = r->core;
    struct call *call = mem_zalloc(sizeof *call);
    call_init(call);
    list_append(&core->calls, &call->link);
    core->stats.calls++;
    call->serial = dec_u64(&r->d);
    get_id(r, call->id, sizeof call->id);
    get_id(r, call->conn_id, sizeof call->conn_id);
    map_put(&core->call_by_id, slice_of(call->id), call);
    map_put(&core->call_by_conn_id, slice_of(call->conn_id), call);
    get_number(r, call->ani);
    get_number(r, call->caller_id);
    get_number(r, call->diverted);
    call->passes = (unsigned)dec_u64_max(&r->d, PASSES_MAX);
    call->type = (enum call_type)dec_u64_max(&r->d, CALL_TYPE_CONSULT);
    uint64_t flags = dec_u64_max(&r->d, 7);
    call->is_business = flags & 1;
    call->is_for_conference = flags >> 1 & 1;
    call->is_urgent = flags >> 2 & 1;
    call->recording = (enum recording)dec_u64_max(&r->d, RECORDING_PAUSED);
    call->recorder = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    call->begun_ms = dec_u64(&r->d);
    get_spans(r, call);
    uint64_t parent = dec_u64(&r->d);
    call->next_party = (uint32_t)dec_u64_max(&r->d, UINT32_MAX);
    call->is_over = get_bool(r);
    get_deadline(r, &call->deadline, call->serial << 16);
    call->data = get_data(r);
    call->inherited = get_data(r);
    while (get_bool(r) && !r->d.failed)
        get_party(r, call);
    r->parents[r->call_count] = parent;
    r->calls[r->call_count++] = call;
}

static struct party *get_ref(struct reading *r)
{
    const struct call *call = find_call(r, dec_u64(&r->d));
    uint64_t number = dec_u64_max(&r->d, UINT32_MAX);
    struct party *party = call ? party_find(call, (uint32_t)number) : NULL;
    r->d.failed |= !party;
    return party;
}

static void get_legs_parties(struct reading *r)
{
    LIST_EACH(it, &r->core->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, link);
        struct party *heard = NULL;
        for (uint64_t how = dec_u64_max(&r->d, 2); how != 0 && !r->d.failed;
             how = dec_u64_max(&r->d, 2)) {
            struct party *party = get_ref(r);
            if (!party || party->leg) {
                r->d.failed = true;
                return;
            }
            leg_join(leg, party);
            heard = how == 2 ? party : heard;
        }
        leg->party = heard;
    }
}

static void get_waiting(struct reading *r, struct call_queue *queue)
{
    while (get_bool(r) && !r->d.failed) {
        struct party *party = get_ref(r);
        if (party && party->queue == queue && list_is_empty(&party->of_queue))
            queue_join(r->core, party);
        else
            r->d.failed = true;
    }
    if (!list_is_empty(&queue->waiting))
        list_append(&r->core->open_queues, &queue->of_open);
}

static void get_orders(struct reading *r)
{
    for (size_t i = 0; i < r->with_device && !r->d.failed; i++) {
        struct party *party = get_ref(r);
        if (party && party->device && list_is_empty(&party->of_device))
            list_append(&party->device->parties, &party->of_device);
        else
            r->d.failed = true;
    }
    for (size_t i = 0; i < r->with_user && !r->d.failed; i++) {
        struct party *party = get_ref(r);
        if (party && party->user && list_is_empty(&party->of_user))
            list_append(&party->user->parties, &party->of_user);
        else
            r->d.failed = true;
    }
    get_legs_parties(r);
    LIST_EACH(it, &r->core->queues)
    get_waiting(r, LIST_OWNER(it, struct call_queue, link));
}

static void get_calls(struct reading *r)
{
    uint64_t count = dec_u64_max(&r->d, (uint64_t)(r->d.end - r->d.at));
    r->calls = mem_alloc((size_t)(count + 1) * sizeof(struct call *));
    r->parents = mem_alloc((size_t)(count + 1) * sizeof *r->parents);
    for (uint64_t i = 0; i < count && !r->d.failed; i++)
        get_call(r);
    for (size_t i = 0; i < r->call_count && !r->d.failed; i++) {
        struct call *parent = r->parents[i] != 0 ? find_call(r, r->parents[i]) : NULL;
        if (parent)
            call_set_parent(r->calls[i], parent);
        r->d.failed |= r->parents[i] != 0 && !parent;
    }
}

/* What follows from all that, and in which order what supervisors see changed last. */
static void get_rest(struct reading *r)
{
    if (r->d.failed)
        return;
    places_count(r->core);
    LIST_EACH(it, &r->core->queues)
    members_enlist(r->core, LIST_OWNER(it, struct call_queue, link));
    settle_told(r->core);
    floor_read(r->core, &r->d);
}

enum err core_restore(struct slice snapshot, struct core **out)
{
    struct reading r = {.d = dec_of(snapshot), .core = core_create()};
    if (dec_u64(&r.d) != CORE_VERSION)
        r.d.failed = true;
    r.core->next_call = dec_u64(&r.d);
    r.core->next_leg = dec_u64(&r.d);
    uint64_t next_user = dec_u64(&r.d);
    get_limits(&r);
    get_items(&r);
    get_users(&r);
    r.core->next_user = next_user;
    get_devices(&r);
    get_legs(&r);
    get_calls(&r);
    get_orders(&r);
    get_rest(&r);
    mem_free(r.calls);
    mem_free(r.parents);
    if (!dec_is_done(&r.d)) {
        core_destroy(r.core);
        return ERR_CORRUPT;
    }
    *out = r.core;
    return ERR_OK;
}
