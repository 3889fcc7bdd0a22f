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
#define JOBS_MAX         1000 /* verifications that wait, of all addresses together */
#define NAME_JOBS_MAX    4    /* of one user name from one address */
#define JOB_WAITERS_MAX  256  /* requests with one credential */
#define VERIFIED_MAX     32768

struct auth {
    struct auth_options options;
    struct map users; /* name -> struct account */
    struct list accounts;

    /* auth_basic.c */
    uint8_t process_key[32]; /* keys the memory of verified credentials */
    char dummy_hash[AUTH_HASH_SIZE];
    struct map verified; /* MAC -> struct verified */
    struct list verified_by_age;
    struct worker *worker;

    /* auth_queue.c */
    struct map jobs;     /* MAC -> struct job: all that wait, and the one that runs */
    struct job *running; /* or NULL */
    struct map lanes;    /* address -> struct lane, of those that have jobs waiting */
    struct list turns;   /* the lanes, the next one first */
    size_t waiting;      /* jobs, in lanes */

    /* auth_session.c */
    struct map ended; /* id -> struct ended */
    struct heap ended_by_expiry;

    struct metric *verifications;
    struct metric *refusals;
};

/* --- auth_users.c: who there is --- */

/* NULL when there is nobody of that name. The pointer, and the name, are good as long as the auth:
 * a request may outlast its user. The hash is good until the users change. */
const struct auth_user *auth_users_find(const struct auth *a, struct slice name);
/* Whether that is still the user's hash, of a user that there still is. */
bool auth_users_has_hash(const struct auth_user *user, const char *hash);
void auth_users_end(struct auth *a);

/* --- auth_basic.c: credentials --- */

enum basic { BASIC_ABSENT, BASIC_MALFORMED, BASIC_PRESENT };

struct credential {
    struct slice user;
    struct slice password;
};

/* Reads an Authorization header. Slices are in the arena. */
enum basic auth_basic_read(struct slice header, struct arena *arena, struct credential *out);

/* Calls judged, at once when the credential is remembered or can't be right, else when the worker
 * has verified it. user is NULL when the credential is wrong. overloaded instead: too many wait. */
struct waiter {
    struct list link; /* of the job's waiters */
    struct auth *auth;
    struct exchange *x;
    const struct auth_user *user;
    void (*judged)(struct waiter *waiter, const struct auth_user *user);
    void (*overloaded)(struct waiter *waiter);
    void (*identified)(void *ctx, struct exchange *x);
    void *ctx;
};
void auth_basic_judge(struct waiter *waiter, const struct credential *credential);

/* After the worker is gone: forgets everything. */
void auth_basic_end(struct auth *a);

/* --- auth_queue.c: whose password is verified next --- */

struct job {
    uint8_t mac[MAC_BYTES];
    struct list link;  /* of its lane; of nothing while it runs */
    struct lane *lane; /* NULL while it runs */
    struct list waiters;
    size_t waiter_count;
    struct auth *auth; /* NULL: the auth is gone */
    char hash[AUTH_HASH_SIZE];
    bool is_right;
    size_t name_len;
    size_t password_len;
    char name[USER_NAME_MAX];
    char password[AUTH_PASSWORD_MAX];
};

/* What is to be verified. hash: the user's, or one that fits nothing. */
struct question {
    const uint8_t *mac;
    const char *hash;
    const struct credential *credential;
};

/* The waiter waits for the answer, or is told that there are too many. */
void auth_queue_join(struct waiter *waiter, const struct question *question);
/* The running one is done: no longer found; the next one runs. */
void auth_queue_leave(struct auth *a, struct job *job);
void auth_queue_free(struct job *job);
/* After the worker is gone: forgets everything. */
void auth_queue_end(struct auth *a);
/* Of the worker, and then of the loop: auth_basic.c. */
void auth_job_run(void *arg);
void auth_job_finished(void *arg);

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
/* Appends a Set-Cookie line for the exchange's answer. */
void auth_session_write(const struct auth *a, const struct exchange *x,
                        const struct session *session, struct buf *out);
/* Ended sessions whose cookies are worth nothing by now anyway are forgotten, durably. */
void auth_session_expire(struct auth *a, uint64_t now_ms);
void auth_session_end_all(struct auth *a);

/* --- auth_csrf.c: who may act with a cookie --- */

void auth_csrf_token(const struct auth *a, const struct session *session,
                     char out[CSRF_TOKEN_SIZE]);
/* Whether a request that only a cookie authenticates may go on. acts: it changes something,
 * whatever its method says. */
bool auth_csrf_allows(const struct auth *a, const struct exchange *x, bool acts,
                      const struct session *session);

#endif
