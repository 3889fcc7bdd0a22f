/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The REST resources under /api/v2: routes a request to the file of its resource, turns it into a
 * command or query for the engine, and renders the answer; also renders notices for the event
 * stream. Web thread only. */
#ifndef API_API_H
#define API_API_H

#include "auth/auth.h"
#include "base/exchange.h"
#include "engine/engine.h"

struct api;

struct api_options {
    struct engine *engine;  /* borrowed */
    struct auth *auth;      /* borrowed: EndContactCenterSession ends the HTTP session */
    const char *public_url; /* "http://127.0.0.1:8080": what absolute uris begin with */
    const char *version;    /* diagnostics/version */
    unsigned nesting_max;   /* of a user-data value */
};

struct api *api_create(const struct api_options *options);
void api_destroy(struct api *api);

/* A request below /api/v2/ (or /api/v2/diagnostics, which needs no user). x->user is set where the
 * requester is known. Answers it. */
void api_handle(struct api *api, struct exchange *x);
/* True for the few resources that need no user. */
bool api_is_public(struct slice path);

/* The "data" of a notice, as JSON. ctx is the api. */
void api_render_notice(void *ctx, const struct notice *notice, struct buf *out);

/* Answers {"statusCode":N,"statusMessage":"…"} with the HTTP status of the error table; an absent
 * reason is that table's text. */
void api_refuse(struct exchange *x, enum err err, struct slice reason);

#endif
