/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A ring is a circular array of references that begins with four places and doubles up to the
 * bound, so that ten thousand quiet users cost little; it is never copied for a reader. The number
 * of a notice gives its place: numbers in a ring follow each other, so the oldest kept one is
 * last - count + 1 and looking one up is arithmetic.
 *
 * A user stays known once a number is: the newest one must not be forgotten while the core goes on
 * counting. A user with cursors only goes with the last of them.
 *
 * An empty ring of a user whose numbers are high (replay had none of them, or what came was
 * dropped) is no special case: the oldest kept is then the one that will come next, and whoever
 * stands before it has lost something. */
#include "hub/hub.h"

#include "base/map.h"
#include "base/mem.h"

#define RING_FIRST 4

struct place {
    struct notice *notice;
    size_t bytes; /* as counted on coming: what a notice shares may grow when it is rendered */
};

struct hub_user {
    struct list link; /* of all users; for the end */
    struct list cursors;
    struct place *ring;
    uint64_t last; /* number of the newest notice, 0: there was none */
    size_t bytes;
    uint32_t cap;
    uint32_t head; /* place of the oldest */
    uint32_t count;
    uint32_t name_len;
    char name[];
};

struct hub {
    struct map users;
    struct list all;
    size_t ring_notices;
    size_t ring_bytes;
    size_t rings_bytes;
    struct hub_stats stats;
};

struct hub *hub_create(size_t ring_notices, size_t ring_bytes, size_t rings_bytes)
{
    struct hub *hub = mem_zalloc(sizeof *hub);
    hub->ring_notices = ring_notices ? ring_notices : 1;
    hub->ring_bytes = ring_bytes;
    hub->rings_bytes = rings_bytes;
    list_init(&hub->all);
    return hub;
}

static struct hub_user *user_find(const struct hub *hub, struct slice name)
{
    return map_get(&hub->users, name);
}

static struct hub_user *user_make(struct hub *hub, struct slice name)
{
    struct hub_user *user = user_find(hub, name);
    if (user) {
        return user;
    }
    user = mem_zalloc(sizeof *user + name.len);
    list_init(&user->cursors);
    user->name_len = (uint32_t)name.len;
    if (name.len) {
        memcpy(user->name, name.ptr, name.len);
    }
    list_append(&hub->all, &user->link);
    map_put(&hub->users, (struct slice){user->name, name.len}, user);
    return user;
}

static struct place *ring_at(const struct hub_user *user, uint32_t i)
{
    uint32_t at = user->head + i;
    return &user->ring[at < user->cap ? at : at - user->cap];
}

static void ring_drop_oldest(struct hub *hub, struct hub_user *user)
{
    struct place oldest = *ring_at(user, 0);
    user->bytes -= oldest.bytes;
    hub->stats.bytes -= oldest.bytes;
    hub->stats.notices--;
    user->head = user->head + 1 < user->cap ? user->head + 1 : 0;
    user->count--;
    notice_unref(oldest.notice);
}

static void ring_clear(struct hub *hub, struct hub_user *user)
{
    while (user->count) {
        ring_drop_oldest(hub, user);
    }
    user->head = 0;
}

static void ring_grow(const struct hub *hub, struct hub_user *user)
{
    size_t cap = user->cap ? (size_t)user->cap * 2 : RING_FIRST;
    if (cap > hub->ring_notices) {
        cap = hub->ring_notices;
    }
    struct place *ring = mem_alloc(cap * sizeof(*ring));
    for (uint32_t i = 0; i < user->count; i++) {
        ring[i] = *ring_at(user, i);
    }
    mem_free(user->ring);
    user->ring = ring;
    user->cap = (uint32_t)cap;
    user->head = 0;
}

static bool is_over(const struct hub *hub, const struct hub_user *user, size_t bytes)
{
    return user->count >= hub->ring_notices || user->bytes + bytes > hub->ring_bytes ||
           hub->stats.bytes + bytes > hub->rings_bytes;
}

