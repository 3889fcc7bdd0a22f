/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The order in which a request is judged (platform reference 2.1): Basic credentials decide alone
 * when they are there, because clients send them with every request, also beside a cookie of
 * somebody else; then the cookie. A request with Basic begins or keeps a session as well, since
 * clients expect that their first GET makes the cookie that CometD then lives on.
 *
 * A refusal carries no WWW-Authenticate: a browser would open its own log-in window over the
 * desktop's. */
#include "auth/auth_int.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>

#define ARGON_PASSES UINT64_C(2)
#define ARGON_MEMORY (size_t)(19 * 1024 * 1024)

struct auth *auth_create(const struct auth_options *options)
{
    if (sodium_init() < 0)
        log_abort("libsodium does not start");
    struct auth *a = mem_zalloc(sizeof *a);
    a->options = *options;
    list_init(&a->accounts);
    auth_set_users(a, options->users, options->user_count);
    a->options.users = NULL;
    randombytes_buf(a->process_key, sizeof a->process_key);
    /* Unknown users are verified too, against this, so that they can't be told from known ones. */
    char nobody[33];
    sodium_bin2hex(nobody, sizeof nobody, a->process_key, 16);
    if (auth_hash_password(nobody, a->dummy_hash, sizeof a->dummy_hash))
        log_abort("no memory to hash a password");
    list_init(&a->verified_by_age);
    list_init(&a->turns);
    a->worker = worker_create(options->poster);
    a->verifications = metric_register(METRIC_COUNTER, "cordboard_auth_verifications_total", NULL,
                                       "Passwords compared with their stored hash.");
    a->refusals = metric_register(METRIC_COUNTER, "cordboard_auth_refusals_total", NULL,
                                  "Requests refused because nobody, or the wrong one, asked.");
    return a;
}

void auth_destroy(struct auth *a)
{
    if (!a)
        return;
    worker_destroy(a->worker);
    auth_basic_end(a);
    auth_session_end_all(a);
    auth_users_end(a);
    sodium_memzero(a, sizeof *a);
    mem_free(a);
}

void auth_set_origins(struct auth *a, const char *const *origins, size_t count,
                      bool has_other_origins)
{
    a->options.origins = origins;
    a->options.origin_count = count;
    a->options.has_other_origins = has_other_origins;
}

static void deny(struct auth *a, struct exchange *x)
{
    char peer[64];
    metric_add(a->refusals, 1);
    log_line(LOG_INFO, "auth.denied", "peer=%s", log_quote(peer, sizeof peer, x->peer));
    exchange_refuse(x, ERR_NO_ACCESS, SLICE("Access denied"), SLICE_NONE);
}

/* What the answer carries for the session: its cookie where that is new, and the CSRF token. */
static void set_headers(struct auth *a, struct exchange *x, const struct session *session,
                        bool is_new)
{
    struct buf lines = {0};
    if (is_new)
        auth_session_write(a, x, session, &lines);
    if (slice_is(x->method, "GET")) {
        char token[CSRF_TOKEN_SIZE];
        auth_csrf_token(a, session, token);
        buf_printf(&lines, "X-CSRF-HEADER: X-CSRF-TOKEN\r\nX-CSRF-TOKEN: %s\r\n", token);
    }
    x->set_cookie = lines.len > 0 ? arena_copy(x->arena, buf_view(&lines)) : SLICE_NONE;
    buf_free(&lines);
}

/* Keeps the session, and renews it once half of its idle time is gone. */
static void keep_session(struct auth *a, struct exchange *x, struct session *session,
                         uint64_t now_ms)
{
    uint64_t idle_ms = a->options.session_idle_s * UINT64_C(1000);
    bool is_renewed = session->expires_ms < now_ms + idle_ms / 2;
    if (is_renewed)
        session->expires_ms = now_ms + idle_ms;
    x->user = slice_of(session->user->name);
    set_headers(a, x, session, is_renewed);
}

static void basic_judged(struct waiter *waiter, const struct auth_user *user)
{
    struct auth *a = waiter->auth;
    struct exchange *x = waiter->x;
    if (!user) {
        deny(a, x);
        return;
    }
    uint64_t now_ms = engine_unwound_ms(a->options.engine);
    struct session session;
    if (auth_session_find(a, x, now_ms, &session) && session.user == user) {
        keep_session(a, x, &session, now_ms);
    } else {
        auth_session_begin(a, user, now_ms, &session);
        x->user = slice_of(user->name);
        set_headers(a, x, &session, true);
    }
    waiter->identified(waiter->ctx, x);
}

static void basic_overloaded(struct waiter *waiter)
{
    exchange_refuse(waiter->x, ERR_OVERLOAD,
                    SLICE("Too many requests wait to be authenticated; try later"), SLICE_NONE);
}

static void identify_by_cookie(struct auth *a, struct exchange *x, bool acts,
                               void (*identified)(void *ctx, struct exchange *x), void *ctx)
{
    uint64_t now_ms = engine_unwound_ms(a->options.engine);
    struct session session;
    if (!auth_session_find(a, x, now_ms, &session)) {
        deny(a, x);
        return;
    }
    if (!auth_csrf_allows(a, x, acts, &session)) {
        metric_add(a->refusals, 1);
        exchange_refuse(x, ERR_PERMISSION, SLICE("Missing or invalid Csrf token"), SLICE_NONE);
        return;
    }
    keep_session(a, x, &session, now_ms);
    identified(ctx, x);
}

void auth_identify(struct auth *a, struct exchange *x, bool acts,
                   void (*identified)(void *ctx, struct exchange *x), void *ctx)
{
    auth_session_expire(a, engine_unwound_ms(a->options.engine));
    struct credential credential;
    switch (auth_basic_read(x->verbs->header(x, "authorization"), x->arena, &credential)) {
    case BASIC_ABSENT:
        identify_by_cookie(a, x, acts, identified, ctx);
        return;
    case BASIC_MALFORMED:
        deny(a, x);
        return;
    case BASIC_PRESENT:
        break;
    }
    struct waiter *waiter = arena_zalloc(x->arena, sizeof *waiter);
    *waiter = (struct waiter){.auth = a,
                              .x = x,
                              .judged = basic_judged,
                              .overloaded = basic_overloaded,
                              .identified = identified,
                              .ctx = ctx};
    auth_basic_judge(waiter, &credential);
}

enum err auth_hash_password(const char *password, char *out, size_t out_size)
{
    if (out_size < AUTH_HASH_SIZE || sodium_init() < 0)
        return ERR_INTERNAL;
    if (strlen(password) > AUTH_PASSWORD_MAX)
        return ERR_RANGE;
    if (crypto_pwhash_str_alg(out, password, strlen(password), ARGON_PASSES, ARGON_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13))
        return ERR_INTERNAL;
    return ERR_OK;
}
