/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See watch.h. */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static void must(bool holds, const char *sentence)
{
    if (!holds)
        log_abort("broken: %s", sentence);
}

void watch_free(struct watch *watch)
{
    for (size_t i = 0; i < watch->told_count; i++)
        buf_free(&watch->told[i].picture);
    *watch = (struct watch){0};
}

/* --- what users are told --- */

void watch_picture(const struct call_view *view, struct buf *out)
{
    const struct call_part *call = view->call;
    buf_printf(out, "%s can %llx, %s", party_state_text(view->state),
               (unsigned long long)view->capabilities, call_type_text(call->type));
    buf_printf(out, " about %s", call->parent_id);
    buf_printf(out, " out of %s, ani %s, dnis %s, on %s, with", view->previous_id, call->ani,
               view->dnis, view->device_dn);
    for (uint32_t i = 0; i < call->participant_count; i++)
        if (call->participants[i].party != view->party)
            buf_printf(out, " %s%s", call->participants[i].number,
                       call->participants[i].is_internal ? "" : " outside");
    buf_printf(out, "; muted %d listened %d monitoring %d %d recording %d;", view->is_muted,
               view->is_listened_to, view->is_monitoring, view->is_monitored_muted,
               (int)call->recording);
    for (uint32_t i = 0; view->data && i < view->data->count; i++) {
        buf_char(out, ' ');
        buf_slice(out, view->data->pairs[i].key);
        buf_char(out, '=');
        buf_slice(out, view->data->pairs[i].value);
    }
    buf_char(out, '\0');
}

static struct watch_told *find_told(const struct watch *watch, struct slice user,
                                    const struct call_view *view)
{
    for (size_t i = 0; i < watch->told_count; i++) {
        const struct watch_told *told = &watch->told[i];
        if (slice_is(user, told->user) && told->party == view->party &&
            strcmp(told->call, view->call->id) == 0)
            return (struct watch_told *)(uintptr_t)told;
    }
    return NULL;
}

static struct watch_told *add_told(struct watch *watch, struct slice user,
                                   const struct call_view *view)
{
    must(watch->told_count < WATCH_TOLD_MAX && user.len < sizeof watch->told[0].user,
         "there is room for what was told");
    struct watch_told *told = &watch->told[watch->told_count++];
    *told = (struct watch_told){.party = view->party};
    memcpy(told->user, user.ptr, user.len);
    memcpy(told->call, view->call->id, sizeof told->call);
    return told;
}

static void follow_notice(struct watch *watch, const struct notice *notice)
{
    if (notice_channel(notice->kind) != NOTICE_ON_CALLS)
        return;
    struct watch_told *told = find_told(watch, notice->user->name, &notice->call);
    bool is_again = told && told->follows == watch->follows;
    struct buf picture = {0};
    watch_picture(&notice->call, &picture);
    if (!told)
        told = add_told(watch, notice->user->name, &notice->call);
    else if (is_again && notice->kind == NOTICE_STATUS_CHANGE &&
             slice_equal(buf_view(&picture), buf_view(&told->picture)))
        log_abort("broken: %s is told again: %s", told->user, picture.ptr);
    buf_free(&told->picture);
    told->picture = picture;
    told->follows = watch->follows;
    if (notice->call.state != PARTY_RELEASED)
        return;
    buf_free(&told->picture);
    *told = watch->told[--watch->told_count];
}

static void check_user(const struct watch *watch, const struct core *core, const char *user,
                       uint64_t now_ms)
{
    struct answer answer;
    struct query query = {.kind = QUERY_CALLS, .user = slice_of(user)};
    core_query(core, &query, now_ms, &answer);
    size_t told_count = 0;
    for (size_t i = 0; i < watch->told_count; i++)
        told_count += strcmp(watch->told[i].user, user) == 0;
    for (size_t i = 0; i < answer.call_count; i++) {
        const struct watch_told *told = find_told(watch, slice_of(user), &answer.calls[i]);
        struct buf picture = {0};
        must(told != NULL, "a user was told of each of its calls");
        watch_picture(&answer.calls[i], &picture);
        if (!slice_equal(buf_view(&picture), buf_view(&told->picture)))
            log_abort("broken: %s was not told: %s, but: %s", user, picture.ptr, told->picture.ptr);
        buf_free(&picture);
    }
    if (!answer.err)
        must(told_count == answer.call_count, "a user is told when a call of its is over");
    answer_release(&answer);
}

