/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The driver's face and its thread. The functions of line.h are called on the core thread:
 * they copy what they get into messages; the thread is sofia-sip's own loop, woken by an eventfd.
 * start alone waits, for the port to be bound and the legs of before to be taken up, so that no
 * packet is read before the driver knows whose it is. The media thread's digits come the same way.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

#define EXPIRY_CHECK_MS 1000

enum post_kind {
    POST_ORDER,
    POST_RECORDED,
    POST_DIGIT,
    POST_DIGIT_UNSENT,
    POST_RECORD_FAILED,
    POST_CLOSED,
    POST_SILENT,
    POST_DEVICES,
    POST_TRUNKS,
    POST_STOP
};

struct post {
    enum post_kind kind;
    struct order order; /* what it points to is in the arena */
    struct arena arena;
    uint64_t tag;
    uint64_t leg;
    uint64_t call;
    char digit;
    bool is_silent;
    struct media_stats stats;
    const struct line_device *devices; /* in the arena */
    size_t device_count;
    const struct line_trunk *trunks; /* in the arena */
    size_t trunk_count;
};

/* The stack's loop sleeps until its next timer for the milliseconds that this function of its
 * library gives, and the library's own rounds down: so it would not sleep at all in the last
 * millisecond before a timer, and with some calls a second there is always one near. Ours, which
 * the linker puts in the place of the library's, rounds up. */
su_duration_t su_duration(su_time_t t1, su_time_t t2)
{
    const int64_t max_us = (int64_t)SU_DURATION_MAX * 1000;
    int64_t us = ((int64_t)t1.tv_sec - (int64_t)t2.tv_sec) * 1000000 + (int64_t)t1.tv_usec -
                 (int64_t)t2.tv_usec;
    if (us > max_us)
        return SU_DURATION_MAX;
    if (us < -max_us)
        return -SU_DURATION_MAX;
    return (su_duration_t)((us > 0 ? us + 999 : us) / 1000);
}

static void driver_wake(void *ctx)
{
    struct sip_line *sip = ctx;
    uint64_t one = 1;
    if (write(sip->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_abort("cannot wake the SIP thread");
}

static void post_free(struct post *post)
{
    arena_free(&post->arena);
    mem_free(post);
}

static void *copy_array(struct arena *arena, const void *items, size_t bytes)
{
    if (bytes == 0)
        return NULL;
    void *copy = arena_alloc(arena, bytes);
    memcpy(copy, items, bytes);
    return copy;
}

static void post_order(struct sip_line *sip, const struct order *order)
{
    struct post *post = mem_zalloc(sizeof *post);
    struct arena *arena = &post->arena;
    struct order *copy = &post->order;
    post->kind = POST_ORDER;
    *copy = *order;
    copy->dn = arena_copy(arena, order->dn);
    copy->from = arena_copy(arena, order->from);
    copy->trunk = arena_copy(arena, order->trunk);
    copy->diverted = arena_copy(arena, order->diverted);
    copy->digits = arena_copy(arena, order->digits);
    copy->call_id = arena_copy(arena, order->call_id);
    copy->legs = copy_array(arena, order->legs, order->leg_count * sizeof *order->legs);
    struct pair *pairs = copy_array(arena, order->pairs, order->pair_count * sizeof *order->pairs);
    for (size_t i = 0; i < order->pair_count; i++)
        pairs[i] =
            (struct pair){arena_copy(arena, pairs[i].key), arena_copy(arena, pairs[i].value)};
    copy->pairs = pairs;
    queue_put(sip->queue, post, true);
}

static void post_small(struct sip_line *sip, struct post small)
{
    struct post *post = mem_alloc(sizeof *post);
    *post = small;
    queue_put(sip->queue, post, true);
}

static void driver_digit(void *ctx, uint64_t leg, char digit)
{
    post_small(ctx, (struct post){.kind = POST_DIGIT, .leg = leg, .digit = digit});
}

static void driver_digit_unsent(void *ctx, uint64_t leg, char digit)
{
    post_small(ctx, (struct post){.kind = POST_DIGIT_UNSENT, .leg = leg, .digit = digit});
}

static void driver_record_failed(void *ctx, uint64_t call)
{
    post_small(ctx, (struct post){.kind = POST_RECORD_FAILED, .call = call});
}

/* Of a call that is over meanwhile nobody is told. */
static void record_failed(struct sip_line *sip, uint64_t call)
{
    LIST_EACH(it, &sip->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        if (leg->call != call)
            continue;
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_RECORDING_FAILED});
        return;
    }
}

