/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See desk.h. The notebook is written on the core thread and read by the test under one lock; each
 * entry wakes who waits. */
#include "desk.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "base/mem.h"
#include "lossy_vfs.h"
#include "scratch.h"

#define WAIT_S 20

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t written = PTHREAD_COND_INITIALIZER;
static uintptr_t next_tag = 1000000;

static void copy_text(char *out, size_t size, struct slice s)
{
    size_t len = s.len < size ? s.len : size - 1;
    if (len > 0)
        memcpy(out, s.ptr, len);
    out[len] = '\0';
}

static void note_reply(struct desk *d, const struct reply *reply)
{
    d->replies = mem_grow(d->replies, &d->reply_cap, d->reply_count + 1, sizeof *d->replies);
    struct desk_reply *r = &d->replies[d->reply_count++];
    *r = (struct desk_reply){.tag = (uintptr_t)reply->tag, .err = reply->err};
    r->notices_before = d->notice_count;
    copy_text(r->reason, sizeof r->reason, reply->reason);
    if (reply->answer) {
        r->time_ms = reply->answer->time_ms;
        r->seq = reply->answer->seq;
        r->calls = reply->answer->call_count;
    }
}

static void note_notice(struct desk *d, const struct notice *notice, bool is_replay)
{
    d->notices = mem_grow(d->notices, &d->notice_cap, d->notice_count + 1, sizeof *d->notices);
    struct desk_notice *n = &d->notices[d->notice_count++];
    *n = (struct desk_notice){.seq = notice->seq,
                              .time_ms = notice->time_ms,
                              .kind = notice->kind,
                              .state = notice->call.state,
                              .is_replay = is_replay};
    copy_text(n->user, sizeof n->user, notice->user->name);
}

static void released(void *ctx, struct release *release)
{
    struct desk *d = ctx;
    pthread_mutex_lock(&lock);
    if (!release->is_replay && lossy_has_unsynced("-wal"))
        d->was_early = true;
    d->release_count++;
    for (size_t i = 0; i < release->reply_count; i++)
        note_reply(d, &release->replies[i]);
    for (size_t i = 0; i < release->notice_count; i++)
        note_notice(d, release->notices[i], release->is_replay);
    pthread_cond_broadcast(&written);
    pthread_mutex_unlock(&lock);
    release_free(release);
}

static void tell(struct desk *d, enum signal_kind kind, uint64_t leg)
{
    struct signal signal = {.kind = kind, .leg = leg, .cause = CAUSE_HANGUP, .talks = true};
    if (kind == SIGNAL_ANSWERED)
        signal.keep = SLICE("kept");
    d->host.signal(d->host.ctx, &signal);
}

static void line_record(void *arg, struct slice key, struct slice value)
{
    struct desk *d = arg;
    size_t len = strlen(d->line_records);
    snprintf(d->line_records + len, sizeof d->line_records - len, "%.*s=%.*s ", (int)key.len,
             key.ptr, (int)value.len, value.ptr);
}

static enum err line_start(void *self, const struct line_host *host, const struct line_leg *legs,
                           size_t leg_count)
{
    struct desk *d = self;
    d->host = *host;
    for (size_t i = 0; i < leg_count && i < 8; i++) {
        struct desk_leg *leg = &d->legs[d->leg_count++];
        *leg = (struct desk_leg){.leg = legs[i].leg, .phase = legs[i].phase};
        copy_text(leg->dn, sizeof leg->dn, legs[i].dn);
        copy_text(leg->keep, sizeof leg->keep, legs[i].keep);
    }
    host->each_record(host->ctx, line_record, d);
    for (unsigned i = 0; i < d->users; i++) {
        struct signal signal = {
            .kind = SIGNAL_REGISTERED, .dn = slice_of(d->names[i][1]), .talks = true};
        host->signal(host->ctx, &signal);
    }
    return d->line_result;
}

static void obey(struct desk *d, const struct order *order)
{
    if (order->kind == ORDER_ANSWER || (order->kind == ORDER_RING && order->auto_answer))
        tell(d, SIGNAL_ANSWERED, order->leg);
    else if (order->kind == ORDER_RING)
        tell(d, SIGNAL_RINGING, order->leg);
    else if (order->kind == ORDER_DROP)
        tell(d, SIGNAL_GONE, order->leg);
}

