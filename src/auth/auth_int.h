/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the auth room: the parts that auth.c puts together. */
#ifndef AUTH_AUTH_INT_H
#define AUTH_AUTH_INT_H

#include "auth/auth.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/metrics.h"

#include <sodium.h>

#define MAC_BYTES        32
#define SESSION_ID_BYTES 16
#define CSRF_TOKEN_SIZE  37 /* a GUID and a NUL */
#define USER_NAME_MAX    255
#define WAITING_MAX      1000 /* requests that wait for a verification */
#define VERIFIED_MAX     32768

struct auth {
    struct auth_options options;
    struct map users; /* name -> struct auth_user, of the options */

    /* auth_basic.c */
    uint8_t process_key[32]; /* keys the memory of verified credentials */
    char dummy_hash[AUTH_HASH_SIZE];
    struct map verified; /* MAC -> struct verified */
    struct list verified_by_age;
    struct map jobs; /* MAC -> struct job: verifications under way */
    struct list all_jobs;
    size_t waiting;
    struct worker *worker;

    /* auth_session.c */
    struct map ended; /* id -> struct ended */
    struct heap ended_by_expiry;

    struct metric *verifications;
    struct metric *refusals;
};

/* --- auth_basic.c: credentials --- */

enum basic { BASIC_ABSENT, BASIC_MALFORMED, BASIC_PRESENT };

struct credential {
    struct slice user;
    struct slice password;
};

/* Reads an Authorization header. Slices are in the arena. */
enum basic auth_basic_read(struct slice header, struct arena *arena, struct credential *out);

/* Calls judged, at once when the credential is remembered, else when the worker has verified it.
 * ERR_OVERLOAD: too many wait; judged is not called. While it waits, x->owner and x->closed are
 * taken. user is NULL when the credential is wrong. */
struct waiter {
    struct list link; /* of the job's waiters */
    struct auth *auth;
    struct exchange *x;
    const struct auth_user *user;
    void (*judged)(struct waiter *waiter, const struct auth_user *user);
    void (*identified)(void *ctx, struct exchange *x);
    void *ctx;
};
enum err auth_basic_judge(struct waiter *waiter, const struct credential *credential);

/* After the worker is gone: forgets everything. */
void auth_basic_end(struct auth *a);

/* --- auth_session.c: the cookie --- */

struct session {
    const struct auth_user *user;
    uint8_t id[SESSION_ID_BYTES];
    uint64_t expires_ms;
};

/* The session that the exchange's cookie proves, if any. */
bool auth_session_find(struct auth *a, const struct exchange *x, uint64_t now_ms,
                       struct session *out);
void auth_session_begin(struct auth *a, const struct auth_user *user, uint64_t now_ms,
                        struct session *out);
/* Appends a Set-Cookie line. */
void auth_session_write(const struct auth *a, const struct session *session, struct buf *out);
/* Ended sessions whose cookies are worth nothing by now anyway are forgotten, durably. */
void auth_session_expire(struct auth *a, uint64_t now_ms);
void auth_session_end_all(struct auth *a);

/* --- auth_csrf.c: who may act with a cookie --- */

void auth_csrf_token(const struct auth *a, const struct session *session,
                     char out[CSRF_TOKEN_SIZE]);
/* Whether a request that only a cookie authenticates may go on. */
bool auth_csrf_allows(const struct auth *a, const struct exchange *x,
                      const struct session *session);

/* True when pattern (see auth_options.origins) covers the origin. */
bool auth_origin_matches(struct slice pattern, struct slice origin);

#endif
