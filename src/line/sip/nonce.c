/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Nonces, and how often each was used. A nonce says when it was made and for which address, and has
 * a keyed hash of that, so giving one stores nothing, any process with the same secret knows its
 * own, and who only pretends to have an address never has one that counts there.
 *
 * What is stored is the count of each use (nc), and that only after the credentials were right, so
 * nobody without a secret makes the table grow. It is bounded: when the oldest entry must go, all
 * nonces as old are stale from then on, which costs their telephones one more round. A window
 * allows for datagrams that overtake each other. A new process knows no counts: the request that
 * was answered last by the old one must be answered again, for the answer may have been lost with
 * it. */
#include "base/mem.h"
#include "base/random.h"
#include "line/sip/sip_int.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define NONCE_LIFE_MS UINT64_C(300000)
#define TIME_LEN      16 /* hex digits: when it was made */
#define SERIAL_LEN    8  /* so that no two are the same */
#define SOURCE_LEN    8  /* keyed hash of the address */
#define MAC_LEN       32 /* keyed hash of all of that */
#define NONCE_LEN     (TIME_LEN + SERIAL_LEN + SOURCE_LEN + MAC_LEN)
#define NONCE_KEY_LEN (TIME_LEN + SERIAL_LEN)
#define USES_MAX      65536
#define WINDOW        64

struct use {
    struct list as_use; /* oldest use first */
    char key[NONCE_KEY_LEN];
    uint64_t made_ms;
    uint32_t highest;
    uint64_t seen; /* bit n: highest - n was used */
};

void line_sip_keyed_hash(const uint8_t secret[32], struct slice text, char *out, size_t digits)
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * crypto_auth_hmacsha256_BYTES + 1];
    crypto_auth_hmacsha256(mac, (const uint8_t *)text.ptr, text.len, secret);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    memcpy(out, hex, digits);
    out[digits] = '\0';
}

/* The rest of a nonce whose time and serial are in out already. */
static void nonce_complete(const uint8_t secret[32], struct in_addr source, char out[NONCE_MAX])
{
    char text[NONCE_MAX];
    size_t len = NONCE_KEY_LEN;
    snprintf(text, sizeof text, "%.*s", NONCE_KEY_LEN, out);
    snprintf(text + len, sizeof text - len, "%08x", (unsigned)ntohl(source.s_addr));
    line_sip_keyed_hash(secret, slice_of(text), out + len, SOURCE_LEN);
    len += SOURCE_LEN;
    line_sip_keyed_hash(secret, (struct slice){out, len}, out + len, MAC_LEN);
}

void line_sip_nonce_write(const uint8_t secret[32], uint64_t now_ms, struct in_addr source,
                          char out[NONCE_MAX])
{
    uint32_t serial;
    random_fill(&serial, sizeof serial);
    snprintf(out, NONCE_MAX, "%016llx%08x", (unsigned long long)now_ms, (unsigned)serial);
    nonce_complete(secret, source, out);
}

static uint64_t made_at(struct slice nonce)
{
    char text[TIME_LEN + 1] = "";
    memcpy(text, nonce.ptr, TIME_LEN);
    return strtoull(text, NULL, 16);
}

enum nonce_state line_sip_nonce_check(const uint8_t secret[32], struct slice nonce,
                                      struct in_addr source, uint64_t now_ms)
{
    char good[NONCE_MAX], mac[MAC_LEN + 1];
    if (nonce.len != NONCE_LEN)
        return NONCE_FOREIGN;
    size_t head = NONCE_LEN - MAC_LEN;
    line_sip_keyed_hash(secret, (struct slice){nonce.ptr, head}, mac, MAC_LEN);
    if (sodium_memcmp(mac, nonce.ptr + head, MAC_LEN) != 0)
        return NONCE_FOREIGN;
    memcpy(good, nonce.ptr, NONCE_KEY_LEN);
    nonce_complete(secret, source, good);
    uint64_t made_ms = made_at(nonce);
    bool is_fresh = made_ms <= now_ms && now_ms - made_ms <= NONCE_LIFE_MS;
    bool is_same_source = memcmp(good, nonce.ptr, NONCE_LEN) == 0;
    return is_fresh && is_same_source ? NONCE_GOOD : NONCE_STALE;
}

void line_sip_nonces_init(struct nonces *n)
{
    list_init(&n->uses);
}

static void use_free(struct nonces *n, struct use *use)
{
    map_remove(&n->by_key, (struct slice){use->key, NONCE_KEY_LEN});
    list_remove(&use->as_use);
    mem_free(use);
}

static struct use *use_of(struct nonces *n, struct slice nonce, uint64_t now_ms)
{
    struct use *use = map_get(&n->by_key, (struct slice){nonce.ptr, NONCE_KEY_LEN});
    uint64_t made_ms = made_at(nonce);
    if (use || made_ms <= n->forgotten_ms)
        return use;
    while (!list_is_empty(&n->uses)) {
        struct use *oldest = LIST_OWNER(n->uses.next, struct use, as_use);
        bool is_over = now_ms > oldest->made_ms + NONCE_LIFE_MS;
        if (!is_over && n->by_key.count < USES_MAX)
            break;
        if (!is_over && oldest->made_ms > n->forgotten_ms)
            n->forgotten_ms = oldest->made_ms;
        use_free(n, oldest);
    }
    if (made_ms <= n->forgotten_ms)
        return NULL;
    use = mem_zalloc(sizeof *use);
    memcpy(use->key, nonce.ptr, NONCE_KEY_LEN);
    use->made_ms = made_ms;
    list_append(&n->uses, &use->as_use);
    map_put(&n->by_key, (struct slice){use->key, NONCE_KEY_LEN}, use);
    return use;
}

bool line_sip_nonces_use(struct nonces *n, struct slice nonce, uint32_t count, uint64_t now_ms)
{
    struct use *use = use_of(n, nonce, now_ms);
    if (!use || count == 0)
        return false;
    if (count > use->highest) {
        uint32_t step = count - use->highest;
        use->seen = step >= WINDOW ? 1 : use->seen << step | 1;
        use->highest = count;
        return true;
    }
    uint32_t back = use->highest - count;
    if (back >= WINDOW || use->seen & UINT64_C(1) << back)
        return false;
    use->seen |= UINT64_C(1) << back;
    return true;
}

void line_sip_nonces_free(struct nonces *n)
{
    LIST_EACH_SAFE(it, &n->uses)
    use_free(n, LIST_OWNER(it, struct use, as_use));
    map_free(&n->by_key);
}