static void ring_push(struct hub *hub, struct hub_user *user, struct notice *notice)
{
    size_t bytes = notice_size_bytes(notice);
    while (user->count && is_over(hub, user, bytes)) {
        ring_drop_oldest(hub, user);
    }
    if (user->count == user->cap) {
        ring_grow(hub, user);
    }
    user->count++;
    *ring_at(user, user->count - 1) = (struct place){notice, bytes};
    user->bytes += bytes;
    hub->stats.bytes += bytes;
    hub->stats.notices++;
}

static void cursors_tell(struct hub_user *user)
{
    LIST_EACH_SAFE(link, &user->cursors)
    {
        struct hub_cursor *cursor = LIST_OWNER(link, struct hub_cursor, link);
        if (cursor->arrived) {
            cursor->arrived(cursor->owner);
        }
    }
}

void hub_append(struct hub *hub, struct notice *notice)
{
    struct hub_user *user = user_make(hub, notice->user->name);
    if (notice->seq != user->last + 1) {
        ring_clear(hub, user);
    }
    user->last = notice->seq;
    ring_push(hub, user, notice);
    cursors_tell(user);
}

void hub_seed(struct hub *hub, struct slice name, uint64_t last)
{
    struct hub_user *user = last ? user_make(hub, name) : user_find(hub, name);
    if (!user || user->last == last) {
        return;
    }
    ring_clear(hub, user);
    user->last = last;
    cursors_tell(user);
}

uint64_t hub_last(const struct hub *hub, struct slice user)
{
    const struct hub_user *found = user_find(hub, user);
    return found ? found->last : 0;
}

void hub_cursor_open(struct hub *hub, struct hub_cursor *cursor, struct slice user, uint64_t after)
{
    cursor->user = user_make(hub, user);
    cursor->next = (after == HUB_NEWEST ? cursor->user->last : after) + 1;
    list_append(&cursor->user->cursors, &cursor->link);
    hub->stats.cursors++;
}

static void user_free(struct hub *hub, struct hub_user *user)
{
    ring_clear(hub, user);
    list_remove(&user->link);
    mem_free(user->ring);
    mem_free(user);
}

size_t hub_user_cursors(const struct hub *hub, struct slice user)
{
    const struct hub_user *found = user_find(hub, user);
    size_t count = 0;
    if (found) {
        LIST_EACH(link, &found->cursors)
        {
            count++;
        }
    }
    return count;
}

void hub_cursor_close(struct hub *hub, struct hub_cursor *cursor)
{
    struct hub_user *user = cursor->user;
    if (!user) {
        return;
    }
    list_remove(&cursor->link);
    cursor->user = NULL;
    hub->stats.cursors--;
    if (user->last == 0 && list_is_empty(&user->cursors)) {
        map_remove(&hub->users, (struct slice){user->name, user->name_len});
        user_free(hub, user);
    }
}

uint64_t hub_oldest(const struct hub_cursor *cursor)
{
    return cursor->user->last + 1 - cursor->user->count;
}

const struct notice *hub_notice(const struct hub_cursor *cursor, uint64_t seq)
{
    const struct hub_user *user = cursor->user;
    uint64_t oldest = hub_oldest(cursor);
    if (seq < oldest || seq > user->last) {
        return NULL;
    }
    return ring_at(user, (uint32_t)(seq - oldest))->notice;
}

const struct notice *hub_cursor_peek(struct hub_cursor *cursor, bool *lost)
{
    uint64_t oldest = hub_oldest(cursor);
    *lost = cursor->next < oldest;
    if (*lost) {
        cursor->next = oldest;
    }
    return hub_notice(cursor, cursor->next);
}

void hub_stats(const struct hub *hub, struct hub_stats *out)
{
    *out = hub->stats;
}

void hub_destroy(struct hub *hub)
{
    if (!hub) {
        return;
    }
    LIST_EACH_SAFE(link, &hub->all)
    {
        user_free(hub, LIST_OWNER(link, struct hub_user, link));
    }
    map_free(&hub->users);
    mem_free(hub);
}
