/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /floor: what supervisors see of everybody, all of it or what changed since a version; our
 * addition. The core has the floor and its versions; here is only who waits for the next one.
 *
 * A request that waits has been forgotten but for its user and its version. When the floor moved,
 * the core is asked on its behalf, and so it is when its time is over; whatever it is answered with
 * is the core's answer of then, so nothing is missed however often the floor moved meanwhile. An
 * answer comes no earlier than a tenth of a second after its request: who asks again and again gets
 * ten pictures a second, and not one for each change. Large answers to who waits make the next ones
 * later, for all in turn: on a large site where everything changes at once, or for somebody who
 * names an old version each time, the floor would else be all that the thread does. */
#include "api/api_int.h"

#include "base/mem.h"

#define WAIT_MAX_S  25
#define APART_MS    100
#define WAITING_MAX 32 /* of a user */
#define ASKED_MAX   8  /* of those that wait, at one time: their answers come together */
#define ITEM_US     2  /* four times what an agent costs: of four seconds one is the floor's */
#define OWED_MAX_US 10000

struct watcher {
    struct list link; /* api.floor.all while it waits; else of its own */
    struct api *api;
    struct exchange *x; /* NULL: gone while the core was asked */
    uint64_t since;
    uint64_t from_ms;  /* is answered no earlier */
    uint64_t until_ms; /* waits no longer */
    bool waits;
    bool is_asked;
    size_t user_len;
    char user[];
};

static uint64_t now_of(const struct api *api)
{
    return api->options.now_ms ? api->options.now_ms(api->options.now_ctx) : 0;
}

static struct slice user_of(const struct watcher *watcher)
{
    return (struct slice){watcher->user, watcher->user_len};
}

static void forget(struct watcher *watcher)
{
    list_remove(&watcher->link);
    mem_free(watcher);
}

/* The exchange, to be answered; the watcher is gone. */
static struct exchange *let_go(struct watcher *watcher)
{
    struct exchange *x = watcher->x;
    x->closed = NULL;
    x->owner = NULL;
    forget(watcher);
    return x;
}

static void is_closed(void *owner)
{
    struct watcher *watcher = owner;
    watcher->x = NULL;
    if (!watcher->is_asked)
        forget(watcher);
}

/* --- answers --- */

static bool may_wait_on(const struct watcher *watcher, const struct floor *floor)
{
    return watcher->waits && !watcher->api->floor.is_draining && !floor->is_whole &&
           floor->agent_count == 0 && floor->queue_count == 0 &&
           now_of(watcher->api) < watcher->until_ms;
}

static void look_at(struct floor_waits *waits, uint64_t at_ms)
{
    if (at_ms < waits->next_ms)
        waits->next_ms = at_ms;
}

/* When enough time has passed since the answers before. */
static uint64_t free_ms(const struct floor_waits *waits)
{
    return waits->owed_us > OWED_MAX_US ? (waits->owed_us - OWED_MAX_US + 999) / 1000 : 0;
}

/* An answer to who waits has come. */
static void account(struct api *api, const struct floor *floor)
{
    struct floor_waits *waits = &api->floor;
    uint64_t now_us = now_of(api) * 1000;
    waits->asked--;
    if (waits->owed_us < now_us)
        waits->owed_us = now_us;
    if (floor)
        waits->owed_us += (floor->agent_count + floor->queue_count) * ITEM_US;
    if (waits->has_put_off)
        look_at(waits, free_ms(waits));
}

static void answered(const struct request *request, struct reply *reply, void *detail)
{
    struct watcher *watcher = detail;
    struct api *api = request->api;
    watcher->is_asked = false;
    if (watcher->waits)
        account(api, reply->err ? NULL : reply->answer->floor);
    if (!watcher->x) {
        forget(watcher);
        return;
    }
    if (reply->err) {
        api_refuse(let_go(watcher), reply->err, reply->reason);
        return;
    }
    const struct floor *floor = reply->answer->floor;
    if (may_wait_on(watcher, floor)) {
        look_at(&api->floor, watcher->until_ms);
    } else {
        struct buf body = {0};
        api_render_floor(api, floor, reply->answer->time_ms, &body);
        api_answer(let_go(watcher), &body, reply->answer);
        buf_free(&body);
    }
    api_floor_moved(api, floor->version); /* others may hear of it here first */
}

static const char *const for_whom = "the floor is for supervisors and administrators";

/* Whoever it is for may have changed meanwhile. */
static void ask(struct watcher *watcher)
{
    struct api *api = watcher->api;
    struct request request = {.api = api, .x = watcher->x};
    struct query query = {.kind = QUERY_FLOOR, .user = user_of(watcher), .since = watcher->since};
    if (!(directory_roles(api->directory, query.user) & (ROLE_SUPERVISOR | ROLE_ADMIN))) {
        api_refuse(let_go(watcher), ERR_PERMISSION, slice_of(for_whom));
        return;
    }
    watcher->is_asked = true;
    api->floor.asked += watcher->waits;
    api_ask(&request, &query, answered, watcher);
}

/* --- waiting --- */

/* When its time has come, as far as is known now. One of before a restart may be known to the core
 * all the same. */
