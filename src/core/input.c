/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The binary form of inputs. Fields are written in the order of their structures, each kind only
 * its own; the form belongs to CORE_VERSION. */
#include "core/input.h"

static void encode_pairs(const struct pair *pairs, size_t count, struct buf *out)
{
    enc_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        enc_bytes(out, pairs[i].key);
        enc_bytes(out, pairs[i].value);
    }
}

static void encode_slices(const struct slice *slices, size_t count, struct buf *out)
{
    enc_u64(out, count);
    for (size_t i = 0; i < count; i++)
        enc_bytes(out, slices[i]);
}

static void encode_command(const struct command *c, struct buf *out)
{
    enc_u64(out, (uint64_t)c->op);
    enc_bytes(out, c->user);
    enc_bytes(out, c->target);
    enc_bytes(out, c->text);
    enc_bytes(out, c->call);
    enc_bytes(out, c->caller_id);
    enc_bytes(out, c->key);
    enc_bytes(out, c->place);
    enc_bytes(out, c->device);
    enc_u64(out, (uint64_t)c->at);
    enc_u64(out, (uint64_t)c->voice | (uint64_t)c->scope << 1 | (uint64_t)c->span << 2);
    encode_pairs(c->pairs, c->pair_count, out);
}

static void encode_signal(const struct signal *s, struct buf *out)
{
    enc_u64(out, (uint64_t)s->kind);
    enc_u64(out, s->leg);
    enc_bytes(out, s->dn);
    enc_bytes(out, s->number);
    enc_bytes(out, s->from);
    enc_bytes(out, s->trunk);
    enc_bytes(out, s->diverted);
    encode_pairs(s->pairs, s->pair_count, out);
    enc_u64(out, s->other);
    enc_u64(out, s->passes);
    enc_u64(out, (uint64_t)s->cause);
    enc_u64(out, s->quality.packets);
    enc_u64(out, s->quality.lost);
    enc_u64(out, s->quality.jitter_us);
    enc_u64(out, s->quality.score);
    enc_u64(out, (uint64_t)s->talks | (uint64_t)s->has_sound << 1);
    enc_u64(out, s->keep.ptr != NULL);
    if (s->keep.ptr)
        enc_bytes(out, s->keep);
}

static void encode_limits(const struct config_limits *l, struct buf *out)
{
    enc_u64(out, l->pick_up_ms);
    enc_u64(out, l->no_answer_ms);
    enc_u64(out, l->tone_ms);
    enc_u64(out, l->keep_ms);
    enc_u64(out, l->key_bytes);
    enc_u64(out, l->value_bytes);
    enc_u64(out, l->call_bytes);
    enc_u64(out, l->pairs);
    enc_u64(out, l->disposition_ms);
    enc_u64(out, l->vanished_ms);
    enc_u64(out, l->transit_ms);
    enc_u64(out, l->is_documented);
}

static void encode_config(const struct config_item *c, struct buf *out)
{
    enc_u64(out, (uint64_t)c->kind);
    if (c->kind == CONFIG_LIMITS) {
        encode_limits(&c->limits, out);
        return;
    }
    enc_bytes(out, c->name);
    enc_bytes(out, c->id);
    enc_bytes(out, c->first_name);
    enc_bytes(out, c->last_name);
    enc_bytes(out, c->owner);
    enc_u64(out, c->roles);
    enc_u64(out, c->may_connect_outside);
    enc_u64(out, (uint64_t)c->remote_answer);
    enc_u64(out, c->calls);
    enc_u64(out, c->may_record);
    enc_u64(out, c->shows_hold);
    enc_u64(out, (uint64_t)c->mode);
    enc_bytes(out, c->reason);
    encode_slices(c->members, c->member_count, out);
    encode_slices(c->prefixes, c->prefix_count, out);
    encode_pairs(c->routes, c->route_count, out);
    enc_u64(out, c->wrap_up_ms);
    enc_u64(out, c->no_answer_ms);
    enc_u64(out, c->max_wait_ms);
    enc_u64(out, c->max_waiting);
    enc_bytes(out, c->overflow);
    enc_bytes(out, c->country);
    enc_bytes(out, c->international);
    enc_bytes(out, c->national);
    enc_bytes(out, c->outside);
    enc_bytes(out, c->area);
    enc_bytes(out, c->main_number);
    enc_bytes(out, c->disposition_key);
    enc_bytes(out, c->trunk);
    enc_u64(out, c->callback_ms);
    enc_bytes(out, c->location);
}

void input_encode(const struct input *input, struct buf *out)
{
    enc_u64(out, (uint64_t)input->kind);
    switch (input->kind) {
    case INPUT_COMMAND:
        encode_command(&input->command, out);
        break;
    case INPUT_SIGNAL:
        encode_signal(&input->signal, out);
        break;
    case INPUT_CONFIG:
        encode_config(&input->config, out);
        break;
    default:
        break;
    }
}

static const struct pair *decode_pairs(struct dec *d, struct arena *arena, size_t *count)
{
    /* A pair takes two bytes at least, so the count is bounded by what is left. */
    *count = (size_t)dec_u64_max(d, (uint64_t)(d->end - d->at));
    if (d->failed || *count == 0) {
        *count = 0;
        return NULL;
    }
    struct pair *pairs = arena_alloc(arena, *count * sizeof *pairs);
    for (size_t i = 0; i < *count; i++) {
        pairs[i].key = dec_bytes(d);
        pairs[i].value = dec_bytes(d);
    }
    return pairs;
}

