/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* While a commit fails. Nothing can be made durable, so nothing is applied and nothing is let out;
 * but an emergency call can't wait for somebody to make room on a disk. What belongs to one is
 * applied all the same and becomes part of the batch that is being tried, which nobody was told of
 * yet; its orders, and no other effect, are let out before they are durable, and the log says so.
 * Everything else that comes is put aside in order, but for requests that somebody waits for: they
 * are refused as at the door, with the reason. See docs/decisions/0007.
 *
 * When the commit succeeds at last, all orders of the batch are given in their order, without those
 * that were given already; tables of who hears whom are given again, because a newer one of an
 * emergency call may have overtaken an older one of another call with the same telephone.
 *
 * What a telephone signals is little; but each of many telephones has its registration recorded
 * again and again. Of several records with one key only the newest stays, so that what waits is
 * bounded however long it lasts.
 *
 * An urgent input overtakes what was put aside, but never one of its own telephone call: what was
 * put aside is looked through again whenever something became urgent. And what the telephone that
 * begins an emergency call did before comes first: who has just hung up is not called on that line.
 */
#include "engine/engine_int.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#define RETRY_PAUSE_MS  20
#define ALARM_MS        2000
#define ASIDE_MANY      4096
#define BATCH_BYTES_MAX (4 * BATCH_BYTES) /* of urgent inputs and what the batch had before */

static void put_aside(struct engine *e, struct submission *s)
{
    s->next = NULL;
    if (e->aside_last)
        e->aside_last->next = s;
    else
        e->aside_first = s;
    e->aside_last = s;
    e->aside_count++;
}

struct submission *engine_take_aside(struct engine *e)
{
    struct submission *s = e->aside_first;
    if (!s)
        return NULL;
    e->aside_first = s->next;
    if (!e->aside_first)
        e->aside_last = NULL;
    e->aside_count--;
    return s;
}

static void refuse(struct engine *e, const struct reply *reply)
{
    e->refused = mem_grow(e->refused, &e->refused_cap, e->refused_count + 1, sizeof *e->refused);
    e->refused[e->refused_count++] = *reply;
}

/* For the disk's reason. */
static void turn_away(struct engine *e, void *tag)
{
    refuse(e, &(struct reply){.tag = tag, .err = ERR_OVERLOAD});
}

static void send_refusals(struct engine *e)
{
    if (e->refused_count == 0)
        return;
    char text[ENGINE_TROUBLE_SIZE];
    struct release *r = release_create();
    (void)engine_trouble(e, text);
    struct slice reason = arena_copy(&r->arena, slice_of(text));
    r->replies = arena_alloc(&r->arena, e->refused_count * sizeof *r->replies);
    r->reply_count = e->refused_count;
    memcpy(r->replies, e->refused, e->refused_count * sizeof *r->replies);
    for (size_t i = 0; i < r->reply_count; i++) {
        struct slice own = r->replies[i].reason;
        r->replies[i].reason = own.ptr ? arena_copy(&r->arena, own) : reason;
    }
    e->refused_count = 0;
    e->options.released(e->options.ctx, r);
}

static struct slice line_key(const struct submission *s)
{
    if (s->kind != SUBMISSION_LINE_RECORD)
        return SLICE_NONE;
    struct dec d = dec_of(submission_content(s));
    (void)dec_u64(&d); /* the table */
    return dec_bytes(&d);
}

/* From the newest to the oldest, and back into order. */
static void drop_overtaken(struct engine *e)
{
    struct map newest = {0};
    struct submission *s;
    struct submission *reversed = NULL;
    while ((s = engine_take_aside(e))) {
        s->next = reversed;
        reversed = s;
    }
    while ((s = reversed)) {
        struct slice key = line_key(s);
        reversed = s->next;
        if (key.ptr && map_get(&newest, key)) {
            mem_free(s);
            continue;
        }
        if (key.ptr)
            map_put(&newest, key, s);
        s->next = e->aside_first;
        e->aside_first = s;
        if (!e->aside_last)
            e->aside_last = s;
        e->aside_count++;
    }
    map_free(&newest);
}

/* false: it is no input that the core could be asked about. */
static bool read_input(const struct submission *s, struct arena *arena, struct input *out)
{
    struct dec d = dec_of(submission_content(s));
    return (s->kind == SUBMISSION_SIGNAL || s->kind == SUBMISSION_COMMAND) &&
           input_decode(&d, arena, out) == ERR_OK;
}

bool submission_is_urgent(const struct engine *e, const struct submission *s)
{
    struct input input;
    struct arena arena = {0};
    bool is =
        read_input(s, &arena, &input) && core_is_urgent(e->core, &input, clock_now_ms(&e->clock));
    arena_free(&arena);
    return is;
}

static bool comes_first(const struct engine *e, const struct submission *s,
                        const struct submission *urgent)
{
    struct input input;
    struct input urgent_input;
    struct arena arena = {0};
    bool is = read_input(s, &arena, &input) && read_input(urgent, &arena, &urgent_input) &&
              core_comes_first(e->core, &input, &urgent_input);
    arena_free(&arena);
    return is;
}

