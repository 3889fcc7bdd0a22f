/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Web origins as browsers send them (RFC 6454): who may read an answer (CORS) and who may act with
 * a cookie (CSRF) are judged by the same rule. */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include "base/slice.h"

/* Whether pattern covers origin. A pattern is an origin, such as "https://crm.example"; a "*."
 * after the scheme stands for any host below, and not for the host itself. */
bool origin_matches(struct slice pattern, struct slice origin);
/* Whether one of the patterns does. */
bool origin_is_among(const char *const *patterns, size_t count, struct slice origin);
/* Whether origin is that of a server whose Host header is host. */
bool origin_is_of(struct slice origin, bool is_https, struct slice host);
/* Whether a server that is called by that Host is surely the one that was meant. A page can have
 * its own name lead to any address, behind which it is then of the same origin (DNS rebinding); but
 * not an address, "localhost" or what is below it, a name without a dot, or the host of public_url.
 * No browser leaves it out. */
bool origin_host_is_sure(struct slice host, struct slice public_url);

#endif
