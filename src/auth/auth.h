/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who asks: Basic credentials (argon2id, verified one at a time on a worker), and the JSESSIONID
 * cookie: signed with a stored key, so that a restart costs nobody the session. A credential that
 * was verified is remembered by a keyed MAC of the pair (stored hash, password) with an expiry, and
 * so forgotten when the hash changes. Web thread only. */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "base/exchange.h"
#include "base/poster.h"
#include "engine/engine.h"

struct auth;

#define AUTH_HASH_SIZE    128
#define AUTH_PASSWORD_MAX 128 /* bytes; a longer one is nobody's */

struct auth_user {
    const char *name;
    const char *password_hash; /* crypto_pwhash_str form */
};

struct auth_options {
    const struct auth_user *users; /* sorted in any order; copied */
    size_t user_count;
    uint8_t key[32];            /* signs cookies; the same after a restart */
    unsigned session_idle_s;    /* 1800: a cookie unused for so long is worth nothing */
    unsigned verified_s;        /* how long a verified credential is remembered */
    bool is_https;              /* all clients come by https, whatever a request looks like */
    bool has_other_origins;     /* cookies are for other sites' frames too */
    const char *const *origins; /* borrowed; patterns (base/origin.h) of the web origins whose
                                   pages may act with the cookie */
    size_t origin_count;
    struct poster poster;  /* of the web thread */
    struct engine *engine; /* borrowed: durable records of ended sessions */
};

struct auth *auth_create(const struct auth_options *options);
void auth_destroy(struct auth *a);

/* These from now on, and no others; copied. Sessions of who is gone, or has another password, are
 * worth nothing any more. */
void auth_set_users(struct auth *a, const struct auth_user *users, size_t count);
/* As in the options; borrowed. */
void auth_set_origins(struct auth *a, const char *const *origins, size_t count,
                      bool has_other_origins);

/* At start-up, for each record of RECORD_WEB_SESSION. */
void auth_restore(struct auth *a, struct slice key, struct slice value);

/* Sets x->user (and in x->set_cookie the cookie where a session begins or is renewed, and on GET
 * the CSRF headers) and calls identified, at once or later. Or answers: 403 with statusCode 20 when
 * nobody is known, 403 with statusCode 5 when only a cookie speaks for a request that changes
 * something and neither token nor origin does (platform reference 2.3), 500 with statusCode 4 when
 * too many wait to be verified. acts: it may change something though it is a GET. */
void auth_identify(struct auth *a, struct exchange *x, bool acts,
                   void (*identified)(void *ctx, struct exchange *x), void *ctx);
/* Ends the HTTP session of the exchange's cookie, durably, then calls ended. */
void auth_end_session(struct auth *a, struct exchange *x,
                      void (*ended)(void *ctx, struct exchange *x), void *ctx);

/* Hashes a password (about 11 ms, 19 MiB); out has at least AUTH_HASH_SIZE bytes. ERR_RANGE: it is
 * too long. */
enum err auth_hash_password(const char *password, char *out, size_t out_size);

#endif
