/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* JSESSIONID holds the session itself, signed: version, expiry, random id, user name, and a MAC
 * over these and the user's stored hash. So ten thousand sessions cost no memory, a restart costs
 * nobody a session, and a changed password ends the sessions that began under the old one.
 *
 *     base64url( 1 byte version | 8 bytes expiry, little-endian ms | 16 bytes id | name | 32 bytes
 *     MAC )
 *
 * What a signed cookie can't do is end early. So ended ids are remembered, in RECORD_WEB_SESSION
 * and here, until no cookie of theirs can be valid any more: a whole idle time after the end, or
 * the expiry of the cookie that was shown. */
#include "auth/auth_int.h"

#include "base/codec.h"
#include "base/mem.h"
#include "engine/ticket.h"

#include <endian.h>

#define COOKIE_VERSION 1
#define HEAD_BYTES     (1 + 8 + SESSION_ID_BYTES)
#define TOKEN_MAX      (HEAD_BYTES + USER_NAME_MAX + MAC_BYTES)
#define COOKIE_MAX     (TOKEN_MAX * 4 / 3 + 4)
#define COOKIE_TRIES   4
#define EXPIRE_AT_ONCE 64

struct ended {
    uint8_t id[SESSION_ID_BYTES];
    struct heap_node node;
};

/* Somebody who waits for the end of a session to be durable. */
struct ending {
    struct ticket ticket;
    struct auth *auth;
    struct exchange *x;
    void (*ended)(void *ctx, struct exchange *x);
    void *ctx;
    uint8_t id[SESSION_ID_BYTES];
};

static struct slice id_key(const uint8_t id[SESSION_ID_BYTES])
{
    return (struct slice){(const char *)id, SESSION_ID_BYTES};
}

static void sign(const struct auth *a, struct slice payload, const struct auth_user *user,
                 uint8_t out[MAC_BYTES])
{
    static const unsigned char purpose[] = "cordboard web session";
    crypto_generichash_state state;
    crypto_generichash_init(&state, a->options.key, sizeof a->options.key, MAC_BYTES);
    crypto_generichash_update(&state, purpose, sizeof purpose);
    crypto_generichash_update(&state, (const unsigned char *)user->password_hash,
                              strlen(user->password_hash) + 1);
    crypto_generichash_update(&state, (const unsigned char *)payload.ptr, payload.len);
    crypto_generichash_final(&state, out, MAC_BYTES);
}

