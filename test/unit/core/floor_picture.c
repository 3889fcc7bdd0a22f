/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See floor_picture.h. */
#include "floor_picture.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define TEXT(s) (int)(s).len, (s).len > 0 ? (s).ptr : ""

static void must(bool holds, const char *sentence)
{
    if (!holds)
        log_abort("broken: %s", sentence);
}

static unsigned long long after(uint64_t time_ms, uint64_t epoch_ms)
{
    return time_ms > epoch_ms ? time_ms - epoch_ms : 0;
}

static void call_text(const struct floor_call *call, uint64_t epoch_ms, struct buf *out)
{
    buf_printf(out, "; %s %s since %llu, begun %llu, dnis %.*s, queue %.*s, with",
               party_state_text(call->state), call_type_text(call->part->type),
               after(call->since_ms, epoch_ms), after(call->start_ms, epoch_ms), TEXT(call->dnis),
               TEXT(call->queue));
    for (uint32_t i = 0; i < call->part->participant_count; i++)
        if (call->part->participants[i].party != call->party)
            buf_printf(out, " %s", call->part->participants[i].number);
}

void floor_agent_text(const struct floor_agent *agent, uint64_t epoch_ms, struct buf *out)
{
    const struct user_card *user = agent->user;
    struct slice state = agent->state ? agent->state->display_name : SLICE("out");
    buf_printf(out, "%.*s", TEXT(user->name));
    if (user->first_name.len + user->last_name.len > 0)
        buf_printf(out, " (%.*s %.*s)", TEXT(user->first_name), TEXT(user->last_name));
    buf_printf(out, " %.*s since %llu at %.*s%s%s", TEXT(state),
               after(agent->state_since_ms, epoch_ms), TEXT(agent->dn),
               agent->is_registered ? "" : " unregistered", agent->is_dnd ? " undisturbed" : "");
    if (agent->monitored_by)
        buf_printf(out, " monitored by %.*s", TEXT(agent->monitored_by->name));
    for (size_t i = 0; i < agent->queue_count; i++)
        buf_printf(out, "%s%.*s", i == 0 ? ", of " : " ", TEXT(agent->queues[i]));
    for (size_t i = 0; i < agent->call_count; i++)
        call_text(&agent->calls[i], epoch_ms, out);
    buf_char(out, '\n');
}

void floor_queue_text(const struct floor_queue *queue, uint64_t epoch_ms, struct buf *out)
{
    buf_printf(out, "%.*s (%.*s) ready %llu of %llu, waiting %llu", TEXT(queue->number),
               TEXT(queue->name), (unsigned long long)queue->agents_ready,
               (unsigned long long)queue->agents, (unsigned long long)queue->waiting);
    for (size_t i = 0; i < queue->first_count; i++)
        buf_printf(out, "; %.*s %s since %llu", TEXT(queue->first[i].number),
                   call_type_text(queue->first[i].type), after(queue->first[i].since_ms, epoch_ms));
    buf_char(out, '\n');
}

static void ask(const struct core *core, struct slice reader, uint64_t since, struct answer *out)
{
    struct query query = {.kind = QUERY_FLOOR, .user = reader, .since = since};
    core_query(core, &query, 0, out);
    must(out->err == ERR_OK && out->floor, "whoever is there may ask for the floor");
    must(out->floor->version == core_floor_version(core), "an answer tells the floor's version");
}

void floor_text(const struct core *core, struct slice reader, uint64_t since, uint64_t epoch_ms,
                struct buf *out)
{
    struct answer answer;
    ask(core, reader, since, &answer);
    if (answer.floor->is_whole)
        buf_text(out, "whole\n");
    for (size_t i = 0; i < answer.floor->agent_count; i++)
        floor_agent_text(&answer.floor->agents[i], epoch_ms, out);
    for (size_t i = 0; i < answer.floor->queue_count; i++)
        floor_queue_text(&answer.floor->queues[i], epoch_ms, out);
    buf_char(out, '\0');
    answer_release(&answer);
}

/* --- the mirror --- */

static struct floor_entry *find(struct floor_mirror *mirror, struct slice name, bool is_queue)
{
    for (size_t i = 0; i < mirror->count; i++)
        if (mirror->entries[i].is_queue == is_queue && slice_is(name, mirror->entries[i].name))
            return &mirror->entries[i];
    return NULL;
}

static struct floor_entry *entry_of(struct floor_mirror *mirror, struct slice name, bool is_queue)
{
    struct floor_entry *entry = find(mirror, name, is_queue);
    if (entry)
        return entry;
    must(mirror->count < FLOOR_MIRROR_MAX && name.len < sizeof entry->name, "the mirror has room");
    entry = &mirror->entries[mirror->count++];
    *entry = (struct floor_entry){.is_queue = is_queue};
    memcpy(entry->name, name.ptr, name.len);
    return entry;
}

