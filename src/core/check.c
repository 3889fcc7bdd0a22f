/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The invariants, each with the sentence that the abort will show. Slow and complete: for tests
 * and debug builds, after every input. */
#include "base/log.h"
#include "core/core_int.h"

static void must(bool holds, const char *sentence)
{
    if (!holds)
        log_abort("invariant broken: %s", sentence);
}

static void check_party(const struct core *core, const struct party *party)
{
    must(party->dn[0] != '\0', "every party has a number");
    if (party->leg) {
        must(party->leg->party == party || party->state == PARTY_HELD ||
                 party->state == PARTY_DIALING ||
                 (party->state == PARTY_RINGING && !party->leg->is_up),
             "who rests on a leg holds, or waits for somebody to answer");
        must(leg_find(core, party->leg->id) == party->leg, "a party's leg can be found");
        must(!party->leg->is_dropping, "a leg that is dropped belongs to no party");
    }
    if (party->state == PARTY_RELEASED)
        must(!party->leg && party->cause != CAUSE_NONE, "a released party has no leg, but a cause");
    if (party->state == PARTY_ESTABLISHED || party->state == PARTY_HELD ||
        party->state == PARTY_RINGING)
        must(party->leg && !party->device == party->is_outside,
             "a party that rings or talks has a device or an outside number, and a leg");
    if (party->state == PARTY_DIALING)
        must(party->leg != NULL, "a caller has a leg");
    must((party->wait == WAIT_NOTHING) == (party->deadline.node.index == 0),
         "a party waits exactly when it has a deadline");
    must((party->wait == WAIT_RETRIEVE) ==
             (party->leg && party_is_held_by_telephone(party) && party->leg->is_answer_pending),
         "who is asked to retrieve has a time for it");
    must(party_is_living(party) || party->wait == WAIT_NOTHING,
         "who is released waits for nothing");
    must(party_inviter(party) != NULL, "every party was called by one of the call");
    must(!party_is_held_by_telephone(party) || party->state == PARTY_HELD ||
             party->state == PARTY_DIALING,
         "only a held party is held");
    if (party->device)
        must(party->user == party->device->owner, "a device's owner is the one who is told");
    if (party->user && party_is_living(party) && party->state != PARTY_INVITED)
        must(party->told == party_picture(core, party),
             "a user knows what it may do, and whether a supervisor listens");
    bool is_queued = !list_is_empty(&party->of_queue);
    must((party->wait == WAIT_QUEUE) == is_queued, "who waits in a queue is in its list");
    must(!is_queued || (party->queue && party->state == PARTY_INVITED && !party->leg),
         "who waits in a queue has one, and no telephone");
    const struct party *waiting = queue_waiting_party(party);
    must(!waiting || (queue_agent(waiting) == party && !waiting->is_shown),
         "who waits in a queue is offered to one agent, who is shown in its place");
    must(!waiting || (party->wait == WAIT_NO_ANSWER && party->queue == waiting->queue),
         "an agent has a time to answer");
}

static bool has_supervisor(const struct party *party)
{
    LIST_EACH(it, &party->call->parties)
    {
        const struct party *other = LIST_OWNER(it, struct party, link);
        if (other->monitoring && other->monitors == party->number && party_is_living(other))
            return true;
    }
    return false;
}

static void check_supervision(const struct party *party)
{
    must(!party->begins, "between inputs nobody begins to talk");
    must(!party->is_muted_by_supervisor || has_supervisor(party),
         "who is muted by a supervisor has one");
    if (!party->monitoring || !party_is_living(party))
        return;
    const struct party *monitored = party_find(party->call, party->monitors);
    must(monitored && monitored != party && !monitored->monitoring,
         "a supervisor monitors somebody else of the call, who is no supervisor");
    must(party_is_living(monitored) || !party->leaves_with_monitored,
         "who monitors an agent leaves with it");
    must(!party_is_silent(party) || !party->is_shown, "a silent supervisor is not shown");
    must(!party->ends_monitoring ||
             (party->device->monitoring && party->device->span == MONITOR_NEXT_CALL),
         "who monitors the next call has armed that");
}

