/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Which room answers which address, and which addresses need to know who asks. */
#ifndef ROUTES_H
#define ROUTES_H

#include "api/api.h"
#include "auth/auth.h"
#include "bayeux/bayeux.h"
#include "hub/hub.h"
#include "page/page.h"
#include "sim_control.h"
#include "web/web.h"

struct routes {
    struct web *web;
    struct auth *auth;
    struct api *api;
    struct bayeux *bayeux;
    struct hub *hub;
    struct engine *engine;
    struct page page;
    struct sim_control sim; /* without simulated telephones there is no resource for them */
    bool is_demo;
    const char *public_url; /* borrowed */
    struct metric *hub_notices;
    struct metric *hub_bytes;
    struct metric *hub_cursors;
};

#define ROUTES_MAX 8

/* Fills table, at most ROUTES_MAX, with r as context; r is read when a request comes, so that the
 * web can be made before the rooms. Returns how many. */
size_t routes_fill(struct routes *r, struct web_route table[ROUTES_MAX]);

#endif
