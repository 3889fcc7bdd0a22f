/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Basic credentials. argon2id costs 11 ms and 19 MiB, on purpose; so a password is verified once
 * and then known by a MAC of (stored hash, password) under a key that dies with the process. Since
 * the hash is in it, a changed password forgets the old one by itself. A wrong password is not
 * remembered: guessing is slowed by the one worker, which does ninety a second and no more.
 *
 * Requests with one credential that come while it is verified (a desktop sends several at once)
 * wait for the one result. Every name is verified, unknown ones against a hash that fits nothing,
 * so that time tells nobody who exists. A password longer than any we have is wrong at once.
 *
 * Rejected: remembering in a signed cookie alone, since many clients keep no cookies. */
#include "auth/auth_int.h"

#include "base/mem.h"

struct verified {
    uint8_t mac[MAC_BYTES];
    struct list link;
    uint64_t until_ms;
};

enum basic auth_basic_read(struct slice header, struct arena *arena, struct credential *out)
{
    struct slice rest;
    struct slice scheme = slice_split(slice_trim(header), ' ', &rest);
    if (!slice_equal_nocase(scheme, SLICE("Basic")))
        return BASIC_ABSENT;
    struct slice coded = slice_trim(rest);
    char *plain = arena_alloc(arena, coded.len + 1);
    size_t len = 0;
    if (coded.len == 0 ||
        (sodium_base642bin((unsigned char *)plain, coded.len + 1, coded.ptr, coded.len, NULL, &len,
                           NULL, sodium_base64_VARIANT_ORIGINAL) &&
         sodium_base642bin((unsigned char *)plain, coded.len + 1, coded.ptr, coded.len, NULL, &len,
                           NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)))
        return BASIC_MALFORMED;
    out->user = slice_split((struct slice){plain, len}, ':', &out->password);
    return out->password.ptr ? BASIC_PRESENT : BASIC_MALFORMED;
}

static void mac_of(const struct auth *a, const char *hash, struct slice password,
                   uint8_t out[MAC_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, a->process_key, sizeof a->process_key, MAC_BYTES);
    /* The NUL parts the two: a hash holds none. */
    crypto_generichash_update(&state, (const unsigned char *)hash, strlen(hash) + 1);
    crypto_generichash_update(&state, (const unsigned char *)password.ptr, password.len);
    crypto_generichash_final(&state, out, MAC_BYTES);
}

static struct slice mac_key(const uint8_t mac[MAC_BYTES])
{
    return (struct slice){(const char *)mac, MAC_BYTES};
}

static void verified_forget(struct auth *a, struct verified *v)
{
    map_remove(&a->verified, mac_key(v->mac));
    list_remove(&v->link);
    mem_free(v);
}

static bool is_verified(struct auth *a, const uint8_t mac[MAC_BYTES])
{
    struct verified *v = map_get(&a->verified, mac_key(mac));
    if (v && v->until_ms <= engine_unwound_ms(a->options.engine)) {
        verified_forget(a, v);
        v = NULL;
    }
    return v != NULL;
}

static void verified_remember(struct auth *a, const uint8_t mac[MAC_BYTES])
{
    struct verified *v = map_get(&a->verified, mac_key(mac));
    if (v)
        verified_forget(a, v);
    if (a->verified.count >= VERIFIED_MAX)
        verified_forget(a, LIST_OWNER(a->verified_by_age.next, struct verified, link));
    v = mem_zalloc(sizeof *v);
    memcpy(v->mac, mac, MAC_BYTES);
    v->until_ms = engine_unwound_ms(a->options.engine) + a->options.verified_s * UINT64_C(1000);
    list_append(&a->verified_by_age, &v->link);
    map_put(&a->verified, mac_key(v->mac), v);
}

void auth_job_run(void *arg)
{
    struct job *job = arg;
    job->is_right = crypto_pwhash_str_verify(job->hash, job->password, job->password_len) == 0;
}

void auth_job_finished(void *arg)
{
    struct job *job = arg;
    struct auth *a = job->auth;
    if (!a) {
        auth_queue_free(job);
        return;
    }
    metric_add(a->verifications, 1);
    if (job->is_right)
        verified_remember(a, job->mac);
    auth_queue_leave(a, job);
    while (!list_is_empty(&job->waiters)) {
        struct waiter *waiter = LIST_OWNER(job->waiters.next, struct waiter, link);
        list_remove(&waiter->link);
        /* The users may have changed while it was verified. */
        bool is_right = job->is_right && auth_users_has_hash(waiter->user, job->hash);
        waiter->judged(waiter, is_right ? waiter->user : NULL);
    }
    auth_queue_free(job);
}

void auth_basic_judge(struct waiter *waiter, const struct credential *credential)
{
    struct auth *a = waiter->auth;
    /* No user of ours has such a name or password, which tells nobody who exists. */
    if (credential->user.len > USER_NAME_MAX || credential->password.len > AUTH_PASSWORD_MAX) {
        waiter->judged(waiter, NULL);
        return;
    }
    waiter->user = auth_users_find(a, credential->user);
    const char *hash = waiter->user ? waiter->user->password_hash : a->dummy_hash;
    uint8_t mac[MAC_BYTES];
    mac_of(a, hash, credential->password, mac);
    if (waiter->user && is_verified(a, mac))
        waiter->judged(waiter, waiter->user);
    else
        auth_queue_join(waiter, &(struct question){mac, hash, credential});
}

void auth_basic_end(struct auth *a)
{
    auth_queue_end(a);
    LIST_EACH_SAFE(it, &a->verified_by_age)
    verified_forget(a, LIST_OWNER(it, struct verified, link));
    map_free(&a->verified);
}