static bool read_cookie(struct auth *a, struct slice text, uint64_t now_ms, struct session *out)
{
    unsigned char token[TOKEN_MAX];
    size_t len = 0;
    if (sodium_base642bin(token, sizeof token, text.ptr, text.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
        len <= HEAD_BYTES + MAC_BYTES || token[0] != COOKIE_VERSION)
        return false;
    struct slice payload = {(const char *)token, len - MAC_BYTES};
    struct slice name = {payload.ptr + HEAD_BYTES, payload.len - HEAD_BYTES};
    out->user = auth_users_find(a, name);
    if (!out->user)
        return false;
    uint8_t mac[MAC_BYTES];
    sign(a, payload, out->user, mac);
    if (sodium_memcmp(mac, token + payload.len, MAC_BYTES))
        return false;
    uint64_t expires_ms;
    memcpy(&expires_ms, token + 1, sizeof expires_ms);
    out->expires_ms = le64toh(expires_ms);
    memcpy(out->id, token + 9, SESSION_ID_BYTES);
    return out->expires_ms > now_ms && !map_get(&a->ended, id_key(out->id));
}

bool auth_session_find(struct auth *a, const struct exchange *x, uint64_t now_ms,
                       struct session *out)
{
    struct slice rest = x->verbs->header(x, "cookie");
    /* A browser may send several of that name, of other paths: the one that is ours counts. */
    for (int tries = 0; tries < COOKIE_TRIES; tries++) {
        struct slice value = exchange_cookie_next(&rest, "JSESSIONID");
        if (!value.ptr)
            return false;
        if (value.len > 0 && read_cookie(a, value, now_ms, out))
            return true;
    }
    return false;
}

void auth_session_begin(struct auth *a, const struct auth_user *user, uint64_t now_ms,
                        struct session *out)
{
    out->user = user;
    randombytes_buf(out->id, sizeof out->id);
    out->expires_ms = now_ms + a->options.session_idle_s * UINT64_C(1000);
}

static const char *cookie_attributes(const struct auth *a, const struct exchange *x)
{
    return exchange_cookie_attributes(x->is_https || a->options.is_https,
                                      a->options.has_other_origins);
}

void auth_session_write(const struct auth *a, const struct exchange *x,
                        const struct session *session, struct buf *out)
{
    unsigned char token[TOKEN_MAX];
    size_t name_len = strlen(session->user->name);
    if (name_len > USER_NAME_MAX)
        return;
    uint64_t expires_ms = htole64(session->expires_ms);
    token[0] = COOKIE_VERSION;
    memcpy(token + 1, &expires_ms, sizeof expires_ms);
    memcpy(token + 9, session->id, SESSION_ID_BYTES);
    memcpy(token + HEAD_BYTES, session->user->name, name_len);
    struct slice payload = {(const char *)token, HEAD_BYTES + name_len};
    sign(a, payload, session->user, token + payload.len);
    char text[COOKIE_MAX];
    sodium_bin2base64(text, sizeof text, token, payload.len + MAC_BYTES,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buf_printf(out, "Set-Cookie: JSESSIONID=%s%s\r\n", text, cookie_attributes(a, x));
}

static void ended_add(struct auth *a, const uint8_t id[SESSION_ID_BYTES], uint64_t until_ms)
{
    struct ended *ended = mem_zalloc(sizeof *ended);
    memcpy(ended->id, id, SESSION_ID_BYTES);
    map_put(&a->ended, id_key(ended->id), ended);
    heap_set(&a->ended_by_expiry, &ended->node, until_ms, 0);
}

static void ended_drop(struct auth *a, struct ended *ended)
{
    map_remove(&a->ended, id_key(ended->id));
    heap_remove(&a->ended_by_expiry, &ended->node);
    mem_free(ended);
}

void auth_restore(struct auth *a, struct slice key, struct slice value)
{
    struct dec d = dec_of(value);
    uint64_t until_ms = dec_u64(&d);
    if (key.len == SESSION_ID_BYTES && dec_is_done(&d) && !map_get(&a->ended, key))
        ended_add(a, (const uint8_t *)key.ptr, until_ms);
}

static void forgotten(struct ticket *ticket, struct reply *reply)
{
    (void)ticket;
    (void)reply; /* A record that stayed is found again, and removed, after the next start. */
}

void auth_session_expire(struct auth *a, uint64_t now_ms)
{
    static struct ticket nobody = {forgotten};
    struct engine_record records[EXPIRE_AT_ONCE];
    uint8_t ids[EXPIRE_AT_ONCE][SESSION_ID_BYTES];
    size_t count = 0;
    for (struct heap_node *first = heap_first(&a->ended_by_expiry);
         first && first->at_ms <= now_ms && count < EXPIRE_AT_ONCE;
         first = heap_first(&a->ended_by_expiry)) {
        struct ended *ended = LIST_OWNER(first, struct ended, node);
        memcpy(ids[count], ended->id, SESSION_ID_BYTES);
        records[count] = (struct engine_record){RECORD_WEB_SESSION, id_key(ids[count]), SLICE_NONE};
        count++;
        ended_drop(a, ended);
    }
    if (count > 0)
        (void)engine_record(a->options.engine, records, count, &nobody);
}

void auth_session_end_all(struct auth *a)
{
    for (struct heap_node *first = heap_first(&a->ended_by_expiry); first;
         first = heap_first(&a->ended_by_expiry))
        ended_drop(a, LIST_OWNER(first, struct ended, node));
    map_free(&a->ended);
    heap_free(&a->ended_by_expiry);
}

static void ending_done(struct ticket *ticket, struct reply *reply)
{
    struct ending *ending = LIST_OWNER(ticket, struct ending, ticket);
    struct exchange *x = ending->x;
    if (reply->err) {
        struct ended *ended = map_get(&ending->auth->ended, id_key(ending->id));
        if (ended)
            ended_drop(ending->auth, ended);
    }
    if (reply->err) {
        x->set_cookie = SLICE_NONE;
        exchange_refuse(x, reply->err, reply->reason, SLICE_NONE);
    } else {
        ending->ended(ending->ctx, x);
    }
    mem_free(ending);
}

void auth_end_session(struct auth *a, struct exchange *x,
                      void (*ended)(void *ctx, struct exchange *x), void *ctx)
{
    uint64_t now_ms = engine_unwound_ms(a->options.engine);
    struct session session;
    bool has_session = auth_session_find(a, x, now_ms, &session);
    x->set_cookie =
        arena_printf(x->arena, "Set-Cookie: JSESSIONID=; Max-Age=0%s\r\n", cookie_attributes(a, x));
    if (!has_session) {
        ended(ctx, x);
        return;
    }
    struct ending *ending = mem_zalloc(sizeof *ending);
    *ending =
        (struct ending){.ticket.done = ending_done, .auth = a, .x = x, .ended = ended, .ctx = ctx};
    memcpy(ending->id, session.id, SESSION_ID_BYTES);
    /* Its cookie may hold longer than idle from now: the idle time was longer when it was made. */
    uint64_t until_ms = now_ms + a->options.session_idle_s * UINT64_C(1000);
    if (until_ms < session.expires_ms)
        until_ms = session.expires_ms;
    struct buf value = {0};
    enc_u64(&value, until_ms);
    struct engine_record record = {RECORD_WEB_SESSION, id_key(session.id), buf_view(&value)};
    ended_add(a, session.id, until_ms);
    enum err err = engine_record(a->options.engine, &record, 1, &ending->ticket);
    buf_free(&value);
    if (err) /* No reply follows: this is it. */
        ending_done(&ending->ticket, &(struct reply){.err = err});
}