static void check_call(const struct core *core, const struct call *call)
{
    size_t living = 0;
    LIST_EACH(it, &call->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, link);
        check_party(core, party);
        check_supervision(party);
        living += party_is_living(party);
    }
    must(!call->has_history, "what is to be remembered is told at the end of every input");
    must(call->recording == RECORDING_NONE ||
             (call->span_count > 0 &&
              (call->spans[call->span_count - 1].to_ms == 0) == (call->recording == RECORDING_ON)),
         "it is remembered when a call was recorded");
    must((living == 0) == call->is_over, "a call without living parties is over");
    bool has_deadline = call->deadline.node.index != 0;
    must(!call->is_over || has_deadline, "a call that is over is forgotten");
    must(call->is_over || has_deadline == transit_is_timed(core, call),
         "a call among outside numbers has an end, and no other one has");
    size_t members = call_count(call, ~(1u << PARTY_RELEASED));
    must(members != 1 || call_count(call, 1u << PARTY_DIALING) == 1, "nobody is left alone");
    must(members > 0 || call->is_over, "a call without members is over");
    must(!call->parent || call->type == CALL_TYPE_CONSULT, "only a consult call has a parent");
    if (call->data) {
        must(call->data->count <= core->limits.pairs || call->data->bytes > 0,
             "user data is within its limits");
        must(call->data->count > 0, "user data without pairs is no user data");
    }
    must(call_find(core, slice_of(call->id)) == call, "a call is found by its id");
    must(call_find(core, slice_of(call->conn_id)) == call, "a call is found by its connId");
}

static void check_device(const struct core *core, const struct device *device)
{
    LIST_EACH(it, &device->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_device);
        must(party->device == device, "a device lists its own parties");
    }
    must(!device_is_idle(device) || device->owner == device_rightful_owner(device),
         "a device without a call belongs to whom it should");
    must(!device->is_by_place || (device->owner && device->owner->has_session),
         "who has a device by a place is logged in");
    must(!device->monitoring == !device->monitors, "who monitors has somebody to monitor");
    must(!device->monitors || device->monitors->monitored_by == device,
         "a monitored device knows its supervisor");
    must(!device->monitored_by || device->monitored_by->monitors == device,
         "who supervises a device monitors it");
    must(!device->monitors || device->is_registered, "who monitors can be reached");
    must(!device->monitors || (device->owner && device->owner != device->monitors->owner &&
                               (device->owner->card->roles & ROLE_SUPERVISOR)),
         "a supervisor monitors devices of others");
    must(device->told == device_digest(core, device), "a user knows its devices");
}

static void check_leg(const struct leg *leg)
{
    must(!(leg->is_up && leg->is_offered), "a leg that is up is no longer offered");
    must(!leg->is_held || leg->is_up, "only a leg that is up is held");
    must(!leg->is_answer_pending || !leg->is_up || leg->is_held,
         "who is off hook is asked to retrieve only");
    must(!(leg->is_dropping && leg->is_answer_pending), "a leg that is dropped is not answered");
    must(!(leg->has_sound && (leg->is_up || leg->is_offered)),
         "only a leg that rings sounds early");
    must(leg->party || leg->is_dropping, "a leg without a party is being dropped");
    size_t heard = 0;
    LIST_EACH(it, &leg->parties)
    {
        const struct party *party = LIST_OWNER(it, struct party, of_leg);
        must(party->leg == leg, "a leg's parties are on it");
        heard += leg->party == party;
    }
    must(heard == (leg->party != NULL), "who is heard on a leg is on it");
}

static void check_trunk(const struct core *core, const struct trunk *trunk)
{
    must(trunk->in_use == trunk_count_legs(core, trunk), "a trunk's channels are counted");
}

static void check_queue(const struct core *core, const struct call_queue *queue)
{
    LIST_EACH(it, &queue->waiting)
    must(LIST_OWNER(it, struct party, of_queue)->queue == queue, "a queue lists its own parties");
    must(!queue_first(queue) || !list_is_empty(&queue->of_open),
         "a queue where a call waits is looked at");
    must(!queue_first(queue) || !queue_free_device(core, queue),
         "nobody waits for an agent who is free");
}