static void driver_closed(void *ctx, uint64_t leg, const struct media_stats *stats)
{
    post_small(ctx, (struct post){.kind = POST_CLOSED, .leg = leg, .stats = *stats});
}

static void driver_silent(void *ctx, uint64_t leg, bool is_silent)
{
    post_small(ctx, (struct post){.kind = POST_SILENT, .leg = leg, .is_silent = is_silent});
}

static void driver_take(struct sip_line *sip, const struct post *post)
{
    struct leg *leg;
    switch (post->kind) {
    case POST_ORDER:
        line_sip_order_carry_out(sip, &post->order);
        break;
    case POST_RECORDED:
        line_sip_registrar_recorded(sip, post->tag);
        break;
    case POST_DIGIT_UNSENT:
        leg = line_sip_leg_find(sip, post->leg);
        if (leg)
            line_sip_info_send(leg, post->digit);
        break;
    case POST_DIGIT:
        leg = line_sip_leg_find(sip, post->leg);
        if (leg && leg->state == SIP_LEG_UP)
            line_sip_leg_signal(leg,
                                (struct signal){.kind = SIGNAL_DTMF, .number = {&post->digit, 1}});
        break;
    case POST_RECORD_FAILED:
        record_failed(sip, post->call);
        break;
    case POST_CLOSED:
        line_sip_leg_closed(sip, post->leg, &post->stats);
        break;
    case POST_SILENT:
        leg = line_sip_leg_find(sip, post->leg);
        if (leg)
            line_sip_silence_told(leg, post->is_silent);
        break;
    case POST_DEVICES:
        line_sip_devices_set(sip, post->devices, post->device_count);
        break;
    case POST_TRUNKS:
        line_sip_trunks_set(sip, post->trunks, post->trunk_count);
        break;
    case POST_STOP:
        su_root_break(sip->root);
        break;
    }
}