static void decode_command(struct dec *d, struct arena *arena, struct command *c)
{
    c->op = (enum op)dec_u64_max(d, OP_COUNT - 1);
    c->user = dec_bytes(d);
    c->target = dec_bytes(d);
    c->text = dec_bytes(d);
    c->call = dec_bytes(d);
    c->caller_id = dec_bytes(d);
    c->key = dec_bytes(d);
    c->place = dec_bytes(d);
    c->device = dec_bytes(d);
    c->at = (enum op_target)dec_u64_max(d, OP_ON_USER);
    uint64_t flags = dec_u64_max(d, 7);
    c->voice = flags & 1;
    c->scope = flags & 2 ? MONITOR_AGENT : MONITOR_CALL;
    c->span = flags & 4 ? MONITOR_NEXT_CALL : MONITOR_ALL_CALLS;
    c->pairs = decode_pairs(d, arena, &c->pair_count);
}

static void decode_signal(struct dec *d, struct arena *arena, struct signal *s)
{
    s->kind = (enum signal_kind)dec_u64_max(d, SIGNAL_COUNT - 1);
    s->leg = dec_u64(d);
    s->dn = dec_bytes(d);
    s->number = dec_bytes(d);
    s->from = dec_bytes(d);
    s->trunk = dec_bytes(d);
    s->diverted = dec_bytes(d);
    s->pairs = decode_pairs(d, arena, &s->pair_count);
    s->other = dec_u64(d);
    s->passes = (unsigned)dec_u64_max(d, PASSES_MAX);
    s->cause = (enum cause)dec_u64_max(d, CAUSE_COUNT - 1);
    s->quality.packets = dec_u64(d);
    s->quality.lost = dec_u64(d);
    s->quality.jitter_us = dec_u64(d);
    s->quality.score = dec_u64(d);
    uint64_t flags = dec_u64_max(d, 3);
    s->talks = flags & 1;
    s->has_sound = flags & 2;
    s->keep = dec_u64_max(d, 1) ? dec_bytes(d) : SLICE_NONE;
}

static void decode_limits(struct dec *d, struct config_limits *l)
{
    l->pick_up_ms = dec_u64(d);
    l->no_answer_ms = dec_u64(d);
    l->tone_ms = dec_u64(d);
    l->keep_ms = dec_u64(d);
    l->key_bytes = dec_u64(d);
    l->value_bytes = dec_u64(d);
    l->call_bytes = dec_u64(d);
    l->pairs = dec_u64(d);
    l->disposition_ms = dec_u64(d);
    l->vanished_ms = dec_u64(d);
    l->transit_ms = dec_u64(d);
    l->is_documented = dec_u64_max(d, 1);
}

static const struct slice *decode_slices(struct dec *d, struct arena *arena, size_t *count)
{
    *count = (size_t)dec_u64_max(d, (uint64_t)(d->end - d->at));
    if (d->failed || *count == 0) {
        *count = 0;
        return NULL;
    }
    struct slice *slices = arena_alloc(arena, *count * sizeof *slices);
    for (size_t i = 0; i < *count; i++)
        slices[i] = dec_bytes(d);
    return slices;
}

static void decode_config(struct dec *d, struct arena *arena, struct config_item *c)
{
    c->kind = (enum config_kind)dec_u64_max(d, CONFIG_KIND_COUNT - 1);
    if (c->kind == CONFIG_LIMITS) {
        decode_limits(d, &c->limits);
        return;
    }
    c->name = dec_bytes(d);
    c->id = dec_bytes(d);
    c->first_name = dec_bytes(d);
    c->last_name = dec_bytes(d);
    c->owner = dec_bytes(d);
    c->roles = (unsigned)dec_u64_max(d, ROLE_AGENT | ROLE_SUPERVISOR | ROLE_ADMIN);
    c->may_connect_outside = dec_u64_max(d, 1) != 0;
    c->remote_answer = (enum remote_answer)dec_u64_max(d, REMOTE_ANSWER_REINVITE);
    c->calls = dec_u64(d);
    c->may_record = dec_u64_max(d, 1) != 0;
    c->shows_hold = dec_u64_max(d, 1) != 0;
    c->mode = (enum agent_mode)dec_u64_max(d, AGENT_AUX_WORK);
    c->reason = dec_bytes(d);
    c->members = decode_slices(d, arena, &c->member_count);
    c->prefixes = decode_slices(d, arena, &c->prefix_count);
    c->routes = decode_pairs(d, arena, &c->route_count);
    c->wrap_up_ms = dec_u64(d);
    c->no_answer_ms = dec_u64(d);
    c->max_wait_ms = dec_u64(d);
    c->max_waiting = dec_u64(d);
    c->overflow = dec_bytes(d);
    c->country = dec_bytes(d);
    c->international = dec_bytes(d);
    c->national = dec_bytes(d);
    c->outside = dec_bytes(d);
    c->area = dec_bytes(d);
    c->main_number = dec_bytes(d);
    c->disposition_key = dec_bytes(d);
    c->trunk = dec_bytes(d);
    c->callback_ms = dec_u64(d);
    c->location = dec_bytes(d);
}

enum err input_decode(struct dec *d, struct arena *arena, struct input *out)
{
    *out = (struct input){.kind = (enum input_kind)dec_u64_max(d, INPUT_KIND_COUNT - 1)};
    if (d->failed)
        return ERR_CORRUPT;
    switch (out->kind) {
    case INPUT_COMMAND:
        decode_command(d, arena, &out->command);
        break;
    case INPUT_SIGNAL:
        decode_signal(d, arena, &out->signal);
        break;
    case INPUT_CONFIG:
        decode_config(d, arena, &out->config);
        break;
    default:
        break;
    }
    return d->failed ? ERR_CORRUPT : ERR_OK;
}
