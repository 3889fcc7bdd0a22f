/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The floor as JSON; an addition of ours. Its objects have the names of those of the API where they
 * are the same thing, and participants are always objects, whatever the reader's dialect. */
#include "api/api_int.h"

static void render_call(const struct floor_call *call, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_text(&w, "id", call->part->id);
    json_text(&w, "state", party_state_text(call->state));
    json_text(&w, "callType", call_type_text(call->part->type));
    json_key(&w, "participants");
    api_render_participants(call->part, call->party, out);
    json_string(&w, "dnis", call->dnis);
    if (call->queue.len > 0)
        json_string(&w, "queue", call->queue);
    json_u64(&w, "since", call->since_ms);
    json_u64(&w, "startTime", call->start_ms);
    json_end_object(&w);
}

static void render_device(const struct api *api, const struct floor_agent *agent,
                          struct json_writer *w)
{
    if (agent->dn.len > 0) {
        json_string(w, "phoneNumber", agent->dn);
        json_string(w, "deviceId", agent->device_id);
        json_key(w, "deviceUri");
        buf_printf(w->out, "\"%s/devices/%.*s\"", api->root, (int)agent->device_id.len,
                   agent->device_id.ptr);
    }
    json_bool(w, "registered", agent->is_registered);
    json_text(w, "doNotDisturb", agent->is_dnd ? "On" : "Off");
}

static void render_user(const struct user_card *user, struct json_writer *w)
{
    json_text(w, "id", user->id);
    json_string(w, "userName", user->name);
    json_string(w, "firstName", user->first_name);
    json_string(w, "lastName", user->last_name);
    json_key(w, "path");
    buf_printf(w->out, "\"/users/%s\"", user->id);
}

static void render_agent(const struct api *api, const struct floor_agent *agent, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    render_user(agent->user, &w);
    render_device(api, agent, &w);
    if (agent->state) {
        json_key(&w, "userState");
        api_render_user_state(agent->state, out);
    }
    json_u64(&w, "userStateSince", agent->state_since_ms);
    json_key(&w, "queues");
    struct json_writer queues = json_begin_array(out);
    for (size_t i = 0; i < agent->queue_count; i++) {
        json_item(&queues);
        json_write_string(out, agent->queues[i]);
    }
    json_end_array(&queues);
    if (agent->monitored_by)
        json_string(&w, "monitoredBy", agent->monitored_by->name);
    json_key(&w, "calls");
    struct json_writer calls = json_begin_array(out);
    for (size_t i = 0; i < agent->call_count; i++) {
        json_item(&calls);
        render_call(&agent->calls[i], out);
    }
    json_end_array(&calls);
    json_end_object(&w);
}

static void render_waiting(const struct floor_waiting *waiting, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_string(&w, "id", waiting->call_id);
    json_string(&w, "phoneNumber", waiting->number);
    json_text(&w, "callType", call_type_text(waiting->type));
    json_u64(&w, "since", waiting->since_ms);
    json_end_object(&w);
}

static void render_queue(const struct floor_queue *queue, struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_string(&w, "id", queue->id);
    json_string(&w, "phoneNumber", queue->number);
    json_string(&w, "name", queue->name);
    json_u64(&w, "agents", queue->agents);
    json_u64(&w, "agentsReady", queue->agents_ready);
    json_u64(&w, "waiting", queue->waiting);
    json_key(&w, "calls");
    struct json_writer calls = json_begin_array(out);
    for (size_t i = 0; i < queue->first_count; i++) {
        json_item(&calls);
        render_waiting(&queue->first[i], out);
    }
    json_end_array(&calls);
    json_end_object(&w);
}

void api_render_floor(const struct api *api, const struct floor *floor, uint64_t time_ms,
                      struct buf *out)
{
    struct json_writer w = json_begin_object(out);
    json_i64(&w, "statusCode", 0);
    json_key(&w, "version");
    buf_printf(out, "\"%llu\"", (unsigned long long)floor->version);
    json_bool(&w, "whole", floor->is_whole);
    json_u64(&w, "time", time_ms);
    json_key(&w, "agents");
    struct json_writer agents = json_begin_array(out);
    for (size_t i = 0; i < floor->agent_count; i++) {
        json_item(&agents);
        render_agent(api, &floor->agents[i], out);
    }
    json_end_array(&agents);
    json_key(&w, "queues");
    struct json_writer queues = json_begin_array(out);
    for (size_t i = 0; i < floor->queue_count; i++) {
        json_item(&queues);
        render_queue(&floor->queues[i], out);
    }
    json_end_array(&queues);
    json_end_object(&w);
}