static int driver_awake(struct sip_line *root_magic, su_wait_t *wait, struct sip_line *sip)
{
    uint64_t count;
    void *posts[64];
    size_t taken;
    (void)root_magic;
    (void)wait;
    if (read(sip->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        log_abort("cannot read the SIP thread's eventfd");
    while ((taken = queue_take(sip->queue, posts, 64)) > 0) {
        for (size_t i = 0; i < taken; i++) {
            driver_take(sip, posts[i]);
            post_free(posts[i]);
        }
    }
    return 0;
}

static void driver_second(struct sip_line *root_magic, su_timer_t *timer, struct sip_line *sip)
{
    (void)root_magic;
    (void)timer;
    line_sip_place_expire(sip);
    line_sip_nat_second(sip);
    line_sip_meters_second(sip);
    line_sip_tls_reclaim_second(sip);
    line_sip_trunks_second(sip);
    line_sip_settled_forget(sip);
    line_sip_leg_second(sip);
    line_sip_session_second(sip);
}

/* On the driver's thread, while start waits. */
static enum err driver_open(struct sip_line *sip)
{
    struct media_options media = {.address = sip->bind_address,
                                  .port_min = sip->rtp_port_min,
                                  .port_max = sip->rtp_port_max,
                                  .music = sip->music,
                                  .recordings = sip->recordings,
                                  .digit = driver_digit,
                                  .digit_unsent = driver_digit_unsent,
                                  .record_failed = driver_record_failed,
                                  .silence_ms = sip->silence_ms,
                                  .closed = driver_closed,
                                  .silent = driver_silent,
                                  .ctx = sip};
    su_wait_t wait[1] = {SU_WAIT_INIT};
    sip->root = su_root_create(sip);
    if (!sip->root || su_wait_create(wait, sip->wake_fd, SU_WAIT_IN) < 0 ||
        su_root_register(sip->root, wait, driver_awake, sip, 0) < 0)
        return ERR_IO;
    enum err err = line_sip_agent_open(sip);
    if (err == ERR_OK)
        err = media_create(&media, &sip->media);
    if (err != ERR_OK)
        return err;
    sip->timer = su_timer_create(su_root_task(sip->root), EXPIRY_CHECK_MS);
    if (!sip->timer || su_timer_set_for_ever(sip->timer, driver_second, sip) < 0)
        return ERR_IO;
    LIST_EACH(it, &sip->devices)
    line_sip_place_announce(sip, LIST_OWNER(it, struct device, as_device));
    for (size_t i = 0; i < sip->start_leg_count; i++)
        line_sip_leg_restore(sip, &sip->start_legs[i]);
    line_sip_trunks_second(sip);
    return ERR_OK;
}

static void driver_close(struct sip_line *sip)
{
    line_sip_registrar_free(sip);
    line_sip_leg_end_all(sip);
    line_sip_trunks_close(sip);
    LIST_EACH_SAFE(it, &sip->legs)
    line_sip_leg_free(LIST_OWNER(it, struct leg, as_leg));
    LIST_EACH_SAFE(it, &sip->orphans)
    line_sip_dialog_free(LIST_OWNER(it, struct dialog, as_dialog));
    if (sip->timer)
        su_timer_destroy(sip->timer);
    line_sip_agent_close(sip);
    media_destroy(sip->media);
    if (sip->root)
        su_root_destroy(sip->root);
    sip->timer = NULL;
    sip->media = NULL;
    sip->root = NULL;
}

static void driver_started(struct sip_line *sip, enum err result)
{
    pthread_mutex_lock(&sip->start_lock);
    sip->start_result = result;
    sip->is_started = true;
    pthread_cond_signal(&sip->start_done);
    pthread_mutex_unlock(&sip->start_lock);
}

static void *driver_run(void *arg)
{
    struct sip_line *sip = arg;
    su_init();
    enum err err = driver_open(sip);
    driver_started(sip, err);
    if (err == ERR_OK)
        su_root_run(sip->root);
    driver_close(sip);
    su_deinit();
    return NULL;
}

static enum err driver_start(void *self, const struct line_host *host, const struct line_leg *legs,
                             size_t leg_count)
{
    struct sip_line *sip = self;
    sip->host = *host;
    sip->start_legs = legs;
    sip->start_leg_count = leg_count;
    line_sip_place_load(sip);
    if (pthread_create(&sip->thread, NULL, driver_run, sip) != 0)
        return ERR_IO;
    (void)pthread_setname_np(sip->thread, "cb-sip");
    pthread_mutex_lock(&sip->start_lock);
    while (!sip->is_started)
        pthread_cond_wait(&sip->start_done, &sip->start_lock);
    pthread_mutex_unlock(&sip->start_lock);
    sip->is_running = sip->start_result == ERR_OK;
    if (!sip->is_running)
        pthread_join(sip->thread, NULL);
    return sip->start_result;
}

static void driver_order(void *self, const struct order *orders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        post_order(self, &orders[i]);
}

static void driver_recorded(void *self, uint64_t tag)
{
    post_small(self, (struct post){.kind = POST_RECORDED, .tag = tag});
}

static void driver_devices(void *self, const struct line_device *devices, size_t count)
{
    struct sip_line *sip = self;
    struct post *post = mem_zalloc(sizeof *post);
    struct line_device *copies = copy_array(&post->arena, devices, count * sizeof *devices);
    for (size_t i = 0; i < count; i++)
        copies[i].dn = arena_string(&post->arena, slice_of(devices[i].dn));
    post->kind = POST_DEVICES;
    post->devices = copies;
    post->device_count = count;
    queue_put(sip->queue, post, true);
}

static void driver_trunks(void *self, const struct line_trunk *trunks, size_t count)
{
    struct sip_line *sip = self;
    if (!sip->is_running) {
        line_sip_trunks_set(sip, trunks, count);
        return;
    }
    struct post *post = mem_zalloc(sizeof *post);
    struct line_trunk *copies = copy_array(&post->arena, trunks, count * sizeof *trunks);
    for (size_t i = 0; i < count; i++)
        line_sip_trunk_copy(&post->arena, &trunks[i], &copies[i]);
    post->kind = POST_TRUNKS;
    post->trunks = copies;
    post->trunk_count = count;
    queue_put(sip->queue, post, true);
}

static void driver_stop(void *self)
{
    struct sip_line *sip = self;
    if (!sip->is_running)
        return;
    post_small(sip, (struct post){.kind = POST_STOP});
    pthread_join(sip->thread, NULL);
    sip->is_running = false;
}

static void driver_set_tls(struct sip_line *sip, const struct line_sip_options *options)
{
    if (!options->tls)
        return;
    struct slice port, host = slice_split(slice_of(options->tls), ':', &port);
    sip->tls_address = line_sip_text("%.*s", (int)host.len, host.ptr);
    sip->tls_bind_port =
        slice_is(port, "0") ? mem_strdup("*") : line_sip_text("%.*s", (int)port.len, port.ptr);
    sip->tls_certificate = mem_strdup(options->tls_certificate);
    sip->tls_key = mem_strdup(options->tls_key);
    sip->tls_ca = options->tls_ca ? mem_strdup(options->tls_ca) : NULL;
}

struct line_driver *line_sip_create(const struct line_sip_options *options)
{
    struct sip_line *sip = mem_zalloc(sizeof *sip);
    struct slice rest, host = slice_split(slice_of(options->bind), ':', &rest);
    unsigned long long port = 0;
    if (rest.ptr)
        slice_to_u64(rest, 65535, &port);
    sip->bind_address = line_sip_text("%.*s", (int)host.len, host.ptr);
    sip->bind_port = (unsigned)port;
    sip->advertised = mem_strdup(options->advertised ? options->advertised : sip->bind_address);
    sip->realm = mem_strdup(options->realm);
    sip->rtp_port_min = options->rtp_port_min;
    sip->rtp_port_max = options->rtp_port_max;
    sip->recordings = options->recordings ? mem_strdup(options->recordings) : NULL;
    sip->silence_ms = options->silence_ms;
    sip->music = options->music ? mem_strdup(options->music) : NULL;
    memcpy(sip->secret, options->secret, sizeof sip->secret);
    driver_set_tls(sip, options);
    list_init(&sip->tls_objects);
    line_sip_meters_init(&sip->meters);
    line_sip_nonces_init(&sip->nonces);
    line_sip_guard_init(&sip->guard, &options->guard);
    line_sip_networks_create(sip, options->networks, options->network_count);
    list_init(&sip->devices);
    line_sip_devices_create(sip, options->devices, options->device_count);
    list_init(&sip->legs);
    list_init(&sip->orphans);
    list_init(&sip->lost);
    list_init(&sip->trunks);
    list_init(&sip->lookups);
    sip->resolv_conf = mem_strdup(options->resolv_conf ? options->resolv_conf : "/etc/resolv.conf");
    list_init(&sip->attempts);
    list_init(&sip->settled);
    list_init(&sip->endings);
    list_init(&sip->registrations);
    pthread_mutex_init(&sip->start_lock, NULL);
    pthread_cond_init(&sip->start_done, NULL);
    sip->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sip->queue = queue_create(SIZE_MAX, driver_wake, sip);
    sip->driver = (struct line_driver){.name = "sip",
                                       .self = sip,
                                       .start = driver_start,
                                       .order = driver_order,
                                       .recorded = driver_recorded,
                                       .devices = driver_devices,
                                       .trunks = driver_trunks,
                                       .stop = driver_stop};
    return &sip->driver;
}

unsigned line_sip_port(const struct line_driver *driver)
{
    const struct sip_line *sip = driver->self;
    return sip->port;
}

unsigned line_sip_tls_port(const struct line_driver *driver)
{
    const struct sip_line *sip = driver->self;
    return sip->tls_port;
}

void line_sip_destroy(struct line_driver *driver)
{
    struct sip_line *sip = driver->self;
    void *post;
    driver_stop(sip);
    while (queue_take(sip->queue, &post, 1) > 0)
        post_free(post);
    queue_destroy(sip->queue);
    close(sip->wake_fd);
    LIST_EACH_SAFE(it, &sip->devices)
    line_sip_device_free(sip, LIST_OWNER(it, struct device, as_device));
    line_sip_trunks_free(sip);
    map_free(&sip->by_dn);
    map_free(&sip->by_leg);
    heap_free(&sip->expiries);
    heap_free(&sip->timers);
    pthread_mutex_destroy(&sip->start_lock);
    pthread_cond_destroy(&sip->start_done);
    mem_free(sip->resolv_conf);
    mem_free(sip->bind_address);
    mem_free(sip->advertised);
    mem_free(sip->realm);
    mem_free(sip->tls_address);
    mem_free(sip->tls_bind_port);
    mem_free(sip->tls_certificate);
    mem_free(sip->tls_key);
    mem_free(sip->tls_ca);
    mem_free(sip->recordings);
    mem_free(sip->music);
    line_sip_networks_free(sip);
    line_sip_nonces_free(&sip->nonces);
    line_sip_guard_free(&sip->guard);
    mem_free(sip);
}
