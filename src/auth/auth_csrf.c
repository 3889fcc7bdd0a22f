/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A browser sends the cookie with whatever any page makes it send. So a request that changes
 * something, and that only a cookie authenticates, must show that it comes from a page that may
 * act: by the token that GET answers carry (platform reference 2.3), or by an allowed Origin, as
 * which the server's own always counts. One with neither Origin nor Sec-Fetch-Site was not sent by
 * a browser; native clients send no token, and pass. A WebSocket upgrade is a GET that can change
 * things, and so is one with CometD messages in it, of which any page could read the answer as a
 * script; a browser can't add a token to either: they are judged like the others.
 *
 * The token is a GUID, derived from the session's id by a MAC: it lives as long as the session,
 * over renewals and restarts, and is stored nowhere. */
#include "auth/auth_int.h"

#include "base/ids.h"
#include "base/origin.h"

void auth_csrf_token(const struct auth *a, const struct session *session, char out[CSRF_TOKEN_SIZE])
{
    static const unsigned char purpose[] = "cordboard csrf token";
    uint8_t bytes[16];
    crypto_generichash_state state;
    crypto_generichash_init(&state, a->options.key, sizeof a->options.key, sizeof bytes);
    crypto_generichash_update(&state, purpose, sizeof purpose);
    crypto_generichash_update(&state, session->id, sizeof session->id);
    crypto_generichash_final(&state, bytes, sizeof bytes);
    char hex[33];
    ids_hex(bytes, sizeof bytes, hex);
    char *at = out;
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *at++ = '-';
        *at++ = hex[i];
    }
    *at = '\0';
}

static bool changes_something(const struct exchange *x)
{
    return x->is_upgrade || !(slice_is(x->method, "GET") || slice_is(x->method, "HEAD") ||
                              slice_is(x->method, "OPTIONS"));
}

/* Without an Origin. A script of the same site's page is asked for by a GET that carries none. */
static bool is_from_no_other_page(const struct exchange *x)
{
    struct slice site = x->verbs->header(x, "sec-fetch-site");
    return !site.ptr || (slice_is(x->method, "GET") && slice_is(site, "same-origin"));
}

/* A page of the server's own, by whatever name the client calls it. Where clients use https, a page
 * that came without it could be anybody's on the way. */
static bool is_own_page(const struct auth *a, const struct exchange *x, struct slice origin)
{
    return (x->is_https || !a->options.is_https) && origin_is_of(origin, x->is_https, x->host);
}

bool auth_csrf_allows(const struct auth *a, const struct exchange *x, bool acts,
                      const struct session *session)
{
    if (!acts && !changes_something(x))
        return true;
    struct slice token = x->verbs->header(x, "x-csrf-token");
    char right[CSRF_TOKEN_SIZE];
    auth_csrf_token(a, session, right);
    if (token.len == sizeof right - 1 && sodium_memcmp(token.ptr, right, token.len) == 0)
        return true;
    struct slice origin = x->verbs->header(x, "origin");
    if (!origin.ptr)
        return is_from_no_other_page(x);
    return is_own_page(a, x, origin) ||
           origin_is_among(a->options.origins, a->options.origin_count, origin);
}
