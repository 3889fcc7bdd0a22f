/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The fakes, and the one program. Hashes are made once for all tests: they are slow on purpose. */
#include "bench.h"

#include "base/mem.h"
#include "engine/ticket.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define POSTS_MAX  64
#define DEADLINE_S 60

uint64_t now_ms;
enum err record_answer;
struct record records[16];
size_t record_count;
unsigned bench_idle_s = IDLE_S;
int identified_count;
char identified_user[64];

static struct ticket *tickets[16];
static size_t ticket_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted_one = PTHREAD_COND_INITIALIZER;
static struct {
    void (*fn)(void *arg);
    void *arg;
} posts[POSTS_MAX];
static size_t post_count;

/* --- the engine --- */

uint64_t engine_unwound_ms(const struct engine *e)
{
    (void)e;
    return now_ms;
}

enum err engine_record(struct engine *e, const struct engine_record *r, size_t count, void *tag)
{
    (void)e;
    if (record_answer)
        return record_answer;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(r[i].table, RECORD_WEB_SESSION);
        struct record *to = &records[record_count++];
        to->key_len = r[i].key.len;
        memcpy(to->key, r[i].key.ptr, r[i].key.len);
        to->value_len = r[i].value.len;
        if (r[i].value.len > 0)
            memcpy(to->value, r[i].value.ptr, r[i].value.len);
    }
    tickets[ticket_count++] = tag;
    return ERR_OK;
}

void bench_commit(enum err err)
{
    for (size_t i = 0; i < ticket_count; i++)
        tickets[i]->done(tickets[i], &(struct reply){.tag = tickets[i], .err = err});
    ticket_count = 0;
}

/* --- the loop --- */

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    (void)ctx;
    pthread_mutex_lock(&lock);
    posts[post_count].fn = fn;
    posts[post_count++].arg = arg;
    pthread_cond_signal(&posted_one);
    pthread_mutex_unlock(&lock);
}

size_t bench_posted(void)
{
    pthread_mutex_lock(&lock);
    size_t count = post_count;
    pthread_mutex_unlock(&lock);
    return count;
}

void bench_pump(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DEADLINE_S;
    pthread_mutex_lock(&lock);
    while (post_count == 0)
        if (pthread_cond_timedwait(&posted_one, &lock, &until))
            fail_msg("the worker finished nothing in %d s", DEADLINE_S);
    size_t count = post_count;
    post_count = 0;
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count; i++)
        posts[i].fn(posts[i].arg);
}

/* --- auth --- */

static char hash_secret[AUTH_HASH_SIZE];
static char hash_changed[AUTH_HASH_SIZE];
static char hash_other[AUTH_HASH_SIZE];

struct auth *bench_auth(const char *alice_password)
{
    static const char *const origins[] = {"http://page.example", "https://*.crm.example"};
    static struct auth_user users[2][2];
    int which = strcmp(alice_password, "secret") == 0 ? 0 : 1;
    users[which][0] = (struct auth_user){"alice", which ? hash_changed : hash_secret};
    users[which][1] = (struct auth_user){"bob", hash_other};
    struct auth_options options = {.users = users[which],
                                   .user_count = 2,
                                   .key = {7},
                                   .session_idle_s = bench_idle_s,
                                   .verified_s = VERIFIED_S,
                                   .origins = origins,
                                   .origin_count = 2,
                                   .poster = {post, NULL}};
    return auth_create(&options);
}

static void identified(void *ctx, struct exchange *x)
{
    (void)ctx;
    identified_count++;
    snprintf(identified_user, sizeof identified_user, "%.*s", (int)x->user.len, x->user.ptr);
}

void bench_identify(struct auth *a, struct fake *f)
{
    auth_identify(a, &f->x, f->acts, identified, NULL);
}

const char *bench_lines(const struct fake *f)
{
    static char lines[2048];
    snprintf(lines, sizeof lines, "%.*s", (int)f->x.set_cookie.len,
             f->x.set_cookie.ptr ? f->x.set_cookie.ptr : "");
    return lines;
}

const char *bench_cookie(const char *lines)
{
    static char cookies[8][512];
    static int next;
    const char *at = strstr(lines, "Set-Cookie: ");
    if (!at)
        return NULL;
    char *out = cookies[next++ % 8];
    snprintf(out, sizeof cookies[0], "%.*s", (int)strcspn(at + 12, ";"), at + 12);
    return out;
}

int bench_reset(void **state)
{
    (void)state;
    now_ms = UINT64_C(1700000000000);
    bench_idle_s = IDLE_S;
    record_answer = ERR_OK;
    record_count = 0;
    ticket_count = 0;
    identified_count = 0;
    identified_user[0] = '\0';
    return 0;
}

int bench_end(void **state)
{
    (void)state;
    return post_count == 0 ? 0 : -1;
}

static int hash_all(void **state)
{
    (void)state;
    return auth_hash_password("secret", hash_secret, sizeof hash_secret) ||
           auth_hash_password("changed", hash_changed, sizeof hash_changed) ||
           auth_hash_password("other", hash_other, sizeof hash_other);
}

int main(void)
{
    struct CMUnitTest all[64];
    size_t count = 0;
    for (size_t i = 0; i < basic_test_count; i++)
        all[count++] = basic_tests[i];
    for (size_t i = 0; i < session_test_count; i++)
        all[count++] = session_tests[i];
    for (size_t i = 0; i < csrf_test_count; i++)
        all[count++] = csrf_tests[i];
    for (size_t i = 0; i < user_test_count; i++)
        all[count++] = user_tests[i];
    return _cmocka_run_group_tests("auth", all, count, hash_all, NULL);
}