/* A state begins when it is another one than before. */
static void follow_state(struct floor_entry *entry, const struct floor_agent *agent,
                         uint64_t now_ms)
{
    char state[sizeof entry->state] = "";
    if (agent->state)
        snprintf(state, sizeof state, "%.*s", TEXT(agent->state->operation_name));
    bool is_known = entry->text.len > 0;
    bool is_same = strcmp(state, entry->state) == 0;
    must(!is_known || agent->state_since_ms == (is_same ? entry->state_since_ms : now_ms),
         "a state's time begins with the state, and not again");
    memcpy(entry->state, state, sizeof state);
    entry->state_since_ms = agent->state_since_ms;
}

static const struct floor_part *part_of(const struct floor_entry *entry,
                                        const struct floor_call *call)
{
    for (size_t i = 0; i < entry->part_count; i++)
        if (entry->parts[i].party == call->party &&
            strcmp(entry->parts[i].call, call->part->id) == 0)
            return &entry->parts[i];
    return NULL;
}

/* The same of calls. */
static void follow_calls(struct floor_entry *entry, const struct floor_agent *agent,
                         uint64_t now_ms)
{
    struct floor_part parts[FLOOR_PARTS_MAX];
    bool is_known = entry->text.len > 0;
    must(agent->call_count <= FLOOR_PARTS_MAX, "the mirror has room");
    for (size_t i = 0; i < agent->call_count; i++) {
        const struct floor_call *call = &agent->calls[i];
        const struct floor_part *before = part_of(entry, call);
        bool is_same = before && before->state == call->state;
        must(!is_known || call->since_ms == (is_same ? before->since_ms : now_ms),
             "a call's time in a state begins with the state, and not again");
        must(call->start_ms > 0 && call->start_ms <= call->since_ms,
             "a call's state begins after the call");
        parts[i] = (struct floor_part){
            .party = call->party, .state = call->state, .since_ms = call->since_ms};
        memcpy(parts[i].call, call->part->id, sizeof parts[i].call);
    }
    memcpy(entry->parts, parts, agent->call_count * sizeof *parts);
    entry->part_count = agent->call_count;
}

static void take(struct floor_mirror *mirror, const struct floor *floor, uint64_t now_ms)
{
    for (size_t i = 0; i < floor->agent_count; i++) {
        const struct floor_agent *agent = &floor->agents[i];
        struct floor_entry *entry = entry_of(mirror, agent->user->name, false);
        follow_state(entry, agent, now_ms);
        follow_calls(entry, agent, now_ms);
        buf_reset(&entry->text);
        floor_agent_text(agent, 0, &entry->text);
    }
    for (size_t i = 0; i < floor->queue_count; i++) {
        struct floor_entry *entry = entry_of(mirror, floor->queues[i].number, true);
        buf_reset(&entry->text);
        floor_queue_text(&floor->queues[i], 0, &entry->text);
    }
    mirror->version = floor->version;
}

static void compare(struct floor_mirror *mirror, struct slice name, bool is_queue,
                    const struct buf *whole)
{
    const struct floor_entry *entry = find(mirror, name, is_queue);
    if (!entry)
        log_abort("broken: the mirror does not know: %.*s", (int)whole->len, whole->ptr);
    if (!slice_equal(buf_view(whole), buf_view(&entry->text)))
        log_abort("broken: a change of the floor was missed: %.*s, and not %.*s", (int)whole->len,
                  whole->ptr, (int)entry->text.len, entry->text.ptr);
}

static void compare_all(struct floor_mirror *mirror, const struct floor *floor)
{
    struct buf text = {0};
    must(floor->is_whole, "who knows no version gets all of the floor");
    must(mirror->count == floor->agent_count + floor->queue_count,
         "what is there no more is not on the floor");
    for (size_t i = 0; i < floor->agent_count; i++) {
        buf_reset(&text);
        floor_agent_text(&floor->agents[i], 0, &text);
        compare(mirror, floor->agents[i].user->name, false, &text);
    }
    for (size_t i = 0; i < floor->queue_count; i++) {
        buf_reset(&text);
        floor_queue_text(&floor->queues[i], 0, &text);
        compare(mirror, floor->queues[i].number, true, &text);
    }
    buf_free(&text);
}

void floor_mirror_free(struct floor_mirror *mirror)
{
    for (size_t i = 0; i < mirror->count; i++)
        buf_free(&mirror->entries[i].text);
    *mirror = (struct floor_mirror){0};
}

void floor_mirror_follow(struct floor_mirror *mirror, const struct core *core, struct slice reader,
                         uint64_t now_ms)
{
    struct answer answer;
    ask(core, reader, mirror->version, &answer);
    must(answer.floor->version >= mirror->version, "the floor's version never goes back");
    must(answer.floor->version > mirror->version ||
             answer.floor->agent_count + answer.floor->queue_count == 0,
         "what changes has a new version");
    if (answer.floor->is_whole)
        floor_mirror_free(mirror);
    take(mirror, answer.floor, now_ms);
    answer_release(&answer);
    ask(core, reader, 0, &answer);
    compare_all(mirror, answer.floor);
    answer_release(&answer);
}