static void line_order(void *self, const struct order *orders, size_t count)
{
    struct desk *d = self;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        d->orders = mem_grow(d->orders, &d->order_cap, d->order_count + 1, sizeof *d->orders);
        struct desk_order *o = &d->orders[d->order_count++];
        *o = (struct desk_order){.kind = orders[i].kind,
                                 .leg = orders[i].leg,
                                 .is_durable = !lossy_has_unsynced("-wal")};
        copy_text(o->dn, sizeof o->dn, orders[i].dn);
    }
    pthread_cond_broadcast(&written);
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count && !d->is_deaf; i++)
        obey(d, &orders[i]);
}

static void line_recorded(void *self, uint64_t tag)
{
    struct desk *d = self;
    pthread_mutex_lock(&lock);
    d->records_told++;
    d->last_told = tag;
    if (d->recorded_count < 8)
        d->recorded[d->recorded_count++] = tag;
    pthread_mutex_unlock(&lock);
}

static void line_devices(void *self, const struct line_device *devices, size_t count)
{
    struct desk *d = self;
    pthread_mutex_lock(&lock);
    d->device_count = count < 8 ? count : 8;
    for (size_t i = 0; i < d->device_count; i++)
        copy_text(d->devices[i], sizeof d->devices[i], slice_of(devices[i].dn));
    d->orders_before_devices = d->order_count;
    pthread_mutex_unlock(&lock);
}

static void line_trunks(void *self, const struct line_trunk *trunks, size_t count)
{
    (void)self;
    (void)trunks;
    (void)count;
}

static void line_stop(void *self)
{
    (void)self;
}

static void plug(struct desk *d)
{
    d->options.ctx = d;
    d->options.line = &d->line;
    d->line = (struct line_driver){"fake",       d,           line_start, line_order, line_recorded,
                                   line_devices, line_trunks, line_stop};
    d->journal_options.directory = d->directory;
    d->items[0] = (struct config_item){.kind = CONFIG_LIMITS,
                                       .limits = {.pick_up_ms = 20000,
                                                  .no_answer_ms = 30000,
                                                  .tone_ms = 3000,
                                                  .keep_ms = 60000,
                                                  .key_bytes = 255,
                                                  .value_bytes = 16384,
                                                  .call_bytes = 65536,
                                                  .pairs = 1000}};
    for (unsigned i = 0; i < d->users; i++) {
        snprintf(d->names[i][0], sizeof d->names[i][0], "u%u", i);
        snprintf(d->names[i][1], sizeof d->names[i][1], "%u", 100 + i);
        d->items[1 + 2 * i] =
            (struct config_item){.kind = CONFIG_USER, .name = slice_of(d->names[i][0])};
        d->items[2 + 2 * i] = (struct config_item){.kind = CONFIG_DEVICE,
                                                   .calls = 1,
                                                   .name = slice_of(d->names[i][1]),
                                                   .owner = slice_of(d->names[i][0]),
                                                   .remote_answer = REMOTE_ANSWER_TALK};
    }
}

void desk_init(struct desk *d, unsigned users, const char *vfs)
{
    *d = (struct desk){.directory = scratch_make(), .users = users};
    d->journal_options = (struct journal_options){.vfs = vfs, .version = CORE_VERSION};
    d->options = (struct engine_options){.clock = ENGINE_CLOCK_MANUAL,
                                         .manual_start_ms = DESK_START_MS,
                                         .queue_limit = 10000,
                                         .snapshot_batches = 10000,
                                         .ring_notices = 100000,
                                         .released = released};
    plug(d);
}

enum err desk_open(struct desk *d)
{
    enum err err = journal_open(&d->journal_options, &d->journal, d->why, sizeof d->why);
    if (err != ERR_OK)
        return err;
    d->options.journal = d->journal;
    err = engine_create(&d->options, &d->engine, d->why, sizeof d->why);
    if (err != ERR_OK) {
        journal_close(d->journal);
        d->journal = NULL;
    }
    return err;
}

enum err desk_start(struct desk *d)
{
    return engine_start(d->engine, d->items, 1 + 2 * (size_t)d->users + d->extra_count);
}

void desk_run(struct desk *d)
{
    if (desk_open(d) != ERR_OK)
        fail_msg("%s", d->why);
    assert_int_equal(desk_start(d), ERR_OK);
}

void desk_close(struct desk *d)
{
    if (!d->engine)
        return;
    (void)engine_stop(d->engine);
    engine_destroy(d->engine);
    journal_close(d->journal);
    d->engine = NULL;
    d->journal = NULL;
}