/* --- what telephones hear --- */

static void drop_row(struct watch *watch, uint64_t leg)
{
    for (size_t i = 0; i < watch->row_count; i++)
        if (watch->rows[i].leg == leg) {
            watch->rows[i] = watch->rows[--watch->row_count];
            return;
        }
}

void watch_gone(struct watch *watch, uint64_t leg)
{
    drop_row(watch, leg);
    for (size_t i = 0; i < watch->row_count; i++) {
        struct watch_row *row = &watch->rows[i];
        for (size_t k = 0; k < row->count; k++)
            if (row->hears[k] == leg)
                row->hears[k--] = row->hears[--row->count];
    }
}

/* Who was in the call and is not in its new table hears nothing; who is new in it hears nobody
 * elsewhere, and nobody elsewhere hears it. */
static void follow_mix(struct watch *watch, const struct order *order)
{
    for (size_t i = watch->row_count; i-- > 0;)
        if (watch->rows[i].call == order->call)
            drop_row(watch, watch->rows[i].leg);
    for (size_t i = 0; i < order->leg_count; i++)
        watch_gone(watch, order->legs[i].leg);
    for (size_t i = 0; i < order->leg_count; i++) {
        must(watch->row_count < WATCH_ROWS_MAX, "there is room for what is heard");
        struct watch_row *row = &watch->rows[watch->row_count++];
        *row = (struct watch_row){
            .leg = order->legs[i].leg, .call = order->call, .tone = order->legs[i].tone};
        for (size_t k = 0; k < order->leg_count; k++)
            if (order->legs[i].hears >> k & 1)
                row->hears[row->count++] = order->legs[k].leg;
    }
}

void watch_follow(struct watch *watch, const struct effects *fx)
{
    watch->follows++;
    for (size_t i = 0; i < fx->notice_count; i++)
        follow_notice(watch, fx->notices[i]);
    for (size_t i = 0; i < fx->order_count; i++) {
        if (fx->orders[i].kind == ORDER_MIX)
            follow_mix(watch, &fx->orders[i]);
        else if (fx->orders[i].kind == ORDER_DROP)
            watch_gone(watch, fx->orders[i].leg);
    }
}

static bool row_hears(const struct watch_row *row, uint64_t leg)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->hears[i] == leg)
            return true;
    return false;
}

static const struct watch_row *find_row(const struct watch *watch, uint64_t leg)
{
    for (size_t i = 0; i < watch->row_count; i++)
        if (watch->rows[i].leg == leg)
            return &watch->rows[i];
    return NULL;
}

/* In no table is the same as hearing nothing. */
static void compare_row(const struct watch_row *row, const struct watch *other, const char *than)
{
    const struct watch_row *same = find_row(other, row->leg);
    bool is_same = same ? same->tone == row->tone && same->count == row->count
                        : row->count == 0 && row->tone == TONE_NONE;
    for (size_t i = 0; same && i < row->count; i++)
        is_same &= row_hears(same, row->hears[i]);
    if (!is_same)
        log_abort("broken: leg %llx hears %s: tone %d, %zu others", (unsigned long long)row->leg,
                  than, (int)row->tone, row->count);
}

static void check_sound(const struct watch *watch, const struct core *core)
{
    static struct watch now;
    struct effects fx = {0};
    now = (struct watch){0};
    core_unconfirmed_orders(core, &fx);
    watch_follow(&now, &fx);
    for (size_t i = 0; i < now.row_count; i++)
        compare_row(&now.rows[i], watch, "in a table made anew what it was not given");
    for (size_t i = 0; i < watch->row_count; i++)
        compare_row(&watch->rows[i], &now, "what a table made anew does not give it");
    effects_free(&fx);
}

void watch_check(const struct watch *watch, const struct core *core, unsigned users,
                 uint64_t now_ms)
{
    check_sound(watch, core);
    for (unsigned i = 0; i < users; i++) {
        char user[24];
        snprintf(user, sizeof user, "u%u", i);
        check_user(watch, core, user, now_ms);
    }
}
