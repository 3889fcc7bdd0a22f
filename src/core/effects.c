/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What an input causes: notices, orders, what is to be remembered (history.c), or a refusal with
 * its reason. Each is folded into the batch's digest as it is made, so that a replay that would
 * tell another story is noticed. */
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/core_int.h"

#define SHOWN_MAX 64

enum err refuse(struct turn *turn, enum err err, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    turn->fx->reason = arena_copy(&turn->fx->arena, slice_of(text));
    return err;
}

const char *shown(struct turn *turn, struct slice text)
{
    size_t len = text.len < SHOWN_MAX ? text.len : SHOWN_MAX;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--; /* not in the middle of a character */
    char *out = arena_string(&turn->fx->arena, (struct slice){text.ptr, len});
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)out[i] < ' ')
            out[i] = '?';
    return out;
}

struct order *effects_order(struct turn *turn, enum order_kind kind, uint64_t leg)
{
    struct effects *fx = turn->fx;
    fx->orders = mem_grow(fx->orders, &fx->order_cap, fx->order_count + 1, sizeof *fx->orders);
    struct order *order = &fx->orders[fx->order_count++];
    *order = (struct order){.kind = kind, .leg = leg};
    return order;
}

void effects_order_done(struct turn *turn, const struct order *order)
{
    uint64_t h = hash_u64(turn->fx->digest, (uint64_t)order->kind);
    h = hash_u64(h, order->leg);
    h = hash_slice(h, order->dn);
    h = hash_slice(h, order->from);
    h = hash_slice(h, order->trunk);
    h = hash_slice(h, order->diverted);
    h = hash_slice(h, order->digits);
    for (size_t i = 0; i < order->pair_count; i++)
        h = hash_slice(hash_slice(h, order->pairs[i].key), order->pairs[i].value);
    h = hash_u64(h, (uint64_t)order->cause << 3 | (uint64_t)order->is_urgent << 2 |
                        (uint64_t)order->hides_number << 1 | (uint64_t)order->auto_answer);
    h = hash_u64(h, order->call << 2 | (uint64_t)order->recording);
    h = hash_u64(h, order->left_leg);
    h = hash_u64(h, order->passes);
    for (size_t i = 0; i < order->leg_count; i++) {
        h = hash_u64(h, order->legs[i].leg);
        h = hash_u64(h, (uint64_t)order->legs[i].tone << 32 | order->legs[i].hears);
    }
    turn->fx->digest = h;
}

static uint64_t digest_call(uint64_t h, const struct call_view *view)
{
    h = hash_u64(h, view->call->hash);
    h = hash_u64(h, view->data ? view->data->hash : 0);
    h = hash_u64(h, view->capabilities);
    h = hash_u64(h, (uint64_t)view->state << 32 | view->duration_s);
    h = hash_u64(h, (uint64_t)view->party << 3 | (uint64_t)view->is_listened_to << 2 |
                        (uint64_t)view->is_monitored_muted << 1 | (uint64_t)view->is_muted);
    if (view->previous_id[0])
        h = hash_slice(h, slice_of(view->previous_id));
    return hash_slice(hash_slice(h, slice_of(view->dnis)), slice_of(view->device_dn));
}

static struct notice *add_notice(struct turn *turn, struct user *user, enum notice_kind kind)
{
    struct effects *fx = turn->fx;
    struct notice *notice = mem_zalloc(sizeof *notice);
    atomic_init(&notice->refs, 1);
    notice->kind = kind;
    notice->user = user_card_ref(user->card);
    notice->seq = ++user->seq;
    notice->time_ms = turn->now_ms;
    fx->notices = mem_grow(fx->notices, &fx->notice_cap, fx->notice_count + 1, sizeof *fx->notices);
    fx->notices[fx->notice_count++] = notice;
    fx->digest =
        hash_u64(hash_u64(fx->digest, user->serial), notice->seq << 8 | (uint64_t)notice->kind);
    return notice;
}

void effects_call_notice(struct turn *turn, struct party *party, enum notice_kind kind,
                         struct notice_extras extras)
{
    if (!party->user || party->state == PARTY_INVITED)
        return;
    struct notice *notice = add_notice(turn, party->user, kind);
    notice->has_extensions = extras.has_extensions;
    notice->has_wrap_up = extras.has_wrap_up;
    notice->release_reason = extras.release_reason;
    notice->error = extras.error;
    notice->error_text = extras.error_text;
    if (kind != NOTICE_ATTACHED_DATA_CHANGED && kind != NOTICE_DTMF_SENT)
        floor_touch(turn->core, &party->user->floor);
    view_of_call(turn->core, party, turn->now_ms, &notice->call);
    party->told = call_view_picture(&notice->call);
    turn->fx->digest =
        hash_u64(digest_call(turn->fx->digest, &notice->call),
                 (uint64_t)extras.error << 16 | (uint64_t)extras.release_reason << 8 |
                     (uint64_t)extras.has_extensions << 1 | (uint64_t)extras.has_wrap_up);
}

static void device_notice(struct turn *turn, struct device *device, enum notice_kind kind,
                          const char *error_text)
{
    if (!device->owner)
        return;
    struct notice *notice = add_notice(turn, device->owner, kind);
    notice->error = error_text ? ERR_INTERNAL : ERR_OK;
    notice->error_text = error_text;
    view_of_device(turn->core, device, &notice->device);
    turn->fx->digest = hash_slice(turn->fx->digest, slice_of(device->dn));
    turn->fx->digest = hash_u64(turn->fx->digest, device_digest(turn->core, device));
    turn->fx->digest = hash_u64(turn->fx->digest, notice->device.state_since_ms);
    turn->fx->digest = hash_slice(turn->fx->digest, slice_of(error_text));
}

void effects_device_notice(struct turn *turn, struct device *device, enum notice_kind kind)
{
    device_notice(turn, device, kind, NULL);
}

void effects_device_error(struct turn *turn, struct device *device, const char *text)
{
    device_notice(turn, device, NOTICE_DEVICE_ERROR, text);
}

void effects_reset(struct effects *fx)
{
    for (size_t i = 0; i < fx->notice_count; i++)
        notice_unref(fx->notices[i]);
    fx->notice_count = 0;
    fx->order_count = 0;
    fx->history_count = 0;
    fx->data_left_out = 0;
    fx->digest = 0;
    fx->reason = SLICE_NONE;
    arena_reset(&fx->arena);
}

void effects_free(struct effects *fx)
{
    effects_reset(fx);
    arena_free(&fx->arena);
    mem_free(fx->notices);
    mem_free(fx->orders);
    mem_free(fx->histories);
    *fx = (struct effects){0};
}