/* Each user and queue is in it once, in order of the versions. */
static void check_floor(const struct core *core)
{
    uint64_t before = 0;
    size_t count = 0;
    LIST_EACH(it, &core->floor)
    {
        const struct floor_item *item = LIST_OWNER(it, struct floor_item, link);
        must(!item->is_changed && item->version > 0, "what changed has a version");
        must(item->version >= before, "users and queues are in the order of their last change");
        before = item->version;
        count++;
    }
    LIST_EACH(it, &core->queues)
    count--;
    must(count == core->stats.users, "all users and queues are on the floor");
    must(before <= core->floor_version && core->floor_whole <= core->floor_version &&
             !core->floor_has_loss,
         "nothing is newer than the floor");
}

static void check_members(const struct core *core, const struct call_queue *queue)
{
    uint64_t agents = 0;
    uint64_t ready = 0;
    uint64_t waiting = 0;
    LIST_EACH(it, &core->users)
    {
        const struct user *user = LIST_OWNER(it, struct user, link);
        const struct agent_state *state = user_state(core, user);
        bool is_member = queue_has_member(queue, user->card->name);
        bool is_listed = queue->config.item.member_count == 0;
        for (size_t i = 0; i < user->queue_count; i++)
            is_listed |= user->queues[i] == queue;
        must(is_member == is_listed, "a user knows whose member it is");
        agents += is_member;
        ready += is_member && state && state->card->mode == AGENT_READY;
    }
    LIST_EACH(it, &queue->waiting)
    waiting++;
    must(agents == queue_agents(core, queue) && ready == queue_agents_ready(core, queue) &&
             waiting == queue->waiting_count,
         "a queue's agents and calls are counted");
}

static void check_user(const struct user *user)
{
    size_t offers = 0;
    LIST_EACH(it, &user->parties)
    offers += queue_waiting_party(LIST_OWNER(it, struct party, of_user)) != NULL;
    must(offers <= 1, "an agent is offered one call at a time");
    must(!user->has_session || user->intent->card->mode != AGENT_READY || user_has_telephone(user),
         "who is Ready has a telephone");
    must(user->has_session || !user->is_vanished, "who is not logged in is not missed");
    must(user->is_vanished || user->vanished.node.index == 0, "only who is missed is logged out");
    must(!user->is_vanished || user_has_call(user) || user->intent->card->mode != AGENT_READY,
         "who is missed and has no call is not Ready");
    must(user->has_session || user->wrap_up.node.index == 0,
         "who is not logged in has no work after a call");
}

/* Every operation is accepted when it is offered; what is offered is never more than the table. */
static void check_capabilities(const struct core *core, const struct party *party)
{
    uint64_t offered = op_capabilities(core, party);
    for (int op = 0; op < OP_COUNT; op++)
        if (offered >> op & 1)
            must(op_is_accepted((enum op)op, party), "an offered operation is accepted");
    must(party->state != PARTY_RELEASED || offered == 0, "a released call offers nothing");
}

void core_check(const struct core *core)
{
    uint64_t states[PARTY_RELEASED + 1] = {0};
    uint64_t calls = 0;
    LIST_EACH(it, &core->calls)
    {
        const struct call *call = LIST_OWNER(it, struct call, link);
        check_call(core, call);
        calls++;
        LIST_EACH(pt, &call->parties)
        {
            const struct party *party = LIST_OWNER(pt, struct party, link);
            states[party->state]++;
            check_capabilities(core, party);
        }
    }
    LIST_EACH(it, &core->devices)
    check_device(core, LIST_OWNER(it, struct device, link));
    must(!core->has_place_news, "devices are given back at the end of every input");
    must(!core->has_queue_news, "calls are given out at the end of every input");
    LIST_EACH(it, &core->trunks)
    check_trunk(core, LIST_OWNER(it, struct trunk, link));
    LIST_EACH(it, &core->queues)
    {
        check_queue(core, LIST_OWNER(it, struct call_queue, link));
        check_members(core, LIST_OWNER(it, struct call_queue, link));
    }
    check_floor(core);
    LIST_EACH(it, &core->users)
    check_user(LIST_OWNER(it, struct user, link));
    LIST_EACH(it, &core->legs)
    check_leg(LIST_OWNER(it, struct leg, link));
    must(list_is_empty(&core->touched_calls) && list_is_empty(&core->touched_users),
         "between inputs nobody waits to be told");
    must(calls == core->stats.calls, "calls are counted");
    must(memcmp(states, core->stats.calls_by_state, sizeof states) == 0,
         "parties are counted by state");
}
