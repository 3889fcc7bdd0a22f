/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration read again while the server runs. It is read and checked as a whole on a thread
 * of its own; a bad one changes nothing and says why in the log. A good one goes to the core as
 * inputs, so that no call is lost, and when these are durable to everybody else who knows users or
 * devices. What only a start can change keeps its value, and the log names it. */
#ifndef RELOAD_H
#define RELOAD_H

#include "bayeux/bayeux.h"
#include "hub/hub.h"
#include "page/page.h"
#include "setup.h"
#include "web/web.h"

struct reload;

/* All borrowed. */
struct reload_options {
    const struct config *config; /* of the start */
    const struct setup *setup;   /* of the start */
    const char *public_url;
    /* Makes the configuration anew; from any thread. On failure *why says what is wrong. */
    enum err (*read)(void *ctx, struct config *out, char *why, size_t why_size);
    void *read_ctx;
    struct web *web;
    struct hub *hub;
    struct engine *engine;
    struct auth *auth;
    struct api *api;
    struct bayeux *bayeux;
    struct page *page; /* is told the origins that may frame it */
};

struct reload *reload_create(const struct reload_options *options);
/* Web thread. One that comes while another is under way is done after it. */
void reload_begin(struct reload *r);
/* When the engine has stopped, before the web goes. */
void reload_destroy(struct reload *r);

#endif