/* Who waits for it, and loses nothing but time by asking again. */
static bool can_be_refused(const struct submission *s)
{
    return s->tag && (s->kind == SUBMISSION_COMMAND || s->kind == SUBMISSION_QUERY);
}

/* The first out of those put aside that must come before urgent; NULL: the first that is urgent
 * itself. NULL when there is none. */
static struct submission *take_first(struct engine *e, const struct submission *urgent)
{
    struct submission *before = NULL;
    for (struct submission *s = e->aside_first; s; before = s, s = s->next) {
        if (urgent ? !comes_first(e, s, urgent) : !submission_is_urgent(e, s))
            continue;
        if (before)
            before->next = s->next;
        else
            e->aside_first = s->next;
        if (e->aside_last == s)
            e->aside_last = before;
        e->aside_count--;
        return s;
    }
    return NULL;
}

/* What the core refuses changes nothing, so who asked need not wait for the disk to hear it. */
static void take_input(struct engine *e, struct submission *s)
{
    struct batch *b = &e->batch;
    size_t count = b->reply_count;
    engine_take_input(e, s);
    if (b->reply_count > count && b->replies[count].err != ERR_OK)
        refuse(e, &b->replies[--b->reply_count]);
    mem_free(s);
}

static void take_urgent(struct engine *e, struct submission *s)
{
    struct submission *first;
    while ((first = take_first(e, s)))
        take_input(e, first);
    take_input(e, s);
}

static void come(struct engine *e, struct submission *s)
{
    if (submission_is_urgent(e, s) && e->batch.bytes.len < BATCH_BYTES_MAX) {
        do {
            take_urgent(e, s);
            s = e->batch.bytes.len < BATCH_BYTES_MAX ? take_first(e, NULL) : NULL;
        } while (s);
    } else if (can_be_refused(s)) {
        turn_away(e, s->tag);
        mem_free(s);
    } else {
        put_aside(e, s);
    }
    if (e->aside_count > ASIDE_MANY && e->aside_count > 2 * e->aside_needed) {
        drop_overtaken(e);
        e->aside_needed = e->aside_count;
    }
}

/* What comes behind the batch, in its order: what was taken from the queue with it, what was put
 * aside the last time, the queue. */
static void begin(struct engine *e)
{
    struct submission *rest = e->aside_first;
    e->aside_first = e->aside_last = NULL;
    e->aside_count = 0;
    for (size_t i = e->item_next; i < e->item_count; i++)
        come(e, e->items[i]);
    e->item_count = e->item_next;
    while (rest) {
        struct submission *s = rest;
        rest = s->next;
        come(e, s);
    }
}

static void gather(struct engine *e)
{
    void *items[64];
    size_t count;
    while ((count = engine_take_queued(e, items, sizeof items / sizeof *items)) > 0)
        for (size_t i = 0; i < count; i++)
            come(e, items[i]);
    metric_set(e->meters.queue_depth, (int64_t)e->aside_count);
}

/* Questions of the batch were answered with what may be forgotten yet. */
static void refuse_answers(struct engine *e)
{
    struct batch *b = &e->batch;
    size_t kept = 0;
    for (size_t i = 0; i < b->reply_count; i++) {
        struct reply *reply = &b->replies[i];
        if (!reply->answer) {
            b->replies[kept++] = *reply;
            continue;
        }
        turn_away(e, reply->tag);
        answer_release(reply->answer);
        mem_free(reply->answer);
    }
    b->reply_count = kept;
}

static void alarm(struct engine *e, size_t count)
{
    uint64_t now_us = clock_monotonic_us();
    metric_add(e->meters.emergency_undurable, count);
    e->undurable += count;
    if (now_us < e->alarm_after_us)
        return;
    char text[ENGINE_TROUBLE_SIZE];
    (void)engine_trouble(e, text);
    e->alarm_after_us = now_us + UINT64_C(1000) * ALARM_MS;
    log_line(LOG_ERROR, "engine.emergency",
             "undurable_orders=%zu reason=\"an emergency call goes on though it can't be made "
             "durable\" trouble=\"%s\"",
             e->undurable, text);
}

static void let_urgent_out(struct engine *e)
{
    const struct line_driver *line = e->options.line;
    struct batch *b = &e->batch;
    size_t count = 0;
    if (!e->is_line_started)
        return;
    for (; b->orders_seen < b->fx.order_count; b->orders_seen++)
        if (b->fx.orders[b->orders_seen].is_urgent) {
            line->order(line->self, &b->fx.orders[b->orders_seen], 1);
            count++;
        }
    if (count > 0)
        alarm(e, count);
}

bool engine_was_given(const struct batch *b, size_t order)
{
    const struct order *o = &b->fx.orders[order];
    return order < b->orders_seen && o->is_urgent && o->kind != ORDER_MIX;
}

void engine_stall(struct engine *e, bool is_first)
{
    uint64_t until_ms = clock_monotonic_us() / 1000 + RETRY_PAUSE_MS;
    if (is_first) {
        e->aside_needed = 0;
        let_urgent_out(e);
        refuse_answers(e);
        begin(e);
    }
    do {
        gather(e);
        let_urgent_out(e);
        send_refusals(e);
        queue_wait(e->queue, until_ms);
    } while (clock_monotonic_us() / 1000 < until_ms);
}