static uint64_t due_ms(const struct watcher *watcher)
{
    bool has_moved = watcher->since != watcher->api->floor.version;
    if (watcher->since > watcher->api->floor.version)
        return 0;
    return has_moved && watcher->from_ms < watcher->until_ms ? watcher->from_ms : watcher->until_ms;
}

void api_tick(struct api *api)
{
    struct floor_waits *waits = &api->floor;
    uint64_t now_ms = now_of(api);
    waits->next_ms = UINT64_MAX;
    waits->has_put_off = false;
    LIST_EACH_SAFE(it, &waits->all)
    {
        struct watcher *watcher = LIST_OWNER(it, struct watcher, link);
        if (watcher->is_asked)
            continue;
        if (due_ms(watcher) > now_ms)
            look_at(waits, due_ms(watcher));
        else if (waits->asked < ASKED_MAX && free_ms(waits) <= now_ms)
            ask(watcher);
        else
            waits->has_put_off = true;
    }
    if (waits->has_put_off && waits->asked < ASKED_MAX)
        look_at(waits, free_ms(waits));
}

uint64_t api_next_ms(const struct api *api)
{
    return api->floor.next_ms;
}

void api_floor_moved(struct api *api, uint64_t version)
{
    if (version <= api->floor.version)
        return;
    api->floor.version = version;
    if (!list_is_empty(&api->floor.all))
        api_tick(api);
}

/* Nothing changed, as far as is known: the core is not asked any more. */
void api_drain(struct api *api)
{
    api->floor.is_draining = true;
    LIST_EACH_SAFE(it, &api->floor.all)
    {
        struct watcher *watcher = LIST_OWNER(it, struct watcher, link);
        struct floor floor = {.version = watcher->since};
        struct buf body = {0};
        if (watcher->is_asked)
            continue;
        api_render_floor(api, &floor, engine_now_ms(api->options.engine), &body);
        api_answer(let_go(watcher), &body, NULL);
        buf_free(&body);
    }
}

void floor_begin(struct api *api)
{
    list_init(&api->floor.all);
    api->floor.next_ms = UINT64_MAX;
}

void floor_end(struct api *api)
{
    LIST_EACH_SAFE(it, &api->floor.all)
    forget(LIST_OWNER(it, struct watcher, link));
}

/* --- requests --- */

static bool is_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

/* A version with too many digits is one that nobody was ever told, like others. */
static enum err read_bounds(const struct exchange *x, uint64_t *since, unsigned *wait_s,
                            struct slice *reason)
{
    struct slice version = api_parameter(x, "since");
    struct slice wait = api_parameter(x, "wait");
    unsigned long long number = UINT64_MAX;
    if (version.ptr && !is_digits(version)) {
        *reason = SLICE("since must be the version of an earlier answer");
        return ERR_INVALID;
    }
    (void)slice_to_u64(version, UINT64_MAX, &number);
    *since = version.ptr ? number : 0;
    number = 0;
    if (wait.ptr && !slice_to_u64(wait, WAIT_MAX_S, &number)) {
        *reason =
            arena_printf(x->arena, "wait must be a number of seconds from 0 to %d", WAIT_MAX_S);
        return is_digits(wait) ? ERR_RANGE : ERR_INVALID;
    }
    *wait_s = (unsigned)number;
    return ERR_OK;
}

static size_t count_of(const struct api *api, struct slice user)
{
    size_t count = 0;
    LIST_EACH(it, &api->floor.all)
    count += slice_equal(user_of(LIST_OWNER(it, struct watcher, link)), user);
    return count;
}

static void begin_to_wait(struct watcher *watcher, unsigned wait_s)
{
    struct api *api = watcher->api;
    uint64_t now_ms = now_of(api);
    watcher->waits = true;
    watcher->from_ms = now_ms + APART_MS;
    watcher->until_ms = now_ms + (uint64_t)wait_s * 1000;
    list_append(&api->floor.all, &watcher->link);
    watcher->x->owner = watcher;
    watcher->x->closed = is_closed;
    watcher->x->verbs->forget(watcher->x);
    if (due_ms(watcher) <= now_ms)
        api_tick(api);
    else
        look_at(&api->floor, due_ms(watcher));
}

void v2_floor_get(const struct request *request)
{
    struct api *api = request->api;
    struct exchange *x = request->x;
    uint64_t since;
    unsigned wait_s;
    struct slice reason = SLICE_NONE;
    enum err err =
        api_is_overseer(request) ? read_bounds(x, &since, &wait_s, &reason) : ERR_PERMISSION;
    if (err) {
        api_refuse(x, err, err == ERR_PERMISSION ? slice_of(for_whom) : reason);
        return;
    }
    bool waits = wait_s > 0 && since > 0 && !api->floor.is_draining;
    if (waits && count_of(api, x->user) >= WAITING_MAX) {
        api_refuse(x, ERR_RATE,
                   arena_printf(x->arena, "at most %d requests of a user may wait", WAITING_MAX));
        return;
    }
    struct watcher *watcher = mem_zalloc(sizeof *watcher + x->user.len);
    *watcher = (struct watcher){.api = api, .x = x, .since = since, .user_len = x->user.len};
    memcpy(watcher->user, x->user.ptr, x->user.len);
    list_init(&watcher->link);
    if (waits)
        begin_to_wait(watcher, wait_s);
    else
        ask(watcher);
}
