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
#include "store/store.h"

struct api;

/* The dialects: participants as objects with what 8.5.2 added, or as strings with participantsInfo,
 * as before 2015. */
enum api_compat { API_COMPAT_2016, API_COMPAT_2014 };

struct api_user {
    const char *name;
    const char *id; /* NULL: derived from the name, as the core does */
    const char *first_name;
    const char *last_name;
    const char *email;          /* NULL: none */
    const char *employee_id;    /* NULL: none */
    unsigned roles;             /* enum user_role; 0: an agent */
    const char *const *numbers; /* of his telephones */
    size_t number_count;
    const enum api_compat *compat; /* NULL: the directory's */
};

struct api_queue {
    const char *number;
    const char *id;   /* NULL: derived from the number, as the core does */
    const char *name; /* NULL: its number */
};

/* Somebody who is neither user nor queue, to be called or transferred to. */
struct api_contact {
    const char *name;
    const char *number;
};

struct api_disposition {
    const char *name;         /* what is set */
    const char *display_name; /* NULL: the name */
};

/* What the configuration says of the site, as far as it is the API's affair alone: who is there to
 * be called, what a desktop offers, in which dialect each user is spoken to. Texts that are not
 * said to may not be NULL. */
struct api_directory {
    enum api_compat compat;
    const char *country; /* two letters (ISO 3166); NULL or unknown: not told */
    const struct api_user *users;
    size_t user_count;
    const struct api_queue *queues;
    size_t queue_count;
    const struct api_contact *contacts;
    size_t contact_count;
    const struct api_disposition *dispositions;
    size_t disposition_count;
};

struct api_options {
    struct engine *engine;  /* borrowed */
    struct store *store;    /* borrowed; NULL: no history */
    struct auth *auth;      /* borrowed: EndContactCenterSession ends the HTTP session */
    const char *public_url; /* "http://127.0.0.1:8080": what absolute uris begin with */
    const char *version;    /* diagnostics/version */
    bool is_demo;           /* the same; its password is public */
    unsigned nesting_max;   /* of a user-data value */
    /* Monotonic milliseconds, for requests that wait; NULL: it is always 0. */
    uint64_t (*now_ms)(void *ctx);
    void *now_ctx;
    const struct api_directory *directory; /* copied; NULL: nobody */
};

struct api *api_create(const struct api_options *options);
void api_destroy(struct api *api);
/* From now on; copies it. For a configuration that is read again. */
void api_set_directory(struct api *api, const struct api_directory *directory);

/* A request below /api/v2/ (or /api/v2/diagnostics, which needs no user). x->user is set where the
 * requester is known. Answers it. */
void api_handle(struct api *api, struct exchange *x);
/* Requests for the floor may wait until it changes. Its version, as of what the engine released; */
void api_floor_moved(struct api *api, uint64_t version);
/* when api_tick is to be called, UINT64_MAX: never; */
uint64_t api_next_ms(const struct api *api);
void api_tick(struct api *api);
/* and for a draining stop: answers all that wait, and lets none wait any more. */
void api_drain(struct api *api);
/* True for the few resources that need no user. */
bool api_is_public(struct slice path);

/* The "data" of a notice, as JSON. ctx is the api. */
void api_render_notice(void *ctx, const struct notice *notice, struct buf *out);

/* What stands beside a recording; on any thread. */
void api_render_beside(const struct store_call *call, struct buf *out);

/* Answers {"statusCode":N,"statusMessage":"…"} with the HTTP status of the error table; an absent
 * reason is that table's text. */
void api_refuse(struct exchange *x, enum err err, struct slice reason);

#endif
