/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SetCallDisposition: what became of the call. While it lives, a pair of its user data that
 * everybody on it is told of; when it is over, accepted for a while and told to nobody. Which call,
 * the parameters say, or else the address; on a device's address the parameters must.
 * (API reference 7.1.) */
#include "base/json.h"
#include "core/core_int.h"

static struct slice key_of(const struct turn *turn)
{
    if (turn->command->key.len > 0)
        return turn->command->key;
    struct slice configured = turn->core->site.item.disposition_key;
    return configured.len > 0 ? configured : SLICE("DispositionCode");
}

/* Not yet, or no longer, the requester's: NULL. */
static struct call *living_call(const struct turn *turn, struct slice id)
{
    struct call *call = call_find(turn->core, id);
    const struct party *party = call ? party_of_user(call, turn->user) : NULL;
    return party && party_is_living(party) && party->state != PARTY_INVITED ? call : NULL;
}

static const struct past_call *own_past_call(const struct turn *turn, struct slice id)
{
    const struct call *call = call_find(turn->core, id);
    return past_find(turn, turn->user, call ? slice_of(call->id) : id);
}

static enum err check_limits(struct turn *turn, const struct pair *pair)
{
    const struct config_limits *limits = &turn->core->limits;
    enum err err = user_data_check_pairs(turn);
    if (err)
        return err;
    if (pair->key.len > limits->key_bytes)
        return refuse(turn, ERR_RANGE, "dispositionKey has %zu bytes, more than %llu",
                      pair->key.len, (unsigned long long)limits->key_bytes);
    if (pair->value.len > limits->value_bytes)
        return refuse(turn, ERR_RANGE, "disposition has %zu bytes, more than %llu", pair->value.len,
                      (unsigned long long)limits->value_bytes);
    return ERR_OK;
}

/* The pairs of the request, then the disposition. */
static enum err set(struct turn *turn, struct call *call, const struct pair *disposition)
{
    const struct command *command = turn->command;
    struct arena *scratch = &turn->fx->arena;
    struct pair *pairs = arena_alloc(scratch, (command->pair_count + 1) * sizeof *pairs);
    if (command->pair_count > 0)
        memcpy(pairs, command->pairs, command->pair_count * sizeof *pairs);
    pairs[command->pair_count] = *disposition;
    return user_data_commit(turn, call,
                            user_data_update(call->data, pairs, command->pair_count + 1, scratch));
}

/* The disposition, then the pairs of the request. */
static void remember(struct turn *turn, uint64_t call, const struct pair *disposition)
{
    const struct command *command = turn->command;
    struct pair *pairs = arena_alloc(&turn->fx->arena, (command->pair_count + 1) * sizeof *pairs);
    pairs[0] = *disposition;
    if (command->pair_count > 0)
        memcpy(pairs + 1, command->pairs, command->pair_count * sizeof *pairs);
    history_disposition(turn, call, pairs, command->pair_count + 1);
}

enum err op_set_call_disposition(struct turn *turn)
{
    struct slice id = turn->command->call;
    if (id.len == 0 && turn->at == OP_ON_CALL)
        id = turn->command->target;
    if (id.len == 0)
        return refuse(turn, ERR_MISSING, "callUri or callUuid is missing: which call is it?");
    struct call *call = living_call(turn, id);
    const struct past_call *past = call ? NULL : own_past_call(turn, id);
    if (!call && !past)
        return refuse(turn, ERR_NOT_FOUND, "call '%s' is not there", shown(turn, id));
    struct buf value = {0};
    json_write_string(&value, turn->command->text);
    struct pair disposition = {key_of(turn), buf_view(&value)};
    enum err err = check_limits(turn, &disposition);
    if (!err && call)
        err = set(turn, call, &disposition);
    if (!err)
        remember(turn, call ? call->serial : past->serial, &disposition);
    buf_free(&value);
    return err;
}
