/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Questions that change nothing: the pictures a GET is answered with. */
#include "base/mem.h"
#include "core/core_int.h"

static void add_call(const struct core *core, struct answer *out, size_t *cap, struct party *party,
                     uint64_t time_ms)
{
    out->calls = mem_grow(out->calls, cap, out->call_count + 1, sizeof *out->calls);
    view_of_call(core, party, time_ms, &out->calls[out->call_count++]);
}

static void query_calls(const struct core *core, const struct user *user, uint64_t time_ms,
                        struct answer *out)
{
    size_t cap = 0;
    LIST_EACH(it, &user->parties)
    {
        struct party *party = LIST_OWNER(it, struct party, of_user);
        if (party_is_living(party) && party->state != PARTY_INVITED)
            add_call(core, out, &cap, party, time_ms);
    }
}

static void query_call(const struct core *core, const struct user *user, struct slice id,
                       uint64_t time_ms, struct answer *out)
{
    size_t cap = 0;
    const struct call *call = call_find(core, id);
    struct party *party = call ? party_of_user(call, user) : NULL;
    if (party && party->state != PARTY_INVITED)
        add_call(core, out, &cap, party, time_ms);
    else
        out->err = ERR_NOT_FOUND;
}

static void add_device(const struct core *core, struct answer *out, size_t *cap,
                       const struct device *device)
{
    out->devices = mem_grow(out->devices, cap, out->device_count + 1, sizeof *out->devices);
    view_of_device(core, device, &out->devices[out->device_count++]);
}

static void add_devices(const struct core *core, const struct user *user, struct answer *out,
                        size_t *cap)
{
    LIST_EACH(it, &user->devices)
    add_device(core, out, cap, LIST_OWNER(it, struct device, of_owner));
}

static void query_devices(const struct core *core, const struct user *user, struct answer *out)
{
    size_t cap = 0;
    add_devices(core, user, out, &cap);
}

static void query_device(const struct core *core, const struct user *user, struct slice id,
                         struct answer *out)
{
    size_t cap = 0;
    const struct device *device = device_find(core, id);
    if (device && device->owner == user)
        add_device(core, out, &cap, device);
    else
        out->err = ERR_NOT_FOUND;
}

static void query_states(const struct core *core, struct answer *out)
{
    size_t cap = 0;
    LIST_EACH(it, &core->states)
    {
        out->states = mem_grow(out->states, &cap, out->state_count + 1, sizeof *out->states);
        out->states[out->state_count++] =
            state_card_ref(LIST_OWNER(it, struct agent_state, link)->card);
    }
}

static bool has_call(const struct user *user)
{
    LIST_EACH(it, &user->parties)
    if (party_is_living(LIST_OWNER(it, struct party, of_user)))
        return true;
    return false;
}

static void query_presence(const struct core *core, struct slice names, struct answer *out)
{
    size_t cap = 0;
    size_t device_cap = 0;
    for (struct dec d = dec_of(names); d.at < d.end && !d.failed;) {
        const struct user *user = user_find(core, dec_bytes(&d));
        struct presence presence = {0};
        if (user) {
            const struct agent_state *state = user_state(core, user);
            size_t before = out->device_count;
            presence.state = state_card_ref(state ? state->card : NULL);
            presence.state_since_ms = user->state_since_ms;
            presence.has_call = has_call(user);
            add_devices(core, user, out, &device_cap);
            presence.device_count = out->device_count - before;
        }
        out->presences =
            mem_grow(out->presences, &cap, out->presence_count + 1, sizeof *out->presences);
        out->presences[out->presence_count++] = presence;
    }
}

void core_query(const struct core *core, const struct query *query, uint64_t time_ms,
                struct answer *out)
{
    *out = (struct answer){.err = ERR_OK, .time_ms = time_ms};
    const struct user *user = user_find(core, query->user);
    if (!user) {
        out->err = ERR_NO_ACCESS;
        return;
    }
    out->seq = user->seq;
    out->user = user_card_ref(user->card);
    out->has_session = user->has_session;
    const struct agent_state *state = user_state(core, user);
    out->state = state_card_ref(state ? state->card : NULL);
    out->state_since_ms = user->state_since_ms;
    switch (query->kind) {
    case QUERY_USER:
        query_devices(core, user, out);
        query_calls(core, user, time_ms, out);
        break;
    case QUERY_DEVICES:
        query_devices(core, user, out);
        break;
    case QUERY_DEVICE:
        query_device(core, user, query->target, out);
        break;
    case QUERY_AGENT_STATES:
        query_states(core, out);
        break;
    case QUERY_PRESENCE:
        query_presence(core, query->names, out);
        break;
    case QUERY_CALLS:
        query_calls(core, user, time_ms, out);
        break;
    case QUERY_FLOOR:
        out->floor = floor_query(core, query->since);
        break;
    case QUERY_CALL:
        query_call(core, user, query->target, time_ms, out);
        break;
    }
}

void answer_release(struct answer *answer)
{
    for (size_t i = 0; i < answer->call_count; i++)
        call_view_release(&answer->calls[i]);
    for (size_t i = 0; i < answer->device_count; i++)
        device_view_release(&answer->devices[i]);
    for (size_t i = 0; i < answer->state_count; i++)
        state_card_unref(answer->states[i]);
    for (size_t i = 0; i < answer->presence_count; i++)
        state_card_unref(answer->presences[i].state);
    state_card_unref(answer->state);
    floor_free(answer->floor);
    mem_free(answer->presences);
    mem_free(answer->states);
    mem_free(answer->calls);
    mem_free(answer->devices);
    user_card_unref(answer->user);
    *answer = (struct answer){0};
}