void desk_forget(struct desk *d)
{
    pthread_mutex_lock(&lock);
    d->reply_count = d->notice_count = d->order_count = d->leg_count = d->recorded_count = 0;
    d->line_records[0] = '\0';
    pthread_mutex_unlock(&lock);
}

void desk_free(struct desk *d)
{
    desk_close(d);
    mem_free(d->replies);
    mem_free(d->notices);
    mem_free(d->orders);
    scratch_remove(d->directory);
}

void desk_crash(const struct desk *d, struct desk *copy)
{
    *copy = (struct desk){.directory = scratch_make(), .users = d->users};
    copy->options = d->options;
    copy->journal_options.version = d->journal_options.version;
    plug(copy);
    for (size_t i = 0; i < d->extra_count; i++)
        desk_add(copy, d->items[1 + 2 * (size_t)d->users + i]);
    scratch_copy(d->directory, copy->directory);
}

void *desk_tag(uintptr_t tag)
{
    void *pointer;
    memcpy(&pointer, &tag, sizeof pointer);
    return pointer;
}

enum err desk_command(struct desk *d, unsigned user, enum op op, const char *target,
                      const char *text, uintptr_t tag)
{
    struct command command = {.op = op,
                              .user = slice_of(d->names[user][0]),
                              .target = slice_of(target),
                              .text = slice_of(text),
                              .voice = true};
    return engine_command(d->engine, &command, desk_tag(tag));
}

static const struct desk_reply *find_reply(const struct desk *d, uintptr_t tag)
{
    for (size_t i = d->reply_count; i > 0; i--)
        if (d->replies[i - 1].tag == tag)
            return &d->replies[i - 1];
    return NULL;
}

struct desk_reply desk_wait(struct desk *d, uintptr_t tag)
{
    struct timespec until;
    int rc = 0;
    struct desk_reply reply = {0};
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&lock);
    while (!find_reply(d, tag) && rc == 0)
        rc = pthread_cond_timedwait(&written, &lock, &until);
    const struct desk_reply *found = find_reply(d, tag);
    if (found)
        reply = *found;
    pthread_mutex_unlock(&lock);
    if (!found)
        fail_msg("no reply");
    return reply;
}

void desk_add(struct desk *d, struct config_item item)
{
    assert_true(d->extra_count < DESK_EXTRA);
    d->items[1 + 2 * (size_t)d->users + d->extra_count++] = item;
}

static size_t count_orders(const struct desk *d, enum order_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < d->order_count; i++)
        count += d->orders[i].kind == kind;
    return count;
}

void desk_wait_orders(struct desk *d, enum order_kind kind, size_t count)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&lock);
    while (count_orders(d, kind) < count && rc == 0)
        rc = pthread_cond_timedwait(&written, &lock, &until);
    size_t found = count_orders(d, kind);
    pthread_mutex_unlock(&lock);
    assert_int_equal(found, count);
}

struct desk_reply desk_do(struct desk *d, unsigned user, enum op op, const char *target,
                          const char *text)
{
    uintptr_t tag = next_tag++;
    assert_int_equal(desk_command(d, user, op, target, text, tag), ERR_OK);
    return desk_wait(d, tag);
}

struct desk_reply desk_query(struct desk *d, enum query_kind kind, unsigned user)
{
    uintptr_t tag = next_tag++;
    struct query query = {.kind = kind, .user = slice_of(d->names[user][0])};
    assert_int_equal(engine_query(d->engine, &query, desk_tag(tag)), ERR_OK);
    return desk_wait(d, tag);
}

void desk_advance(struct desk *d, uint64_t ms)
{
    uintptr_t tag = next_tag++;
    assert_int_equal(engine_advance(d->engine, ms, desk_tag(tag)), ERR_OK);
    assert_int_equal(desk_wait(d, tag).err, ERR_OK);
}

uint64_t desk_ringing(struct desk *d, const char *dn)
{
    uint64_t leg = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < d->order_count; i++)
        if (d->orders[i].kind == ORDER_RING && strcmp(d->orders[i].dn, dn) == 0)
            leg = d->orders[i].leg;
    pthread_mutex_unlock(&lock);
    return leg;
}

size_t desk_count_orders(struct desk *d, enum order_kind kind)
{
    pthread_mutex_lock(&lock);
    size_t count = count_orders(d, kind);
    pthread_mutex_unlock(&lock);
    return count;
}

size_t desk_replies(struct desk *d)
{
    pthread_mutex_lock(&lock);
    size_t count = d->reply_count;
    pthread_mutex_unlock(&lock);
    return count;
}
